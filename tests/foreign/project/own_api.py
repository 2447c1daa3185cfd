"""Prints every byte with which the project's own API answers."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from importlib import import_module

import django

django.setup()
Client = import_module("django.test").Client
transaction = import_module("django.db").transaction

BASIC = "Basic " + b64encode(b"root@example.com:secret").decode()
JSON, HTML = "application/json", "text/html"
REQUESTS = [
    ("GET", "/api/", "", {}),
    ("GET", "/api/invoices/", "", {}),
    ("GET", "/api/invoices/", "", {"Accept": HTML}),
    ("GET", "/api/invoices/?search=zzz&page=7&ordering=-id&format=json", "", {}),
    ("GET", "/api/invoices/?format=api", "", {}),
    ("GET", "/api/invoices/1/", "", {}),
    ("GET", "/api/invoices/1", "", {}),
    ("GET", "/api/invoices/99/", "", {}),
    ("GET", "/api/nothing/", "", {"Accept": JSON}),
    ("GET", "/api/invoices/broken/", "", {}),
    ("GET", "/api/invoices/", "", {"Accept": "application/xml"}),
    ("GET", "/api/invoices/", "", {"Authorization": "Basic bm9ib2R5OnJlYWxseQ=="}),
    ("GET", "/api/invoices/", "", {"Authorization": "Bearer wrong"}),
    ("OPTIONS", "/api/invoices/", "", {}),
    ("POST", "/api/invoices/", "{", {}),
    ("POST", "/api/invoices/", '{"customer": 7, "unknown": NaN}', {}),
    (
        "POST",
        "/api/invoices/",
        '{"customer": "x", "amount": "1"}',
        {"Authorization": BASIC},
    ),
    ("PATCH", "/api/invoices/1/", '{"amount": "lots"}', {"Authorization": BASIC}),
    ("DELETE", "/api/invoices/", "", {"Authorization": BASIC}),
]


def answer(method: str, address: str, body: str, headers: dict[str, str]) -> list:
    client = Client(raise_request_exception=False)
    sent = client.generic(method, address, body, JSON, headers=headers)
    text = re.sub(r'(csrf\w*"?(?: value="|: "))\w+', r"\1...", sent.content.decode())
    return [sent.status_code, sorted(sent.headers.items()), text]


if __name__ == "__main__":
    with transaction.atomic():  # so that each time it begins with the same rows
        answers = {f"{sent[0]} {sent[1]} {sent[3]}": answer(*sent) for sent in REQUESTS}
        transaction.set_rollback(True)
    print(json.dumps(answers, indent=1))
