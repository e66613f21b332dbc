"""What differs between two collections, and what of it learners must do by hand."""

from __future__ import annotations

from flashdeck.comparison.changes import Changes
from flashdeck.comparison.compare import diff
from flashdeck.comparison.markdown import as_markdown
from flashdeck.comparison.plain import as_json
from flashdeck.comparison.text import as_text

__all__ = ["Changes", "as_json", "as_markdown", "as_text", "diff"]
