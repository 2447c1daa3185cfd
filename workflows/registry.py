"""Components, the node types: each declared once, with `@register`.

Palette, API, validation and engine read the declaration; nothing repeats it. Apps above
register their own components in the same way, from their `AppConfig.ready`.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar
from uuid import UUID

from jsonschema import Draft202012Validator, SchemaError

from workflows.exceptions import NodeFailed, RegistrationError
from workflows.graph import Node, Problem
from workflows.kit.json_value import strings
from workflows.safety.templating import (
    MARKS,
    expression_problem,
    render_text,
    render_value,
    template_problem,
)
from workflows.schemas.declare import schema_problems
from workflows.tools import Clock, Tool, ToolContext

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Config = Mapping[str, Any]


def _no_owner() -> User:
    raise NodeFailed("This run has no owner in whose name the node could act.")


def _no_clock() -> datetime:
    raise NodeFailed("This run has no clock.")


def _goes_on() -> None:
    """What nobody can cancel."""


def _keeps_nothing(output: Any) -> None:
    """What nobody records."""


def _runs_nothing(workflow_id: UUID, payload: dict[str, Any]) -> dict[str, Any]:
    raise NodeFailed("Here no other workflow can be run.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a node can know: the event, the outputs before it, the site, and its run."""

    trigger: Mapping[str, Any]
    nodes: Mapping[str, Any]
    site: Mapping[str, Any]
    execution_id: UUID
    # The user it runs as; `NodeFailed` if that one is gone.
    owner: Callable[[], User] = _no_owner
    clock: Clock = _no_clock
    # Raises `Cancelled` once the run is cancelled; for a node that takes its time.
    stop_if_cancelled: Callable[[], None] = _goes_on
    # Runs another workflow to its end, for its execution's id and its last output.
    run_workflow: Callable[[UUID, dict[str, Any]], dict[str, Any]] = _runs_nothing
    # Puts on record, as the node's output, what it has done so far; that stays if it does
    # not come to its end, whatever ends it.
    record: Callable[[Any], None] = _keeps_nothing
    # The nodes that are given to this one as tools.
    given: tuple[tuple[Component, Config], ...] = ()

    def tools(self) -> tuple[Tool, ...]:
        """What those nodes offer to a model, the templates in what they fix rendered."""
        offered = [self._offered(each, config) for each, config in self.given]
        return tuple(tool for tool in offered if tool)

    def _offered(self, component: Component, config: Config) -> Tool | None:
        try:
            return component.as_tool(component.prepare(config, self))
        except NodeFailed as failure:
            # An agent has many tools: by its name people find the one.
            tool = component.as_tool(config)
            name = tool.name if tool else component.type
            raise NodeFailed(f'The tool "{name}": {failure}') from failure

    def for_tools(self) -> ToolContext:
        """In whose name, and for which execution, a node calls tools."""
        return ToolContext(
            user=self.owner(), clock=self.clock, execution_id=self.execution_id
        )

    def variables(self) -> dict[str, Any]:
        """The names that templates see."""
        return {
            "trigger": self.trigger,
            "nodes": self.nodes,
            "site": self.site,
            "execution": {"id": str(self.execution_id)},
        }


@dataclass(frozen=True, slots=True)
class Result:
    """What a node gave, and the port by which the flow goes on."""

    output: Any
    port: str = "out"


