"""What a name may be spelt with; what it may not, see `tests/schedules/api/test_bad_input.py`."""

from __future__ import annotations

import pytest

from tests.schedules.conftest import MakeSchedule

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.mark.parametrize(
    "name",
    [
        "\N{WOMAN}\u200d\N{PERSONAL COMPUTER}",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    ],
)
def test_a_name_may_be_spelt_with_joiners(make_schedule: MakeSchedule, name: str):
    assert make_schedule(name=name).name == name
