"""What differs between two collections, and what of it learners must do by hand."""

from __future__ import annotations

from flashdeck.diff.changes import Changes
from flashdeck.diff.compare import diff
from flashdeck.diff.markdown import as_markdown
from flashdeck.diff.plain import as_json
from flashdeck.diff.text import as_text

__all__ = ["Changes", "as_json", "as_markdown", "as_text", "diff"]
