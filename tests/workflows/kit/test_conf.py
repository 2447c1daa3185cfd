"""The setting `OSTINATO`: what it leaves out has a default, and what is wrong with it is told
by a check and harms nobody."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import override_settings

from tests.options import Options
from workflows.kit.conf import conf
from workflows.kit.conf_options import OPTIONS

pytestmark = pytest.mark.django_db

NONSENSE: list[Any] = [
    "s3cret\n", "90", -1, 10**13, 1.5, True, [], ["s3cret s3cret"], [1], {}, b"s3cret", object(),
]  # fmt: skip
WRONG = [
    ("FIRE_BATCH_SIZE", "500"),
    ("FIRE_BATCH_SIZE", True),
    ("FIRE_BATCH_SIZE", None),
    ("RUNS_KEPT_DAYS", 36_501),
    ("AGENTS_MAY_SCHEDULE", "no"),
    ("SITE_URL", "ostinato.example.org"),
    ("SITE_URL", "https://[::1"),
    ("API_RATE", "10/fortnight"),
    ("HTTP_NODE_ALLOWED_ORIGINS", "http://10.0.0.7"),
    ("HTTP_NODE_ALLOWED_ORIGINS", ["http://10.0.0.7/path"]),
    ("CALLABLES", ["remind"]),
    ("CALLABLES", ["billing.*.remind"]),
    ("COMMANDS", ["clear sessions"]),
    ("OBJECTS", ["Invoice"]),
    ("OWNER", []),
    ("OWNER", {"username": "ada"}),
    ("QUEUE", 7),
]


def told() -> list[str]:
    """What the checks say about the setting."""
    found = run_checks(tags=["ostinato_schedules"])
    return [
        f"{each.msg} {each.hint}"
        for each in found
        if each.id == "ostinato_schedules.E006"
    ]


def test_a_project_need_not_set_anything(settings) -> None:
    del settings.OSTINATO
    assert {name: getattr(conf, name) for name in OPTIONS if name != "QUEUE"} == {
        name: option.default for name, option in OPTIONS.items() if name != "QUEUE"
    }
    assert told() == []


def test_what_it_names_applies_and_the_rest_is_the_default() -> None:
    with override_settings(OSTINATO={"FIRE_BATCH_SIZE": 3}):
        assert (conf.FIRE_BATCH_SIZE, conf.LIVE_TICK_SECONDS) == (3, 30)
    assert conf.FIRE_BATCH_SIZE == 500


def test_values_are_read_in_one_form(ostinato: Options) -> None:
    ostinato(SITE_URL="https://a.example/", OWNER="ada", CALLABLES=("a.b", "a.c.*"))
    assert conf.SITE_URL == "https://a.example"
    assert conf.OWNER == ("ada",)
    assert conf.CALLABLES == ["a.b", "a.c.*"]
    ostinato(OWNER=["ada", 7], SITE_URL="", API_RATE="")
    assert (conf.OWNER, conf.SITE_URL, conf.API_RATE) == (("ada", 7), "", None)
    assert told() == []


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_named_with_what_it_must_be(
    ostinato: Options, name: str, value: object
) -> None:
    ostinato(**{name: value})
    (problem,) = told()
    accepted = OPTIONS[name].kind.accepted
    assert problem.startswith(f'OSTINATO["{name}"] is not valid: {accepted}.')


@pytest.mark.parametrize("name", OPTIONS)
def test_no_value_fails_the_code_that_reads_it_or_is_repeated(
    ostinato: Options, name: str
) -> None:
    for value in NONSENSE:
        ostinato(**{name: value})
        read = getattr(conf, name)
        assert OPTIONS[name].clean(read) == read or isinstance(read, tuple)
        assert "s3cret" not in "".join(told())


def test_a_limit_that_is_not_valid_is_the_strictest_one(ostinato: Options) -> None:
    ostinato(AGENTS_MAY_SCHEDULE="no", AGENT_MAX_TOKENS="1k", RUNS_KEPT_DAYS=10**6)
    assert conf.AGENTS_MAY_SCHEDULE is False
    assert conf.AGENT_MAX_TOKENS == 1
    assert conf.RUNS_KEPT_DAYS == 36_500
    assert "Until then it is False." in "".join(told())


def test_a_misspelt_option_is_named_with_the_nearest_one(settings) -> None:
    settings.OSTINATO = {"FIRE_BATCH_SIZES": 3, "site_url": "", 7: 7, "PLUGH": 1}
    misspelt, lower, number, unknown = told()
    assert misspelt == (
        'OSTINATO["FIRE_BATCH_SIZES"] is not an option. Did you mean "FIRE_BATCH_SIZE"?'
    )
    assert lower.endswith('Did you mean "SITE_URL"?')
    assert number.startswith('OSTINATO["7"] is not an option.')
    assert "Remove it. The options: AGENTS_MAY_SCHEDULE," in unknown


@pytest.mark.parametrize("value", [None, [], "FIRE_BATCH_SIZE=3", 7])
def test_a_setting_that_is_no_dictionary_is_told_and_harms_nobody(
    settings, value: object
) -> None:
    settings.OSTINATO = value
    (problem,) = told()
    assert problem.startswith("OSTINATO is not a dictionary")
    assert (conf.FIRE_BATCH_SIZE, conf.AGENTS_MAY_SCHEDULE) == (500, False)


@pytest.mark.parametrize("command", ["rqscheduler", "rqworker"])
def test_no_scheduler_and_no_worker_starts_with_a_wrong_option(
    ostinato: Options, command: str
) -> None:
    ostinato(LIVE_TICK_SECONDS="soon")
    with pytest.raises(SystemCheckError, match="LIVE_TICK_SECONDS"):
        call_command(command, skip_checks=False)


def test_the_queue_is_the_one_that_a_project_has(settings, ostinato: Options) -> None:
    assert conf.QUEUE == "workflows"
    settings.RQ_QUEUES = {"default": {}, "high": {}}
    assert conf.QUEUE == "default"
    ostinato(QUEUE="high")
    assert conf.QUEUE == "high"


def test_an_option_that_there_is_not_is_a_mistake_in_the_code() -> None:
    with pytest.raises(AttributeError):
        conf.FIRE_BATCH_SIZES  # noqa: B018 it is read
