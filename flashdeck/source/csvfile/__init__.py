"""Tables as spreadsheets write them: cells with their places, and ids put in by splice."""

from flashdeck.source.csvfile.decode import Encoding, decode_table, encoding_of
from flashdeck.source.csvfile.rows import Cell, Flaw, Place, Row, Table, parse_table
from flashdeck.source.csvfile.stamp import with_ids

__all__ = [
    "Cell",
    "Encoding",
    "Flaw",
    "Place",
    "Row",
    "Table",
    "decode_table",
    "encoding_of",
    "parse_table",
    "with_ids",
]
