from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from platform_site.local.data_dir import BASE_DIR
from workflows.apps import load_functions
from workflows.callables import declarations
from workflows.exceptions import NodeFailed, RegistrationError
from workflows.functions import workflow_function
from workflows.registry import (
    Context,
    Result,
    config_problems,
    registry,
)
from workflows.tools import Tool, ToolContext, ToolResult, call_tool

COMPONENT = registry.components["call_function"]
REPEAT = f"{__name__}.repeat"
CONTEXT = Context(
    trigger={"payload": {"n": 7, "name": "Ada"}},
    nodes={},
    site={},
    execution_id=uuid4(),
    owner=lambda: User(is_superuser=True),
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
def registered() -> None:
    declarations.by_name.clear()
    workflow_function(repeat)


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
    assert problem == (
        "function",
        f"There is no function or task of this name that may be called. There are: {REPEAT}.",
    )


def test_a_template_that_gives_another_type_fails_the_node_without_its_value():
    with pytest.raises(NodeFailed) as failure:
        call(text="a", times="{{ trigger.payload.name }}")
    assert (
        str(failure.value)
        == f'The argument "times" of {REPEAT} is not valid. Must be a whole number.'
    )


def test_a_function_that_is_gone_fails_the_node():
    declarations.by_name.clear()
    with pytest.raises(NodeFailed, match='"repeat" may not be called any more'):
        COMPONENT.run(config(text="a"), CONTEXT)


def test_a_function_may_say_why_it_fails():
    with pytest.raises(NodeFailed, match="so seldom"):
        call(text="a", times=-1)


def gives_nothing() -> Iterator[int]:
    yield 1


async def gives_some_later() -> AsyncIterator[int]:
    yield 1


def takes_a_path(path: Path) -> None: ...


def takes_odd_keys(a: dict[int, str]) -> None: ...


@pytest.mark.parametrize(
    "function",
    [
        gives_nothing,
        gives_some_later,
        takes_a_path,
        takes_odd_keys,
    ],
)
def test_a_function_that_json_cannot_call_is_refused_at_once(function):
    before = dict(declarations.by_name)
    with pytest.raises(RegistrationError):
        workflow_function(function)
    assert declarations.by_name == before


@pytest.mark.heavy
def test_a_site_names_the_modules_of_its_functions(tmp_path: Path, monkeypatch):
    source = (
        "from workflows.functions import workflow_function\n"
        "@workflow_function\ndef double(n: int) -> int:\n    return 2 * n\n"
    )
    (tmp_path / "our_functions.py").write_text(source)
    monkeypatch.setenv("WORKFLOW_FUNCTION_MODULES", "our_functions")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    look = "from workflows.callables import targets; print(*(t.name for t in targets() if t.kind == 'function'))"
    shell = [sys.executable, "manage.py", "shell", "-v0", "-c", look]
    found = subprocess.run(
        shell, cwd=BASE_DIR, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == [
        "our_functions.double",
        "workflows.example_functions.text_summary",
    ]


def as_tool(**config: Any) -> Tool:
    assert not list(config_problems(COMPONENT, config, is_tool=True))
    tool = COMPONENT.as_tool(config)
    assert tool
    return tool


def call_it(tool: Tool, **arguments: Any) -> ToolResult:
    context = ToolContext(
        user=User(is_superuser=True), clock=lambda: datetime(2026, 11, 23, tzinfo=UTC)
    )
    return call_tool(tool, arguments, context)


def test_as_a_tool_it_takes_the_arguments_that_the_node_leaves_open():
    tool = as_tool(function="repeat", arguments={"api_key": "s3cret", "times": 3})
    assert tool.name == "repeat"
    assert tool.input_schema["required"] == ["text"]
    assert tool.input_schema["properties"].keys() == {"text", "sizes", "mode", "extra"}
    given = call_it(tool, text="{{ x }}").content
    assert given["result"]["text"] == "{{ x }}" * 3
    assert call_it(tool, text=1).text.startswith("The arguments are not valid")
    assert call_it(as_tool(function="repeat"), text="a", times=-1).content == {
        "error": {
            "code": "failed",
            "message": "Nothing is repeated so seldom.",
            "problems": [],
        }
    }


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "function"),
        ({"function": "gone"}, "function"),
        ({"function": "repeat", "arguments": {"odd": 1}}, "arguments.odd"),
        ({"function": "repeat", "arguments": {"times": "x"}}, "arguments.times"),
    ],
)
def test_a_tool_that_cannot_work_is_refused_on_saving(config, field):
    problems = config_problems(COMPONENT, config, is_tool=True)
    assert [path for path, _ in problems] == [field]


def test_a_function_whose_name_no_model_can_say_is_no_tool():
    def _hidden() -> None: ...

    workflow_function(_hidden)
    assert COMPONENT.as_tool({"function": "_hidden"}) is None


@pytest.mark.parametrize(
    ("code", "status"), [(None, 0), (0, 0), (3, 3), (-1, 255), (True, 1), ("s3cret", 1)]
)
def test_a_function_that_exits_fails_the_node_even_with_status_0(code, status, caplog):
    @workflow_function
    def leave() -> None:
        sys.exit(code)

    with pytest.raises(NodeFailed) as failure:
        COMPONENT.run({"function": "leave"}, CONTEXT)
    text = f"The function exited the process with exit status {status}."
    assert str(failure.value) == text
    assert "function_exited" in caplog.text
    assert "s3cret" not in caplog.text


@pytest.mark.parametrize("module", ["no_such_module", "no.such.module", "json.nothing"])
def test_a_module_that_is_not_there_ends_the_start_in_one_line(module: str) -> None:
    with pytest.raises(SystemExit) as refused:
        load_functions(["json", module])
    assert str(refused.value).startswith(
        f"WORKFLOW_FUNCTION_MODULES is not valid: there is no module {module}."
    )


def test_what_a_module_itself_lacks_is_told_with_its_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lacks_something.py").write_text("import no_such_module")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        load_functions(["lacks_something"])
