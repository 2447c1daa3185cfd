from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.contrib.auth.signals import user_login_failed
from typing_extensions import override


class OwnAdminConfig(AppConfig):
    """What our own site does to the admin of all apps. A project leaves it out: its admin stays
    as it is."""

    name = "platform_site.own_admin"
    label = "ostinato_own_admin"

    @override
    def ready(self) -> None:
        logins = import_module("platform_site.own_admin.logins")
        user_login_failed.connect(logins.log_failure)
        import_module("axes.signals").user_locked_out.connect(logins.log_lock)
