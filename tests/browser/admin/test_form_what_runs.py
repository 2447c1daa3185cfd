"""A person who knows nothing of workflows schedules a function, in a real browser."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Route, expect

from schedules.models import ScheduledJob
from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import OpenPage
from tests.browser.sign_in import sign_in
from tests.browser.test_admin_schedules import LIST
from tests.schedules.admin.form.choosing import EVERYTHING
from tests.schedules.admin.form.choosing import everything as function
from tests.schedules.calls import REMIND, callables
from workflows.callables import schedulable

__all__ = ["callables"]
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("one browser")]
ADD = f"{LIST}add/"


@pytest.fixture
def boss(transactional_db: None, callables: None) -> User:
    schedulable(function)
    return User.objects.create_superuser("boss", password="boss-password")


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_fields_appear_as_soon_as_a_function_is_chosen(
    open_page: OpenPage, boss: User, width: int, scheme: str
) -> None:
    page = open_page(width=width, scheme=scheme)
    sign_in(page, ADD)
    page.locator("#id_name").fill("reminders")
    expect(page.locator(".o-of-payload")).to_be_visible()
    page.locator("#id_call").select_option(REMIND)
    expect(page.locator("#id_call")).to_be_focused()
    expect(page.locator("#id_argument-days")).to_have_value("14")
    expect(page.locator("#id_workflow")).to_have_count(0)
    expect(page.locator(".o-of-payload")).to_be_hidden()
    expect(page.locator("label[for=id_argument-days]")).to_contain_text("optional")
    page.locator("#id_argument-customer").fill("Ada")
    assert_accessible(page)
    page.locator("#id_cron_expression").fill("0 9 * * *")
    page.get_by_role("button", name="Create schedule").click()
    expect(page.get_by_text("Created reminders.")).to_be_visible()
    schedule = ScheduledJob.objects.get()
    assert (schedule.call, schedule.arguments) == (REMIND, {"customer": "Ada"})


def test_a_choice_that_is_faster_than_the_script_counts(
    open_page: OpenPage, boss: User
) -> None:
    page = open_page()
    sign_in(page, "/admin/")
    held: list[Route] = []
    page.route("**/form*.js", lambda route: held.append(route))
    with page.expect_request("**/form*.js"):
        page.goto(ADD, wait_until="commit")
    page.locator("#id_call").select_option(REMIND)
    held[0].continue_()
    expect(page.locator("#id_argument-days")).to_have_value("14")
    expect(page.locator("#id_workflow")).to_have_count(0)


def test_an_object_is_searched_for(open_page: OpenPage, boss: User) -> None:
    User.objects.create_user("grace")
    page = open_page()
    sign_in(page, ADD)
    page.locator("#id_call").select_option(EVERYTHING)
    page.locator("#id_argument-user").press_sequentially("gra")
    page.get_by_role("option", name="grace").click()
    grace = User.objects.get(username="grace")
    expect(page.locator("#id_argument-user")).to_have_value(str(grace.pk))
    page.locator("#id_call").select_option("")
    expect(page.locator("#id_workflow")).to_be_visible()


def test_nothing_is_asked_again_while_nothing_is_typed(
    open_page: OpenPage, boss: User
) -> None:
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method))
    sign_in(page, ADD)
    page.wait_for_load_state("networkidle")
    assert asked.count("POST") == 1  # signing in
