"""The limits of agents that act for a user: those set for the user, or else those of the site;
and what the user wants, where that is stricter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from schedules.limits import DAY, TEN_YEARS
from schedules.models import AgentsWish, UserProfile
from workflows.kit.conf import conf

if TYPE_CHECKING:
    from workflows.kit.users import User

# A profile may hold any number; a date further ahead could be outside the calendar.
MOST_DAYS = TEN_YEARS // DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLimits:
    """What agents may do for one user; `longest` is how far ahead a schedule may end."""

    may_schedule: bool
    may_schedule_from_schedules: bool
    propose: bool
    max_active: int
    max_kept: int
    max_created_a_day: int
    max_resumed_an_hour: int
    min_interval: timedelta
    longest: timedelta


def agent_limits(user: User) -> AgentLimits:
    """The limits of agents that act for `user`."""
    profile = UserProfile.objects.filter(user=user).first()
    return limits_of(user, profile or UserProfile())


def limits_of(user: User, profile: UserProfile) -> AgentLimits:
    """The same, from a profile that has been read."""
    max_active: int = _of("agent_max_active_schedules", profile)
    longest = timedelta(days=min(_of("agent_max_days", profile), MOST_DAYS))
    seconds = min(_of("agent_min_interval_seconds", profile), TEN_YEARS)
    return AgentLimits(
        may_schedule=user.is_active
        and profile.agents_wish != AgentsWish.OFF
        and _of("agents_may_schedule", profile),
        may_schedule_from_schedules=_of("agents_may_schedule_from_schedules", profile),
        propose=profile.agents_wish == AgentsWish.ASK or _of("agents_propose", profile),
        max_active=max_active,
        max_kept=max(max_active, conf.AGENT_MAX_KEPT_SCHEDULES),
        max_created_a_day=conf.AGENT_MAX_CREATED_A_DAY,
        max_resumed_an_hour=conf.AGENT_MAX_RESUMED_AN_HOUR,
        min_interval=timedelta(seconds=seconds),
        longest=longest,
    )


def _of(field: str, profile: UserProfile) -> Any:
    """The value in the profile, or else the setting of the same name."""
    own = getattr(profile, field)
    return getattr(conf, field.upper()) if own is None else own
