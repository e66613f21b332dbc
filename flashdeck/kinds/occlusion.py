"""Image occlusion notes: one card for each mask or group of masks.

Each mask is a cloze in a box over its part of the image. Anki's cloze span fills the box, and the
CSS covers or reveals it depending on the side and on whether the cloze is active.
"""

from __future__ import annotations

from flashdeck.kinds.key import Key, Shape
from flashdeck.kinds.kind import COMMON, EXTRA, HINT, Composer, Cover, Kind, prompted, with_hint

_MODES = ("hide-all", "hide-one")
_SHAPES = ("rectangle", "ellipse")
ELLIPSE = _SHAPES[1]
# The content of a mask without a label; older Anki releases ignore an empty cloze.
_NO_LABEL = "&nbsp;"
_NEAR, _FAR = 25, 75


def _compose(note: Composer) -> tuple[str, ...]:
    masks = "".join(_mask(cover) for cover in note.covers("occlude"))
    mode = note.word("mode") or _MODES[0]
    picture = f'<div class="fd-occlusion fd-{mode}">{note.picture("image")}{masks}</div>'
    return (
        with_hint(prompted(note) + picture, note.html("hint")),
        note.html("extra"),
        "1" if note.flag("typed") else "",
        note.guid,
    )


def _mask(cover: Cover) -> str:
    left, top, width, height = cover.place
    shape = " fd-ellipse" if cover.ellipse else ""
    # The label of a mask near an edge extends away from the edge.
    middle = float(left) + float(width) / 2
    side = " fd-near" if middle < _NEAR else " fd-far" if middle > _FAR else ""
    label = f'<span class="fd-label" dir="auto">{cover.label}</span>' if cover.label else _NO_LABEL
    return (
        f'<span class="fd-mask{shape}{side}" '
        f'style="left:{left}%;top:{top}%;width:{width}%;height:{height}%">'
        f"{{{{c{cover.number}::{label}}}}}</span>"
    )


MASK: tuple[Key, ...] = (
    Key("label", Shape.TEXT, "What the mask hides, shown with the answer."),
    Key(
        "at",
        Shape.PLACE,
        "Its left and top edge, its width and height, in percent of the picture.",
        required=True,
    ),
    Key("shape", Shape.WORD, "Its outline.", words=_SHAPES),
    Key("group", Shape.TEXT, "Masks of one group belong together: one card asks for all of them."),
    Key("n", Shape.NUMBER, "Its card; written by the first build. Never change it."),
)

OCCLUSION = Kind(
    name="occlusion",
    summary="A picture with masks, a card for each.",
    primary_key="image",
    keys=(
        Key("image", Shape.TEXT, "The picture, a file beside the deck's.", required=True),
        Key("mode", Shape.WORD, "Whether the other masks cover the picture, too.", words=_MODES),
        Key("occlude", Shape.MASKS, "The masks.", required=True),
        Key("q", Shape.TEXT, "The question, above the picture."),
        Key("typed", Shape.FLAG, "`true`: the learner types the mask's label."),
        EXTRA,
        HINT,
        *COMMON,
    ),
    notetype="Cloze",
    compose=_compose,
    fields={"Extra": "extra"},
)
