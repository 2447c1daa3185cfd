"""Ending the processes of a session, and the reaper that does it for a worker that is gone."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
import pytest

from platform_site.local.data_dir import BASE_DIR
from tests.integration.processes import is_over, wait_until
from workflows.processes import leftovers
from workflows.processes.session import end_session, named

# Of this process alone: others may run these tests at the same time.
SECONDS = f"714.{os.getpid()}"
SLEEP = f"sleep {SECONDS}"
SESSION = f"({SLEEP} | cat) & setsid {SLEEP} & exec {SLEEP}"
REAPER = "from workflows.processes.reaper import main; main()"


@contextmanager
def shell(text: str) -> Iterator[subprocess.Popen[bytes]]:
    """The leader of a session, which is killed at the end if it is still there."""
    with subprocess.Popen(["bash", "-c", text], start_new_session=True) as leader:
        try:
            yield leader
        finally:
            leader.kill()


def alive() -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline", "status"])
        if process.info["cmdline"] == ["sleep", SECONDS]
        and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


@pytest.fixture(autouse=True)
def ends_what_it_started() -> Iterator[None]:
    """A test that fails leaves nothing that a later one would count."""
    yield
    for sleep in alive():
        sleep.kill()


def in_session(leader: int) -> list[str]:
    """The names of the processes of a session, each once it runs what it was started for."""
    pids = [pid for pid in psutil.pids() if _session_of(pid) == leader]
    return sorted(psutil.Process(pid).name() for pid in pids)


def _session_of(pid: int) -> int:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return 0


def test_a_session_ends_and_another_one_does_not() -> None:
    with shell(SESSION) as leader:
        expected = ["bash", "cat", "sleep", "sleep"]
        # A process that was forked is still "bash" until it has become what it is to be.
        wait_until(lambda: in_session(leader.pid) == expected and len(alive()) == 3)
        ended = end_session(leader.pid)
        assert sorted(name.split()[0] for name in ended) == expected
        (survivor,) = alive()
        assert survivor.pid == os.getsid(survivor.pid)
        survivor.kill()


def test_what_forks_all_the_time_ends_too() -> None:
    walker = "import os\nwhile True:\n if os.fork(): os._exit(0)"
    with shell(f'{sys.executable} -c "{walker}" & {SLEEP}') as leader:
        wait_until(alive)
        time.sleep(0.2)
        assert end_session(leader.pid)
        assert end_session(leader.pid) == []


def test_a_session_without_processes_is_no_error() -> None:
    assert end_session(2**22 + 1) == []


def test_the_leader_ends_the_others_and_lives_on() -> None:
    def lead() -> None:
        leftovers.lead_session()
        subprocess.Popen(SLEEP.split())
        subprocess.Popen(SLEEP.split(), process_group=0)
        leftovers.end_leftovers(run="a")
        os._exit(0 if not alive() else 1)

    assert in_a_child(lead) == 0


def test_who_leads_no_session_ends_nothing() -> None:
    with shell(f"{SLEEP}; true"):
        wait_until(alive)
        leftovers.end_leftovers(run="a")
        assert alive()
        (sleep,) = alive()
        sleep.kill()


def test_a_child_of_the_leader_ends_nothing() -> None:
    def lead() -> None:
        leftovers.lead_session()
        sleep = subprocess.Popen(SLEEP.split())
        status = in_a_child(lambda: leftovers.end_leftovers(run="a"))
        os._exit(0 if status == 0 and sleep.poll() is None else 1)

    try:
        assert in_a_child(lead) == 0
    finally:
        for sleep in alive():
            sleep.kill()


def in_a_child(work: Callable[[], object]) -> int:
    if (child := os.fork()) == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_only_so_many_are_named() -> None:
    assert named(["a (1)", "b (2)"]) == "a (1), b (2)"
    assert named(["a (1)"] * 1000).endswith("a (1) and 980 more")


@pytest.fixture
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A process that the reaper takes for its worker."""
    with subprocess.Popen(["sleep", "60"]) as worker:
        yield worker
        worker.kill()


@contextmanager
def reaper(worker: int) -> Iterator[tuple[socket.socket, int]]:
    """Our end of its socket, and its process number."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        command = [sys.executable, "-S", "-c", REAPER, str(worker)]
        subprocess.run(
            command, cwd=BASE_DIR, stdin=theirs, start_new_session=True, check=True
        )
        theirs.close()
        ours.settimeout(10)
        yield ours, int(ours.recv(64))


def test_the_reaper_ends_the_sessions_that_are_not_over(
    worker: subprocess.Popen[bytes],
) -> None:
    with shell(f"{SLEEP}; true") as over, shell(f"{SLEEP}; true") as open_one:
        wait_until(lambda: len(alive()) == 2)
        with reaper(worker.pid) as (connection, pid):
            connection.send(b"+%d\n+%d" % (over.pid, open_one.pid))
            connection.send(b"\n-%d\n" % over.pid)
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(1) == b"", "it has ended"
        assert open_one.wait(5) == -signal.SIGKILL
        assert over.poll() is None
        (sleep,) = alive()
        sleep.kill()
        wait_until(lambda: is_over(pid))


def test_the_reaper_sees_that_its_worker_is_gone_though_another_holds_the_socket(
    worker: subprocess.Popen[bytes],
) -> None:
    with (
        shell(f"{SLEEP}; true") as session,
        reaper(worker.pid) as (connection, _),
    ):
        wait_until(alive)
        connection.send(b"+%d\n" % session.pid)
        worker.kill()
        assert session.wait(5) == -signal.SIGKILL
        wait_until(lambda: not alive(), seconds=10)


def test_the_reaper_leaves_a_number_alone_that_is_another_process_by_now(
    worker: subprocess.Popen[bytes],
) -> None:
    from workflows.processes.reaper import Watched

    watched = Watched()
    with shell(f"{SLEEP}; true") as session:
        wait_until(alive)
        watched.update(b"+%d\n" % session.pid)
        watched._sessions[session.pid] = "1"  # it began long before
        watched.end()
        assert session.poll() is None
        (sleep,) = alive()
        sleep.kill()
