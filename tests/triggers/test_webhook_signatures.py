from __future__ import annotations

import hashlib
import hmac
import time

import pytest
from django.utils import timezone

from tests.triggers.conftest import Caller
from triggers import keys
from triggers.webhooks import IssuedWebhook, issue_webhook
from workflows.models import WorkflowExecution

pytestmark = pytest.mark.django_db


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
        call.issued.signing_key.encode(),
        f"{timestamp}\norder-7\napplication/json\n".encode() + body,
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
    form = "application/x-www-form-urlencoded"
    for body, name, sent in (
        (b"[2]", "a", header),
        (b"[1]", "b", header),
        (b"[1]", "a", later),
    ):
        answer = call.send(body, X_Ostinato_Signature=sent, Idempotency_Key=name)
        assert "wrong" in refused(answer)
    again = {"X_Ostinato_Signature": header, "Idempotency_Key": "a"}
    assert "wrong" in refused(call.send(b"[1]", form, **again))
    assert "wrong" in refused(call.send(b"[1]", "application/x+json", **again))


def test_parameters_and_case_of_a_media_type_are_not_signed(call: Caller):
    header = call.send_signed(b"[1]").wsgi_request.headers["X-Ostinato-Signature"]
    kind = "Application/JSON; charset=utf-8"
    assert call.send(b"[1]", kind, X_Ostinato_Signature=header).status_code == 202


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ('.{"mail":"a@b', b'com","n":1}'),
        ("a", b'application/json\n{"n":1}'),
        ("a\napplication/json", b'{"n":1}'),
        ("", b'a\napplication/json\n{"n":1}'),
    ],
)
def test_nothing_of_a_signed_request_passes_for_another_part(
    call: Caller, name: str, body: bytes
):
    timestamp = int(time.time())
    for own, signed in (("", b'{"mail":"a@b.com","n":1}'), ("a", b'{"n":1}')):
        whole = keys.Signed(
            idempotency_key=own, media_type="application/json", body=signed
        )
        header = keys.signature(call.issued.signing_key, whole, timestamp=timestamp)
        for kind in ("application/json", "", "application/x-www-form-urlencoded"):
            sent = {"X_Ostinato_Signature": header, "Idempotency_Key": name}
            assert call.send(body, kind, **sent).status_code in {400, 403}
    assert not WorkflowExecution.objects.exists()


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "text/plain"])
def test_what_is_no_payload_is_refused_although_it_is_signed(call: Caller, kind: str):
    body = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n'
    signed = keys.Signed(media_type=kind.partition(";")[0], body=body)
    header = keys.signature(call.issued.signing_key, signed, timestamp=int(time.time()))
    assert call.send(body, kind, X_Ostinato_Signature=header).status_code == 415
    assert not WorkflowExecution.objects.exists()


@pytest.mark.parametrize("seconds", [320, -320])
def test_a_signature_holds_for_five_minutes(call: Caller, seconds: int):
    assert "differs from the server" in refused(call.send_signed(seconds_ago=seconds))
    nearly = 280 if seconds > 0 else -280
    assert call.send_signed(seconds_ago=nearly).status_code == 202


def test_or_as_long_as_the_node_says(call: Caller, signed):
    signed(tolerance_seconds=10)
    assert "differs from the server" in refused(call.send_signed(seconds_ago=20))


def test_the_key_of_a_former_address_signs_nothing(call: Caller, hooked, owner):
    old = call.issued.signing_key
    new = issue_webhook(hooked, "hook", user=owner, now=timezone.now())
    assert new.signing_key != old
    stale = Caller(IssuedWebhook(new.webhook, new.token, old))
    assert "wrong" in refused(stale.send_signed())


def test_a_signed_request_that_comes_again_starts_nothing(call: Caller):
    first = call.send_signed(b"[1]")
    header = first.wsgi_request.headers["X-Ostinato-Signature"]
    again = call.send(b"[1]", X_Ostinato_Signature=header)
    assert again.json() == first.json()
    for spelling in ("t=0", "t=000", "t=\u0660"):
        shifted = header.replace("t=", spelling, 1)
        answer = call.send(b"[1]", X_Ostinato_Signature=shifted)
        assert answer.status_code == 403
    assert WorkflowExecution.objects.count() == 1
