"""A save that is refused leads to what is wrong, and calls it as the form does."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.schedules.admin.conftest import LIST, page
from tests.schedules.admin.form.forms import filled, part
from tests.schedules.conftest import MakeSchedule
from workflows.models import Workflow

ADD = f"{LIST}add/"


def assert_every_link_leads_to_an_element(text: str, labels: list[str]) -> None:
    summary = re.search(r'id="form-faults".*?</div></div>', text, re.DOTALL)
    assert summary is not None
    links = re.findall(r'<a href="#([^"]+)">([^<]+)</a>', summary[0])
    assert [label for _, label in links] == labels
    for place, _ in links:
        assert text.count(f'id="{place}"') == 1, place


def test_the_summary_above_a_new_schedule_links_to_each_faulty_field(
    site: Client, workflow: Workflow
) -> None:
    sent = filled(site, ADD, cron_expression="61 * * * *", workflow=workflow.pk)
    shown = site.post(ADD, sent)
    assert_every_link_leads_to_an_element(shown.text, ["Name", "Cron expression"])
    assert part(site.get(ADD), "form-faults") == ""


def test_above_the_page_of_a_schedule_too(
    site: Client, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(cron_expression="0 3 * * *")
    address = page(schedule)
    shown = site.post(address, filled(site, address, name="", max_retries="x"))
    assert_every_link_leads_to_an_element(shown.text, ["Name", "Retries"])
    assert shown.text.index("form-faults") < shown.text.index('id="settings"')


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("0 0 12 * * ?", "“Cron expression”"),
        ("2026-12-01T09:00:00Z", "For a single run set “Run at” to"),
        ("rate(5 minutes)", "set “Every” to"),
    ],
)
def test_advice_calls_the_fields_as_the_form_does(
    site: Client, workflow: Workflow, typed: str, said: str
) -> None:
    sent = filled(site, ADD, name="x", workflow=workflow.pk, cron_expression=typed)
    for answer in (
        site.post(ADD, sent),
        site.post(f"{LIST}preview/", sent | {"_preview": "1"}),
    ):
        told = part(answer, "told-cron_expression")
        assert said.lower() in told.lower()
        assert not re.search(r"[a-z]_[a-z]", told)
