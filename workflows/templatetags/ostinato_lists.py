"""Template tags of lists: filters as chips, the table, the bar of ticked rows, pages.

They work on the `ChangeList` of any admin. A filter may bring more than Django's do: see
`list_filter`; an admin: `rows_class`, `bulk_verbs`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.contrib.admin import FieldListFilter
from django.contrib.admin.templatetags.admin_list import (
    result_headers,
    results,
)
from django.contrib.admin.views.main import ChangeList
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from workflows.display.marks import Mark, mark_html
from workflows.display.numbers import grouped

register = template.Library()
register.simple_tag(mark_html, name="mark")
register.filter(grouped)

# Icons of the usual actions; others have none.
ACTION_ICONS = {
    "pause": "pause",
    "resume": "play",
    "run": "zap",
    "tag": "tag",
    "delete": "trash-2",
}


@register.simple_tag
def kept_parameters(changelist: ChangeList) -> SafeString:
    """The other parameters of the list, as hidden inputs of the search."""
    kept = ((name, text) for name, text in changelist.params.items() if name != "q")
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', kept)


@register.inclusion_tag("ostinato/admin/list/filter.html")
def list_filter(spec: Any, changelist: ChangeList) -> dict[str, Any]:
    """A filter as a chip with a menu; one that is set shows its value, and has an x.

    Of its own accord a filter may have `is_toggle` and `icon` (a chip that is on or off) and
    `has_more` (not all choices are offered), and its choices `count` and `mark`.
    """
    choices = list(spec.choices(changelist))
    chosen = next((choice for choice in choices[1:] if choice["selected"]), None)
    if chosen is None and isinstance(spec, FieldListFilter):
        chosen = _not_offered(spec, changelist)
    return {
        "spec": spec,
        "choices": choices,
        "chosen": chosen,
        "off": choices[0]["query_string"] if choices else "?",
    }


def _not_offered(
    spec: FieldListFilter, changelist: ChangeList
) -> dict[str, Any] | None:
    """What the address asks for and no choice of the menu is: it narrows the list all the
    same."""
    asked = changelist.params
    values = (asked[name] for name in spec.expected_parameters() if name in asked)
    return next(({"display": value} for value in values), None)


@register.inclusion_tag("ostinato/admin/list/results.html", takes_context=True)
def list_results(context: template.Context) -> dict[str, Any]:
    """The table. Columns without an order and with `is_hidden` have a label for screen
    readers only."""
    changelist = context["cl"]
    hidden = getattr(changelist.model_admin, "hidden_headers", ())
    headers = [
        {**header, "is_hidden": str(header["text"]) in hidden}
        for header in result_headers(changelist)
    ]
    return {
        "headers": headers,
        "results": results(changelist),
        # How its rows look on a phone, such as "o-cards".
        "rows_class": getattr(changelist.model_admin, "rows_class", ""),
    }


@dataclass(frozen=True, slots=True)
class BulkButton:
    name: str
    label: str
    icon: str
    is_danger: bool = False


@register.simple_tag(takes_context=True)
def bulk_buttons(context: template.Context) -> list[BulkButton]:
    """The actions of the admin that the person may use. A page asks first, hence the dots."""
    choices: Iterable[tuple[str, str]] = context["action_form"].fields["action"].choices
    return [_button(name, str(label)) for name, label in choices if name]


def _button(name: str, label: str) -> BulkButton:
    verb = name.removesuffix("_selected")
    if verb == "delete":
        return BulkButton(name, _("Delete…"), ACTION_ICONS[verb], is_danger=True)
    dots = "" if label.endswith("…") else "…"
    return BulkButton(name, f"{label}{dots}", ACTION_ICONS.get(verb, ""))


@register.inclusion_tag("ostinato/admin/list/pages.html")
def list_pages(changelist: ChangeList) -> dict[str, Any]:
    """Which rows are shown, of how many; links to the pages before and after."""
    total, size, page = (
        changelist.result_count,
        changelist.list_per_page,
        changelist.page_num,
    )
    first = (page - 1) * size + 1
    shows_all = changelist.show_all and changelist.can_show_all
    opts, whole = changelist.opts, changelist.full_result_count
    is_cut = getattr(changelist.paginator, "is_cut", False)
    return {
        "many": total > size and not shows_all,
        "total": f"{grouped(total)}{'+' if is_cut else ''}",
        "whole": whole if whole is None else grouped(whole),
        "is_filtered": changelist.has_active_filters or changelist.query,
        "kind": opts.verbose_name if total == 1 else opts.verbose_name_plural,
        "first": grouped(first),
        "last": grouped(min(total, first + size - 1)),
        "previous": _page(changelist, page - 1) if page > 1 else "",
        "next": _page(changelist, page + 1) if page * size < total else "",
    }


def _page(changelist: ChangeList, number: int) -> str:
    return changelist.get_query_string({"p": number})


@register.simple_tag
def nothing_matches(changelist: ChangeList) -> SafeString:
    """The filters that are set, in words: "No schedule is paused and contains “vat”."."""
    kind = changelist.opts.verbose_name
    phrases = list(_phrases(changelist))
    if not phrases:  # an address with a value that no menu offers
        return format_html(_("The filters in the address match no {}."), kind)
    *first, last = phrases
    listed = format_html_join(", ", "{}", ((part,) for part in first))
    joined = format_html(_("{} and {}"), listed, last) if first else last
    return format_html(_("No {kind} {conditions}."), kind=kind, conditions=joined)


def _phrases(changelist: ChangeList) -> Iterator[SafeString]:
    for spec in changelist.filter_specs:
        if changelist.params.keys().isdisjoint(spec.expected_parameters()):
            continue
        found = list_filter(spec, changelist)
        if found["chosen"]:
            yield _phrase(spec, found["chosen"])
    if changelist.query:
        yield format_html(_("contains “{}”"), changelist.query)


def _phrase(spec: Any, chosen: Mapping[str, Any]) -> SafeString:
    value = chosen["display"]
    mark: Mark | None = chosen.get("mark")
    shown = str(value).lower() if mark else value
    words = getattr(spec, "phrase", "") or _("has the {title} {value}")
    return format_html(
        words,
        title=str(spec.title).lower(),
        value=format_html('<b class="o-strong">{}</b>', shown),
    )
