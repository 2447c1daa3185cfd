"""Templates in nodes: Jinja in a sandbox, with limits on time, memory and output; in this
process if their cost is bounded anyway.

A text template renders to text. A value template that consists of one expression
(`{{ nodes.fetch.output.status }}`) renders to its value: a number stays a number.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any, NoReturn

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.sandbox import ImmutableSandboxedEnvironment
from typing_extensions import override

from workflows.exceptions import NodeFailed
from workflows.kit.json_value import map_strings, strings
from workflows.safety.in_place import InPlace, NotBounded
from workflows.safety.sandbox import SECONDS, SandboxLimitExceeded, run_sandboxed

MAX_SOURCE = 20_000
MAX_OUTPUT = 64 * 1024
TOO_LARGE = f"its output is larger than {MAX_OUTPUT // 1024} KiB"
MAX_PARTS = 8_000  # of the templates and conditions of one graph: 0.2 s to compile
PARTS_OF_ANY = 10
MAX_LEVELS = 20  # compiling a nested macro takes time for every name outside it
MARKS = re.compile(r"\{[{%#]")
MAX_ERROR = 500
STRICT = {"undefined_to_none": False}
ONE_EXPRESSION = re.compile(r"\s*\{\{((?:(?!\}\}|\{\{).)*)\}\}\s*", re.DOTALL)


# There is only one template and none to include; some of these take quadratic time.
UNSUPPORTED: dict[type[nodes.Node], str] = {
    nodes.EvalContextModifier: "autoescape",
    nodes.ScopedEvalContextModifier: "autoescape",
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "import",
    nodes.Extends: "extends",
    nodes.Block: "block",
}


class _WithoutFolding(CodeGenerator):
    """Evaluates nothing at compile time: otherwise saving `{{ 'x' | center(10 ** 10) }}`
    would evaluate it without any limit."""

    levels = 0  # how deeply the block that is being compiled is nested

    @override
    def _output_child_to_const(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> str:
        if not isinstance(node, nodes.TemplateData):
            raise nodes.Impossible
        return super()._output_child_to_const(node, frame, finalize)

    @override
    def blockvisit(self, body: Iterable[nodes.Node], frame: Frame) -> None:
        self.levels += 1
        for node in body if self.levels > MAX_LEVELS else ():
            self.fail("blocks are nested too deeply", node.lineno)
        super().blockvisit(body, frame)
        self.levels -= 1

    @override
    def visit_Const(self, node: nodes.Const, frame: Frame) -> None:
        if isinstance(node.value, float) and math.isinf(node.value):
            self.fail("a number is too large", node.lineno)
        super().visit_Const(node, frame)

    def _unsupported(self, node: nodes.Node, frame: Frame) -> NoReturn:
        self.fail(f'"{UNSUPPORTED[type(node)]}" is not supported', node.lineno)

    visit_EvalContextModifier = _unsupported  # noqa: N815 - names that the base calls
    visit_Include = visit_Import = visit_FromImport = _unsupported  # noqa: N815
    visit_Extends = visit_Block = _unsupported  # noqa: N815


class Environment(ImmutableSandboxedEnvironment):
    code_generator_class = _WithoutFolding

    @override
    def getattr(self, obj: Any, attribute: str) -> Any:
        # `trigger.payload.items` is the key of the payload, not the method of dict.
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


# Nothing is escaped: the output is text or JSON, never HTML.
ENVIRONMENT = Environment(
    undefined=StrictUndefined, optimized=False, keep_trailing_newline=True
)


def template_problem(source: str) -> str | None:
    """The problem of a template's syntax, as the end of a sentence; None if it is valid."""
    if not MARKS.search(source):
        return None
    return _syntax_problem(source, ENVIRONMENT.from_string)


def expression_problem(source: str) -> str | None:
    """The problem of an expression's syntax, as the end of a sentence; None if it is valid."""
    return _syntax_problem(without_braces(source), ENVIRONMENT.compile_expression)


def parts(sources: Iterable[str], *, most: int) -> int:
    """The size of templates and conditions for the compiler: the tokens of each, plus ten.

    Stops counting above `most`, since counting takes time as well.
    """
    counted = 0
    for source in sources:
        counted += PARTS_OF_ANY
        if counted > most:
            break
        text = source if MARKS.search(source) else f"{{{{{source}}}}}"
        try:
            for _ in islice(
                ENVIRONMENT.lexer.tokeniter(text, None), most - counted + 1
            ):
                counted += 1
        except TemplateSyntaxError:
            pass  # the compiler will not get any further either
    return counted


