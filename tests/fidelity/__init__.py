"""The preview's card frame held against the real Anki: `make fidelity`.

The real desktop reviewer and our frame show the same cards in the same engine, and every pixel is
compared; our frame in Chromium is held against the reviewer's boxes.
"""
