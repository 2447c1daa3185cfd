from __future__ import annotations

from collections.abc import Iterator
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from typing_extensions import override

from workflows.exceptions import NodeFailed
from workflows.graph import Problem
from workflows.kit.phrases import phrase
from workflows.registry import Component, Config, Context, Result, register
from workflows.safety.templating import MARKS, MAX_SOURCE

NO_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
ADDRESSES = ("to", "reply_to")
ADDRESS = {"type": "string", "minLength": 1, "maxLength": 2000}


@register("send_email")
class SendEmail(Component):
    """Hands a plain-text message to the site's mail server. The output holds the recipients
    and the subject."""

    label = phrase("Send email")
    description = "Sends a plain-text email."
    category = "Actions"
    place = 2
    icon = "mail"
    config_schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["to", "subject", "text"],
        "properties": {
            "to": {
                "type": "array",
                "minItems": 1,
                "maxItems": 50,
                "items": ADDRESS,
                "title": "To",
                "description": "One address in each line, such as ada@example.com.",
            },
            "reply_to": {
                "type": "array",
                "maxItems": 5,
                "items": ADDRESS,
                "title": "Reply to",
                "description": "Where replies go. Left empty: to the sender.",
            },
            "subject": {
                "type": "string",
                "minLength": 1,
                "maxLength": 2000,
                "title": "Subject",
                "description": "One line.",
            },
            "text": {
                "type": "string",
                "maxLength": MAX_SOURCE,
                "title": "Text",
                "description": "For example: Hello {{ trigger.payload.name }}",
                "x-widget": "textarea",
            },
        },
    }
    text_templates = (*ADDRESSES, "subject", "text")

    @override
    def check(self, config: Config) -> Iterator[Problem]:
        yield from super().check(config)
        yield from _address_problems(config)

    @override
    def run(self, config: Config, context: Context) -> Result:
        if _backend() == NO_BACKEND:
            raise NodeFailed("This site has no mail server: set EMAIL_URL.")
        for path, reason in _address_problems(config, templates_too=True):
            raise NodeFailed(f"{path}: {reason}")
        subject = " ".join(config["subject"].split())
        _send(config, subject)
        return Result({"to": config["to"], "subject": subject})


def _backend() -> str:
    """The project's own. Django 6.1 replaces `EMAIL_BACKEND` by `MAILERS`, and has one of them."""
    mailers = getattr(settings, "MAILERS", None)
    if mailers is None:
        return str(settings.EMAIL_BACKEND)
    return str(mailers.get("default", {}).get("BACKEND", ""))


def _send(config: Config, subject: str) -> None:
    message = EmailMessage(
        subject=subject,
        body=config["text"],
        to=config["to"],
        reply_to=config.get("reply_to"),
    )
    try:
        message.send()
    except (SMTPException, OSError) as error:
        # By its type alone: the server's text may repeat our user name and password.
        raise NodeFailed(f"The email was not sent: {type(error).__name__}.") from error


def _address_problems(
    config: Config, *, templates_too: bool = False
) -> Iterator[Problem]:
    for name in ADDRESSES:
        for index, address in enumerate(config.get(name, [])):
            if (templates_too or not MARKS.search(address)) and not _is_one(address):
                yield f"{name}[{index}]", "This is not a valid email address."


def _is_one(address: Any) -> bool:
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True
