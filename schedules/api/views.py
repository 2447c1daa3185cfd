"""The views under /api/v1/schedules/. Each parses the request, calls a service and presents."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet
from typing_extensions import override

from schedules import services
from schedules.api.filters import ScheduleFilter
from schedules.api.idempotency import IDEMPOTENCY_KEY, idempotency_key
from schedules.api.serializers import (
    Backfill,
    BackfillSerializer,
    Decide,
    NewSchedule,
    Pause,
    Resume,
    ResumedSerializer,
    RunNow,
    RunSerializer,
    ScheduleChange,
    ScheduleSerializer,
)
from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob, ScheduleQuerySet, Status, with_last_run
from schedules.services import Actor
from schedules.services.drafts.starting import add_start_nodes
from workflows.api.serializers import WorkflowSerializer
from workflows.kit.api.dry_run import DryRun
from workflows.kit.api.preconditions import IF_MATCH, VersionedView
from workflows.kit.api.requests import clock, user_of, valid
from workflows.kit.api.schema import extend_schema, extend_schema_view
from workflows.kit.api.strict import StrictSerializer
from workflows.scopes import Scope

NEXT_TICKS = 5


def next_ticks(schedule: ScheduledJob | None, *, now: datetime) -> list[datetime]:
    """The next ticks that will fire, for a dry run; none if paused, deleted or invalid."""
    if schedule is None or schedule.status != Status.ACTIVE:
        return []
    try:
        found = services.preview_schedule(schedule, count=NEXT_TICKS, now=now)
    except InvalidSchedule:  # its time zone has left tzdata; it can still be deleted
        return []
    return [tick.scheduled_for for tick in found.ticks]


@extend_schema_view(
    list=extend_schema(description="The schedules that you may see, newest first."),
    retrieve=extend_schema(
        description="One schedule: its timing (also in words), its policies, its next run and "
        "its newest run."
    ),
)
class ScheduleViewSet(
    VersionedView,
    DryRun,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    GenericViewSet[ScheduledJob],
):
    """Schedules: which workflow runs or what is called, when, and under which policies."""

    queryset = ScheduledJob.objects.all()
    serializer_class = ScheduleSerializer
    filterset_class = ScheduleFilter
    lookup_value_converter = "uuid"
    scopes = {
        **dict.fromkeys(
            ("create", "partial_update", "destroy", "copy_to_workflow"), Scope.EDIT
        ),
        # Programs with a token to operate do not decide about proposals of agents.
        **dict.fromkeys(("approve", "decline"), Scope.EDIT),
        **dict.fromkeys(("pause", "resume", "run", "backfill"), Scope.OPERATE),
    }

    @override
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.now = clock()
        super().initial(request, *args, **kwargs)
        if "pk" in self.kwargs and request.method not in SAFE_METHODS:
            # 404 for a hidden schedule comes before any error of the body.
            mine = ScheduledJob.objects.visible_to(request.user)
            self.owner = get_object_or_404(
                mine.select_related("owner"), pk=self.kwargs["pk"]
            ).owner

    @override
    def get_queryset(self) -> ScheduleQuerySet:
        return with_last_run(ScheduledJob.objects.visible_to(self.request.user))

    @override
    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        add_start_nodes(page or ())
        return page

    @override
    def get_object(self) -> ScheduledJob:
        schedule: ScheduledJob = super().get_object()
        add_start_nodes([schedule])
        return schedule

    @extend_schema(
        request=NewSchedule,
        responses={201: ScheduleSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    def create(self, request: Request) -> Response:
        """Create a schedule. Required: a name; a workflow with a schedule trigger, or what to
        `call` with which `arguments`; and one of `cron_expression`, `interval_seconds` and
        `run_at`, or the `schedule_type` `manual` for a schedule without ticks. It is active at
        once unless `status` is `paused`."""
        body = self._body(NewSchedule)
        key = idempotency_key(request, body)
        begins_as = body.pop("status", Status.ACTIVE)
        made = services.create_or_find(
            body,
            actor=self.actor,
            now=self.now,
            idempotency_key=key,
            status=begins_as,
        )
        shown = self._shown(made.schedule.id)
        if not made.is_new:
            services.refuse_other_content(
                made.schedule, body, actor=self.actor, status=begins_as
            )
            self.state_before = shown
        return Response(shown, status.HTTP_201_CREATED)

    @extend_schema(
        request=ScheduleChange, responses=ScheduleSerializer, parameters=[IF_MATCH]
    )
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change the given fields. A new timing applies from now on. A stopped schedule is
        revived by a new timing, a later `end_at` or a higher `max_runs`; any other change
        of it is refused."""
        body = self._body(ScheduleChange, partial=True)
        with self.precondition(body) as version:
            services.update_schedule(
                pk, body, actor=self.actor, now=self.now, version=version
            )
        return Response(self._shown(pk))

    @extend_schema(parameters=[IF_MATCH])
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Stop and delete the schedule for good. Its runs and events are kept."""
        with self.precondition({}) as version:
            services.stop_schedule(pk, actor=self.actor, now=self.now, version=version)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=Pause, responses=ScheduleSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: UUID) -> Response:
        """Pause the schedule. No run starts until it is resumed; running ones continue."""
        body = self._body(Pause)
        services.pause_schedule(pk, actor=self.actor, now=self.now, **body)
        return Response(self._shown(pk))

    @extend_schema(request=Resume, responses=ResumedSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: UUID) -> Response:
        """Resume the schedule. The response states how many ticks passed during the pause and
        how many of them are caught up. What an agent has proposed is approved instead (409)."""
        body = self._body(Resume)
        resumed = services.resume_schedule(pk, actor=self.actor, now=self.now, **body)
        ticks = {
            "ticks_passed": resumed.passed,
            "ticks_caught_up": resumed.caught_up,
        }
        return Response(self._shown(pk) | ticks)

    @extend_schema(request=Decide, responses=ScheduleSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: UUID) -> Response:
        """Approve what an agent has proposed: it is active from its next tick on. By its owner,
        or staff with the permission."""
        body = self._body(Decide)
        with self.precondition(body) as version:
            services.approve_schedule(
                pk, actor=self.actor, now=self.now, version=version, **body
            )
        return Response(self._shown(pk))

    @extend_schema(request=Decide, responses={204: None}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: UUID) -> Response:
        """Decline what an agent has proposed, which deletes it. Its agent is told the note for
        30 days. By whom it could be approved."""
        body = self._body(Decide)
        with self.precondition(body) as version:
            services.decline_schedule(
                pk, actor=self.actor, now=self.now, version=version, **body
            )
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        request=RunNow, responses={202: RunSerializer}, parameters=[IF_MATCH]
    )
    @action(detail=True, methods=["post"])
    def run(self, request: Request, pk: UUID) -> Response:
        """Run the workflow once, now, in addition to the ticks; also while paused."""
        body = self._body(RunNow)
        run = services.run_now(pk, actor=self.actor, now=self.now, **body)
        return Response(RunSerializer(run).data, status.HTTP_202_ACCEPTED)

    @extend_schema(
        request=Backfill, responses={202: BackfillSerializer}, parameters=[IF_MATCH]
    )
    @action(detail=True, methods=["post"])
    def backfill(self, request: Request, pk: UUID) -> Response:
        """Run the ticks of a past range that did not run, 1,000 at most."""
        body = self._body(Backfill)
        runs = services.backfill(
            pk,
            from_at=body.pop("from"),
            to_at=body.pop("to"),
            actor=self.actor,
            now=self.now,
            **body,
        )
        answer = {"runs": len(runs), "ticks": [run.scheduled_for for run in runs]}
        return Response(BackfillSerializer(answer).data, status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses={201: WorkflowSerializer})
    @action(detail=True, methods=["post"], url_path="copy-to-workflow")
    def copy_to_workflow(self, request: Request, pk: UUID) -> Response:
        """Copy what the schedule calls to a new workflow of yours, which can be changed. The
        schedule stays as it is."""
        valid(StrictSerializer(data=request.data))  # it accepts no fields
        copied = services.copy_call(pk, user=user_of(request), now=self.now)
        return Response(WorkflowSerializer(copied).data, status.HTTP_201_CREATED)

    @override
    def before(self) -> Any:
        # These do not change the schedule; the response is a run, several, or a workflow.
        apart = {"run", "backfill", "copy_to_workflow"}
        if "pk" not in self.kwargs or self.action in apart:
            return None
        return {**self.get_serializer(self.get_object()).data}

    @override
    def extra_fields(self, after: Any) -> dict[str, Any]:
        """The next ticks as they would be; none if the schedule would be deleted."""
        pk = self.kwargs.get("pk") or after.get("id")
        schedule = ScheduledJob.objects.filter(pk=pk).first()
        return {"next_ticks": next_ticks(schedule, now=self.now)}

    @property
    def actor(self) -> Actor:
        return Actor.person(user_of(self.request))

    def _body(self, kind: type[BaseSerializer[Any]], **options: Any) -> dict[str, Any]:
        # A new schedule is owned by its creator.
        owner = getattr(self, "owner", self.request.user)
        context = {"owner": owner}
        return valid(kind(data=self.request.data, context=context, **options))

    def _shown(self, pk: UUID) -> dict[str, Any]:
        """The schedule after an action. Raises `Http404` if it is gone."""
        schedule = self.get_queryset().filter(pk=pk).first()
        if schedule is None:  # deleted in the meantime
            raise Http404
        add_start_nodes([schedule])
        return {**self.get_serializer(schedule).data}