class Component(ABC):
    """A node type. Subclass it, fill in the declaration, and `@register` it."""

    type: ClassVar[str] = ""
    label: ClassVar[str] = ""
    description: ClassVar[str] = ""
    category: ClassVar[str] = ""
    icon: ClassVar[str] = ""  # a name of lucide's
    colour: ClassVar[str] = ""  # #rrggbb
    kind: ClassVar[Literal["trigger", "action"]] = "action"
    inputs: ClassVar[tuple[str, ...]] = ("in",)
    ports: ClassVar[tuple[str, ...]] = ("out",)
    config_schema: ClassVar[dict[str, Any]] = {}
    takes_tools: ClassVar[bool] = False  # by tool edges that lead to it
    # Fields of the configuration that are templates, giving text or any JSON value.
    text_templates: ClassVar[tuple[str, ...]] = ()
    value_templates: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def run(self, config: Config, context: Context) -> Result:
        """Do the work with a prepared configuration. `NodeFailed` says why it cannot."""

    def ports_of(self, config: Config) -> tuple[str, ...]:
        """The ports by which the flow may leave a node that is configured like this."""
        return self.ports

    @property
    def can_be_tool(self) -> bool:
        """Whether nodes of this type may be offered to a model."""
        return type(self).as_tool is not Component.as_tool

    def node(
        self, node_id: str, config: Config, *, is_active: bool, is_tool: bool = False
    ) -> Node:
        """What the graph needs to know of such a node; `is_tool` if it is given as one."""
        tool = self.as_tool(config) if is_tool else None
        return Node(
            id=node_id,
            ports=self.ports_of(config),
            is_trigger=self.kind == "trigger",
            is_active=is_active,
            takes_tools=self.takes_tools,
            tool_name=tool.name if tool else "",
            own_tool=self.own_tool(config),
        )

    def own_tool(self, config: Config) -> str:
        """The name of a tool that such a node has by itself; empty if it has none."""
        return ""

    def check(self, config: Config) -> Iterator[Problem]:
        """What is wrong with a configuration that its schema allows."""
        for path, source in self.templates(config):
            if problem := template_problem(source):
                yield path, f"The template {problem}."
        for path, source in self.conditions(config):
            if problem := expression_problem(source):
                yield path, f"The condition {problem}."

    def templates(self, config: Config) -> Iterator[tuple[str, str]]:
        """Every template in a configuration, right or wrong, with its path."""
        for name in (*self.text_templates, *self.value_templates):
            for path, source in strings(config.get(name), name):
                if MARKS.search(source):
                    yield path, source

    def conditions(self, config: Config) -> Iterator[tuple[str, str]]:
        """Likewise every expression that is not inside a text."""
        return iter(())

    def schemas(self, config: Config) -> Iterator[Any]:
        """Likewise every JSON schema that somebody wrote into it."""
        return iter(())

    def check_tool(self, config: Config) -> Iterator[Problem]:
        """The same for a node that is a tool: what is missing a model may fill in."""
        yield from self.check(config)

    def prepare(self, config: Config, context: Context) -> dict[str, Any]:
        """The configuration with its templates rendered."""
        variables = context.variables()
        texts = {name: config[name] for name in self.text_templates if name in config}
        values = {name: config[name] for name in self.value_templates if name in config}
        rendered: dict[str, Any] = render_text(texts, variables)
        return {**config, **rendered, **render_value(values, variables)}

    def as_tool(self, config: Config) -> Tool | None:
        """How a node configured like this is offered to a model; None if it cannot be.

        What the configuration says is fixed, and the model neither sees nor changes it;
        it fills in the other fields, none of which is a template then.
        """
        return None

    def redact(self, config: Config) -> Any:
        """A prepared configuration as the record may show it, where that hides more than
        what a name or an address gives away: such is hidden of every node."""
        return config


ComponentClass = TypeVar("ComponentClass", bound=type[Component])


@dataclass(slots=True)
class Registry:
    """The components by type."""

    components: dict[str, Component] = field(default_factory=dict)

    def register(self, type_: str) -> Callable[[ComponentClass], ComponentClass]:
        """Declare a component under `type_`. A wrong declaration raises at once."""

        def add(component: ComponentClass) -> ComponentClass:
            if type_ in self.components:
                raise RegistrationError(f'"{type_}" is registered twice.')
            for problem in _declaration_problems(type_, component):
                raise RegistrationError(f'"{type_}": {problem}')
            component.type = type_
            self.components[type_] = component()
            return component

        return add

    def get(self, type_: str) -> Component | None:
        return self.components.get(type_)

    def all(self) -> list[Component]:
        """Every component, in the order in which a palette shows them."""
        return sorted(
            self.components.values(),
            key=lambda item: (item.kind != "trigger", item.category, item.label),
        )


registry = Registry()
register = registry.register


def config_problems(
    component: Component, config: Any, *, is_tool: bool = False
) -> Iterator[Problem]:
    """What is wrong with a node's configuration, each with the path of its field."""
    if is_tool:
        open_schema = {**component.config_schema, "required": []}
        found = schema_problems(open_schema, config)
        yield from found or component.check_tool(config)
    else:
        found = schema_problems(component.config_schema, config)
        yield from found or component.check(config)


def _declaration_problems(type_: str, component: type) -> Iterator[str]:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", type_):
        yield "a type is lower-case letters, digits and underscores."
    if not issubclass(component, Component):
        yield "it is no subclass of Component."
        return
    yield from _look_problems(component)
    yield from _schema_problems(component)
    if component.__abstractmethods__:
        yield "it has no run()."


def _look_problems(component: type[Component]) -> Iterator[str]:
    for name in ("label", "description", "category"):
        if not getattr(component, name):
            yield f"it has no {name}."
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", component.icon):
        yield f'"{component.icon}" is no icon of lucide.'
    if not re.fullmatch(r"#[0-9a-f]{6}", component.colour):
        yield f'"{component.colour}" is no colour like #2563eb.'
    if component.kind not in ("trigger", "action"):
        yield f'"{component.kind}" is neither trigger nor action.'
    if (component.kind == "trigger") == bool(component.inputs):
        yield "a trigger has no inputs, and an action has."


def _schema_problems(component: type[Component]) -> Iterator[str]:
    schema = component.config_schema
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        yield f"its configuration schema is wrong: {error.message}"
        return
    if (
        schema.get("type") != "object"
        or schema.get("additionalProperties") is not False
    ):
        yield "its schema must describe an object without additional properties."
    templates = {*component.text_templates, *component.value_templates}
    if unknown := templates - schema.get("properties", {}).keys():
        yield f"its schema has no field {', '.join(sorted(unknown))}."
