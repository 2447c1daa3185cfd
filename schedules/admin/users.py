"""A person's own settings, on the page of the user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from typing_extensions import override

from schedules import limits, timing
from schedules.admin.form_fields import ZoneInput
from schedules.models import UserProfile
from workflows.kit.admin import ServiceAdmin
from workflows.kit.sqlite_write_lock import brief_write
from workflows.services.dependents import MOST_DELETED, is_short, let_go

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
        max_length=limits.ZONE_LENGTH,
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


class PersonAdmin(ServiceAdmin, PersonBase):
    """Django's page of a user, and the profile below it once the user exists."""

    search_fields = tuple(f"{name}__has_text" for name in UserAdmin.search_fields)

    @override
    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[Any, dict[str, int], set[str], list[str]]:
        """As Django has it, for people on whom little depends; the others are refused."""
        people = list(objs)
        busy = [
            f"{person}: more than {MOST_DELETED} rows would go with this user. Delete the "
            "workflows and schedules first, or make the user inactive."
            for person in people
            if not is_short(User.objects.filter(pk=person.pk))
        ]
        if busy:
            return list(map(str, people)), {}, set(), busy
        rows = User.objects.filter(pk__in=[person.pk for person in people])
        return super().get_deleted_objects(rows, request)

    @override
    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        # Before it, since the view is one transaction.
        person = self.get_object(request, object_id)
        if request.method == "POST" and self.has_delete_permission(request, person):
            people = (
                User.objects.filter(pk=person.pk) if person else User.objects.none()
            )
            if is_short(people):
                self._let_go(people)
        return super().delete_view(request, object_id, extra_context)

    @override
    def delete_each(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        self._let_go(rows)
        super().delete_each(request, rows)

    def _let_go(self, people: QuerySet[User]) -> None:
        """Their events and executions keep the name and lose the link, little by little."""
        more = True
        while more:
            with brief_write(), transaction.atomic():
                more = let_go(people)

    @override
    def get_inlines(
        self, request: HttpRequest, obj: User | None
    ) -> list[type[admin.options.InlineModelAdmin[UserProfile, User]]]:
        return [] if obj is None else [ProfileInline]


class OurGroupAdmin(GroupAdmin):
    """Django's page of a group."""

    search_fields = ("name__has_text",)


admin.site.unregister([User, Group])
admin.site.register(User, PersonAdmin)
admin.site.register(Group, OurGroupAdmin)
