"""docs/api.md runs as it is written."""

from __future__ import annotations

import os
import re
import subprocess

import pytest
from django.contrib.auth.models import User
from pytest_django.live_server_helper import LiveServer
from redis import Redis

from platform_site.accounts.models import ApiToken
from platform_site.local.data_dir import BASE_DIR

TOUR = re.findall(
    r"^```sh\n(.*?)^```",
    (BASE_DIR / "docs/api.md").read_text(),
    re.MULTILINE | re.DOTALL,
)


@pytest.mark.django_db(transaction=True)
def test_the_tour_runs_as_written(redis: Redis, live_server: LiveServer) -> None:
    token = ApiToken.objects.create(user=User.objects.create_superuser("admin"))[1]
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(TOUR)],
        env=os.environ | {"SITE": live_server.url, "TOKEN": token},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = iter(done.stdout.splitlines())
    # In this order, with other answers between them.
    for expected in (
        r"At 02:30 every day \(Europe/Berlin\)",
        r".*0 9 \* \* 1-5.*America/New_York.*",
        r"precondition_failed",
        r"paused",
        r"manual",
        r"200",
        r"The schedule did not exist yet: .*",
        r".*61.*",
        r"This parameter does not exist\.",
        r"The body is not valid JSON: .*",
        r"stop",
    ):
        assert any(re.fullmatch(expected, line) for line in said), expected
