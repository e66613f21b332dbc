"""JSON Schemas of source files for editors, generated from the data of the keys.

All YAML language servers support draft 7. Some of them use the extensions `markdownDescription`,
`errorMessage` and `examples` for completion; others ignore them.
"""

from flashdeck.editor.schemas import schemas

__all__ = ["schemas"]
