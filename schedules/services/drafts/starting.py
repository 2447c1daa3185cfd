"""Whether a schedule can start, which means that a trigger of its workflow accepts it.

Checked when a schedule is saved, before a run starts, before a workflow changes, and by the
doctor. `triggers.resolver` alone decides which trigger accepts which schedule.
"""

from __future__ import annotations

from collections.abc import (
    Callable,
    Collection,
    Container,
    Generator,
    Iterable,
    Sequence,
)
from contextlib import closing
from typing import Any, NamedTuple, cast
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from schedules.exceptions import CannotStart, WouldOrphan
from schedules.models import EventVerb, ScheduledJob, ScheduleEvent, Status
from schedules.services.actor import Actor
from schedules.services.drafts.calls import call_problems
from schedules.services.drafts.facts import TRIGGER as COMPONENT
from schedules.services.drafts.facts import Facts, triggers
from schedules.services.drafts.validation import Problems
from schedules.services.ledger.bulk_sql import insert_rows
from triggers.resolver import TriggerResolver
from workflows.guards import WorkflowChange
from workflows.kit.sqlite_write_lock import brief_write
from workflows.models import Workflow, WorkflowNode

# The conditions of a trigger node. A node with none of them accepts every schedule.
CONDITIONS = ["scheduled_job_id", "name_pattern"]
HAS_CONDITIONS = Q(config__has_any_keys=CONDITIONS)
PATTERNS_NAMED = 3
# Names tried against patterns at once. A try takes some microseconds, and a change of a
# graph holds the write lock meanwhile.
MOST_TRIES = 20_000
MOST_COUNTED = 1_000
ROWS = 500  # read at once
ORPHANED = (
    "Its workflow has been changed, and the person who changed it confirmed that this "
    "schedule can no longer start."
)


def start_problems(schedule: ScheduledJob, facts: Facts | None = None) -> Problems:
    """Why no trigger of its workflow accepts the schedule, by field, or why its call could
    not run. Yields nothing if one does, after a single query.

    The workflow and the trigger node must exist, and the owner must be allowed to run them.
    """
    if schedule.call:
        yield from call_problems(schedule)
        return
    nodes = (facts or Facts()).triggers(schedule.workflow_id)
    if _accepting(schedule, nodes):
        return
    workflow = Workflow.objects.only("name", "is_active").get(pk=schedule.workflow_id)
    name = workflow.name
    if not workflow.is_active:
        yield "workflow", f'The workflow "{name}" is not active: activate it first.'
    elif not nodes:
        why = (
            f'The workflow "{name}" has no active {COMPONENT} node, without which no '
            "schedule can start it: add one to its graph, or give another workflow."
        )
        yield "workflow", why
    elif schedule.trigger_node and schedule.trigger_node.removed_at:
        why = (
            f'The node was removed from the workflow "{name}": restore a version of the '
            "graph that has it, give another node, or give none."
        )
        yield "trigger_node", why
    elif schedule.trigger_node_id:
        why = (
            f'The node is not an active {COMPONENT} node of the workflow "{name}": '
            "activate it, give another node, or give none."
        )
        yield "trigger_node", why
    else:
        yield _not_matched(schedule, name, nodes)


def _not_matched(
    schedule: ScheduledJob, workflow: str, nodes: Sequence[WorkflowNode]
) -> tuple[str, str]:
    """The problem if all trigger nodes accept only other schedules, by name or by id."""
    patterns = [node.config["name_pattern"] for node in nodes if _has_pattern(node)]
    why = f'No {COMPONENT} node of the workflow "{workflow}" accepts the name "{schedule.name}"'
    if not patterns:
        why = f'Each {COMPONENT} node of the workflow "{workflow}" accepts only another schedule'
        return "trigger_node", f"{why}: give one of these nodes as trigger_node."
    named = ", ".join(f'"{pattern}"' for pattern in patterns[:PATTERNS_NAMED])
    return "name", f"{why}: give a name that matches {named}, or give trigger_node."


def _has_pattern(node: WorkflowNode) -> bool:
    return bool(node.config.get("name_pattern"))


def _accepting(
    schedule: ScheduledJob | Unable, nodes: Sequence[WorkflowNode]
) -> WorkflowNode | None:
    event = {
        "schedule_id": str(schedule.id),
        "schedule_name": schedule.name,
        "trigger_node_id": schedule.trigger_node_id,
    }
    return TriggerResolver().choose("schedule", event, nodes)


