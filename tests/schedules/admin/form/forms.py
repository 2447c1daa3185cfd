"""The form of a schedule, filled in and sent as a browser does."""

from __future__ import annotations

from django.test import Client


def filled(site: Client, address: str, **changes: object) -> dict[str, object]:
    """What a browser would send after these changes in the form of that page."""
    form = site.get(address).context["adminform"].form
    shown = {}
    for name, field in form.fields.items():
        shown[name] = field.widget.format_value(form[name].value())
        if isinstance(shown[name], list):  # what a select has
            shown[name] = shown[name][0] if shown[name] else ""
    return {name: value or "" for name, value in (shown | changes).items()}


def save(site: Client, address: str, **changes: object) -> dict[str, list[str]]:
    """The faults that the page shows, by field; empty when it was saved."""
    response = site.post(address, filled(site, address, **changes))
    if response.status_code == 302:
        return {}
    return dict(response.context["adminform"].form.errors)
