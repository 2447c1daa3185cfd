"""Why database or Redis did not serve a caller: the sentence of every refusal of that kind."""

from __future__ import annotations

from django.utils import timezone

from schedules.causes import CAUSES, Severity
from schedules.services.insight.health.probes import diagnose, facts_now
from workflows.kit.service_errors import database_failure, is_redis_away, redis_failure

WAIT_SECONDS = 1.0


def cause_of_error(error: BaseException) -> tuple[str, str]:
    """The code and the sentence of what doctor and readiness say, where that explains the
    error; else of what the error says."""
    if is_redis_away(error):
        code, subjects = str(redis_failure(error)), {"disk", "redis"}
    else:
        code, subjects = str(database_failure(error)), {"disk", "database"}
    verdict = diagnose(facts_now(timezone.now(), wait=WAIT_SECONDS))  # noqa: TID251 any door may ask
    seen = (
        cause
        for cause in verdict.causes
        if cause.severity == Severity.ERROR and cause.subject in subjects
    )
    cause = next(seen, CAUSES[code])
    return cause.code, cause.what
