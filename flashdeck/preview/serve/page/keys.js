// Keyboard shortcuts, Anki's own where they exist.
"use strict";
const Keys = (() => {
  const TABLE = [
    ["Space", "turn the card, like a click"], ["Enter", "open the card, or turn an open one"],
    ["← →", "previous, next card"], ["/", "search"],
    ["A", "all cards: answers or questions"], ["B", "both sides at once"], ["R", "play the sounds again"],
    ["E", "open the source in the editor"], ["N", "dark or light"], ["G, T, O", "gallery, table, overview"],
    ["P", "problems"], ["Escape", "close, or back to the gallery"],
  ];

  const flip = () => (Store.view.name === "single" ? Single.flip() : Store.current && Store.turn(Store.current));
  const VIEWS = { single: () => Single, gallery: () => Gallery, table: () => Table };
  const move = (by) => VIEWS[Store.view.name] && VIEWS[Store.view.name]().move(by);

  const actions = {
    " ": flip,
    ArrowLeft: () => move(-1),
    ArrowRight: () => move(1),
    "/": () => { byId("query").focus(); byId("query").select(); },
    a: () => Store.show({ answers: !Store.view.answers }),
    b: () => Store.show({ both: !Store.view.both, name: "single" }),
    r: () => Single.replay(),
    n: () => Store.show({ night: !Store.view.night }),
    g: () => Store.show({ name: "gallery" }),
    t: () => Store.show({ name: "table" }),
    o: () => Store.show({ name: Store.view.name === "overview" ? "gallery" : "overview" }),
    p: () => Problems.toggle(),
    e: edit,
    "?": help,
    Escape: escape,
  };

  function edit() {
    const row = Store.cards.get(Store.current);
    if (!row || !row.file) return;
    if (setting.editor) openEditor({ card: row.key });
    else if (setting.link) sourceLink(row.file, row.line, {}).click();
  }

  function escape() {
    if (byId("filters").classList.contains("open")) Main.filters(false);
    else if (Problems.isOpen()) Problems.close();
    else if (document.activeElement === byId("query")) byId("query").blur();
    else if (Store.view.name !== "gallery") Store.show({ name: "gallery" });
  }

  function help() {
    const dialog = byId("help");
    if (dialog.open) return dialog.close();
    dialog.replaceChildren(make("h2", { id: "help-title" }, "Keys"),
      make("dl", {}, ...TABLE.flatMap(([key, what]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, what)])),
      make("form", { method: "dialog" }, make("button", { class: "plain toggle", "aria-pressed": "true" }, "Close")));
    return dialog.showModal();
  }

  // A key pressed here or in a card's frame. A card's scripts could fake keys, and must not open
  // editors.
  function press(key, shift, framed) {
    if (framed && setting.scripts && key === "e") return false;
    const name = key.length === 1 ? key.toLowerCase() : key;
    if (key === "Enter" && Store.current) {
      if (Store.view.name === "single") flip();
      else if (Store.view.name !== "overview") Single.open(Store.current);
      return true;
    }
    const step = { gallery: Gallery.columns(), table: 1 }[Store.view.name];
    if (step && !framed && key === "ArrowDown") move(step);
    else if (step && !framed && key === "ArrowUp") move(-step);
    else if (actions[name]) actions[name]();
    else return false;
    return true;
  }

  const WRITES = "input:not([type=range]), textarea, select";

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || byId("help").open || byId("masks").open) return;
    const { target, key } = event;
    if (target.matches("input[type=range]") && key.startsWith("Arrow")) return;
    if (target.matches(WRITES) && key !== "Escape") return;
    const tile = target.matches(".tile .cover");
    const activates = target.closest("button, a, summary") && !tile;
    if (activates && (key === " " || key === "Enter")) return;
    if (target.closest(".problems, .filters, .about, .overview") && key.startsWith("Arrow")) return;
    if (press(key, event.shiftKey, false)) event.preventDefault();
  });

  byId("help-button").addEventListener("click", help);
  return { press };
})();
