from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from typing_extensions import override

from platform_site.theming import theme_all_pages
from workflows.kit.conf import conf


class PlatformSiteConfig(AppConfig):
    name = "platform_site"
    verbose_name = "Ostinato"

    @override
    def ready(self) -> None:
        import_module("platform_site.checks")
        if conf.THEME_ALL_PAGES:
            theme_all_pages()
