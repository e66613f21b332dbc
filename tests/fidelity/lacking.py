"""What this machine lacks to run the real Anki, in one sentence."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

# What Qt and its web engine load, in Debian's names.
PACKAGES = (
    "libasound2 libdrm2 libegl1 libfontconfig1 libfreetype6 libgbm1 libgl1 libglib2.0-0"
    " libgssapi-krb5-2 libnspr4 libnss3 libxcb-dri3-0 libxcomposite1 libxdamage1 libxkbcommon0"
    " libxkbfile1 libxrandr2 libxrender1 libxtst6"
)
LOADED = (
    "lib/libQt6WebEngineCore.so.6",
    "lib/libQt6WebEngineWidgets.so.6",
    "libexec/QtWebEngineProcess",
    "plugins/platforms/libqoffscreen.so",
)
FONTS = "Liberation Sans", "DejaVu Sans"


def lacking() -> str:
    """Say what has to be installed first; '' where nothing has to."""
    if not sys.platform.startswith("linux"):
        return "The real Anki is compared on Linux, where it needs no screen."
    spec = find_spec("PyQt6")
    if spec is None or spec.origin is None or find_spec("aqt") is None:
        return "The real Anki is not here: 'make fidelity' installs it."
    home = Path(spec.origin).parent / "Qt6"
    if missing := missing_libraries("".join(_linked(home / one) for one in LOADED)):
        return f"The real Anki can't run without {', '.join(missing)}: apt-get install {PACKAGES}"
    if shutil.which("fc-list"):
        known = _output("fc-list", ":", "family")
        if absent := [font for font in FONTS if font not in known]:
            return (
                f"The cards are drawn in fonts that are not here, {' and '.join(absent)}:"
                " apt-get install fonts-liberation fonts-dejavu"
            )
    return ""


def missing_libraries(listing: str) -> list[str]:
    """Find in what `ldd` prints the libraries that are nowhere."""
    return sorted(set(re.findall(r"^\s*(\S+) => not found", listing, re.MULTILINE)))


def _linked(path: Path) -> str:
    return _output("ldd", str(path))


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout
