from __future__ import annotations

import pytest

from schedules.display.actors import actor_name, avatar
from workflows.display.people import initials


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Mara Lindqvist", "ML"),
        ("mara.lindqvist", "ML"),
        ("alice", "AL"),
        ("a@example.com", "AE"),
        ("", ""),
    ],
)
def test_a_person_is_shown_by_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_agents_and_the_site_have_marks_of_their_own() -> None:
    assert "#i-bot" in avatar("agent", "Priya")
    assert "#i-settings-2" in avatar("system", "")
    assert "&lt;B" in avatar("user", "<b>")


def test_the_actor_begins_a_sentence() -> None:
    assert actor_name("agent", "Priya") == "An agent for Priya"
    assert actor_name("system", "") == "Ostinato"
    assert actor_name("user", "") == "A deleted user"
