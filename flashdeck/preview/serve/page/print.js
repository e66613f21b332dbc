// The print view: question on the left, answer on the right. Cards are part of this page here, so
// all active content is removed, and each side is isolated in a shadow tree.
"use strict";
const Print = (() => {
  const MOST = 3000;
  const room = byId("print");
  const ACTIVE = "script, iframe, frame, object, embed, applet, portal, base, meta, link, form, audio, video, style";
  const sheets = new Map();
  let printed = "";

  const base = sheet(`
    .card { margin: 0 !important; padding: 0 !important; max-width: none !important;
      background: none !important; color: #000 !important; font-size: 11pt !important; }
    img { max-width: 100%; max-height: 60mm; }
    pre, pre * { white-space: pre-wrap !important; overflow-wrap: anywhere !important; }
    table { overflow-wrap: anywhere !important; }
    .replay-button { text-decoration: none; }
    .typed { display: inline-block; min-width: 8em; border-bottom: 0.5pt solid #000; }
    mjx-container { color: #000; }`);

  function sheet(css) {
    if (!sheets.has(css)) {
      const made = new CSSStyleSheet();
      made.replaceSync(css);
      sheets.set(css, made);
    }
    return sheets.get(css);
  }

  function address(name) {
    if (/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(name)) return name.startsWith("data:image/") ? name : "data:,";
    return setting.live ? setting.frame + encodeURIComponent(name) : Store.files[name] || "data:,";
  }

  function harmless(html) {
    const place = document.implementation.createHTMLDocument("").createElement("div");
    place.innerHTML = html;
    place.querySelectorAll(ACTIVE).forEach((one) => one.remove());
    for (const one of place.querySelectorAll("[src], [poster]")) {
      for (const name of ["src", "poster"]) {
        if (one.hasAttribute(name)) one.setAttribute(name, address(one.getAttribute(name)));
      }
    }
    disarm(place);
    return place;
  }

  const LEADS = new Set(["href", "xlink:href", "ping", "srcset", "action", "formaction", "background"]);

  function disarm(place) {
    for (const one of place.querySelectorAll("*")) {
      for (const { name } of [...one.attributes]) {
        if (name.startsWith("on") || LEADS.has(name)) one.removeAttribute(name);
      }
    }
  }

  // Only the part after the rule: the question is on the left already.
  function cut(place) {
    const rule = place.querySelector("hr#answer");
    if (!rule) return;
    for (let at = rule; at !== place; at = at.parentElement) {
      while (at.previousSibling) at.previousSibling.remove();
    }
    rule.remove();
  }

  function withMath(place) {
    if (!window.MathJax || !window.MathJax.tex2chtml) return false;
    const texts = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
    const found = [];
    while (texts.nextNode()) if (hasFormula(texts.currentNode.data)) found.push(texts.currentNode);
    for (const text of found) {
      const parts = [];
      let done = 0;
      for (const { start, end, tex, display } of formulas(text.data)) {
        parts.push(text.data.slice(done, start), window.MathJax.tex2chtml(tex, { display }));
        done = end;
      }
      text.replaceWith(...parts, text.data.slice(done));
    }
    return found.length > 0;
  }

  function side(face, which) {
    const box = face.typed && face.typed.box ? face.typed.expected : "";
    const typed = `<span class="typed">${which === "answer" ? "\u0001" : "&nbsp;"}</span>`;
    const html = face[which].replace(/\[anki:play:[qa]:\d+\]/g, "♪ ")
      .replace(/\[\[type:(?:(.+?)\]\]|.*)/g, (all, field) => (field ? typed : all));
    const inner = harmless(html);
    inner.querySelectorAll(".typed").forEach((one) => { if (one.textContent === "\u0001") one.textContent = box; });
    if (which === "answer") cut(inner);
    // Collapsed content can't be opened on paper: it is printed beside the answer only.
    for (const one of inner.querySelectorAll("details")) {
      if (which === "answer") one.open = true;
      else one.remove();
    }
    if (withMath(inner)) disarm(inner); // formulas can contain links, too
    const host = make("div");
    const root = host.attachShadow({ mode: "open" });
    const css = face.css.replace(/\burl\(\s*(?:"([^"]*)"\s*|'([^']*)'\s*|([^"'()\s][^"'()]*))\)/g,
      (_all, double, single, bare) => `url("${address(double || single || (bare || "").trim())}")`);
    root.adoptedStyleSheets = [sheet(css), base, ...(mathSheet ? [mathSheet] : [])];
    const card = make("div", { class: `card card${face.number}`, dir: "auto" });
    card.append(...inner.childNodes);
    root.append(card);
    return host;
  }

  let mathSheet = null;

  function fill(pairs) {
    let deck = null;
    mathSheet = mathSheet || (window.MathJax && window.MathJax.tex2chtml ? new CSSStyleSheet() : null);
    room.replaceChildren();
    for (const [row, face] of pairs) {
      if (row.deck !== deck) room.append(make("h2", {}, row.deck.replaceAll("::", " › ")));
      deck = row.deck;
      room.append(make("div", { class: "pair" }, side(face, "question"), side(face, "answer")));
    }
    if (mathSheet) mathSheet.replaceSync(window.MathJax.chtmlStylesheet().textContent);
  }

  // Fonts must be declared in the document, not in shadow trees.
  function fontRules() {
    const rules = Object.values(window.MathJax._.output.chtml.fonts.tex_ts.TeXFont.defaultFonts);
    const made = new CSSStyleSheet();
    made.replaceSync(rules.map((rule) => {
      const name = /%%URL%%\/([^"]+)/.exec(rule.src)[1];
      const from = setting.live ? `${setting.fonts}/${name}` : Store.fonts[name];
      return `@font-face { font-family: ${rule["font-family"]}; src: url("${from}") format("woff"); }`;
    }).join("\n"));
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, made];
  }

  let mathLoading = null;

  function loadMath() {
    if (mathLoading) return mathLoading;
    window.MathJax = {
      tex: { packages: { "[+]": ["noerrors", "mathtools"], "[-]": ["textmacros"] } },
      loader: { load: ["[tex]/noerrors", "[tex]/mathtools"], versionWarnings: false },
      options: { enableMenu: false, enableAssistiveMml: false },
      startup: { typeset: false, ready: () => { fontRules(); window.MathJax.startup.defaultReady(); } },
    };
    mathLoading = new Promise((done) => {
      const script = document.createElement("script");
      if (setting.live) {
        script.src = setting.mathjax;
        script.onload = script.onerror = done;
      } else script.textContent = byId("fd-mathjax-text").textContent;
      document.head.append(script);
      if (!setting.live) done();
    }).then(() => window.MathJax.startup && window.MathJax.startup.promise);
    return mathLoading;
  }

  const needsMath = (face) => hasFormula(face.answer) || hasFormula(face.question);

  async function prepare() {
    const keys = Store.found.slice(0, MOST);
    const pairs = [];
    for (let from = 0; from < keys.length; from += 100) {
      const faces = await Promise.all(keys.slice(from, from + 100).map(Store.face));
      faces.forEach((face, at) => { if (face) pairs.push([Store.cards.get(keys[from + at]), face]); });
    }
    if (pairs.some(([, face]) => needsMath(face))) await loadMath();
    fill(pairs);
    printed = Store.found.join();
    await Promise.all([...room.querySelectorAll(".pair > div")].flatMap((host) =>
      [...host.shadowRoot.querySelectorAll("img")].map((one) => one.decode().catch(() => null))));
    return pairs.length;
  }

  async function print() {
    say("Preparing the print …");
    await prepare();
    if (Store.found.length > MOST) say(`Printing the first ${number(MOST)} cards; use the filters for the others.`);
    window.print();
  }

  // The browser's own print command prints the loaded cards: in a one-file page, all of them.
  addEventListener("beforeprint", () => {
    if (printed === Store.found.join()) return;
    if (setting.live) {
      room.replaceChildren(make("p", {}, "The cards are not loaded yet: use the Print button of the page, or Ctrl + P."));
      return;
    }
    fill(Store.found.slice(0, MOST).map((key) => [Store.cards.get(key), Store.faceNow(key)]));
  });

  on("cards", () => {
    printed = "";
    if (!setting.live && byId("fd-mathjax-text")) setTimeout(loadMath, 1500);
  });
  byId("print-button").addEventListener("click", print);
  addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.key.toLowerCase() !== "p") return;
    event.preventDefault();
    print();
  });
  return { prepare };
})();
