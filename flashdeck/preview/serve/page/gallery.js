// The gallery: all cards in rows of tiles, of which only the visible ones exist.
"use strict";
const Gallery = (() => {
  const GAP = 18;
  const FOOT = 30;
  const GLANCE = 520;
  const AHEAD = 1; // rows drawn before they become visible
  const room = byId("gallery");
  const grid = byId("grid");
  const used = new Map(); // tiles by the keys of their cards
  const free = [];
  let layout = null;
  let waiting = 0;
  let allChanged = false; // then changes are not marked
  let anchor = null; // the card at the top, and its scroll offset

  function measured() {
    const style = { inline: innerWidth < 700 ? 12 : 24 };
    const width = room.clientWidth - 2 * style.inline;
    const phone = Store.view.width !== "800";
    const wanted = phone ? 260 : 280;
    const columns = Math.max(1, Math.floor((width + GAP) / (wanted + GAP)));
    const tile = Math.floor((width - GAP * (columns - 1)) / columns);
    // In a tile, a desktop card is as wide as its text, not as its window.
    const device = phone ? Number(Store.view.width) : GLANCE;
    const scale = Math.min(1, (tile - 2) / device);
    const face = Math.round(phone ? Math.min(tile, 400) : tile * 0.6);
    return {
      columns, tile, device, scale, face, edge: style.inline,
      height: face + FOOT + GAP,
      rows: Math.ceil(Store.found.length / columns),
      frame: Math.max(device, (tile - 2) / scale),
    };
  }

  function place(tile, index) {
    const { columns, tile: width, height, face, scale, edge, frame } = layout;
    const x = edge + (index % columns) * (width + GAP);
    const y = GAP + Math.floor(index / columns) * height;
    tile.root.style.transform = `translate(${x}px, ${y}px)`;
    tile.root.style.width = `${width}px`;
    tile.root.style.height = `${face + FOOT}px`;
    tile.frame.fit(frame, (face - 2) / scale, scale);
    tile.root.setAttribute("aria-posinset", index + 1);
    tile.root.setAttribute("aria-setsize", Store.found.length);
    tile.index = index;
  }

  function fresh() {
    const frame = Frames.create("Card", true);
    const title = make("div", { class: "title", dir: "auto" });
    const open = make("button", { type: "button", class: "open" });
    const side = make("button", { type: "button", class: "side", tabindex: "-1" });
    const face = make("div", { class: "face" }, title, frame.place, open, side);
    const foot = make("div", { class: "foot" });
    const tile = { frame, title, open, side, face, foot, key: 0, index: 0,
      root: make("article", { class: "tile", role: "listitem" }, face, foot) };
    frame.ondrawn = (told) => face.classList.toggle("drawn", told.shown === tile.key);
    open.addEventListener("click", () => Single.open(tile.key));
    open.addEventListener("focus", () => { if (Store.current !== tile.key) Store.go(tile.key); });
    side.addEventListener("click", () => Store.turn(tile.key));
    grid.append(tile.root);
    return tile;
  }

  // Takes the best frame: one that still shows this card, or that has MathJax loaded.
  function take(row) {
    const last = free.findIndex((tile) => tile.key === row.key);
    const at = last >= 0 ? last : free.findIndex((tile) => tile.frame.math === row.text.includes("\\("));
    if (at >= 0) return free.splice(at, 1)[0];
    return free.pop() || fresh();
  }

  function fill(tile, row) {
    const side = Store.sideOf(row.key);
    const state = JSON.stringify([row, side, Frames.screen(), Store.found.length, tile.index]);
    tile.open.tabIndex = row.key === Store.current ? 0 : -1;
    if (tile.state === state) return;
    tile.state = state;
    if (tile.key !== row.key) {
      tile.face.classList.remove("drawn");
      tile.key = row.key;
    }
    tile.root.dataset.key = row.key;
    tile.title.textContent = row.title;
    tile.root.classList.toggle("turned", Store.turned.has(row.key));
    tile.open.setAttribute("aria-label",
      `Card ${tile.index + 1} of ${Store.found.length}: ${row.title}. ${row.deck}. ${side === "answer" ? "Answer" : "Question"} side.`);
    tile.side.textContent = side === "answer" ? "Question" : "Answer";
    tile.foot.replaceChildren(...[
      make("span", { class: "deck", title: row.deck }, row.deck.replaceAll("::", " › ")),
      row.problems ? make("span", { class: "tag-mark grave" }, counted(row.problems, "problem")) : null,
      row.changed && !allChanged ? make("span", { class: "tag-mark" }, "changed") : null,
      sourceLink(row.file, row.line, { card: row.key }),
    ].filter(Boolean));
    draw(tile, row, side);
  }

  async function draw(tile, row, side) {
    const face = await Store.face(row.key);
    if (!face || tile.key !== row.key || Store.sideOf(row.key) !== side) return;
    tile.frame.show({ key: row.key, version: face.version, face, side, ...Frames.screen() });
  }

  function update() {
    waiting = 0;
    if (Store.view.name !== "gallery" || !layout) return;
    const { columns, height, rows } = layout;
    const first = Math.max(0, Math.floor((room.scrollTop - GAP) / height) - AHEAD);
    const last = Math.min(rows - 1, Math.floor((room.scrollTop + room.clientHeight) / height) + AHEAD);
    const wanted = Store.found.slice(first * columns, (last + 1) * columns);
    const keep = new Set(wanted);
    for (const [key, tile] of used) {
      if (!keep.has(key)) {
        used.delete(key);
        free.push(tile);
        tile.root.style.visibility = "hidden";
        tile.root.removeAttribute("aria-posinset");
        tile.open.tabIndex = -1;
      }
    }
    wanted.forEach((key, at) => {
      const row = Store.cards.get(key);
      if (!used.has(key)) used.set(key, take(row));
      const tile = used.get(key);
      tile.root.style.visibility = "";
      place(tile, first * columns + at);
      fill(tile, row);
    });
    while (free.length > 2 * columns + 2) Frames.remove(drop(free.shift()));
    const top = Math.max(0, Math.floor((room.scrollTop - GAP) / height)) * columns;
    anchor = { key: Store.found[top], beyond: room.scrollTop - Math.floor(top / columns) * height };
  }

  function drop(tile) {
    tile.root.remove();
    return tile.frame;
  }

  function soon() {
    if (!waiting) waiting = requestAnimationFrame(update);
  }

  // Lays the tiles out again, with the same card at the top.
  function arrange(stay) {
    if (Store.view.name !== "gallery") return;
    layout = measured();
    grid.style.height = `${layout.rows * layout.height + GAP}px`;
    const at = stay && anchor ? Store.found.indexOf(anchor.key) : -1;
    if (at >= 0) room.scrollTop = Math.floor(at / layout.columns) * layout.height + anchor.beyond;
    else if (!stay) room.scrollTop = 0;
    if (!Store.found.includes(Store.current)) Store.current = Store.found[0] || 0;
    byId("nothing").hidden = Store.found.length > 0;
    byId("nothing").textContent = Store.cards.size
      ? "No matching cards."
      : "There are no cards yet. Write a note below cards/ and save: it appears here.";
    update();
  }

  function reveal(index) {
    const top = Math.floor(index / layout.columns) * layout.height;
    if (top < room.scrollTop) room.scrollTop = top;
    const under = top + layout.height + GAP - room.clientHeight;
    if (under > room.scrollTop) room.scrollTop = under;
    update();
  }

  function move(by) {
    if (!Store.found.length) return;
    const at = Store.found.indexOf(Store.current);
    const to = Math.max(0, Math.min(Store.found.length - 1, at + by));
    Store.current = Store.found[to];
    reveal(to);
    const tile = used.get(Store.current);
    if (tile) tile.open.focus({ preventScroll: true });
  }

  function back() {
    arrange(true);
    const at = Store.found.indexOf(Store.current);
    if (at < 0 || !layout) return;
    reveal(at);
    const tile = used.get(Store.current);
    if (tile) tile.open.focus({ preventScroll: true });
  }

  room.addEventListener("scroll", soon, { passive: true });
  new ResizeObserver(() => arrange(true)).observe(room);
  on("cards", () => {
    allChanged = [...Store.cards.values()].every((row) => row.changed);
    arrange(true);
  });
  on("filter", () => arrange(false));
  on("turned", soon);
  on("view", (wish) => {
    if ("width" in wish || "name" in wish) arrange(true);
    else soon();
  });

  return { move, back, columns: () => (layout ? layout.columns : 1) };
})();
