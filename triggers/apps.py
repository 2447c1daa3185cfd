from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TriggersConfig(AppConfig):
    name = "triggers"
    label = "ostinato_triggers"
    verbose_name = _("Triggers")
    default_auto_field = "django.db.models.BigAutoField"
