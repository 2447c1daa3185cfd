"""Components, the node types: each is declared once, with `@register`.

The palette, the API, validation and the engine read the declaration; nothing repeats it.
Other apps register their components in the same way, in their `AppConfig.ready`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar
from uuid import UUID

from workflows.declarations import CATEGORIES, declaration_problems, palette_place
from workflows.exceptions import NodeFailed, RegistrationError
from workflows.graph import Node, Problem
from workflows.kit.json_paths import schema_at, values_at
from workflows.kit.json_value import strings
from workflows.safety.templating import (
    MARKS,
    expression_problem,
    render_text,
    render_value,
    template_problem,
)
from workflows.schemas.validate import schema_problems
from workflows.tools import Clock, Tool, ToolContext

if TYPE_CHECKING:
    from workflows.kit.users import User

Config = Mapping[str, Any]


def _no_owner() -> User:
    raise NodeFailed("This run has no owner on whose behalf the node could act.")


def _no_clock() -> datetime:
    raise NodeFailed("This run has no clock.")


def _not_cancellable() -> None:
    """For a run that cannot be cancelled."""


def _not_recorded(output: Any) -> None:
    """For a run that is not recorded."""


def not_handed_over(result_id: str, backend: str) -> None:
    raise NodeFailed(
        "Only the last node of a workflow that a schedule has started can run on the "
        "backend of a Task."
    )


def _no_workflows(workflow_id: UUID, payload: dict[str, Any]) -> dict[str, Any]:
    raise NodeFailed("This run cannot run other workflows.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a node can use: the trigger's event, earlier outputs, the site, and its run."""

    trigger: Mapping[str, Any]
    nodes: Mapping[str, Any]
    site: Mapping[str, Any]
    execution_id: UUID
    # The user it runs as. Raises `NodeFailed` if that user has been deleted.
    owner: Callable[[], User] = _no_owner
    clock: Clock = _no_clock
    # Raises `Cancelled` once the run is cancelled. A node that takes long calls it often.
    stop_if_cancelled: Callable[[], None] = _not_cancellable
    # Runs another workflow to its end. Returns its execution's id and its last output.
    run_workflow: Callable[[UUID, dict[str, Any]], dict[str, Any]] = _no_workflows
    # Records what the node has done so far as its output, in case it never finishes.
    record: Callable[[Any], None] = _not_recorded
    # Hands the run over to the backend of a Task: the id of its result, and the backend.
    hand_over: Callable[[str, str], None] = not_handed_over
    # The nodes that tool edges connect to this one.
    tool_nodes: tuple[tuple[Component, Config], ...] = ()

    def tools(self) -> tuple[Tool, ...]:
        """The tools that those nodes offer to a model, with their templates rendered."""
        offered = [self._tool_of(each, config) for each, config in self.tool_nodes]
        return tuple(tool for tool in offered if tool)

    def _tool_of(self, component: Component, config: Config) -> Tool | None:
        try:
            return component.as_tool(component.prepare(config, self))
        except NodeFailed as failure:
            # An agent may have many tools, so the error names the one.
            tool = component.as_tool(config)
            name = tool.name if tool else component.type
            raise NodeFailed(f'The tool "{name}": {failure}') from failure

    def for_tools(self) -> ToolContext:
        """The context in which the node calls tools."""
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


# The size of an output as JSON, in bytes, up to which it can be kept.
MAX_OUTPUT = 256 * 1024


@dataclass(frozen=True, slots=True)
class Result:
    """The output of a node, and the port through which the flow continues. If it is handed
    over, the node is still running elsewhere, and its output is what is known so far."""

    output: Any
    port: str = "out"
    handed_over: bool = False


