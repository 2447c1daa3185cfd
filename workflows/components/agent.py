from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

from typing_extensions import override

from workflows.agents.answer import ANSWER_TOOL, output_schema_problems
from workflows.agents.budget import LIMITS, Budget, Spending, ceiling_problems
from workflows.agents.record import Record
from workflows.agents.site import (
    DEMO_MODEL,
    REQUIRED,
    is_scripted,
    model_name,
    setting_problems,
)
from workflows.exceptions import NodeFailed
from workflows.graph import Problem
from workflows.kit.conf import conf
from workflows.kit.json_value import storable
from workflows.kit.phrases import phrase
from workflows.registry import Component, Config, Context, Result, register
from workflows.safety.templating import MAX_SOURCE
from workflows.schemas.declare import whole

NOT_INSTALLED = (
    "The agent node needs the extra `agents`. Install it: "
    "pip install 'pydantic-ai-slim[openai]'."
)


@register("agent")
class Agent(Component):
    """Has a language model carry out a task with the tools that tool edges connect to it.
    The output holds the answer, the usage, and every request and tool call."""

    label = phrase("Agent")
    description = "Gives a task to a language model, with tools."
    category = "Agents"
    icon = "bot"
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
                "description": "What the model has to do, in plain language.",
                "x-widget": "textarea",
            },
            "instructions": {
                "type": "string",
                "maxLength": MAX_SOURCE,
                "title": "Instructions",
                "description": "How the model has to work: role, rules, style.",
                "x-widget": "textarea",
            },
            "model": {
                "type": "string",
                "pattern": whole(r"[^\s\x00-\x1f]{1,200}"),
                "title": "Model",
                "description": "The provider's name for the model. Left empty: the site's "
                f"(AGENT_MODEL). {DEMO_MODEL} is the same, but follows a script on "
                "a site without a provider.",
            },
            "output_schema": {
                "type": "object",
                "title": "Answer schema",
                "description": "A JSON Schema of an object that the answer has to be. Left "
                "empty: the answer is text.",
                "x-widget": "code",
            },
            **{
                name: {
                    "type": "integer",
                    "minimum": 1,
                    "default": limit.default,
                    "title": f"Maximum {limit.title}",
                    "description": f"At most what the site allows ({limit.setting}).",
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
        scripted = is_scripted(config.get("model", ""))
        if not scripted:
            _check_site(config)
        _check_schema(config)
        if not config["prompt"].strip():
            raise NodeFailed("The task is empty: its template rendered to no text.")
        conversation = _conversation()
        budget = Budget.of(config)
        task = conversation.Task(
            prompt=storable(config["prompt"]),
            instructions=_instructions(config, context),
            model=model_name(config.get("model", "")),
            is_scripted=scripted,
            output_schema=config.get("output_schema"),
            budget=budget,
            tools={tool.name: tool for tool in context.tools()},
        )
        secrets = {conf.AGENT_API_KEY}
        record = Record(Spending(budget), context.record, context.clock, secrets)
        answer = conversation.Conversation(task, context, record).answer()
        return Result(record.whole(output=answer))


def _check_site(config: Config) -> None:
    """Raise `NodeFailed` that names the missing or invalid settings, never their values."""
    if problems := [f"{name}: {problem}" for name, problem in setting_problems()]:
        raise NodeFailed(f"This site's settings are not valid. {' '.join(problems)}")
    if missing := [name for name in REQUIRED if not _effective(name, config)]:
        raise NodeFailed(f"This site has no language model: set {', '.join(missing)}.")


def _check_schema(config: Config) -> None:
    """Raise `NodeFailed` for an invalid schema that was saved before saving refused it: no
    answer could match it."""
    schema = config.get("output_schema")
    for _, problem in output_schema_problems(schema) if schema else ():
        raise NodeFailed(f"The answer schema is not valid. {problem}")


def _effective(name: str, config: Config) -> Any:
    if name == "AGENT_MODEL":
        return model_name(config.get("model", ""))
    return getattr(conf, name)


def _instructions(config: Config, context: Context) -> str:
    # A model does not know the time, and needs it to understand "tomorrow".
    now = f"The current time is {context.clock().isoformat(timespec='seconds')}."
    return "\n\n".join(filter(None, [storable(config.get("instructions")), now]))


def _conversation() -> ModuleType:
    # Not at the top: the import takes 0.6 s, and needs an extra that a site without
    # agents does not install.
    try:
        from workflows.agents import conversation  # noqa: PLC0415
    except ImportError as error:
        raise NodeFailed(NOT_INSTALLED) from error
    return conversation
