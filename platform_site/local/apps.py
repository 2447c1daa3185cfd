from __future__ import annotations

from django.apps import AppConfig


class LocalConfig(AppConfig):
    """The commands of our own site. A project has its own way to be set up and served."""

    name = "platform_site.local"
    label = "ostinato_local"
