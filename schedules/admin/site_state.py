"""What the frame of the pages says about schedules: the state of the site, zone and counts."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schedules.causes import Diagnosis, Facts, Severity
from schedules.models import UserProfile
from schedules.services.insight.health import diagnose, facts_now
from workflows.admin.frame import Alarm, SiteState, Source, fill_frame
from workflows.kit.logs import get_logger

logger = get_logger(__name__)
# A page waits no longer than this: what is known by then is shown.
WAIT_SECONDS = 1.0


def state_of_site(now: datetime) -> SiteState:
    """The processes that are alive, and why nothing fires or runs."""
    try:
        facts = facts_now(now, wait=WAIT_SECONDS)
        diagnosis = diagnose(facts)
    except Exception:
        # What the frame says must not take the page down.
        logger.exception("check_failed", check="frame")
        return SiteState()
    return _state(facts, diagnosis)


def _state(facts: Facts, diagnosis: Diagnosis) -> SiteState:
    alarms = tuple(
        Alarm(cause.what, cause.remedy, is_error=cause.severity == Severity.ERROR)
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


def chosen_zone(request: HttpRequest) -> str:
    """The zone that this user has chosen; empty if there is none."""
    profile = UserProfile.objects.filter(user=request.user.pk).first()
    return profile.timezone if profile else ""


fill_frame(Source(state=state_of_site, zone=chosen_zone))
