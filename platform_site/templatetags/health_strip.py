"""The strip above every admin page: why nothing fires or runs, and the remedy."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from schedules.causes import Severity
from schedules.services.insight.health import diagnose, facts_now
from workflows.kit.logs import get_logger

register = template.Library()
logger = get_logger(__name__)
# A page waits no longer than this: what is known by then is shown.
WAIT_SECONDS = 1.0


@register.inclusion_tag("platform_site/health_strip.html", takes_context=True)
def health_strip(context: template.Context) -> dict[str, Any]:
    """The causes, for staff only; nothing while all is well."""
    user = getattr(context.get("request"), "user", None)
    if user is None or not user.is_staff or context.get("is_popup"):
        return {}
    try:
        facts = facts_now(timezone.now(), wait=WAIT_SECONDS)  # noqa: TID251 an entry point
        diagnosis = diagnose(facts)
    except Exception:
        # A failing strip must not take the page down.
        logger.exception("check_failed", check="strip")
        return {}
    return {
        "causes": diagnosis.causes,
        "level": "error" if diagnosis.severity == Severity.ERROR else "warning",
    }


@register.filter
def with_code(text: str) -> SafeString:
    """`text` as HTML, with the parts between backticks as code."""
    parts = re.split(r"`([^`]*)`", text)
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<code>{}</code>", part) if place % 2 else part,)
            for place, part in enumerate(parts)
        ),
    )
