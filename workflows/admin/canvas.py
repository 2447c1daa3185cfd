"""The pages on which a workflow is drawn: an existing one, and a new one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from workflows.admin.frame import Framed, frame
from workflows.admin.page_data import Page, page_data
from workflows.admin.read_only import PlainForm
from workflows.admin.texts import texts_url
from workflows.kit.admin import ServiceAdmin
from workflows.models import Workflow

CANVAS = "ostinato_workflows_workflow_canvas"


class CanvasPages(PlainForm, Framed, ServiceAdmin):
    """The canvas of a workflow, and the page that offers ways to begin one."""

    change_form_template = "ostinato/admin/workflow.html"

    @override
    def get_urls(self) -> list[URLPattern]:
        canvas = path(
            "<uuid:workflow_id>/canvas/",
            self.admin_site.admin_view(self.canvas_view),
            name=CANVAS,
        )
        return [canvas, texts_url(self.admin_site), *super().get_urls()]

    def canvas_view(self, request: HttpRequest, workflow_id: UUID) -> HttpResponse:
        workflow = self.get_object(request, str(workflow_id))
        if not self.has_view_permission(request, workflow):
            raise PermissionDenied
        if workflow is None:
            return self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined, no-any-return]
                request, self.opts, str(workflow_id)
            )
        return self._page(request, "canvas", str(workflow), workflow)

    @override
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A page with ways to begin, such as templates. In the window that the form of a
        schedule opens, and as the answer to a form, Django's own."""
        if request.method != "GET" or IS_POPUP_VAR in request.GET:
            return super().add_view(request, form_url, extra_context)
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._page(request, "new", _("New workflow"))

    def _page(
        self,
        request: HttpRequest,
        page: Page,
        title: str,
        workflow: Workflow | None = None,
    ) -> HttpResponse:
        context = {
            **frame(request, self.admin_site, self.opts.label),
            "page_data": page_data(request, self.admin_site, page, workflow=workflow),
            "title": title,
            "opts": self.opts,
        }
        return TemplateResponse(request, "ostinato/admin/canvas.html", context)

    @admin.display(description=gettext_lazy("Canvas"))
    def canvas(self, workflow: Workflow) -> SafeString:
        name = f"admin:{CANVAS}"
        address = reverse(name, args=[workflow.pk], current_app=self.admin_site.name)
        return format_html('<a href="{}">{}</a>', address, _("Open canvas"))
