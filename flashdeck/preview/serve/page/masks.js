// Draws the masks of an image occlusion note over its picture, and saves them into the source.
"use strict";
const Masks = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const LEAST = 0.5; // percent of the picture; a smaller one was a click
  const STEP = 0.5;
  const CORNERS = [[0, 0], [1, 0], [0, 1], [1, 1]];
  const dialog = byId("masks");
  let target = null; // where and with what the masks are saved
  let masks = [];
  let chosen = -1;
  let past = []; // for undo
  let renaming = -1; // the mask whose label is being written
  let parts = null;
  let drag = null;

  const copied = () => masks.map((mask) => ({ ...mask, at: [...mask.at] }));
  const remember = () => past.push(copied());
  const reason = ({ error, hint }) => (hint ? `${error}: ${hint}` : error);
  const within = (value, most) => Math.max(0, Math.min(most, value));
  // To a tenth of a percent, so that the source reads well.
  const round = (value) => Math.round(value * 10) / 10;

  async function open(key) {
    const face = await Store.face(key);
    const answer = await fetch(`masks?card=${key}`).catch(() => null);
    const read = answer && answer.ok ? await answer.json() : { error: "the masks can't be read" };
    const name = face && pictureOf(face.question);
    if (read.error || !name) return say(read.error ? reason(read) : "this note has no picture");
    target = { path: "masks", body: { card: key, digest: read.digest } };
    return show(setting.frame + encodeURIComponent(decodeURIComponent(name)), "Masks", read.masks);
  }

  // Starts a new note with a picture of the project.
  async function create(picture) {
    const read = await Store.pictures();
    if (read.error) return say(reason(read));
    const files = Object.keys(read.decks);
    const row = Store.cards.get(Store.current);
    const pick = make("select", { "aria-label": "Deck file" }, ...files.map((file) =>
      make("option", { value: file, selected: Boolean(row) && row.file === file }, file)));
    target = { path: "occlusion", get body() { return { picture, deck: pick.value, digest: read.decks[pick.value] }; } };
    return show(`picture?name=${encodeURIComponent(picture)}`, "New note", [],
      make("span", { class: "pick" }, "in", pick));
  }

  async function show(address, title, read, ...more) {
    [masks, chosen, past, renaming] = [read, -1, [], -1];
    await build(address, title, more).decode().catch(() => null); // the masks' places follow from its size
    dialog.showModal();
    return draw();
  }

  // The name of the picture below the masks.
  function pictureOf(html) {
    const place = document.implementation.createHTMLDocument("").createElement("div");
    place.innerHTML = html;
    const picture = place.querySelector(".fd-occlusion img");
    return picture && picture.getAttribute("src");
  }

  // Returns the picture.
  function build(address, title, more) {
    const tool = (words, ellipse) => make("button", { type: "button", class: "plain toggle", "data-ellipse": String(ellipse), onclick: () => setShape(ellipse) }, words);
    const surface = document.createElementNS(SVG, "svg");
    surface.setAttribute("viewBox", "0 0 100 100");
    surface.setAttribute("preserveAspectRatio", "none");
    surface.setAttribute("tabindex", "0");
    surface.setAttribute("aria-label", "Masks on the picture");
    const picture = make("img", { src: address, alt: "The picture of the note", draggable: "false" });
    const list = make("ol", {});
    const undo = make("button", { type: "button", class: "plain toggle undo", onclick: back }, "Undo");
    const problem = make("p", { class: "saying", role: "alert" });
    parts = { surface, list, undo, problem, tools: make("div", { class: "choice", role: "group", "aria-label": "Shape" }, tool("Rectangle", false), tool("Ellipse", true)), ellipse: false };
    surface.addEventListener("pointerdown", press);
    surface.addEventListener("pointermove", move);
    surface.addEventListener("pointerup", release);
    surface.addEventListener("pointercancel", release);
    dialog.replaceChildren(
      make("header", {}, make("h2", { id: "masks-title" }, title), ...more, parts.tools, undo, make("span", { class: "grow" }),
        make("button", { type: "button", class: "plain toggle", onclick: () => dialog.close() }, "Cancel"),
        make("button", { type: "button", class: "plain toggle save", onclick: save }, "Save")),
      problem,
      make("div", { class: "drawing" },
        make("div", { class: "canvas" }, make("div", { class: "sheet" }, picture, surface)),
        make("div", { class: "names" }, make("p", {}, "Drag on the picture to add a mask. Drag a mask to move it, a corner to resize it. Delete removes it; arrow keys move it."), list)));
    return picture;
  }

  // --- drawing

  function shape(mask, at) {
    const [left, top, width, height] = mask.at;
    const made = document.createElementNS(SVG, mask.ellipse ? "ellipse" : "rect");
    const values = mask.ellipse
      ? { cx: left + width / 2, cy: top + height / 2, rx: width / 2, ry: height / 2 }
      : { x: left, y: top, width, height };
    for (const [name, value] of Object.entries(values)) made.setAttribute(name, value);
    made.setAttribute("class", at === chosen ? "mask chosen" : "mask");
    made.dataset.mask = at;
    return made;
  }

  // Corners are drawn as round dots, whatever the picture's proportions.
  function corners(mask, at) {
    const [left, top, width, height] = mask.at;
    return CORNERS.map(([right, under], corner) => {
      const dot = document.createElementNS(SVG, "path");
      dot.setAttribute("d", `M${left + right * width} ${top + under * height}h0`);
      dot.setAttribute("class", "corner");
      Object.assign(dot.dataset, { mask: at, corner });
      return dot;
    });
  }

  function draw() {
    parts.surface.replaceChildren(...masks.map(shape), ...(masks[chosen] ? corners(masks[chosen], chosen) : []));
    parts.undo.disabled = !past.length;
    const ellipse = masks[chosen] ? masks[chosen].ellipse : parts.ellipse;
    for (const tool of parts.tools.children) tool.setAttribute("aria-pressed", String(tool.dataset.ellipse === String(ellipse)));
    if (parts.list.childElementCount !== masks.length) {
      parts.list.replaceChildren(...masks.map((_mask, at) => make("li", {},
        make("input", { type: "text", "aria-label": `Label of mask ${at + 1}`, placeholder: "Label", autocomplete: "off", onfocus: () => choose(at), oninput: (event) => rename(at, event.target.value) }),
        make("button", { type: "button", class: "plain", "aria-label": `Remove mask ${at + 1}`, onclick: () => remove(at) }, "×"))));
    }
    [...parts.list.children].forEach((item, at) => {
      item.classList.toggle("chosen", at === chosen);
      if (item.firstChild.value !== masks[at].label) item.firstChild.value = masks[at].label;
    });
  }

  function choose(at) {
    if (chosen === at) return;
    chosen = at;
    draw();
  }

  function rename(at, label) {
    if (renaming !== at) remember();
    renaming = at;
    masks[at].label = label;
    draw();
  }

  function setShape(ellipse) {
    parts.ellipse = ellipse;
    renaming = -1;
    if (masks[chosen] && masks[chosen].ellipse !== ellipse) {
      remember();
      masks[chosen].ellipse = ellipse;
    }
    draw();
  }

  function remove(at) {
    remember();
    renaming = -1;
    masks.splice(at, 1);
    chosen = -1;
    parts.list.replaceChildren();
    draw();
    parts.surface.focus({ preventScroll: true });
  }

  function back() {
    if (!past.length) return;
    masks = past.pop();
    [chosen, renaming] = [-1, -1];
    parts.list.replaceChildren();
    draw();
  }

  // --- the pointer

  function point(event) {
    const box = parts.surface.getBoundingClientRect();
    return [(100 * (event.clientX - box.left)) / box.width, (100 * (event.clientY - box.top)) / box.height]
      .map((value) => within(value, 100));
  }

  function press(event) {
    if (event.button) return;
    event.preventDefault();
    parts.surface.setPointerCapture(event.pointerId);
    const { mask, corner } = event.target.dataset;
    const from = point(event);
    const before = copied();
    if (mask === undefined) drag = { before, from, draws: true };
    else {
      chosen = Number(mask);
      drag = { before, from, corner: corner === undefined ? null : CORNERS[corner], start: [...masks[chosen].at] };
    }
    parts.surface.focus({ preventScroll: true }); // for the keys
    renaming = -1;
    draw();
  }

  const between = ([x, y], [other, under]) =>
    [Math.min(x, other), Math.min(y, under), Math.abs(x - other), Math.abs(y - under)].map(round);

  function move(event) {
    if (!drag) return;
    const to = point(event);
    const { from, start, corner } = drag;
    if (drag.draws) {
      if (!drag.isNew) {
        if (Math.hypot(to[0] - from[0], to[1] - from[1]) < LEAST) return;
        drag.isNew = true;
        masks.push({ index: null, label: "", at: [], ellipse: parts.ellipse });
        chosen = masks.length - 1;
      }
      masks[chosen].at = between(from, to);
    } else if (corner) {
      const fixed = [start[0] + (corner[0] ? 0 : start[2]), start[1] + (corner[1] ? 0 : start[3])];
      masks[chosen].at = between(fixed, to);
    } else {
      masks[chosen].at = [within(round(start[0] + to[0] - from[0]), 100 - start[2]), within(round(start[1] + to[1] - from[1]), 100 - start[3]), start[2], start[3]];
    }
    draw();
  }

  function release() {
    if (!drag) return;
    const { before, isNew, draws } = drag;
    drag = null;
    if (draws && !isNew) chosen = -1;
    else if (masks[chosen].at[2] < LEAST || masks[chosen].at[3] < LEAST) [masks, chosen] = [before, -1];
    else if (JSON.stringify(before) !== JSON.stringify(masks)) past.push(before);
    draw();
    if (isNew && masks[chosen]) parts.list.lastChild.firstChild.focus();
  }

  // --- keys

  const ARROWS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

  function nudge([x, y]) {
    remember();
    renaming = -1;
    const { at } = masks[chosen];
    at[0] = within(round(at[0] + x), 100 - at[2]);
    at[1] = within(round(at[1] + y), 100 - at[3]);
    draw();
  }

  dialog.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const { key } = event;
    const isWriting = event.target.matches("input");
    if ((event.ctrlKey || event.metaKey) && key === "z" && !isWriting) back();
    else if ((event.ctrlKey || event.metaKey) && key === "Enter") save();
    else if (isWriting || !masks[chosen]) return;
    else if (key === "Delete" || key === "Backspace") remove(chosen);
    else if (key in ARROWS) nudge(ARROWS[key]);
    else return;
    event.preventDefault();
  });

  async function save() {
    const answer = await fetch(target.path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Flashdeck": setting.secret },
      body: JSON.stringify({ ...target.body, masks }),
    }).catch(() => null);
    const written = answer && answer.ok ? await answer.json() : { error: "the masks could not be saved" };
    if (written.error) parts.problem.textContent = reason(written);
    else {
      dialog.close();
      if (target.path === "masks") return say("The masks are saved.");
      say(`The note is written into ${target.body.deck}.`);
      Store.show({ name: "gallery" }); // which scrolls to the new cards
    }
    return null;
  }

  return { open, create };
})();
