"""Who may do what to a schedule: the one rule, which all doors ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from schedules.models import ScheduledJob

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from workflows.kit.users import User

Verb = Literal[
    "view",
    "change",
    "delete",
    "pause",
    "resume",
    "run",
    "backfill",
    "approve",
    "decline",
]
# For each verb the permissions of Django any one of which is enough, for staff.
ENOUGH: dict[Verb, tuple[str, ...]] = {
    "view": ("view", "change"),
    "change": ("change",),
    "delete": ("delete",),
    "pause": ("pause", "change"),
    "resume": ("resume", "change"),
    "run": ("run", "change"),
    "backfill": ("change",),
    "approve": ("approve",),
    "decline": ("approve",),
}


def may(user: User | AnonymousUser, verb: Verb, schedule: ScheduledJob) -> bool:
    """Owners may do everything to their own schedules, and staff to all what their
    permissions allow, if they may see them. No query after the first for a user."""
    if schedule.owner_id == user.pk:
        return True
    if schedule.awaits_approval and not may_run_proposals(user, verb):
        return False
    return may_to_all(user, verb)


def may_run_proposals(user: User | AnonymousUser, verb: str) -> bool:
    """Whether what nobody has approved is no obstacle: it runs for those who may approve it."""
    return verb not in ("run", "backfill") or may_to_all(user, "approve")


def may_to_all(user: User | AnonymousUser, verb: Verb) -> bool:
    """The same for the schedules of everybody."""
    return ScheduledJob.objects.all_visible_to(user) and any(
        user.has_perm(f"ostinato_schedules.{permission}_scheduledjob")
        for permission in ENOUGH[verb]
    )
