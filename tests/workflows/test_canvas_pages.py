"""The pages of the canvas: who may see them, and what they tell their script."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import path, resolve, reverse

from platform_site import urls
from schedules.models import UserProfile
from tests.api import staff
from triggers.dispatch import dispatch_event
from workflows.admin import WorkflowAdmin, WorkflowExecutionAdmin
from workflows.admin.page_data import ANY_ID
from workflows.models import Workflow, WorkflowExecution

pytestmark = pytest.mark.django_db
ADD = "/admin/ostinato_workflows/workflow/add/"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
VIEW = "ostinato_workflows.view_workflow"
CHANGE = "ostinato_workflows.change_workflow"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def site(admin_user: User) -> Client:
    return signed_in(admin_user)


@pytest.fixture
def execution(workflow: Workflow) -> WorkflowExecution:
    event = {"fired_at": NOW.isoformat(), "started_by": "ada", "payload": {}}
    return dispatch_event("manual", event, workflow=workflow, now=NOW)


def canvas(workflow: Workflow) -> str:
    return f"/admin/ostinato_workflows/workflow/{workflow.pk}/canvas/"


def page_of(execution: WorkflowExecution) -> str:
    return f"/admin/ostinato_workflows/workflowexecution/{execution.pk}/change/"


def told(answer: HttpResponse) -> dict[str, Any]:
    """What the page tells its script."""
    found = re.search(r'<script id="ostinato-page"[^>]*>(.*?)</script>', answer.text)
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


def test_the_canvas_tells_its_script_what_it_shows(site, workflow: Workflow):
    answer = site.get(canvas(workflow))
    page = told(answer)
    assert '<div id="ostinato-root"></div>' in answer.text
    assert page["page"] == "canvas"
    assert page["workflow"] == {
        "id": str(workflow.pk),
        "name": "greeting",
        "is_active": True,
        "version": workflow.version,
    }
    assert page["may"] == {"change": True, "run": True, "add_schedule": True}
    assert (page["execution"], page["user"], page["zone"]) == (None, "admin", "UTC")
    assert page["verbs"] == dict.fromkeys(("pause", "resume", "run"), True)


def test_every_address_leads_to_a_page_or_to_the_api(site, workflow: Workflow):
    addresses = told(site.get(canvas(workflow)))["addresses"]
    for name, address in addresses.items():
        assert resolve(address).func, name
        assert (ANY_ID in address) == name.startswith("admin_")


def test_the_token_of_the_page_is_accepted_by_the_api(admin_user, workflow: Workflow):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    page = told(client.get(canvas(workflow)))
    address = page["addresses"]["workflows"]
    send = {"content_type": "application/json", "data": {"name": "drawn"}}
    assert client.post(address, **send).status_code == 403
    token = {"X-CSRFToken": page["csrf_token"]}
    assert client.post(address, **send, headers=token).status_code == 201


def test_the_zone_is_that_of_the_user(site, admin_user: User, workflow: Workflow):
    UserProfile.objects.create(user=admin_user, timezone="Asia/Kathmandu")
    assert told(site.get(canvas(workflow)))["zone"] == "Asia/Kathmandu"


@pytest.mark.parametrize(("permission", "may"), [(VIEW, False), (CHANGE, True)])
def test_who_may_only_look_is_told_so(workflow: Workflow, permission: str, may: object):
    page = told(signed_in(staff(permission)).get(canvas(workflow)))
    assert set(page["may"].values()) == {may}


def test_owners_may_change_what_they_may_see(workflow: Workflow):
    owner = staff(VIEW)
    Workflow.objects.update(owner=owner)
    page = told(signed_in(owner).get(canvas(workflow)))
    assert set(page["may"].values()) == {True}


def test_nothing_changes_a_workflow_that_is_being_deleted(site, workflow: Workflow):
    Workflow.objects.update(deleting_since=NOW)
    assert set(told(site.get(canvas(workflow)))["may"].values()) == {False}


def test_without_permission_there_is_no_canvas(workflow: Workflow):
    client = signed_in(staff("ostinato_workflows.view_workflowexecution"))
    assert client.get(canvas(workflow)).status_code == 403
    assert client.get(ADD).status_code == 403
    login = Client().get(canvas(workflow))
    assert login.url.startswith("/admin/login/")


def test_a_canvas_that_does_not_exist_leads_back(site: Client):
    gone = Workflow()
    assert site.get(canvas(gone)).url == reverse("admin:index")


def test_a_new_workflow_begins_on_a_page_of_its_own(site: Client):
    page = told(site.get(ADD))
    assert (page["page"], page["workflow"], page["may"]["change"]) == (
        "new",
        None,
        True,
    )


def test_the_window_of_another_form_keeps_the_form_of_django(site: Client):
    assert 'name="name"' in site.get(f"{ADD}?_popup=1").text


def drawing_of(execution: WorkflowExecution) -> str:
    return f"/admin/ostinato_workflows/workflowexecution/{execution.pk}/canvas/"


def test_an_execution_is_drawn_on_a_page_of_its_own(site, execution: WorkflowExecution):
    assert drawing_of(execution) in site.get(page_of(execution)).text
    answer = site.get(drawing_of(execution))
    page = told(answer)
    assert (page["page"], page["execution"]) == ("execution", str(execution.pk))
    assert page["workflow"]["name"] == "greeting"
    assert page_of(execution) in answer.text
    assert canvas(execution.workflow) in answer.text


def test_an_execution_is_called_by_its_workflow_and_its_time_on_the_clock_of_the_user(
    site, admin_user: User, execution: WorkflowExecution
):
    UserProfile.objects.create(user=admin_user, timezone="Europe/Berlin")
    execution.started_at = NOW
    execution.save()
    text = site.get(page_of(execution)).text
    assert "<h1>greeting</h1>" in text
    assert re.search(
        r'<span aria-current="page">greeting, (\w+ )?(23 Nov (2026)?, )?10:00</span>',
        text,
    )
    assert f"greeting {execution.pk}" not in text


def test_the_execution_of_a_workflow_that_one_may_not_see_has_no_drawing(
    execution: WorkflowExecution,
):
    client = signed_in(staff("ostinato_workflows.view_workflowexecution"))
    answer = client.get(drawing_of(execution))
    assert told(answer)["workflow"] is None
    assert "Open canvas" not in answer.text


def test_lists_and_forms_of_workflows_lead_to_the_canvas(site, workflow: Workflow):
    for name, words in (("changelist", []), ("change", [workflow.pk])):
        address = reverse(f"admin:ostinato_workflows_workflow_{name}", args=words)
        assert f'href="{canvas(workflow)}"' in site.get(address).text


def side_bar(answer: HttpResponse) -> list[str]:
    bar = answer.text.split('id="nav-sidebar"')[1].split("</nav>")[0]
    return re.findall(r'class="o-nav__text">([^<]+)<', bar)


def test_the_side_bar_has_what_the_user_may_see(site, workflow: Workflow):
    assert side_bar(site.get(canvas(workflow))) == [
        "Overview",
        "Schedules",
        "Runs",
        "Approvals",
        "Load map",
        "Calendar",
        "Workflows",
        "Executions",
        "Webhooks",
        "Audit trail",
        "Queues",
        "API tokens",
        "People",
        "Groups",
    ]
    assert side_bar(signed_in(staff(VIEW)).get(canvas(workflow))) == [
        "Overview",
        "Approvals",
        "Workflows",
    ]


def test_the_pages_have_no_inline_styles_and_no_inline_scripts(
    site, workflow: Workflow, execution: WorkflowExecution
):
    for address in (canvas(workflow), ADD, drawing_of(execution)):
        text = site.get(address).text
        assert " style=" not in text
        scripts = re.findall(r"<script([^>]*)>", text)
        data = 'type="application/json"'
        assert all(" src=" in words or data in words for words in scripts)


def test_markup_in_a_name_is_shown_as_it_is(site, workflow: Workflow):
    Workflow.objects.update(name="</script><b>x</b>")
    answer = site.get(canvas(workflow))
    assert "<b>x</b>" not in answer.text
    assert told(answer)["workflow"]["name"] == "</script><b>x</b>"


def test_a_canvas_costs_the_same_queries_whatever_its_size(
    site, workflow: Workflow, django_assert_num_queries
):
    with django_assert_num_queries(7):
        site.get(canvas(workflow))


class OtherSite:
    """URLs of a project that has an admin site of its own beside Django's."""

    site = AdminSite(name="backoffice")
    site.register(Workflow, WorkflowAdmin)
    site.register(WorkflowExecution, WorkflowExecutionAdmin)
    urlpatterns = [path("office/", site.urls), *urls.urlpatterns]


