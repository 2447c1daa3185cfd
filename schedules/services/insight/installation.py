"""The apps that a project which has just installed Ostinato still lacks."""

from __future__ import annotations

from django.apps import apps

# That of our apps which the others can be loaded without, and of the packages that they use.
APPS = (
    "platform_site",
    "triggers",
    "django_rq",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
)


def missing_apps() -> list[str]:
    """Those of `APPS` that are not installed."""
    return [name for name in APPS if not apps.is_installed(name)]
