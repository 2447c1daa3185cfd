"""A person who reads another language."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.pseudo_language import LANGUAGE, speak


@pytest.fixture
def abroad(db: None, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The browser of a superuser, which asks for a language that has every text."""
    speak(monkeypatch)
    client = Client(headers={"accept-language": LANGUAGE})
    client.force_login(User.objects.create_superuser("boss", password="x"))
    return client
