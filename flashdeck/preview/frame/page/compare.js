// Compares a typed answer with the expected one, letter by letter, as Anki does: by the longest
// common substring, then recursively to the left and right of it (Ratcliff and Obershelp, as in
// Python's difflib).
const compareAnswer = (() => {
  "use strict";
  const MARK = /^\p{M}/u;

  // Where each letter is in a text. In a long one Anki looks only for letters that are frequent;
  // the others are found where they follow or precede those.
  function places(letters) {
    const found = new Map();
    letters.forEach((letter, at) => {
      if (!found.has(letter)) found.set(letter, []);
      found.get(letter).push(at);
    });
    if (letters.length >= 200) {
      const rare = Math.floor(letters.length / 100) + 1;
      for (const [letter, all] of found) if (all.length <= rare) found.delete(letter);
    }
    return found;
  }

  function longest(a, b, where, [aFrom, aTo, bFrom, bTo]) {
    let best = { a: aFrom, b: bFrom, size: 0 };
    let lengths = new Map();
    for (let i = aFrom; i < aTo; i += 1) {
      const now = new Map();
      for (const j of where.get(a[i]) || []) {
        if (j >= bTo) break;
        if (j < bFrom) continue;
        const size = (lengths.get(j - 1) || 0) + 1;
        now.set(j, size);
        if (size > best.size) best = { a: i - size + 1, b: j - size + 1, size };
      }
      lengths = now;
    }
    while (best.a > aFrom && best.b > bFrom && a[best.a - 1] === b[best.b - 1]) {
      best = { a: best.a - 1, b: best.b - 1, size: best.size + 1 };
    }
    while (
      best.a + best.size < aTo && best.b + best.size < bTo &&
      a[best.a + best.size] === b[best.b + best.size]
    ) best.size += 1;
    return best;
  }

  function common(a, b) {
    const where = places(b);
    const waiting = [[0, a.length, 0, b.length]];
    const found = [];
    while (waiting.length) {
      const [aFrom, aTo, bFrom, bTo] = waiting.pop();
      const one = longest(a, b, where, [aFrom, aTo, bFrom, bTo]);
      if (!one.size) continue;
      found.push(one);
      if (aFrom < one.a && bFrom < one.b) waiting.push([aFrom, one.a, bFrom, one.b]);
      if (one.a + one.size < aTo && one.b + one.size < bTo) {
        waiting.push([one.a + one.size, aTo, one.b + one.size, bTo]);
      }
    }
    return found.sort((one, other) => one.a - other.a || one.b - other.b);
  }

  // Merge matches that are adjacent on both sides.
  function joined(stretches) {
    const found = [];
    for (const one of stretches) {
      const last = found[found.length - 1];
      if (last && last.a + last.size === one.a && last.b + last.size === one.b) {
        last.size += one.size;
      } else found.push({ ...one });
    }
    return found;
  }

  function differences(typed, expected) {
    const above = [];
    const below = [];
    let a = 0;
    let b = 0;
    for (const one of [...joined(common(typed, expected)), { a: typed.length, b: expected.length, size: 0 }]) {
      const wrong = typed.slice(a, one.a);
      const missing = expected.slice(b, one.b);
      if (wrong.length) above.push(["typeBad", wrong]);
      else if (missing.length) above.push(["typeMissed", missing.map(() => "-")]);
      if (missing.length) below.push(["typeMissed", missing]);
      if (one.size) {
        above.push(["typeGood", typed.slice(one.a, one.a + one.size)]);
        below.push(["typeGood", expected.slice(one.b, one.b + one.size)]);
      }
      a = one.a + one.size;
      b = one.b + one.size;
    }
    return [above, below];
  }

  const NAMES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;" };
  const escaped = (text) => text.replace(/[&<>"']/g, (one) => NAMES[one]);
  const span = (name, text) => `<span class=${name}>${escaped(text)}</span>`;
  // A combining mark at the start of a part must not attach to the letter before it.
  const apart = (text) => (MARK.test(text) ? `\u00a0${text}` : text);

  // The letters without combining marks, and each letter with its marks.
  function bare(text) {
    const whole = [];
    for (const one of text.normalize("NFKD")) {
      if (!MARK.test(one)) whole.push(one);
      else if (whole.length) whole[whole.length - 1] += one;
    }
    return { letters: whole.map((one) => [...one][0]), whole };
  }

  function answer(expected, typed, combining) {
    if (!typed) return escaped(expected);
    if (combining) {
      const given = [...typed.normalize("NFC")];
      const wanted = [...expected.normalize("NFC")];
      if (given.join("") === wanted.join("")) return span("typeGood", wanted.join(""));
      return lines(differences(given, wanted), (name, part) => span(name, apart(part.join(""))));
    }
    const wanted = bare(expected);
    const given = bare(typed).letters;
    if (given.join("") === wanted.letters.join("")) return span("typeGood", expected);
    let at = 0;
    return lines(differences(given, wanted.letters), (name, part) => {
      at += part.length;
      return span(name, wanted.whole.slice(at - part.length, at).join(""));
    });
  }

  function lines([above, below], show) {
    const typed = above.map(([name, part]) => span(name, apart(part.join("")))).join("");
    const expected = below.map(([name, part]) => show(name, part)).join("");
    return `${typed}<br><span id=typearrow>&darr;</span><br>${expected}`;
  }

  // `expected` is plain text; returns the content of the page's `code#typeans`, as HTML.
  return (expected, typed, combining) =>
    `<code id=typeans>${answer(expected, typed, combining)}</code>`;
})();
