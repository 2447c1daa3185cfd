"""What the preview says of a change of a schedule that there is, and of the load."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from schedules.models import ScheduledJob
from tests.schedules.admin.conftest import LIST, page
from tests.schedules.admin.form.forms import filled, part
from tests.schedules.conftest import MakeSchedule


class TestChange:
    def test_a_new_timing_tells_how_the_next_runs_move(
        self, site: Client, make_schedule: MakeSchedule
    ) -> None:
        schedule = make_schedule(cron_expression="0 3 * * *", timezone="UTC")
        address = page(schedule, "change").replace("/change/", "/preview/")
        sent = filled(site, page(schedule))
        same = site.post(address, sent | {"_preview": "1"})
        assert part(same, "form-moves") == ""
        moved = site.post(
            address, sent | {"cron_expression": "30 3 * * *", "_preview": "1"}
        )
        text = part(moved, "form-moves")
        assert text.startswith("This moves the next runs:")
        assert "03:00" in text
        assert "03:30" in text
        assert part(moved, "said-when") == "At 03:30 every day, UTC"
        schedule.refresh_from_db()
        assert schedule.cron_expression == "0 3 * * *"

    def test_closed_groups_say_what_holds(
        self, site: Client, make_schedule: MakeSchedule
    ) -> None:
        schedule = make_schedule(
            cron_expression="30 2 * * *",
            timezone="Europe/Berlin",
            max_retries=3,
            pause_after_failures=5,
            timeout_seconds=120,
            overlap_policy="queue",
        )
        shown = site.get(page(schedule))
        assert part(shown, "said-when") == "At 02:30 every day, Europe/Berlin"
        assert part(shown, "said-overlap") == "Queue one"
        assert part(shown, "said-late") == "Run the latest, up to 1 h late"
        assert part(shown, "said-failures") == (
            "Retry 3 times, after 30 s, 1 min and 2 min; pause after 5 failures in a row; "
            "time limit 2 min"
        )
        limits = "No end date, no limit of runs, no random delay"
        assert part(shown, "said-limits") == limits

    def test_a_timing_that_is_no_longer_valid_can_be_mended(
        self, site: Client, make_schedule: MakeSchedule
    ) -> None:
        schedule = make_schedule(cron_expression="@daily", timezone="UTC")
        ScheduledJob.objects.update(timezone="Mars/Olympus")
        assert "not a valid time zone" in site.get(page(schedule)).text
        address = page(schedule).replace("/change/", "/preview/")
        sent = filled(site, page(schedule), timezone="UTC")
        assert "At 00:00 every day" in site.post(address, sent | {"_preview": "1"}).text


class TestLoad:
    def remark(self, site: Client, at: str) -> str:
        found = site.get(f"{LIST}load-remark/?{urlencode({'at': at})}").json()
        assert found["address"].endswith("/load/")
        text: str = found["text"]
        return text

    def test_it_tells_what_else_runs_in_that_quarter_of_an_hour(
        self, site: Client, make_schedule: MakeSchedule
    ) -> None:
        now = timezone.now()
        for name in ("a", "b"):
            make_schedule(now, name=name, cron_expression="0 3 * * *")
        tomorrow = (now + timedelta(days=1)).replace(hour=3, minute=5)
        assert self.remark(site, tomorrow.isoformat()).startswith(
            "2 runs in that quarter of an hour."
        )
        other = self.remark(site, tomorrow.replace(hour=4).isoformat())
        assert other.startswith("0 runs in that quarter of an hour. The peak is")

    @pytest.mark.parametrize(
        "at", ["", "soon", "2026-13-01", "2099-01-01T00:00Z", "2026-01-01T00:00"]
    )
    def test_a_time_that_the_map_does_not_show_has_none(
        self, site: Client, at: str
    ) -> None:
        assert self.remark(site, at) == ""
