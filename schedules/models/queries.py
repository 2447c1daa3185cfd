"""The queries of schedules that several services share."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Expression, Q
from django.db.models.expressions import RawSQL

from schedules.models.choices import Status
from workflows.kit.given_ids import given_ids
from workflows.models.workflow import sees_all

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from schedules.models.schedule import ScheduledJob
    from workflows.kit.users import User

# SQLite uses a partial index only if its condition is in the query, with the same constant.
OF_AN_OBJECT = ~Q(object_model=RawSQL("''", ()))


class ScheduleQuerySet(models.QuerySet["ScheduledJob"]):
    def due(self, now: datetime | Expression) -> ScheduleQuerySet:
        """Active schedules whose next run is due at `now`, the longest overdue first.

        Uses the partial index `schedule_due`: the cost grows with the due schedules only.
        """
        return self.filter(status=Status.ACTIVE, next_run_at__lte=now).order_by(
            "next_run_at"
        )

    def locked(self, *, skip_locked: bool = False) -> ScheduleQuerySet:
        """These rows, locked until the transaction ends.

        Code that changes the state of a schedule, or adds, releases or withdraws its runs,
        must lock its row first, so that no two transactions decide by the same ledger. Lock
        workflow, schedule and run in this order; any other may deadlock. `no_key` lets other
        transactions write rows that refer to the schedule. SQLite has a single writer and
        needs no row locks.
        """
        return self.select_for_update(no_key=True, skip_locked=skip_locked)

    def locked_or_none(self, schedule_id: UUID) -> ScheduledJob | None:
        """The schedule with its row locked; None if it has been deleted."""
        return self.locked().filter(pk=schedule_id).first()

    def with_ids(self, ids: Collection[UUID]) -> ScheduleQuerySet:
        """Those with these ids, any number of them: they are one parameter of the query."""
        return self.filter(pk__in=given_ids(ids, self.db))

    def visible_to(self, user: User | AnonymousUser) -> ScheduleQuerySet:
        """The schedules that `user` may see: all, for staff with the permission, or their own."""
        return self if self.all_visible_to(user) else self.filter(owner=user.pk)

    def for_object(self, label: str, object_id: str) -> ScheduleQuerySet:
        """Those for one object, found by the index `schedule_of_object`."""
        return self.filter(OF_AN_OBJECT, object_model=label, object_id=object_id)

    def all_visible_to(self, user: User | AnonymousUser) -> bool:
        """Whether `user` may see the schedules of everybody."""
        return sees_all(user, self.model)
