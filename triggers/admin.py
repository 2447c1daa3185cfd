"""Webhooks in the admin: created, renewed and deleted; their secrets are shown once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from typing_extensions import override

from triggers.api.webhooks import hook_url
from triggers.manual import can_run_again, run_again
from triggers.models import Webhook
from triggers.webhooks import IssuedWebhook, issue_webhook, revoke_webhook
from workflows.access import require_permission
from workflows.admin.execution_page import beyond
from workflows.admin.frame import Framed, frame
from workflows.admin.read_only import PlainForm
from workflows.components.trigger_webhook import WebhookTrigger
from workflows.kit.admin import ServiceAdmin
from workflows.kit.embedding import require_include
from workflows.kit.errors import DomainError
from workflows.kit.forms import ServiceForm
from workflows.kit.users import User, name_of
from workflows.models import Workflow, WorkflowNode

if TYPE_CHECKING:
    ChoiceBase = forms.ModelChoiceField[WorkflowNode]
else:
    ChoiceBase = forms.ModelChoiceField

clock = timezone.now  # noqa: TID251 - an entry point: here the clock is read
# The button "Run again" of executions: what starts one is known here.
beyond.again, beyond.can_again = run_again, can_run_again


class NodeField(ChoiceBase):
    @override
    def label_from_instance(self, node: WorkflowNode) -> str:
        return f"{node.workflow}: {node.node_id}"


class WebhookForm(ServiceForm):
    """Selects a webhook node without a URL, of a workflow that the user may change."""

    node = NodeField(WorkflowNode.objects.none(), label=gettext_lazy("Node"))
    user: ClassVar[User]
    issued: IssuedWebhook

    class Meta:
        model = Webhook
        fields = ["node"]

    @override
    def save_by_service(self) -> Webhook:
        self.issued = _issue(self.cleaned_data["node"], self.user)
        return self.issued.webhook


@admin.register(Webhook)
class WebhookAdmin(PlainForm, Framed, ServiceAdmin):
    """Django's permissions open the pages; each webhook also requires permission to change its
    workflow, as in the API."""

    form = WebhookForm
    change_form_template = "ostinato/triggers/webhook.html"
    list_display = ("workflow", "node_id_", "owner", "created_at")
    list_select_related = ("node__workflow__owner",)
    search_fields = ("node__workflow__name__has_text", "node__node_id__has_text")
    ordering = ("-created_at", "-id")

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Webhook]:
        seen = Workflow.objects.visible_to(_user(request))
        shown = super().get_queryset(request).filter(node__removed_at=None)
        return shown.filter(node__workflow__in=seen)

    @override
    def get_fields(self, request: HttpRequest, obj: Webhook | None = None) -> Any:
        return ("node",) if obj is None else self.list_display

    @override
    def get_form(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        form: Any = super().get_form(request, *args, **options)
        if "node" in form.base_fields:
            form.base_fields["node"].queryset = _nodes_without_webhook(_user(request))
        form.user = _user(request)  # this class was created for this request
        return form

    @override
    def has_change_permission(
        self, request: HttpRequest, obj: Webhook | None = None
    ) -> bool:
        return False  # nothing can be edited, only renewed

    def has_renew_permission(self, request: HttpRequest, webhook: Webhook) -> bool:
        may = super().has_change_permission(request, webhook)
        return may and _may_change(request, webhook.node.workflow)

    @override
    def has_delete_permission(
        self, request: HttpRequest, obj: Webhook | None = None
    ) -> bool:
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or _may_change(request, obj.node.workflow))

    @admin.display(
        description=gettext_lazy("Workflow"), ordering="node__workflow__name"
    )
    def workflow(self, webhook: Webhook) -> str:
        return str(webhook.node.workflow)

    @admin.display(description=gettext_lazy("Node"), ordering="node__node_id")
    def node_id_(self, webhook: Webhook) -> str:
        return webhook.node.node_id

    @admin.display(description=gettext_lazy("Owner"), ordering="node__workflow__owner")
    def owner(self, webhook: Webhook) -> str:
        return name_of(webhook.node.workflow.owner)

    @override
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.renew_view))
        renew = path("<int:pk>/renew/", view, name="ostinato_triggers_webhook_renew")
        return [renew, *super().get_urls()]

    def renew_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Issue a new URL for the node; the previous one stops working at once."""
        webhook = self.get_object(request, str(pk))
        if webhook is None:
            raise Http404
        if not self.has_renew_permission(request, webhook):
            raise PermissionDenied
        with self.refusals_shown(request):
            issued = _issue(webhook.node, _user(request))
            self.log_change(request, issued.webhook, "Renewed.")
            return self._secrets_page(request, issued)
        return self.page_of(pk)

    @override
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        webhook = self.get_object(request, object_id)
        may = webhook is not None and self.has_renew_permission(request, webhook)
        context = {**(extra_context or {}), "may_renew": may}
        return super().change_view(request, object_id, form_url, context)

    @override
    def save_model(
        self, request: HttpRequest, obj: Webhook, form: Any, change: bool
    ) -> None:
        """A valid `WebhookForm` has already been saved by the service. The secrets are kept only
        on this object: in no table, session or log."""
        obj.__dict__["issued"] = form.issued

    @override
    def response_add(
        self, request: HttpRequest, obj: Webhook, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Answer without a redirect, for which the secrets would have to be stored."""
        return self._secrets_page(request, obj.__dict__["issued"])

    def _secrets_page(
        self, request: HttpRequest, issued: IssuedWebhook
    ) -> HttpResponse:
        context = {
            **frame(request, self.admin_site, self.opts.label),
            "title": _("New webhook"),
            "opts": self.opts,
            "webhook": issued.webhook,
            "address": hook_url(issued.token, request),
            "signing_key": issued.signing_key,
        }
        return TemplateResponse(request, "triggers/new_webhook.html", context)

    @override
    def delete_model(self, request: HttpRequest, obj: Webhook) -> None:
        revoke_webhook(obj.node.workflow, obj.node.node_id, user=_user(request))


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)


def _may_change(request: HttpRequest, workflow: Workflow) -> bool:
    try:
        require_permission(_user(request), "change", workflow)
    except DomainError:
        return False
    return True


def _issue(node: WorkflowNode, user: User) -> IssuedWebhook:
    require_include()
    return issue_webhook(node.workflow, node.node_id, user=user, now=clock())


def _nodes_without_webhook(user: User) -> QuerySet[WorkflowNode]:
    nodes = WorkflowNode.objects.filter(
        component_type=WebhookTrigger.type,
        webhook=None,
        workflow__in=Workflow.objects.runnable_by(user),
    )
    return nodes.select_related("workflow").order_by("workflow__name", "node_id")
