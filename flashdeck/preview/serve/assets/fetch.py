"""Download MathJax from npm: `python flashdeck/preview/serve/assets/fetch.py`.

For developers. The package must have the digest below; its script, fonts and license are extracted.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

VERSION = "3.2.2"
# npm's digest of the package: `npm view mathjax@3.2.2 dist.integrity`.
DIGEST = "Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0/O9NliPc+x77k1/FEsPsjKPZGJvtRZM1vO+geW0OhGw=="
HOME = Path(__file__).parent / "mathjax"
FILES = {
    "package/LICENSE": "LICENSE",
    "package/es5/tex-chtml-full.js": "tex-chtml-full.js",
}
FONTS = PurePosixPath("package/es5/output/chtml/fonts/woff-v2")


def main() -> None:
    """Replace the contents of `mathjax/`."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is needed to download MathJax")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(  # noqa: S603 - fixed arguments
            [npm, "pack", "--silent", f"mathjax@{VERSION}"],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        (package,) = Path(folder).glob("*.tgz")
        digest = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
        if digest != DIGEST:
            raise SystemExit(f"the digest of the package differs: {digest}")
        _unpack(package)
    (HOME / "VERSION").write_text(f"mathjax {VERSION}\nsha512-{DIGEST}\n", "utf-8")


def _unpack(package: Path) -> None:
    shutil.rmtree(HOME, ignore_errors=True)
    (HOME / "fonts").mkdir(parents=True)
    with tarfile.open(package) as archive:
        for member in archive.getmembers():
            path = PurePosixPath(member.name)
            name = FILES.get(member.name)
            if path.parent == FONTS and path.suffix == ".woff":
                name = f"fonts/{path.name}"
            source = archive.extractfile(member) if name is not None else None
            if name is not None and source is not None:
                (HOME / name).write_bytes(source.read())


if __name__ == "__main__":
    main()
