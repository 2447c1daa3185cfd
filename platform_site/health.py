"""Whether this process is up (`/healthz`), and whether the site can do its work (`/readyz`).

Both may be asked by anyone, so they hold only the fixed words of `schedules/causes/`.
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
    """This process answers. It asks nobody else, so it says nothing about them."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 if the site can do its work, else 503; in both cases with what is wrong.

    However many ask, there is one look a second.
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
    # Asked by anyone, and as often as they like: no line in the log each time.
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
    """Each subject: well, not well, or unknown because of another."""
    checks: dict[str, dict[str, Any]] = {name: {"ok": True} for name in SUBJECTS}
    for name, other in diagnosis.hidden.items():
        checks[name] = {"ok": False, "reason": f"It cannot be known: see {other}."}
    for cause in reversed(diagnosis.causes):  # of two of a subject the first is told
        if cause.severity == Severity.ERROR:
            checks[cause.subject] = {"ok": False, "reason": cause.what}
        elif checks[cause.subject]["ok"]:
            checks[cause.subject]["warning"] = cause.what
    if facts.oldest_waiting is not None:
        seconds = round(facts.oldest_waiting)
        checks["queue"]["oldest_waiting_seconds"] = seconds
    return checks
