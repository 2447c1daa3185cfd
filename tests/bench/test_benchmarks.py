"""`manage.py benchmark_firing` and `benchmark_listing` measure, and print what they measured."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from platform_site.local.data_dir import BASE_DIR
from tests.bench.table import ON_POSTGRESQL, ON_SQLITE, Targets, table

pytestmark = pytest.mark.heavy
APPS = ("platform_site", "schedules", "triggers", "workflows")


Measured = Callable[..., str]


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Measured]:
    """What a benchmark prints. It leaves nothing behind."""
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "platform_site.settings")

    def measured_(*command: str) -> str:
        out = StringIO()
        call_command(*command, stdout=out, stderr=StringIO())
        return out.getvalue()

    yield measured_
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_quick_benchmark_prints_every_figure_and_leaves_nothing(
    measured: Measured,
) -> None:
    printed = measured("benchmark_firing", "--quick")
    for figure in (
        "interval: fired and sent per second",
        "interval: ratio",
        "cron: ratio",
        "late: p50",
        "late: p99",
        "start: again, from handle() to the loop",
        "late: p99 of each run, ms",
        "interval: processor per fire, scheduler only",
    ):
        assert figure in printed
    assert re.search(r"^start: again, writes to Redis +none", printed, re.MULTILINE)


@pytest.mark.slow
def test_runs_are_measured_beside_those_of_stock_rq(
    measured: Measured,
) -> None:
    printed = measured("benchmark_running", "--quick")
    assert re.search(
        r"^stock RQ, pool of two, no-op +[\d.]+ a second", printed, re.MULTILINE
    )
    assert re.search(r"^1 at work, .* x stock", printed, re.MULTILINE)
    assert re.search(r"^2 at work, .* x stock", printed, re.MULTILINE)
    assert re.search(r"^due to started, idle: p50 .* ms", printed, re.MULTILINE)
    assert re.search(
        r"^30 due at one second, all through after .* s", printed, re.MULTILINE
    )
    assert re.search(r"^10 due each second of 2: started p50", printed, re.MULTILINE)
    assert re.search(r"^ +scheduler +[\d.]+ s of the processor", printed, re.MULTILINE)


@pytest.mark.slow
def test_listing_is_measured_as_each_asker(
    measured: Measured,
) -> None:
    printed = measured("benchmark_listing", "--schedules=120", "--repeat=1")
    assert re.search(r"owner: default .* 4 queries   50 rows", printed)
    assert re.search(r"staff: ordering=-name .* 4 queries   50 rows", printed)
    assert re.search(r"another user: default .* 2 queries    0 rows", printed)


@pytest.mark.slow
def test_pages_of_the_admin_are_measured_with_their_queries_and_their_weight(
    measured: Measured,
) -> None:
    printed = measured("benchmark_admin", "--schedules=120", "--runs=600", "--repeat=1")
    assert re.search(r"the list .* \d+ queries .* kB   50 rows", printed)
    assert re.search(r"made by an agent .* kB    3 rows", printed)
    for page in ("schedule of many runs", "load map", "calendar, today", "approvals"):
        assert re.search(rf"^{page}  .* \d+ queries", printed, re.MULTILINE)


@pytest.mark.slow
def test_a_long_history_is_measured_with_its_pruning_beside_plain_deletion(
    measured: Measured,
) -> None:
    printed = measured("benchmark_history", "--schedules=3", "--runs=900", "--repeat=1")
    for page in ("schedule", "runs that failed", "API: executions"):
        assert re.search(rf"^page: {page} .* \d+ queries", printed, re.MULTILINE)
    for work in ("audit", "pruning", "audit after pruning", "plain deletion"):
        assert re.search(rf"^{work}  .* runs, .* rows", printed, re.MULTILINE)
    assert re.search(r"^pruning: .* of plain deletion", printed, re.MULTILINE)


@pytest.mark.slow
def test_upserts_are_measured_beside_bulk_create(
    measured: Measured,
) -> None:
    printed = measured("benchmark_upsert", "--schedules=40", "--repeat=1")
    for what in ("created", "unchanged", "changed", "with a new timing"):
        assert re.search(rf"^{what} .* times bulk_create$", printed, re.MULTILINE)


def test_a_ratio_is_that_of_measurements_side_by_side() -> None:
    measured: dict[str, list[Any]] = {
        "ours cron": [4000.0, 900.0],
        "stock cron": [1000.0, 300.0],
        "processor cron": [0.000_150, 0.000_250],
    }
    lines = table(measured, ON_SQLITE).splitlines()
    (worked,) = [line for line in lines if "processor" in line]
    assert worked.split()[-2:] == ["200", "µs"]
    (ratio,) = [line for line in lines if "ratio" in line]
    assert ratio.split() == ["cron:", "ratio", "3.50", ">=", "4.0", "MISSED"]


@pytest.mark.parametrize(
    ("targets", "wanted"), [(ON_SQLITE, "ok"), (ON_POSTGRESQL, "MISSED")]
)
def test_lateness_is_the_median_of_all_runs_each_of_which_is_shown(
    targets: Targets, wanted: str
) -> None:
    runs = [[seconds] * 10 for seconds in (0.025, 0.004, 0.009, 0.01, 0.0085)]
    lines = table({"lateness": runs}, targets).splitlines()
    p99 = [line.split(maxsplit=2)[2] for line in lines if "p99" in line]
    assert p99[0].startswith("9.0 ms")
    assert p99[0].endswith(wanted)
    assert p99[1].split()[-5:] == ["25", "4", "9", "10", "8.5"]


def test_without_a_source_checkout_a_benchmark_says_that_it_needs_one(
    tmp_path: Path,
) -> None:
    """As from a wheel, which has the apps and no tests."""
    for app in APPS:
        (tmp_path / app).symlink_to(BASE_DIR / app)
    shutil.copy(BASE_DIR / "manage.py", tmp_path)
    done = subprocess.run(
        [sys.executable, "manage.py", "benchmark_firing", "--quick"],
        cwd=tmp_path,
        env=os.environ
        | {"DJANGO_SETTINGS_MODULE": "platform_site.settings", "DATA_DIR": "data"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (
        1,
        "CommandError: This command needs a source checkout of Ostinato: its code is in "
        "tests/bench.\n",
    )


def test_only_postgresql_is_taken_as_a_server() -> None:
    with pytest.raises(CommandError, match="postgresql://"):
        call_command("benchmark_firing", "--database-url=mysql://somewhere")