class Component(ABC):
    """A node type: subclass it, declare the class attributes, and `@register` it."""

    type: ClassVar[str] = ""
    label: ClassVar[str] = ""
    description: ClassVar[str] = ""
    category: ClassVar[str] = ""
    place: ClassVar[int] = 100  # in its category; alike ones are sorted by label
    icon: ClassVar[str] = ""  # the name of a Lucide icon
    colour: ClassVar[str] = ""  # #rrggbb, by default that of the category
    kind: ClassVar[Literal["trigger", "action"]] = "action"
    inputs: ClassVar[tuple[str, ...]] = ("in",)
    ports: ClassVar[tuple[str, ...]] = ("out",)
    # Where the configuration names the ports: paths such as "cases[].port". Without any, a
    # node always has `ports`.
    port_fields: ClassVar[tuple[str, ...]] = ()
    config_schema: ClassVar[dict[str, Any]] = {}
    # Whether it does anything that outlasts it: then it is on record before it runs.
    has_effects: ClassVar[bool] = True
    takes_tools: ClassVar[bool] = False  # whether tool edges may lead to it
    # Fields of the configuration that are templates, for text or for any JSON value.
    text_templates: ClassVar[tuple[str, ...]] = ()
    value_templates: ClassVar[tuple[str, ...]] = ()
    # Paths of texts in the configuration that are one expression each: "cases[].when".
    condition_fields: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def run(self, config: Config, context: Context) -> Result:
        """Do the work with a prepared configuration. Raises `NodeFailed`, with a message
        for people."""

    def ports_of(self, config: Config) -> tuple[str, ...]:
        """The ports through which the flow may leave a node with this configuration."""
        if not self.port_fields:
            return self.ports
        named = (
            port for path in self.port_fields for port in self._ports(config, path)
        )
        return tuple(dict.fromkeys(named))

    def _ports(self, config: Config, path: str) -> Iterator[str]:
        found = [port for _, port in values_at(config, path) if isinstance(port, str)]
        default = (schema_at(self.config_schema, path) or {}).get("default")
        yield from found or filter(None, [default])

    @property
    def can_be_tool(self) -> bool:
        """Whether nodes of this type may be offered to a model."""
        return type(self).as_tool is not Component.as_tool

    def node(
        self, node_id: str, config: Config, *, is_active: bool, is_tool: bool = False
    ) -> Node:
        """The graph's view of such a node. `is_tool`: a tool edge leads from it."""
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
        """The name of a built-in tool of such a node; empty if it has none."""
        return ""

    def check(self, config: Config) -> Iterator[Problem]:
        """The problems of a configuration that matches the schema."""
        for path, source in self.templates(config):
            if problem := template_problem(source):
                yield path, f"The template {problem}."
        for path, source in self.conditions(config):
            if problem := expression_problem(source):
                yield path, f"The condition {problem}."

    def templates(self, config: Config) -> Iterator[tuple[str, str]]:
        """Every template in a configuration, valid or not, with its path."""
        for name in (*self.text_templates, *self.value_templates):
            for path, source in strings(config.get(name), name):
                if MARKS.search(source):
                    yield path, source

    def conditions(self, config: Config) -> Iterator[tuple[str, str]]:
        """Every expression outside of templates, valid or not, with its path."""
        for field_path in self.condition_fields:
            for path, source in values_at(config, field_path):
                if isinstance(source, str):
                    yield path, source

    def schemas(self, config: Config) -> Iterator[Any]:
        """Every JSON schema in a configuration, valid or not."""
        return iter(())

    def check_tool(self, config: Config) -> Iterator[Problem]:
        """The problems of a node that is a tool: the model may fill in missing fields."""
        yield from self.check(config)

    def prepare(self, config: Config, context: Context) -> dict[str, Any]:
        """The configuration with its templates rendered."""
        variables = context.variables()
        texts = {name: config[name] for name in self.text_templates if name in config}
        values = {name: config[name] for name in self.value_templates if name in config}
        rendered: dict[str, Any] = render_text(texts, variables)
        return {**config, **rendered, **render_value(values, variables)}

    def as_tool(self, config: Config) -> Tool | None:
        """The tool that a node with this configuration offers to a model; None if it cannot
        be a tool.

        Configured fields are fixed: the model neither sees nor changes them. It fills in the
        other fields, in which templates are not rendered.
        """
        return None

    def redact(self, config: Config) -> Any:
        """A prepared configuration as the record may show it. Override this to redact more
        than the names and URLs that are redacted for every node."""
        return config


ComponentClass = TypeVar("ComponentClass", bound=type[Component])


@dataclass(slots=True)
class Registry:
    """The components by type."""

    components: dict[str, Component] = field(default_factory=dict)

    def register(self, type_: str) -> Callable[[ComponentClass], ComponentClass]:
        """Declare a component under `type_`. Raises `RegistrationError` for an invalid
        declaration."""

        def add(component: ComponentClass) -> ComponentClass:
            if type_ in self.components:
                raise RegistrationError(f'The component "{type_}" is registered twice.')
            if not issubclass(component, Component):
                raise RegistrationError(
                    f'The component "{type_}": the class must be a subclass of Component.'
                )
            for problem in declaration_problems(type_, component):
                raise RegistrationError(f'The component "{type_}": {problem}')
            component.type = type_
            component.colour = component.colour or CATEGORIES[component.category]
            self.components[type_] = component()
            return component

        return add

    def get(self, type_: str) -> Component | None:
        return self.components.get(type_)

    def all(self) -> list[Component]:
        """Every component, in the order in which a palette shows them."""
        return sorted(self.components.values(), key=palette_place)


registry = Registry()
register = registry.register


def config_problems(
    component: Component, config: Any, *, is_tool: bool = False
) -> Iterator[Problem]:
    """The problems of a node's configuration, each with the path of its field."""
    if is_tool:
        open_schema = {**component.config_schema, "required": []}
        found = schema_problems(open_schema, config)
        yield from found or component.check_tool(config)
    else:
        found = schema_problems(component.config_schema, config)
        yield from found or component.check(config)
