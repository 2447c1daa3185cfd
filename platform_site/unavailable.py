"""When database or Redis is away: the same words for programs and for people."""

from __future__ import annotations

import structlog
from django.contrib import admin
from django.http import HttpResponse
from django.template import loader
from django.utils import timezone
from redis.exceptions import RedisError

from schedules.causes import CAUSES, Cause, Severity
from schedules.messages import RedisAway
from schedules.services.health import facts_now, judge
from workflows.exceptions import Unavailable
from workflows.outages import OutageLog
from workflows.troubles import database_trouble, is_database_away, redis_trouble

outages = OutageLog(structlog.get_logger(__name__))
RETRY_AFTER_SECONDS = "5"
LONGEST_ERROR = 200
WAIT_SECONDS = 1.0


def is_away(error: BaseException) -> bool:
    """Whether database or Redis is to blame for it, and not the request."""
    return isinstance(error, RedisError | RedisAway) or is_database_away(error)


def refusal(error: BaseException) -> Unavailable:
    """What is said instead of the error, which goes to the log."""
    cause = _true_cause(error)
    first_line = str(error).partition("\n")[0][:LONGEST_ERROR]
    outages.warning("request_not_served", cause=cause.code, error=first_line)
    return Unavailable(f"{cause.what} Nothing was changed. Try it again in a moment.")


def _true_cause(error: BaseException) -> Cause:
    """What doctor and readiness say, where that explains the error; else what it says."""
    if isinstance(error, RedisError | RedisAway):
        code, subjects = str(redis_trouble(error)), {"disk", "redis"}
    else:
        code, subjects = str(database_trouble(error)), {"disk", "database"}
    verdict = judge(facts_now(timezone.now(), wait=WAIT_SECONDS))  # noqa: TID251 an entry point
    seen = (
        cause
        for cause in verdict.causes
        if cause.severity == Severity.ERROR and cause.subject in subjects
    )
    return next(seen, CAUSES[code])


def page(refusal: Unavailable) -> HttpResponse:
    """For people. It asks for no user and no session: these are in the database."""
    context = {
        "title": "Not available at the moment",
        "reason": refusal.message,
        "site_header": admin.site.site_header,
        "site_title": admin.site.site_title,
    }
    text = loader.render_to_string("503.html", context)
    return HttpResponse(text, status=503)
