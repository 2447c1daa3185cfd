"""Why a run did not run, waits or failed, and why a schedule has its state, in the few words
that stand beside the state."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schedules.models import Reason, ReasonCode, RunStatus, ScheduledJob, ScheduledRun
from schedules.services.insight.sentences import overlapped
from workflows.display.languages import in_language
from workflows.failures import FailureKind

LONGEST = 140

_REASONS: dict[str, str | Promise] = {
    Reason.OVERLAP: gettext_lazy("previous run still going"),
    Reason.PAUSED: gettext_lazy("the schedule was paused"),
    Reason.EDITED: gettext_lazy("the schedule was changed"),
    Reason.LIMIT: gettext_lazy("run limit reached"),
    Reason.WINDOW: gettext_lazy("later than the catch-up window"),
    Reason.POLICY: gettext_lazy("not caught up"),
    Reason.STOPPED: gettext_lazy("the schedule was deleted"),
    Reason.REPLACED: gettext_lazy("replaced by a newer run"),
}
_FAILURES: dict[str, str | Promise] = {
    FailureKind.NODE: gettext_lazy("a step failed"),
    FailureKind.TIMEOUT: gettext_lazy("time limit reached"),
    FailureKind.LOST: gettext_lazy("its worker stopped"),
    FailureKind.NO_TRIGGER: gettext_lazy("no trigger accepted the schedule"),
    FailureKind.NOT_ALLOWED: gettext_lazy("not allowed"),
    FailureKind.BROKEN: gettext_lazy("its workflow or its payload is broken"),
    FailureKind.CRASH: gettext_lazy("its process crashed"),
}


def run_reason(run: ScheduledRun) -> str:
    """The reason of the run, or its error; empty if all went as planned."""
    if run.status == RunStatus.FAILED:
        return _failure(run)
    if run.reason == Reason.OVERLAP and (run.overlap or {}).get("rule") == (
        "max_open_runs"
    ):
        return _("as many runs open as allowed")
    if run.reason:
        return str(_REASONS.get(run.reason, run.reason))
    if run.failure_kind and run.attempt > 1:  # it is tried again
        return _("attempt {number} failed: {error}").format(
            number=run.attempt - 1, error=_failure(run)
        )
    if run.status == RunStatus.WAITING:
        return _("for an earlier run")
    return ""


def _failure(run: ScheduledRun) -> str:
    """The first line of the error, or the kind of the failure."""
    kind = str(_FAILURES.get(run.failure_kind, ""))
    lines = [line.strip() for line in run.error.splitlines() if line.strip()]
    if not lines or run.failure_kind in (FailureKind.TIMEOUT, FailureKind.LOST):
        return kind
    return Truncator(lines[0]).chars(LONGEST)


def state_reason(schedule: ScheduledJob) -> str:
    """Why the schedule has its state: the words of its reason in the language of the page, or
    what somebody wrote."""
    label = ReasonCode(schedule.reason_code).label
    if schedule.reason_code and schedule.status_reason in ("", label):
        return in_language(label)
    return schedule.status_reason


def run_reason_in_full(run: ScheduledRun) -> str:
    """The reason of the run with all that is known of it, or the kind of its failure."""
    kind = in_language(run.get_failure_kind_display())
    reason = str(_REASONS.get(run.reason, ""))
    if run.reason == Reason.OVERLAP and run.overlap:
        reason = in_language(overlapped(run))
    return ", ".join(filter(None, (reason, kind)))
