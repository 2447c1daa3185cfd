"""The environment of the processes that `manage.py up` starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from platform_site.local.site import LocalSite

ADDRESS = "http://127.0.0.1:8123"
PUBLIC = "https://ostinato.example.org"


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("given", "url", "origins"),
    [(None, ADDRESS, [ADDRESS]), (PUBLIC, PUBLIC, [])],
)
def test_child_processes_know_the_configured_address_of_the_site(
    given: str | None,
    url: str,
    origins: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And may call it by its private one only if it has no other: what is told to be the
    site's own is refused to models."""
    monkeypatch.delenv("HTTP_NODE_ALLOWED_ORIGINS", raising=False)
    monkeypatch.delenv("SITE_URL", raising=False)
    if given is not None:
        monkeypatch.setenv("SITE_URL", given)
    assert LocalSite(tmp_path, 8123).run_once("diffsettings").wait() == 0
    told = (tmp_path / "logs" / "diffsettings.log").read_text()
    assert f"'SITE_URL': '{url}'" in told
    assert f"'HTTP_NODE_ALLOWED_ORIGINS': {origins}" in told
