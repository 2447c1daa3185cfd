"""The names of `schedules`: there at once, whatever else is not yet."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from inspect import signature
from typing import Any, get_overloads

import pytest

import schedules
from schedules import Schedule, When, every, python_api
from schedules.services.drafts.fields import FIELDS
from schedules.timing import TimingError


def test_all_names_can_be_imported_before_the_apps_are_ready() -> None:
    names = ", ".join(schedules.__all__)
    code = f"""if True:
        from schedules import {names}
        from django.apps import apps
        assert not apps.ready
    """
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_schedule_is_declared_without_django() -> None:
    code = """if True:
        import sys
        from schedules import Schedule, cancel, cron, every, once, pause, resume, upsert
        assert "django" not in sys.modules
    """
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_name_is_told() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'evry'"):
        schedules.evry  # noqa: B018
    assert {*schedules.__all__} <= {*dir(schedules)}


def test_code_can_give_every_field_of_a_schedule() -> None:
    given = {field.name for kind in (Schedule, When) for field in fields(kind)}
    assert {*FIELDS} - {"schedule_type"} <= given


def test_upsert_takes_what_a_list_of_schedules_takes() -> None:
    _, single = get_overloads(python_api.upsert)
    taken = signature(single).parameters
    known = {field.name: field for field in fields(Schedule)}
    assert {*taken} - {"note", "force"} == {*known}
    assert all(taken[name].annotation == known[name].type for name in known)


@pytest.mark.parametrize("seconds", [0.5, 1e300])
def test_an_interval_that_is_none_is_refused(seconds: float) -> None:
    with pytest.raises(TimingError) as refused:
        every(seconds=seconds)
    assert refused.value.field == "interval_seconds"


@pytest.mark.parametrize("what", [42, None, Schedule("a", timing=every(days=1))])
def test_neither_a_key_nor_a_list_is_refused_in_a_sentence(what: Any) -> None:
    with pytest.raises(TypeError, match="Give a key, which is a text, or a list of"):
        schedules.upsert(what)
