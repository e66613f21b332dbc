// The single-card view, with Anki's shortcuts and the card's details.
"use strict";
const Single = (() => {
  const room = byId("single");
  const PHONE_HEIGHT = 800;
  const DESKTOP_HEIGHT = 640;
  let parts = null;
  let side = "question";
  let entering = false;

  function build() {
    const stage = make("div", { class: "stage" });
    const screens = make("div", { class: "screens" });
    const native = make("form", { class: "native", hidden: true, onsubmit: (event) => { event.preventDefault(); flip(); } },
      make("input", { type: "text", "aria-label": "Type the answer", placeholder: "Type the answer", autocomplete: "off" }));
    const previous = make("button", { type: "button", onclick: () => move(-1), "aria-label": "Previous card", title: "←" }, "←");
    const next = make("button", { type: "button", onclick: () => move(1), "aria-label": "Next card", title: "→" }, "→");
    const turn = make("button", { type: "button", class: "flip", onclick: flip, title: "Space" });
    const at = make("span", { class: "at" });
    stage.append(screens, native, make("div", { class: "controls" }, previous, turn, next, at));
    const about = make("aside", { class: "about", "aria-label": "About this card" });
    room.replaceChildren(stage, about);
    parts = { stage, screens, native, input: native.firstChild, previous, next, turn, at, about, faces: [] };
    new ResizeObserver(fit).observe(screens);
  }

  function screen(which) {
    const frame = Frames.create(which === 0 ? "Card" : "Answer of the card");
    const place = make("div", { class: "screen" }, frame.place);
    parts.screens.append(place);
    frame.onclick = flip;
    frame.onkey = (told) => Keys.press(told.key, told.shift, true);
    frame.onplaying = (name) => { place.dataset.playing = name; };
    frame.ondrawn = (told) => { place.dataset.shown = `${told.shown}-${told.side}-${told.version}`; };
    return { frame, place };
  }

  function fit() {
    if (!parts || room.hidden) return;
    const device = Number(Store.view.width);
    const phone = device !== 800;
    const shown = parts.faces.filter(({ place }) => !place.hidden);
    const gaps = 20 * (shown.length - 1);
    const wide = (parts.screens.clientWidth - gaps) / Math.max(1, shown.length);
    const border = phone ? (innerWidth < 500 ? 2 : 18) : 2;
    const scale = Math.min(1, (wide - border) / device);
    const high = Math.min(parts.screens.clientHeight - border, (phone ? PHONE_HEIGHT : DESKTOP_HEIGHT) * Math.max(scale, 0.6));
    for (const { frame, place } of shown) {
      place.className = `screen ${phone ? "phone" : "desktop"}`;
      place.style.width = `${Math.round(device * scale) + border}px`;
      place.style.height = `${Math.round(high) + border}px`;
      frame.fit(device, high / scale, scale);
    }
  }

  async function draw(wish = {}) {
    if (Store.view.name !== "single") return;
    if (!parts) build();
    const key = Store.current;
    const row = Store.cards.get(key);
    room.classList.toggle("empty", !row);
    if (!row) {
      hush();
      for (const button of [parts.previous, parts.turn, parts.next]) button.disabled = true;
      parts.at.textContent = "No card";
      return;
    }
    const count = Store.view.both ? 2 : 1;
    while (parts.faces.length < count) parts.faces.push(screen(parts.faces.length));
    parts.faces.forEach(({ place }, at) => { place.hidden = at >= count; });
    const at = Store.found.indexOf(key);
    parts.at.textContent = at >= 0 ? `${number(at + 1)} / ${number(Store.found.length)}` : `– / ${number(Store.found.length)}`;
    parts.previous.disabled = at <= 0;
    parts.next.disabled = at >= Store.found.length - 1;
    parts.turn.textContent = side === "answer" ? "Show question" : "Show answer";
    parts.turn.disabled = Store.view.both;
    fit();
    const face = await Store.face(key);
    if (!face || key !== Store.current) return;
    const hasBox = face.typed && face.typed.box;
    const box = hasBox && Store.view.app.startsWith("android");
    parts.native.hidden = !(box && side === "question" && !Store.view.both);
    const sides = Store.view.both ? ["question", "answer"] : [side];
    const typing = hasBox && !box && side === "question";
    if (typing && wish.moved) parts.faces[0].frame.element.focus();
    sides.forEach((one, which) => {
      parts.faces[which].frame.show({
        key, version: face.version, face, side: one, ...Frames.screen(),
        focus: wish.turned || wish.moved, play: Boolean(wish.turned || wish.moved) && !Store.view.both,
        ...(box ? { typed: parts.input.value } : {}),
      });
    });
    tellAbout(row, face);
  }

  function tellAbout(row, face) {
    const state = JSON.stringify([row, face.version, face.fields, Store.problems]);
    if (parts.about.dataset.state === state) return;
    parts.about.dataset.state = state;
    const opened = parts.about.querySelector("details[open]") !== null;
    const only = (name, value, words) => make("button", { type: "button", class: "link", onclick: () => { Store.look({ [name]: [value] }); Store.show({ name: "gallery" }); } }, words || value);
    const pairs = [
      ["Source", sourceLink(row.file, row.line, { card: row.key })],
      ["Deck", only("deck", row.deck, row.deck.replaceAll("::", " › "))],
      ["Tags", row.tags.length ? make("ul", {}, ...row.tags.map((tag) => make("li", {}, only("tag", tag)))) : null],
      ["Kind", only("kind", row.kind)],
      ["Card", `${row.notetype} › ${row.card}${face.number > 1 ? ` (${face.number})` : ""}`],
      ["Id", row.id],
      ["Since the last build", Store.built ? row.edit || "unchanged" : "not built yet"],
    ].filter(([, value]) => value);
    if (!row.file) pairs.pop();
    const saying = problemsOf(row)
      .map((one) => make("p", { class: `saying ${one.severity}` }, one.message));
    const draws = setting.masks && row.kind === "occlusion" && row.file;
    parts.about.replaceChildren(
      draws ? make("button", { type: "button", class: "plain toggle", onclick: () => Masks.open(row.key) }, "Edit masks") : "",
      make("dl", {}, ...pairs.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)])),
      ...saying,
      make("details", { open: opened }, make("summary", {}, "Fields"),
        ...face.fields.flatMap(([name, text]) => [make("h3", {}, name), make("pre", { dir: "auto" }, text)])),
    );
  }

  // The problems between this note and the next one in its file.
  function problemsOf(row) {
    if (!row.problems) return [];
    const lines = [...Store.cards.values()].filter((one) => one.file === row.file && one.line > row.line);
    const end = Math.min(...lines.map((one) => one.line));
    return Store.problems.filter((one) => one.file === row.file && one.line >= row.line && one.line < end);
  }

  function flip() {
    if (Store.view.both) return;
    side = side === "answer" ? "question" : "answer";
    draw({ turned: true });
    if (side === "question" && parts) parts.input.value = "";
    Store.keep();
  }

  function move(by) {
    const at = Store.found.indexOf(Store.current);
    const to = Store.found[at + by];
    if (to === undefined) return;
    side = "question";
    if (parts) parts.input.value = "";
    Store.current = to;
    Store.go(to);
    draw({ moved: true });
  }

  // Called with the side that an address names.
  function start(which) {
    side = which;
  }

  function open(key) {
    side = Store.sideOf(key);
    Store.current = key;
    entering = true;
    Store.show({ name: "single" });
    entering = false;
  }

  const replay = () => { if (parts && parts.faces[0]) parts.faces[0].frame.post({ replay: true }); };
  const hush = () => { if (parts) parts.faces.forEach(({ frame }) => frame.post({ hush: true })); };

  on("cards filter problems", () => draw());
  on("view", () => (Store.view.name === "single" ? draw({ moved: entering }) : hush()));
  on("refused", (key) => {
    if (key === Store.current && Store.view.name === "single") {
      say("A script of this card did not run. ", setting.live ? "Start with --allow-scripts to run it." : "");
    }
  });

  // The document of a frame in the one-file page.
  function frameDocument(math) {
    const text = JSON.parse(byId("fd-frame").textContent);
    if (!math) return text;
    const script = byId("fd-mathjax-text");
    return script ? text.replace("%%MATHJAX%%", () => script.textContent) : text;
  }

  return { open, start, side: () => side, flip, move, replay, frameDocument, draw };
})();
