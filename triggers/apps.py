from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from workflows.kit.needed_apps import need_app


class TriggersConfig(AppConfig):
    name = "triggers"
    label = "ostinato_triggers"
    verbose_name = _("Triggers")
    default_auto_field = "django.db.models.BigAutoField"

    @override
    def import_models(self) -> None:
        need_app(self, "workflows")
        super().import_models()
