"""A schedule that was deleted meanwhile: a message that says by whom, and the list."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from typing_extensions import override

from schedules.admin.page.clock import Clock, clock_of
from schedules.display.actors import acted_by
from schedules.display.trail import did, quoted_note
from schedules.models import EventVerb, ScheduledJob, ScheduleEvent
from workflows.kit.admin import ServiceAdmin

DELETED = (EventVerb.STOP, EventVerb.DECLINE)


def deletion_of(request: HttpRequest, schedule_id: object) -> ScheduleEvent | None:
    """The event that deleted the schedule, for those who may see all schedules: whose it was
    is not known any more."""
    if not ScheduledJob.objects.all_visible_to(request.user):
        return None
    try:
        schedule = UUID(str(schedule_id))
    except ValueError:
        return None
    events = ScheduleEvent.objects.select_related("actor").filter(
        schedule=schedule, verb__in=DELETED
    )
    return events.order_by("-pk").first()


def told(event: ScheduleEvent, clock: Clock) -> str:
    who = acted_by(event)
    note = quoted_note(event)
    return _("“{name}” is gone: {who} {did}, {at}.{note}").format(
        name=event.schedule_name,
        who=who,
        did=did(event),
        at=clock.moment(event.created_at),
        note=f" “{note}”" if note else "",
    )


class GonePages(ServiceAdmin):
    """A mixin for the admin of schedules."""

    def gone(self, request: HttpRequest, schedule_id: object) -> HttpResponse:
        """The list, with a message. Raises `Http404` if no such schedule is known."""
        event = deletion_of(request, schedule_id)
        if event is None:
            raise Http404
        message = told(event, clock_of(request))
        self.message_user(request, message, messages.WARNING)
        return redirect(f"{self.admin_site.name}:{_LIST}")

    @override
    def _get_obj_does_not_exist_redirect(  # type: ignore[misc]
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponse:
        """Called by Django's views of an object that is not there. Django's own message leads to
        the index of the admin: ours to the list, even when the trail knows the schedule no longer."""
        if deletion_of(request, object_id) is not None:
            return self.gone(request, object_id)
        answer: HttpResponse = super()._get_obj_does_not_exist_redirect(  # type: ignore[misc]
            request, opts, object_id
        )
        if not self.has_view_or_change_permission(request):
            return answer
        return redirect(f"{self.admin_site.name}:{_LIST}")


_LIST = "ostinato_schedules_scheduledjob_changelist"
