from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from schedules.admin.overview.charts import (
    AXIS,
    BASE,
    day_chart,
    hour_chart,
    round_number,
    went_wrong,
)
from schedules.services.insight.overview.hour_ahead import HourAhead, Peak
from schedules.services.insight.overview.run_hours import LastDay, RunHour

NOW = datetime(2026, 3, 28, 22, 42, tzinfo=UTC)
BERLIN = "Europe/Berlin"


def hour(*peaks: Peak, **runs_of: int) -> HourAhead:
    runs = [runs_of.get(f"m{minute}", 1) for minute in range(60)]
    return HourAhead(NOW, runs, 5, list(peaks))


def test_the_highest_minute_has_the_highest_bar_and_no_run_has_none() -> None:
    chart = hour_chart(hour(m3=13, m4=0), BERLIN)
    assert len(chart.bars) == 59
    assert max(float(bar.height) for bar in chart.bars) == 65
    highest = chart.bars[3]
    assert (highest.title, float(highest.y)) == ("13 runs", BASE - 65)
    assert all(float(bar.x) + float(bar.width) <= 100 for bar in chart.bars)
    assert chart.table[3] == ("23:45", 13)
    assert chart.finding == (
        "Runs expected in each minute of the next hour: 0 to 13, most at 23:45."
    )


def test_the_axis_names_quarter_hours_of_the_readers_clock() -> None:
    chart = hour_chart(hour(), BERLIN)
    assert [label.text for label in chart.labels] == [
        "23:45",
        "00:00",
        "00:15",
        "00:30",
    ]
    kathmandu = hour_chart(hour(), "Asia/Kathmandu")
    assert kathmandu.labels[0].text == "04:30"


def test_peaks_are_named_and_midnight_too() -> None:
    peaks = [
        Peak(18, 25, 21),
        Peak(3, 12, 1, None, "Price feed refresh"),
        Peak(48, 9, 0),
    ]
    named = hour_chart(hour(*peaks, m18=25, m3=12, m48=9), BERLIN).names
    assert [(name.time, name.text) for name in named] == [
        ("23:45", "Price feed refresh"),
        ("00:00", "21 schedules at midnight"),
        ("00:30", "9 runs"),
    ]
    assert [name.is_left for name in named] == [False, False, False]


def test_names_never_cover_each_other_and_stay_inside() -> None:
    peaks = [
        Peak(m, 60 - m, 1, None, "A schedule with a very long name " * 3)
        for m in range(0, 60, 2)
    ]
    named = hour_chart(hour(*peaks), BERLIN).names
    assert 1 < len(named) <= 4
    spans: dict[int, list[tuple[float, float]]] = {}
    for name in named:
        assert len(name.text) == 30
        x, width = float(name.x), 0.85 * 37
        begin = x - width if name.is_left else x
        assert begin >= 0
        assert begin + width <= 100
        spans.setdefault(name.top, []).append((begin, begin + width))
    for level in spans.values():
        level.sort()
        assert all(one[1] < two[0] for one, two in pairwise(level))


def test_an_hour_without_runs_has_a_finding_and_no_bars() -> None:
    chart = hour_chart(HourAhead(NOW, [0] * 60, 0), "UTC")
    assert chart.bars == chart.names == chart.table == []
    assert chart.finding == "No run is expected in the next hour."


@pytest.mark.parametrize(
    ("most", "top"),
    [(0, 2), (1, 2), (3, 4), (4, 4), (5, 5), (7, 10), (10, 10), (11, 20), (455, 500)],
)
def test_the_axis_ends_at_a_round_number(most: int, top: int) -> None:
    assert round_number(most) == top


def last_day(**hours: dict[str, int]) -> LastDay:
    begin = datetime(2026, 3, 27, 23, tzinfo=UTC)
    return LastDay(
        [
            RunHour(begin + timedelta(hours=n), hours.get(f"h{n}", {"succeeded": 100}))
            for n in range(24)
        ]
    )


def test_what_went_well_stands_above_the_axis_and_what_failed_below() -> None:
    worst = {"succeeded": 128, "missed": 96, "failed": 41}
    chart = day_chart(last_day(h15=worst), BERLIN)
    ok, missed, failed = (bar for bar in chart.bars if bar.place == 15)
    assert [bar.css for bar in (ok, missed, failed)] == ["c-ok", "b-missed", "b-bad"]
    assert float(ok.y) + float(ok.height) == pytest.approx(AXIS, abs=0.02)
    assert float(missed.y) + float(missed.height) == pytest.approx(
        float(ok.y) - 2, abs=0.02
    )
    assert float(failed.y) == AXIS + 2
    assert [label.text for label in chart.labels][:3] == ["00:00", "03:00", "06:00"]
    assert chart.grid[-1][2] == 500
    assert chart.outlier is not None
    assert chart.outlier[2] == "41 failed, 96 missed"
    assert chart.finding == (
        "Runs an hour over the last 24 hours: about 107 an hour; in the hour from 15:00 on,"
        " 41 failed, 96 missed."
    )


def test_an_ordinary_day_has_no_outlier() -> None:
    chart = day_chart(last_day(**{f"h{n}": {"failed": 2} for n in range(24)}), "UTC")
    assert chart.outlier is None
    assert day_chart(last_day(), "UTC").finding.endswith("about 100 an hour.")


def test_a_single_failure_does_not_fill_the_chart() -> None:
    chart = day_chart(last_day(h3={"failed": 1}), "UTC")
    (failed,) = [bar for bar in chart.bars if bar.css == "b-bad"]
    assert float(failed.height) == 4
    assert went_wrong(RunHour(NOW, {"failed": 1200})) == "1,200 failed"
