"""The scripted model of the demonstration: where it answers, and that it says so."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from tests.workflows.agents.conftest import (
    calls,
    configure,
    failure,
    give,
    kinds,
    run,
    says,
)
from workflows.models import Workflow

pytestmark = pytest.mark.django_db
DEMO = "ostinato-demo"


@pytest.fixture
def no_provider(ostinato) -> None:
    ostinato(AGENT_BASE_URL="", AGENT_API_KEY="", AGENT_MODEL="")


def test_without_a_provider_it_follows_its_script_and_says_so(
    agent: Workflow, no_provider: None
):
    configure(agent, model=DEMO)
    give(agent, "schedule_list", "schedule_pause", "schedule_stop")
    node = run(agent)
    assert node.status == "succeeded", node.error
    assert kinds(node) == ["model", "schedule_list", "model"]
    assert node.output["output"] == (
        "This was a scripted demo: the site has no language model (AGENT_BASE_URL, "
        "AGENT_API_KEY). Schedules that it found: 0."
    )
    models = {call["model"] for call in node.output["calls"] if call["kind"] == "model"}
    assert models == {"scripted demo, no language model"}


def test_it_tells_what_it_was_refused(agent: Workflow, no_provider: None):
    configure(agent, model=DEMO)
    give(agent, "schedule_create")
    answer = run(agent).output["output"]
    assert "schedule_create was refused: The arguments are not valid." in answer


def test_it_fails_where_an_answer_must_match_a_schema(
    agent: Workflow, no_provider: None
):
    configure(agent, model=DEMO, output_schema={"type": "object"})
    assert "answers that cannot be used" in failure(agent).error


@pytest.mark.parametrize("model", ["", "gpt-9", "ostinato-demo2"])
def test_no_other_agent_is_ever_answered_by_it(
    agent: Workflow, no_provider: None, model: str
):
    configure(agent, **({"model": model} if model else {}))
    assert failure(agent).error.startswith("This site has no language model: set ")


@pytest.mark.parametrize("name", ["AGENT_BASE_URL", "AGENT_API_KEY"])
def test_a_site_with_half_a_provider_is_told_what_is_missing(
    agent: Workflow, no_provider: None, ostinato, name: str
):
    ostinato(**{name: "http://127.0.0.1:1/v1"})
    configure(agent, model=DEMO)
    assert failure(agent).error.startswith("This site has no language model: set ")


def test_where_the_default_model_has_its_name_it_is_not_meant(
    agent: Workflow, no_provider: None, ostinato
):
    ostinato(AGENT_MODEL=DEMO)
    assert failure(agent).error.startswith("This site has no language model: set ")


def test_with_a_provider_it_is_the_model_of_the_site(
    agent: Workflow, script, settings, owner: User
):
    configure(agent, model=DEMO)
    give(agent, "schedule_list")
    script([calls("schedule_list"), says("None.")])
    node = run(agent)
    assert node.output["output"] == "None."
    models = {call["model"] for call in node.output["calls"] if call["kind"] == "model"}
    assert models == {"test-model"}
