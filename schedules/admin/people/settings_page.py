"""The page of one's own settings, with one's saved views of the list of schedules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views import View

from schedules.admin.log import log_change
from schedules.admin.people.settings_form import SettingsForm
from schedules.models import SavedView, UserProfile
from schedules.services.agents.limits import limits_of
from schedules.services.saved_views import delete_view, rename_view
from workflows.admin.frame import frame, now_of
from workflows.kit.errors import DomainError
from workflows.kit.users import User

URL_NAME = "ostinato_my_settings"


class SettingsPage(View):
    admin_site: AdminSite = admin.site  # of a project perhaps another

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, SettingsForm(instance=_profile(request)))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Save the settings, or rename or delete one saved view."""
        act = ACTS.get(request.POST.get("action", ""))
        if act is not None:
            act(request)
        elif request.POST.get("action") != "save":
            return HttpResponseBadRequest("action: save, rename or delete.")
        else:
            own, _made = UserProfile.objects.get_or_create(
                user=cast("User", request.user)
            )
            form = SettingsForm(request.POST, instance=own)
            if not form.is_valid():
                return self._page(request, form)
            _save(request, form)
        return redirect(f"{self.admin_site.name}:{URL_NAME}")

    def _page(self, request: HttpRequest, form: SettingsForm) -> HttpResponse:
        user = cast("User", request.user)
        profile = _profile(request)
        context: dict[str, Any] = {
            **frame(request, self.admin_site, URL_NAME),
            "title": _("Your settings"),
            "form": form,
            "site_zone": settings.TIME_ZONE,
            "views": SavedView.objects.filter(owner=user.pk),
            # As an administrator has set them, whatever the user wants.
            "limits": limits_of(user, _as_allowed(profile)),
        }
        template = "ostinato/schedules/people/settings.html"
        return TemplateResponse(request, template, context)


def _profile(request: HttpRequest) -> UserProfile:
    """That of the person, not saved yet if there is none."""
    user = cast("User", request.user)
    found = UserProfile.objects.filter(user=user.pk).first()
    return found or UserProfile(user=user)


def _as_allowed(profile: UserProfile) -> UserProfile:
    profile.agents_wish = ""
    return profile


def _save(request: HttpRequest, form: SettingsForm) -> None:
    if form.has_changed():
        with transaction.atomic():
            profile = form.save()
            user = cast("User", request.user)
            log_change(user, profile, form.changed_data, at=now_of(request))
    messages.success(request, _("Saved your settings."))


def _rename(request: HttpRequest) -> None:
    name = request.POST.get("name", "")
    view = rename_view(cast("User", request.user), _id_of(request), name=name)
    messages.success(
        request, _("Renamed the view to “%(name)s”.") % {"name": view.name}
    )


def _delete(request: HttpRequest) -> None:
    view = delete_view(cast("User", request.user), _id_of(request))
    messages.success(request, _("Deleted the view “%(name)s”.") % {"name": view.name})


def _id_of(request: HttpRequest) -> int:
    """0, which no view has, for what is no number."""
    text = request.POST.get("view", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _told(act: Callable[[HttpRequest], None]) -> Callable[[HttpRequest], None]:
    def told(request: HttpRequest) -> None:
        try:
            act(request)
        except DomainError as refusal:
            messages.error(request, refusal.in_full)

    return told


ACTS = {"rename": _told(_rename), "delete": _told(_delete)}
