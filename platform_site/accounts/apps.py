from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "platform_site.accounts"
    verbose_name = "Accounts"
