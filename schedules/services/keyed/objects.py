"""The objects that schedules are for: a schedule ends with its object, or pauses."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q

from schedules.models import (
    ReasonCode,
    ScheduledJob,
    ScheduleEvent,
    ScheduleQuerySet,
    Status,
    WhenObjectGone,
)
from schedules.models.queries import OF_AN_OBJECT
from schedules.services import transitions
from schedules.services.actor import Actor
from schedules.services.keyed.site import models_of_objects
from schedules.services.stop import withdraw_locked
from workflows.kit.sqlite_write_lock import brief_write

BATCH = 500  # objects that one step of the sweep looks for
STEP_SECONDS = 0.1
STOPPED = "Deleted together with the object that it was for, {object}."
PAUSED = "The object that it is for, {object}, was deleted."
_SYSTEM = Actor.system()


def object_models() -> Iterator[tuple[str, type[Model]]]:
    """The models that the settings name and the project has, in the order of their labels.
    Those that it has not are told by a system check."""
    for label in sorted(set(models_of_objects())):
        try:
            yield label, apps.get_model(label)
        except (LookupError, ValueError):
            continue


def end_with_object(label: str, object_id: str, *, now: datetime) -> None:
    """Stop or pause the schedules for an object that the caller's transaction deletes."""
    # Most objects have none: then this is one query, and no lock.
    if not _ending(ScheduledJob.objects.for_object(label, object_id)).exists():
        return
    with transaction.atomic():
        _end(_ending(ScheduledJob.objects.for_object(label, object_id)), now=now)


def _ending(schedules: ScheduleQuerySet) -> ScheduleQuerySet:
    """Those of them that do not go on without their object."""
    return schedules.filter(
        Q(when_object_gone=WhenObjectGone.STOP)
        | Q(when_object_gone=WhenObjectGone.PAUSE, status=Status.ACTIVE)
    )


def _end(schedules: ScheduleQuerySet, *, now: datetime) -> None:
    code = ReasonCode.OBJECT_DELETED
    for schedule in schedules.locked().order_by("pk"):
        if schedule.when_object_gone == WhenObjectGone.PAUSE:
            note = PAUSED.format(object=schedule.object)
            transitions.pause(schedule, actor=_SYSTEM, now=now, note=note, code=code)
            continue
        note = STOPPED.format(object=schedule.object)
        withdraw_locked(schedule, actor=_SYSTEM, now=now, note=note, code=code)
        schedule.delete()


class Orphans:
    """Ends the schedules whose objects have gone without a signal, by raw SQL or another
    program. Each step looks for a batch of objects, and the next goes on behind it."""

    def __init__(self) -> None:
        self._label, self._id = "", ""

    def step(self, now: datetime) -> None:
        until = time.monotonic() + STEP_SECONDS
        for label, model in object_models():
            if label < self._label:
                continue
            after = self._id if label == self._label else ""
            ids = _ids(label, after)
            for object_id in _gone(model, ids):
                _end_orphans(label, model, object_id, now=now)
                self._label, self._id = label, object_id
                if time.monotonic() > until:
                    return
            if len(ids) == BATCH:
                self._label, self._id = label, ids[-1]
                return
        self._label, self._id = "", ""


def _ids(label: str, after: str) -> list[str]:
    """The next keys of objects of the model that schedules refer to."""
    of_model = ScheduledJob.objects.filter(
        OF_AN_OBJECT, object_model=label, object_id__gt=after
    )
    rows = _orphaned(of_model).order_by("object_id")
    return list(rows.values_list("object_id", flat=True).distinct()[:BATCH])


def _orphaned(schedules: ScheduleQuerySet) -> ScheduleQuerySet:
    """Those that end once their object has gone. One that was paused for this and resumed
    by a person since goes on."""
    told = ScheduleEvent.objects.filter(
        schedule=OuterRef("pk"), reason_code=ReasonCode.OBJECT_DELETED
    )
    return _ending(schedules).filter(~Exists(told))


def _gone(model: type[Model], ids: Sequence[str]) -> list[str]:
    """Those of the keys that no object has, in their order."""
    keys = {text: key for text in ids for key in _keys(model, text)}
    if not keys:
        return []
    rows = model._base_manager.filter(pk__in=keys.values())
    found = {str(key) for key in rows.values_list("pk", flat=True)}
    return [text for text in ids if text in keys and text not in found]


def _keys(model: type[Model], text: str) -> Iterator[Any]:
    """The primary key that is written as `text`; nothing if no key of the model can be: then
    the model has changed, and nothing is known about the object."""
    try:
        yield model._meta.pk.to_python(text)
    except ValidationError:
        return


def _end_orphans(
    label: str, model: type[Model], object_id: str, *, now: datetime
) -> None:
    with brief_write(), transaction.atomic():
        # Looked for again: it may have been made anew meanwhile.
        if _gone(model, [object_id]):
            _end(_orphaned(ScheduledJob.objects.for_object(label, object_id)), now=now)
