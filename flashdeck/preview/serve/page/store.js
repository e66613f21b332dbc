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
    built: true,
    filter: { query: "", deck: [], tag: [], kind: [], is: [] },
    view: {
      name: "gallery", app: "desktop", width: "800", zoom: 1, night: false, answers: false,
      both: false, sort: "",
    },
    current: 0, // the key of the current card
    turned: new Set(), // keys of flipped cards
    flashing: new Set(), // keys of cards that were just edited
  };

  // --- rows

  function load(everything) {
    version = everything.version;
    store.name = everything.name;
    store.media = everything.media;
    store.built = everything.built;
    cards.clear();
    for (const row of everything.cards) cards.set(row.key, row);
    store.problems = everything.problems;
    refilter();
    find();
    tell("cards", { edited: [] });
    tell("problems", { fresh: true });
  }

  function change(event) {
    version = event.version;
    const known = JSON.stringify(store.problems);
    // Edited cards, as opposed to those that only moved or have other problems.
    const says = (row) => JSON.stringify([row.title, row.answer, row.text, row.deck, row.tags]);
    const edited = event.rows.filter((row) => !cards.has(row.key) || says(cards.get(row.key)) !== says(row))
      .map((row) => row.key);
    for (const row of event.rows) cards.set(row.key, row);
    if (event.order) {
      const rows = event.order.map((key) => cards.get(key));
      cards.clear();
      for (const row of rows) cards.set(row.key, row);
    }
    Object.assign(store, { problems: event.problems, built: event.built, media: event.media });
    if (event.rows.length || event.order) {
      refilter();
      tell("cards", { edited });
    }
    tell("problems", { fresh: known !== JSON.stringify(event.problems) });
  }

  async function start() {
    if (!setting.live) {
      const data = JSON.parse(byId("fd-cards").textContent);
      for (const [key, face] of Object.entries(data.faces)) {
        faces.set(Number(key), { ...face, css: data.styles[face.css] });
      }
      Object.assign(store, { files: data.files, fonts: data.fonts, figures: () => Promise.resolve(data.figures) });
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

  const inside = (name, whole) => name === whole || name.startsWith(`${whole}::`);
  const any = (wanted, test) => !wanted.length || wanted.some(test);

  const GROUPS = {
    deck: (wanted) => (row) => any(wanted, (deck) => inside(row.deck, deck)),
    tag: (wanted) => (row) => any(wanted, (tag) => row.tags.some((one) => inside(one, tag))),
    kind: (wanted) => (row) => any(wanted, (kind) => row.kind === kind),
    is: (wanted) => (row) => any(wanted, (state) => (state === "problem" ? row.problems > 0 : row.edit === state)),
  };

  // Sorts the rows that match the search: into those that match all groups of the filter, and for each
  // group those that match all others.
  function matching() {
    const { filter } = store;
    const searched = Search.parse(filter.query);
    const groups = Object.entries(GROUPS).map(([name, test]) => [name, test(filter[name])]);
    const all = [];
    const but = Object.fromEntries(groups.map(([name]) => [name, []]));
    for (const row of cards.values()) {
      if (!searched(row)) continue;
      const failed = groups.filter(([, test]) => !test(row));
      if (!failed.length) all.push(row);
      else if (failed.length === 1) but[failed[0][0]].push(row);
    }
    return { all, but };
  }

  const SORTED = new Set(["title", "answer", "deck", "tags", "kind", "file", "problems"]);

  function refilter() {
    const { all: rows, but } = matching();
    // The rows of a group's entries: they match the search and all other groups.
    store.rowsFor = (group) => [...rows, ...but[group]];
    const [, down, name] = /^(-?)(\w+)$/.exec(store.view.sort) || [];
    if (SORTED.has(name)) {
      const of = (row) => (name === "file" ? `${row.file}:${row.line}` : String(row[name]));
      rows.sort((one, other) => (down ? inOrder(of(other), of(one)) : inOrder(of(one), of(other))));
    }
    store.found = rows.map((row) => row.key);
    if (!cards.has(store.current)) store.current = store.found[0] || 0;
  }

  store.look = (wish, how = "push") => {
    Object.assign(store.filter, wish);
    refilter();
    tell("filter");
    keep(how);
  };

  // Sorts by a column, downwards with a "-" before its name; "" is the order of the sources.
  store.sort = (by) => {
    store.view.sort = by;
    refilter();
    tell("filter");
    keep("replace");
  };

  store.clear = () => store.look({ query: "", deck: [], tag: [], kind: [], is: [] });

  store.show = (wish) => {
    const is = store.view.name;
    Object.assign(store.view, wish);
    tell("view", wish);
    keep(store.view.name === is ? "replace" : "push");
  };

  store.go = (key) => {
    store.current = key;
    tell("current");
    keep("replace");
  };

  // The side that a card shows: the default, unless it was flipped.
  store.sideOf = (key) => (store.view.answers !== store.turned.has(key) ? "answer" : "question");

  store.turn = (key) => {
    if (!store.turned.delete(key)) store.turned.add(key);
    tell("turned", key);
  };

  // Marks edited cards for a moment. Returns the place of the first, or -1.
  store.flash = (keys) => {
    const edited = new Set(keys);
    const first = store.found.findIndex((key) => edited.has(key));
    if (first >= 0) {
      store.flashing = edited;
      setTimeout(() => {
        store.flashing = new Set();
        tell("flashed");
      }, 1500);
    }
    return first;
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

  // Counts of all cards that take longer.
  store.figures = async () => (await fetch("figures")).json();

  // The pictures of the project, and its deck files with their digests.
  store.pictures = async () => {
    const answer = await fetch("pictures").catch(() => null);
    return answer && answer.ok ? answer.json() : { error: "the pictures can't be listed" };
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

  // --- persistence: what is shown in the address, how it is shown in the browser

  const KEPT = "flashdeck-view";
  const LISTS = ["deck", "tag", "kind", "is"];
  let wanted = ""; // the card that the address names, until the cards are there

  const named = (row) => (row.ordinal > 1 ? `${row.id}:${row.ordinal}` : row.id);

  function find() {
    const row = wanted && [...cards.values()].find((one) => named(one) === wanted || String(one.key) === wanted);
    wanted = "";
    if (row) store.current = row.key;
  }

  function keep(how) {
    const parts = new URLSearchParams();
    const { filter, view } = store;
    if (view.name !== "gallery") parts.set("view", view.name);
    const row = cards.get(store.current);
    if (view.name === "single" && row) parts.set("card", named(row));
    if (view.name === "single" && Single.side() === "answer") parts.set("side", "answer");
    if (view.sort) parts.set("sort", view.sort);
    if (filter.query) parts.set("query", filter.query);
    for (const name of LISTS) for (const value of filter[name]) parts.append(name, value);
    const address = `#${parts}`;
    if (address !== location.hash && (location.hash || parts.size)) history[`${how}State`](null, "", address);
    try {
      const { app, width, zoom, night, answers } = view;
      localStorage.setItem(KEPT, JSON.stringify({ app, width, zoom, night, answers }));
    } catch (_error) { /* storage is disabled */ }
  }

  store.keep = () => keep("replace");

  function readAddress() {
    const parts = new URLSearchParams(location.hash.slice(1));
    store.filter.query = parts.get("query") || "";
    for (const name of LISTS) store.filter[name] = parts.getAll(name).filter(Boolean);
    wanted = parts.get("card") || "";
    const view = parts.get("view") || (wanted ? "single" : "gallery");
    store.view.name = ["single", "table", "overview"].includes(view) ? view : "gallery";
    store.view.sort = parts.get("sort") || "";
    Single.start(parts.get("side") === "answer" ? "answer" : "question");
  }

  store.recall = () => {
    store.view.night = matchMedia("(prefers-color-scheme: dark)").matches;
    if (innerWidth < 700) Object.assign(store.view, { app: "android", width: "390" });
    try {
      Object.assign(store.view, JSON.parse(localStorage.getItem(KEPT) || "{}"));
    } catch (_error) { /* likewise */ }
    readAddress();
  };

  // Back, Forward, or an address that was edited.
  addEventListener("popstate", () => {
    readAddress();
    find();
    refilter();
    tell("filter");
    tell("view", { name: store.view.name });
  });

  return Object.assign(store, { start });
})();
