"""The design's files, as a site serves them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

from platform_site.local.data_dir import BASE_DIR

STATIC = BASE_DIR / "workflows" / "static"
DESIGN = "workflows/design"
FILES = sorted(
    str(path.relative_to(STATIC)) for path in STATIC.rglob("*") if path.is_file()
)


def test_a_site_with_hashed_names_finds_everything(tmp_path: Path) -> None:
    source = FileSystemStorage(STATIC)
    storage = CompressedManifestStaticFilesStorage(tmp_path, "/static/")
    for name in FILES:
        with source.open(name) as content:
            storage.save(name, content)
    done = list(storage.post_process({name: (storage, name) for name in FILES}))
    assert [name for name, _, outcome in done if isinstance(outcome, Exception)] == []
    tokens = tmp_path / storage.stored_name(f"{DESIGN}/tokens.css")
    fonts = re.findall(r'url\("([^"]+)"\)', tokens.read_text())
    assert len(fonts) == 4
    assert all((tokens.parent / font).is_file() for font in fonts)


@pytest.mark.parametrize("family", ["Geist", "Geist-Mono"])
def test_the_licence_of_a_font_lies_beside_it(family: str) -> None:
    path = finders.find(f"{DESIGN}/fonts/OFL-{family}.txt")
    assert path
    assert "SIL OPEN FONT LICENSE" in Path(path).read_text()


def test_the_design_loads_nothing_from_elsewhere() -> None:
    for name in FILES:
        if name.endswith(".css") and name.startswith(DESIGN):
            urls = re.findall(r"url\(([^)]*)\)", (STATIC / name).read_text())
            assert not [url for url in urls if "//" in url], name
