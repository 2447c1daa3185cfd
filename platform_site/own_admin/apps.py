from __future__ import annotations

from django.apps import AppConfig


class OwnAdminConfig(AppConfig):
    """What our own site does to the admin of all apps. A project leaves it out: its admin stays
    as it is."""

    name = "platform_site.own_admin"
    label = "ostinato_own_admin"
