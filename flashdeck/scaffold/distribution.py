"""What to install for the same flashdeck on another machine: a version, a commit or a wheel."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import NamedTuple

_FOLDER = ".github"
_DATE = (1980, 1, 1, 0, 0, 0)  # equal files give equal wheels
_METADATA = ("METADATA", "WHEEL", "entry_points.txt", "licenses/LICENSE")


class Source(NamedTuple):
    """An argument of `pip install`; if it is the path of a wheel, `wheel` is its content."""

    argument: str
    wheel: bytes = b""


def own_source(version: str) -> Source:
    """Return the source of the installed flashdeck, whose version is `version`.

    A version, if a package index had it; a commit, if it came from a git repository. A clone or a
    file is only on this machine: what was installed from there is packed as a wheel.
    """
    try:
        installed = distribution("flashdeck")
    except PackageNotFoundError:
        return Source(f"flashdeck=={version}")
    origin = json.loads(installed.read_text("direct_url.json") or "{}")
    if not origin:
        return Source(f"flashdeck=={version}")
    if "vcs_info" in origin and not origin["url"].startswith("file:"):
        vcs = origin["vcs_info"]
        return Source(f"{vcs['vcs']}+{origin['url']}@{vcs['commit_id']}")
    members = dict(_members(files("flashdeck"), "flashdeck"))
    name = f"flashdeck-{installed.version}"
    for file in _METADATA:
        members[f"{name}.dist-info/{file}"] = (installed.read_text(file) or "").encode()
    return Source(f"{_FOLDER}/{name}-py3-none-any.whl", _wheel(members, f"{name}.dist-info/RECORD"))


def _members(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        inner = f"{path}/{entry.name}"
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _members(entry, inner)
        elif entry.is_file():
            yield inner, entry.read_bytes()


def _wheel(members: dict[str, bytes], record: str) -> bytes:
    """Return a wheel: a zip file that lists the hashes of its members."""
    lines = [f"{path},sha256={_hash(data)},{len(data)}\n" for path, data in members.items()]
    members = members | {record: "".join([*lines, f"{record},,\n"]).encode()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in members.items():
            member = zipfile.ZipInfo(path, _DATE)
            member.external_attr = 0o100644 << 16
            archive.writestr(member, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _hash(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
