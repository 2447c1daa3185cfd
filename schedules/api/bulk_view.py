"""POST /api/v1/schedules/bulk/: one action on many schedules, with a result for each."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from schedules import limits, services
from schedules.api.filters import ScheduleFilter
from schedules.api.request_fields import TextField, choice_field
from schedules.api.serializers import ScheduleSerializer
from schedules.api.views import next_ticks
from schedules.models import CatchupPolicy, ScheduledJob, with_last_run
from schedules.services import Actor
from schedules.services.bulk import for_each
from schedules.services.drafts.starting import add_start_nodes
from schedules.services.drafts.validation import check_note
from schedules.services.tag import check_tags
from workflows.kit.api import strict
from workflows.kit.api.dry_run import DryRun, is_dry
from workflows.kit.api.queries import MOST_TEXT
from workflows.kit.api.requests import clock, user_of, valid
from workflows.kit.api.schema import extend_schema
from workflows.kit.api.scopes import require_scope
from workflows.kit.api.serializers import DateTimeField
from workflows.kit.api.strict import ListField, StrictSerializer
from workflows.kit.bulk import Outcome
from workflows.kit.users import User
from workflows.scopes import Scope

MOST = limits.MOST_AT_ONCE
Act = Callable[..., object]
# The service of each action, its status code by itself, and the scope that a token needs.
ACTIONS: dict[str, tuple[Act, int, Scope]] = {
    "pause": (services.pause_schedule, 200, Scope.OPERATE),
    "resume": (services.resume_schedule, 200, Scope.OPERATE),
    "run": (services.run_now, 202, Scope.OPERATE),
    "tag": (services.tag_schedule, 200, Scope.EDIT),
    "approve": (services.approve_schedule, 200, Scope.EDIT),
    "decline": (services.decline_schedule, 204, Scope.EDIT),
    "delete": (services.stop_schedule, 204, Scope.EDIT),
}
# The action that takes the field.
OF_ACTION = {"catch_up": "resume", "add_tags": "tag", "remove_tags": "tag"}


class BulkFilter(StrictSerializer):
    """The filters of the list. At least one is required, and none may be blank: a blank one
    would not filter, and the action would apply to every schedule."""

    status = strict.TextField(required=False)
    reason_code = strict.TextField(required=False)
    workflow = strict.TextField(required=False)
    search = strict.TextField(required=False, max_length=MOST_TEXT)
    tag = strict.TextField(required=False, max_length=MOST_TEXT)
    awaits_approval = strict.TrueOrFalseField(required=False)

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise ValidationError(f"Give at least one of {', '.join(self.fields)}.")
        return attrs


class Bulk(StrictSerializer):
    """One action on the schedules in `ids`, or on all that match `filter`: 500 at most.
    `catch_up` is accepted with `resume` only, `add_tags` and `remove_tags` with `tag` only."""

    action = serializers.ChoiceField(
        choices=list(ACTIONS), error_messages=strict.one_of(ACTIONS)
    )
    ids = ListField(
        child=strict.UUIDField(), required=False, min_length=1, max_length=MOST
    )
    filter = BulkFilter(required=False)
    note = TextField(most=limits.NOTE_LENGTH, required=False)
    catch_up = choice_field(CatchupPolicy, required=False)
    add_tags = ListField(
        child=strict.TextField(), required=False, max_length=limits.TAGS
    )
    remove_tags = ListField(
        child=strict.TextField(), required=False, max_length=limits.TAGS
    )

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("ids" in attrs) == ("filter" in attrs):
            raise ValidationError({"ids": ["Give either ids or filter, not both."]})
        wrong = {
            name: [f"Accepted with the action {action} only."]
            for name, action in OF_ACTION.items()
            if name in attrs and attrs["action"] != action
        }
        if wrong:
            raise ValidationError(wrong)
        return attrs


class BulkResult(serializers.Serializer[Any]):
    """The result for one schedule: the status code that the action by itself would return."""

    id = serializers.UUIDField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)
    before = ScheduleSerializer(
        required=False, allow_null=True, help_text="Only in a dry run."
    )
    after = ScheduleSerializer(
        required=False, allow_null=True, help_text="Only in a dry run."
    )
    next_ticks = serializers.ListField(
        child=DateTimeField(),
        required=False,
        help_text="Only in a dry run.",
    )


class BulkAnswer(serializers.Serializer[Any]):
    results = BulkResult(many=True)


class BulkView(DryRun):
    """Pause, resume, run, tag or delete many schedules, or approve or decline many proposals.
    A refusal for one does not affect others."""

    attempts_parts = frozenset({"post"})
    scopes = {"post": Scope.OPERATE}  # some actions need more

    @extend_schema(request=Bulk, responses=BulkAnswer)
    def post(self, request: Request) -> Response:
        body = dict(valid(Bulk(data=request.data)))
        act, done, needed = ACTIONS[body.pop("action")]
        require_scope(request, needed)
        check_note(body.get("note", ""))  # checked once, since it is the same for all
        if act is services.tag_schedule:
            check_tags(body.get("add_tags", ()), body.get("remove_tags", ()))
        user = user_of(request)
        ids = body.pop("ids", None) or _matching(user, body.pop("filter", {}))
        now, dry = clock(), is_dry(request)
        before = _rows(user, ids) if dry else {}

        def one(id_: UUID) -> ScheduledJob | None:
            with self.attempt():
                act(id_, actor=Actor.person(user), now=now, **body)
                return _rows(user, [id_]).get(id_) if dry else None

        results: list[dict[str, Any]] = []
        for outcome in for_each(ids, one):
            result = _answer(outcome, done)
            if dry:
                previous = before.get(outcome.item)
                after = previous if outcome.refusal else outcome.result
                result |= {"before": _shown(previous), "after": _shown(after)}
                result["next_ticks"] = next_ticks(after, now=now)
            results.append(result)
        return Response({"results": results})


def _rows(user: User, ids: Collection[UUID]) -> dict[UUID, ScheduledJob]:
    """The schedules that the user may see, in their present state."""
    found = with_last_run(ScheduledJob.objects.visible_to(user))
    rows = list(found.filter(pk__in=ids))
    add_start_nodes(rows)
    return {row.pk: row for row in rows}


def _shown(schedule: ScheduledJob | None) -> dict[str, Any] | None:
    return {**ScheduleSerializer(schedule).data} if schedule else None


def _matching(user: User, wanted: dict[str, Any]) -> list[UUID]:
    as_query = {  # as in a query string
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in wanted.items()
    }
    filtered = ScheduleFilter(
        as_query, queryset=ScheduledJob.objects.visible_to(user).order_by("created_at")
    )
    if not filtered.is_valid():
        raise ValidationError({"filter": filtered.errors})
    ids = list(filtered.qs.values_list("pk", flat=True)[: MOST + 1])
    if len(ids) > MOST:
        why = f"More than {MOST} schedules match. Narrow the filter down."
        raise ValidationError({"filter": [why]})
    return ids


def _answer(outcome: Outcome[UUID, Any], done: int) -> dict[str, Any]:
    """What the action by itself would have answered."""
    answer = {"id": str(outcome.item), "status": done, "code": "done", "detail": ""}
    if refusal := outcome.refusal:
        answer |= {"status": refusal.http_status, "code": refusal.code}
        answer["detail"] = refusal.message
    return answer
