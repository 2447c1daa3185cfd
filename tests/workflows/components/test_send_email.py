from __future__ import annotations

import os
import socket
import socketserver
import subprocess
import sys
import threading
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from typing_extensions import override

from platform_site.local.data_dir import BASE_DIR
from platform_site.mail import mail_settings
from platform_site.variable_kinds import email_url
from workflows.exceptions import NodeFailed
from workflows.registry import Context, Result, config_problems, registry

NOTE = {"to": ["ada@example.com"], "subject": "News", "text": "Hello"}
PAYLOAD = {"address": "bob@example.com", "name": "Bob", "subject": "a\r\nBcc: eve@x.io"}


def send(**changes: Any) -> Result:
    config = NOTE | changes
    component = registry.components["send_email"]
    assert not list(config_problems(component, config))
    context = Context(
        trigger={"payload": PAYLOAD}, nodes={}, site={}, execution_id=uuid4()
    )
    return component.run(component.prepare(config, context), context)


def use(settings: Any, url: str) -> None:
    """The mail server of the site, for this test."""
    for name, value in mail_settings(email_url(url)).items():
        setattr(settings, name, value)


def wrong_fields(**changes: Any) -> list[str]:
    component = registry.components["send_email"]
    return [path for path, _ in config_problems(component, NOTE | changes)]


def test_a_message_goes_to_those_it_names(settings):
    settings.DEFAULT_FROM_EMAIL = "ostinato@example.com"
    result = send(
        to=["ada@example.com", "{{ trigger.payload.address }}"],
        reply_to=["desk@example.com"],
        subject="For {{ trigger.payload.name }}",
        text="Hello {{ trigger.payload.name }} & co",
    )
    (message,) = mail.outbox
    assert message.to == ["ada@example.com", "bob@example.com"]
    assert message.reply_to == ["desk@example.com"]
    assert message.from_email == "ostinato@example.com"
    assert (message.subject, message.body) == ("For Bob", "Hello Bob & co")
    assert result.output == {"to": message.to, "subject": "For Bob"}


def test_a_subject_cannot_smuggle_in_a_header():
    send(subject="{{ trigger.payload.subject }}")
    (message,) = mail.outbox
    assert message.subject == "a Bcc: eve@x.io"
    assert message.message()["Bcc"] is None


@pytest.mark.parametrize("name", ["name", "subject"])
def test_what_turns_out_to_be_no_address_is_not_sent_to(name: str):
    with pytest.raises(NodeFailed, match=r"to\[1\]: This is not a valid email address"):
        send(to=["ada@example.com", f"{{{{ trigger.payload.{name} }}}}"])
    assert mail.outbox == []


def test_without_a_mail_server_the_node_fails(settings):
    use(settings, "dummymail://")
    with pytest.raises(NodeFailed, match="set EMAIL_URL"):
        send()


def test_a_server_that_does_not_answer_fails_the_node(settings):
    with socket.socket() as nobody:  # bound, and never listening
        nobody.bind(("127.0.0.1", 0))
        use(settings, "smtp://{}:{}".format(*nobody.getsockname()))
        with pytest.raises(NodeFailed, match=r"not sent: ConnectionRefusedError\."):
            send()


class Server(socketserver.TCPServer):
    """As much of a mail server as one message needs."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.lines: list[str] = []


class Conversation(socketserver.StreamRequestHandler):
    server: Server

    @override
    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        in_message = False
        for line in self.rfile:
            text = line.decode().rstrip("\r\n")
            self.server.lines.append(text)
            if in_message and text != ".":
                continue
            in_message = text.upper() == "DATA"
            self.wfile.write(b"354 go on\r\n" if in_message else b"250 fine\r\n")


SENDING = """
from workflows.registry import registry
note = {"to": ["ada@example.com"], "subject": "News", "text": "Hello"}
print(registry.components["send_email"].run(note, None).output)
"""


@pytest.mark.heavy
def test_the_server_of_email_url_gets_the_message():
    with Server() as server:
        threading.Thread(target=server.handle_request).start()
        host, port = server.server_address
        variables = {
            "EMAIL_URL": f"smtp://{host}:{port}",
            "DEFAULT_FROM_EMAIL": "desk@example.com",
            "DJANGO_SETTINGS_MODULE": "platform_site.settings",
        }
        sent = subprocess.run(
            [sys.executable, "manage.py", "shell", "-v0", "-c", SENDING],
            cwd=BASE_DIR,
            env=os.environ | variables,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert "ada@example.com" in sent.stdout, sent.stderr
    assert "from:<desk@example.com>" in " ".join(server.lines).lower()
    assert {"Subject: News", "To: ada@example.com", "Hello"} <= set(server.lines)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"to": []}, ["to"]),
        ({"to": ["ada@example.com", "ada"]}, ["to[1]"]),
        ({"to": "ada@example.com"}, ["to"]),
        ({"reply_to": ["a@b@c"]}, ["reply_to[0]"]),
        ({"subject": ""}, ["subject"]),
        ({"text": "{{ oops"}, ["text"]),
        ({"html": "<p>"}, ["html"]),
    ],
)
def test_a_wrong_configuration_is_refused_with_its_field(changes, fields):
    assert wrong_fields(**changes) == fields
