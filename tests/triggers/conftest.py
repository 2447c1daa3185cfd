"""A workflow with a webhook, and a caller of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from tests.graphs import add_graph
from triggers import keys
from triggers.webhooks import IssuedWebhook, issue_webhook
from workflows.models import Workflow


@dataclass
class Caller:
    """A program out there that knows the address, and the key if there is one."""

    issued: IssuedWebhook
    api: Client = field(
        default_factory=partial(
            Client, enforce_csrf_checks=True, raise_request_exception=False
        )
    )

    @property
    def address(self) -> str:
        return f"/hooks/{self.issued.token}/"

    def send(
        self,
        body: Any = b"{}",
        content_type: str = "application/json",
        **headers: str,
    ) -> Any:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.api.generic(
            "POST", self.address, body, content_type=content_type, headers=names
        )

    def send_signed(
        self, body: bytes = b"{}", *, name: str = "", seconds_ago: int = 0
    ) -> Any:
        """As the documents say it is signed."""
        timestamp = int(timezone.now().timestamp()) - seconds_ago
        signed = keys.Signed(
            idempotency_key=name, media_type="application/json", body=body
        )
        signature = keys.signature(self.issued.signing_key, signed, timestamp=timestamp)
        named = {"Idempotency_Key": name} if name else {}
        return self.send(body, X_Ostinato_Signature=signature, **named)


@pytest.fixture
def hooked(owner: User) -> Workflow:
    """hook -> greet"""
    workflow = Workflow.objects.create(name="hooked", owner=owner)
    text = "Hello {{ trigger.payload.name }}"
    add_graph(
        workflow,
        {"hook": ("trigger_webhook", {}), "greet": ("template", {"text": text})},
        [("hook", "greet")],
    )
    return workflow


@pytest.fixture
def call(hooked: Workflow) -> Caller:
    now = timezone.now()
    return Caller(issue_webhook(hooked, "hook", user=hooked.owner, now=now))


@pytest.fixture
def signed(hooked: Workflow) -> Callable[..., None]:
    """Makes the node ask for signatures."""

    def ask(**config: Any) -> None:
        hooked.nodes.filter(node_id="hook").update(config={"signed": True, **config})

    return ask
