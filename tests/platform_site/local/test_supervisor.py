"""The supervisor, on real processes."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from platform_site.local.child_processes import spawn
from platform_site.local.stop_signals import StopSignals
from platform_site.local.supervisor import Service, Supervisor
from tests.integration.processes import is_over, wait_until


@pytest.fixture
def signals() -> Iterator[StopSignals]:
    with StopSignals() as entered:
        yield entered


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def supervisor(signals: StopSignals, told: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(signals, told.append)
    yield supervisor
    supervisor.stop()


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "notes"


def script(name: str, text: str, notes: Path) -> Service:
    """A service that is a shell script; it runs on after `text`, and can note lines."""

    def start():
        body = f"{text}\nwhile :; do sleep 0.02; done"
        with notes.open("ab") as output:
            return spawn(["sh", "-c", body], output=output)

    return Service(name, start)


def lines(notes: Path) -> list[str]:
    return notes.read_text().split()


def wait_for_lines(notes: Path, count: int) -> None:
    deadline = time.monotonic() + 10
    while len(lines(notes)) < count:
        assert time.monotonic() < deadline, lines(notes)
        time.sleep(0.01)


def keep_going_until(condition, supervisor: Supervisor) -> None:
    """Watch until `condition` holds; then ask to stop, as Ctrl-C would."""
    deadline = time.monotonic() + 10

    def look() -> None:
        assert time.monotonic() < deadline
        if condition():
            os.kill(os.getpid(), signal.SIGINT)

    supervisor.watch(look)


def test_a_child_that_is_killed_is_started_again(
    supervisor: Supervisor, notes: Path, told: list[str]
) -> None:
    [child] = supervisor.start(script("web", "echo started", notes), grace=(1,))
    wait_for_lines(notes, 1)
    first = child.process
    first.kill()
    keep_going_until(lambda: child.process is not first, supervisor)
    wait_for_lines(notes, 2)
    assert told == ["web was ended by SIGKILL; restarting it in 0.25 s"]


def test_a_child_that_keeps_failing_is_started_less_and_less_often(
    supervisor: Supervisor, notes: Path, told: list[str]
) -> None:
    [child] = supervisor.start(script("worker", "exit 3", notes), grace=(1,))
    keep_going_until(lambda: child.failures == 3, supervisor)
    assert [line.split(";")[0] for line in told] == ["worker ended with status 3"] * 3
    assert [line.split()[-2] for line in told] == ["0.25", "0.5", "1"]


def test_stages_end_in_the_reverse_order_of_their_start(
    supervisor: Supervisor, notes: Path
) -> None:
    for name in ("valkey", "worker", "scheduler", "web"):
        text = f"trap 'sleep 0.1; echo {name}; exit' TERM; echo ready"
        supervisor.start(script(name, text, notes), grace=(5,))
    wait_for_lines(notes, 4)
    supervisor.stop()
    assert lines(notes)[4:] == ["web", "scheduler", "worker", "valkey"]


def test_the_second_sigterm_comes_after_the_first_grace(
    supervisor: Supervisor, notes: Path
) -> None:
    text = """trap 'echo warm; trap "echo cold; exit" TERM' TERM; echo ready"""
    supervisor.start(script("worker", text, notes), grace=(3, 5))
    wait_for_lines(notes, 1)
    supervisor.stop()
    assert lines(notes) == ["ready", "warm", "cold"]


def test_what_ignores_sigterm_is_killed_with_all_it_started(
    supervisor: Supervisor, notes: Path
) -> None:
    text = "trap '' TERM; sleep 1000 & echo $!"
    [child] = supervisor.start(script("deaf", text, notes), grace=(0.1,))
    wait_for_lines(notes, 1)
    supervisor.stop()
    assert child.process.returncode == -signal.SIGKILL
    assert_gone(int(lines(notes)[0]))


def test_a_second_ctrl_c_ends_the_waiting(
    supervisor: Supervisor, signals: StopSignals, notes: Path
) -> None:
    supervisor.start(script("deaf", "trap '' TERM; echo up", notes), grace=(60,))
    wait_for_lines(notes, 1)
    os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGTERM)
    began = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - began < 5


def test_a_child_that_cannot_start_does_not_hide_the_others(
    supervisor: Supervisor, notes: Path
) -> None:
    def refuse():
        raise FileNotFoundError

    with pytest.raises(FileNotFoundError):
        supervisor.start(
            script("web", "echo $$", notes), Service("broken", refuse), grace=(1,)
        )
    wait_for_lines(notes, 1)
    supervisor.stop()
    assert_gone(int(lines(notes)[0]))


def assert_gone(pid: int) -> None:
    wait_until(lambda: is_over(pid), seconds=10)
