"""The committed build of the canvas is made from its source, small, and keeps to its site.

`npm run build` in `frontend/` makes it again. These tests need no Node.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

from platform_site.local.data_dir import BASE_DIR
from tests.canvas import differences

FRONTEND = BASE_DIR / "frontend"
BUILD = BASE_DIR / "workflows" / "static" / "workflows" / "canvas"
SCRIPT, STYLES = BUILD / "canvas.js", BUILD / "canvas.css"
MOST_BYTES = 220_000  # of script and styles together, as a browser loads them
# Names of XML, and links for people: in the errors of the libraries, in examples of
# components. Nothing is loaded from them.
NOT_LOADED = re.compile(
    r"https?://(www\.w3\.org/|react\.dev/errors/|(react|\$\{\w+\})flow\.dev\b|example\.com\b)"
)


def source_hash(folder: Path) -> str:
    """As `frontend/scripts/source-hash.mjs` computes it."""
    files = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file()
        and "node_modules" not in path.relative_to(folder).parts
        and not path.name.endswith((".test.ts", ".test.tsx"))
        and path != folder / "src/types/api.ts"
    }
    summed = hashlib.sha256()
    for name, path in sorted(files.items()):
        content = path.read_bytes()
        summed.update(f"{name}\0{len(content)}\0".encode() + content)
    return summed.hexdigest()


def test_the_build_is_made_from_the_source() -> None:
    built_from = json.loads((BUILD / "build-info.json").read_text())["source_hash"]
    assert built_from == source_hash(FRONTEND), (
        "The source of the canvas has changed: run `npm ci && npm run build` in frontend/."
    )


def test_only_tests_and_what_is_installed_or_generated_do_not_count(
    tmp_path: Path,
) -> None:
    def written(name: str, text: str) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return source_hash(tmp_path)

    first = written("src/main.tsx", "1")
    assert written("src/main.test.tsx", "1") == first
    assert written("node_modules/react/index.js", "1") == first
    assert written("src/types/api.ts", "1") == first
    hashes = [
        first,
        written("src/main.tsx", "2"),
        written("src/graph.ts", ""),
        written("package.json", "{}"),
    ]
    assert len(set(hashes)) == len(hashes)


def test_the_build_is_small() -> None:
    sizes = [len(gzip.compress(path.read_bytes())) for path in (SCRIPT, STYLES)]
    assert sum(sizes) < MOST_BYTES, sizes


def test_the_build_is_nothing_but_one_script_and_its_styles() -> None:
    names = {path.name for path in BUILD.iterdir()}
    assert names == {"canvas.js", "canvas.css", "build-info.json"}


@pytest.mark.parametrize("path", [SCRIPT, STYLES], ids=lambda path: path.name)
def test_the_build_names_no_other_host(path: Path) -> None:
    addresses = re.findall(r"https?://[^\s\"'`)]*", path.read_text())
    assert [each for each in addresses if not NOT_LOADED.match(each)] == []
    assert not re.search(r"@import|url\([\"']?//", path.read_text())


def test_the_script_learns_the_address_of_the_api_from_its_page() -> None:
    assert "/api/v1/" not in SCRIPT.read_text()


def test_a_build_that_differs_from_the_committed_one_is_named(tmp_path: Path) -> None:
    committed, built = tmp_path / "committed", tmp_path / "built"
    for folder, files in (
        (committed, {"same": "1", "changed": "1", "gone": "1"}),
        (built, {"same": "1", "changed": "2", "new": "1"}),
    ):
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text)
    assert differences(committed, built) == ["changed", "gone", "new"]
    assert differences(committed, committed) == []
