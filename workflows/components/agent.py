from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

from django.conf import settings
from typing_extensions import override

from workflows.agents.answer import ANSWER_TOOL, output_schema_problems
from workflows.agents.budget import LIMITS, Budget, Spending, ceiling_problems
from workflows.agents.record import Record
from workflows.agents.site import NEEDED, setting_problems
from workflows.exceptions import NodeFailed
from workflows.graph import Problem
from workflows.kit.json_value import storable
from workflows.registry import Component, Config, Context, Result, register
from workflows.safety.templating import MAX_SOURCE
from workflows.schemas.declare import whole

NOT_INSTALLED = (
    "The agent node needs the extra `agents`: pip install 'pydantic-ai-slim[openai]'."
)


@register("agent")
class Agent(Component):
    """Asks a language model to carry out a task with the tools that are given to it by
    tool edges. Its output is the answer, what it took, and every request and call."""

    label = "Agent"
    description = "Has a language model carry out a task, with tools."
    category = "AI"
    icon = "bot"
    colour = "#7c3aed"
    takes_tools = True
    config_schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["prompt"],
        "properties": {
            "prompt": {
                "type": "string",
                "minLength": 1,
                "maxLength": MAX_SOURCE,
                "title": "Task",
                "description": "What it is to do, in words.",
            },
            "instructions": {
                "type": "string",
                "maxLength": MAX_SOURCE,
                "title": "Instructions",
                "description": "How it is to go about it, whatever the task.",
            },
            "model": {
                "type": "string",
                "pattern": whole(r"[^\s\x00-\x1f]{1,200}"),
                "title": "Model",
                "description": "Its name at the site's provider; the site's own if empty.",
            },
            "output_schema": {
                "type": "object",
                "title": "Schema of the answer",
                "description": "A JSON schema of an object; without it the answer is text.",
            },
            **{
                name: {
                    "type": "integer",
                    "minimum": 1,
                    "default": limit.default,
                    "title": f"{limit.title} at most",
                }
                for name, limit in LIMITS.items()
            },
        },
    }
    text_templates = ("instructions", "prompt")

    @override
    def check(self, config: Config) -> Iterator[Problem]:
        yield from super().check(config)
        yield from ceiling_problems(config)
        if "output_schema" in config:
            yield from output_schema_problems(config["output_schema"])

    @override
    def schemas(self, config: Config) -> Iterator[Any]:
        if "output_schema" in config:
            yield config["output_schema"]

    @override
    def own_tool(self, config: Config) -> str:
        return ANSWER_TOOL if config.get("output_schema") else ""

    @override
    def run(self, config: Config, context: Context) -> Result:
        _check_site(config)
        _check_schema(config)
        if not config["prompt"].strip():
            raise NodeFailed("The prompt is empty: its template gave no text.")
        conversation = _conversation()
        budget = Budget.of(config)
        task = conversation.Task(
            prompt=storable(config["prompt"]),
            instructions=_instructions(config, context),
            model=config.get("model") or settings.AGENT_MODEL,
            output_schema=config.get("output_schema"),
            budget=budget,
            tools={tool.name: tool for tool in context.tools()},
        )
        secrets = {settings.AGENT_API_KEY}
        record = Record(Spending(budget), context.record, context.clock, secrets)
        answer = conversation.Conversation(task, context, record).answer()
        return Result(record.whole(output=answer))


def _check_site(config: Config) -> None:
    """Raises `NodeFailed` that names the settings, never their values."""
    if missing := [name for name in NEEDED if not _given(name, config)]:
        raise NodeFailed(f"This site has no model: set {', '.join(missing)}.")
    if wrong := [f"{name}: {why}" for name, why in setting_problems()]:
        raise NodeFailed(f"The settings of this site are wrong. {' '.join(wrong)}")


def _check_schema(config: Config) -> None:
    """Raises `NodeFailed` for one that was saved before such were refused: no model could
    give an answer to it."""
    schema = config.get("output_schema")
    for _, why in output_schema_problems(schema) if schema else ():
        raise NodeFailed(f"The schema of the answer: {why}")


def _given(name: str, config: Config) -> Any:
    own = config.get("model") if name == "AGENT_MODEL" else None
    return own or getattr(settings, name)


def _instructions(config: Config, context: Context) -> str:
    # A model knows no time, and "tomorrow" is nothing without it.
    now = f"It is {context.clock().isoformat(timespec='seconds')}."
    return "\n\n".join(filter(None, [storable(config.get("instructions")), now]))


def _conversation() -> ModuleType:
    # Not at the top: it takes 0.6 s, which nobody else need pay for, and comes with an
    # extra that a site may do without.
    try:
        from workflows.agents import conversation  # noqa: PLC0415
    except ImportError as error:
        raise NodeFailed(NOT_INSTALLED) from error
    return conversation
