"""The API of webhooks: managing their URLs, and the calls that come in there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers, status
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from triggers.api.webhook_body import media_type_of, payload_of, raw_body
from triggers.deliveries import (
    MAX_BODY,
    MAX_KEY,
    Delivery,
    check_delivery,
    find_webhook,
    start,
)
from triggers.models import Webhook
from triggers.webhooks import issue_webhook, revoke_webhook, webhook_of, webhooks_of
from workflows.kit.api.dry_run import DryRun, is_dry
from workflows.kit.api.queries import StrictQuery
from workflows.kit.api.requests import clock, user_of, valid
from workflows.kit.api.schema import extend_schema
from workflows.kit.api.serializers import DateTimeField
from workflows.kit.api.strict import StrictSerializer
from workflows.kit.api.throttles import Rate
from workflows.kit.conf import conf
from workflows.models import Workflow
from workflows.scopes import Scope

# A form: a text for each field, or a list of texts for a repeated field.
FORM: dict[str, Any] = {
    "type": "object",
    "additionalProperties": {
        "oneOf": [
            {"type": "string"},
            {"type": "array", "items": {"type": "string"}},
        ]
    },
}
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "maxLength": MAX_KEY, "pattern": "^[ -~]*$"},
    OpenApiParameter.HEADER,
    description="A call that is repeated with the same key starts nothing: its response names "
    "the execution of the first call.",
)
SIGNATURE = OpenApiParameter(
    "X-Ostinato-Signature",
    str,
    OpenApiParameter.HEADER,
    description="Required if the node is `signed`: `t=<seconds since 1970>,v1=<hex>`, the "
    "HMAC-SHA256 with the signing key over four lines: `t`, the `Idempotency-Key` (empty if "
    "there is none), the media type in lower case without parameters, and the body.",
)


class WebhookSerializer(serializers.Serializer[Any]):
    """The webhook of a node: when its URL was issued."""

    node_id = serializers.CharField()
    created_at = DateTimeField()


class IssuedWebhookSerializer(WebhookSerializer):
    """A new webhook with its secrets, which are never shown again."""

    url = serializers.URLField()
    signing_key = serializers.CharField()


class StartedSerializer(serializers.Serializer[Any]):
    """The execution that a call has started, and its URL."""

    execution = serializers.UUIDField()
    url = serializers.URLField()


class HookThrottle(Rate):
    """`HOOK_RATE`: how often one webhook may be called."""

    option = "HOOK_RATE"

    def __init__(self, webhook: Webhook) -> None:
        self.webhook = webhook
        super().__init__()

    @override
    def get_cache_key(self, request: Request, view: APIView) -> str:
        return f"ostinato-hook-{self.webhook.pk}"


class WebhookView(DryRun):
    """The webhook of one `trigger_webhook` node."""

    scopes = {"post": Scope.EDIT, "delete": Scope.EDIT}

    @override
    def before(self) -> Any:
        workflow = _workflow(self.request, self.kwargs["pk"])
        webhook = (
            webhooks_of(workflow).filter(node__node_id=self.kwargs["node_id"]).first()
        )
        return webhook and _shown(webhook)

    @extend_schema(responses=WebhookSerializer)
    def get(self, request: Request, pk: UUID, node_id: str) -> Response:
        """When the URL of the node was issued. Its secrets are not shown again."""
        return Response(_shown(webhook_of(_workflow(request, pk), node_id)))

    @extend_schema(request=None, responses={201: IssuedWebhookSerializer})
    def post(self, request: Request, pk: UUID, node_id: str) -> Response:
        """Issue a new URL and signing key. The previous ones stop working at once."""
        workflow = _workflow(request, pk)
        valid(StrictSerializer(data=request.data))  # it accepts no fields
        issued = issue_webhook(workflow, node_id, user=user_of(request), now=clock())
        shown = _shown(issued.webhook)
        if not is_dry(request):
            shown |= {
                "url": hook_url(issued.token, request),
                "signing_key": issued.signing_key,
            }
        headers = {"Cache-Control": "no-store"}
        return Response(shown, status.HTTP_201_CREATED, headers=headers)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID, node_id: str) -> Response:
        """Revoke the URL of the node, which stops working at once."""
        revoke_webhook(_workflow(request, pk), node_id, user=user_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class HookView(StrictQuery):
    """Start the workflow of a webhook. The response does not wait for the execution.

    The token in the URL is the only authentication, plus a signature if the node is `signed`.
    The payload is any JSON (`application/json` or `...+json`) or a form in UTF-8, of at most
    64 KiB.
    """

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()  # each webhook has its own rate, see `_throttle`

    @extend_schema(
        parameters=[IDEMPOTENCY_KEY, SIGNATURE],
        request={
            "application/json": OpenApiTypes.ANY,
            "application/x-www-form-urlencoded": FORM,
        },
        responses={202: StartedSerializer},
    )
    def post(self, request: Request, token: str) -> Response:
        now = clock()
        webhook = find_webhook(token)
        _throttle(self, request, webhook)
        delivery = Delivery(
            body=raw_body(request, max_bytes=MAX_BODY),
            media_type=media_type_of(request.headers.get("Content-Type", "")),
            idempotency_key=request.headers.get("Idempotency-Key", ""),
            signature=request.headers.get("X-Ostinato-Signature", ""),
        )
        check_delivery(webhook, delivery, now=now)
        payload = payload_of(delivery.body, delivery.media_type)
        execution = start(webhook, delivery, payload, now=now)
        address = _absolute("execution-detail", request, pk=str(execution.pk))
        return Response(
            {"execution": str(execution.pk), "url": address},
            status.HTTP_202_ACCEPTED,
            headers={"Location": address},
        )


class OldHookView(HookView):
    """Webhooks below `api/v1/`, where they were before they had a place of their own. Not described:
    new addresses are those of `HookView`."""

    schema = None


def _workflow(request: Request, pk: UUID) -> Workflow:
    return get_object_or_404(Workflow.objects.visible_to(user_of(request)), pk=pk)


def _shown(webhook: Webhook) -> dict[str, Any]:
    return {"node_id": webhook.node.node_id, "created_at": webhook.created_at}


def _throttle(view: APIView, request: Request, webhook: Webhook) -> None:
    """Raise `Throttled` (429) for a webhook that is called more often than `HOOK_RATE`."""
    throttle = HookThrottle(webhook)
    if not throttle.allow_request(request, view):
        view.throttled(request, throttle.wait() or 0)


def hook_url(token: str, request: Request | HttpRequest) -> str:
    """The absolute URL that starts the workflow."""
    return _absolute("hook", request, token=token)


def _absolute(name: str, request: Request | HttpRequest, **arguments: str) -> str:
    """At `SITE_URL`; without one, at the host that the request names."""
    address = reverse(f"ostinato:{name}", kwargs=arguments)
    if not conf.SITE_URL:
        return request.build_absolute_uri(address)
    return f"{conf.SITE_URL}{address}"
