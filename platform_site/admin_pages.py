"""The pages of the apps, for a project whose admin site is not Django's default one."""

from __future__ import annotations

from importlib import import_module

from django.apps import apps
from django.contrib import admin


def register(site: admin.AdminSite) -> None:
    """Register the pages with `site`, as they are with the default one."""
    for config in apps.get_app_configs():
        if not config.label.startswith("ostinato_") or not config.models:
            continue
        import_module(f"{config.name}.admin")
        for model in config.get_models():
            if admin.site.is_registered(model) and not site.is_registered(model):
                site.register(model, type(admin.site.get_model_admin(model)))
