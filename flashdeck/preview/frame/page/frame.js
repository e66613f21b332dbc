// One card on one screen. The parent page requests what to show, and receives keys and links. The
// card's scripts run only if the policy of this document allows them.
(() => {
  "use strict";
  const setting = JSON.parse(document.getElementById("fd-setting").textContent);
  document.getElementById("fd-setting").remove();
  const appStyle = document.getElementById("fd-app");
  const root = document.documentElement;
  const BOX = /\[\[type:(?:(.+?)\]\]|.*)/g; // an unclosed one, without a group, is text
  const PLAY = /\[anki:play:([qa]):(\d+)\]/g;
  const RULE = "<hr id=answer>";
  // Elements that load or link other pages.
  const BANNED = "iframe, frame, frameset, object, embed, applet, portal, base, meta, " +
    "link:not([rel=stylesheet])";
  // Addresses that Anki leaves to the browser, unlike those in `src`.
  const LOADING = ["poster", "background", "href", "xlink:href"];
  const LINKING = "link, image, use, feImage";
  const PICTURE = /^(?![a-z][a-z0-9+.-]*:|\/\/).*\.(apng|avif|bmp|gif|ico|jpe?g|png|svg|webp)$/i;
  const VIDEO = /\.(3gp|avi|flv|m4v|mkv|mov|mp4|mpe?g|ogv|webm)$/i;
  const PLATFORM = { lin: ["linux", "isLin"], win: ["win", "isWin"], mac: ["mac", "isMac"] };

  let shown = null; // the last request
  let turn = 0; // the number of requests, so that only the last is shown
  let typed = "";
  let player = null;

  window.onUpdateHook = [];
  window.onShownHook = [];
  window.ankiPlatform = "desktop";
  window.pycmd = () => false;

  // A sandbox has no storage, with which templates pass state from question to answer. This one lasts
  // as long as the page, which keeps it for all frames.
  const AREAS = ["sessionStorage", "localStorage"];
  const stored = {};

  function isBlocked(area) {
    try {
      return !window[area];
    } catch (_error) {
      return true;
    }
  }

  function storage(area) {
    const items = new Map();
    const changed = (key, value) => tell({ stored: [area, key, value] });
    const methods = {
      getItem: (key) => items.get(String(key)) ?? null,
      key: (index) => [...items.keys()][index] ?? null,
      clear() {
        for (const key of [...items.keys()]) methods.removeItem(key);
      },
      removeItem(key) {
        if (items.delete(String(key))) changed(String(key), null);
      },
      setItem(key, value) {
        items.set(String(key), String(value));
        changed(String(key), String(value));
      },
    };
    stored[area] = items;
    const isItem = (name) => typeof name === "string" && items.has(name);
    return new Proxy(methods, {
      get(_target, name) {
        if (name === "length") return items.size;
        return name in methods ? methods[name] : items.get(name);
      },
      set(_target, name, value) {
        methods.setItem(name, value);
        return true;
      },
      has: (_target, name) => name in methods || isItem(name),
      deleteProperty(_target, name) {
        methods.removeItem(name);
        return true;
      },
      ownKeys: () => [...items.keys()],
      getOwnPropertyDescriptor: (_target, name) => isItem(name)
        ? { value: items.get(name), writable: true, enumerable: true, configurable: true } : undefined,
    });
  }

  for (const area of AREAS.filter(isBlocked)) {
    Object.defineProperty(window, area, { value: storage(area), configurable: true });
  }

  function restore(kept) {
    for (const [area, items] of Object.entries(kept)) {
      if (!stored[area]) continue;
      stored[area].clear();
      for (const [key, value] of items) stored[area].set(key, value);
    }
  }

  // A frame that was removed while its card was drawn has no parent.
  const tell = (message) => {
    if (parent && parent !== window) parent.postMessage({ fd: message }, "*");
  };

  // --- the screen

  const apps = {
    desktop: {
      theme: true,
      root: (night) => `${night ? "night-mode " : ""}${PLATFORM[setting.platform][0]} chrome`,
      body: (night) => `${PLATFORM[setting.platform][1]}${night ? " nightMode night_mode" : ""}` +
        `${night && setting.platform === "mac" ? " macos-dark-mode" : ""} fancy`,
      font: { lin: '"Sans Serif", sans-serif', win: '"Segoe UI"', mac: "Helvetica" }[setting.platform],
    },
    android: {
      theme: true,
      root: (night) => `${night ? "night-mode " : ""}android mobile chrome`,
      body: (night) => `${night ? "nightMode night_mode " : ""}mathjax-rendered`,
    },
    "android-old": {
      root: () => "mobile android linux js",
      body: (night, math) => `${night ? "night_mode nightMode " : ""}chrome` +
        `${math ? " mathjax-rendered" : ""}`,
    },
    ankimobile: {
      root: () => "webkit safari mobile iphone js",
      body: (night) => (night ? "nightMode" : ""),
    },
  };

  function applyStyles(wish) {
    const own = apps[wish.app];
    root.className = own.root(wish.night);
    root.dir = "ltr";
    if (own.theme) root.dataset.bsTheme = wish.night ? "dark" : "light";
    else delete root.dataset.bsTheme;
    const font = own.font ? `html,button{font-family:${own.font}}` : "";
    const zoom = wish.zoom && wish.zoom !== 1 ? `body{zoom:${wish.zoom}}` : "";
    // A still card doesn't scroll by itself; the padding lets its answer be scrolled to the top.
    const still = wish.still ? "html{overflow:hidden;padding-bottom:100vh}" : "";
    const css = setting.apps[wish.app] + font + zoom + still;
    if (appStyle.textContent !== css) appStyle.textContent = css;
    // The height of the toolbar, which the background extends behind.
    document.body.style.backgroundPositionY = wish.app === "desktop" ? "-37px" : "";
    const wanted = wish.app === "android-old" ? "content" : "qa";
    if (document.body.dataset.fdFor !== wanted) {
      document.body.replaceChildren(...skeleton(wish.app));
      document.body.dataset.fdFor = wanted;
    }
  }

  function skeleton(name) {
    const place = element("div", { id: "qa" });
    if (name === "android-old") {
      const content = element("div", { id: "content", dir: "auto" });
      content.append(place);
      return [content];
    }
    place.dir = "auto";
    if (name !== "desktop") return [place];
    const mark = element("div", { id: "_mark", hidden: "" });
    const flag = element("div", { id: "_flag", hidden: "" });
    mark.textContent = "★";
    flag.textContent = "⚑";
    return [mark, flag, place];
  }

  function element(name, attributes = {}) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  // --- one side

  const playing = {
    desktop: (side, at) =>
      `\n<a class="replay-button soundLink" href=# data-fd-play="${side}:${at}" draggable="false">` +
      '<svg class="playImage" viewBox="0 0 64 64" version="1.1"><circle cx="32" cy="32" r="29" />' +
      '<path d="M56.502 32.301 19 52.402 19.329 11.598 56.502 32.301z" /></svg></a>',
    "android-old": (side, at) =>
      `<a class="replay-button replaybutton" href=# data-fd-play="${side}:${at}"><span>` +
      '<svg viewBox="0 0 32 32"><polygon points="11,25 25,16 11,7" /></svg></span></a>',
  };

  function withSounds(html, wish) {
    const button = playing[wish.app] || playing.desktop;
    return html.replace(PLAY, (_all, side, at) => {
      const one = (wish.face.sounds[side] || [])[Number(at)];
      if (one && one.sound && VIDEO.test(one.sound) && wish.app === "android-old") {
        return `<video controls src="${encodeURIComponent(one.sound)}"></video>`;
      }
      return button(side, at);
    });
  }

  function withBox(html, wish) {
    const { typed: box } = wish.face;
    if (wish.side === "answer") return box && box.box ? withComparison(html, wish) : withoutBox(html, "");
    if (!box) return html;
    if (!box.box) return withoutBox(html, box.instead);
    if (wish.app === "android") return withoutBox(html, "");
    if (wish.app === "android-old") {
      return withoutBox(html, "<span id=typeans class=typePrompt>........</span>");
    }
    return withoutBox(html,
      "\n<center>\n<input type=text id=typeans " +
      `style="font-family: '${quoted(box.font)}'; font-size: ${Number(box.size)}px;">\n</center>\n`);
  }

  function withoutBox(html, instead) {
    return html.replace(BOX, (all, field) => (field ? instead : all));
  }

  function hasMath(html) {
    return [["\\(", "\\)"], ["\\[", "\\]"]].some(([begin, end]) => {
      const at = html.indexOf(begin);
      return at >= 0 && html.indexOf(end, at + 2) >= 0;
    });
  }

  function withComparison(html, wish) {
    const { typed: box } = wish.face;
    if (withoutBox(html, "") === html) return html;
    const bare = html.split(RULE).join("");
    const rule = bare.length < html.length ? RULE : "";
    const result = compareAnswer(box.expected, typed, box.combining);
    return withoutBox(bare,
      `${rule}\n<div style="font-family: '${quoted(box.font)}'; ` +
      `font-size: ${Number(box.size)}px">${result}</div>`);
  }

  const quoted = (name) => name.replace(/[&"'<>\\]/g, "");

  // A picture in `<object>` or `<embed>` is shown like one in `<img>`; other documents are not.
  function asPictures(place) {
    for (const old of place.querySelectorAll("object[data], embed[src]")) {
      const name = old.getAttribute(old.localName === "object" ? "data" : "src");
      if (!PICTURE.test(name)) continue;
      const picture = place.ownerDocument.createElement("img");
      for (const one of old.attributes) picture.setAttribute(one.name === "data" ? "src" : one.name, one.value);
      old.replaceWith(picture);
    }
  }

  // The pictures of a list for several screens; one whose address has a comma can't be among others.
  const srcset = (list, media) => list.split(/,\s+/).map((one) => {
    const [name, ...rest] = one.trim().replace(/,$/, "").split(/\s+/);
    return [address(name, media), ...rest].join(" ");
  }).join(", ");

  // Parses HTML in an inert document, where it is sanitized and its media get their URLs.
  function parsed(html, media) {
    const place = document.implementation.createHTMLDocument("").createElement("div");
    place.innerHTML = html;
    asPictures(place);
    place.querySelectorAll(BANNED).forEach((one) => one.remove());
    for (const one of place.querySelectorAll("[ping]")) one.removeAttribute("ping");
    for (const one of place.querySelectorAll("[src]")) {
      one.setAttribute("src", address(one.getAttribute("src"), media));
    }
    if (media) {
      for (const one of place.querySelectorAll(`[poster], [background], ${LINKING}`)) {
        for (const name of LOADING.filter((each) => one.hasAttribute(each))) {
          const value = one.getAttribute(name);
          if (!value.startsWith("#")) one.setAttribute(name, address(value, media));
        }
      }
      for (const one of place.querySelectorAll("[srcset]")) {
        one.setAttribute("srcset", srcset(one.getAttribute("srcset"), media));
      }
      for (const one of place.querySelectorAll("style")) {
        one.textContent = withUrls(one.textContent, media);
      }
      for (const one of place.querySelectorAll("[style]")) {
        one.setAttribute("style", withUrls(one.getAttribute("style"), media));
      }
    }
    return place;
  }

  function address(name, media) {
    if (/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(name)) return name;
    if (media) return media[name] || media[decoded(name)] || "data:,";
    return name.split("/").map(encodeURIComponent).join("/");
  }

  function decoded(name) {
    try {
      return decodeURIComponent(name);
    } catch (_error) {
      return name;
    }
  }

  const withUrls = (css, media) =>
    css.replace(/\burl\(\s*(?:"([^"]*)"\s*|'([^']*)'\s*|([^"'()\s][^"'()]*))\)/g, (all, double, single, bare) => {
      const name = double || single || (bare || "").trim();
      const found = media[name] || media[decoded(name)];
      return found ? `url("${found}")` : all;
    });

  // Scripts parsed in an inert document don't run. Like Anki, this recreates them so that they do, if
  // the policy of this document allows it, one after the other.
  async function revived(place) {
    for (const old of place.querySelectorAll("script")) {
      const fresh = document.createElement("script");
      for (const one of old.attributes) fresh.setAttribute(one.name, one.value);
      fresh.textContent = old.textContent;
      const loaded = new Promise((done) => {
        fresh.onload = fresh.onerror = done;
      });
      old.replaceWith(fresh);
      if (fresh.src && /^$|javascript|ecmascript|module/i.test(fresh.type)) await loaded;
    }
  }

  async function show(wish) {
    turn += 1;
    const mine = turn;
    const same = shown && shown.key === wish.key && shown.version === wish.version;
    const before = shown;
    if (!shown || shown.key !== wish.key) typed = "";
    const box = document.querySelector("input#typeans");
    if (same && before.side === "question" && box) typed = box.value;
    if (typeof wish.typed === "string") typed = wish.typed;
    const scroll = before && before.key === wish.key && before.side === wish.side
      ? root.scrollTop : null;
    shown = wish;
    const raw = wish.side === "answer" ? wish.face.answer : wish.face.question;
    const math = hasMath(raw);
    const loaded = math ? loadMath() : null;
    if (math) await loaded.catch(() => null);
    if (mine !== turn) return;
    const html = `<style>${wish.face.css}</style>${withSounds(withBox(raw, wish), wish)}`;
    const fresh = parsed(html, wish.media);
    await preloaded(fresh);
    if (mine !== turn) return;
    hush();
    applyStyles(wish);
    const place = document.getElementById("qa");
    window.onUpdateHook.length = 0;
    window.onShownHook.length = 0;
    place.replaceChildren(...fresh.childNodes);
    document.body.className =
      `card card${wish.face.number} ${apps[wish.app].body(wish.night, math)}`;
    await revived(place);
    if (mine !== turn) return;
    for (const hook of window.onUpdateHook) attempt(hook);
    if (scroll !== null) scrollTo(0, scroll);
    else {
      if (wish.side === "question" || !same) scrollTo(0, 0);
      if (wish.side === "answer") afterPictures(place, () => mine === turn && toAnswer());
    }
    if (math && window.MathJax && window.MathJax.typesetPromise) {
      window.MathJax.typesetClear();
      await window.MathJax.typesetPromise([place]).catch(() => null);
      if (mine !== turn) return;
    }
    for (const hook of window.onShownHook) attempt(hook);
    const input = document.querySelector("input#typeans");
    if (input) {
      input.value = typed;
      input.setAttribute("aria-label", "Type the answer");
      if (wish.focus) focused(input);
    }
    if (wish.play) play(sounds(wish));
    await document.fonts.ready;
    if (mine === turn) {
      if (wish.still && wish.side === "answer") toAnswer();
      tell({
        shown: wish.key, side: wish.side, version: wish.version, math: Boolean(window.MathJax),
        height: document.getElementById("qa").getBoundingClientRect().bottom +
          parseFloat(getComputedStyle(document.body).marginBottom),
      });
    }
  }

  function attempt(hook) {
    try {
      hook();
    } catch (error) {
      console.log(error);
    }
  }

  // Like Anki, wait briefly for pictures, so that the card appears complete.
  function preloaded(place) {
    const loading = Array.from(place.querySelectorAll("img[src]"), (one) => new Promise((done) => {
      const made = new Image();
      made.onload = made.onerror = done;
      made.src = one.getAttribute("src");
    }));
    if (!loading.length) return null;
    return Promise.race([Promise.all(loading), new Promise((done) => setTimeout(done, 200))]);
  }

  // Synchronously if all are loaded: Anki scrolls before formulas are typeset.
  function afterPictures(place, then) {
    const waiting = Array.from(place.querySelectorAll("img")).filter((one) => !one.complete);
    if (!waiting.length) {
      then();
      return;
    }
    Promise.all(waiting.map((one) => new Promise((done) => {
      one.addEventListener("load", done);
      one.addEventListener("error", done);
    }))).then(then);
  }

  // Not `scrollIntoView`: that would scroll the parent page, too.
  function toAnswer() {
    const answer = document.getElementById("answer");
    if (answer) scrollTo(0, answer.getBoundingClientRect().top + scrollY);
  }

  function focused(box) {
    box.focus({ preventScroll: true });
    const { top, bottom, height } = box.getBoundingClientRect();
    const seen = root.clientHeight;
    if (top < 0 || bottom > seen) scrollTo(0, top + scrollY - (seen - height) / 2);
  }

  // --- maths

  let mathLoading = null;

  // MathJax keeps the settings of its menu there, and complains where a sandbox has no storage.
  function giveStorage() {
    try {
      return window.localStorage;
    } catch (_error) {
      const value = { getItem: () => null, setItem: () => {}, removeItem: () => {} };
      return Object.defineProperty(window, "localStorage", { value });
    }
  }

  function loadMath() {
    if (mathLoading) return mathLoading;
    giveStorage();
    const packages = ["noerrors", "mathtools"];
    window.MathJax = {
      tex: {
        displayMath: [["\\[", "\\]"]],
        processEscapes: false,
        processEnvironments: false,
        processRefs: false,
        packages: { "[+]": packages, "[-]": ["textmacros"] },
      },
      loader: { load: packages.map((one) => `[tex]/${one}`), versionWarnings: false },
      chtml: { fontURL: setting.fonts },
      startup: { typeset: false, ready: startMath },
    };
    mathLoading = new Promise((done, failed) => {
      const script = document.getElementById("fd-mathjax");
      const made = document.createElement("script");
      if (script) made.textContent = script.textContent;
      else {
        made.src = setting.mathjax;
        made.onload = () => done();
      }
      made.onerror = () => failed(new Error("MathJax can't be loaded"));
      document.head.append(made);
      if (script) done();
    }).then(() => window.MathJax.startup.promise);
    return mathLoading;
  }

  // In the one-file page the fonts are embedded.
  function startMath() {
    if (setting.fontData) {
      const { defaultFonts } = window.MathJax._.output.chtml.fonts.tex_ts.TeXFont;
      for (const rule of Object.values(defaultFonts)) {
        rule.src = rule.src.replace(/url\("%%URL%%\/([^"]+)"\)/, (all, name) =>
          setting.fontData[name] ? `url("${setting.fontData[name]}")` : all);
      }
    }
    window.MathJax.startup.defaultReady();
  }

  // --- sounds

  function sounds(wish) {
    const side = wish.side === "answer" ? wish.face.answer : wish.face.question;
    const own = wish.side === "answer" ? "a" : "q";
    return [...side.matchAll(PLAY)]
      .filter(([, which]) => which === own)
      .map(([, which, at]) => wish.face.sounds[which][Number(at)])
      .filter(Boolean);
  }

  function hush() {
    if (player) player.pause();
    player = null;
    document.querySelectorAll("audio, video").forEach((one) => one.pause());
    if (window.speechSynthesis) speechSynthesis.cancel();
    const stage = document.getElementById("fd-stage");
    if (stage) stage.remove();
  }

  async function play(queue) {
    hush();
    for (const one of queue) {
      const done = one.sound ? playFile(one.sound) : speak(one);
      await done.catch(() => tell({ silent: one.sound || one.text }));
    }
  }

  function playFile(name) {
    const made = document.createElement(VIDEO.test(name) ? "video" : "audio");
    made.src = address(name, shown.media);
    player = made;
    if (made.localName === "video") {
      made.id = "fd-stage";
      made.controls = true;
      made.style.cssText = "position:fixed;inset:auto 0 0 0;width:100%;max-height:60vh;background:#000";
      document.body.append(made);
    }
    return new Promise((done, failed) => {
      made.onended = () => {
        made.remove();
        done();
      };
      made.onerror = failed;
      made.play().then(() => tell({ playing: name }), failed);
    });
  }

  function speak({ text, lang, speed }) {
    return new Promise((done, failed) => {
      if (!window.speechSynthesis) failed();
      const words = Object.assign(new SpeechSynthesisUtterance(text), { lang, rate: speed });
      words.onend = done;
      words.onerror = failed;
      speechSynthesis.speak(words);
    });
  }

  // --- keys, links, messages

  // What a click on a card may be meant for; any other click turns the card.
  const ACTIVE = "button, summary, label, input, select, textarea, audio, video, [onclick], [contenteditable]";

  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a");
    if (!link) {
      const isActive = event.target.closest && event.target.closest(ACTIVE);
      if (!isActive && event.isTrusted && getSelection().isCollapsed) tell({ click: true });
      return;
    }
    if (link.dataset.fdPlay) {
      const [side, at] = link.dataset.fdPlay.split(":");
      const one = (shown.face.sounds[side] || [])[Number(at)];
      if (one) play([one]);
    } else if (link.classList.contains("hint")) openHint(link);
    else follow(link);
    event.preventDefault();
  });

  // The handler of a hint is a script of the card; this replaces it. Its text follows its link.
  function openHint(link) {
    const id = /getElementById\('([^']+)'\)/.exec(link.getAttribute("onclick") || "");
    const text = id ? document.getElementById(id[1]) : link.nextElementSibling;
    if (!text) return;
    link.style.display = "none";
    text.style.display = "block";
    text.tabIndex = -1;
    text.focus({ preventScroll: true });
  }

  function follow(link) {
    const to = link.getAttribute("href") || "";
    if (to.startsWith("#")) {
      const target = to.length > 1 && document.getElementById(decoded(to.slice(1)));
      if (target) scrollTo(0, target.getBoundingClientRect().top + scrollY);
    } else if (/^https?:/i.test(link.href)) tell({ link: link.href });
  }

  const TAKES_KEYS = "input, textarea, select, [contenteditable]";
  const TAKES_ENTER = "a, button, summary, label, input, video, audio";

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !event.isTrusted) return;
    const { target, key } = event;
    const writes = target.matches && target.matches(TAKES_KEYS) &&
      !/^(radio|checkbox|button)$/.test(target.type || "");
    if (key === "Enter" && target.id === "typeans") {
      tell({ key: "Enter" });
      event.preventDefault();
      return;
    }
    if (key === "Escape") target.blur();
    else if (writes) return;
    else if ((key === " " || key === "Enter") && target.matches && target.matches(TAKES_ENTER)) {
      if (key === " " || !/^(radio|checkbox)$/.test(target.type || "")) return;
    }
    tell({ key, shift: event.shiftKey });
    if (key === " " || key === "ArrowLeft" || key === "ArrowRight" || key === "/") event.preventDefault();
  });

  document.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("securitypolicyviolation", (event) => {
    if (/^script-src/.test(event.effectiveDirective)) tell({ refused: "script", card: shown && shown.key });
  });

  addEventListener("message", (event) => {
    if (event.source !== parent || !event.data) return;
    if (event.data.restore) restore(event.data.restore);
    if (event.data.show) show(event.data.show);
    if (event.data.replay && shown) play(sounds(shown));
    if (event.data.hush) hush();
  });

  if (setting.show) show(setting.show);
  tell({ ready: true });
})();
