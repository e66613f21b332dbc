// Frames that show cards. Each is a sandbox of its own, controlled only by messages.
"use strict";
const Frames = (() => {
  const frames = new Map(); // by window, to find the sender of a message

  // With a file: URL, a sandbox without an origin can't load media beside the page. If no scripts of
  // cards run, it may have this page's origin.
  const SANDBOX = setting.beside && location.protocol === "file:"
    ? "allow-scripts allow-same-origin" : "allow-scripts";

  // What cards store, for all frames: by area, lists of keys with values.
  const kept = {};
  const MOST_KEPT = 1000;
  const LONGEST_KEPT = 100_000; // characters

  function keep([area, key, value], sender) {
    if (!/^(?:session|local)Storage$/.test(area) || `${key}${value}`.length > LONGEST_KEPT) return;
    const items = new Map(kept[area] || []);
    if (value === null) items.delete(String(key));
    else if (items.size < MOST_KEPT) items.set(String(key), String(value));
    kept[area] = [...items];
    for (const frame of frames.values()) if (frame !== sender && frame.ready) frame.post({ restore: kept });
  }

  class Frame {
    constructor(label, inert = false) {
      this.label = label;
      this.inert = inert;
      this.place = make("div", { class: "fitted" });
      this.math = false;
      this.shown = null;
      this.onkey = null;
      this.ondrawn = null;
      this.onplaying = null;
      this.onclick = null;
      this.build(false);
    }

    build(math) {
      if (this.element) {
        frames.delete(this.window);
        this.element.remove();
      }
      this.ready = false;
      this.math = math;
      this.element = make("iframe", {
        title: this.label, sandbox: SANDBOX, allow: "autoplay", referrerpolicy: "no-referrer",
        ...(this.inert ? { tabindex: "-1", "aria-hidden": "true", scrolling: "no" } : {}),
      });
      if (setting.live) this.element.src = setting.frame;
      else this.element.srcdoc = Single.frameDocument(math);
      this.place.append(this.element);
      this.size();
      requestAnimationFrame(() => this.known());
    }

    // A frame has a window once it is in the page.
    known() {
      if (this.element.contentWindow) {
        this.window = this.element.contentWindow;
        frames.set(this.window, this);
      }
    }

    fit(width, height, scale) {
      this.box = { width, height, scale };
      this.size();
    }

    size() {
      if (!this.box) return;
      const { width, height, scale } = this.box;
      const { style } = this.element;
      style.width = `${width}px`;
      style.height = `${height}px`;
      style.transform = scale === 1 ? "" : `scale(${scale})`;
    }

    show(wish) {
      this.wish = { ...wish, still: this.inert };
      if (!setting.live) {
        this.wish.media = Store.mediaOf(wish.face);
        const { question, answer } = wish.face;
        if (!this.math && (hasFormula(question) || hasFormula(answer))) this.build(true);
      }
      if (this.ready) this.post({ show: this.wish });
    }

    post(message) {
      if (this.element.contentWindow) this.element.contentWindow.postMessage(message, "*");
    }

    hear(message) {
      if (Array.isArray(message.stored)) keep(message.stored, this);
      if (message.ready) {
        this.ready = true;
        if (Object.keys(kept).length) this.post({ restore: kept });
        if (this.wish) this.post({ show: this.wish });
      }
      if (message.math) this.math = true;
      if ("shown" in message) {
        this.shown = message;
        if (this.ondrawn) this.ondrawn(message);
      }
      if (message.click && this.onclick) this.onclick();
      if (message.key && this.onkey) this.onkey(message);
      if (typeof message.link === "string" && /^https?:\/\//.test(message.link)) {
        say("This link leaves the preview: ", make("a", { href: message.link, target: "_blank", rel: "noopener noreferrer" }, message.link));
      }
      if (typeof message.playing === "string" && this.onplaying) this.onplaying(message.playing);
      if (message.refused === "script") tell("refused", message.card);
      if (typeof message.silent === "string") say(`Can't be played: ${message.silent.slice(0, 200)}`);
    }
  }

  addEventListener("message", (event) => {
    if (!event.data || typeof event.data.fd !== "object") return;
    let frame = frames.get(event.source);
    if (!frame) {
      for (const one of Frames.all) one.known();
      frame = frames.get(event.source);
    }
    if (frame) frame.hear(event.data.fd);
  });

  const all = new Set();

  function create(label, inert) {
    const frame = new Frame(label, inert);
    all.add(frame);
    return frame;
  }

  function remove(frame) {
    frames.delete(frame.window);
    all.delete(frame);
    frame.place.remove();
  }

  // The screen settings that every card receives.
  const screen = () => ({ app: Store.view.app, night: Store.view.night, zoom: Store.view.zoom });

  return { all, create, remove, screen };
})();
