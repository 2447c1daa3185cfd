"""The pages of the apps on another admin site than Django's default one."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import include, path, reverse

from platform_site.admin_pages import register
from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import Actor, run_now
from tests.schedules.conftest import NOON, MakeSchedule, alice, make_schedule, workflow
from workflows.models import Workflow, WorkflowExecution

__all__ = ["alice", "make_schedule", "workflow"]

office = admin.AdminSite(name="office")
register(office)
urlpatterns = [
    path("office/", office.urls),
    path("admin/", admin.site.urls),
    path("", include("platform_site.urls")),
]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
OURS = [model for model in office._registry if "ostinato" in model._meta.app_label]


def test_the_same_pages_are_there_once_however_often_they_are_registered() -> None:
    register(office)
    for model in (ScheduledJob, ScheduledRun, Workflow, WorkflowExecution):
        page = type(admin.site.get_model_admin(model))
        assert type(office.get_model_admin(model)) is page


@pytest.mark.heavy
@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.model_name)
def test_a_page_leads_to_pages_of_its_own_site(
    model, admin_client: Client, make_schedule: MakeSchedule, alice
) -> None:
    schedule = make_schedule()
    run_now(schedule.pk, actor=Actor.person(alice), now=NOON)
    name = f"office:{model._meta.label_lower.replace('.', '_')}"
    pages = [reverse(f"{name}_changelist")]
    pages += [
        reverse(f"{name}_change", args=(row.pk,))
        for row in model._default_manager.all()[:1]
    ]
    for address in pages:
        page = admin_client.get(address)
        assert page.status_code == 200
        links = re.findall(r'(?:href|action)="(/[^"]*)"', page.text)
        assert [link for link in links if link.startswith("/office/")]
        assert [link for link in links if link.startswith("/admin/")] == []
