// Problems in the sources with their lines, above the last good cards.
"use strict";
const Problems = (() => {
  const room = byId("problems");
  const button = byId("problems-button");

  function code(one) {
    const lines = one.lines.map(([at, text]) => {
      const number_ = make("span", { class: "number", "aria-hidden": "true" }, String(at));
      if (at !== one.line) return make("div", {}, number_, make("span", {}, text));
      const letters = [...text];
      return make("div", { class: "here" }, number_, make("span", {},
        letters.slice(0, one.from).join(""),
        make("mark", {}, letters.slice(one.from, one.to).join("") || " "),
        letters.slice(one.to).join("")));
    });
    return lines.length ? make("div", { class: "code", tabindex: "0" }, ...lines) : null;
  }

  function entry(one, at) {
    const link = sourceLink(one.file, one.line, { problem: at, column: one.column });
    if (link) link.textContent = `${one.file}:${one.line}:${one.column}`;
    return make("article", { class: `problem ${one.severity}` },
      link ? make("div", { class: "where" }, link) : null,
      make("p", { class: "message" }, make("b", {}, `${one.severity}: `), one.message),
      code(one),
      one.hint ? make("p", { class: "hint" }, one.hint) : null);
  }

  function draw({ fresh }) {
    const all = Store.problems;
    const errors = all.filter((one) => one.severity === "error").length;
    const count = (severity) => all.filter((one) => one.severity === severity).length;
    const words = [[errors, "error"], [count("warning"), "warning"], [count("info"), "info"]]
      .filter(([many]) => many).map(([many, word]) => counted(many, word)).join(", ");
    button.hidden = !all.length;
    button.setAttribute("aria-label", words);
    button.replaceChildren(...words.split(", ").flatMap((one, at) => {
      const [many, word] = one.split(" ");
      return [make("b", {}, at ? `, ${many}` : many), make("span", { class: "word" }, ` ${word}`)];
    }));
    button.classList.toggle("mild", !errors);
    if (fresh) {
      room.hidden = !errors;
      byId("problems-said").textContent = all.length ? `${words}. ${all[0].message}` : "";
    }
    if (!all.length) room.hidden = true;
    room.classList.toggle("mild", !errors);
    if (!fresh && room.childElementCount) return;
    room.replaceChildren(
      make("header", {}, make("h2", { id: "problems-title" }, words),
        make("button", { type: "button", class: "plain", onclick: close, title: "Escape" }, "Close")),
      errors && Store.cards.size ? make("p", { class: "why" }, "The cards behind this are from the last version without errors. Fix the problem and save.") : "",
      ...all.slice(0, 50).map(entry));
  }

  function close() {
    room.hidden = true;
    button.focus();
  }

  function open() {
    room.hidden = false;
    room.querySelector("button").focus();
  }

  function toggle() {
    if (!Store.problems.length) return;
    if (room.hidden) open();
    else room.hidden = true;
  }

  button.addEventListener("click", toggle);
  on("problems", draw);
  return { open, close, toggle, isOpen: () => !room.hidden };
})();
