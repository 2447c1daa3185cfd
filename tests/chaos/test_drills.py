"""Faults on real processes: nothing is lost, nothing comes twice, all is mended in time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.chaos.__main__ import DRILLS
from tests.chaos.report import Report

pytestmark = [pytest.mark.both_databases, pytest.mark.slow]


@pytest.mark.parametrize("drill", DRILLS)
def test_faults_lose_and_double_nothing_and_are_mended_within_15_seconds(
    drill: str, report_of: Callable[[str], Report]
) -> None:
    report = report_of(drill)
    assert report.injected, report.told()
    assert not report.problems, report.told()
    assert (report.ticks.doubled, report.ticks.lost) == (0, 0)
