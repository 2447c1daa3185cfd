"""`python own_pages.py`: what the admin pages of the project's own apps answer, as JSON."""

from __future__ import annotations

import json
import re
from importlib import import_module
from typing import Any

import django

django.setup()
Client = import_module("django.test").Client
Permission = import_module("django.contrib.auth.models").Permission
Person = import_module("people.models").Person

ADDRESSES = (
    "login/",
    "",
    "people/",
    "people/person/",
    "people/person/?q=root",
    "people/person/add/",
    "people/person/add/?_popup=1",
    "people/person/{pk}/change/",
    "people/person/{pk}/history/",
    "people/person/{pk}/delete/",
    "password_change/",
    "nowhere/",
    "people/person/nobody/change/",
    "logout/",
)
TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=)"\w+"')


def clerk() -> Any:
    """Someone who may work with the project's own apps only."""
    found = Person.objects.filter(address="clerk@example.com").first()
    if found is None:
        found = Person(address="clerk@example.com", is_staff=True)
        found.set_password("secret")
        found.save()
        own = Permission.objects.filter(content_type__app_label__in=["people"])
        found.user_permissions.set(own)
    return found


def answers() -> dict[str, tuple[int, str]]:
    person = clerk()
    client, found = Client(raise_request_exception=False), {}
    for address in ADDRESSES:
        if address == "":  # the pages before it are for those who have not logged in
            client.force_login(person)
        answer = client.get(f"/admin/{address.format(pk=person.pk)}")
        found[address] = (answer.status_code, TOKEN.sub(r"\1", answer.content.decode()))
    return found


if __name__ == "__main__":
    print(json.dumps(answers()))
