"""POST /api/v1/schedules/bulk/"""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from rest_framework.test import APIClient

from schedules.api import bulk_view
from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent
from schedules.services import pause_schedule
from tests.schedules.api.conftest import SCHEDULES, address, problems
from tests.schedules.conftest import MakeSchedule
from workflows.scopes import Scope

pytestmark = pytest.mark.django_db
BULK = f"{SCHEDULES}bulk/"


def statuses(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.json()
    return [result["status"] for result in answer.json()["results"]]


def test_many_are_paused_with_one_note(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedules = [make_schedule(), make_schedule(), make_schedule()]
    ids = [str(schedule.id) for schedule in schedules]
    body = {"action": "pause", "ids": ids[:2], "note": "moving house"}
    answer = api.post(BULK, body)
    assert statuses(answer) == [200, 200]
    assert [result["id"] for result in answer.json()["results"]] == ids[:2]
    assert ScheduledJob.objects.filter(status="paused").count() == 2
    assert ScheduleEvent.objects.filter(verb="pause", note="moving house").count() == 2


def test_each_schedule_has_its_own_result_and_a_refusal_does_not_stop_the_others(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    fine, ended = make_schedule(), make_schedule()
    ScheduledJob.objects.filter(pk=ended.pk).update(
        status="stopped", next_run_at=None, next_tick_at=None
    )
    ids = [str(uuid.uuid4()), str(ended.id), str(fine.id), str(fine.id)]
    answer = api.post(BULK, {"action": "run", "ids": ids})
    assert statuses(answer) == [404, 409, 202]
    missing, refused, done = answer.json()["results"]
    assert missing["code"] == "not_found"
    assert "stopped" in refused["detail"]
    assert (done["code"], done["detail"]) == ("done", "")
    assert ScheduledRun.objects.count() == 1


def test_many_are_tagged(api: APIClient, make_schedule: MakeSchedule) -> None:
    one, full = make_schedule(tags=["old"]), make_schedule(tags=[*map(str, range(20))])
    body = {"action": "tag", "add_tags": ["etl"], "remove_tags": ["old"]}
    answer = api.post(BULK, body | {"ids": [str(one.id), str(full.id)], "note": "tidy"})
    assert statuses(answer) == [200, 400]
    assert "at most 20" in answer.json()["results"][1]["detail"]
    one.refresh_from_db()
    assert one.tags == ["etl"]
    assert one.events.get(verb="update").note == "tidy"


def test_what_agents_proposed_is_approved_at_once(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    proposed, other = make_schedule(), make_schedule()
    ScheduledJob.objects.filter(pk=proposed.pk).update(
        status="paused", awaits_approval=True, next_run_at=None
    )
    body = {"action": "resume", "filter": {"awaits_approval": True}}
    (refused,) = api.post(BULK, body).json()["results"]
    assert (refused["status"], refused["code"]) == (409, "needs_approval")
    body["action"] = "approve"
    results = api.post(BULK, body).json()["results"]
    assert [result["id"] for result in results] == [str(proposed.id)]
    wanted = ScheduledJob.objects.filter(status="active", awaits_approval=False)
    assert set(wanted) == {proposed, other}
    wrong = {"action": "approve", "filter": {"awaits_approval": "yes"}}
    assert problems(api.post(BULK, wrong)) == {"filter.awaits_approval"}


def test_what_agents_proposed_is_declined_at_once_with_one_note(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    proposed, other = make_schedule(), make_schedule()
    ScheduledJob.objects.filter(pk=proposed.pk).update(
        status="paused", awaits_approval=True, next_run_at=None
    )
    ids = [str(proposed.id), str(other.id)]
    sent = {"action": "decline", "ids": ids, "note": "not now"}
    answer = api.post(f"{BULK}?dry_run=true", sent)
    told = answer.json()["after"]["results"]
    assert [result["status"] for result in told] == [204, 409]
    assert ScheduledJob.objects.count() == 2
    assert statuses(api.post(BULK, sent)) == [204, 409]
    assert ScheduledJob.objects.get() == other
    event = ScheduleEvent.objects.get(verb="decline")
    assert (event.schedule_id, event.note) == (proposed.id, "not now")


def test_what_failures_have_paused_is_resumed_at_once(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    failing, asleep = make_schedule(), make_schedule(status="paused")
    ScheduledJob.objects.filter(pk=failing.pk).update(
        status="paused", reason_code="failures", next_run_at=None
    )
    body = {"action": "resume", "filter": {"reason_code": "failures"}}
    results = api.post(BULK, body).json()["results"]
    assert [result["id"] for result in results] == [str(failing.id)]
    asleep.refresh_from_db()
    assert asleep.status == "paused"
    wrong = {"action": "resume", "filter": {"reason_code": "bad luck"}}
    assert problems(api.post(BULK, wrong)) == {"filter.reason_code"}


def test_a_note_that_is_wrong_for_one_is_wrong_for_all(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    ids = [str(make_schedule().id) for _ in range(2)]
    body = {"action": "pause", "ids": ids, "note": "two\nlines"}
    assert problems(api.post(BULK, body)) == {"note"}
    assert not ScheduledJob.objects.filter(status="paused").exists()


def test_a_database_that_fails_in_between_loses_no_answer(
    api: APIClient, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [make_schedule().id for _ in range(3)]

    def pause(id_: uuid.UUID, **given: Any) -> object:
        if id_ == ids[1]:
            raise OperationalError
        return pause_schedule(id_, **given)

    monkeypatch.setitem(bulk_view.ACTIONS, "pause", (pause, 200, Scope.OPERATE))
    answer = api.post(BULK, {"action": "pause", "ids": [str(id_) for id_ in ids]})
    assert statuses(answer) == [200, 503, 503]  # nobody waits for it twice
    assert "Try again" in answer.json()["results"][1]["detail"]


def test_a_filter_takes_all_that_it_finds(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    for name in ("nightly backup", "nightly report", "hourly"):
        make_schedule(name=name)
    body = {"action": "delete", "filter": {"search": "nightly"}}
    assert statuses(api.post(BULK, body)) == [204, 204]
    assert ScheduledJob.objects.get().name == "hourly"


@pytest.mark.parametrize("blank", ["", " ", "\t\n", None])
@pytest.mark.parametrize("name", ["status", "workflow", "search", "tag"])
def test_a_filter_that_is_blank_reaches_nothing(
    api: APIClient, make_schedule: MakeSchedule, name: str, blank: str | None
) -> None:
    make_schedule(name="precious")
    for filters in ({name: blank}, {"search": "precious"} | {name: blank}):
        answer = api.post(BULK, {"action": "delete", "filter": filters})
        assert problems(answer) == {f"filter.{name}"}
    assert ScheduledJob.objects.count() == 1


@pytest.mark.parametrize("name", ["search", "tag"])
def test_a_text_that_is_too_long_to_look_for_is_refused(
    api: APIClient, make_schedule: MakeSchedule, name: str
) -> None:
    make_schedule()
    body = {"action": "delete", "filter": {name: "x" * 50_000}}
    assert problems(api.post(BULK, body)) == {f"filter.{name}"}


def test_resuming_in_bulk_may_catch_up(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    for action in ({"action": "pause"}, {"action": "resume", "catch_up": "latest"}):
        assert statuses(api.post(BULK, action | {"ids": [str(schedule.id)]})) == [200]
    assert ScheduledRun.objects.filter(origin="catch_up").count() == 1


def test_a_bulk_action_supports_a_dry_run(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    body = {"action": "delete", "filter": {"status": "active"}}
    make_schedule()
    answer = api.post(f"{BULK}?dry_run=true", body)
    assert answer.json()["after"]["results"][0]["status"] == 204
    assert ScheduledJob.objects.count() == 1


def test_a_dry_run_shows_each_as_it_is_and_as_it_would_be(
    api: APIClient, bobs_api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule, ended = make_schedule(now=timezone.now()), make_schedule()
    ScheduledJob.objects.filter(pk=ended.pk).update(
        status="stopped", next_run_at=None, next_tick_at=None
    )
    ids = [str(schedule.id), str(ended.id)]
    body = {"action": "pause", "ids": ids}
    one, refused = api.post(f"{BULK}?dry_run=true", body).json()["after"]["results"]
    assert (one["before"]["status"], one["after"]["status"]) == ("active", "paused")
    assert one["next_ticks"] == []  # a paused one fires none
    alone = api.post(f"{address(schedule, 'pause')}?dry_run=true").json()
    assert one["before"] == alone["before"]
    assert one["after"].keys() == alone["after"].keys()
    assert (refused["status"], refused["before"]) == (409, refused["after"])
    assert refused["next_ticks"] == []
    gone = api.post(f"{BULK}?dry_run=true", body | {"action": "delete"}).json()
    assert gone["after"]["results"][0]["after"] is None
    assert gone["after"]["results"][0]["next_ticks"] == []
    for hidden in bobs_api.post(f"{BULK}?dry_run=true", body).json()["after"][
        "results"
    ]:
        assert (hidden["before"], hidden["after"], hidden["next_ticks"]) == (
            None,
            None,
            [],
        )
    assert "before" not in api.post(BULK, body).json()["results"][0]


def test_a_broken_timing_does_not_stop_a_dry_run(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    broken = make_schedule(cron_expression="0 9 * * *", timezone="Europe/Berlin")
    ScheduledJob.objects.update(timezone="Mars/Olympus")
    body = {"action": "pause", "ids": [str(broken.id)]}
    (result,) = api.post(f"{BULK}?dry_run=true", body).json()["after"]["results"]
    assert (result["status"], result["next_ticks"]) == (200, [])


def test_a_bulk_request_does_not_reach_schedules_of_others(
    bobs_api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    body = {"action": "delete", "ids": [str(schedule.id)]}
    assert statuses(bobs_api.post(BULK, body)) == [404]
    by_filter = {"action": "delete", "filter": {"status": "active"}}
    assert statuses(bobs_api.post(BULK, by_filter)) == []
    assert ScheduledJob.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"action"}),
        ({"action": "explode", "ids": [str(uuid.uuid4())]}, {"action"}),
        ({"action": "pause"}, {"ids"}),
        ({"action": "pause", "ids": []}, {"ids"}),
        ({"action": "pause", "ids": ["x"]}, {"ids"}),
        ({"action": "pause", "ids": [str(uuid.uuid4())] * 501}, {"ids"}),
        ({"action": "pause", "filter": {}}, {"filter"}),
        ({"action": "pause", "filter": {"status": "x"}}, {"filter.status"}),
        ({"action": "pause", "filter": {"colour": "x"}}, {"filter.colour"}),
        (
            {"action": "pause", "ids": [str(uuid.uuid4())], "catch_up": "all"},
            {"catch_up"},
        ),
        (
            {"action": "pause", "ids": [str(uuid.uuid4())], "add_tags": ["etl"]},
            {"add_tags"},
        ),
        ({"action": "tag", "ids": [str(uuid.uuid4())]}, {"add_tags"}),
        (
            {"action": "tag", "ids": [str(uuid.uuid4())], "remove_tags": ["x" * 51]},
            {"remove_tags"},
        ),
        (
            {"action": "tag", "ids": [str(uuid.uuid4())], "add_tags": ["x"] * 21},
            {"add_tags"},
        ),
    ],
)
def test_an_invalid_bulk_request_is_refused_at_its_field(
    api: APIClient, body: dict[str, Any], wrong: set[str]
) -> None:
    assert problems(api.post(BULK, body)) == wrong
