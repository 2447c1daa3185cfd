"""The page with a user's settings for schedules and agents, whatever model the user is of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from schedules import limits, timing
from schedules.admin.form.fields import ZoneInput
from schedules.models import UserProfile
from workflows.admin.frame import Framed
from workflows.kit.admin import ServiceAdmin
from workflows.kit.conf import conf
from workflows.kit.conf_options import OPTIONS
from workflows.kit.users import full_name, searched_by_name

if TYPE_CHECKING:
    ProfileFormBase = forms.ModelForm[UserProfile]
else:
    ProfileFormBase = forms.ModelForm


# What everyone sets by themselves, on the page "Your settings".
OWN = ("theme", "agents_wish")


class ZoneField(forms.CharField):
    """The name of a time zone, or nothing; all names are suggested."""

    widget = ZoneInput

    @override
    def clean(self, value: Any) -> str:
        name: str = super().clean(value)
        try:
            return timing.check_timezone(name) if name else ""
        except timing.TimingError as error:
            raise ValidationError(str(error)) from error


class ProfileForm(ProfileFormBase):
    """An empty input means the site's default, which is shown next to it."""

    class Meta:
        exclude: ClassVar[tuple[str, ...]] = OWN
        labels: ClassVar[dict[str, Any]] = {
            "agents_may_schedule": _("Agents may schedule"),
            "agents_propose": _("Agents need approval"),
            "agents_may_schedule_from_schedules": _("Scheduled runs may schedule"),
            "agent_max_active_schedules": _("Maximum active schedules of agents"),
            "agent_min_interval_seconds": _("Minimum interval for agents (seconds)"),
            "agent_max_days": _("Maximum lifetime for agents (days)"),
        }

    timezone = ZoneField(
        required=False,
        max_length=limits.ZONE_LENGTH,
        label=_("Time zone"),
        help_text=_(
            "An IANA time zone such as Europe/Berlin. The default for new schedules."
        ),
    )

    @override
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name.upper() in OPTIONS:
                _name_default(field, getattr(conf, name.upper()))


def _name_default(field: forms.Field, default: Any) -> None:
    """Show the site's `default`, which applies if the input is left empty."""
    if isinstance(field, forms.NullBooleanField):
        choices = [
            ("unknown", _("Default (yes)") if default else _("Default (no)")),
            ("true", _("Yes")),
            ("false", _("No")),
        ]
        field.widget = forms.NullBooleanSelect()
        field.widget.choices = choices
    else:
        field.help_text = format_lazy(
            "{} {}", field.help_text, _("Default: {}.").format(default)
        )


@admin.register(UserProfile)
class ProfileAdmin(Framed, ServiceAdmin):
    """Apart from the page of the user, which is the project's."""

    form = ProfileForm
    list_display = ("name", "timezone", "agents_may_schedule", "agents_propose")
    list_select_related = ("user",)
    search_fields = searched_by_name("user")
    # A list of all users to choose from could be long.
    raw_id_fields = ("user",)

    @admin.display(description=_("User"), ordering="user")
    def name(self, profile: UserProfile) -> str:
        return full_name(profile.user)

    @override
    def get_exclude(
        self, request: HttpRequest, obj: UserProfile | None = None
    ) -> tuple[str, ...]:
        return ("user", *OWN) if obj else OWN