def render_text(
    tree: Any, variables: Mapping[str, Any], *, seconds: float = SECONDS
) -> Any:
    """`tree` with every string in it rendered to text."""
    return _render(tree, variables, _text, seconds)


def render_value(
    tree: Any, variables: Mapping[str, Any], *, seconds: float = SECONDS
) -> Any:
    """`tree` with every string in it rendered; a lone expression keeps its type."""
    return _render(tree, variables, _value, seconds)


def first_true(
    expressions: Sequence[str],
    variables: Mapping[str, Any],
    *,
    seconds: float = SECONDS,
) -> int | None:
    """The index of the first expression that is true; None if none is."""

    def work(evaluator: Evaluator) -> int | None:
        for index, source in enumerate(expressions):
            if evaluator.is_true(without_braces(source)):
                return index
        return None

    try:
        return work(InPlace(ENVIRONMENT, variables))
    except NotBounded:
        found: int | None = _guarded(partial(work, _Compiled(variables)), seconds)
        return found


def without_braces(expression: str) -> str:
    """An expression without the braces that people put around it out of habit."""
    match = ONE_EXPRESSION.fullmatch(expression)
    return match[1] if match else expression


def has_template(tree: Any) -> bool:
    """Whether any string in a JSON value contains a template."""
    return any(MARKS.search(text) for _, text in strings(tree, ""))


def _syntax_problem(source: str, compile_: Callable[[str], object]) -> str | None:
    if len(source) > MAX_SOURCE:
        return f"is longer than {MAX_SOURCE:,} characters"
    try:
        compile_(source)
    except TemplateSyntaxError as error:
        message = (error.message or "").rstrip(".")
        return f"has an error in line {error.lineno}: {message}"
    except (SyntaxError, RecursionError, MemoryError):
        return "is nested too deeply"
    except (ValueError, OverflowError):
        return "contains a number that is too long"
    return None


def _render(
    tree: Any,
    variables: Mapping[str, Any],
    render: Callable[[str, Evaluator], Any],
    seconds: float,
) -> Any:
    if not has_template(tree):
        return tree

    def work(evaluator: Evaluator) -> Any:
        result = map_strings(tree, lambda text: render(text, evaluator))
        if len(json.dumps(result, allow_nan=False)) > MAX_OUTPUT:
            raise NodeFailed(TOO_LARGE)
        return result

    try:
        return work(InPlace(ENVIRONMENT, variables))
    except (NotBounded, NodeFailed, ValueError):
        return _guarded(partial(work, _Compiled(variables)), seconds)


def _text(source: str, evaluator: Evaluator) -> str:
    return evaluator.text(source) if MARKS.search(source) else source


def _value(source: str, evaluator: Evaluator) -> Any:
    match = ONE_EXPRESSION.fullmatch(source)
    return evaluator.value(match[1]) if match else _text(source, evaluator)


class _Compiled:
    """Evaluates templates as Jinja does: at any cost, so in the sandbox only."""

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self._variables = variables

    def text(self, source: str) -> str:
        parts: list[str] = []
        size = 0
        for part in ENVIRONMENT.from_string(source).generate(self._variables):
            parts.append(part)
            size += len(part)
            if size > MAX_OUTPUT:
                raise NodeFailed(TOO_LARGE)
        return "".join(parts)

    def value(self, source: str) -> Any:
        value = ENVIRONMENT.compile_expression(source, **STRICT)(self._variables)
        # An Undefined is not JSON; converting it to text raises an error that names it.
        return str(value) if isinstance(value, StrictUndefined) else value

    def is_true(self, source: str) -> bool:
        return bool(ENVIRONMENT.compile_expression(source, **STRICT)(self._variables))


Evaluator = InPlace | _Compiled


def _guarded(work: Callable[[], Any], seconds: float) -> Any:
    """The result of `work`, computed in the sandbox. Raises `NodeFailed`."""

    def attempt() -> dict[str, Any]:
        try:
            value = work()
            json.dumps(value, allow_nan=False)
        except (TemplateError, NodeFailed) as error:
            return {"error": str(error)}
        except MemoryError:
            return {"error": "it took too much memory"}
        except Exception as error:  # noqa: BLE001 - a mistake of the template's author
            return {"error": f"{type(error).__name__}: {error}"}
        return {"value": value}

    try:
        answer = run_sandboxed(attempt, seconds=seconds)
    except SandboxLimitExceeded as error:
        raise NodeFailed(f"The template was stopped. {error}") from error
    if "error" in answer:
        raise NodeFailed(f"The template failed: {answer['error'][:MAX_ERROR]}")
    return answer["value"]
