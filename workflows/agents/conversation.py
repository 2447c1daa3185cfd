"""An agent's conversation: ask the model and call the tools it requests until it answers.

The loop is our own, and synchronous: each request and each tool call is checked against the
budget, recorded, and made in the node's own thread, one at a time.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.tools import ToolDefinition

from workflows.agents.answer import (
    ANSWER_TOOL,
    Schema,
    Unusable,
    parsed,
    structured_answer,
    text_answer,
)
from workflows.agents.budget import Budget, BudgetSpent, OutOfTime
from workflows.agents.model_connection import CHECK_EVERY_SECONDS, ModelConnection
from workflows.agents.provider import ProviderFailure, failure_of
from workflows.agents.record import Record, excerpt
from workflows.exceptions import NodeFailed
from workflows.kit.json_value import problem
from workflows.kit.logs import get_logger
from workflows.registry import Context
from workflows.safety.deadline import deadline
from workflows.safety.redaction import redact_known
from workflows.tools import MAX_ARGUMENTS, Tool, call_named

log = get_logger(__name__)
# Between the attempts of one request, unless the provider demands a longer pause.
PAUSES_SECONDS = (1.0, 4.0)
LONGEST_PAUSE_SECONDS = 30.0
FOREVER = float("inf")
MAX_UNUSABLE = 3
MAX_RESULT = 32 * 1024  # characters of a tool's result that the model is shown
BESIDE_THE_ANSWER = "The tool was not called: the answer was submitted with the call."
CUT_OFF = {
    "length": "The model's answer was cut off: it reached the provider's length limit.",
    "content_filter": "The provider withheld the answer (content filter).",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What an agent has to do, and with what."""

    prompt: str
    instructions: str
    model: str
    output_schema: Schema | None
    budget: Budget
    tools: Mapping[str, Tool]
    is_scripted: bool = False  # the script of the demonstration answers


