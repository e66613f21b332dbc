// The current cards, the filter, and the view settings.
"use strict";
const Store = (() => {
  const KEPT_FACES = 400;
  const cards = new Map(); // rows by key, in study order
  const faces = new Map(); // rendered cards by key, the last used at the end
  const waiting = new Map(); // callbacks by key of requested faces
  let asking = 0;
  let version = 0;

  const store = {
    name: "",
    cards,
    problems: [],
    media: 0,
    found: [], // keys of the matching cards, in study order
    filter: { query: "", deck: "", tag: "", kind: "", changed: false, problems: false },
    view: {
      name: "gallery", app: "desktop", width: "800", zoom: 1, night: false, answers: false,
      both: false,
    },
    current: 0, // the key of the current card
    turned: new Set(), // keys of flipped cards
  };

  // --- rows

  function load(everything) {
    version = everything.version;
    store.name = everything.name;
    store.media = everything.media;
    cards.clear();
    for (const row of everything.cards) cards.set(row.key, row);
    store.problems = everything.problems;
    refilter();
    tell("cards");
    tell("problems", { fresh: true });
  }

  function change(event) {
    version = event.version;
    const known = JSON.stringify(store.problems);
    for (const row of event.rows) cards.set(row.key, row);
    if (event.order) {
      const rows = event.order.map((key) => cards.get(key));
      cards.clear();
      for (const row of rows) cards.set(row.key, row);
    }
    store.problems = event.problems;
    if (event.rows.length || event.order) {
      refilter();
      tell("cards");
    }
    tell("problems", { fresh: known !== JSON.stringify(event.problems) });
  }

  async function start() {
    if (!setting.live) {
      const data = JSON.parse(byId("fd-cards").textContent);
      for (const [key, face] of Object.entries(data.faces)) {
        faces.set(Number(key), { ...face, css: data.styles[face.css] });
      }
      Object.assign(store, { files: data.files, fonts: data.fonts });
      load(data);
      return;
    }
    load(await (await fetch("data")).json());
    listen();
  }

  function listen() {
    const stream = new EventSource(`events?since=${version}`);
    stream.onmessage = async (message) => {
      const event = JSON.parse(message.data);
      if (event.reload) load(await (await fetch("data")).json());
      else change(event);
    };
    stream.onerror = () => {
      stream.close();
      say("The preview has stopped or is not reachable. Trying again …");
      setTimeout(again, 1500);
    };
  }

  async function again() {
    try {
      load(await (await fetch("data")).json());
      say("Connected again.");
      listen();
    } catch (_error) {
      setTimeout(again, 1500);
    }
  }

  // --- the filter

  const haystacks = new WeakMap();

  function haystack(row) {
    if (!haystacks.has(row)) {
      haystacks.set(row, folded([row.title, row.text, row.deck, row.tags.join(" "), row.id,
        row.file].join("\n")));
    }
    return haystacks.get(row);
  }

  const inside = (name, whole) => name === whole || name.startsWith(`${whole}::`);

  function matcher() {
    const { query, deck, tag, kind, changed, problems } = store.filter;
    const words = folded(query).split(/\s+/).filter(Boolean);
    return (row) =>
      (!deck || inside(row.deck, deck)) &&
      (!tag || row.tags.some((one) => inside(one, tag))) &&
      (!kind || row.kind === kind) &&
      (!changed || row.changed) &&
      (!problems || row.problems > 0) &&
      words.every((word) => haystack(row).includes(word));
  }

  function refilter() {
    const passes = matcher();
    store.found = [];
    for (const [key, row] of cards) if (passes(row)) store.found.push(key);
    if (!cards.has(store.current)) store.current = store.found[0] || 0;
  }

  store.look = (wish) => {
    Object.assign(store.filter, wish);
    refilter();
    tell("filter");
    keep();
  };

  store.show = (wish) => {
    Object.assign(store.view, wish);
    tell("view", wish);
    keep();
  };

  store.go = (key) => {
    store.current = key;
    tell("current");
    keep();
  };

  // The side that a card shows: the default, unless it was flipped.
  store.sideOf = (key) => (store.view.answers !== store.turned.has(key) ? "answer" : "question");

  store.turn = (key) => {
    if (!store.turned.delete(key)) store.turned.add(key);
    tell("turned", key);
  };

  // --- faces

  store.face = (key) => {
    const row = cards.get(key);
    const known = faces.get(key);
    if (known && (!setting.live || known.version === row.version)) {
      faces.delete(key);
      faces.set(key, known);
      return Promise.resolve(known);
    }
    return new Promise((done) => {
      if (!waiting.has(key)) waiting.set(key, []);
      waiting.get(key).push(done);
      if (!asking) asking = setTimeout(ask, 4);
    });
  };

  store.faceNow = (key) => faces.get(key);

  // The media that a card refers to, in the one-file page: frames can't load them.
  store.mediaOf = (face) => {
    const text = [face.css, face.question, face.answer, JSON.stringify(face.sounds)].join("\n");
    return Object.fromEntries(Object.entries(store.files).filter(([name]) =>
      text.includes(name) || text.includes(name.replaceAll("&", "&amp;")) || text.includes(encodeURI(name))));
  };

  async function ask() {
    asking = 0;
    const asked = new Map(waiting);
    waiting.clear();
    try {
      const found = await (await fetch(`faces?keys=${[...asked.keys()].join(",")}`)).json();
      for (const [key, who] of asked) {
        if (found[key]) faces.set(key, found[key]);
        who.forEach((done) => done(found[key] || null));
      }
    } catch (_error) {
      for (const who of asked.values()) who.forEach((done) => done(null));
    }
    for (const key of faces.keys()) {
      if (faces.size <= KEPT_FACES) break;
      faces.delete(key);
    }
  }

  // --- persistence: the filter in the URL, view settings in the browser

  const KEPT = "flashdeck-view";

  function keep() {
    const parts = new URLSearchParams();
    for (const [name, value] of Object.entries(store.filter)) if (value) parts.set(name, value);
    if (store.view.name !== "gallery") parts.set("view", store.view.name);
    if (store.view.name === "single") parts.set("card", store.current);
    history.replaceState(null, "", `#${parts}`);
    try {
      const { app, width, zoom, night, answers } = store.view;
      localStorage.setItem(KEPT, JSON.stringify({ app, width, zoom, night, answers }));
    } catch (_error) { /* storage is disabled */ }
  }

  store.recall = () => {
    store.view.night = matchMedia("(prefers-color-scheme: dark)").matches;
    if (innerWidth < 700) Object.assign(store.view, { app: "android", width: "390" });
    try {
      Object.assign(store.view, JSON.parse(localStorage.getItem(KEPT) || "{}"));
    } catch (_error) { /* likewise */ }
    const parts = new URLSearchParams(location.hash.slice(1));
    for (const name of ["query", "deck", "tag", "kind"]) store.filter[name] = parts.get(name) || "";
    for (const name of ["changed", "problems"]) store.filter[name] = parts.get(name) === "true";
    store.view.name = parts.get("view") || "gallery";
    store.current = Number(parts.get("card")) || 0;
  };

  return Object.assign(store, { start });
})();
