"""Who acts: a user, an agent for a user, or the system; and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from schedules.exceptions import ScheduleNotAllowed, ScheduleNotFound
from schedules.models import ActorKind, ScheduledJob
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

    def require_permission(self, permission: str, schedule: ScheduledJob) -> None:
        """Owners may act on their own schedules, staff with the model permission on all, and
        agents only on those that their user owns.

        Raises `ScheduleNotFound` for a schedule that the actor may not see,
        `ScheduleNotAllowed` for one that it may see but not `permission`.
        """
        if self.kind == ActorKind.SYSTEM:
            return
        assert self.user is not None
        if schedule.owner_id == self.user.pk:
            return
        is_agent = self.kind == ActorKind.AGENT
        if is_agent or not ScheduledJob.objects.all_visible_to(self.user):
            raise ScheduleNotFound
        if not self.user.has_perm(f"ostinato_schedules.{permission}_scheduledjob"):
            raise ScheduleNotAllowed(
                f"You may see this schedule, but you do not have permission to {permission} it."
            )