@dataclass(slots=True)
class Conversation:
    """The conversation of one run of an agent node."""

    task: Task
    context: Context
    record: Record
    messages: list[ModelMessage] = field(default_factory=list)
    unusable: int = 0
    ends_at: float = 0.0

    def answer(self) -> Any:
        """The model's answer. Raises `NodeFailed` with the reason why there is none."""
        seconds = self.task.budget.max_seconds
        self.ends_at = time.monotonic() + seconds
        try:
            connection = ModelConnection(
                self.task.model, is_scripted=self.task.is_scripted
            )
            with _interrupted_after(seconds), connection as model:
                return self._run(model)
        except OutOfTime as error:
            raise BudgetSpent("max_seconds", seconds) from error

    def _run(self, model: ModelConnection) -> Any:
        self._say([UserPromptPart(self.task.prompt)])
        while True:
            response = self._ask(model)
            self.messages.append(response)
            final = self._final(response)
            others = [call for call in response.tool_calls if call is not final]
            if final is None and others:
                self._say([self._called(call) for call in others])
                continue
            try:
                answer = self._usable(response, final)
            except Unusable as error:
                correction = self._correction(final, str(error))
                self._say([*map(self._called, others), correction])
            else:
                self._not_taken(others, "not_called", BESIDE_THE_ANSWER)
                return answer

    def _say(self, parts: Sequence[ModelRequestPart]) -> None:
        message = ModelRequest(parts, instructions=self.task.instructions)
        self.messages.append(message)

    def _ask(self, model: ModelConnection) -> ModelResponse:
        """The model's response to all messages. Retries after a temporary failure."""
        pauses = iter(PAUSES_SECONDS)
        while True:
            self._check()
            self.record.spending.request()
            asked = _text_of(self.messages[-1])
            with self.record.call("model", asked=asked) as entry:
                response = self._attempt(model)
                entry |= _described(response)
                self.record.spending.tokens(entry.get("tokens", {}))
            if isinstance(response, ModelResponse):
                return response
            pause = max(next(pauses, FOREVER), response.retry_after or 0)
            if not response.is_temporary or pause > LONGEST_PAUSE_SECONDS:
                raise NodeFailed(response.message)
            self._pause(pause)

    def _attempt(self, model: ModelConnection) -> ModelResponse | ProviderFailure:
        try:
            return model.request(self.messages, self._parameters(), check=self._check)
        # An error of the library comes from the provider or the settings; its text may
        # contain the key.
        except Exception as error:  # noqa: BLE001
            failure = failure_of(error)
            log.warning(
                "model_not_reached",
                execution=str(self.context.execution_id),
                kind=type(error).__name__,
                error=failure.message,
            )
            return failure

    def _parameters(self) -> ModelRequestParameters:
        schema = self.task.output_schema
        return ModelRequestParameters(
            function_tools=[
                ToolDefinition(
                    name=tool.name,
                    description=tool.description,
                    parameters_json_schema=dict(tool.input_schema),
                )
                for tool in self.task.tools.values()
            ],
            output_tools=[_answer_tool(schema)] if schema else [],
            output_mode="tool" if schema else "text",
            allow_text_output=not schema,
        )

    def _final(self, response: ModelResponse) -> ToolCallPart | None:
        """The call that submits the answer."""
        if not self.task.output_schema:
            return None
        calls = (each for each in response.tool_calls if each.tool_name == ANSWER_TOOL)
        return next(calls, None)

    def _usable(self, response: ModelResponse, final: ToolCallPart | None) -> Any:
        if final is None and response.finish_reason in CUT_OFF:
            raise NodeFailed(CUT_OFF[response.finish_reason])
        text = response.text or ""
        if self.task.output_schema is None:
            return text_answer(text)
        return structured_answer(
            self.task.output_schema,
            final.args if final else text,
            seconds=max(self.ends_at - time.monotonic(), 0.0),
        )

    def _correction(self, final: ToolCallPart | None, why: str) -> ModelRequestPart:
        """The message that explains to the model why its answer cannot be used."""
        self.unusable += 1
        if final:
            self._not_taken([final], "unusable_answer", why)
        if self.unusable == MAX_UNUSABLE:
            reason = redact_known(why, self.record.secrets)
            raise NodeFailed(
                f"The model gave {MAX_UNUSABLE} answers that cannot be used. {reason}"
            )
        if final:
            return ToolReturnPart(final.tool_name, why, final.tool_call_id)
        hint = f" Submit it with {ANSWER_TOOL}." if self.task.output_schema else ""
        return UserPromptPart(why + hint)

    def _not_taken(self, calls: Sequence[ToolCallPart], code: str, why: str) -> None:
        """Record calls that are not made."""
        error = {"error": {"code": code, "message": why}}
        for call in calls:
            shown = _arguments(call)[1]
            self.record.refusal(tool=call.tool_name, arguments=shown, result=error)
        self.record.save()

    def _called(self, call: ToolCallPart) -> ToolReturnPart:
        self._check()
        self.record.spending.tool_call()
        arguments, shown = _arguments(call)
        with self.record.call("tool", tool=call.tool_name, arguments=shown) as entry:
            result = call_named(
                self.task.tools,
                call.tool_name,
                arguments,
                self.context.for_tools(),
                secrets=self.record.secrets,
            )
            entry |= {"result": result.content, "is_error": result.is_error}
        text = json.dumps(result.content, ensure_ascii=False)
        return ToolReturnPart(
            call.tool_name, excerpt(text, MAX_RESULT), call.tool_call_id
        )

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._check()
            time.sleep(min(left, CHECK_EVERY_SECONDS))

    def _check(self) -> None:
        """End the conversation if it is cancelled or out of time."""
        if time.monotonic() > self.ends_at:
            raise OutOfTime
        self.context.stop_if_cancelled()


def _arguments(call: ToolCallPart) -> tuple[Any, Any]:
    """The arguments of a call, and what the record shows: the original text if they are not
    valid."""
    arguments = parsed(call.args or {})
    unfit = problem(arguments, max_bytes=MAX_ARGUMENTS)
    return arguments, str(call.args) if unfit else arguments


def _interrupted_after(seconds: float) -> AbstractContextManager[object]:
    """A tool that takes for ever is ended as well, where that is possible."""
    if threading.current_thread() is not threading.main_thread():
        return nullcontext()  # signals are handled in the main thread only
    return deadline(seconds, raising=OutOfTime)


def _answer_tool(schema: Schema) -> ToolDefinition:
    return ToolDefinition(
        name=ANSWER_TOOL,
        description="Submit the answer. Call this tool once, at the end.",
        parameters_json_schema=dict(schema),
        kind="output",
    )


def _text_of(message: ModelMessage) -> str:
    """What is new in a request, as text. Results of tools are in entries of their own."""
    texts = [
        f"(the result of {part.tool_name})"
        if isinstance(part, ToolReturnPart)
        else str(part.content)
        for part in message.parts
        if isinstance(part, ToolReturnPart | UserPromptPart)
    ]
    return "\n".join(texts)


def _described(response: ModelResponse | ProviderFailure) -> dict[str, Any]:
    if isinstance(response, ProviderFailure):
        return {"error": response.message}
    used = response.usage
    return {
        "model": response.model_name,
        "answer": response.text or "",
        "tool_calls": [call.tool_name for call in response.tool_calls],
        "tokens": {
            "input": max(0, used.input_tokens),
            "output": max(0, used.output_tokens),
        },
    }
