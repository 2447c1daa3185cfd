"""Who acts: a user, an agent for a user, or the system; and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from schedules.exceptions import ScheduleNotAllowed, ScheduleNotFound
from schedules.models import ActorKind, ScheduledJob
from schedules.services.permissions import Verb, may
from workflows.kit.users import name_of

if TYPE_CHECKING:
    from workflows.kit.users import User


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. Every verb takes one, checks its permissions and records it in the event."""

    kind: ActorKind
    user: User | None = None
    execution_id: UUID | None = None

    @classmethod
    def person(cls, user: User) -> Actor:
        return cls(ActorKind.USER, user)

    @classmethod
    def agent(cls, user: User, execution_id: UUID | None = None) -> Actor:
        return cls(ActorKind.AGENT, user, execution_id)

    @classmethod
    def system(cls) -> Actor:
        return cls(ActorKind.SYSTEM)

    @property
    def name(self) -> str:
        return name_of(self.user) if self.user else "system"

    def require_permission(self, verb: Verb, schedule: ScheduledJob) -> None:
        """People may do what `permissions.may` says, and agents act only on schedules that
        their user owns.

        Raises `ScheduleNotFound` for a schedule that the actor may not see,
        `ScheduleNotAllowed` for one that it may see but not `verb`.
        """
        if self.kind == ActorKind.SYSTEM:
            return
        assert self.user is not None
        is_agent = self.kind == ActorKind.AGENT
        if is_agent and schedule.owner_id != self.user.pk:
            raise ScheduleNotFound
        if may(self.user, verb, schedule):
            return
        if not may(self.user, "view", schedule):
            raise ScheduleNotFound
        raise ScheduleNotAllowed(
            f"You may see this schedule, but you do not have permission to {verb} it."
        )
