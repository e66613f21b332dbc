"""JSON Schemas of the three kinds of source files, for editors: made from the keys' own data.

Draft 7 is what all YAML language servers read. A few words beside it (`markdownDescription`,
`errorMessage`, `examples`) are for completion; who doesn't know them passes them over.
"""

from flashdeck.editor.schemas import schemas

__all__ = ["schemas"]
