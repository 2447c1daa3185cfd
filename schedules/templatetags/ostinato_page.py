"""Template tags of the page of a schedule, which take its `page`."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from workflows.display.marks import Mark, mark_html
from workflows.display.times import time_html

register = template.Library()


@register.simple_tag(takes_context=True)
def in_zone(context: template.Context, at: datetime) -> SafeString:
    """The wall time in the user's zone, with the exact time in UTC on hover."""
    return time_html(at, context["page"].clock.moment(at))


@register.simple_tag(takes_context=True)
def same_page(context: template.Context, **other: str) -> str:
    """The query of this page with something else: `{% same_page zone="UTC" %}`."""
    query: str = context["page"].asked.but(**other)
    return query


@register.simple_tag
def mark(shown: Mark, verdict: str) -> SafeString:
    """A mark with other words than its own."""
    return mark_html(Mark(shown.shape, verdict, shown.tone))


@register.simple_tag
def changed_by_both() -> SafeString:
    """The mark of a setting that two people have changed at the same time."""
    return mark_html(Mark("failing", _("changed by both"), "warn"), small=True)
