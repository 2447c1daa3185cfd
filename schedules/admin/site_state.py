"""What the frame of the pages says about schedules: the state of the site, zone and counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from schedules.causes import Diagnosis, Facts, Severity
from schedules.models import ScheduledJob, UserProfile
from schedules.services.insight.health import diagnose, facts_now
from schedules.services.insight.proposals import to_decide
from schedules.timing import tzdata_version
from workflows.admin.frame import Alarm, SiteState, Source, Wishes, fill_frame
from workflows.admin.navigation import Count
from workflows.display.languages import in_language
from workflows.display.numbers import grouped
from workflows.kit.logs import get_logger
from workflows.kit.users import User
from workflows.kit.versions import own_version
from workflows.models import Workflow

logger = get_logger(__name__)
# A page waits no longer than this: what is known by then is shown.
WAIT_SECONDS = 1.0
# What the processes said is shown for so long.
KEPT_SECONDS = 3.0
MOST_COUNTED = 10_000


def state_of_site(now: datetime) -> SiteState:
    """The processes that are alive, and why nothing fires or runs."""
    try:
        facts = facts_now(now, wait=WAIT_SECONDS, kept=KEPT_SECONDS)
        diagnosis = diagnose(facts)
    except Exception:
        # What the frame says must not take the page down.
        logger.exception("check_failed", check="frame")
        return SiteState()
    return _state(facts, diagnosis)


def _state(facts: Facts, diagnosis: Diagnosis) -> SiteState:
    alarms = tuple(
        Alarm(
            in_language(cause.what),
            in_language(cause.remedy),
            is_error=cause.severity == Severity.ERROR,
        )
        for cause in diagnosis.causes
    )
    is_known = facts.schedulers is not None and facts.workers_here is not None
    return SiteState(
        pulse=_pulse(facts.schedulers or 0, facts.workers_here or 0)
        if is_known
        else "",
        is_alive=bool(facts.schedulers and facts.workers_here) or not is_known,
        alarms=alarms,
    )


def _pulse(schedulers: int, workers: int) -> str:
    parts = [
        ngettext("%(n)d scheduler", "%(n)d schedulers", schedulers) % {"n": schedulers},
        ngettext("%(n)d worker", "%(n)d workers", workers) % {"n": workers},
    ]
    return _(", ").join(parts)


def wishes(request: HttpRequest) -> Wishes:
    """The zone and the theme that this user has chosen."""
    profile = UserProfile.objects.filter(user=request.user.pk).first()
    return Wishes(profile.timezone, profile.theme) if profile else Wishes()


def counts(request: HttpRequest) -> dict[str, Count]:
    """How many schedules, proposals and workflows the user sees, each counted up to a bound."""
    found: dict[str, Count] = {}
    user = cast("User", request.user)
    if user.has_perm("ostinato_schedules.view_scheduledjob"):
        schedules = _counted(ScheduledJob.objects.visible_to(user))
        found["ostinato_schedules.ScheduledJob"] = Count(schedules)
        waiting = _counted(to_decide(user))
        if waiting != "0":
            says = gettext_lazy("to decide about")
            found["ostinato_approvals"] = Count(waiting, says, "ask")
    if user.has_perm("ostinato_workflows.view_workflow"):
        drawn = Workflow.objects.visible_to(user).filter(call="")
        found["ostinato_workflows.Workflow"] = Count(_counted(drawn))
    return found


def _counted(rows: QuerySet[Any]) -> str:
    count = rows.order_by()[: MOST_COUNTED + 1].count()
    if count > MOST_COUNTED:
        return f"{grouped(MOST_COUNTED)}+"
    return grouped(count)


def about() -> str:
    return f"Ostinato {own_version()}, tzdata {tzdata_version()}"


fill_frame(Source(state_of_site, wishes, counts, about))
