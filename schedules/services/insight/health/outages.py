"""Why the database or Redis failed: the sentence for refusals because of an outage."""

from __future__ import annotations

from django.utils import timezone

from schedules.causes import CAUSES, Severity
from schedules.services.insight.health.probes import diagnose, facts_now
from workflows.kit.service_errors import database_failure, is_redis_away, redis_failure

WAIT_SECONDS = 1.0


def cause_of_error(error: BaseException) -> tuple[str, str]:
    """The code and the text of the cause that doctor and readiness report, if it explains the
    error; otherwise those of the error itself."""
    if is_redis_away(error):
        code, subjects = str(redis_failure(error)), {"disk", "redis"}
    else:
        code, subjects = str(database_failure(error)), {"disk", "database"}
    verdict = diagnose(facts_now(timezone.now(), wait=WAIT_SECONDS))  # noqa: TID251 any door may call it
    seen = (
        cause
        for cause in verdict.causes
        if cause.severity == Severity.ERROR and cause.subject in subjects
    )
    cause = next(seen, CAUSES[code])
    return cause.code, cause.what
