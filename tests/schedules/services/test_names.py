"""What a name may be spelt with; what it may not, see `tests/schedules/api/test_bad_input.py`."""

from __future__ import annotations

import time

import pytest

from schedules.exceptions import InvalidSchedule
from tests.schedules.conftest import MakeSchedule

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.mark.parametrize(
    "name",
    [
        "\N{WOMAN}\u200d\N{PERSONAL COMPUTER}",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\N{HEAVY BLACK HEART}\ufe0f",
        "\ud55c\uae00",
    ],
)
def test_a_name_is_spelt_as_its_language_wants(make_schedule: MakeSchedule, name: str):
    assert make_schedule(name=name).name == name


@pytest.mark.parametrize(
    "name",
    [
        "\ufe0f",
        "\u0301",
        "\u200d",
    ],
)
def test_a_name_of_which_nothing_is_seen_is_refused(
    make_schedule: MakeSchedule, name: str
):
    with pytest.raises(InvalidSchedule) as refused:
        make_schedule(name=name)
    assert refused.value.errors.keys() == {"name"}


def test_a_name_is_stored_composed(make_schedule: MakeSchedule) -> None:
    assert make_schedule(name="e\u0301te\u0301").name == "\xe9t\xe9"


@pytest.mark.parametrize("field", ["name", "description", "tags"])
def test_a_name_of_nothing_but_marks_is_refused_in_time(
    make_schedule: MakeSchedule, field: str
) -> None:
    """To put them in order takes the square of their number: minutes for a MiB."""
    marks = "a" + "\u0301\u0327" * 250_000
    began = time.process_time()
    with pytest.raises(InvalidSchedule) as refused:
        make_schedule(**{field: [marks] if field == "tags" else marks})
    assert time.process_time() - began < 2
    assert refused.value.errors.keys() == {field}
