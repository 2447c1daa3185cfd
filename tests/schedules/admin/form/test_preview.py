"""What the form means as it is filled in, before anything is saved."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from schedules.models import ScheduledJob, ScheduleEvent
from tests.schedules.admin.conftest import LIST, MakeStaff, page
from tests.schedules.admin.form.forms import filled, part
from tests.schedules.conftest import MakeSchedule
from workflows.models import Workflow

ADD = f"{LIST}add/"
PREVIEW = f"{LIST}preview/"
BERLIN = {"timezone": "Europe/Berlin"}


def preview(site: Client, address: str = PREVIEW, **typed: Any) -> HttpResponse:
    response = site.post(address, {"schedule_type": "cron", "_preview": "1"} | typed)
    assert response.status_code == 200
    return response


def writes(response: HttpResponse) -> dict[str, str]:
    match = re.search('data-writes="([^"]*)"', response.text)
    assert match
    found: dict[str, str] = json.loads(html.unescape(match[1]))
    return found


class TestPreview:
    def test_the_sentence_and_the_next_runs_are_shown(self, site: Client):
        shown = preview(site, cron_expression="30 2 * * mon-fri", **BERLIN)
        text = part(shown, "form-preview")
        assert text.startswith("At 02:30, Monday to Friday Europe/Berlin")
        ticks = shown.text.split("</ol>")[0]
        assert ticks.count("<time") == 5
        assert "Clock changes skip or repeat 02:30, but on none of its days." in text

    def test_an_interval_and_a_single_run_are_previewed_alike(self, site: Client):
        every = preview(
            site,
            schedule_type="interval",
            interval_seconds="90",
            **{"interval_seconds-unit": "minutes"},
        )
        assert "Every 90 minutes" in part(every, "form-preview")
        once = preview(site, schedule_type="once", run_at="2099-10-25T02:30", **BERLIN)
        assert "it runs the first time only" in part(once, "form-preview")
        told = part(once, "told-run_at")
        assert told.startswith("02:30 happens twice on 25 October")
        gap = preview(site, schedule_type="once", run_at="2099-03-29T02:30", **BERLIN)
        assert "02:30 does not exist on 29 March" in part(gap, "told-run_at")

    def test_what_is_missing_is_asked_for_and_is_no_fault(self, site: Client):
        shown = preview(site, cron_expression="")
        assert "Choose a pattern" in part(shown, "form-preview")
        assert "o-fault" not in shown.text

    def test_a_schedule_without_times_runs_only_on_request(self, site: Client):
        shown = preview(site, schedule_type="manual", max_runs="x")
        assert "Only on request" in part(shown, "form-preview")
        assert "o-fault" not in shown.text

    @pytest.mark.parametrize(
        ("typed", "field", "reason"),
        [
            ({"cron_expression": "61 * * * *"}, "cron_expression", "61"),
            ({"timezone": "Mars"}, "timezone", "not a valid time zone"),
            ({"end_at": "2001-01-01T00:00"}, "end_at", "never run"),
            ({"jitter_seconds": "-1"}, "jitter_seconds", "0 seconds to 1 day"),
            ({"pause_after_failures": "-5"}, "pause_after_failures", "0 to 1,000"),
            (
                {"trigger_payload": '{"a": 1\n"b"'},
                "trigger_payload",
                "line 2, column 1",
            ),
        ],
    )
    def test_a_fault_stands_at_its_field(
        self, site: Client, typed: dict[str, str], field: str, reason: str
    ) -> None:
        shown = preview(site, **{"cron_expression": "@daily", **BERLIN, **typed})
        assert reason in part(shown, f"told-{field}")
        assert "o-fault" in shown.text

    def test_policies_say_what_they_mean_for_this_schedule(self, site: Client):
        often = {"cron_expression": "*/5 * * * *", "timeout_seconds": "600"}
        shown = preview(site, **often, catchup_window_seconds="3600")
        assert "can be 5 min apart" in part(shown, "form-overlap-means")
        assert "holds up to 13 of its runs" in part(shown, "form-late-means")
        rare = preview(site, cron_expression="@daily", timeout_seconds="600")
        assert "do not overlap" in part(rare, "form-overlap-means")

    def test_nothing_is_written_and_the_number_of_queries_is_fixed(
        self, site: Client, workflow: Workflow
    ) -> None:
        preview(site, cron_expression="@daily")
        with CaptureQueriesContext(connection) as few:
            preview(site, cron_expression="@daily")
        for number in range(5):
            Workflow.objects.create(name=f"w{number}", owner=workflow.owner)
        with CaptureQueriesContext(connection) as many:
            preview(site, cron_expression="0 0 1 * *", timezone="Asia/Tokyo")
        assert len(many) == len(few)
        assert not ScheduledJob.objects.exists()
        assert not ScheduleEvent.objects.exists()

    def test_any_input_is_answered(self, site: Client):
        for text in ("\x00", "9" * 5_000, "<script>", "🎉", "'" * 300):
            for name in (*ScheduledJob._meta.fields_map, "cron_expression", "timezone"):
                preview(site, **{name: text})
            shown = preview(site, cron_expression=text, name=text, run_at=text)
            assert "<script>" not in shown.text
            preview(site, schedule_type="interval", interval_seconds=text)
            preview(site, schedule_type=text, **{"interval_seconds-unit": text})


class TestBuilder:
    def pressed(self, site: Client, pattern: str, **typed: Any) -> str:
        shown = site.post(PREVIEW, {"_pattern": pattern, **typed})
        return writes(shown).get("cron_expression", "")

    def test_a_button_writes_the_expression_and_keeps_the_time(self, site: Client):
        had = {"cron_expression": "30 2 * * *"}
        assert self.pressed(site, "weekday", **had) == "30 2 * * mon-fri"
        assert self.pressed(site, "week", **had) == "30 2 * * mon"
        assert self.pressed(site, "month", **had) == "30 2 1 * *"
        assert self.pressed(site, "last_day", **had) == "30 2 L * *"
        assert self.pressed(site, "quarter", **had) == "30 2 1 jan,apr,jul,oct *"
        assert self.pressed(site, "hour", **had) == "30 * * * *"
        assert self.pressed(site, "day", cron_expression="nonsense") == "0 9 * * *"

    @pytest.mark.heavy
    @pytest.mark.parametrize(
        ("had", "inputs", "written"),
        [
            ("0 9 * * mon", {"pattern-days": ["1", "3"]}, "0 9 * * mon,wed"),
            ("0 9 * * *", {"pattern-days": list("123456")}, "0 9 * * mon-sat"),
            ("0 9 * * mon-fri", {"pattern-days": list("0123456")}, "0 9 * * *"),
            ("0 9 * * mon", {"pattern-days": []}, "0 9 * * mon"),
            ("0 9 * * *", {"pattern-at": "02:30", "pattern-days": "1"}, "30 2 * * mon"),
            ("0 9 1 * *", {"pattern-monthday": "15"}, "0 9 15 * *"),
            ("0 9 1 * *", {"pattern-monthday": "32"}, "0 9 1 * *"),
            ("0 9 L * *", {"pattern-at": "25:00"}, "0 9 L * *"),
            ("5 * * * *", {"pattern-minute": "7"}, "7 * * * *"),
        ],
    )
    def test_an_input_beside_it_changes_the_expression(
        self, site: Client, had: str, inputs: dict[str, Any], written: str
    ) -> None:
        assert self.pressed(site, "same", cron_expression=had, **inputs) == written

    def test_a_custom_expression_is_left_alone(self, site: Client):
        custom = "*/5 8-20 * * *"
        assert self.pressed(site, "same", cron_expression=custom) == ""
        assert self.pressed(site, "nonsense", cron_expression=custom) == ""
        assert "Custom" in part(preview(site, cron_expression=custom), "form-chips")

    def test_what_is_typed_is_read(self, site: Client):
        shown = preview(site, cron_expression="0 9 * * 1-5")
        pressed = re.search(r'value="(\w+)" aria-pressed="true"', shown.text)
        assert pressed
        assert pressed[1] == "weekday"
        assert 'value="5" checked' in shown.text
        assert 'value="6" checked' not in shown.text


class TestForeign:
    @pytest.mark.parametrize(
        ("typed", "written"),
        [
            (
                "CRON_TZ=America/New_York 0 9 * * 1-5",
                {"cron_expression": "0 9 * * 1-5", "timezone": "America/New_York"},
            ),
            (
                "PT5M",
                {"interval_seconds": "5", "interval_seconds-unit": "minutes"},
            ),
            ("0 0 9 * * MON", {"cron_expression": "0 9 * * mon"}),
        ],
    )
    def test_another_programs_syntax_is_offered_and_taken_by_one_click(
        self, site: Client, typed: str, written: dict[str, str]
    ) -> None:
        shown = preview(site, cron_expression=typed)
        assert 'name="_suggested"' in shown.text
        taken = site.post(PREVIEW, {"cron_expression": typed, "_suggested": "1"})
        assert written.items() <= writes(taken).items()
        assert "o-fault" not in taken.text

    def test_what_means_nothing_here_has_no_button(self, site: Client):
        shown = preview(site, cron_expression="@reboot")
        assert "o-fault" in shown.text
        assert 'name="_suggested"' not in shown.text
        taken = site.post(PREVIEW, {"cron_expression": "@reboot", "_suggested": "1"})
        assert writes(taken) == {}


class TestWithoutScript:
    def test_the_page_is_shown_as_typed_and_nothing_is_saved(
        self, site: Client, workflow: Workflow
    ) -> None:
        sent = filled(site, ADD, name="mine", cron_expression="0 9 * * mon")
        shown = site.post(ADD, sent | {"_preview": "1"})
        assert shown.status_code == 200
        assert shown.context["adminform"].form["name"].value() == "mine"
        assert "At 09:00 on Mondays" in part(shown, "form-preview")
        assert not ScheduledJob.objects.exists()

    def test_a_button_of_the_builder_writes_into_the_page(self, site: Client):
        sent = filled(site, ADD) | {"_pattern": "weekday"}
        form = site.post(ADD, sent).context["adminform"].form
        assert form["cron_expression"].value() == "0 9 * * mon-fri"

    def test_a_suggestion_is_taken_into_the_page(self, site: Client):
        typed = "CRON_TZ=Asia/Tokyo @daily"
        sent = filled(site, ADD, cron_expression=typed) | {"_suggested": "1"}
        form = site.post(ADD, sent).context["adminform"].form
        assert form["cron_expression"].value() == "@daily"
        assert form["timezone"].value() == "Asia/Tokyo"

    def test_a_duration_keeps_its_unit(self, site: Client):
        unit = {"timeout_seconds-unit": "hours", "_preview": "1"}
        sent = filled(site, ADD, timeout_seconds="1.5") | unit
        text = site.post(ADD, sent).text
        assert 'name="timeout_seconds" value="90"' in text


class TestWeight:
    def test_page_and_scripts_are_light(
        self, site: Client, make_schedule: MakeSchedule
    ) -> None:
        for address in (ADD, page(make_schedule())):
            text = site.get(address).text
            assert len(text) < 300_000
            names = {*re.findall(r'src="/static/([^"?]+\.js)"', text)}
            files = [finders.find(name) for name in names]
            assert "schedules/form.js" in names
            assert sum(Path(str(file)).stat().st_size for file in files) < 60_000


class TestAccess:
    def test_only_who_may_add_or_change_may_ask(
        self, make_staff: MakeStaff, make_schedule: MakeSchedule, client: Client
    ) -> None:
        address = page(make_schedule()).replace("/change/", "/preview/")
        assert client.post(PREVIEW).status_code == 302
        reader = make_staff("view")
        assert reader.post(PREVIEW).status_code == 403
        assert reader.post(address).status_code == 403

    def test_a_schedule_that_is_not_there_is_404(self, site: Client) -> None:
        assert site.post(f"{LIST}nonsense/preview/").status_code == 404

    def test_it_takes_a_post_with_a_token(self, boss: User) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(boss)
        assert strict.get(PREVIEW).status_code == 405
        assert strict.post(PREVIEW).status_code == 403

    def test_zones_are_searched_by_staff(self, site: Client, client: Client) -> None:
        address = f"{LIST}zones/?{urlencode({'term': 'berl'})}"
        (found,) = site.get(address).json()["results"]
        assert found["id"] == "Europe/Berlin"
        assert found["note"].startswith("Germany, now ")
        assert client.get(address).status_code == 302