def test_another_admin_site_keeps_to_its_own_pages(
    settings, admin_user: User, workflow: Workflow
):
    settings.ROOT_URLCONF = OtherSite
    answer = signed_in(admin_user).get(
        f"/office/ostinato_workflows/workflow/{workflow.pk}/canvas/"
    )
    pages = told(answer)["addresses"]
    own = ("admin_workflow", "admin_canvas", "admin_execution")
    assert all(pages[name].startswith("/office/") for name in own)
    assert 'href="/admin/' not in answer.text
    assert side_bar(answer) == ["Overview", "Workflows", "Executions"]


def test_without_the_api_the_pages_say_which_line_is_missing(
    site, workflow: Workflow, execution: WorkflowExecution, settings
):
    settings.ROOT_URLCONF = "tests.workflows.admin_alone"
    line = (
        "Add this line to urlpatterns in tests.workflows.admin_alone: "
        'path("ostinato/", include("platform_site.embed")),'
    )
    for address in (canvas(workflow), ADD, drawing_of(execution)):
        page = site.get(address)
        assert page.status_code == 200
        assert line in unescape(page.text)
    # All other pages do without.
    for name in ("workflow", "workflowexecution"):
        assert site.get(f"/admin/ostinato_workflows/{name}/").status_code == 200
    for name in ("scheduledjob", "scheduledrun", "scheduleevent"):
        assert site.get(f"/admin/ostinato_schedules/{name}/").status_code == 200
    assert site.get("/admin/ostinato_schedules/scheduledjob/add/").status_code == 200
    assert site.get("/admin/ostinato_triggers/webhook/add/").status_code == 200


def test_the_script_learns_what_the_user_may_do_to_schedules_of_others(
    workflow: Workflow,
):
    operator = staff(
        VIEW,
        "ostinato_schedules.view_scheduledjob",
        "ostinato_schedules.pause_scheduledjob",
    )
    page = told(signed_in(operator).get(canvas(workflow)))
    assert page["verbs"] == {"pause": True, "resume": False, "run": False}
    assert page["user_id"] == str(operator.pk)
