"""The embedded Valkey holds hints: a file that it cannot read keeps no site from starting."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis

from platform_site.local.valkey import EmbeddedValkey


@pytest.fixture
def stopped(tmp_path: Path) -> EmbeddedValkey:
    """A server that was killed, with something in its file."""
    valkey = EmbeddedValkey(tmp_path / "valkey")
    with running(valkey), Redis.from_url(valkey.url) as client:
        client.mset({f"name-{number}": "value" for number in range(50)})
    return valkey


@contextmanager
def running(valkey: EmbeddedValkey) -> Iterator[list[str]]:
    """The lines printed at the start of the server, which is killed at the end."""
    told: list[str] = []
    process = valkey.start_or_repair(told.append)
    try:
        assert process.poll() is None, valkey.last_words()
        yield told
    finally:
        process.kill()
        process.wait()


def aof(valkey: EmbeddedValkey, kind: str) -> Path:
    (path,) = (valkey.folder / "appendonlydir").glob(f"*.{kind}*")
    return path


def add_zeros(valkey: EmbeddedValkey) -> None:
    path = aof(valkey, "incr")
    path.write_bytes(path.read_bytes() + b"\0" * 4096)


def add_garbage_in_the_middle(valkey: EmbeddedValkey) -> None:
    path = aof(valkey, "incr")
    half = len(path.read_bytes()) // 2
    path.write_bytes(path.read_bytes()[:half] + b"*9999999\r\n$9999999999\r\n")
    add_zeros(valkey)


def spoil_the_base(valkey: EmbeddedValkey) -> None:
    aof(valkey, "base").write_bytes(b"garbage")


def write_another_manifest(valkey: EmbeddedValkey) -> None:
    aof(valkey, "manifest").write_text("hello\n")


def lose_a_file(valkey: EmbeddedValkey) -> None:
    aof(valkey, "incr").unlink()


def put_a_folder_in_its_place(valkey: EmbeddedValkey) -> None:
    path = aof(valkey, "incr")
    path.unlink()
    path.mkdir()


def put_a_file_in_place_of_the_folder(valkey: EmbeddedValkey) -> None:
    folder = valkey.folder / "appendonlydir"
    shutil.rmtree(folder)
    folder.touch()


@pytest.mark.heavy
@pytest.mark.parametrize(
    "damage",
    [
        add_zeros,
        add_garbage_in_the_middle,
        spoil_the_base,
        write_another_manifest,
        lose_a_file,
        put_a_folder_in_its_place,
        put_a_file_in_place_of_the_folder,
    ],
    ids=lambda damage: damage.__name__,
)
def test_a_damaged_file_is_set_aside_and_reported_in_one_line(
    stopped: EmbeddedValkey, damage: Callable[[EmbeddedValkey], None]
) -> None:
    damage(stopped)
    with running(stopped) as told:
        assert stopped.answers()
        (line,) = told
        assert "was damaged and has been replaced" in line
        assert line.endswith("appendonlydir.damaged-1.")
    with running(stopped) as told:
        assert told == []


def test_what_a_crash_cut_off_is_no_damage(stopped: EmbeddedValkey) -> None:
    path = aof(stopped, "incr")
    path.write_bytes(path.read_bytes()[:-7])
    with running(stopped) as told:
        assert told == []


@pytest.mark.heavy
def test_only_the_newest_damaged_files_are_kept(stopped: EmbeddedValkey) -> None:
    for _ in range(5):
        add_zeros(stopped)
        with running(stopped), Redis.from_url(stopped.url) as client:
            client.set("name", "value")
    kept = sorted(path.name for path in stopped.folder.glob("*.damaged-*"))
    assert kept == [f"appendonlydir.damaged-{number}" for number in (3, 4, 5)]


def test_any_other_reason_is_reported_and_the_file_stays(
    stopped: EmbeddedValkey,
) -> None:
    before = aof(stopped, "incr").read_bytes()
    with socket.create_server(("127.0.0.1", stopped.port)):
        process = stopped.start_or_repair(pytest.fail)
        assert process.poll() == 1
    words = f"Failed listening on port {stopped.port} (tcp), aborting."
    assert stopped.last_words() == words
    assert aof(stopped, "incr").read_bytes() == before


def test_a_server_that_outlived_its_supervisor_is_ended(tmp_path: Path) -> None:
    left_over = EmbeddedValkey(tmp_path / "valkey").start()
    try:
        with running(EmbeddedValkey(tmp_path / "valkey")):
            assert left_over.wait(timeout=5) is not None
    finally:
        left_over.kill()
        left_over.wait()


def test_the_server_of_the_folder_that_this_one_was_copied_from_lives_on(
    tmp_path: Path,
) -> None:
    original = EmbeddedValkey(tmp_path / "valkey")
    with running(original):
        shutil.copytree(tmp_path / "valkey", tmp_path / "copy")
        with running(EmbeddedValkey(tmp_path / "copy")):
            assert original.answers()
