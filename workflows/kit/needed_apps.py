"""Apps and packages that an app of ours cannot be loaded without.

They are looked for before the models are imported: afterwards it would be too late for a system
check, and Django's own error names a class in place of the remedy.
"""

from __future__ import annotations

from importlib.util import find_spec

from django.apps import AppConfig, apps
from django.core.exceptions import ImproperlyConfigured


def need_app(config: AppConfig, name: str, *, extra: str = "") -> None:
    """Raises `ImproperlyConfigured` unless the app `name` is in INSTALLED_APPS. `extra`: what
    of ours brings its package."""
    if extra and find_spec(name) is None:
        raise ImproperlyConfigured(
            f"The app {config.name!r} needs the package {name!r}, which is not installed: "
            f"run pip install 'ostinato[{extra}]', or remove {config.name!r} from "
            "INSTALLED_APPS."
        )
    if not apps.is_installed(name):
        raise ImproperlyConfigured(
            f"The app {config.name!r} needs the app {name!r}: add {name!r} to INSTALLED_APPS."
        )
