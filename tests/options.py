"""How a test changes options of `OSTINATO`: `ostinato(FIRE_BATCH_SIZE=3)`."""

from __future__ import annotations

from typing import Protocol

from pytest_django import Settings

from workflows.kit.conf_options import OPTIONS


class Options(Protocol):
    """What the fixture `ostinato` is: it sets some options, and leaves the others."""

    def __call__(self, **values: object) -> None: ...


def changing(settings: Settings) -> Options:
    """Sets options until the test is over. A value need not be valid, but a name must be."""

    def change(**values: object) -> None:
        assert values.keys() <= OPTIONS.keys()
        settings.OSTINATO = {**settings.OSTINATO, **values}

    return change
