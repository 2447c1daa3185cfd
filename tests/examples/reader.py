"""A reader of the quickstart, who does what it says."""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path

from platform_site.local.child_processes import free_port
from platform_site.local.data_dir import BASE_DIR

TEXT = (BASE_DIR / "docs" / "quickstart.md").read_text()
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)
ROW = re.compile(
    r"^\| ([^|`]+) \| (?:`([^`]+)`|\*\*(.+)\*\*)(?: (\w+))? \|$", re.MULTILINE
)
# As the page has them, for a person who has no script.
INPUTS = {
    "Name": "name",
    "What runs": "call",
    "Customer": "argument-customer",
    "When": "schedule_type",
    "Every": "interval_seconds",
}
OPTIONS = {"At an interval": "interval"}
# Done by hand in a browser; here by Django's client, in the project's own process.
BY_HAND = """
from django.contrib.auth import get_user_model
from django.test import Client
from django.test.utils import setup_test_environment
setup_test_environment()
client = Client()
client.force_login(get_user_model().objects.get())
address = "/admin/ostinato_schedules/scheduledjob/add/"
def shown(answer):
    form = answer.context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, [])}
chosen = {"call": GIVEN["call"], "_fields": "1"}
page = client.post(address, shown(client.get(address)) | chosen)
answer = client.post(address, shown(page) | GIVEN)
assert answer.status_code == 302, answer.context["adminform"].form.errors
"""
LEDGER = """
from schedules.models import ScheduledRun
from workflows.models import NodeRun
for run in ScheduledRun.objects.order_by("scheduled_for"):
    last = NodeRun.objects.filter(execution=run.execution_id).last()
    print(run.status, last and last.output, run.error)
"""
WAIT_SECONDS = 60


class Reader:
    """Follows the document in a folder."""

    def __init__(
        self, folder: Path, redis_url: str, python: str, path: str = ""
    ) -> None:
        """`python` has the package installed, or finds it under `path`."""
        self._folder = folder
        self._python = python
        self._redis_url = redis_url
        self._started: list[subprocess.Popen[bytes]] = []
        kept = {
            name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ
        }
        self._env = kept | {
            "PYTHONPATH": f"{folder}{os.pathsep}{path}" if path else str(folder),
            "DJANGO_SUPERUSER_USERNAME": "ada",
            "DJANGO_SUPERUSER_EMAIL": "ada@example.com",
            "DJANGO_SUPERUSER_PASSWORD": "quick-start-7",
        }

    def follow(self) -> None:
        for language, body in BLOCK.findall(TEXT):
            if language == "python":
                self._write(body)
            else:
                for line in body.splitlines():
                    self._type(line)

    def _write(self, body: str) -> None:
        name = re.match(r"# ([\w/.]+)", body)
        assert name, "each file begins with its name"
        text = body.replace("redis://127.0.0.1:6379/0", self._redis_url)
        with (self._folder / name[1]).open("a") as file:
            file.write(f"\n{text}")

    def _type(self, line: str) -> None:
        if line.startswith("pip install "):
            return  # `python -m tests.foreign` installs the wheel
        words = line.removesuffix(" &").split()
        if words[0] == "django-admin":
            words[:1] = ["python", "-m", "django"]
        command = [self._python, *words[1:]]
        if "createsuperuser" in words:
            command.append("--noinput")
        if "runserver" in words:
            command += [f"127.0.0.1:{free_port()}", "--noreload"]
        if line.endswith("&") or "runserver" in words:
            with (self._folder / f"{words[2]}.log").open("wb") as log:
                self._started.append(
                    subprocess.Popen(
                        command, cwd=self._folder, env=self._env, stdout=log, stderr=log
                    )
                )
            return
        self._run(command)

    def schedule(self) -> None:
        """Fill in the form as the table says."""
        given = {}
        for field, typed, option, unit in ROW.findall(TEXT):
            given[INPUTS[field]] = typed or OPTIONS[option]
            if unit:
                given[f"{INPUTS[field]}-unit"] = unit
        assert given.keys() >= set(INPUTS.values()), given
        self._shell(f"GIVEN = {given!r}\n{BY_HAND}")

    def ledger_once_fired(self) -> str:
        """What is on record once a run has succeeded."""
        until = time.monotonic() + WAIT_SECONDS
        while "succeeded" not in (ledger := self._shell(LEDGER)):
            assert time.monotonic() < until, ledger + self._logs()
            time.sleep(1)
        return ledger

    def _shell(self, code: str) -> str:
        return self._run([self._python, "manage.py", "shell", "-c", code])

    def _run(self, command: list[str]) -> str:
        done = subprocess.run(
            command,
            cwd=self._folder,
            env=self._env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def _logs(self) -> str:
        return "\n".join(log.read_text() for log in self._folder.glob("*.log"))

    def stop(self) -> None:
        for process in self._started:
            process.terminate()
        for process in self._started:
            process.wait(timeout=20)
