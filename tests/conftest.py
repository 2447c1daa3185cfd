"""What all tests share: a real Valkey, and how a child process finds the test's servers."""

from __future__ import annotations

import gc
import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
import structlog
import time_machine
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.utils import translation
from pytest_django import Settings
from redis import Redis

from platform_site.local.child_processes import free_port
from platform_site.local.data_dir import BASE_DIR
from platform_site.local.valkey import EmbeddedValkey
from schedules.services.insight import health
from schedules.services.insight.calendar import month
from schedules.services.insight.health import database_probe
from schedules.services.insight.load import load_map
from tests import clocks, effort, emptying
from tests.chaos.report import PROPERTY, Report, summary
from tests.graphs import add_graph
from tests.options import Options, changing
from workflows.callables import declarations
from workflows.execution.queue import connection as redis_connection
from workflows.kit import outages
from workflows.models import Workflow

# The fixtures that projects have by the installed package.
pytest_plugins = ["schedules.testing.plugin"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table of the chaos drills. Here, as with `-n` a folder's own conftest is read
    by the workers alone."""
    drills = [
        Report.from_json(str(value))
        for outcome in ("passed", "failed")
        for test in terminalreporter.getreports(outcome)
        for name, value in test.user_properties
        if name == PROPERTY
    ]
    if drills:
        terminalreporter.section("chaos")
        for line in summary(drills):
            terminalreporter.write_line(line)


def pytest_configure(config: pytest.Config) -> None:
    # A shell has what it runs in the background ignore Ctrl-C, and whatever that starts.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    emptying.empty_quickly()
    if "not slow" in config.getoption("markexpr"):
        effort.be_brief()


def pytest_unconfigure() -> None:
    """The data folder of the run goes with the run."""
    shutil.rmtree(os.environ["DATA_DIR"], ignore_errors=True)


# Other processes show the time of the computer, and are compared with ours.
OTHER_PROCESSES = {"redis_server", "live_server"}
# What these start or empty takes long, and is left out of `start.py test --quick`.
HEAVY = {"child_env", "live_server", "connect", "transactional_db"}
# Each shows the facts that are known after a second.
SHOW_FACTS = [
    "schedules.admin.load.views",
    "schedules.admin.overview.view",
    "schedules.admin.site_state",
    "schedules.services.insight.health.outages",
]
# Making its tests takes seconds, in every worker of xdist; all of them are slow.
SLOW_TO_COLLECT = "test_contract.py"


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """The garbage collector skips what lives as long as the run: a tenth of its time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    left_out = "not slow" in config.getoption("markexpr")
    return True if left_out and collection_path.name == SLOW_TO_COLLECT else None


def pytest_itemcollected(item: pytest.Item) -> None:
    database = item.get_closest_marker("django_db")
    commits = database is not None and database.kwargs.get("transaction")
    if commits or HEAVY & set(getattr(item, "fixturenames", ())):
        item.add_marker("heavy")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--clock",
        choices=[clocks.NOW, *clocks.CLOCKS],
        help="the clock of every test in one process (default: another for each test)",
    )


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Packed data names no test: gzip writes the time into it, and the workers of xdist
    must all find the same tests."""
    if isinstance(val, bytes) and not (val.isascii() and val.decode().isprintable()):
        return argname
    return None


@pytest.fixture(autouse=True)
def functions_of_the_site() -> Iterator[None]:
    """Functions that a test registers or removes are as before for the next one."""
    kept = dict(declarations.by_name)
    yield
    declarations.by_name = kept


@pytest.fixture(autouse=True)
def clock(request: pytest.FixtureRequest) -> Iterator[None]:
    """Runs the test at another day and time than now.

    A test that starts processes keeps the computer's clock: it uses Redis or a live
    server, or is marked `real_clock`. `python -m tests.another_date` moves that clock, too.
    """
    together = request.node.get_closest_marker("real_clock")
    name = request.config.getoption("clock") or clocks.clock_of_test(
        request.node.nodeid, connection.vendor
    )
    if together or name == clocks.NOW or OTHER_PROCESSES & set(request.fixturenames):
        yield
        return
    instant = clocks.clock_at(name, datetime.now(UTC))
    request.node.add_report_section("setup", "clock", f"It ran at {instant} ({name}).")
    with time_machine.travel(instant, tick=True):
        yield


@pytest.fixture(autouse=True)
def signal_handlers() -> Iterator[None]:
    """RQ's workers leave theirs, with which Ctrl-C would no longer end the tests."""
    kept = [(each, signal.getsignal(each)) for each in (signal.SIGINT, signal.SIGTERM)]
    yield
    for each, handler in kept:
        signal.signal(each, handler)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A request leaves its language to its thread, and so to the next test."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process remembers for a while: its last look around, load maps and calendars,
    what it has logged. A test has the database locked, so a look around need not wait, but
    a page waits until all is found, however busy the machine is."""
    for module in SHOW_FACTS:
        monkeypatch.setattr(f"{module}.WAIT_SECONDS", 30)
    monkeypatch.setattr(database_probe, "LOCK_WAIT_MILLISECONDS", 1)
    health.reset()
    load_map.forget()
    month.forget()
    outages._written.clear()


@pytest.fixture
def ostinato(settings: Settings) -> Options:
    """Sets options of `OSTINATO` for this test: `ostinato(FIRE_BATCH_SIZE=3)`."""
    return changing(settings)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedValkey]:
    """A real Valkey of this test session (one for each xdist worker)."""
    valkey = EmbeddedValkey(tmp_path_factory.mktemp("valkey"))
    process = valkey.start()
    ready = valkey.wait_until_ready(process)
    assert ready, (valkey.folder / "valkey.log").read_text()
    yield valkey
    process.terminate()
    process.wait(timeout=10)


@pytest.fixture
def redis(
    redis_server: EmbeddedValkey, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Redis]:
    """The client that the site itself uses, on an empty database.

    During this test the settings and the environment of child processes lead to it; in
    every other test Redis is away.
    """
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    monkeypatch.setattr(settings, "REDIS_URL", redis_server.url)
    monkeypatch.setitem(settings.RQ_QUEUES["workflows"], "URL", redis_server.url)
    client = redis_connection()
    client.flushall()
    yield client
    client.connection_pool.disconnect()


@pytest.fixture
def child_env(transactional_db: None, redis: Redis) -> dict[str, str]:
    """The environment in which a `manage.py` child works on this test's servers."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        url = f"postgresql://{database['USER']}@{database['HOST']}/{database['NAME']}"
        if socket_folder := database["OPTIONS"].get("host"):
            url += f"?host={socket_folder}"
    site = {"DJANGO_SETTINGS_MODULE": "platform_site.settings", "DATABASE_URL": url}
    return {**os.environ, **site}


