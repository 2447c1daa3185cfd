"""What the processes that `manage.py up` starts are told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from platform_site.local_site import LocalSite


@pytest.mark.parametrize(
    ("given", "address"),
    [
        (None, "http://127.0.0.1:8123"),
        (" ", "http://127.0.0.1:8123"),
        ("https://ostinato.example.org", "https://ostinato.example.org"),
    ],
)
def test_the_address_of_the_site_is_the_one_that_was_given_if_any(
    given: str | None, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SITE_URL", raising=False)
    if given is not None:
        monkeypatch.setenv("SITE_URL", given)
    assert LocalSite(tmp_path, 8123).run_once("diffsettings").wait() == 0
    told = (tmp_path / "logs" / "diffsettings.log").read_text()
    assert re.findall("^SITE_URL = '(.*?)'", told, re.MULTILINE) == [address]
