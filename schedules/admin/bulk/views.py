"""The pages of bulk actions: the question and the account, a slice, the list of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import AdminSite, site
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from schedules.admin.bulk.account import account, progress, state, title
from schedules.admin.bulk.form import InputsForm
from schedules.admin.bulk.question import question
from schedules.models import BulkAction
from schedules.services import Actor
from schedules.services.bulk_actions import carrying_out
from schedules.services.bulk_actions.foresight import foresee
from workflows.admin.frame import frame, now_of
from workflows.kit.errors import DomainError

if TYPE_CHECKING:
    from workflows.kit.users import User

ACTION, CONTINUE, LEAVE, ACTIONS = (
    "ostinato_bulk_action",
    "ostinato_bulk_continue",
    "ostinato_bulk_leave",
    "ostinato_bulk_actions",
)
LIST = "ostinato_schedules_scheduledjob_changelist"
CURRENT = "ostinato_schedules.ScheduledJob"
ACTIONS_SHOWN = 50
# The page that follows a confirmation goes on by itself; one that is opened later does not.
GOES_ON = "#start"


class BulkView(View):
    """What the views share: whose actions they are, and where the pages are."""

    admin_site: AdminSite = site

    @property
    def user(self) -> User:
        return cast("User", self.request.user)

    @property
    def mine(self) -> QuerySet[BulkAction]:
        return BulkAction.objects.filter(user=self.user)

    def action(self, action_id: UUID) -> BulkAction:
        found = self.mine.filter(pk=action_id).first()
        if found is None:
            raise Http404
        return found

    def address(self, name: str, *args: object) -> str:
        current = self.admin_site.name
        return reverse(f"admin:{name}", args=args, current_app=current)

    def list_address(self, action: BulkAction) -> str:
        query = f"?{action.query}" if action.query else ""
        return self.address(LIST) + query

    def page(self, template: str, **context: Any) -> TemplateResponse:
        framed = frame(self.request, self.admin_site, CURRENT)
        name = f"ostinato/schedules/bulk/{template}.html"
        return TemplateResponse(self.request, name, {**framed, **context})


class BulkActionView(BulkView):
    """The question, and once it is answered the account."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest, action_id: UUID) -> HttpResponse:
        action = self.action(action_id)
        if action.confirmed_at is None:
            return self._question(action, InputsForm(action))
        shown = account(
            action,
            outcome=request.GET.get("outcome", ""),
            page=request.GET.get("p", 1),
        )
        return self.page(
            "account",
            title=shown.title,
            action=action,
            account=shown,
            list_address=self.list_address(action),
        )

    def _question(self, action: BulkAction, form: InputsForm) -> HttpResponse:
        options = form.options if form.is_bound and form.is_valid() else {}
        seen = foresee(
            action, user=self.user, now=now_of(self.request), options=options
        )
        asked = question(action.verb, action.total, seen)
        return self.page(
            "question",
            title=asked.title,
            action=action,
            question=asked,
            form=form,
            is_filtered=_is_filtered(action.query),
            list_address=self.list_address(action),
        )

    def post(self, request: HttpRequest, action_id: UUID) -> HttpResponse:
        action, now = self.action(action_id), now_of(request)
        page = self.address(ACTION, action.pk)
        if action.confirmed_at is not None:
            return redirect(page)
        form = InputsForm(action, request.POST)
        if not form.is_valid():
            return self._question(action, form)
        is_first = carrying_out.confirm(
            action, note=form.note_given, options=form.options, now=now
        )
        if is_first and carrying_out.is_small(action):
            action.refresh_from_db()
            self._carry_out(action)
            return redirect(page)
        return redirect(page + GOES_ON)

    def _carry_out(self, action: BulkAction) -> None:
        actor, now = Actor.person(self.user), now_of(self.request)
        try:
            carrying_out.carry_out_at_once(action, actor=actor, now=now)
        except DomainError as refusal:
            messages.error(self.request, refusal.in_full)


def _is_filtered(query: str) -> bool:
    """Whether the list showed less than all: not only sorted, or another page."""
    return any(
        value for name, value in parse_qsl(query) if name not in ("o", "p", "all", "e")
    )


class ContinueView(BulkView):
    """One slice. A script gets what it needs to go on, anybody else the page."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, action_id: UUID) -> HttpResponse:
        action = self.action(action_id)
        actor, now = Actor.person(self.user), now_of(request)
        failed = ""
        try:
            carrying_out.carry_on(action, actor=actor, now=now)
        except DomainError as refusal:
            failed = refusal.in_full
        if "application/json" in request.headers.get("accept", ""):
            action.refresh_from_db(fields=_PROGRESS)
            return JsonResponse(
                _progress(action, failed), status=503 if failed else 200
            )
        if failed:
            messages.error(request, failed)
        return redirect(self.address(ACTION, action.pk))


_PROGRESS = [
    "place",
    "done_count",
    "unchanged_count",
    "refused_count",
    "confirmed_at",
    "finished_at",
]


def _progress(action: BulkAction, failed: str) -> dict[str, Any]:
    return {
        "place": action.place,
        "total": action.total,
        "text": progress(action),
        "is_unfinished": action.is_unfinished,
        "failed": failed,
    }


class LeaveView(BulkView):
    """End it where it is."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, action_id: UUID) -> HttpResponse:
        action = self.action(action_id)
        carrying_out.leave_rest(action, now=now_of(request))
        return redirect(self.address(ACTION, action.pk))


class BulkActionsView(BulkView):
    """One's own bulk actions, the unfinished ones first."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest) -> HttpResponse:
        confirmed = self.mine.exclude(confirmed_at=None).defer("ids")
        unfinished = confirmed.filter(finished_at=None)[:ACTIONS_SHOWN]
        finished = confirmed.exclude(finished_at=None)[:ACTIONS_SHOWN]
        return self.page(
            "actions",
            title=_("Your bulk actions"),
            rows=[
                (title(each), state(each), each) for each in (*unfinished, *finished)
            ],
            list_address=self.address(LIST),
        )
