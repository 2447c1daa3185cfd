from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import pytest

from platform_site.data_dir import BASE_DIR
from workflows.exceptions import NodeFailed, RegistrationError
from workflows.functions import functions, workflow_function
from workflows.registry import (
    Context,
    Result,
    config_problems,
    registry,
)

COMPONENT = registry.components["call_function"]
CONTEXT = Context(
    trigger={"payload": {"n": 7, "name": "Ada"}},
    nodes={},
    site={},
    execution_id=uuid4(),
)


def repeat(
    text: str,
    times: int = 2,
    *,
    sizes: list[int] | None = None,
    mode: Literal["loud", "quiet"] = "quiet",
    extra: dict[str, float] | None = None,
    api_key: str = "",
) -> dict[str, Any]:
    if times < 0:
        raise NodeFailed("Nothing is repeated so seldom.")
    return {"text": text * times, "sizes": sizes, "mode": mode, "extra": extra}


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    workflow_function(repeat)
    yield
    functions.clear()


def config(**arguments: Any) -> dict[str, Any]:
    return {"function": "repeat", "arguments": arguments}


def call(**arguments: Any) -> Result:
    assert not list(config_problems(COMPONENT, config(**arguments)))
    return COMPONENT.run(COMPONENT.prepare(config(**arguments), CONTEXT), CONTEXT)


def wrong_fields(wrong: dict[str, Any]) -> list[str]:
    return [path for path, _ in config_problems(COMPONENT, wrong)]


def test_the_result_of_the_function_is_the_output():
    output = call(text="ab", sizes=[1, 2], mode="loud", extra={"x": 1.5}).output
    assert output == {
        "text": "abab",
        "sizes": [1, 2],
        "mode": "loud",
        "extra": {"x": 1.5},
    }


def test_arguments_are_templates_that_keep_their_type():
    output = call(text="{{ trigger.payload.name }}", times="{{ trigger.payload.n }}")
    assert output.output["text"] == "Ada" * 7


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({}, "text"),
        ({"text": 7}, "text"),
        ({"text": "a", "times": "two"}, "times"),
        ({"text": "a", "times": True}, "times"),
        ({"text": "a", "sizes": [1, "2"]}, "sizes[1]"),
        ({"text": "a", "mode": "silent"}, "mode"),
        ({"text": "a", "extra": {"x": "y"}}, "extra.x"),
        ({"text": "a", "tims": 1}, "tims"),
        ({"text": "{{ oops"}, "text"),
    ],
)
def test_an_argument_that_does_not_fit_is_refused_on_saving(arguments, field):
    assert set(wrong_fields(config(**arguments))) == {f"arguments.{field}"}


def test_an_unknown_function_is_refused_with_those_there_are():
    (problem,) = config_problems(COMPONENT, {"function": "erase"})
    assert problem == ("function", "There is no such function; there are: repeat.")


def test_a_template_that_gives_another_type_fails_the_node_without_its_value():
    with pytest.raises(NodeFailed) as failure:
        call(text="a", times="{{ trigger.payload.name }}")
    assert str(failure.value) == 'The argument "times" does not fit the function.'


def test_a_function_that_is_gone_fails_the_node():
    functions.clear()
    with pytest.raises(NodeFailed, match='no function "repeat"'):
        COMPONENT.run(config(text="a"), CONTEXT)


def test_a_function_may_say_why_it_fails():
    with pytest.raises(NodeFailed, match="so seldom"):
        call(text="a", times=-1)


def test_arguments_that_look_secret_are_not_on_record():
    shown = COMPONENT.redact(config(text="a", api_key="s3cret"))
    assert shown == config(text="a", api_key="***")


def gives_nothing() -> Iterator[int]:
    yield 1


async def gives_later() -> None: ...


async def gives_some_later() -> AsyncIterator[int]:
    yield 1


def takes_any(*args: int) -> None: ...


def takes_anything(**more: int) -> None: ...


def takes_untold(a) -> None: ...


def takes_a_path(path: Path) -> None: ...


def takes_odd_keys(a: dict[int, str]) -> None: ...


@pytest.mark.parametrize(
    "function",
    [
        repeat,
        gives_nothing,
        gives_later,
        gives_some_later,
        takes_any,
        takes_anything,
        takes_untold,
        takes_a_path,
        takes_odd_keys,
    ],
)
def test_a_function_that_json_cannot_call_is_refused_at_once(function):
    before = dict(functions)
    with pytest.raises(RegistrationError):
        workflow_function(function)
    assert functions == before


def test_a_site_names_the_modules_of_its_functions(tmp_path: Path, monkeypatch):
    source = (
        "from workflows.functions import workflow_function\n"
        "@workflow_function\ndef double(n: int) -> int:\n    return 2 * n\n"
    )
    (tmp_path / "our_functions.py").write_text(source)
    monkeypatch.setenv("WORKFLOW_FUNCTION_MODULES", "our_functions")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    look = "from workflows.functions import functions; print(*functions)"
    shell = [sys.executable, "manage.py", "shell", "-v0", "-c", look]
    found = subprocess.run(
        shell, cwd=BASE_DIR, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["double"]
