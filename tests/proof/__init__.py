"""The proof: authors edit, learners study, and after every import what was promised must hold.

Knows flashdeck only by what its users know: folders of text, builds, packages. `histories` says
what happens at random, `world` puts author, learner and time together, `invariants` says what must
hold, `scenarios` has the table for authors. A new edit belongs into `edits`, what goes wrong into
`accidents`, a new kind of note into `drafts`.
"""
