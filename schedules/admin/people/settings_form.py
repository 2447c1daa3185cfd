"""The form of one's own settings: time zone, theme, and what agents may do for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from schedules import limits
from schedules.admin.profiles import ZoneField
from schedules.models import AgentsWish, Theme, UserProfile

if TYPE_CHECKING:
    Base = forms.ModelForm[UserProfile]
else:
    Base = forms.ModelForm

THEMES = [
    (Theme.AUTO, _("As the system")),
    (Theme.LIGHT, _("Light")),
    (Theme.DARK, _("Dark")),
]
WISHES = [
    (AgentsWish.SITE, _("As the site has it")),
    (AgentsWish.ASK, _("Ask me first")),
    (AgentsWish.OFF, _("Not at all")),
]


class SettingsForm(Base):
    timezone = ZoneField(
        required=False, max_length=limits.ZONE_LENGTH, label=_("Time zone")
    )
    theme = forms.ChoiceField(
        choices=THEMES, widget=forms.RadioSelect, label=_("Theme")
    )
    agents_wish = forms.ChoiceField(
        required=False,
        choices=WISHES,
        widget=forms.RadioSelect,
        label=_("May agents make and change schedules for you?"),
    )

    class Meta:
        model = UserProfile
        fields = ("timezone", "theme", "agents_wish")
