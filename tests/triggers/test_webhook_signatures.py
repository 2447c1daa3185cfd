from __future__ import annotations

import hashlib
import hmac
import time

import pytest
from django.utils import timezone

from tests.triggers.conftest import Caller
from triggers.webhooks import Opened, open_webhook
from workflows.models import WorkflowExecution

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def asked_for(signed) -> None:
    signed()


def refused(answer) -> str:
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_signature")
    assert not WorkflowExecution.objects.exists()
    return answer.json()["detail"]


def test_a_request_is_signed_as_the_documents_say(call: Caller):
    body, timestamp = b'{"name": "Ada"}', int(time.time())
    mac = hmac.new(
        call.opened.signing_key.encode(),
        f"{timestamp}.order-7.".encode() + body,
        hashlib.sha256,
    )
    header = f"t={timestamp},v1={mac.hexdigest()}"
    answer = call.send(body, X_Ostinato_Signature=header, Idempotency_Key="order-7")
    assert answer.status_code == 202


@pytest.mark.parametrize("header", ["", "x", "t=1", "v1=" + "0" * 64, "é" * 70])
def test_without_a_signature_nothing_starts(call: Caller, header: str):
    assert "missing" in refused(call.send(X_Ostinato_Signature=header))


def test_a_signature_is_of_this_body_this_time_and_this_key(call: Caller):
    now = int(time.time())
    wrong = f"t={now},v1={'0' * 64}"
    assert "wrong" in refused(call.send(X_Ostinato_Signature=wrong))
    good = call.send_signed(b"[1]", name="a")
    assert good.status_code == 202
    header = good.wsgi_request.headers["X-Ostinato-Signature"]
    WorkflowExecution.objects.all().delete()
    later = header.replace("t=", "t=1", 1)
    for body, name, sent in (
        (b"[2]", "a", header),
        (b"[1]", "b", header),
        (b"[1]", "a", later),
    ):
        answer = call.send(body, X_Ostinato_Signature=sent, Idempotency_Key=name)
        assert "wrong" in refused(answer)


@pytest.mark.parametrize("seconds", [320, -320])
def test_a_signature_holds_for_five_minutes(call: Caller, seconds: int):
    assert "too old" in refused(call.send_signed(seconds_ago=seconds))
    nearly = 280 if seconds > 0 else -280
    assert call.send_signed(seconds_ago=nearly).status_code == 202


def test_or_as_long_as_the_node_says(call: Caller, signed):
    signed(tolerance_seconds=10)
    assert "too old" in refused(call.send_signed(seconds_ago=20))


def test_the_key_of_a_former_address_signs_nothing(call: Caller, hooked, owner):
    old = call.opened.signing_key
    new = open_webhook(hooked, "hook", actor=owner, now=timezone.now())
    assert new.signing_key != old
    stale = Caller(Opened(new.webhook, new.token, old))
    assert "wrong" in refused(stale.send_signed())


def test_a_signed_request_that_comes_again_starts_nothing(call: Caller):
    first = call.send_signed(b"[1]")
    header = first.wsgi_request.headers["X-Ostinato-Signature"]
    again = call.send(b"[1]", X_Ostinato_Signature=header)
    assert again.json() == first.json()
    assert WorkflowExecution.objects.count() == 1
