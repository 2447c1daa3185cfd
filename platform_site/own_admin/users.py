"""The pages of a user and a group on our own site; a user's has the settings for schedules and
agents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from schedules.admin import ProfileForm
from schedules.models import UserProfile
from workflows.admin.frame import Framed
from workflows.kit.admin import ServiceAdmin
from workflows.kit.sqlite_write_lock import brief_write
from workflows.services.dependents import MOST_DELETED, detach, is_short

if TYPE_CHECKING:
    InlineBase = admin.StackedInline[UserProfile, User]
    ProfiledUserBase = UserAdmin[User]
else:
    InlineBase = admin.StackedInline
    ProfiledUserBase = UserAdmin


class ProfileInline(InlineBase):
    model = UserProfile
    form = ProfileForm
    can_delete = False
    verbose_name = verbose_name_plural = gettext_lazy("scheduling and agents")


class ProfiledUserAdmin(Framed, ServiceAdmin, ProfiledUserBase):
    """Django's page of a user, with the profile once the user exists."""

    search_fields = tuple(f"{name}__has_text" for name in UserAdmin.search_fields)
    readonly_fields = ("last_login", "date_joined")

    @override
    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[Any, dict[str, int], set[str], list[str]]:
        """As in Django, but users with too many dependent rows cannot be deleted."""
        users = list(objs)
        busy = [
            _(
                "{user}: more than {most} rows depend on this user. Delete the user's "
                "workflows and schedules first, or make the user inactive."
            ).format(user=user, most=MOST_DELETED)
            for user in users
            if not is_short(User.objects.filter(pk=user.pk))
        ]
        if busy:
            return list(map(str, users)), {}, set(), busy
        rows = User.objects.filter(pk__in=[user.pk for user in users])
        return super().get_deleted_objects(rows, request)

    @override
    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        # Beforehand, since the view is one transaction.
        user = self.get_object(request, object_id)
        if request.method == "POST" and self.has_delete_permission(request, user):
            users = User.objects.filter(pk=user.pk) if user else User.objects.none()
            if is_short(users):
                self._let_go(users)
        return super().delete_view(request, object_id, extra_context)

    @override
    def delete_each(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        self._let_go(rows)
        super().delete_each(request, rows)

    def _let_go(self, users: QuerySet[User]) -> None:
        """Unlink their events and executions, which keep the name, in small transactions."""
        more = True
        while more:
            with brief_write(), transaction.atomic():
                more = detach(users)

    @override
    def get_inlines(
        self, request: HttpRequest, obj: User | None
    ) -> list[type[admin.options.InlineModelAdmin[UserProfile, User]]]:
        return [] if obj is None else [ProfileInline]


class SearchableGroupAdmin(Framed, GroupAdmin):
    """Django's page of a group, with this site's text search."""

    search_fields = ("name__has_text",)
