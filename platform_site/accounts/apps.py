from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from workflows.kit.needed_apps import need_app


class AccountsConfig(AppConfig):
    name = "platform_site.accounts"
    label = "ostinato_accounts"
    verbose_name = _("Accounts")
    default_auto_field = "django.db.models.BigAutoField"

    @override
    def import_models(self) -> None:
        need_app(self, "knox", extra="tokens")
        super().import_models()

    @override
    def ready(self) -> None:
        # By this the API accepts tokens.
        import_module("platform_site.accounts.authentication")
