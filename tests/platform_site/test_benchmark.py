"""`manage.py benchmark_firing` and `benchmark_listing` measure, and print what they measured."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from platform_site.benchmark.table import table


def test_a_quick_benchmark_prints_every_figure_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "platform_site.settings")
    out = StringIO()
    call_command("benchmark_firing", "--quick", stdout=out, stderr=StringIO())
    printed = out.getvalue()
    for figure in (
        "interval: fired and enqueued a second",
        "interval: ratio",
        "cron: ratio",
        "late: p50",
        "late: p99",
        "start: again, from handle() to the loop",
        "start: again, writes to Redis            none",
    ):
        assert figure in printed
    assert list(tmp_path.iterdir()) == []


def test_listing_is_measured_as_each_asker(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "platform_site.settings")
    out = StringIO()
    call_command("benchmark_listing", "--schedules=120", "--repeat=1", stdout=out)
    printed = out.getvalue()
    assert re.search(r"owner: default .* 4 queries   50 rows", printed)
    assert re.search(r"staff: ordering=-name .* 4 queries   50 rows", printed)
    assert re.search(r"somebody else: default .* 3 queries    0 rows", printed)
    assert list(tmp_path.iterdir()) == []


def test_a_ratio_is_that_of_measurements_side_by_side() -> None:
    measured = {"ours cron": [4000.0, 900.0], "stock cron": [1000.0, 300.0]}
    assert "cron: ratio                        3.50      >= 4.0    MISSED" in table(
        measured
    )


def test_only_postgresql_is_taken_as_a_server() -> None:
    with pytest.raises(CommandError, match="postgresql://"):
        call_command("benchmark_firing", "--database-url=mysql://somewhere")
