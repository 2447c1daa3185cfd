"""Short addresses of runs, of which a page has 1,200."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from schedules.display.short_ids import id_of, short
from schedules.models import RunStatus
from tests.schedules.admin.conftest import LIST
from tests.schedules.admin.list.runs import write_run
from tests.schedules.conftest import MakeSchedule


def test_an_id_is_shortened_to_22_characters_and_back() -> None:
    for _ in range(50):
        id = uuid.uuid4()
        assert len(short(id)) == 22
        assert id_of(short(id)) == id


@pytest.mark.parametrize(
    "text", ["", "x", "A" * 21, "A" * 21 + "B", "ä" * 22, "A" * 23]
)
def test_what_is_no_short_id_is_none(text: str) -> None:
    assert id_of(text) is None


def test_the_short_address_leads_to_the_run(
    site: Client, make_schedule: MakeSchedule
) -> None:
    run = write_run(make_schedule(), 1, RunStatus.SUCCEEDED)
    answer = site.get(f"{LIST}r/{short(run.pk)}")
    assert answer.headers["Location"] == (
        f"/admin/ostinato_schedules/scheduledrun/{run.pk}/change/"
    )
    assert site.get(f"{LIST}r/nonsense").status_code == 404


def test_who_is_not_signed_in_is_asked_to(client: Client) -> None:
    assert "/login/" in client.get(f"{LIST}r/{'A' * 22}").headers["Location"]
