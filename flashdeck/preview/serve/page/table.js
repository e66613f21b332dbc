// The table: a line for each card, as in Anki's browser. Only the lines on the screen exist.
"use strict";
const Table = (() => {
  const HEIGHT = 36;
  const AHEAD = 8;
  const COLUMNS = [
    ["title", "Question"], ["answer", "Answer"], ["deck", "Deck"], ["tags", "Tags"], ["kind", "Kind"],
    ["file", "Source"], ["problems", "Problems"],
  ];
  const room = byId("table");
  let body = null;
  let waiting = 0;
  let lines = new Map(); // those on the screen, by key

  function build() {
    body = make("tbody");
    const head = make("tr", {}, ...COLUMNS.map(([name, words]) =>
      make("th", { scope: "col", "data-column": name },
        make("button", { type: "button", onclick: () => sort(name) }, words))));
    room.replaceChildren(make("table", {}, make("thead", {}, head), body));
  }

  // Sorts by a column: first up, then down, then in the order of the sources again.
  function sort(name) {
    const next = { [name]: `-${name}`, [`-${name}`]: "" };
    Store.sort(Store.view.sort in next ? next[Store.view.sort] : name);
  }

  const CELLS = {
    title: (row) => row.title,
    answer: (row) => row.answer,
    deck: (row) => row.deck.replaceAll("::", " › "),
    tags: (row) => row.tags.join(" "),
    kind: (row) => row.kind,
    file: (row) => sourceLink(row.file, row.line, { card: row.key }) || "",
    problems: (row) => (row.problems ? make("span", { class: "tag-mark grave" }, number(row.problems)) : ""),
  };

  function line(key, at) {
    const row = Store.cards.get(key);
    const isCurrent = key === Store.current;
    return make("tr", {
      "data-key": key, "aria-rowindex": at + 2, "aria-selected": String(isCurrent), tabindex: isCurrent ? "0" : "-1",
      class: Store.flashing.has(key) ? "flash" : null,
      onclick: () => select(at), ondblclick: () => Single.open(key),
    }, ...COLUMNS.map(([name]) => {
      const cell = make("td", { "data-column": name, dir: "auto" }, CELLS[name](row));
      if (typeof row[name] === "string" && name !== "file") cell.title = row[name];
      return cell;
    }));
  }

  function space(lines) {
    const row = make("tr", { "aria-hidden": "true", class: "space" });
    row.style.height = `${lines * HEIGHT}px`;
    return row;
  }

  function update() {
    waiting = 0;
    if (Store.view.name !== "table") return;
    if (!body) build();
    const focused = room.contains(document.activeElement) && document.activeElement.dataset.key;
    const first = Math.max(0, Math.floor(room.scrollTop / HEIGHT) - AHEAD);
    const last = Math.min(Store.found.length, Math.ceil((room.scrollTop + room.clientHeight) / HEIGHT) + AHEAD);
    const before = lines;
    lines = new Map(Store.found.slice(first, last).map((key, at) => {
      const state = JSON.stringify([Store.cards.get(key), key === Store.current, Store.flashing.has(key), first + at]);
      const known = before.get(key);
      return [key, known && known.state === state ? known : { state, line: line(key, first + at) }];
    }));
    body.replaceChildren(space(first), ...[...lines.values()].map((one) => one.line), space(Store.found.length - last));
    body.parentElement.setAttribute("aria-rowcount", Store.found.length + 1);
    for (const head of room.querySelectorAll("th")) {
      const { column: name } = head.dataset;
      head.setAttribute("aria-sort", { [name]: "ascending", [`-${name}`]: "descending" }[Store.view.sort] || "none");
    }
    const same = focused && body.querySelector(`[data-key="${focused}"]`);
    if (same) same.focus({ preventScroll: true });
  }

  function soon() {
    if (!waiting) waiting = requestAnimationFrame(update);
  }

  function select(at) {
    if (Store.found[at] === undefined) return;
    Store.go(Store.found[at]);
    reveal(at);
    const chosen = body.querySelector(`[data-key="${Store.current}"]`);
    if (chosen) chosen.focus({ preventScroll: true });
  }

  function reveal(at) {
    const head = room.querySelector("thead").offsetHeight;
    const under = (at + 1) * HEIGHT + head - room.clientHeight;
    if (at * HEIGHT < room.scrollTop) room.scrollTop = at * HEIGHT;
    else if (under > room.scrollTop) room.scrollTop = under;
    update();
  }

  function move(by) {
    const at = Store.found.indexOf(Store.current);
    select(Math.max(0, Math.min(Store.found.length - 1, at + by)));
  }

  // Shows cards that were just edited.
  function flash(keys) {
    const first = Store.view.name === "table" ? Store.flash(keys) : -1;
    if (first >= 0) reveal(first);
  }

  room.addEventListener("scroll", soon, { passive: true });
  new ResizeObserver(soon).observe(room);
  on("cards", ({ edited }) => {
    update();
    flash(edited);
  });
  on("filter", () => {
    room.scrollTop = 0;
    update();
  });
  on("view", update);
  on("flashed", soon);

  return { move, show: () => reveal(Math.max(0, Store.found.indexOf(Store.current))) };
})();
