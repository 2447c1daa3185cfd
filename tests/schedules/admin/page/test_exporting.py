"""A schedule as a file, from its page, and where such a file is brought in again."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import Permission, User
from django.test import Client

from schedules.exchange import read_file
from schedules.models import ScheduledJob
from tests.permissions import CALLS, allow
from tests.schedules.admin.conftest import LIST, MakeStaff, page
from tests.schedules.calls import create, declare
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.exchange.files import imported

IMPORT = 'href="/admin/ostinato_workflows/workflow/add/"'


def test_the_file_has_this_schedule_alone_and_can_be_imported(
    site: Client, make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule(name="Nightly export", cron_expression="30 2 * * *")
    make_schedule(name="another")
    assert page(schedule, "export") in site.get(page(schedule)).text
    answer = site.get(page(schedule, "export"))
    assert answer["Content-Type"] == "application/yaml; charset=utf-8"
    assert 'filename="nightly-export.yaml"' in answer["Content-Disposition"]
    value = read_file(answer.text)
    assert [each["name"] for each in value["schedules"]] == ["Nightly export"]
    made = imported(value, alice, name="Again")
    assert made.schedules[0].cron_expression == "30 2 * * *"


def test_what_could_not_be_imported_is_not_exported(
    site: Client, make_schedule: MakeSchedule, alice: User
) -> None:
    """One that has ended, and one that calls: its workflow was made by the system."""
    ended = make_schedule(run_at=NOON + timedelta(minutes=1))
    ScheduledJob.objects.filter(pk=ended.pk).update(status="stopped")
    declare()
    allow(alice, *CALLS)
    for schedule in (ended, create(alice)):
        assert "/export/" not in site.get(page(schedule)).text
        assert site.get(page(schedule, "export")).status_code == 404


def test_only_who_may_see_its_workflow_exports_it(
    make_staff: MakeStaff, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    browser = make_staff("view")
    assert "/export/" not in browser.get(page(schedule)).text
    assert browser.get(page(schedule, "export")).status_code == 404
    user = User.objects.get(username="staff")
    user.user_permissions.add(Permission.objects.get(codename="view_workflow"))
    assert page(schedule, "export") in browser.get(page(schedule)).text
    assert browser.get(page(schedule, "export")).status_code == 200
    user.user_permissions.clear()
    assert browser.get(page(schedule, "export")).status_code == 404


def test_the_list_leads_to_the_import_whoever_may_make_both(
    site: Client, make_staff: MakeStaff
) -> None:
    assert IMPORT in site.get(LIST).text
    browser = make_staff("view", "add")
    text = browser.get(LIST).text
    assert "New schedule" in text
    assert IMPORT not in text
