// Searches as in Anki's browser: words, "texts", -not, or, (groups), wildcards, and deck: tag: note:
// card: is: nid: id: kind: file:.
"use strict";
const Search = (() => {
  const TOKEN = /\s*(?:(-)?(\()|(\))|(-)?((?:"(?:\\.|[^"\\])*"?|\\.|[^\s()"\\])+))/uy;
  const SPECIAL = /[.*+?^${}()|[\]\\/]/u;
  const DEEPEST = 50;
  const STATES = {
    new: (row) => row.edit === "new",
    edited: (row) => row.edit === "edited",
    changed: (row) => row.edit !== "",
    problem: (row) => row.problems > 0,
  };
  const NAMED = {
    deck: (text) => inside(text, (row) => [row.deck]),
    tag: (text) => (text === "none" ? (row) => !row.tags.length : inside(text, (row) => row.tags)),
    note: (text) => whole(text, (row) => row.notetype),
    kind: (text) => whole(text, (row) => row.kind),
    card: (text) => (/^\d+$/.test(text) ? (row) => row.ordinal === Number(text) : whole(text, (row) => row.card)),
    is: (text) => {
      const name = text.toLowerCase().replace(/s$/, "");
      return Object.hasOwn(STATES, name) && STATES[name];
    },
    nid: (text) => oneOf(text, (row) => row.number),
    id: (text) => whole(text, (row) => row.id),
    file: (text) => part(text, (row) => row.file),
  };

  function oneOf(text, of) {
    const numbers = new Set(text.split(",").map(Number));
    return (row) => numbers.has(of(row));
  }

  // The pieces of a text between its `*`, as expressions. `_` stands for one character, and a backslash
  // makes the next character literal.
  function pieces(text) {
    const found = [""];
    for (let at = 0; at < text.length; at += 1) {
      let letter = text[at];
      if (letter === "*") found.push("");
      else if (letter === "_") found[found.length - 1] += ".";
      else {
        if (letter === "\\" && at + 1 < text.length) letter = text[at += 1];
        found[found.length - 1] += SPECIAL.test(letter) ? `\\${letter}` : letter;
      }
    }
    return found;
  }

  // Looks for the pieces one after another, each at its first place: time is linear, whatever the stars.
  function matcher(text, isWhole) {
    const sources = pieces(folded(text));
    const last = sources.length - 1;
    const parts = sources.map((source, at) =>
      new RegExp(`${isWhole && at === 0 ? "^" : ""}${source}${isWhole && at === last ? "$" : ""}`, "gsu"));
    return (value) => {
      let from = 0;
      return parts.every((part) => {
        part.lastIndex = from;
        const isThere = part.test(value);
        from = part.lastIndex;
        return isThere;
      });
    };
  }

  function part(text, of) {
    const matches = matcher(text, false);
    return (row) => matches(folded(of(row)));
  }

  function whole(text, of) {
    const matches = matcher(text, true);
    return (row) => matches(folded(of(row)));
  }

  // A name or one of its parents, as in "a::b".
  function inside(text, of) {
    const [matches, isBelow] = [matcher(text, true), matcher(`${text}::*`, true)];
    return (row) => of(row).map(folded).some((name) => matches(name) || isBelow(name));
  }

  const haystacks = new WeakMap();

  function haystack(row) {
    if (!haystacks.has(row)) {
      haystacks.set(row, folded([row.title, row.text, row.deck, row.tags.join(" "), row.id, row.file].join("\n")));
    }
    return haystacks.get(row);
  }

  function words(text) {
    const wanted = folded(text);
    if (!/[*_\\]/.test(wanted)) return (row) => haystack(row).includes(wanted);
    const matches = matcher(text, false);
    return (row) => matches(haystack(row));
  }

  function term(raw) {
    const text = raw.replace(/(\\.)|"/gsu, (_all, escape) => escape || "");
    const colon = /^([a-z]+):(.+)$/isu.exec(text);
    const named = colon && Object.hasOwn(NAMED, colon[1].toLowerCase()) && NAMED[colon[1].toLowerCase()];
    return (named && named(colon[2])) || words(text);
  }

  function tokens(text) {
    const found = [];
    TOKEN.lastIndex = 0;
    for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
      const [, notGroup, open, close, notTerm, word] = match;
      if (open || close) found.push({ mark: open || close, not: Boolean(notGroup) });
      else if (!/^-?"*$/.test(word)) found.push({ word, not: Boolean(notTerm) });
      if (TOKEN.lastIndex >= text.length) break;
    }
    return found;
  }

  // Returns whether a row matches. A search that is not finished, such as "(a or", is read as far as
  // it goes.
  function parse(text) {
    const list = tokens(text);
    let at = 0;

    function either(depth) {
      const options = [];
      let terms = [];
      for (; at < list.length && list[at].mark !== ")"; at += 1) {
        const token = list[at];
        if (token.word && !token.not && token.word.toLowerCase() === "or") {
          if (terms.length) options.push(terms);
          terms = [];
        } else if (!token.word || token.word.toLowerCase() !== "and") {
          terms.push(one(token, depth));
        }
      }
      if (terms.length) options.push(terms);
      return (row) => !options.length || options.some((all) => all.every((matches) => matches(row)));
    }

    function one(token, depth) {
      let matches;
      if (token.mark) {
        at += 1;
        matches = depth < DEEPEST ? either(depth + 1) : () => true;
      } else matches = term(token.word);
      return token.not ? (row) => !matches(row) : matches;
    }

    const parts = [];
    while (at < list.length) {
      parts.push(either(0));
      at += 1; // a closing parenthesis without an opening one
    }
    return (row) => parts.every((matches) => matches(row));
  }

  return { parse };
})();
