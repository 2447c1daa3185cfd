"""What an agent may spend: requests, tool calls, tokens and seconds. Pure but for settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings

from workflows.exceptions import NodeFailed
from workflows.graph import Problem


@dataclass(frozen=True, slots=True)
class Limit:
    """One of the four: its default, and the setting that is the most a node may ask for."""

    default: int
    setting: str
    title: str

    @property
    def ceiling(self) -> int:
        return int(getattr(settings, self.setting))


LIMITS = {
    "max_requests": Limit(10, "AGENT_MAX_REQUESTS", "Requests to the model"),
    "max_tool_calls": Limit(20, "AGENT_MAX_TOOL_CALLS", "Tool calls"),
    "max_tokens": Limit(50_000, "AGENT_MAX_TOKENS", "Tokens"),
    "max_seconds": Limit(120, "AGENT_MAX_SECONDS", "Seconds"),
}


def ceiling_problems(config: Mapping[str, Any]) -> Iterator[Problem]:
    for name, limit in LIMITS.items():
        if config.get(name, 0) > limit.ceiling:
            yield name, f"This site allows at most {limit.ceiling} ({limit.setting})."


class BudgetSpent(NodeFailed):
    """The budget is spent."""

    def __init__(self, name: str, limit: int) -> None:
        what = LIMITS[name].title.lower()
        super().__init__(f"The budget is spent: {what}, at most {limit} ({name}).")


class OutOfTime(BaseException):
    """The seconds of the budget are over."""

    # A BaseException, so that no tool can swallow it.


@dataclass(frozen=True, slots=True)
class Budget:
    max_requests: int
    max_tool_calls: int
    max_tokens: int
    max_seconds: int

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Budget:
        """What a configuration asks for; ceilings may have been lowered since."""
        return cls(
            **{
                name: min(config.get(name, limit.default), limit.ceiling)
                for name, limit in LIMITS.items()
            }
        )


@dataclass(slots=True)
class Spending:
    """What has been spent of a budget. Raises `BudgetSpent` before it is overdrawn; the
    tokens of an answer are known only when it is there."""

    budget: Budget
    requests: int = 0
    tool_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def request(self) -> None:
        self._tokens_left()
        if self.requests >= self.budget.max_requests:
            raise BudgetSpent("max_requests", self.budget.max_requests)
        self.requests += 1

    def tool_call(self) -> None:
        self._tokens_left()
        if self.tool_calls >= self.budget.max_tool_calls:
            raise BudgetSpent("max_tool_calls", self.budget.max_tool_calls)
        self.tool_calls += 1

    def tokens(self, used: Mapping[str, int]) -> None:
        self.input_tokens += used.get("input", 0)
        self.output_tokens += used.get("output", 0)

    def usage(self) -> dict[str, int]:
        used = asdict(self)
        del used["budget"]
        return used

    def _tokens_left(self) -> None:
        if self.input_tokens + self.output_tokens >= self.budget.max_tokens:
            raise BudgetSpent("max_tokens", self.budget.max_tokens)
