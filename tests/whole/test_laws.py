"""The architecture's laws, checked against the imports."""

from __future__ import annotations

import ast
import itertools
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from hypothesis import settings

import flashdeck
from flashdeck.cli.app import app

PACKAGE = Path(flashdeck.__file__).parent
ROOT = PACKAGE.parent

# The modules that may import each third-party package.
HOMES = {
    "backports": ("anki.read.zstd",),
    "blake3": ("anki.template.filters",),
    "filelock": ("files.lock",),
    "flask": ("preview.serve",),
    "genanki": ("anki.write.apkg",),
    "imagesize": ("rules.pictures",),
    "pygments": ("highlighting",),
    "pyromark": ("markup",),
    "rich": ("cli", "preview.terminal", "text"),
    "segno": ("send.qr",),
    "tinycss2": ("css",),
    "typer": ("cli",),
    "watchfiles": ("files.watch",),
    "werkzeug": ("preview.serve",),
    "yaml": ("yamlnode",),
}
# From low to high: a folder imports only preceding ones.
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
ROWS = re.findall(r"(?m)^\| (`.*?) \|", CONTRIBUTING.partition("| folder or module |")[2])
ORDER = [name for row in ROWS for name in re.findall(r"`(\w+)/?`", row)]
KNOW_ONLY_MODEL = (
    "anki",
    "comparison",
    "preview.frame",
    "preview.serve",
    "preview.terminal",
    "rules",
)
MODEL = ("model", "diagnostics", "limits", "records", "text")
# Small things that only Anki decides.
ANKI = ("anki.clozes", "anki.deck_names", "anki.html_text")
# What shows or compares cards knows how they are rendered, and the page knows the frame of a card.
ALSO_ALLOWED = {
    "anki": ("files.copy", "html.addresses", "html.requests"),
    "comparison": ("anki.template", "html.requests", "html.tags", *ANKI),
    "preview.frame": ("anki.template", *ANKI),
    "preview.serve": ("anki.template", *ANKI, "preview.frame"),
    "preview.terminal": (*ANKI, "html.tags", "preview.frame"),
    "rules": ("css", "markup.prose", *ANKI),
}
# These two read what is to be compared.
READ_MORE = ("comparison.versions", "comparison.revisions")
# Folders that may have more than a dozen modules.
ROOM, ROOMY = 12, {"rules": 14, "anki.template": 13, "importing": 14, "release": 14}
ROOMY |= {"markup": 13, "source": 14, "yamlnode": 13}
TESTS = 14
# A module for each command, however many there are.
COMMANDS = "cli.commands"


