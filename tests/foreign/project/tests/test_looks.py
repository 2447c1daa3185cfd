"""The pages of the project look as they did, unless it wants all to look as ours; ours have a
look of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from tests.conftest import PROJECT

SCHEDULES = "/admin/ostinato_schedules/"
OURS = (
    f"{SCHEDULES}scheduledjob/",
    f"{SCHEDULES}scheduledjob/add/",
    f"{SCHEDULES}scheduledrun/",
    f"{SCHEDULES}scheduleevent/",
    "/admin/ostinato_workflows/workflow/",
    "/admin/ostinato_workflows/workflow/add/",
    "/admin/ostinato_triggers/webhook/",
    "/admin/ostinato_accounts/apitoken/add/",
)


def own_pages(**env: str) -> dict[str, list[Any]]:
    run = subprocess.run(
        [sys.executable, "own_pages.py"],
        cwd=PROJECT,
        env=os.environ | env,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_the_projects_pages_are_the_same_bytes(migrated: None) -> None:
    before, after = own_pages(WITHOUT_OSTINATO="1"), own_pages()
    assert {200, 302, 404} <= {answer[0] for answer in before.values()}
    for address, answer in before.items():
        assert after[address] == answer, address


def test_a_project_may_have_all_its_pages_look_as_ours(migrated: None) -> None:
    for address, (status, page) in own_pages(THEME_ALL_PAGES="1").items():
        if status != 200 or "_popup" in address:
            continue
        assert page.count("workflows/frame.css") == 1, address
        assert "Django administration" in page, address
        assert ('class="o-nav"' in page) == (address != "login/"), address


@pytest.mark.parametrize("address", OURS)
def test_our_pages_are_in_our_frame(client: Any, address: str) -> None:
    page = client.get(address).content.decode()
    assert page.count("workflows/frame.css") == 1
    assert page.count('class="o-sprite"') == 1
    assert "Django administration" in page
    assert "Ostinato 0." in page


@pytest.fixture
def database_away(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    (tmp_path / "db.sqlite3").mkdir()  # which no SQLite can open
    with monkeypatch.context() as patch:
        place = connections.settings["default"]
        patch.setitem(place, "NAME", str(tmp_path / "db.sqlite3"))
        connection.close()
        yield
    connection.close()


def test_our_pages_say_that_the_database_is_away(
    client: Any, database_away: None
) -> None:
    answers = [client.get(address) for address in OURS]
    assert {answer.status_code for answer in answers} == {503}
    assert all(b"The database does not answer." in each.content for each in answers)
    # A page of the project's own fails as it always did.
    assert client.get("/admin/people/person/").status_code == 500
