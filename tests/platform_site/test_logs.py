from __future__ import annotations

import logging
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import structlog
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from platform_site.local.data_dir import BASE_DIR

ID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.mark.parametrize("name", ["django.request", "uvicorn.access", "anything"])
def test_the_token_of_a_webhook_is_in_no_line(name: str, log_lines: Callable[[], str]):
    asked = '"POST /api/v1/hooks/s3cret-T0ken/?a=1 HTTP/1.1" 404'
    logging.getLogger(name).warning("127.0.0.1 - %s", asked)
    assert "/api/v1/hooks/***/?*** HTTP/1.1" in log_lines()
    assert "s3cret" not in log_lines()


def test_the_token_of_a_webhook_is_in_no_field_of_a_structured_line(
    log_lines: Callable[[], str],
):
    log = structlog.get_logger("anything")
    log.warning("asked", url="http://x/api/v1/hooks/s3cret-T0ken")
    assert "url=http://x/api/v1/hooks/***" in log_lines()


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("/api/v1/hooks//s3cret/", "/api/v1/hooks//***/"),
        ("/api/v1/Hooks/s3cret/", "/api/v1/Hooks/***/"),
        ("/api/v1/hook/s3cret-of_32-characters-0123456789/", "/api/v1/hook/***/"),
        ("/api/v1/s3cret.of;32=characters,0123456789/", "/api/v1/***/"),
        (f"/api/v1/{ID}-s3cret/", "/api/v1/***/"),
        ("/mcp/?token=s3cret", "/mcp/?***"),
        ("/?s3cret", "/?***"),
    ],
)
def test_a_mistyped_token_of_a_webhook_is_in_no_line(
    asked: str, written: str, log_lines: Callable[[], str]
) -> None:
    logging.getLogger("uvicorn.access").info('"GET %s HTTP/1.1" 404', asked)
    assert f" {written} HTTP/1.1" in log_lines()
    assert "s3cret" not in log_lines()


def test_what_was_asked_for_can_still_be_read(log_lines: Callable[[], str]) -> None:
    path = f"/api/v1/schedules/{ID}/runs/"
    logging.getLogger("django.request").warning("Not Found: %s", path)
    structlog.get_logger("anything").warning("asked", url=f"/api/v1/workflows/{ID}")
    assert f"Not Found: {path}" in log_lines()
    assert f"url=/api/v1/workflows/{ID}" in log_lines()


def broken(request: HttpRequest) -> HttpResponse:
    raise LookupError(request.body)


urlpatterns = [path("api/broken/", broken)]
handler500 = "platform_site.http.errors.server_error"


def test_an_error_of_ours_is_logged_with_its_lines_but_not_with_what_was_sent(
    log_lines: Callable[[], str], settings: Any
) -> None:
    settings.ROOT_URLCONF = __name__
    client = Client(raise_request_exception=False)
    answer = client.post("/api/broken/", b"s3cret", content_type="text/plain")
    assert answer.status_code == 500
    (line,) = log_lines().splitlines()
    assert "raise LookupError(request.body)" in line
    assert "in broken" in line
    assert line.endswith('LookupError"')
    assert "s3cret" not in line


def test_the_web_server_itself_does_not_log_the_token_of_a_webhook(tmp_path, child_env):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["uvicorn", "platform_site.asgi:application", "--lifespan", "off"]
    log = tmp_path / "log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", *command, "--port", str(port)],
            cwd=BASE_DIR,
            env=child_env,
            stdout=out,
            stderr=out,
        )
    try:
        address = f"http://127.0.0.1:{port}/api/v1/hooks/s3cret-T0ken/"
        assert status_of(address) in (404, 405)
    finally:
        server.terminate()
        server.wait(timeout=10)
    assert "hooks/***/ HTTP/1.1" in log.read_text()
    assert "s3cret" not in log.read_text()


def status_of(address: str, *, seconds: float = 20) -> int:
    """The answer's status, as soon as there is an answer."""
    give_up_at = time.monotonic() + seconds
    while True:
        try:
            return httpx.post(address).status_code
        except httpx.ConnectError:
            assert time.monotonic() < give_up_at
            time.sleep(0.05)


@pytest.mark.parametrize("part", ["/", "/a", "/hooks/", "/tokens", "?", "a", "/?"])
def test_a_long_address_is_written_in_little_time(
    log_lines: Callable[[], str], part: str
) -> None:
    """One of 60,000 slashes took a quarter of a minute."""
    began = time.process_time()
    logging.getLogger("django.request").warning("Not Found: %s", part * 30_000)
    assert time.process_time() - began < 2
    assert "Not Found" in log_lines()
