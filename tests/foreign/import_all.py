"""Run in a virtual environment that has Ostinato without any extra: everything imports there,
except what is documented to need one."""

from __future__ import annotations

import pkgutil
import sys
from importlib import import_module

# What may be missing, and for whom.
NEEDS = {
    "schedules.mcp.": {"mcp", "mcp_types"},
    "schedules.testing.": {"pytest", "time_machine"},
    "workflows.agents.": {"httpx2", "openai", "pydantic_ai"},
    "platform_site.accounts.": {"axes", "knox"},
}
APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "platform_site",
    "schedules",
    "triggers",
    "workflows",
    "django_rq",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
]
# What is no part of a project: our own site.
OWN_SITE = (
    "platform_site.asgi",
    "platform_site.http.",
    "platform_site.local",
    "platform_site.mail",
    "platform_site.own_admin",
    "platform_site.settings",
    "platform_site.urls",
    "platform_site.variable",
)


def main() -> int:
    import django
    from django.conf import settings

    settings.configure(INSTALLED_APPS=APPS, RQ_QUEUES={"default": {}})
    django.setup()
    names = [
        module.name
        for top in ("platform_site", "schedules", "triggers", "workflows")
        for module in pkgutil.walk_packages(import_module(top).__path__, f"{top}.")
        if not module.name.startswith(OWN_SITE)
    ]
    problems = list(filter(None, map(problem, names)))
    print(*problems, f"{len(names)} modules.", sep="\n")
    loaded = {"knox", "axes", "psycopg", "mcp", "openai", "prometheus_client"}
    return bool(problems or len(names) < 200 or loaded & sys.modules.keys())


def problem(name: str) -> str:
    """Why this module cannot be imported; empty if it can, or may lack an extra."""
    try:
        import_module(name)
    except ModuleNotFoundError as error:
        missing = str(error.name).partition(".")[0]
        allowed = (extra for prefix, extra in NEEDS.items() if name.startswith(prefix))
        return "" if missing in set().union(*allowed) else f"{name}: {error}"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
        return f"{name}: {error!r}"
    return ""


if __name__ == "__main__":
    sys.exit(main())
