"""The admin of our own site: its name, limits of its search and bulk deletion, the pages of
users, and RQ's pages behind a permission."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.decorators import csp_update
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_rq.admin import QueueAdmin
from django_rq.models import Dashboard
from django_rq.urls import get_admin_urlpatterns, get_api_urlpatterns
from typing_extensions import override

from platform_site.own_admin.users import ProfiledUserAdmin, SearchableGroupAdmin
from schedules.models import UserProfile
from workflows.admin.navigation import show_overview_at_index
from workflows.kit.admin_lists import BoundedSearchForm, delete_selected
from workflows.kit.service_errors import is_redis_away

admin.site.site_header = "Ostinato"
admin.site.site_title = "Ostinato"
admin.site.index_title = gettext_lazy("Schedules and workflows")
show_overview_at_index()

# In the lists of all apps, as our own have them anywhere.
admin.site.add_action(delete_selected, "delete_selected")
ChangeList.search_form_class = BoundedSearchForm

# The settings are on the page of the user, which needs no second one.
admin.site.unregister([User, Group, UserProfile])
admin.site.register(User, ProfiledUserAdmin)
admin.site.register(Group, SearchableGroupAdmin)

PERMISSION = "django_rq.admin"
View = Callable[..., Any]
INLINE = ("script-src", "style-src")

admin.site.unregister(Dashboard)


@admin.register(Dashboard)
class RqAdmin(QueueAdmin):
    """RQ's pages, which by default let all staff delete jobs, need the permission
    `django_rq.admin` here. So do its URLs for programs.
    """

    @override
    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(PERMISSION)

    @override
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(PERMISSION)

    @override
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(PERMISSION)

    @override
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        view = self._told_of_redis(_permitted(super().changelist_view))
        shown: HttpResponse = view(request, extra_context)
        return shown

    @override
    def get_urls(self) -> list[URLPattern]:
        pages = get_admin_urlpatterns(name_prefix="django_rq_")
        for page in pages:
            page.callback = self._told_of_redis(page.callback)
        pages += get_api_urlpatterns(name_prefix="django_rq_")
        for page in pages:
            page.callback = self._guarded(page.callback)
        return pages + admin.ModelAdmin.get_urls(self)

    def _told_of_redis(self, view: View) -> View:
        """The page, or in our frame, whose alarm has the cause, that Redis is away."""

        @wraps(view)
        def told(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            try:
                return view(request, *args, **kwargs)
            except Exception as error:
                if not is_redis_away(error):
                    raise
                context = self.admin_site.each_context(request)
                context |= {"title": _("Queues")}
                template = "platform_site/queues_away.html"
                return TemplateResponse(request, template, context, status=503)

        return told

    def _guarded(self, view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            # By this its templates know that they are inside the admin.
            request.current_app = self.admin_site.name
            return self.admin_site.admin_view(_permitted(view))(
                request, *args, **kwargs
            )

        return guarded


def _permitted(view: View) -> View:
    @wraps(view)
    # The lists of jobs have an inline script that ticks boxes, and other pages inline styles.
    @csp_update({kind: ["'self'", "'unsafe-inline'"] for kind in INLINE})
    def permitted(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return permitted
