"""The API of webhooks: their addresses, which owners manage and anyone may call."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView
from typing_extensions import override

from triggers.api.webhook_body import media_type_of, payload_of, raw_body
from triggers.deliveries import (
    MAX_BODY,
    MAX_NAME,
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
from workflows.kit.api.strict import StrictSerializer
from workflows.models import Workflow
from workflows.scopes import Scope

# What a form can say: a text for each field, or several for one that comes again.
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
    {"type": "string", "maxLength": MAX_NAME, "pattern": "^[ -~]*$"},
    OpenApiParameter.HEADER,
    description="Sent again with the same key, the call starts nothing and answers the "
    "same execution.",
)
SIGNATURE = OpenApiParameter(
    "X-Ostinato-Signature",
    str,
    OpenApiParameter.HEADER,
    description="Needed where the node is `signed`: `t=<seconds since 1970>,v1=<hex>`, the "
    "HMAC-SHA256 with the signing key of four lines: `t`, the `Idempotency-Key` (empty if "
    "there is none), the media type in lower case without parameters, and the body.",
)


class WebhookSerializer(serializers.Serializer[Any]):
    """Since when a node has an address."""

    node_id = serializers.CharField()
    created_at = serializers.DateTimeField()


class IssuedWebhookSerializer(WebhookSerializer):
    """A new address, with the secrets that are never shown again."""

    url = serializers.URLField()
    signing_key = serializers.CharField()


class StartedSerializer(serializers.Serializer[Any]):
    """The execution that a call started, and where to look at it."""

    execution = serializers.UUIDField()
    url = serializers.URLField()


class HookThrottle(SimpleRateThrottle):
    """`HOOK_RATE`: how often one address may be called."""

    scope = "hook"

    def __init__(self, webhook: Webhook) -> None:
        self.webhook = webhook
        super().__init__()

    @override
    def get_cache_key(self, request: Request, view: APIView) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.webhook.pk}


class WebhookView(DryRun):
    """The address of one `trigger_webhook` node."""

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
        """Since when it has one. Its secrets are not shown again."""
        return Response(_shown(webhook_of(_workflow(request, pk), node_id)))

    @extend_schema(request=None, responses={201: IssuedWebhookSerializer})
    def post(self, request: Request, pk: UUID, node_id: str) -> Response:
        """Make a new one; the former is void at once."""
        workflow = _workflow(request, pk)
        valid(StrictSerializer(data=request.data))  # it takes no field
        opened = issue_webhook(workflow, node_id, user=user_of(request), now=clock())
        shown = _shown(opened.webhook)
        if not is_dry(request):
            shown |= {"url": hook_url(opened.token), "signing_key": opened.signing_key}
        headers = {"Cache-Control": "no-store"}
        return Response(shown, status.HTTP_201_CREATED, headers=headers)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID, node_id: str) -> Response:
        revoke_webhook(_workflow(request, pk), node_id, user=user_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class HookView(StrictQuery):
    """Starts the workflow; answers before it has run. The token is all that is asked for,
    and a signature if the node says so. The payload is any JSON (`application/json` or
    `...+json`) or a form in UTF-8, at most 64 KiB."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()  # each address by itself, once it is known for one: below

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
        _hold_up(self, request, webhook)
        delivery = Delivery(
            body=raw_body(request, max_bytes=MAX_BODY),
            media_type=media_type_of(request.headers.get("Content-Type", "")),
            name=request.headers.get("Idempotency-Key", ""),
            signature=request.headers.get("X-Ostinato-Signature", ""),
        )
        check_delivery(webhook, delivery, now=now)
        payload = payload_of(delivery.body, delivery.media_type)
        execution = start(webhook, delivery, payload, now=now)
        address = _absolute("execution-detail", pk=str(execution.pk))
        return Response(
            {"execution": str(execution.pk), "url": address},
            status.HTTP_202_ACCEPTED,
            headers={"Location": address},
        )


def _workflow(request: Request, pk: UUID) -> Workflow:
    return get_object_or_404(Workflow.objects.visible_to(user_of(request)), pk=pk)


def _shown(webhook: Webhook) -> dict[str, Any]:
    return {"node_id": webhook.node.node_id, "created_at": webhook.created_at}


def _hold_up(view: APIView, request: Request, webhook: Webhook) -> None:
    """429 for an address that is called too often, if the site bounds that."""
    throttle = HookThrottle(webhook)
    if not throttle.allow_request(request, view):
        view.throttled(request, throttle.wait() or 0)


def hook_url(token: str) -> str:
    """The whole address that starts a workflow."""
    return _absolute("hook", token=token)


def _absolute(name: str, **arguments: str) -> str:
    return f"{settings.SITE_URL}{reverse(name, kwargs=arguments)}"
