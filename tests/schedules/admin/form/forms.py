"""The form of a schedule, filled in and sent as a browser does."""

from __future__ import annotations

from html.parser import HTMLParser

from django.http import HttpResponse
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


class _Part(HTMLParser):
    """Collects the text of the element with an id."""

    VOID = {"input", "br", "hr", "img", "use", "path", "meta", "link"}

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name, self.depth, self.texts = name, 0, []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.VOID:
            return
        if self.depth or dict(attrs).get("id") == self.name:
            self.depth += 1

    def handle_startendtag(self, tag: str, attrs: object) -> None: ...

    def handle_endtag(self, tag: str) -> None:
        if self.depth and tag not in self.VOID:
            self.depth -= 1

    def handle_data(self, data: str) -> None:
        if self.depth:
            self.texts.append(data)


def part(response: HttpResponse, name: str) -> str:
    """The text of the element with this id."""
    parser = _Part(name)
    parser.feed(response.text)
    return " ".join(" ".join(parser.texts).split())
