"""The page of the inbox: open proposals with what each would do, and past decisions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from schedules.admin.approvals.checks import checks
from schedules.admin.approvals.decide import BUTTONS, decide, read
from schedules.models import EventVerb, ScheduledJob, ScheduleEvent
from schedules.services import may
from schedules.services.insight.proposals import (
    decisions,
    proposals,
    read_proposal,
    to_decide,
)
from schedules.services.transitions import PROPOSED
from workflows.admin.execution_page import beyond
from workflows.admin.frame import frame, now_of, zone_of
from workflows.display.marks import Mark, mark_html
from workflows.kit.users import User
from workflows.models import Workflow
from workflows.models.workflow import sees_all

URL_NAME = "ostinato_approvals"
# More than a person reads at once: the oldest, and the newest decisions.
MOST_LISTED = 100
MOST_DECIDED = 50
MARKS = {
    EventVerb.APPROVE: Mark("succeeded", gettext_lazy("Approved"), "ok"),
    EventVerb.DECLINE: Mark("cancelled", gettext_lazy("Declined"), "idle"),
}


class ApprovalsPage(View):
    admin_site: AdminSite = admin.site  # of a project perhaps another

    def get(self, request: HttpRequest) -> HttpResponse:
        is_past = request.GET.get("show") == "decided"
        user = cast("User", request.user)
        page = _decided(user) if is_past else _open(request, user)
        shared = {
            **frame(request, self.admin_site, URL_NAME),
            "title": _("Approvals"),
            "is_past": is_past,
            "open_count": proposals(user).count(),
            "decided_count": decisions(user).count(),
        }
        name = "decided" if is_past else "open"
        template = f"ostinato/schedules/approvals/{name}.html"
        return TemplateResponse(request, template, shared | page)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Approve or decline what is chosen, then show the inbox."""
        button = BUTTONS.get(request.POST.get("decision", ""))
        if button is None:
            return HttpResponseBadRequest("decision: approve or decline.")
        if chosen := read(request.POST.getlist("chosen")):
            decide(request, button, chosen)
        else:
            messages.warning(request, _("Nothing changed: select a proposal first."))
        return redirect(f"{self.admin_site.name}:{URL_NAME}")


def _open(request: HttpRequest, user: User) -> dict[str, Any]:
    rows = list(proposals(user)[:MOST_LISTED])
    chosen = _chosen(request, rows, user)
    context: dict[str, Any] = {
        "proposals": rows,
        "listed": len(rows),
        "may_decide_many": len(rows) > 1 and to_decide(user).count() > 1,
    }
    if chosen is None:
        return context
    now = now_of(request)
    proposal = read_proposal(chosen, user=user, now=now)
    is_own_note = not chosen.status_reason.startswith(PROPOSED)
    return context | {
        "proposal": proposal,
        "checks": checks(proposal, zone=zone_of(request), now=now),
        "note": chosen.status_reason if is_own_note else "",
        "fields": len(chosen.payload),
        "may_approve": may(user, "approve", chosen),
        "may_change": may(user, "change", chosen),
        "may_see_workflow": chosen.workflow.owner_id == user.pk
        or sees_all(user, Workflow),
    }


def _chosen(
    request: HttpRequest, rows: list[ScheduledJob], user: User
) -> ScheduledJob | None:
    """The proposal that the address names, or else the first."""
    first = rows[0] if rows else None
    wanted = request.GET.get("proposal", "")
    if not wanted:
        return first
    try:
        found = proposals(user).filter(pk=UUID(wanted)).first()
    except ValueError:
        found = None
    if found is None:
        messages.info(request, _("That proposal is no longer open."))
    return found or first


def _decided(user: User) -> dict[str, Any]:
    events = list(decisions(user)[:MOST_DECIDED])
    ids = {event.schedule_id for event in events}
    living = ScheduledJob.objects.visible_to(user).filter(pk__in=ids)
    alive = set(living.values_list("pk", flat=True))
    return {
        "listed": len(events),
        "decisions": [
            {
                "event": event,
                "mark": _mark(event),
                "is_alive": event.schedule_id in alive,
            }
            for event in events
        ],
    }


def _mark(event: ScheduleEvent) -> str:
    return mark_html(MARKS[EventVerb(event.verb)], plain=True)


def _ids(texts: Collection[str]) -> Iterator[UUID]:
    """Whatever a record holds that has the form of one."""
    for text in texts:
        with suppress(ValueError):
            yield UUID(text)


def reviews(
    site: AdminSite, user: User, proposed: Collection[str]
) -> Mapping[str, str]:
    """Where each of them is read and decided, of those that are open and seen by the user."""
    page = reverse(f"admin:{URL_NAME}", current_app=site.name)
    open_ = (
        proposals(user).filter(pk__in=[*_ids(proposed)]).values_list("pk", flat=True)
    )
    return {str(pk): f"{page}?proposal={pk}" for pk in open_}


beyond.reviews = reviews
