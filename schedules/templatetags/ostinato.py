"""Template tags of the pages: states, times, strips and actors.

Those that need the time or the zone take `now` and `zone` of the page's context, which
`workflows.admin.frame` sets.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.utils.safestring import SafeString

from schedules.display import actors, states
from schedules.models import ScheduledJob
from workflows.display import times
from workflows.display.marks import mark_html, run_mark
from workflows.display.numbers import grouped
from workflows.kit.users import full_name

register = template.Library()
# Not by its own name, which is that of a filter of Django.
register.filter("duration", times.length)
register.filter(grouped)
register.filter(full_name)
register.simple_tag(times.took)
register.simple_tag(mark_html, name="mark")
register.simple_tag(actors.avatar)
register.simple_tag(actors.actor_name)


@register.simple_tag(takes_context=True)
def state(
    context: template.Context, schedule: ScheduledJob, **look: bool
) -> SafeString:
    """The state of a schedule. `look`: as `mark_html`."""
    return mark_html(states.mark_of(schedule, context["now"]), **look)


@register.simple_tag
def run_state(status: str, **look: bool) -> SafeString:
    """The state of a run or an execution. `look`: as `mark_html`."""
    return mark_html(run_mark(status), **look)


@register.simple_tag(takes_context=True)
def relative(context: template.Context, at: datetime | None) -> SafeString | str:
    """ "in 2 h 18 min", with the exact time on hover; nothing for None."""
    if at is None:
        return ""
    return times.time_html(at, times.relative(at, context["now"]))


@register.simple_tag(takes_context=True)
def moment(
    context: template.Context, at: datetime | None, zone: Any = None
) -> SafeString | str:
    """The wall time in `zone`, by default the user's; nothing for None."""
    if at is None:
        return ""
    shown = times.moment(at, zone or context["zone"], context["now"])
    return times.time_html(at, shown)
