"""Templates and conditions that are evaluated in this process, since their cost is bounded.

All others go to a child process (`workflows/safety/sandbox.py`), which takes milliseconds.
Why these need no limit on time or memory:

- Judged is the parse tree, before anything is compiled: compiling already evaluates, and a
  source of more than `MOST_SOURCE` characters is not even parsed.
- Only the kinds of nodes in `_EVALUATE` are evaluated: text, look-ups with a constant key,
  comparisons, `and`, `or`, `not`, `if` and `else` of an expression, and the tests and filters
  that are named here. None repeats anything, defines anything or calls a function, so each node of the tree is
  evaluated at most once.
- What is printed, compared or changed is a text, a number of at most `MOST_BITS`, a truth
  value or none, never a list or an object, whose size nobody knows.
- Each of these operations takes time and makes text in proportion to its texts, whose
  characters are taken from one budget: of all operations together, `BUDGET` characters.

Whatever does not fit, and whatever goes wrong, is left to the child, which gives the same
answer or the error. So there is one place for messages, and this file can only be faster.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import Environment, nodes
from jinja2.parser import Parser

MOST_SOURCE = 2_000
MOST_BITS = 256
BUDGET = 512 * 1024
REMEMBERED = 64
# These do not look into what they are given, whatever it is.
FREE_FILTERS = frozenset({"count", "d", "default", "length"})
TEXT_FILTERS = frozenset({"capitalize", "lower", "string", "trim", "upper"})
TESTS = frozenset(
    {"boolean", "defined", "false", "mapping", "none", "number", "sequence", "string"}
    | {"true", "undefined"}
)
_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
    "in": lambda left, right: left in right,
    "notin": lambda left, right: left not in right,
}


class NotBounded(Exception):
    """It is left to the child process."""


class InPlace:
    """Evaluates templates with one budget and one set of variables."""

    def __init__(self, environment: Environment, variables: Mapping[str, Any]) -> None:
        self._environment = environment
        self._variables = variables
        self._left = BUDGET

    def text(self, source: str) -> str:
        """The template rendered. Raises `NotBounded`."""
        text: str = self._guarded(_template, source, self._rendered)
        return text

    def value(self, source: str) -> Any:
        """The value of an expression: a scalar. Raises `NotBounded`."""
        return self._guarded(
            _expression, source, lambda tree: self._scalar(self._of(tree))
        )

    def is_true(self, source: str) -> bool:
        """Whether the expression is true. Raises `NotBounded`."""
        return bool(self._guarded(_expression, source, self._of))

    def _guarded(
        self,
        parse: Callable[[Environment, str], Any],
        source: str,
        evaluate: Callable[[Any], Any],
    ) -> Any:
        if len(source) > MOST_SOURCE:
            raise NotBounded
        try:
            return evaluate(parse(self._environment, source))
        except NotBounded:
            raise
        except Exception as error:
            raise NotBounded from error

    def _rendered(self, template: nodes.Template) -> str:
        parts: list[str] = []
        for output in template.body:
            if type(output) is not nodes.Output:
                raise NotBounded
            for node in output.nodes:
                if type(node) is nodes.TemplateData:
                    parts.append(node.data)
                else:
                    parts.append(str(self._scalar(self._of(node))))
        return "".join(parts)

    def _of(self, node: nodes.Node) -> Any:
        evaluate = _EVALUATE.get(type(node))
        if evaluate is None:
            raise NotBounded
        return evaluate(self, node)

    def _scalar(self, value: Any) -> Any:
        """`value`, its characters taken from the budget."""
        if type(value) is str:
            self._left -= len(value)
            if self._left < 0:
                raise NotBounded
        elif type(value) is int:
            if value.bit_length() > MOST_BITS:
                raise NotBounded
        elif value is not None and type(value) not in (bool, float):
            raise NotBounded
        return value

    def _name(self, node: nodes.Name) -> Any:
        try:
            return self._variables[node.name]
        except KeyError:
            raise NotBounded from None

    def _const(self, node: nodes.Const) -> Any:
        return self._scalar(node.value)

    def _attribute(self, node: nodes.Getattr) -> Any:
        return self._environment.getattr(self._of(node.node), node.attr)

    def _item(self, node: nodes.Getitem) -> Any:
        if type(node.arg) is not nodes.Const:
            raise NotBounded
        return self._environment.getitem(self._of(node.node), node.arg.value)

    def _comparison(self, node: nodes.Compare) -> Any:
        left = self._scalar(self._of(node.expr))
        result: Any = True
        for operand in node.ops:
            right = self._scalar(self._of(operand.expr))
            result = _COMPARE[operand.op](left, right)
            if not result:
                break
            left = right
        return result

    def _and(self, node: nodes.And) -> Any:
        return self._of(node.left) and self._of(node.right)

    def _or(self, node: nodes.Or) -> Any:
        return self._of(node.left) or self._of(node.right)

    def _not(self, node: nodes.Not) -> Any:
        return not self._of(node.node)

    def _choice(self, node: nodes.CondExpr) -> Any:
        if node.expr2 is None:  # without `else` it may be undefined
            raise NotBounded
        return self._of(node.expr1 if self._of(node.test) else node.expr2)

    def _filtered(self, node: nodes.Filter) -> Any:
        is_free = node.name in FREE_FILTERS
        if not is_free and (node.name not in TEXT_FILTERS or node.args):
            raise NotBounded
        if node.kwargs or node.dyn_args or node.dyn_kwargs or node.node is None:
            raise NotBounded
        value = self._of(node.node)
        if not is_free:
            value = self._scalar(value)
        arguments = [self._scalar(self._of(each)) for each in node.args]
        apply: Callable[..., Any] = self._environment.filters[node.name]
        return apply(value, *arguments)

    def _tested(self, node: nodes.Test) -> Any:
        if node.name not in TESTS or node.args or node.kwargs:
            raise NotBounded
        if node.dyn_args or node.dyn_kwargs:
            raise NotBounded
        return self._environment.call_test(node.name, self._of(node.node))


_EVALUATE: Mapping[type[nodes.Node], Callable[[InPlace, Any], Any]] = {
    nodes.Name: InPlace._name,
    nodes.Const: InPlace._const,
    nodes.Getattr: InPlace._attribute,
    nodes.Getitem: InPlace._item,
    nodes.Compare: InPlace._comparison,
    nodes.And: InPlace._and,
    nodes.Or: InPlace._or,
    nodes.Not: InPlace._not,
    nodes.CondExpr: InPlace._choice,
    nodes.Filter: InPlace._filtered,
    nodes.Test: InPlace._tested,
}


@lru_cache(REMEMBERED)
def _template(environment: Environment, source: str) -> nodes.Template:
    return environment.parse(source)


@lru_cache(REMEMBERED)
def _expression(environment: Environment, source: str) -> nodes.Expr:
    parser = Parser(environment, source, state="variable")
    expression = parser.parse_expression()
    if not parser.stream.eos:
        raise NotBounded
    return expression
