"""What a person does with many schedules in the list."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from schedules.models import BulkAction, ScheduledJob
from tests.schedules.admin.conftest import LIST


def choose(
    site: Client, verb: str, *schedules: ScheduledJob, query: str = "", **inputs: Any
) -> HttpResponse:
    """What the list answers when these are ticked and the verb is chosen."""
    chosen = [str(schedule.pk) for schedule in schedules]
    form = {"action": verb, "_selected_action": chosen, **inputs}
    return site.post(LIST + query, form)


def asked(site: Client, verb: str, *schedules: ScheduledJob, **inputs: Any) -> str:
    """The address of the page that asks."""
    response = choose(site, verb, *schedules, **inputs)
    assert response.status_code == 302, response.status_code
    return response.url


def all_asked(site: Client, verb: str, query: str = "") -> str:
    """The address of the page that asks about all that match the query of the list."""
    one = ScheduledJob.objects.all()[:1].get()
    return asked(site, verb, one, query=query, select_across="1")


def bulk_page(name: str, action: BulkAction) -> str:
    return reverse(f"admin:ostinato_bulk_{name}", args=[action.pk])


def messages(response: HttpResponse) -> list[str]:
    return [str(message) for message in response.context["messages"]]
