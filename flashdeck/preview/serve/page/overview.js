// Figures and small charts of the matching cards; their bars lead to the cards.
"use strict";
const Overview = (() => {
  const MOST = 14;
  const LONGEST = 8;
  const LENGTHS = [10, 25, 50, 100, 200, 400, Infinity];
  let figures = null; // of all cards, asked once they are looked at
  let sources = null; // the pictures, likewise

  function tally(names) {
    const found = new Map();
    for (const name of names) found.set(name, (found.get(name) || 0) + 1);
    return [...found].sort(([, one], [, other]) => other - one);
  }

  // A bar for each name; a click on one calls `act`.
  function plot(title, counts, act) {
    if (!counts.length) return null;
    const most = counts[0][1];
    const list = counts.slice(0, MOST).map(([what, many]) => {
      const bar = make("i", {});
      bar.style.width = `${(100 * many) / most}%`;
      return make("li", {}, make("button", { type: "button", title: `Show ${what}`, onclick: () => act(what) },
        make("span", { class: "what" }, what.replaceAll("::", " › ")),
        make("span", { class: "track" }, bar), make("span", { class: "many" }, number(many))));
    });
    const rest = counts.length - MOST;
    return make("section", { class: "plot" }, make("h2", {}, title), make("ol", {}, ...list),
      rest > 0 ? make("p", {}, `and ${number(rest)} more`) : null);
  }

  const filtered = (wish) => {
    Store.look(wish);
    Store.show({ name: "gallery" });
  };

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

  function longest(rows) {
    const list = [...rows].sort((one, other) => other.length - one.length).slice(0, LONGEST);
    if (!list.length || list[0].length <= LENGTHS[2]) return null;
    return make("section", { class: "plot longest" }, make("h2", {}, "Longest answers"),
      make("ol", {}, ...list.map((row) => make("li", {}, make("button", { type: "button", onclick: () => Single.open(row.key) },
        make("span", { class: "what", dir: "auto" }, row.title || row.answer), make("span", { class: "many" }, number(row.length)))))));
  }

  function size(bytes) {
    const [by, unit] = bytes < 1e6 ? [1e3, "kB"] : [1e6, "MB"];
    return `${(bytes / by).toFixed(1)} ${unit}`;
  }

  async function tellFigures(place) {
    figures = figures || Store.figures();
    const { words, media_size: bytes, per_day: daily, days, busiest } = await figures;
    if (!days) return;
    place.replaceChildren(`All cards together: ${counted(words, "word")}${bytes ? `, ${size(bytes)} of media` : ""}. ` +
      `${counted(daily, "new card")} a day: all introduced in ${counted(days, "day")}; the busiest day has ${counted(busiest, "card")}.`);
  }

  // The pictures of the project, each with a button for a new note.
  async function listPictures(place) {
    if (setting.masks) sources = sources || Store.pictures();
    const { pictures } = (await sources) || {};
    if (!pictures || !pictures.length) return place.remove();
    return place.replaceChildren(make("h2", {}, "Pictures"), make("ul", {}, ...pictures.map((path) =>
      make("li", {}, make("span", { class: "what", title: path }, path.replace(/^cards\//, "")),
        make("button", { type: "button", class: "link", "aria-label": `New occlusion note from ${path}`, onclick: () => Masks.create(path) }, "New occlusion note")))));
  }

  function draw() {
    if (Store.view.name !== "overview") return;
    const rows = Store.found.map((key) => Store.cards.get(key));
    const totals = [
      [rows.length, "card"], [new Set(rows.map((row) => row.id)).size, "note"],
      [new Set(rows.map((row) => row.deck)).size, "deck"], [new Set(rows.flatMap((row) => row.tags)).size, "tag"],
      [Store.media, "media file"],
    ];
    const pictures = make("section", { class: "plot pictures" });
    const study = make("p", { class: "study" });
    byId("overview").replaceChildren(
      make("ul", { class: "figures" }, ...totals.map(([many, word]) =>
        make("li", {}, make("b", {}, number(many)), make("span", {}, many === 1 ? word : `${word}s`)))),
      study,
      make("div", { class: "plots" }, ...[
        plot("Decks", tally(rows.map((row) => row.deck)), (deck) => filtered({ deck: [deck] })),
        plot("Kinds", tally(rows.map((row) => row.kind)), (kind) => filtered({ kind: [kind] })),
        lengths(rows),
        longest(rows),
        plot("Tags", tally(rows.flatMap((row) => row.tags)), (tag) => filtered({ tag: [tag] })),
        plot("Problems by rule", tally(Store.problems.map((one) => one.rule)), Problems.open),
        plot("Problems by file", tally(Store.problems.map((one) => one.file).filter(Boolean)),
          (file) => filtered({ query: `"file:${file}"`, is: ["problem"] })),
        pictures,
      ].filter(Boolean)),
    );
    tellFigures(study);
    listPictures(pictures);
  }

  on("cards", () => { figures = sources = null; });
  on("cards filter view problems", draw);
  return { draw };
})();
