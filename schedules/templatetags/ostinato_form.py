"""Template tags of the form of a schedule. They read `shown` of the page's context."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from schedules.admin.form.argument_fields import PREFIX
from schedules.admin.form.shown import Shown
from schedules.admin.form.words import WORDS, Words

register = template.Library()
FORM = "ostinato/schedules/form"


@register.inclusion_tag(f"{FORM}/field.html", takes_context=True)
def form_field(
    context: template.Context, name: str, width: int = 3, css: str = ""
) -> dict[str, Any]:
    """A field with its label, its input, and its help or what is wrong with it."""
    shown: Shown = context["shown"]
    if name not in shown.form.fields:
        return {}
    bound = shown.form[name]
    can_be_left_out = name.startswith(PREFIX) and not bound.field.required
    return {
        "name": name,
        "bound": bound,
        "input": _input(shown, name),
        "words": WORDS.get(name) or Words("", is_optional=can_be_left_out),
        "width": width,
        "css": css,
        "is_box": bound.widget_type == "checkbox",
        **_told(shown, name),
    }


@register.simple_tag(takes_context=True)
def form_input(context: template.Context, name: str) -> SafeString:
    """The input of a field by itself."""
    shown: Shown = context["shown"]
    return _input(shown, name)


def _input(shown: Shown, name: str) -> SafeString:
    attrs: dict[str, str | bool] = {"aria-describedby": f"told-{name}"}
    if shown.faults_of(name):
        attrs["aria-invalid"] = "true"
    return shown.form[name].as_widget(attrs=attrs)


@register.inclusion_tag(f"{FORM}/told.html", takes_context=True)
def told(context: template.Context, name: str) -> dict[str, Any]:
    """What stands below a field: its help, or what is wrong with it instead."""
    return _told(context["shown"], name)


def _told(shown: Shown, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "faults": shown.faults_of(name),
        "help": shown.form.fields[name].help_text,
        "suggestion": shown.suggestion if name == "cron_expression" else "",
        "shown": shown,
    }
