"""`ScheduledJob`: what to run, when, and by which policies."""

from __future__ import annotations

import uuid
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from schedules import limits
from schedules.models.choices import (
    REASONS_OF_STATUS,
    ActorKind,
    CatchupPolicy,
    OverlapPolicy,
    ReasonCode,
    ScheduleType,
    Status,
    WhenObjectGone,
)
from schedules.models.lenient_json import LenientDecoder
from schedules.models.queries import ScheduleQuerySet
from schedules.models.timing_columns import TIMING_FIELDS, timing_of
from schedules.timing import Timing
from workflows.kit.conf import conf
from workflows.kit.partial_rows import PartialRows
from workflows.models import Workflow, WorkflowNode
from workflows.models.workflow import CALL_LENGTH
from workflows.run_on import RunOn


def default_max_open_runs() -> int:
    """How many runs of a new schedule may be open with overlap policy `allow`."""
    most: int = conf.MAX_OPEN_RUNS
    return most


class ScheduledJob(PartialRows):
    """A schedule. All times are aware and in UTC; `timezone` matters to the timing only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=limits.NAME_LENGTH)
    description = models.TextField(
        blank=True, default="", max_length=limits.DESCRIPTION_LENGTH
    )
    workflow = models.ForeignKey(
        Workflow, on_delete=models.CASCADE, related_name="schedules"
    )
    trigger_node = models.ForeignKey(
        WorkflowNode,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,  # `schedule_of_node` has it
        related_name="schedules",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        db_index=False,  # `schedule_of_owner` begins with it
        related_name="ostinato_schedules",
    )
    trigger_payload = models.JSONField(default=dict, blank=True, decoder=LenientDecoder)
    # What it calls, and with which arguments: plain data, never rendered as a template. The
    # workflow is then one that the system has made. Empty: a workflow that people drew.
    call = models.CharField(max_length=CALL_LENGTH, blank=True, default="")
    arguments = models.JSONField(default=dict, blank=True, decoder=LenientDecoder)
    run_on = models.CharField(max_length=8, choices=RunOn.choices, default=RunOn.WORKER)
    tags = models.JSONField(default=list, blank=True, decoder=LenientDecoder)
    idempotency_key = models.CharField(  # noqa: DJ001 null: no key; empty keys would collide
        max_length=limits.IDEMPOTENCY_KEY_LENGTH, null=True, blank=True
    )

    # For code that keeps a schedule: its name for it, unique in the site, and what it wrote
    # last, by which later changes by people are told from its own.
    key = models.CharField(  # noqa: DJ001 null: no key; empty keys would collide
        max_length=limits.KEY_LENGTH, null=True, blank=True
    )
    upserted = models.JSONField(null=True, blank=True, editable=False)
    # The object that it is for, as `app.model` and key, and what becomes of the schedule
    # once the object has gone.
    object_model = models.CharField(
        max_length=limits.OBJECT_MODEL_LENGTH, blank=True, default=""
    )
    object_id = models.CharField(
        max_length=limits.OBJECT_ID_LENGTH, blank=True, default=""
    )
    when_object_gone = models.CharField(
        max_length=8, choices=WhenObjectGone.choices, default=WhenObjectGone.STOP
    )

    # Who created it. An agent acts for the user `created_by`, in one execution.
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        db_index=False,  # `schedule_of_creator` has it
        related_name="+",
    )
    created_by_kind = models.CharField(
        max_length=10, choices=ActorKind.choices, default=ActorKind.USER
    )
    created_by_execution = models.UUIDField(null=True, blank=True)

    # When
    schedule_type = models.CharField(max_length=10, choices=ScheduleType.choices)
    cron_expression = models.CharField(
        max_length=limits.CRON_LENGTH, blank=True, default=""
    )
    timezone = models.CharField(max_length=limits.ZONE_LENGTH)
    interval_seconds = models.PositiveBigIntegerField(null=True, blank=True)
    anchor_at = models.DateTimeField(null=True, blank=True)
    run_at = models.DateTimeField(null=True, blank=True)
    start_at = models.DateTimeField(null=True, blank=True)
    end_at = models.DateTimeField(null=True, blank=True)
    jitter_seconds = models.PositiveIntegerField(default=0)

    # By which policies
    catchup_policy = models.CharField(
        max_length=10, choices=CatchupPolicy.choices, default=CatchupPolicy.LATEST
    )
    catchup_window_seconds = models.PositiveIntegerField(default=3600)
    overlap_policy = models.CharField(
        max_length=10, choices=OverlapPolicy.choices, default=OverlapPolicy.SKIP
    )
    # For overlap policy `allow`; 0: no limit.
    max_open_runs = models.PositiveIntegerField(default=default_max_open_runs)
    max_runs = models.PositiveIntegerField(null=True, blank=True)
    max_retries = models.PositiveSmallIntegerField(default=0)
    retry_backoff_seconds = models.PositiveIntegerField(default=30)
    timeout_seconds = models.PositiveIntegerField(default=600)
    pause_after_failures = models.PositiveSmallIntegerField(default=0)

    # State
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.ACTIVE
    )
    reason_code = models.CharField(
        max_length=20, choices=ReasonCode.choices, blank=True, default=""
    )
    status_reason = models.CharField(
        max_length=limits.NOTE_LENGTH, blank=True, default=""
    )
    # Proposed by an agent: paused until a person approves or declines it.
    awaits_approval = models.BooleanField(default=False)
    rq_job_id = models.CharField(max_length=64, blank=True, default="")
    epoch = models.PositiveIntegerField(default=1)
    next_tick_at = models.DateTimeField(null=True, blank=True)
    next_run_at = models.DateTimeField(null=True, blank=True)
    # The newest tick that ran before its time, while a clock was ahead; null: none.
    early_upto = models.DateTimeField(null=True, blank=True)
    last_run_at = models.DateTimeField(null=True, blank=True)
    run_count = models.PositiveBigIntegerField(default=0)
    fired_count = models.PositiveBigIntegerField(default=0)
    error_count = models.PositiveBigIntegerField(default=0)
    consecutive_failures = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        ordering = ["-created_at", "id"]
        # `services.permissions` has what each of them allows.
        permissions = [
            ("pause_scheduledjob", "Can pause schedule"),
            ("resume_scheduledjob", "Can resume schedule"),
            ("run_scheduledjob", "Can run schedule now"),
            ("approve_scheduledjob", "Can approve or decline what agents propose"),
        ]
        constraints = [
            models.CheckConstraint(
                name="schedule_type_has_exactly_its_fields",
                condition=(
                    Q(
                        schedule_type="cron",
                        interval_seconds=None,
                        anchor_at=None,
                        run_at=None,
                    )
                    & ~Q(cron_expression="")
                )
                | Q(
                    schedule_type="interval",
                    cron_expression="",
                    # NULL >= 1 is unknown, and a check constraint accepts unknown.
                    interval_seconds__isnull=False,
                    interval_seconds__gte=1,
                    anchor_at__isnull=False,
                    run_at=None,
                )
                | Q(
                    schedule_type="once",
                    cron_expression="",
                    interval_seconds=None,
                    anchor_at=None,
                    run_at__isnull=False,
                )
                | Q(
                    schedule_type="manual",
                    cron_expression="",
                    interval_seconds=None,
                    anchor_at=None,
                    run_at=None,
                    start_at=None,
                    end_at=None,
                    max_runs=None,
                    jitter_seconds=0,
                ),
            ),
            models.CheckConstraint(
                name="schedule_choices",
                condition=Q(
                    status__in=Status.values,
                    overlap_policy__in=OverlapPolicy.values,
                    catchup_policy__in=CatchupPolicy.values,
                    created_by_kind__in=ActorKind.values,
                    run_on__in=RunOn.values,
                    when_object_gone__in=WhenObjectGone.values,
                ),
            ),
            models.CheckConstraint(
                name="schedule_reason_is_of_its_status",
                condition=reduce(
                    or_,
                    (
                        Q(status=status, reason_code__in=[*codes])
                        for status, codes in REASONS_OF_STATUS.items()
                    ),
                ),
            ),
            models.CheckConstraint(
                name="schedule_ends_after_it_starts",
                condition=Q(start_at=None)
                | Q(end_at=None)
                | Q(end_at__gte=F("start_at")),
            ),
            models.CheckConstraint(
                name="schedule_has_work",
                condition=Q(max_runs=None) | Q(max_runs__gte=1),
            ),
            models.CheckConstraint(
                name="schedule_active_has_next_run",
                condition=Q(schedule_type="manual", next_run_at=None, next_tick_at=None)
                | (
                    ~Q(schedule_type="manual")
                    & (
                        ~Q(status="active")
                        | Q(next_run_at__isnull=False, next_tick_at__isnull=False)
                    )
                ),
            ),
            models.UniqueConstraint(
                fields=["owner", "idempotency_key"],
                name="schedule_idempotency_key",
                condition=Q(idempotency_key__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["key"], name="schedule_key", condition=Q(key__isnull=False)
            ),
        ]
        # PostgreSQL writes a row into each of them whenever the schedule fires: hence those
        # for what most schedules do not have leave these out.
        indexes = [
            models.Index(
                fields=["next_run_at"],
                name="schedule_due",
                condition=Q(status="active"),
            ),
            models.Index(
                fields=["created_at"],
                name="schedule_proposed",
                condition=Q(awaits_approval=True),
            ),
            models.Index(
                fields=["owner", "-created_at", "id"], name="schedule_of_owner"
            ),
            models.Index(fields=["-created_at", "id"], name="schedule_newest"),
            models.Index(
                fields=["object_model", "object_id"],
                name="schedule_of_object",
                condition=~Q(object_model=""),
            ),
            models.Index(
                fields=["trigger_node"],
                name="schedule_of_node",
                condition=Q(trigger_node__isnull=False),
            ),
            models.Index(
                fields=["created_by"],
                name="schedule_of_creator",
                condition=Q(created_by__isnull=False),
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name

    @property
    def reason_text(self) -> str:
        """Why it has its status, for people; empty if no reason was recorded."""
        if self.status_reason or not self.reason_code:
            return self.status_reason
        return str(ReasonCode(self.reason_code).label)

    @property
    def object(self) -> str | None:
        """The object that it is for, as `app.model:key`; None if it is for none."""
        if not self.object_model:
            return None
        return f"{self.object_model}:{self.object_id}"

    @property
    def payload(self) -> Any:
        """What its events pass on: the arguments of its call, or its payload."""
        return self.arguments if self.call else self.trigger_payload

    @property
    def target_text(self) -> str:
        """What runs, for people: what it calls, or the name of its workflow."""
        return self.call or self.workflow.name

    @property
    def timing(self) -> Timing:
        """The timing that the fields describe.

        Raises `TimingError` if they are no longer valid: tzdata may have lost the zone.
        """
        return timing_of(*(getattr(self, name) for name in TIMING_FIELDS))
