"""Which pictures are taken, and what tells that a page stands still."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

SIZES = ((800, 600), (390, 700))
SIDES = ("question", "answer")


@dataclass(frozen=True, slots=True)
class View:
    """A card on a screen; both of its sides are taken. `typed` is written into its type-in box.

    `maths`: MathJax sets it, in whose page what was set before leaves its traces.
    """

    card: str
    guid: str
    ordinal: int
    night: bool
    width: int
    height: int
    typed: str = ""
    maths: bool = False

    @property
    def page(self) -> str:
        """Name its document, without an ending."""
        return f"{self.card}-{self.width}-{'night' if self.night else 'day'}"

    def name(self, side: str) -> str:
        """Name the picture of a side, without an ending."""
        return f"{self.page}-{side}"

    def turn(self) -> str:
        """Give the call that turns its document to the answer."""
        return f"fdShow({json.dumps(f'{self.page}.json')}, {json.dumps(self.typed)})"


def save_views(views: Iterable[View], path: Path) -> None:
    """Write views for a process that takes them."""
    path.write_text(json.dumps([asdict(one) for one in views]), "utf-8")


def load_views(path: Path) -> Sequence[View]:
    """Read what `save_views` wrote."""
    return [View(**one) for one in json.loads(path.read_text("utf-8"))]


# Choices are shuffled by dice: the same dice for everybody.
DICE = "Math.random = () => 0.5;"

# A frame is told by the page that holds it what to show, and tells it when that is done; here that
# page is we.
HOLD = """
window.fdHolder = window.parent = new MessageChannel().port1;
fdHolder.postMessage = ({ fd }) => { if ("shown" in fd) window.fdShown = fd.side; };
window.fdShow = async (name, typed) => {
  const show = await (await fetch(name)).json();
  const box = document.querySelector("input#typeans");
  if (box) box.value = typed;
  window.dispatchEvent(new MessageEvent("message", { data: { show }, source: fdHolder }));
};
"""

# Resolves when pictures and fonts are there: all fonts, as only those are asked for whose letters
# have been laid out.
SETTLED = """(async () => {
  const painted = () =>
    new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  await painted();
  await Promise.all([...document.fonts].map((one) => one.load().catch(() => null)));
  await Promise.all([...document.images].map((one) => one.decode().catch(() => null)));
  await painted();
})()"""

# A spot over all of it. When it is seen to come and to go, so is all that was drawn before; and
# everything is drawn anew, as edges that are drawn twice come out a shade darker.
SPOT = "#fe01dc"
SPOT_ON = f"""(() => {{
  const spot = document.createElement("div");
  spot.id = "fd-spot";
  spot.style.cssText = "all: initial; position: fixed; inset: 0; z-index: 2147483647;" +
    "background: {SPOT}";
  document.documentElement.append(spot);
  return 1;
}})()"""
SPOT_OFF = "document.getElementById('fd-spot').remove(); 1"

# Every element with its classes and its box. What MathJax keeps for screen readers, or cuts off, is
# not seen, and engines differ in where they put it.
BOXES = """(() => {
  const unseen = "style, script, mjx-assistive-mml, mjx-assistive-mml *, mjx-ext";
  const seen = [...document.querySelectorAll("#qa, #qa *")].filter((one) => !one.matches(unseen));
  return JSON.stringify([document.documentElement, document.body, ...seen].map((one) => {
    const { x, y, width, height } = one.getBoundingClientRect();
    return { name: `${one.localName} ${one.getAttribute("class") || ""}`.trim(),
      box: [x, y, width, height] };
  }));
})()"""
