"""The text of a file: what is read, what is refused and in which line, and how it is written."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import yaml

from schedules.exchange.text import EVENTS, MAX_FILE, read_file, written
from workflows.kit.errors import InvalidInput

VALUE = {
    "texts": ["on", "no", "2026-01-31", "12:30", "1", "~", "a: b", "a\nb\n", "“ä”", ""],
    "values": [1, -2, 2.5, 1e20, True, False, None, {}, []],
    "on": {"0 9 * * mon": "*name"},
}


def refusal(text: str) -> str:
    with pytest.raises(InvalidInput) as refused:
        read_file(text)
    ((field, (why,)),) = refused.value.errors.items()
    assert field == "file"
    return str(why)


@pytest.mark.parametrize("file_format", ["yaml", "json"])
def test_what_is_written_is_read_again(file_format: Any) -> None:
    again = read_file(written(VALUE, file_format))
    assert json.dumps(again) == json.dumps(VALUE)


@pytest.mark.parametrize(
    "text",
    ["12e4567", "1e5", "-1E-5", "nUll", "tRUE", "1.0e5", ".nan", "a\x85b", "a\r\nb\n"],
)
def test_a_text_that_looks_like_something_else_stays_a_text(text: str) -> None:
    value = {"text": text, text: 1}
    assert read_file(written(value, "yaml")) == value


def test_what_is_written_has_no_anchors() -> None:
    part = {"a": [1]}
    assert "&" not in written({"one": part, "two": part}, "yaml")


def test_words_of_yaml_that_json_lacks_are_texts() -> None:
    read = read_file("on: yes\ndate: 2026-01-31\ntime: 12:30\nhex: 0x10\nold: 010")
    assert read == {
        "on": "yes",
        "date": "2026-01-31",
        "time": "12:30",
        "hex": "0x10",
        "old": "010",
    }


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert read_file('\ufeff{"a": 1}') == read_file("\ufeffa: 1") == {"a": 1}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", "Line 3: this is not YAML"),
        ("a: 1\n\tb: 2\n", "Line 2: this is not YAML"),
        ('{"a": 1,\n "b" 2}', "Line 2: this is not JSON"),
        ("a: 1\na: 2\n", 'Line 2: the name "a" is repeated.'),
        ('{"aB": 1, "aB": 2}', 'The name "aB" is repeated.'),
        ("a: &x [1]\nb: *x\n", "Line 2: references (*name) are not supported."),
        ("a: 1\nb: !!python/name:os.system\n", "Line 2: tags (!name) are not"),
        ("a: !!binary aGk=\n", "Line 1: tags (!name) are not"),
        ("a: 1\nb: .nan\n", "Line 2: .nan is not a number."),
        ("a: -.INF\n", "Line 1: -.INF is not a number."),
        ("a: 1e999\n", "Line 1: a number is too large."),
        ('{"a": NaN}', "NaN is not a number."),
        ('{"a": 1e999}', "A number is too large."),
        ("1: a\n", "Line 1: the name of a field must be a text."),
        ("? [a]\n: b\n", "Line 1: the name of a field must be a text."),
        ("a: 1\n---\nb: 2\n", "Line 2: a file holds only one document."),
        ("a: 1\nb: \ud800\n", "Line 2: a character that cannot be stored."),
        ("a: \x07\n", "The file contains a character that YAML does not allow."),
        (f"a: {'9' * 5_000}\n", "Line 1: a number has too many digits."),
        (f'{{"a": {"9" * 5_000}}}', "A number has too many digits."),
        ("a: " + "[" * 200, "Line 1: this is nested more than 100 levels deep."),
        ('{"a":' * 200 + "1" + "}" * 200, "levels deep"),
        ("[" * 100_000, "levels deep"),
        ("- " * 100_000, "levels deep"),
        ("a" * (MAX_FILE + 1), "The file is larger than 1024 KiB."),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text: str, why: str) -> None:
    assert why in refusal(text)


def test_a_bomb_of_aliases_is_refused_unread() -> None:
    levels = [f"l{n}: &l{n} [{', '.join(9 * [f'*l{n - 1}'])}]" for n in range(1, 30)]
    assert "references" in refusal("\n".join(["l0: &l0 [x]", *levels]))


@pytest.mark.heavy
@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"k{n}: v" for n in range(70_000)),
        "a: [" + "1," * 500_000 + "1]",
        "a: '" + "x" * 1_000_000 + "'",
        '{"a": [' + "1," * 500_000 + "1]}",
    ],
    ids=["names", "numbers", "text", "json"],
)
def test_a_file_as_large_as_it_may_be_is_read_in_time(text: str) -> None:
    assert len(text) <= MAX_FILE
    began = time.process_time()
    read_file(text)
    assert time.process_time() - began < 8


def test_yaml_is_read_by_the_fast_reader_where_there_is_one() -> None:
    assert EVENTS is (yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader)
