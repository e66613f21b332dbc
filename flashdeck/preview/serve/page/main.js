// Connects the page's controls to the store, and starts.
"use strict";
const Main = (() => {
  const SECTIONS = ["gallery", "table", "single", "overview"];

  function filters(open) {
    byId("filters").classList.toggle("open", open);
    byId("filters-button").setAttribute("aria-expanded", String(open));
    if (open) byId("filters").querySelector("button").focus();
  }

  function draw() {
    const { view } = Store;
    document.documentElement.toggleAttribute("data-night", view.night);
    byId("app").value = view.app;
    byId("width").value = view.width;
    byId("zoom").value = view.zoom;
    byId("zoom-shown").textContent = `${Math.round(view.zoom * 100)} %`;
    byId("night").setAttribute("aria-pressed", String(view.night));
    byId("answers").setAttribute("aria-pressed", String(view.answers));
    byId("answers").hidden = view.name !== "gallery";
    byId("approximate").hidden = view.app !== "ankimobile";
    for (const button of byId("views").children) {
      button.setAttribute("aria-pressed", String(button.dataset.view === view.name));
    }
    for (const name of SECTIONS) byId(name).hidden = name !== view.name;
  }

  // After a click the focus returns to the cards, so that the next space flips one.
  const toCards = () => byId("main").focus({ preventScroll: true });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (event.detail && button && button === document.activeElement && !button.closest("dialog, .problems, .filters, .about")) toCards();
  });

  let searching = 0;
  byId("query").addEventListener("input", () => {
    cancelAnimationFrame(searching);
    searching = requestAnimationFrame(() => {
      Store.look({ query: byId("query").value }, "replace");
      if (Store.view.name === "single" && !Store.found.includes(Store.current) && Store.found.length) {
        Store.go(Store.found[0]);
        Single.draw();
      }
    });
  });
  byId("query").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && Store.found.length) {
      Single.open(Store.found.includes(Store.current) ? Store.current : Store.found[0]);
      toCards();
    }
    if (event.key === "ArrowDown" && Store.view.name === "gallery") Gallery.move(0);
  });
  byId("views").addEventListener("click", (event) => {
    const { view } = event.target.dataset;
    if (view) Store.show({ name: view });
  });
  byId("app").addEventListener("change", (event) => {
    const app = event.target.value;
    const phone = Store.view.width !== "800";
    Store.show({ app, width: app === "desktop" ? "800" : phone ? Store.view.width : "390" });
  });
  byId("width").addEventListener("change", (event) => Store.show({ width: event.target.value }));
  byId("zoom").addEventListener("input", (event) => Store.show({ zoom: Number(event.target.value) }));
  byId("night").addEventListener("click", () => Store.show({ night: !Store.view.night }));
  byId("answers").addEventListener("click", () => {
    Store.turned.clear();
    Store.show({ answers: !Store.view.answers });
  });
  byId("filters-button").addEventListener("click", () => filters(!byId("filters").classList.contains("open")));
  byId("main").addEventListener("pointerdown", () => filters(false));

  on("cards", () => {
    byId("name").textContent = Store.name;
    document.title = `${Store.name} · flashdeck`;
  });
  let was = "gallery";
  on("view", (wish) => {
    draw();
    if (wish.name === "gallery" && was !== "gallery") Gallery.back();
    if (wish.name === "table" && was !== "table") Table.show();
    was = Store.view.name;
  });

  Store.recall();
  was = Store.view.name;
  byId("query").value = Store.filter.query;
  draw();
  Store.start();
  return { filters };
})();