def _name(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def _modules() -> dict[str, ast.Module]:
    return {_name(path): ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")}


MODULES = _modules()


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner.removeprefix("flashdeck.") in MODULES else node.module


def _ours(name: str) -> set[str]:
    result = set()
    for module in _imports(MODULES[name]):
        if module == "flashdeck" or module.startswith("flashdeck."):
            result.add(module.removeprefix("flashdeck").removeprefix("."))
    return result - {""}


def _is_in(name: str, place: str) -> bool:
    return name == place or name.startswith(place + ".")


def test_each_third_party_package_is_imported_in_one_place():
    strays = [
        f"{name} imports {module}"
        for name in MODULES
        for module in _imports(MODULES[name])
        for package, homes in HOMES.items()
        if _is_in(module, package) and not any(_is_in(name, home) for home in homes)
    ]
    assert strays == []


def test_every_third_party_import_is_declared():
    declared = {"genanki", "pyromark", "pygments", "yaml", "typer", "rich"}
    declared |= {
        "blake3",
        "filelock",
        "flask",
        "imagesize",
        "segno",
        "tinycss2",
        "watchfiles",
        "werkzeug",
    }
    # Zstandard is a part of Python from 3.14 on, and comes as `backports.zstd` before.
    declared |= {"backports", "compression"}
    known = declared | {"flashdeck", "_typeshed"} | sys.stdlib_module_names
    used = {module.split(".")[0] for tree in MODULES.values() for module in _imports(tree)}
    assert used - known == set()


def test_consumers_of_collections_import_only_the_model():
    strays = [
        f"{name} imports {module}"
        for name in MODULES
        for place in KNOW_ONLY_MODEL
        if _is_in(name, place) and name not in READ_MORE
        for module in _ours(name)
        if not _is_in(module, place) and module not in MODEL
        if not any(_is_in(module, other) for other in ALSO_ALLOWED.get(place, ()))
    ]
    assert strays == []


def test_only_the_command_line_prints_exits_and_reads_environment_or_clock():
    forbidden = re.compile(
        r"\bprint\(|\bsys\.(?:exit|stdout|stderr|argv)\b|\bos\.(?:environ|getenv)\b"
        r"|\btime\.time\(|\bdatetime\.now\(|\bdate\.today\("
    )
    strays = [
        f"{name}: {line.strip()}"
        for name in MODULES
        if not _is_in(name, "cli") and name != "__main__"
        for line in (PACKAGE / "__init__.py").parent.joinpath(_path(name)).read_text().splitlines()
        if forbidden.search(line)
    ]
    assert strays == []


def test_the_table_in_contributing_has_every_folder_and_module():
    assert set(ORDER) ^ {name.partition(".")[0] for name in MODULES} == {"", "__main__"}


def test_folders_import_only_preceding_folders():
    strays = [
        f"{name} imports {module}"
        for name in MODULES
        if name not in {"", "__main__"}
        for module in _ours(name)
        if ORDER.index(module.split(".")[0]) > ORDER.index(name.split(".")[0])
    ]
    assert strays == []


def test_a_folder_has_a_dozen_modules():
    counts = Counter(
        name.rpartition(".")[0] for name in MODULES if _path(name).name != "__init__.py"
    )
    rooms = ROOMY | {COMMANDS: len(app().registered_commands)}
    assert {one: count for one, count in counts.items() if count > rooms.get(one, ROOM)} == {}


def test_a_folder_of_tests_has_fourteen_modules_at_most():
    counts = Counter(path.parent.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert {name: count for name, count in counts.items() if count > TESTS} == {}


def test_an_init_module_has_no_code_but_its_names():
    # That of `flashdeck` itself imports each public name on its first use.
    strays = [
        f"{name}: {ast.unparse(statement)}"
        for name, tree in MODULES.items()
        if name and _path(name).name == "__init__.py"
        for statement in tree.body[1:]
        if not isinstance(statement, ast.Import | ast.ImportFrom)
        and not ast.unparse(statement).startswith("__all__ = ")
    ]
    assert strays == []


def test_imports_have_no_cycles():
    # `flashdeck` itself only points to what is public, and loads nothing.
    graph = {
        name: {module for module in _ours(name) if module in MODULES} for name in MODULES if name
    }
    done: set[str] = set()
    for start in graph:
        _walk(graph, start, (), done)


def test_modules_are_small():
    # A file that needs more is two files.
    sizes = {name: len((PACKAGE / _path(name)).read_text().splitlines()) for name in MODULES}
    assert {name: size for name, size in sizes.items() if size > 500} == {}


def test_no_example_has_a_deadline():
    assert settings.default is not None
    assert settings.default.deadline is None
    # Only what also runs without pytest, and so without the profile, says it again.
    names = {path.name for path in (ROOT / "tests").rglob("*.py") if _sets_deadline(path)}
    assert names == {"conftest.py", "run.py"}


def test_the_repository_names_no_machine_and_no_registry():
    # The words are put together here so that this file does not hold them.
    words = ["/" + "work/", "/" + "root/", "pypi" + ".org", "python" + "hosted", "npm" + "js.org"]
    kept = ("*.py", "*.md", "*.toml", "*.yaml", "*.txt", "Makefile", "*.css", "*.lock")
    folders = [ROOT / name for name in ("flashdeck", "tests", "docs", "cards", ".ci")]
    paths = itertools.chain(
        (path for folder in folders for pattern in kept for path in folder.rglob(pattern)),
        (path for pattern in kept for path in ROOT.glob(pattern)),
    )
    result = [
        f"{path.name}: {word}"
        for path in paths
        for word in words
        if word in path.read_text("utf-8", "replace")
    ]
    assert result == []


def _sets_deadline(path: Path) -> bool:
    tree = ast.parse(path.read_text("utf-8"))
    return any(isinstance(node, ast.keyword) and node.arg == "deadline" for node in ast.walk(tree))


def _path(name: str) -> Path:
    parts = Path(*name.split(".")) if name else Path("__init__.py")
    if name and (PACKAGE / parts).is_dir():
        return parts / "__init__.py"
    return parts.with_suffix(".py")


def _walk(graph: dict[str, set[str]], name: str, above: tuple[str, ...], done: set[str]) -> None:
    assert name not in above, " -> ".join((*above[above.index(name) :], name))
    if name in done:
        return
    for module in sorted(graph[name]):
        _walk(graph, module, (*above, name), done)
    done.add(name)
