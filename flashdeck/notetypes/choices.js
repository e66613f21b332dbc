(function () {
  "use strict";
  var list = document.querySelector(".fd-choices");
  if (!list) { return; }
  var items = [].slice.call(list.children);
  var name = list.textContent;
  var state = null;
  var i;

  function stored() {
    try { return JSON.parse(sessionStorage.getItem("fd-choices")); } catch (error) { return null; }
  }
  function keep() {
    window.fdChoices = state;
    try { sessionStorage.setItem("fd-choices", JSON.stringify(state)); } catch (error) { return; }
  }
  function box(item) { return item.querySelector("input"); }
  function seedOfToday() {
    var seed = Math.floor(Date.now() / 864e5);
    for (i = 0; i < name.length; i += 1) { seed = (seed * 31 + name.charCodeAt(i)) % 2147483646; }
    return seed + 1;
  }

  if (document.querySelector(".fd-back")) { state = window.fdChoices || stored(); }
  if (!state || state.name !== name) {
    state = { name: name, seed: seedOfToday(), picked: [] };
    keep();
    if (stored()) {
      state.seed = Math.floor(Math.random() * 2147483646) + 1;
      keep();
    }
  }

  var seed = state.seed;
  var order = items.slice();
  for (i = order.length - 1; i > 0; i -= 1) {
    seed = seed * 16807 % 2147483647;
    var other = seed % (i + 1);
    var moved = order[i];
    order[i] = order[other];
    order[other] = moved;
  }
  order.forEach(function (item) { list.appendChild(item); });
  items.forEach(function (item, index) { box(item).checked = state.picked.indexOf(index) >= 0; });
  list.addEventListener("change", function () {
    state.picked = [];
    items.forEach(function (item, index) { if (box(item).checked) { state.picked.push(index); } });
    keep();
  });
})();
