"""Whether a schedule can start: whether a trigger of its workflow accepts it.

Asked when a schedule is saved, before one is started, before a workflow changes, and by
the doctor. What accepts what is decided by `triggers.resolver` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Generator, Iterable, Sequence
from contextlib import closing
from functools import partial
from typing import Any, NamedTuple, cast
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from schedules.exceptions import CannotStart, WouldOrphan
from schedules.models import EventVerb, ScheduledJob, ScheduleEvent, Status
from schedules.services.actor import Actor
from schedules.services.drafts.validation import TRIGGER as COMPONENT
from schedules.services.drafts.validation import Problems
from schedules.services.ledger.bulk_sql import insert_rows
from triggers.resolver import TriggerResolver
from workflows.guards import WorkflowChange
from workflows.kit.sqlite_write_lock import brief_write
from workflows.models import Workflow, WorkflowNode

# What a trigger node asks for; one with none of them accepts every schedule.
CONDITIONS = ["scheduled_job_id", "name_pattern"]
HAS_CONDITIONS = Q(config__has_any_keys=CONDITIONS)
PATTERNS_NAMED = 3
# Names tried against triggers at once. A try takes up to some microseconds, and whoever
# changes a graph holds the database meanwhile.
MOST_TRIES = 20_000
MOST_COUNTED = 1_000
ROWS = 500  # read at once
ORPHANED = (
    "Its workflow was changed by somebody who confirmed that this schedule can no longer "
    "start."
)


def start_problems(schedule: ScheduledJob) -> Problems:
    """Why its workflow would not be started for the schedule, by field; none if it would.

    One query, if it would. The workflow and the node must be there, and the owner's to use.
    """
    triggers = _triggers().filter(workflow=schedule.workflow_id)
    nodes = list(triggers.filter(workflow__is_active=True))
    if _accepting(schedule, nodes):
        return
    workflow = Workflow.objects.only("name", "is_active").get(pk=schedule.workflow_id)
    name = workflow.name
    if not workflow.is_active:
        yield "workflow", f'The workflow "{name}" is not active: activate it first.'
    elif not nodes:
        why = (
            f'The workflow "{name}" has no active {COMPONENT} node, and nothing else '
            "starts it for a schedule: add one to its graph, or give another workflow."
        )
        yield "workflow", why
    elif schedule.trigger_node_id:
        why = (
            f'The node is not an active {COMPONENT} node of the workflow "{name}": '
            "activate it, or give another or none."
        )
        yield "trigger_node", why
    else:
        yield _not_matched(schedule, name, nodes)


def _not_matched(
    schedule: ScheduledJob, workflow: str, nodes: Sequence[WorkflowNode]
) -> tuple[str, str]:
    """Each node accepts other schedules only: by name, or by id."""
    patterns = [node.config["name_pattern"] for node in nodes if _has_pattern(node)]
    why = f'No {COMPONENT} node of the workflow "{workflow}" accepts the name "{schedule.name}"'
    if not patterns:
        why = f'Each {COMPONENT} node of the workflow "{workflow}" accepts another schedule'
        return "trigger_node", f"{why}: give one of them as trigger_node."
    named = ", ".join(f'"{pattern}"' for pattern in patterns[:PATTERNS_NAMED])
    return "name", f"{why}: give one that matches {named}, or give trigger_node."


def _has_pattern(node: WorkflowNode) -> bool:
    return bool(node.config.get("name_pattern"))


def _triggers() -> QuerySet[WorkflowNode]:
    return WorkflowNode.objects.filter(component_type=COMPONENT, is_active=True)


def _accepting(
    schedule: ScheduledJob | Unable, nodes: Sequence[WorkflowNode]
) -> WorkflowNode | None:
    event = {
        "schedule_id": str(schedule.id),
        "schedule_name": schedule.name,
        "trigger_node_id": schedule.trigger_node_id,
    }
    return TriggerResolver().choose("schedule", event, nodes)


def check_can_start(schedule: ScheduledJob) -> None:
    """Raises `CannotStart` if no trigger accepts the schedule any more."""
    for _, why in start_problems(schedule):
        raise CannotStart(f"This schedule cannot start. {why}")


class Unable(NamedTuple):
    """A schedule that cannot start: what identifies it, and what its trigger is found by."""

    id: UUID
    name: str
    owner_id: int
    workflow_id: UUID
    trigger_node_id: int | None


_COLUMNS = (*Unable._fields, "workflow__is_active")


def unable_to_start(
    schedules: QuerySet[ScheduledJob],
    *,
    besides: Container[UUID] = (),
    most: int | None = None,
) -> list[Unable]:
    """Those of `schedules` that cannot start, `besides` the known ones; the first `most`.
    Two queries.

    The database finds those that may not. Which names a trigger accepts is tried here, so
    many of them against so many patterns that it takes a moment at most: those that are
    left then count as able.
    """
    theirs = _triggers().filter(workflow__in=schedules.order_by().values("workflow"))
    choosy = _by_workflow(theirs.filter(HAS_CONDITIONS))
    doubtful = _doubtful(schedules, theirs.exclude(HAS_CONDITIONS))
    found: list[Unable] = []
    left = MOST_TRIES
    rows = doubtful.values_list(*_COLUMNS).iterator(ROWS)
    with closing(cast("Generator[Any]", rows)):  # or its cursor stays open
        for *columns, is_active in rows:
            schedule = Unable._make(columns)
            by_itself = is_active and not schedule.trigger_node_id
            tried = choosy.get(schedule.workflow_id, []) if by_itself else []
            left -= len(tried)
            if len(found) == most:
                break
            if schedule.id in besides or (tried and left < 0):
                continue
            if not _accepting(schedule, tried):
                found.append(schedule)
    return found


def _doubtful(
    schedules: QuerySet[ScheduledJob], take_any: QuerySet[WorkflowNode]
) -> QuerySet[ScheduledJob]:
    """All that cannot start, and some that are accepted by their name or id only."""
    chosen = _triggers().filter(
        pk=OuterRef("trigger_node"), workflow=OuterRef("workflow")
    )
    return schedules.filter(
        Q(workflow__is_active=False)
        | (Q(trigger_node=None) & ~Q(workflow__in=take_any.values("workflow")))
        | Q(~Exists(chosen), trigger_node__isnull=False)
    )


def _by_workflow(nodes: Iterable[WorkflowNode]) -> dict[UUID, list[WorkflowNode]]:
    found: dict[UUID, list[WorkflowNode]] = {}
    for node in nodes:
        found.setdefault(node.workflow_id, []).append(node)
    return found


def keep_startable(change: WorkflowChange) -> Callable[[], None]:
    """The guard of a change of a workflow: its active and paused schedules that could start
    before can do so after it.

    The check raises `WouldOrphan` with their names, unless the change was confirmed: then
    each of them gets an event that says so.
    """
    standing = ScheduledJob.objects.filter(workflow=change.workflow.pk).exclude(
        status=Status.STOPPED
    )
    version, before = _version(change.workflow), _aims(change.workflow)
    unable = {schedule.id for schedule in unable_to_start(standing)}

    def check() -> None:
        # Unless somebody else has changed the workflow before it was held.
        is_next = _version(change.workflow) == version + 1
        if is_next and _aims(change.workflow) == before:
            return  # by far the commonest: it is about other nodes
        standing_now = standing.order_by("name", "pk")
        orphaned = unable_to_start(standing_now, besides=unable, most=MOST_COUNTED)
        is_all = len(orphaned) < MOST_COUNTED
        if change.orphans_schedules:
            _put_on_record(orphaned, change)
            if not is_all:
                known = unable.union(each.id for each in orphaned)
                rest = partial(_put_the_rest_on_record, standing, known, change)
                transaction.on_commit(rest)
        elif orphaned:
            visible = _visible(orphaned, change)
            raise WouldOrphan(orphaned, visible=visible, is_all=is_all)

    return check


def _version(workflow: Workflow) -> int:
    """As it stands; 0 of one that is gone."""
    row = Workflow.objects.filter(pk=workflow.pk)
    return row.values_list("version", flat=True).first() or 0


def _aims(workflow: Workflow) -> list[tuple[Any, ...]]:
    """What decides about who starts the workflow."""
    asked = (f"config__{name}" for name in CONDITIONS)
    nodes = _triggers().filter(workflow=workflow.pk, workflow__is_active=True)
    return list(nodes.order_by("pk").values_list("pk", *asked))


def _visible(orphaned: Sequence[Unable], change: WorkflowChange) -> list[Unable]:
    """Those that the person may see: somebody else may have scheduled the workflow."""
    if ScheduledJob.objects.all_visible_to(change.actor):
        return list(orphaned)
    return [each for each in orphaned if each.owner_id == change.actor.pk]


def _put_the_rest_on_record(
    standing: QuerySet[ScheduledJob], known: Container[UUID], change: WorkflowChange
) -> None:
    """Thousands would hold the database for half a second: they follow in short steps."""
    rest = unable_to_start(standing, besides=known)
    for start in range(0, len(rest), ROWS):
        with brief_write(), transaction.atomic():
            _put_on_record(rest[start : start + ROWS], change)


def _put_on_record(orphaned: Sequence[Unable], change: WorkflowChange) -> None:
    actor = Actor.person(change.actor)
    fields = {
        "verb": EventVerb.UPDATE,
        "actor_kind": actor.kind,
        "actor": change.actor.pk,
        "actor_name": actor.name,
        "reason_code": "",
        "note": ORPHANED,
        "before": {"can_start": True},
        "after": {"can_start": False},
        "created_at": change.now,
    }
    insert_rows(
        ScheduleEvent,
        fields=("schedule", "schedule_name", *fields),
        rows=[(each.id, each.name, *fields.values()) for each in orphaned],
    )
