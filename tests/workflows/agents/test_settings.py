"""Settings of the provider that cannot work: named, without their values."""

from __future__ import annotations

import pytest
from django.core import checks
from pydantic_ai import models

from tests.openai_server import provider, says
from tests.workflows.agents.conftest import failure, run
from workflows.agents import provider as site_provider
from workflows.models import Workflow

pytestmark = pytest.mark.django_db


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AGENT_BASE_URL", "http://[::1"),
        ("AGENT_BASE_URL", "http://s3cret:99999/v1"),
        ("AGENT_BASE_URL", "http://s3cret:port"),
        ("AGENT_BASE_URL", "http://s3cret:0"),
        ("AGENT_BASE_URL", "s3cret.example/v1"),
        ("AGENT_BASE_URL", "ftp://s3cret.example/v1"),
        ("AGENT_BASE_URL", "http:///s3cret"),
        ("AGENT_BASE_URL", "http://s3cret.example/a b"),
        ("AGENT_BASE_URL", "http://s3cret\n.example"),
        ("AGENT_BASE_URL", "http://xn--s3cret\xff"),
        ("AGENT_BASE_URL", "http://ada:s3cret@127.0.0.1:1/v1"),
        ("AGENT_API_KEY", "sk-s3cret-k\xe9y"),
        ("AGENT_API_KEY", "sk-\r\nX: s3cret"),
        ("AGENT_MODEL", "s3cret\nmodel"),
        ("AGENT_MODEL", "s3cret\udcff"),
    ],
)
def test_a_setting_that_cannot_work_is_named_and_not_told(
    agent: Workflow, ostinato, name: str, value: str, log_lines
):
    ostinato(**{name: value})
    with models.override_allow_model_requests(True):  # noqa: FBT003 - its signature
        node = failure(agent)
    assert node.error.startswith(f"This site's settings are not valid. {name}: ")
    (error,) = [
        message
        for message in checks.run_checks()
        if message.id == "ostinato_schedules.E006"
    ]
    assert name in error.msg
    assert "s3cret" not in f"{node.error} {node.output} {error} {log_lines()}"


def test_good_settings_and_none_pass_the_checks(ostinato):
    for address in ("http://127.0.0.1:11434/v1", "https://x.example", "http://[::1]:8"):
        ostinato(AGENT_BASE_URL=address)
        assert not [m for m in checks.run_checks() if m.id == "ostinato_schedules.E006"]
    ostinato(AGENT_BASE_URL="", AGENT_API_KEY="", AGENT_MODEL="")
    assert not [m for m in checks.run_checks() if m.id == "ostinato_schedules.E006"]


def test_a_model_that_cannot_be_made_says_what_kind_of_fault_it_was(
    agent: Workflow, monkeypatch: pytest.MonkeyPatch
):
    """Whenever the model is asked for: before its fault is known, or long after."""

    def broken(*args: object, **given: object) -> None:
        raise LookupError("s3cret")

    monkeypatch.setattr(site_provider, "OpenAICompatibleProvider", broken)
    assert failure(agent).error == "The request to the model failed: LookupError."


def test_a_redirect_is_not_followed(agent: Workflow, ostinato):
    with (
        provider() as site,
        provider() as elsewhere,
        models.override_allow_model_requests(True),  # noqa: FBT003 - its signature
    ):
        ostinato(AGENT_BASE_URL=site.url)
        site.headers = {"Location": f"{elsewhere.url}/chat/completions"}
        site.reply = lambda body: (307, b"")
        elsewhere.follow(says("I am somebody else."))
        node = run(agent)
    assert (
        node.error
        == "The provider answered with status 307: redirects are not followed."
    )
    assert not elsewhere.seen
