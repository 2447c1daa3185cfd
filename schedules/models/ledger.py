"""`ScheduledRun`: the ledger. It holds every tick of a schedule exactly once."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, When
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from schedules import limits
from schedules.models.queries import ScheduleQuerySet
from schedules.models.schedule import ScheduledJob
from schedules.policy.lanes import OF_ORIGIN
from workflows.failures import failure_kind_field, kind_on_record
from workflows.kit.partial_rows import PartialRows
from workflows.kit.phrases import phrase
from workflows.models import WorkflowExecution


class Origin(models.TextChoices):
    SCHEDULE = "schedule", phrase("Schedule")
    CATCH_UP = "catch_up", phrase("Catch-up")
    BACKFILL = "backfill", phrase("Backfill")
    MANUAL = "manual", phrase("Manual")


class RunStatus(models.TextChoices):
    PENDING = "pending"  # may start now
    WAITING = "waiting"  # behind an open run, or (`not_before`) for a retry
    RUNNING = (
        "running"  # started; has a token, and a lease or the id of a Task's result
    )
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"  # never ran, by a rule
    MISSED = "missed"  # never ran, because it was found too late


class Reason(models.TextChoices):
    NONE = ""
    OVERLAP = "overlap"
    PAUSED = "paused"
    EDITED = "edited"
    LIMIT = "limit"
    WINDOW = "window"
    POLICY = "policy"
    STOPPED = "stopped"
    REPLACED = "replaced"


TICK_ORIGINS = (Origin.SCHEDULE, Origin.CATCH_UP)
OPEN_STATUSES = (RunStatus.PENDING, RunStatus.WAITING, RunStatus.RUNNING)
UNSTARTED_STATUSES = (RunStatus.PENDING, RunStatus.WAITING)
# Ticks that did not run in time; a backfill may have run them since.
NEVER_RAN = (RunStatus.SKIPPED, RunStatus.MISSED)
# Runs that have ended, but not as they should: few of many, with an index of their own.
ENDED_OTHERWISE = (RunStatus.FAILED, RunStatus.CANCELLED, *NEVER_RAN)


def of_index(statuses: Iterable[RunStatus]) -> Q:
    """The condition of a partial index, word for word: else SQLite does not use it."""
    names = [RawSQL(f"'{status.value}'", ()) for status in statuses]  # noqa: S611
    return Q(status__in=names)


# `lanes.lane_of` in SQL, of pending runs only, word for word as the index has it: else SQLite
# does not use it. The condition of the index is made of it as well, and no other index has
# that one: PostgreSQL, which may know nothing yet of a hundred thousand new rows, would read
# all that is pending by another.
LANE_SQL = (
    "CASE WHEN status <> 'pending' THEN NULL WHEN attempt > 1 THEN 0{} ELSE 0 END"
).format(
    "".join(
        f" WHEN origin = '{origin}' THEN {lane.value}"
        for origin, lane in OF_ORIGIN.items()
    )
)
_LANE_IS_KNOWN = RawSQL(f"({LANE_SQL}) IS NOT NULL", (), models.BooleanField())  # noqa: S611


class ScheduledRun(PartialRows):
    """One tick, a range of ticks that never ran, or a manual run, and what happened to it.

    `scheduled_for` is the nominal time of the tick; a range row also has `range_end`, the
    nominal time of its last tick (inclusive), and `tick_count`. The schedule's id and name
    have no database constraint, because the history is kept when the schedule is deleted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    schedule = models.ForeignKey(
        ScheduledJob,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,  # the composite indexes below begin with it
        related_name="runs",
    )
    # Of the schedule when the row was written: by it runs take turns, and nothing else. Null
    # in rows from before there were turns.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,  # `run_in_turn` has it
        related_name="+",
        editable=False,
    )
    schedule_name = models.CharField(_("schedule name"), max_length=limits.NAME_LENGTH)
    epoch = models.PositiveIntegerField()
    origin = models.CharField(max_length=10, choices=Origin.choices)
    scheduled_for = models.DateTimeField()
    range_end = models.DateTimeField(null=True, blank=True)
    tick_count = models.PositiveBigIntegerField(default=1)
    due_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=RunStatus.choices)
    reason = models.CharField(
        max_length=10, choices=Reason.choices, blank=True, default=""
    )
    # Of `skipped: overlap`: the runs that were open (`policy.types.Overlapped`).
    overlap = models.JSONField(null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    send_count = models.PositiveSmallIntegerField(default=0)
    request_id = models.CharField(  # noqa: DJ001 null: not a manual run
        max_length=limits.REQUEST_ID_LENGTH, null=True, blank=True
    )
    execution = models.ForeignKey(
        WorkflowExecution,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,  # `run_of_execution` has it
        related_name="scheduled_runs",
    )
    not_before = models.DateTimeField(null=True, blank=True)
    enqueued_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    deadline_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    # Handed over to the backend of a Task: no process holds it, the sweep asks the backend.
    task_result_id = models.CharField(  # noqa: DJ001 null: not handed over
        max_length=255, null=True, blank=True
    )
    task_backend = models.CharField(  # noqa: DJ001 null: not handed over
        max_length=64, null=True, blank=True
    )
    polled_at = models.DateTimeField(null=True, blank=True)
    # Of the last attempt, as is `error`: kept through retries until the run ends.
    failure_kind = failure_kind_field()
    error = models.TextField(blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-scheduled_for", "-created_at"]
        constraints = [
            # A tick has one row and one backfill row. Runs by hand are null here, so each of
            # them is another. The index is also that of the runs of a schedule, by time.
            models.UniqueConstraint(
                "schedule",
                F("scheduled_for").desc(),
                Case(
                    When(origin__in=["schedule", "catch_up"], then=1),
                    When(origin="backfill", then=2),
                ),
                name="run_of_schedule",
            ),
            models.UniqueConstraint(
                fields=["schedule", "request_id"],
                name="one_run_a_request",
                condition=Q(request_id__isnull=False),
            ),
            models.CheckConstraint(
                name="run_choices",
                condition=Q(
                    status__in=RunStatus.values,
                    origin__in=Origin.values,
                    reason__in=Reason.values,
                ),
            ),
            models.CheckConstraint(
                name="run_range_has_count",
                condition=Q(range_end=None, tick_count=1)
                | Q(
                    range_end__isnull=False,
                    tick_count__gte=2,
                    status__in=["skipped", "missed"],
                ),
            ),
            models.CheckConstraint(
                name="run_running_holds_lease",
                condition=~Q(status="running")
                | Q(token__isnull=False)
                & (Q(lease_until__isnull=False) | Q(task_result_id__isnull=False)),
            ),
            models.CheckConstraint(
                name="run_failed_has_kind",
                condition=kind_on_record(
                    Q(status="failed")
                    | Q(status__in=["pending", "waiting", "running"], attempt__gt=1)
                ),
            ),
        ]
        # PostgreSQL writes a row into each of them anew whenever its status changes.
        indexes = [
            models.Index(fields=["-scheduled_for", "-created_at"], name="run_newest"),
            models.Index(
                fields=["enqueued_at"],
                name="run_pending",
                condition=Q(status="pending"),
            ),
            # Who is next: see `services.runs.turns`.
            models.Index(
                RawSQL(LANE_SQL, ()),  # noqa: S611 made of constants
                "owner",
                "schedule",
                "due_at",
                name="run_in_turn",
                condition=Q(_LANE_IS_KNOWN),
            ),
            models.Index(
                fields=["not_before"], name="run_waiting", condition=Q(status="waiting")
            ),
            models.Index(
                fields=["lease_until"],
                name="run_running",
                condition=Q(status="running"),
            ),
            models.Index(
                fields=["polled_at"],
                name="run_handed_over",
                condition=Q(status="running", task_result_id__isnull=False),
            ),
            # Together with `run_newest`: the rows of the ledger beyond now.
            models.Index(
                fields=["-range_end"],
                name="run_range_end",
                condition=Q(range_end__isnull=False),
            ),
            # What did not succeed in the last day, by the hour, without reading rows.
            models.Index(
                fields=["scheduled_for", "status", "tick_count"],
                name="run_ended_otherwise",
                condition=Q(status__in=["failed", "cancelled", "skipped", "missed"]),
            ),
            models.Index(
                fields=["schedule"],
                name="run_open",
                condition=Q(status__in=["pending", "waiting", "running"]),
            ),
            models.Index(
                fields=["execution"],
                name="run_of_execution",
                condition=Q(execution__isnull=False),
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.schedule_name} at {self.scheduled_for:%Y-%m-%d %H:%M:%S} UTC"


LAST_RUN = ("status", "scheduled_for", "finished_at")


def with_last_run(schedules: ScheduleQuerySet, *fields: str) -> ScheduleQuerySet:
    """Annotate each schedule with `last_run_<name>` for each of the `fields` of its newest run.

    The default is `LAST_RUN`; the values are null if there is no run. Each costs one lookup in
    the index `run_of_schedule`, so use it for the rows of a page only.
    """
    newest = ScheduledRun.objects.filter(schedule=OuterRef("pk"))
    return schedules.annotate(
        **{
            f"last_run_{name}": Subquery(newest.values(name)[:1])
            for name in fields or LAST_RUN
        }
    )
