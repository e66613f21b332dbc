// The filter column: decks, tags, kinds, changes and problems.
"use strict";
const Filters = (() => {
  const FEW = 12;
  const opened = new Set();
  let counts = null; // of all cards, regardless of the filter

  // The number of cards of each name and of its parents ("a::b" counts for "a").
  function tally(rows, namesOf) {
    const found = new Map();
    for (const row of rows) {
      const all = new Set();
      for (const name of namesOf(row)) {
        const levels = name.split("::");
        for (let depth = 1; depth <= levels.length; depth += 1) all.add(levels.slice(0, depth).join("::"));
      }
      for (const name of all) found.set(name, (found.get(name) || 0) + 1);
    }
    return found;
  }

  function entry(words, many, pressed, act, depth = 0) {
    const button = make("button", { type: "button", "aria-pressed": String(pressed), title: words, onclick: act },
      make("span", { class: "what" }, words), make("span", { class: "many" }, number(many)));
    button.style.paddingInlineStart = `${8 + 12 * depth}px`;
    return make("li", {}, button);
  }

  function group(title, name, many, shown = (one) => one) {
    if (!many.size) return [];
    const names = [...many.keys()];
    const all = opened.has(name) || names.length <= FEW + 3;
    const now = Store.filter[name];
    const list = names.filter((one, at) => all || at < FEW || one === now).map((one) =>
      entry(shown(one), many.get(one), one === now,
        () => Store.look({ [name]: one === now ? "" : one }),
        shown === leaf ? one.split("::").length - 1 : 0));
    if (!all) {
      list.push(make("li", {}, make("button", {
        type: "button", class: "more", onclick: () => { opened.add(name); draw(); },
      }, `${number(names.length - FEW)} more`)));
    }
    return [make("h2", {}, title), make("ul", { "data-group": name }, ...list)];
  }

  const leaf = (name) => name.split("::").pop();
  const inOrder = new Intl.Collator(undefined, { numeric: true }).compare;
  const sorted = (counts) => new Map([...counts].sort(([one], [other]) => inOrder(one, other)));

  function recount() {
    const rows = [...Store.cards.values()];
    counts = {
      changed: rows.filter((row) => row.changed).length,
      bad: rows.filter((row) => row.problems).length,
      deck: sorted(tally(rows, (row) => [row.deck])),
      tag: sorted(tally(rows, (row) => row.tags)),
      kind: sorted(tally(rows, (row) => [row.kind])),
    };
  }

  function draw() {
    const { filter } = Store;
    const { changed, bad } = counts;
    const all = Store.cards.size;
    const flags = [
      entry("All cards", all, !Object.values(filter).some(Boolean), clear),
      (changed && changed < all) || filter.changed ? entry("Changed since the last build", changed,
        filter.changed, () => Store.look({ changed: !filter.changed })) : null,
      bad || filter.problems ? entry("Has problems", bad, filter.problems,
        () => Store.look({ problems: !filter.problems })) : null,
    ].filter(Boolean);
    const focused = document.activeElement && document.activeElement.closest("#filters button");
    const title = focused && focused.title;
    byId("filters").replaceChildren(
      make("h2", {}, "Show"), make("ul", { "data-group": "flags" }, ...flags),
      ...group("Decks", "deck", counts.deck, leaf),
      ...group("Tags", "tag", counts.tag, leaf),
      ...group("Kinds", "kind", counts.kind),
    );
    if (title) {
      const same = [...byId("filters").querySelectorAll("button")].find((one) => one.title === title);
      if (same) same.focus();
    }
  }

  function clear() {
    byId("query").value = "";
    Store.look({ query: "", deck: "", tag: "", kind: "", changed: false, problems: false });
  }

  function count() {
    const all = Store.cards.size;
    const found = Store.found.length;
    byId("count").textContent = found === all ? counted(all, "card") : `${number(found)} of ${counted(all, "card")}`;
  }

  on("cards", recount);
  on("cards filter", () => {
    draw();
    count();
  });

  return { clear };
})();
