"""How many CPUs a worker may use."""

from __future__ import annotations

from pathlib import Path

import pytest

from schedules.processes import cpus


@pytest.fixture
def cgroup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a cgroup two levels down, on a machine with eight CPUs."""
    own = tmp_path / "cgroup"
    own.write_text("1:memory:/old\n0::/site/worker\n")
    folder = tmp_path / "fs" / "site" / "worker"
    folder.mkdir(parents=True)
    monkeypatch.setattr(cpus, "CGROUP", own)
    monkeypatch.setattr(cpus, "CGROUPS", tmp_path / "fs")
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: set(range(8)))
    return folder


def test_without_a_limit_it_is_the_affinity(cgroup: Path) -> None:
    assert cpus.usable_cpus() == 8
    (cgroup / "cpu.max").write_text("max 100000\n")
    assert cpus.usable_cpus() == 8


def test_the_limit_of_a_container_counts_and_is_rounded_up(cgroup: Path) -> None:
    (cgroup / "cpu.max").write_text("250000 100000\n")
    assert cpus.usable_cpus() == 3


def test_the_limit_of_what_is_around_it_counts(cgroup: Path) -> None:
    (cgroup / "cpu.max").write_text("400000 100000\n")
    (cgroup.parent / "cpu.max").write_text("50000 100000\n")
    assert cpus.usable_cpus() == 1


def test_what_cannot_be_read_limits_nothing(cgroup: Path) -> None:
    (cgroup / "cpu.max").write_text("nonsense")
    assert cpus.usable_cpus() == 8
    cpus.CGROUP.unlink()
    assert cpus.usable_cpus() == 8
