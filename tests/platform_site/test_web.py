"""`manage.py web` believes what a request says about its origin only from a trusted proxy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from platform_site.local.child_processes import free_port
from platform_site.local.data_dir import BASE_DIR
from tests.integration.processes import manage, wait_until


@pytest.mark.parametrize(
    ("proxies", "is_believed"), [("", False), ("127.0.0.0/8", True)]
)
def test_only_a_trusted_proxy_is_believed(
    child_env: dict[str, str], tmp_path: Path, proxies: str, *, is_believed: bool
) -> None:
    port = str(free_port())
    env = child_env | {"TRUSTED_PROXIES": proxies}
    with manage(env, tmp_path, "web", "--port", port) as server:
        wait_until(lambda: "Uvicorn running" in server.log.read_text())
        answer = httpx.get(
            f"http://127.0.0.1:{port}/api/v1/tokens/",
            headers={
                "Authorization": "Bearer wrong",
                "X-Forwarded-For": "192.0.2.1",
            },
            trust_env=False,
        )
        assert answer.status_code == 401
        address = "192.0.2.1" if is_believed else "127.0.0.1"
        assert f"event=token_refused address={address}" in server.log.read_text()


@pytest.mark.heavy
def test_a_port_is_a_number() -> None:
    run = subprocess.run(
        [sys.executable, "manage.py", "web", "--port", "70000"],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert "the port must be a number from 1 to 65535" in run.stderr
