// The filter column: changes and problems, decks, tags, kinds. Numbers are of the cards that match the
// search and the other groups; several values of one group add up.
"use strict";
const Filters = (() => {
  const FEW = 12;
  const opened = new Set();
  const STATES = { new: "New", edited: "Edited", problem: "With problems" };

  // The number of cards of each name and of its parents ("a::b" counts for "a"). Many cards have the
  // same names.
  function tally(rows, namesOf) {
    const same = new Map();
    for (const row of rows) {
      const names = namesOf(row);
      const key = names.length === 1 ? names[0] : names.join("\n");
      const known = same.get(key);
      if (known) known.many += 1;
      else same.set(key, { names, many: 1 });
    }
    const found = new Map();
    for (const { names, many } of same.values()) {
      const all = new Set();
      for (const name of names) {
        const levels = name.split("::");
        for (let depth = 1; depth <= levels.length; depth += 1) all.add(levels.slice(0, depth).join("::"));
      }
      for (const name of all) found.set(name, (found.get(name) || 0) + many);
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
    const list = names.filter((one, at) => all || at < FEW || Store.filter[name].includes(one)).map((one) =>
      entry(shown(one), many.get(one), Store.filter[name].includes(one), () => toggle(name, one),
        shown === leaf ? one.split("::").length - 1 : 0));
    if (!all) {
      list.push(make("li", {}, make("button", {
        type: "button", class: "more", onclick: () => { opened.add(name); draw(); },
      }, `${number(names.length - FEW)} more`)));
    }
    return [make("h2", {}, title), make("ul", { "data-group": name }, ...list)];
  }

  const leaf = (name) => name.split("::").pop();

  function toggle(name, value) {
    const now = Store.filter[name];
    Store.look({ [name]: now.includes(value) ? now.filter((one) => one !== value) : [...now, value] });
  }

  // Values without a matching card are left out, unless they are chosen.
  function counts(name, namesOf) {
    const found = tally(Store.rowsFor(name), namesOf);
    for (const value of Store.filter[name]) if (!found.has(value)) found.set(value, 0);
    return new Map([...found].sort(([one], [other]) => inOrder(one, other)));
  }

  // The entries for states of cards: problems, and edits since the last build.
  function states() {
    const found = new Map([["new", 0], ["edited", 0], ["problem", 0]]);
    for (const row of Store.rowsFor("is")) {
      if (row.edit) found.set(row.edit, found.get(row.edit) + 1);
      if (row.problems) found.set("problem", found.get("problem") + 1);
    }
    const { is } = Store.filter;
    return Object.fromEntries([...found].map(([state, many]) => [state, many || is.includes(state)
      ? entry(STATES[state], many, is.includes(state), () => toggle("is", state)) : null]));
  }

  function draw() {
    const focused = document.activeElement && document.activeElement.closest("#filters button");
    const title = focused && focused.title;
    const found = states();
    const edits = Store.built ? [found.new, found.edited].filter(Boolean) : [make("li", {}, "Not built yet")];
    const isFiltered = Object.values(Store.filter).some((one) => one.length);
    byId("filters").replaceChildren(
      make("h2", {}, "Show"),
      make("ul", { "data-group": "show" }, entry("All cards", Store.cards.size, !isFiltered, clear),
        ...[found.problem].filter(Boolean)),
      ...(edits.length ? [make("h2", {}, "Since the last build"), make("ul", { "data-group": "is" }, ...edits)] : []),
      ...group("Decks", "deck", counts("deck", (row) => [row.deck]), leaf),
      ...group("Tags", "tag", counts("tag", (row) => row.tags), leaf),
      ...group("Kinds", "kind", counts("kind", (row) => [row.kind])),
    );
    if (title) {
      const same = [...byId("filters").querySelectorAll("button")].find((one) => one.title === title);
      if (same) same.focus();
    }
  }

  function clear() {
    byId("query").value = "";
    Store.clear();
  }

  function count() {
    const all = Store.cards.size;
    const found = Store.found.length;
    byId("query").value = Store.filter.query;
    byId("count").textContent = found === all ? counted(all, "card") : `${number(found)} of ${counted(all, "card")}`;
  }

  on("cards filter", () => {
    draw();
    count();
  });

  return { clear };
})();
