"""Template tags of the frame of our pages."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.contrib import admin
from django.contrib.admin.sites import all_sites
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from workflows.admin.frame import around
from workflows.display.people import initials
from workflows.kit.users import User, full_name

register = template.Library()


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


@register.filter
def city(zone: str) -> str:
    """The city of a zone: "New York" of America/New_York."""
    return zone.rpartition("/")[2].replace("_", " ")


@register.filter
def initials_of(user: User) -> str:
    """The letters in the disc that stands for a user."""
    return initials(full_name(user))


@register.filter
def name_shown(user: User) -> str:
    return full_name(user)


def _framed(context: template.Context) -> dict[str, Any]:
    """The context of the frame of a page that is not ours; made once a request."""
    request = context.get("request")
    if request is None or not context.get("has_permission"):
        return {}
    if "ostinato_frame" not in request.__dict__:
        name = getattr(request, "current_app", None) or "admin"
        site = next((each for each in all_sites if each.name == name), admin.site)
        opts = context.get("opts")
        request.__dict__["ostinato_frame"] = around(
            request, site, opts.label if opts else "", context.get("available_apps")
        )
    return {**context.flatten(), **request.__dict__["ostinato_frame"]}


def _part(name: str) -> None:
    @register.inclusion_tag(
        f"ostinato/admin/{name}.html", takes_context=True, name=f"frame_{name}"
    )
    def part(context: template.Context) -> dict[str, Any]:
        return _framed(context)


for _name in ("head", "header", "sidebar", "alarm", "foot"):
    _part(_name)
