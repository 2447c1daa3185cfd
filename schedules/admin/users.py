"""A person's own settings, on the page of the user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from typing_extensions import override

from schedules import timing
from schedules.admin.fields import ZoneInput
from schedules.models import UserProfile

if TYPE_CHECKING:
    ProfileFormBase = forms.ModelForm[UserProfile]
    InlineBase = admin.StackedInline[UserProfile, User]
    PersonBase = UserAdmin[User]
else:
    ProfileFormBase = forms.ModelForm
    InlineBase = admin.StackedInline
    PersonBase = UserAdmin


class ProfileForm(ProfileFormBase):
    """What is left empty means the site's setting, which is named beside it."""

    timezone = forms.CharField(
        required=False,
        max_length=64,
        widget=ZoneInput,
        help_text="An IANA name such as Europe/Berlin; suggested for new schedules.",
    )

    @override
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if hasattr(settings, name.upper()):
                _name_default(field, getattr(settings, name.upper()))

    def clean_timezone(self) -> str:
        name: str = self.cleaned_data["timezone"]
        try:
            return timing.check_timezone(name) if name else ""
        except timing.TimingError as error:
            raise ValidationError(str(error)) from error


def _name_default(field: forms.Field, default: Any) -> None:
    """Beside a limit: what holds if it is left empty."""
    if isinstance(field, forms.NullBooleanField):
        said = "yes" if default else "no"
        choices = [
            ("unknown", f"as the site: {said}"),
            ("true", "yes"),
            ("false", "no"),
        ]
        field.widget = forms.NullBooleanSelect()
        field.widget.choices = choices
    else:
        field.help_text = f"{field.help_text} Empty: as the site, {default}."


class ProfileInline(InlineBase):
    model = UserProfile
    form = ProfileForm
    can_delete = False
    verbose_name = verbose_name_plural = "time zone and agents"


class PersonAdmin(PersonBase):
    """Django's page of a user, and the profile below it once the user exists."""

    @override
    def get_inlines(
        self, request: HttpRequest, obj: User | None
    ) -> list[type[admin.options.InlineModelAdmin[UserProfile, User]]]:
        return [] if obj is None else [ProfileInline]


admin.site.unregister(User)
admin.site.register(User, PersonAdmin)
