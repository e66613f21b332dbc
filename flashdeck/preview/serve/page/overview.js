// Statistics and small charts: cards by deck, kind, tag and answer length.
"use strict";
const Overview = (() => {
  const MOST = 14;
  const LENGTHS = [10, 25, 50, 100, 200, 400, Infinity];

  function tally(names) {
    const found = new Map();
    for (const name of names) found.set(name, (found.get(name) || 0) + 1);
    return [...found].sort(([, one], [, other]) => other - one);
  }

  function plot(title, name, counts) {
    if (!counts.length) return null;
    const most = counts[0][1];
    const list = counts.slice(0, MOST).map(([what, many]) => {
      const bar = make("i", {});
      bar.style.width = `${(100 * many) / most}%`;
      return make("li", {}, make("button", {
        type: "button", title: `Show ${what}`,
        onclick: () => { Store.look({ [name]: what }); Store.show({ name: "gallery" }); },
      }, make("span", { class: "what" }, what.replaceAll("::", " › ")),
      make("span", { class: "track" }, bar), make("span", { class: "many" }, number(many))));
    });
    const rest = counts.length - MOST;
    return make("section", { class: "plot" }, make("h2", {}, title), make("ol", {}, ...list),
      rest > 0 ? make("p", {}, `and ${number(rest)} more`) : null);
  }

  function lengths(rows) {
    const many = LENGTHS.map(() => 0);
    for (const row of rows) many[LENGTHS.findIndex((limit) => row.length <= limit)] += 1;
    const most = Math.max(...many, 1);
    const name = (at) => (LENGTHS[at] === Infinity ? `> ${LENGTHS[at - 1]}` : `≤ ${LENGTHS[at]}`);
    const bars = many.map((one, at) => {
      const bar = make("div", { title: `${name(at)} characters: ${counted(one, "card")}` }, make("span", {}, number(one)));
      bar.style.height = `${(100 * one) / most}%`;
      return bar;
    });
    return make("section", { class: "plot" }, make("h2", {}, "Length of the answer"),
      make("div", { class: "bars", role: "img", "aria-label": many.map((one, at) => `${name(at)} characters: ${one}`).join("; ") }, ...bars),
      make("div", { class: "labels", "aria-hidden": "true" }, ...many.map((_one, at) => make("span", {}, name(at)))),
      make("p", {}, "characters"));
  }

  function draw() {
    if (Store.view.name !== "overview") return;
    const rows = Store.found.map((key) => Store.cards.get(key));
    const figures = [
      [rows.length, "card"], [new Set(rows.map((row) => row.id)).size, "note"],
      [new Set(rows.map((row) => row.deck)).size, "deck"], [new Set(rows.flatMap((row) => row.tags)).size, "tag"],
      [Store.media, "media file"],
    ];
    byId("overview").replaceChildren(
      make("ul", { class: "figures" }, ...figures.map(([many, word]) =>
        make("li", {}, make("b", {}, number(many)), make("span", {}, many === 1 ? word : `${word}s`)))),
      make("div", { class: "plots" }, ...[
        plot("Decks", "deck", tally(rows.map((row) => row.deck))),
        plot("Kinds", "kind", tally(rows.map((row) => row.kind))),
        lengths(rows),
        plot("Tags", "tag", tally(rows.flatMap((row) => row.tags))),
      ].filter(Boolean)),
    );
  }

  on("cards filter view", draw);
  return { draw };
})();
