"""The charset that a request names is one that is decoded in little time."""

from __future__ import annotations

import time

import pytest
from django.test import Client

FORM = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\na-%b\r\n--x--\r\n'

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "utf-7"])
def test_a_charset_that_takes_long_is_refused_unread(charset: str) -> None:
    """Python needs a minute to decode 1 MiB of punycode, and no login is needed to send it."""
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "a" * 32
    body = FORM % (b"b" * 500_000)
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    began = time.process_time()
    answer = client.generic("POST", "/admin/login/", body, content_type=kind)
    assert time.process_time() - began < 1
    assert (answer.status_code, answer.json()["code"]) == (
        415,
        "unsupported_media_type",
    )


@pytest.mark.heavy
def test_a_query_is_not_decoded_by_a_slow_charset_either() -> None:
    query = "a-" + "b" * 60_000
    answer = Client().generic(
        "GET",
        f"/api/v1/schedules/?search={query}",
        CONTENT_TYPE="text/plain; charset=punycode",
    )
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "charset", ["utf-8", "UTF-8", "utf8", "iso-8859-1", "nonsense"]
)
def test_common_charsets_are_accepted(charset: str) -> None:
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    answer = Client().generic("POST", "/admin/login/", FORM % b"b", content_type=kind)
    assert answer.status_code == 200
