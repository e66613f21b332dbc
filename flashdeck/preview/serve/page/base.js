// Shared helpers: elements, text, and the table of event listeners.
"use strict";
const setting = JSON.parse(document.getElementById("setting").textContent);

const byId = (id) => document.getElementById(id);

// Creates an element. Text is never parsed as HTML.
function make(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((one) => one !== null && one !== undefined));
  return made;
}

const listeners = new Map();

function on(what, listener) {
  for (const one of what.split(" ")) {
    if (!listeners.has(one)) listeners.set(one, []);
    listeners.get(one).push(listener);
  }
}

function tell(what, detail) {
  for (const listener of listeners.get(what) || []) listener(detail);
}

let saidTimer = 0;

function say(...words) {
  clearTimeout(saidTimer);
  byId("said").replaceChildren(...words);
  saidTimer = setTimeout(() => byId("said").replaceChildren(), 6000);
}

const number = (value) => value.toLocaleString("en").replaceAll(",", "\u2009");
const counted = (count, word) => `${number(count)} ${word}${count === 1 ? "" : "s"}`;

// As people sort: numbers by their value.
const inOrder = new Intl.Collator(undefined, { numeric: true }).compare;

// The formulas of a text in order: where they begin and end. A missing end is searched for only once,
// which keeps the time linear.
function* formulas(text) {
  const opening = /\\[(\[]/g;
  const missing = new Set();
  for (let found; (found = opening.exec(text));) {
    const closing = found[0] === "\\(" ? "\\)" : "\\]";
    const end = missing.has(closing) ? -1 : text.indexOf(closing, opening.lastIndex);
    if (end < 0) {
      missing.add(closing);
    } else {
      yield { start: found.index, end: end + 2, tex: text.slice(found.index + 2, end), display: closing === "\\]" };
      opening.lastIndex = end + 2;
    }
  }
}
const hasFormula = (text) => !formulas(text).next().done;

// Text normalized for the search: no case, no accents.
const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

function sourceLink(file, line, target) {
  const words = `${file.split("/").pop()}:${line}`;
  const title = `${file}:${line}`;
  if (!file) return null;
  if (setting.editor) {
    return make("button", {
      type: "button", class: "link source", title: `Open ${title}`,
      onclick: (event) => { event.stopPropagation(); openEditor(target); },
    }, words);
  }
  if (setting.link) {
    const path = file.split("/").map(encodeURIComponent).join("/");
    const href = `${setting.link}/${path}:${line}:${target.column || 1}`;
    return make("a", {
      class: "link source", title: `Open ${title}`, href,
      onclick: () => say(`Opening ${title} in VS Code. Another editor: flashdeck preview --editor. `, copyButton(title)),
    }, words);
  }
  return make("span", { title }, words);
}

// A page can't know whether anything answers a link.
function copyButton(text) {
  return make("button", {
    type: "button", class: "link", onclick: () => navigator.clipboard.writeText(text).then(() => say(`Copied ${text}`)),
  }, `Copy ${text}`);
}

async function openEditor(target) {
  const answer = await fetch("open", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Flashdeck": setting.secret },
    body: JSON.stringify(target),
  }).catch(() => null);
  const told = answer && answer.ok ? await answer.json() : { error: "the editor could not be opened" };
  if (told.error) say(`${told.error}. Another editor: flashdeck preview --editor`);
  else say(`Opened ${told.opened} in ${told.editor}. `, copyButton(told.opened));
}
