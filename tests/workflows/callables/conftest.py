from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.workflows.callables.billing import tasks
from workflows.callables import declarations
from workflows.callables.opened import opened

# Installed for the tests that ask for it; every other test finds the site as it is.
DECLARED = {
    name: declarations.by_name.pop(name)
    for name in [*declarations.by_name]
    if name.startswith(f"{tasks.__name__}.")
}


@pytest.fixture
def billing() -> Iterator[str]:
    """The app is installed, and its tasks have been found."""
    before = opened.modules
    opened.modules = (*before, tasks)
    declarations.by_name |= DECLARED
    yield tasks.__name__
    opened.modules = before
