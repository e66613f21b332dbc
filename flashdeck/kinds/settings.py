"""The keys of `flashdeck.yaml`, as data."""

from __future__ import annotations

from flashdeck.kinds.key import Key, Shape

MARKUPS = ("markdown", "html", "text")
"""The supported kinds of markup."""

# Whether media files keep their names in the package, as imported decks need.
_MEDIA_NAMES = ("hashed", "verbatim")
VERBATIM = _MEDIA_NAMES[1]
MEDIA = Key(
    "media",
    Shape.WORD,
    "`verbatim`: files keep their names, and what Anki accepts is accepted.",
    words=_MEDIA_NAMES,
)

_BREAKS = ("keep", "join")
JOIN = _BREAKS[1]
BREAKS = Key(
    "breaks",
    Shape.WORD,
    "`join`: a line break in Markdown text is a space, as in CommonMark.",
    words=_BREAKS,
)

ANKI_SPEAKS = "anki"
"""The value of `speech` for text-to-speech instead of recordings."""

RESEND_DAYS = 60
"""The default of `resend_days`."""

SETTINGS: tuple[Key, ...] = (
    Key("id", Shape.ID, "The project's own id, written by the first build. Never change it."),
    Key("name", Shape.TEXT, "Begins the names of the built-in note types. Never change it."),
    Key("markup", Shape.MARKUP, "The markup of texts, unless a document sets its own."),
    BREAKS,
    MEDIA,
    Key("css", Shape.TEXT, "Added to the built-in style: a file, or the text itself."),
    Key(
        "speech",
        Shape.WORD,
        "Who speaks texts: Anki, or recordings with this ending that `flashdeck speak` wrote.",
        words=(ANKI_SPEAKS, "mp3", "ogg", "opus", "m4a", "wav"),
    ),
    Key("removed", Shape.WORD, "What happens to removed notes.", words=("empty", "keep")),
    Key(
        "resend_days",
        Shape.COUNT,
        "For how many days after its last edit a note is sent again with every new revision; `0`: "
        "never. "
        f"Default: `{RESEND_DAYS}`.",
    ),
    Key(
        "note_type_ids",
        Shape.IDS,
        "The ids of the built-in note types, where they were imported. Never change them.",
    ),
    Key("packages", Shape.PACKAGES, "Which decks go into which package: file name to decks."),
    Key(
        "editions",
        Shape.EDITIONS,
        "Packages with some of the notes: edition to the tags of its notes, or to `all`.",
    ),
    Key("rules", Shape.RULES, "The severity of each rule: off, info, warning or error."),
    Key(
        "allow_scripts",
        Shape.SCRIPTS,
        "The scripts that you accept, of note types and of decks: a build packs them.",
    ),
    Key("limits", Shape.LIMITS, "Limits of a file."),
)

SCRIPTS: tuple[Key, ...] = (
    Key(
        "notetypes",
        Shape.FIELDS,
        "Names of note types, each with the digest of its scripts; another digest asks again.",
    ),
    Key("decks", Shape.TEXTS, "Decks whose notes, also those of subdecks, may run scripts."),
)

LIMITS: tuple[Key, ...] = (
    Key("size", Shape.NUMBER, "The size of a file in bytes."),
    Key("nodes", Shape.NUMBER, "The number of texts, lists and mappings in a file."),
    Key("depth", Shape.NUMBER, "The depth of nested lists and mappings."),
    Key("scalar", Shape.NUMBER, "The length of a text in characters."),
    Key("key", Shape.NUMBER, "The length of a key in characters."),
    Key("problems", Shape.NUMBER, "The number of YAML problems that are shown for each file."),
)
