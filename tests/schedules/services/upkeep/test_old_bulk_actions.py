"""Accounts of bulk actions are kept as long as runs, and unanswered questions for a day."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User

from schedules.models import BulkAction, BulkItem
from schedules.services.upkeep import old_bulk_actions
from schedules.services.upkeep.pruning import prune
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.services.bulk_actions.conftest import (  # noqa: F401 a fixture
    LATER,
    Ask,
    ask,
    carry_out,
    confirm,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
DAY = timedelta(days=1)


def kept(now: datetime) -> list[BulkAction]:
    for _ in prune(now):
        pass
    return list(BulkAction.objects.order_by("verb"))


def test_accounts_go_with_the_runs_of_their_time(
    ask: Ask,  # noqa: F811
    make_schedule: MakeSchedule,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(old_bulk_actions, "BATCH", 2)
    for number in range(5):
        make_schedule(name=f"s{number}")
    action = carry_out(ask("pause"))
    assert kept(LATER + 89 * DAY) == [action]
    assert kept(LATER + 91 * DAY) == []
    assert not BulkItem.objects.exists()


def test_an_unfinished_one_is_kept_as_long(
    ask: Ask,  # noqa: F811
    make_schedule: MakeSchedule,
    alice: User,
) -> None:
    make_schedule()
    action = confirm(ask("pause"))
    assert kept(NOON + 89 * DAY) == [action]
    assert kept(NOON + 91 * DAY) == []


def test_a_question_that_nobody_answered_is_kept_for_a_day(
    ask: Ask,  # noqa: F811
    make_schedule: MakeSchedule,
) -> None:
    make_schedule()
    action = ask("pause")
    assert kept(NOON + DAY) == [action]
    assert kept(NOON + 1.1 * DAY) == []
