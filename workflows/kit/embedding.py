"""Whether the URL configuration of the project includes our addresses, and which line does."""

from __future__ import annotations

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from workflows.kit.errors import WrongState

LINE = 'path("ostinato/", include("platform_site.embed")),'


class NotIncluded(WrongState):
    """What needs an address of ours, in a project that has none."""

    code = "not_included"


def is_included() -> bool:
    try:
        reverse("ostinato:workflow-list")
    except NoReverseMatch:
        return False
    return True


def remedy() -> str:
    return f"Add this line to urlpatterns in {settings.ROOT_URLCONF}: {LINE}"


def require_include() -> None:
    """Raise `NotIncluded`."""
    if not is_included():
        raise NotIncluded(f"This project has no address for webhooks. {remedy()}")
