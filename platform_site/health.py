"""Liveness of this process (`/healthz`) and readiness of the site (`/readyz`).

Both are public, so their answers contain only the fixed sentences of `schedules/causes/`.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from schedules.causes import SUBJECTS, Cause, Diagnosis, Facts, Severity
from schedules.services.insight.health import diagnose, facts_now


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200: this process answers. Neither the database nor Redis is checked."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 if the site can do its work, else 503; both with the causes found and their remedies.

    The state is checked at most once a second, however many clients ask.
    """
    facts = facts_now(timezone.now())  # noqa: TID251 an entry point
    diagnosis = diagnose(facts)
    ready = diagnosis.severity < Severity.ERROR
    answer = JsonResponse(
        {
            "ready": ready,
            "checks": _checks(facts, diagnosis),
            "causes": [_plain(cause) for cause in diagnosis.causes],
        },
        status=200 if ready else 503,
    )
    # Anyone may ask, as often as they like: not each request gets a log line.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


def _plain(cause: Cause) -> dict[str, str]:
    return {
        "code": cause.code,
        "severity": cause.severity.name.lower(),
        "reason": cause.what,
        "remedy": cause.remedy,
    }


def _checks(facts: Facts, diagnosis: Diagnosis) -> dict[str, dict[str, Any]]:
    """The state of each subject: fine, not fine, or unknown because of another one."""
    checks: dict[str, dict[str, Any]] = {name: {"ok": True} for name in SUBJECTS}
    for name, other in diagnosis.hidden.items():
        checks[name] = {"ok": False, "reason": f"It cannot be checked: see {other}."}
    for cause in reversed(diagnosis.causes):  # the first of a subject wins
        if cause.severity == Severity.ERROR:
            checks[cause.subject] = {"ok": False, "reason": cause.what}
        elif checks[cause.subject]["ok"]:
            checks[cause.subject]["warning"] = cause.what
    if facts.oldest_waiting is not None:
        seconds = round(facts.oldest_waiting)
        checks["queue"]["oldest_waiting_seconds"] = seconds
    return checks