def add_start_nodes(schedules: Collection[ScheduledJob]) -> None:
    """Give each of a page of schedules the attribute `start_node`: the `node_id` of the trigger
    that accepts it, None if none does and for a schedule that calls. One query."""
    workflows = {each.workflow_id for each in schedules if not each.call}
    rows = triggers().only("node_id", "workflow_id", "config")
    nodes = _by_workflow(rows.filter(workflow__in=workflows))
    for schedule in schedules:
        node = _accepting(schedule, nodes.get(schedule.workflow_id, []))
        schedule.__dict__["start_node"] = node.node_id if node else None


def check_can_start(schedule: ScheduledJob) -> None:
    """Raises `CannotStart` if no trigger accepts the schedule."""
    for _, why in start_problems(schedule):
        raise CannotStart(f"This schedule cannot start. {why}")


class Unable(NamedTuple):
    """A schedule that cannot start: its id and name, and the columns that decide about it."""

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
    """Those of `schedules` that cannot start, except the known ones in `besides`; at most
    `most`. Two queries.

    The database selects the candidates, and their names are tried against the patterns of
    the triggers. After `MOST_TRIES` tries the remaining candidates count as able to start.
    """
    theirs = triggers().filter(workflow__in=schedules.order_by().values("workflow"))
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
    """All schedules that cannot start, and some that are accepted by name or id."""
    chosen = triggers().filter(
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
    """The guard of a change of a workflow: active and paused schedules that could start
    before the change must still be able to after it.

    The returned check raises `WouldOrphan` with their names, unless the change was
    confirmed: then each of them gets an event.
    """
    kept = ScheduledJob.objects.filter(workflow=change.workflow.pk).exclude(
        status=Status.STOPPED
    )
    version, before = _version(change.workflow), _conditions(change.workflow)
    unable = {schedule.id for schedule in unable_to_start(kept)}

    def check() -> None:
        # Another version: the workflow was changed by others before it was locked.
        is_next = _version(change.workflow) == version + 1
        if is_next and _conditions(change.workflow) == before:
            return  # the usual case: the change is about other nodes
        in_order = kept.order_by("name", "pk")
        orphaned = unable_to_start(in_order, besides=unable, most=MOST_COUNTED)
        is_all = len(orphaned) < MOST_COUNTED
        if change.orphans_schedules:
            _record(orphaned, change)
            if not is_all:
                known = unable.union(each.id for each in orphaned)
                # Robust: the change is committed, and must not be reported as refused.
                transaction.on_commit(
                    lambda: _record_rest(kept, known, change), robust=True
                )
        elif orphaned:
            visible = _visible(orphaned, change)
            raise WouldOrphan(orphaned, visible=visible, is_all=is_all)

    return check


def _version(workflow: Workflow) -> int:
    """The current version in the database; 0 if the workflow has been deleted."""
    row = Workflow.objects.filter(pk=workflow.pk)
    return row.values_list("version", flat=True).first() or 0


def _conditions(workflow: Workflow) -> list[tuple[Any, ...]]:
    """All that decides which schedules the workflow's triggers accept."""
    asked = (f"config__{name}" for name in CONDITIONS)
    nodes = triggers().filter(workflow=workflow.pk, workflow__is_active=True)
    return list(nodes.order_by("pk").values_list("pk", *asked))


def _visible(orphaned: Sequence[Unable], change: WorkflowChange) -> list[Unable]:
    """Those that the user may see: the workflow may have schedules of other owners."""
    if ScheduledJob.objects.all_visible_to(change.user):
        return list(orphaned)
    return [each for each in orphaned if each.owner_id == change.user.pk]


def _record_rest(
    kept: QuerySet[ScheduledJob], known: Container[UUID], change: WorkflowChange
) -> None:
    """Record the remaining ones in short steps: thousands at once would hold the write lock
    for half a second."""
    rest = unable_to_start(kept, besides=known)
    for start in range(0, len(rest), ROWS):
        with brief_write(), transaction.atomic():
            _record(rest[start : start + ROWS], change)


def _record(orphaned: Sequence[Unable], change: WorkflowChange) -> None:
    actor = Actor.person(change.user)
    fields = {
        "verb": EventVerb.UPDATE,
        "actor_kind": actor.kind,
        "actor": change.user.pk,
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
