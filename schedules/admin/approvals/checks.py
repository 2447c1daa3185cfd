"""How a proposal stands to the limits on agents, as a list that a person reads."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from schedules.services.insight.proposals import Proposal, WithinLimits
from workflows.display.marks import Mark, mark_html
from workflows.display.times import day, length
from workflows.kit.users import full_name

DAY = timedelta(days=1)


def checks(proposal: Proposal, *, zone: str, now: datetime) -> list[SafeString]:
    """One line for each limit: a tick, or a warning. Approving overrules them."""
    limits = proposal.limits
    lines = [_quota(limits), _spacing(limits)]
    if limits.ends is not None:
        lines.append(_end(limits.ends, limits.longest, zone=zone, now=now))
    if not limits.problems:
        owner = {"name": full_name(proposal.schedule.owner)}
        lines.append(_kept(_("runs only what %(name)s may run") % owner))
    return [*lines, *(_broken(problem) for problem in limits.problems)]


def _quota(limits: WithinLimits) -> SafeString:
    used = {"used": limits.used, "most": limits.most_used}
    line = _kept if limits.used <= limits.most_used else _broken
    return line(_("%(used)d of %(most)d schedules used") % used)


def _spacing(limits: WithinLimits) -> SafeString:
    if limits.shortest is None:
        return _kept(_("runs once, or on request"))
    apart = {
        "shortest": _about(limits.shortest),
        "allowed": length(limits.shortest_allowed.total_seconds()),
    }
    line = _kept if limits.shortest >= limits.shortest_allowed else _broken
    return line(_("%(shortest)s between runs, %(allowed)s allowed") % apart)


def _about(span: timedelta) -> str:
    """In whole days if it is several: a week that a clock change shortens is a week."""
    days = round(span / DAY)
    return length((DAY * days if days > 1 else span).total_seconds())


def _end(ends: datetime, longest: timedelta, *, zone: str, now: datetime) -> SafeString:
    words = {"day": day(ends, zone, now), "days": longest.days}
    if ends <= now + longest:
        return _kept(_("ends %(day)s, within %(days)d days") % words)
    return _broken(_("ends %(day)s, later than in %(days)d days") % words)


def _kept(text: str) -> SafeString:
    return mark_html(Mark("succeeded", text, "ok"), plain=True)


def _broken(text: str) -> SafeString:
    return mark_html(Mark("failing", text, "warn"), plain=True)
