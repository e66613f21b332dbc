// The gallery: a tile for each card with its question and, toned down until it is turned, its answer.
// Only the tiles on the screen exist.
"use strict";
const Gallery = (() => {
  const GAP = 18;
  const FOOT = 30;
  const DESKTOP_WIDTH = 520; // in a tile, a desktop card is as wide as its text, not as its window
  const AHEAD = 1; // rows drawn before they become visible, with their questions only
  const MOST = { question: 210, answer: 130, both: 310 }; // heights, in px of the page
  const LEAST = 58;
  const MARGIN = 14; // below each side, in px of the card
  const room = byId("gallery");
  const grid = byId("grid");
  const used = new Map(); // tiles by the keys of their cards
  const free = [];
  const sizes = new Map(); // heights of the sides by key, once they were drawn
  let layout = null;
  let waiting = 0;
  let anchor = null; // the card at the top, and its scroll offset

  // --- the places of the tiles

  function measured() {
    const edge = innerWidth < 700 ? 12 : 24;
    const width = room.clientWidth - 2 * edge;
    const phone = Store.view.width !== "800";
    const columns = Math.max(1, Math.floor((width + GAP) / ((phone ? 260 : 280) + GAP)));
    const tile = Math.floor((width - GAP * (columns - 1)) / columns);
    const device = phone ? Number(Store.view.width) : DESKTOP_WIDTH;
    const scale = Math.min(1, (tile - 2) / device);
    const screen = JSON.stringify([tile, device, Frames.screen()]);
    if (!layout || layout.screen !== screen) sizes.clear();
    return { columns, tile, scale, edge, screen, frame: Math.max(device, (tile - 2) / scale) };
  }

  const lines = (text) => LEAST + 30 * layout.scale * Math.floor(text.length / (layout.frame / 11));

  // The heights of a card's sides; those that were never drawn are estimated.
  function questionHeight(key, size = sizes.get(key)) {
    return Math.min(MOST.question, (size && size.question) || lines(Store.cards.get(key).title));
  }

  function height(key) {
    const size = sizes.get(key);
    const question = questionHeight(key, size);
    const most = Math.max(MOST.answer, MOST.both - question);
    return question + Math.min(most, (size && size.answer) || lines(Store.cards.get(key).answer));
  }

  function stack() {
    const { columns } = layout;
    const { found } = Store;
    const tops = [GAP];
    let top = GAP;
    for (let at = 0; at < found.length; at += columns) {
      let high = 0;
      const end = Math.min(at + columns, found.length);
      for (let place = at; place < end; place += 1) high = Math.max(high, height(found[place]));
      tops.push(top += Math.ceil(high) + FOOT + GAP);
    }
    layout.tops = tops;
    grid.style.height = `${tops.at(-1)}px`;
  }

  // The row at a height of the grid.
  function rowAt(y) {
    let [low, high] = [0, layout.tops.length - 2];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (layout.tops[middle] <= y) low = middle;
      else high = middle - 1;
    }
    return Math.max(0, low);
  }

  function place(tile, index) {
    const { columns, tile: width, edge, tops } = layout;
    const line = Math.floor(index / columns);
    const high = tops[line + 1] - tops[line] - GAP;
    tile.root.style.transform = `translate(${edge + (index % columns) * (width + GAP)}px, ${tops[line]}px)`;
    tile.root.style.width = `${width}px`;
    tile.root.style.height = `${high}px`;
    tile.root.setAttribute("aria-posinset", index + 1);
    tile.root.setAttribute("aria-setsize", Store.found.length);
    tile.index = index;
    const question = questionHeight(tile.key);
    fit(tile, "question", 0, question);
    if (tile.answer) fit(tile, "answer", question, high - FOOT - question);
  }

  // A side is cut off at its height, with a fade. Its frame keeps one size, since a card may depend on
  // the height of its screen.
  function fit(tile, side, top, height) {
    const { place: box } = tile[side];
    const size = sizes.get(tile.key);
    box.style.top = `${top}px`;
    box.style.height = `${height}px`;
    box.classList.toggle("cut", Boolean(size && size[side] > height + 1));
    tile[side].fit(layout.frame, MOST.both / layout.scale, layout.scale);
  }

  // --- tiles

  function fresh() {
    const title = make("div", { class: "title", dir: "auto" });
    const cover = make("button", { type: "button", class: "cover" });
    const open = make("button", { type: "button", class: "open", tabindex: "-1", title: "Open (Enter)" }, "Open");
    const face = make("div", { class: "face" }, title, cover, open);
    const foot = make("div", { class: "foot" });
    const tile = { title, cover, open, face, foot, key: 0, index: 0, question: null, answer: null,
      root: make("article", { class: "tile", role: "listitem" }, face, foot) };
    cover.addEventListener("click", () => Store.turn(tile.key));
    cover.addEventListener("dblclick", () => Single.open(tile.key));
    cover.addEventListener("focus", () => { if (Store.current !== tile.key) Store.go(tile.key); });
    open.addEventListener("click", () => Single.open(tile.key));
    side(tile, "question");
    grid.append(tile.root);
    return tile;
  }

  function side(tile, name) {
    const frame = Frames.create(name === "question" ? "Card" : "Answer of the card", true);
    frame.place.classList.add("part", name);
    frame.ondrawn = (drawn) => {
      const isCurrent = drawn.shown === tile.key;
      frame.place.classList.toggle("drawn", isCurrent);
      if (name === "question") tile.face.classList.toggle("drawn", isCurrent);
      if (isCurrent) resize(tile.key, name, (drawn.height + MARGIN) * layout.scale);
    };
    tile[name] = frame;
    tile.face.insertBefore(frame.place, tile.cover);
  }

  function resize(key, name, height) {
    const size = sizes.get(key) || {};
    if (size[name] === height) return;
    sizes.set(key, { ...size, [name]: height });
    layout.isStale = true;
    soon();
  }

  // Takes the best tile: one that still shows this card, or that has MathJax loaded.
  function take(row) {
    const last = free.findIndex((tile) => tile.key === row.key);
    const at = last >= 0 ? last : free.findIndex((tile) => tile.question.math === row.text.includes("\\("));
    if (at >= 0) return free.splice(at, 1)[0];
    return free.pop() || fresh();
  }

  function fill(tile, row, isOnScreen) {
    const turned = Store.sideOf(row.key) === "answer";
    const sides = isOnScreen || tile.answer ? ["question", "answer"] : ["question"];
    const state = JSON.stringify([row, sides.length, Frames.screen(), Store.found.length, tile.index]);
    tile.cover.tabIndex = row.key === Store.current ? 0 : -1;
    tile.face.classList.toggle("turned", turned);
    tile.root.classList.toggle("flash", Store.flashing.has(row.key));
    tile.cover.setAttribute("aria-pressed", String(turned));
    tile.cover.setAttribute("aria-label",
      `Card ${tile.index + 1} of ${Store.found.length}: ${turned && row.answer ? `${row.title}. Answer: ${row.answer}` : row.title}. ${row.deck}.`);
    if (tile.state === state) return;
    tile.state = state;
    if (tile.key !== row.key) {
      tile.face.classList.remove("drawn");
      if (tile.answer) tile.answer.place.classList.remove("drawn");
      tile.key = row.key;
    }
    tile.root.dataset.key = row.key;
    tile.title.textContent = row.title;
    tile.open.setAttribute("aria-label", `Open card ${tile.index + 1}`);
    tile.foot.replaceChildren(...[
      make("span", { class: "deck", title: row.deck }, row.deck.replaceAll("::", " › ")),
      row.problems ? make("span", { class: "tag-mark grave" }, counted(row.problems, "problem")) : null,
      row.edit && Store.built ? make("span", { class: "tag-mark" }, row.edit) : null,
      sourceLink(row.file, row.line, { card: row.key }),
    ].filter(Boolean));
    draw(tile, row, sides);
  }

  async function draw(tile, row, sides) {
    const face = await Store.face(row.key);
    if (!face || tile.key !== row.key) return;
    for (const name of sides) {
      if (!tile[name]) side(tile, name);
      tile[name].show({ key: row.key, version: face.version, face, side: name, ...Frames.screen() });
    }
    place(tile, tile.index);
  }

  function update() {
    waiting = 0;
    if (Store.view.name !== "gallery" || !layout) return;
    if (layout.isStale) {
      layout.isStale = false;
      stack();
      stay();
    }
    const { columns, tops } = layout;
    const seen = [rowAt(room.scrollTop), rowAt(room.scrollTop + room.clientHeight)];
    const first = Math.max(0, seen[0] - AHEAD);
    const wanted = Store.found.slice(first * columns, (Math.min(tops.length - 2, seen[1] + AHEAD) + 1) * columns);
    release(new Set(wanted));
    wanted.forEach((key, at) => {
      const row = Store.cards.get(key);
      const index = first * columns + at;
      const line = Math.floor(index / columns);
      if (!used.has(key)) used.set(key, take(row));
      const tile = used.get(key);
      tile.root.style.visibility = "";
      tile.index = index;
      fill(tile, row, line >= seen[0] && line <= seen[1]);
      place(tile, index);
    });
    while (free.length > 2 * columns + 2) drop(free.shift());
    const top = rowAt(room.scrollTop);
    anchor = { key: Store.found[top * columns], beyond: room.scrollTop - tops[top] };
  }

  // Frees the tiles of all other cards.
  function release(keep) {
    for (const [key, tile] of used) {
      if (keep.has(key)) continue;
      used.delete(key);
      free.push(tile);
      tile.root.style.visibility = "hidden";
      tile.root.classList.remove("flash");
      tile.root.removeAttribute("aria-posinset");
      tile.cover.tabIndex = -1;
    }
  }

  function drop(tile) {
    tile.root.remove();
    for (const frame of [tile.question, tile.answer]) if (frame) Frames.remove(frame);
  }

  function soon() {
    if (!waiting) waiting = requestAnimationFrame(update);
  }

  // Scrolls so that the same card is at the top.
  function stay() {
    const at = anchor ? Store.found.indexOf(anchor.key) : -1;
    if (at >= 0) room.scrollTop = layout.tops[Math.floor(at / layout.columns)] + anchor.beyond;
  }

  function arrange(isSame) {
    if (Store.view.name !== "gallery") return;
    layout = measured();
    stack();
    if (!isSame) room.scrollTop = 0;
    else stay();
    if (!Store.found.includes(Store.current)) Store.current = Store.found[0] || 0;
    nothing();
    update();
  }

  function nothing() {
    byId("nothing").hidden = Store.found.length > 0;
    byId("nothing").replaceChildren(...(Store.cards.size
      ? ["No matching cards. ", make("button", { type: "button", class: "link", onclick: Store.clear }, "Show all cards")]
      : ["There are no cards yet. Write a note below cards/ and save: it appears here."]));
  }

  // Scrolls to a card, and a second time once the heights around it are known.
  function reveal(index) {
    const line = Math.floor(index / layout.columns);
    const top = layout.tops[line] - GAP;
    const under = layout.tops[line + 1] - room.clientHeight;
    if (top < room.scrollTop) room.scrollTop = top;
    else if (under > room.scrollTop) room.scrollTop = under;
    update();
  }

  function focus(index) {
    reveal(index);
    const tile = used.get(Store.found[index]);
    if (tile) tile.cover.focus({ preventScroll: true });
  }

  function move(by) {
    if (!Store.found.length) return;
    const to = Math.max(0, Math.min(Store.found.length - 1, Store.found.indexOf(Store.current) + by));
    Store.go(Store.found[to]);
    focus(to);
  }

  function back() {
    arrange(true);
    const at = Store.found.indexOf(Store.current);
    if (at >= 0 && layout) focus(at);
  }

  // Shows cards that were just edited.
  function flash(keys) {
    const first = Store.view.name === "gallery" ? Store.flash(keys) : -1;
    if (first >= 0) reveal(first);
  }

  room.addEventListener("scroll", soon, { passive: true });
  new ResizeObserver(() => arrange(true)).observe(room);
  on("cards", ({ edited }) => {
    for (const key of edited) sizes.delete(key);
    arrange(true);
    flash(edited);
  });
  on("filter", () => arrange(false));
  on("turned flashed", soon);
  on("view", () => arrange(true));

  return { move, back, columns: () => (layout ? layout.columns : 1) };
})();
