"""English texts that pages can say in other languages."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from django.utils import translation

from tests.pseudo_language import LANGUAGE, speak
from workflows.display.languages import in_language
from workflows.kit.phrases import phrase, phrases

EVERY = phrases("every hour", "every {count} hours")


def test_a_phrase_is_its_english_text() -> None:
    text = phrase("At {time}", time="09:00")
    assert text == "At 09:00"
    assert json.dumps({"text": text}) == '{"text": "At 09:00"}'
    assert [EVERY.of(1), EVERY.of(1_200)] == ["every hour", "every 1,200 hours"]


def test_braces_in_a_value_stay() -> None:
    assert phrase("Its note: {note}", note="{x}") == "Its note: {x}"
    assert phrase("a { b") == "a { b"


def test_a_page_says_it_in_its_language_with_all_its_parts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    speak(monkeypatch)
    text = phrase("{every} until {time}", every=EVERY.of(1_200), time="09:00")
    with translation.override(LANGUAGE):
        assert in_language(text) == "⟦⟦every 1.200 hours⟧ until 09:00⟧"
        assert text == "every 1,200 hours until 09:00"
    assert in_language(text) == text


def test_what_people_wrote_is_not_translated(monkeypatch: pytest.MonkeyPatch) -> None:
    speak(monkeypatch)
    with translation.override(LANGUAGE):
        assert in_language("Pause") == "Pause"
        assert in_language("") == ""


def test_a_copy_can_be_translated_too() -> None:
    text = phrase("At {time}", time="09:00")
    for copied in (pickle.loads(pickle.dumps(text)), copy.deepcopy(text)):
        assert copied == text
        assert copied.values == {"time": "09:00"}
