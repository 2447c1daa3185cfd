"""How much is tried where one value is as good as another: all of it with `--all`."""

from __future__ import annotations

from hypothesis import settings

# Where the slow tests are left out, one case of so many is tried.
ONE_OF = 4
brief = False
# A busy machine may stall for longer than Hypothesis gives a case.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def be_brief() -> None:
    """From now on, a share of the cases is enough. Called before the first test is read."""
    global brief
    brief = True
    settings.register_profile("brief", max_examples=some(100))
    settings.load_profile("brief")


def some(cases: int) -> int:
    """So many random cases, or a share of them."""
    return max(1, cases // ONE_OF) if brief else cases
