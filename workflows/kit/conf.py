"""Reads the options of `OSTINATO`, the one setting of a project that uses these apps.

    OSTINATO = {"QUEUE": "default", "RUNS_KEPT_DAYS": 30}

Code reads `conf.RUNS_KEPT_DAYS`. Each read looks at the setting, so that it follows a test
that changes it. An option that the project does not name has its default, and so has a value
that is not valid, which `manage.py check` reports: nothing fails later for want of one.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings

from workflows.kit.conf_options import OPTIONS

SETTING = "OSTINATO"
OWN_QUEUE = "workflows"


class Conf:
    """The options by name: `conf.FIRE_BATCH_SIZE`."""

    @property
    def QUEUE(self) -> str:  # noqa: N802 - named as the option
        """The queue of all runs: the one that is named, else `workflows` if there is one."""
        if named := self._value("QUEUE"):
            return str(named)
        queues = getattr(settings, "RQ_QUEUES", None)
        is_own = isinstance(queues, Mapping) and OWN_QUEUE in queues
        return OWN_QUEUE if is_own else "default"

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    else:

        def __getattr__(self, name: str) -> Any:
            if name not in OPTIONS:
                raise AttributeError(name)
            return self._value(name)

    def _value(self, name: str) -> Any:
        option = OPTIONS[name]
        given = _given()
        if not isinstance(given, Mapping):
            return option.fallback
        if name not in given:
            return option.default
        try:
            return _cleaned(name, given[name])
        except ValueError:
            return option.fallback


def _cleaned(name: str, value: object) -> Any:
    # Some are asked for by every run, and an address takes a while to be looked at.
    return (
        _cleaned_text(name, value) if type(value) is str else OPTIONS[name].clean(value)
    )


@lru_cache(maxsize=100)
def _cleaned_text(name: str, value: str) -> Any:
    return OPTIONS[name].clean(value)


conf = Conf()


def problems() -> Iterator[tuple[str, str]]:
    """What is wrong with the setting, and the remedy. Values are not repeated: one of them is
    a secret."""
    given = _given()
    if not isinstance(given, Mapping):
        yield (
            f"{SETTING} is not a dictionary, so that no option applies.",
            f'Set {SETTING} = {{"RUNS_KEPT_DAYS": 30}}, for example, or leave it out.',
        )
        return
    for name in given:
        if name not in OPTIONS:
            yield _unknown(str(name))
        elif why := wrong(name):
            yield (
                f'{SETTING}["{name}"] is not valid: {why}.',
                f"Correct it. Until then it is {OPTIONS[name].fallback!r}.",
            )


def wrong(name: str) -> str:
    """What the value of an option must be, if it is not that; else nothing."""
    given = _given()
    option = OPTIONS[name]
    if not isinstance(given, Mapping) or name not in given:
        return ""
    try:
        option.clean(given[name])
    except ValueError:
        return option.kind.accepted
    return ""


def _given() -> object:
    return getattr(settings, SETTING, {})


def _unknown(name: str) -> tuple[str, str]:
    problem = f'{SETTING}["{name}"] is not an option.'
    near = difflib.get_close_matches(name.upper(), OPTIONS, n=1)
    if near:
        return problem, f'Did you mean "{near[0]}"?'
    return problem, f"Remove it. The options: {', '.join(sorted(OPTIONS))}."
