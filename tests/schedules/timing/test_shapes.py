"""The common patterns of cron expressions, written and read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.timing.cron import parse
from schedules.timing.shapes import Pattern, Shape, shape_of

shapes = st.builds(
    Shape,
    pattern=st.sampled_from(Pattern),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    monthday=st.integers(1, 31),
)


@given(shapes)
def test_what_is_written_is_read_as_what_it_means(shape: Shape) -> None:
    read = shape_of(shape.expression)
    assert read is not None
    assert parse(read.expression) == parse(shape.expression)
    assert shape_of(read.expression) == read


@pytest.mark.parametrize(
    ("expression", "pattern", "written"),
    [
        ("0 9 * * 1-5", Pattern.WORKDAYS, "0 9 * * mon-fri"),
        ("0 9 * * mon,tue,wed,thu,fri", Pattern.WORKDAYS, "0 9 * * mon-fri"),
        ("30 2 * * *", Pattern.DAY, "30 2 * * *"),
        ("@daily", Pattern.DAY, "0 0 * * *"),
        ("5 * * * *", Pattern.HOUR, "5 * * * *"),
        ("0 9 * * 0,3", Pattern.WEEK, "0 9 * * wed,sun"),
        ("0 9 * * fri-sun", Pattern.WEEK, "0 9 * * fri-sun"),
        ("0 9 15 * *", Pattern.MONTH, "0 9 15 * *"),
        ("0 18 L * *", Pattern.LAST_DAY, "0 18 L * *"),
        ("0 0 1 */3 *", Pattern.QUARTER, "0 0 1 jan,apr,jul,oct *"),
    ],
)
def test_a_pattern_is_read_by_its_meaning(
    expression: str, pattern: Pattern, written: str
) -> None:
    shape = shape_of(expression)
    assert shape is not None
    assert (shape.pattern, shape.expression) == (pattern, written)


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "nonsense",
        "*/5 * * * *",
        "0 9,17 * * *",
        "0 9 1 1 *",
        "0 9 1,15 * *",
        "0 9 1 * mon",
        "0 9 * * 5#2",
        "0 9 LW * *",
        "0 9 1 2,5,8,11 *",
        "0 * * * mon",
    ],
)
def test_the_rest_is_custom(expression: str) -> None:
    assert shape_of(expression) is None