@pytest.fixture
def served(child_env: dict[str, str]) -> Iterator[str]:
    """The address at which `manage.py web` serves the site, on this test's servers."""
    port = str(free_port())
    process = subprocess.Popen(
        [sys.executable, "manage.py", "web", "--port", port],
        cwd=BASE_DIR,
        env=child_env,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    while "Uvicorn running" not in process.stderr.readline():
        assert process.poll() is None
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.stderr.close()
    process.wait(timeout=10)


@pytest.fixture
def bare_structlog() -> Iterator[None]:
    """As in a project that has not configured structlog."""
    kept = structlog.get_config()
    structlog.reset_defaults()
    yield
    structlog.configure(**kept)


@pytest.fixture
def log_lines() -> Iterator[Callable[[], str]]:
    """What the site's own handler has written since the test began."""
    (handler,) = (
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)
    )
    assert isinstance(handler, logging.StreamHandler)
    lines = StringIO()
    before = handler.setStream(lines)
    yield lines.getvalue
    handler.setStream(before)


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_user("ada")


@pytest.fixture
def workflow(owner: User) -> Workflow:
    """A workflow with a manual and a schedule trigger that lead to one template."""
    workflow = Workflow.objects.create(name="greeting", owner=owner)
    add_graph(
        workflow,
        {
            "start": ("trigger_manual", {}),
            "tick": ("trigger_schedule", {}),
            "greet": ("template", {"text": "Hello {{ trigger.payload.name }}"}),
        },
        [("start", "greet"), ("tick", "greet")],
    )
    return workflow
