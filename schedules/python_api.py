"""The door for application code: `upsert`, `cancel`, `pause`, `resume`.

Imported while the apps may still be loading, so it imports the services when it is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, overload

from schedules.declared import Schedule, Upserted, When
from schedules.declared.schedule import OnObjectGone

if TYPE_CHECKING:
    from django.db.models import Model

    from workflows.models import Workflow, WorkflowNode

CatchUp = Literal["none", "latest", "all"]


@overload
def upsert(
    declared: Iterable[Schedule], /, *, note: str = "", force: bool = False
) -> list[Upserted]: ...
@overload
def upsert(
    key: str,
    /,
    *,
    timing: When,
    call: str | None = None,
    arguments: Mapping[str, Any] | None = None,
    run_on: Literal["worker", "backend"] | None = None,
    workflow: Workflow | None = None,
    trigger_node: WorkflowNode | None = None,
    trigger_payload: Mapping[str, Any] | None = None,
    owner: Any = None,
    for_object: Model | None = None,
    when_object_gone: OnObjectGone | None = None,
    name: str | None = None,
    description: str | None = None,
    tags: Sequence[str] | None = None,
    overlap_policy: Literal["skip", "queue", "allow", "replace"] | None = None,
    max_open_runs: int | None = None,
    catchup_policy: Literal["latest", "all", "none"] | None = None,
    catchup_window_seconds: int | None = None,
    max_runs: int | None = None,
    timeout_seconds: int | None = None,
    max_retries: int | None = None,
    retry_backoff_seconds: int | None = None,
    pause_after_failures: int | None = None,
    note: str = "",
    force: bool = False,
) -> Upserted: ...
def upsert(
    what: str | Iterable[Schedule],
    /,
    *,
    note: str = "",
    force: bool = False,
    **fields: Any,
) -> Upserted | list[Upserted]:
    """Make the schedule with this key as it is given here, or many from a list of `Schedule`.

    Returns what has become of it: created, changed, unchanged or revived, and which fields
    were kept because a person has changed them since; `force` overwrites these. Equal to
    the last call for the key, it writes nothing. It joins the caller's transaction. Raises
    `InvalidSchedule` with the problems by field, before anything is written. The history
    names the system, with the `note`. All of it is in docs/python-api.md.
    """
    if isinstance(what, str):
        declared = [Schedule(what, **fields)]
        return _upsert(declared, note=note, force=force, listed=False)[0]
    if not isinstance(what, Iterable):
        raise TypeError(
            f"Give a key, which is a text, or a list of Schedule: not {what!r:.100}."
        )
    if fields:
        raise TypeError(f"A list has its fields inside: not {', '.join(fields)}.")
    return _upsert(list(what), note=note, force=force)


def _upsert(declared: list[Schedule], **options: Any) -> list[Upserted]:
    results: list[Upserted] = _call("upsert_schedules", declared, **options)
    return results


def cancel(key: str, *, note: str = "") -> bool:
    """Stop the schedule with this key for good: its row is deleted, its history stays.

    Runs that have not started are cancelled; what runs, runs on. Returns False if no schedule
    has the key, so that it can be repeated.
    """
    return bool(_call("cancel_key", key, note=note))


def pause(key: str, *, note: str = "") -> None:
    """Pause the schedule with this key: no run starts until it is resumed. Idempotent.

    Raises `UnknownKey` if no schedule has the key, `ScheduleStopped` if it has ended.
    """
    _call("pause_key", key, note=note)


def resume(key: str, *, note: str = "", catch_up: CatchUp = "none") -> None:
    """Resume the schedule with this key, from its next tick on. Idempotent.

    Of the ticks that passed meanwhile `catch_up` runs none, the latest, or all (at most the
    newest 100). Raises `UnknownKey` if no schedule has the key, `ScheduleStopped` if it has
    ended, `CannotStart` if no trigger of its workflow accepts it.
    """
    _call("resume_key", key, note=note, catch_up=catch_up)


def _call(verb: str, *arguments: Any, **options: Any) -> Any:
    services = import_module("schedules.services")
    now = import_module("django.utils.timezone").now()
    actor = services.Actor.system()
    return getattr(services, verb)(*arguments, actor=actor, now=now, **options)
