"""Templates in nodes: Jinja in a sandbox, with run_sandboxed time, memory and output.

A text template gives text. A value template that is one expression and nothing else
(`{{ nodes.fetch.output.status }}`) gives that value itself: a number stays a number.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, NoReturn

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.sandbox import ImmutableSandboxedEnvironment
from typing_extensions import override

from workflows.exceptions import NodeFailed
from workflows.kit.json_value import map_strings, strings
from workflows.safety.sandbox import SandboxLimitExceeded, run_sandboxed

MAX_SOURCE = 20_000
MAX_OUTPUT = 64 * 1024
MAX_PARTS = 8_000  # of the templates and conditions of one graph: 0.2 s to compile
PARTS_OF_ANY = 10
MAX_LEVELS = 20  # each macro inside another looks at all names outside it
MARKS = re.compile(r"\{[{%#]")
MAX_ERROR = 500
STRICT = {"undefined_to_none": False}
ONE_EXPRESSION = re.compile(r"\s*\{\{((?:(?!\}\}|\{\{).)*)\}\}\s*", re.DOTALL)


# There is one template, and nothing to take others from; some take the square of the size.
MEANINGLESS: dict[type[nodes.Node], str] = {
    nodes.EvalContextModifier: "autoescape",
    nodes.ScopedEvalContextModifier: "autoescape",
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "import",
    nodes.Extends: "extends",
    nodes.Block: "block",
}


class _WithoutFolding(CodeGenerator):
    """Computes nothing while it compiles: `{{ 'x' | center(10 ** 10) }}` would otherwise
    be worked out on saving, out of all bounds."""

    levels = 0  # of blocks inside each other, at the place that is being compiled

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
            self.fail("it is nested too deeply", node.lineno)
        super().blockvisit(body, frame)
        self.levels -= 1

    @override
    def visit_Const(self, node: nodes.Const, frame: Frame) -> None:
        if isinstance(node.value, float) and math.isinf(node.value):
            self.fail("a number is too large", node.lineno)
        super().visit_Const(node, frame)

    def _meaningless(self, node: nodes.Node, frame: Frame) -> NoReturn:
        self.fail(f"{MEANINGLESS[type(node)]} has no meaning here", node.lineno)

    visit_EvalContextModifier = _meaningless  # noqa: N815 - names that the base calls
    visit_Include = visit_Import = visit_FromImport = _meaningless  # noqa: N815
    visit_Extends = visit_Block = _meaningless  # noqa: N815


class Environment(ImmutableSandboxedEnvironment):
    code_generator_class = _WithoutFolding

    @override
    def getattr(self, obj: Any, attribute: str) -> Any:
        # `trigger.payload.items` means the key that was sent, not the method of dict.
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


# Nothing is escaped: what comes out is text or JSON, never a page.
ENVIRONMENT = Environment(
    undefined=StrictUndefined, optimized=False, keep_trailing_newline=True
)


def template_problem(source: str) -> str | None:
    """What is wrong with a template's syntax; None if nothing is."""
    if not MARKS.search(source):
        return None
    return _syntax_problem(source, ENVIRONMENT.from_string)


def expression_problem(source: str) -> str | None:
    """What is wrong with an expression's syntax; None if nothing is."""
    return _syntax_problem(bare(source), ENVIRONMENT.compile_expression)


def parts(sources: Iterable[str], *, most: int) -> int:
    """How much there is to compile in templates and conditions: the words and signs of each,
    and ten for itself. It stops counting above `most`: that alone takes time."""
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
            pass  # the rest is not compiled either
    return counted


def render_text(tree: Any, variables: Mapping[str, Any]) -> Any:
    """`tree` with every string in it rendered to text."""
    return _render(tree, variables, _text)


def render_value(tree: Any, variables: Mapping[str, Any]) -> Any:
    """`tree` with every string in it rendered; a lone expression keeps its type."""
    return _render(tree, variables, _value)


def first_true(expressions: Sequence[str], variables: Mapping[str, Any]) -> int | None:
    """The index of the first expression that holds, or None."""

    def work() -> int | None:
        for index, source in enumerate(expressions):
            if ENVIRONMENT.compile_expression(bare(source), **STRICT)(variables):
                return index
        return None

    found: int | None = _guarded(work)
    return found


def bare(expression: str) -> str:
    """An expression without the braces that people put around it out of habit."""
    match = ONE_EXPRESSION.fullmatch(expression)
    return match[1] if match else expression


def has_template(tree: Any) -> bool:
    """Whether anything in a JSON tree is for a template to fill in."""
    return any(MARKS.search(text) for _, text in strings(tree, ""))


def _syntax_problem(source: str, compile_: Callable[[str], object]) -> str | None:
    if len(source) > MAX_SOURCE:
        return f"is longer than {MAX_SOURCE:,} characters"
    try:
        compile_(source)
    except TemplateSyntaxError as error:
        return f"line {error.lineno}: {error.message}"
    except (SyntaxError, RecursionError, MemoryError):
        return "is nested too deeply"
    except (ValueError, OverflowError):
        return "holds a number that is too long"
    return None


def _render(
    tree: Any,
    variables: Mapping[str, Any],
    render: Callable[[str, Mapping[str, Any]], Any],
) -> Any:
    if not has_template(tree):
        return tree

    def work() -> Any:
        result = map_strings(tree, lambda text: render(text, variables))
        if len(json.dumps(result)) > MAX_OUTPUT:
            raise NodeFailed(f"it gives more than {MAX_OUTPUT // 1024} KiB")
        return result

    return _guarded(work)


def _text(source: str, variables: Mapping[str, Any]) -> str:
    if not MARKS.search(source):
        return source
    parts: list[str] = []
    size = 0
    for part in ENVIRONMENT.from_string(source).generate(variables):
        parts.append(part)
        size += len(part)
        if size > MAX_OUTPUT:
            raise NodeFailed(f"it gives more than {MAX_OUTPUT // 1024} KiB")
    return "".join(parts)


def _value(source: str, variables: Mapping[str, Any]) -> Any:
    match = ONE_EXPRESSION.fullmatch(source)
    if not match:
        return _text(source, variables)
    value = ENVIRONMENT.compile_expression(match[1], **STRICT)(variables)
    # An Undefined is no JSON value; asking for its text raises, and says what is missing.
    return str(value) if isinstance(value, StrictUndefined) else value


def _guarded(work: Callable[[], Any]) -> Any:
    """What `work` gives, computed in a run_sandboxed child; its failure as a `NodeFailed`."""

    def attempt() -> dict[str, Any]:
        try:
            value = work()
            json.dumps(value, allow_nan=False)
        except (TemplateError, NodeFailed) as error:
            return {"error": str(error)}
        except MemoryError:
            return {"error": "it took too much memory"}
        except Exception as error:  # noqa: BLE001 - the template's own mistake, told as such
            return {"error": f"{type(error).__name__}: {error}"}
        return {"value": value}

    try:
        answer = run_sandboxed(attempt)
    except SandboxLimitExceeded as error:
        raise NodeFailed(f"The template was stopped: {error}") from error
    if "error" in answer:
        raise NodeFailed(f"The template failed: {answer['error'][:MAX_ERROR]}")
    return answer["value"]
