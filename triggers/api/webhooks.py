"""The API of webhooks: their addresses, which owners manage and anyone may call."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from triggers.api.bodies import payload_of, raw_body
from triggers.deliveries import MAX_BODY, Delivery, check_delivery, find_webhook, start
from triggers.webhooks import close_webhook, open_webhook, webhook_of
from workflows.api.queries import StrictQuery
from workflows.api.views import clock, user_of
from workflows.models import Workflow


class WebhookSerializer(serializers.Serializer[Any]):
    """Since when a node has an address."""

    node_id = serializers.CharField()
    created_at = serializers.DateTimeField()


class OpenedWebhookSerializer(WebhookSerializer):
    """A new address, with the secrets that are never shown again."""

    url = serializers.URLField()
    signing_key = serializers.CharField()


class StartedSerializer(serializers.Serializer[Any]):
    """The execution that a call started, and where to look at it."""

    execution = serializers.UUIDField()
    url = serializers.URLField()


class WebhookView(StrictQuery):
    """The address of one `trigger_webhook` node."""

    @extend_schema(responses=WebhookSerializer)
    def get(self, request: Request, pk: UUID, node_id: str) -> Response:
        """Since when it has one. Its secrets are not shown again."""
        webhook = webhook_of(_workflow(request, pk), node_id)
        return Response({"node_id": node_id, "created_at": webhook.created_at})

    @extend_schema(request=None, responses={201: OpenedWebhookSerializer})
    def post(self, request: Request, pk: UUID, node_id: str) -> Response:
        """Make a new one; the former is void at once."""
        opened = open_webhook(
            _workflow(request, pk), node_id, actor=user_of(request), now=clock()
        )
        return Response(
            {
                "node_id": node_id,
                "created_at": opened.webhook.created_at,
                "url": _absolute("hook", token=opened.token),
                "signing_key": opened.signing_key,
            },
            status.HTTP_201_CREATED,
            headers={"Cache-Control": "no-store"},
        )

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID, node_id: str) -> Response:
        close_webhook(_workflow(request, pk), node_id, actor=user_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class HookView(StrictQuery):
    """Starts the workflow; answers before it has run. The token is all that is asked for,
    and a signature if the node says so."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        request={
            "application/json": OpenApiTypes.OBJECT,
            "application/x-www-form-urlencoded": OpenApiTypes.OBJECT,
        },
        responses={202: StartedSerializer},
    )
    def post(self, request: Request, token: str) -> Response:
        now = clock()
        webhook = find_webhook(token)
        delivery = Delivery(
            body=raw_body(request, max_bytes=MAX_BODY),
            name=request.headers.get("Idempotency-Key", ""),
            signature=request.headers.get("X-Ostinato-Signature", ""),
        )
        check_delivery(webhook, delivery, now=now)
        payload = payload_of(delivery.body, request.headers.get("Content-Type", ""))
        execution = start(webhook, delivery, payload, now=now)
        address = _absolute("execution-detail", pk=str(execution.pk))
        return Response(
            {"execution": str(execution.pk), "url": address},
            status.HTTP_202_ACCEPTED,
            headers={"Location": address},
        )


def _workflow(request: Request, pk: UUID) -> Workflow:
    return get_object_or_404(Workflow.objects.visible_to(user_of(request)), pk=pk)


def _absolute(name: str, **arguments: str) -> str:
    return f"{settings.SITE_URL}{reverse(name, kwargs=arguments)}"
