from __future__ import annotations

from django.apps import AppConfig, apps
from django.contrib.auth.signals import user_login_failed
from typing_extensions import override


class AccountsConfig(AppConfig):
    name = "platform_site.accounts"
    label = "ostinato_accounts"
    verbose_name = "Accounts"
    default_auto_field = "django.db.models.BigAutoField"

    @override
    def ready(self) -> None:
        # A project protects its logins in its own way.
        if not apps.is_installed("axes"):
            return
        from axes.signals import user_locked_out  # noqa: PLC0415 (needs the apps)

        from platform_site.accounts.logins import log_failure, log_lock  # noqa: PLC0415

        user_login_failed.connect(log_failure)
        user_locked_out.connect(log_lock)
