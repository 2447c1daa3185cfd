"""What the canvas learns of schedules: their addresses, and the time zone of the user."""

from __future__ import annotations

from django.http import HttpRequest

from schedules.services.permissions import Verb, may_to_all
from workflows.admin.frame import zone_of
from workflows.admin.page_data import (
    Additions,
    add_to_pages,
    admin_addresses,
    api_addresses,
)

API = {
    "schedules": "schedule-list",
    "schedules_preview": "schedule-draft-preview",
    "workflow_import": "workflow-import",
    "workflow_templates": "workflow-templates",
}
ADMIN = {"admin_schedule": "ostinato_schedules_scheduledjob_change"}


VERBS: tuple[Verb, ...] = ("pause", "resume", "run")


@add_to_pages
def schedules_for_pages(request: HttpRequest, site_name: str) -> Additions:
    return Additions(
        addresses={**api_addresses(API), **admin_addresses(ADMIN, site_name)},
        zone=zone_of(request),
        verbs={verb: may_to_all(request.user, verb) for verb in VERBS},
    )
