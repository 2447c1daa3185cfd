"""The budget of an agent: requests, tool calls, tokens and seconds. Pure except for settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from workflows.exceptions import NodeFailed
from workflows.graph import Problem
from workflows.kit.conf import conf


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of the budget: its default, and the setting that holds the site's maximum."""

    default: int
    setting: str
    title: str

    @property
    def ceiling(self) -> int:
        return int(getattr(conf, self.setting))


LIMITS = {
    "max_requests": Limit(10, "AGENT_MAX_REQUESTS", "requests to the model"),
    "max_tool_calls": Limit(20, "AGENT_MAX_TOOL_CALLS", "tool calls"),
    "max_tokens": Limit(50_000, "AGENT_MAX_TOKENS", "tokens"),
    "max_seconds": Limit(120, "AGENT_MAX_SECONDS", "seconds"),
}


def ceiling_problems(config: Mapping[str, Any]) -> Iterator[Problem]:
    """The limits of a configuration that exceed the site's."""
    for name, limit in LIMITS.items():
        if config.get(name, 0) > limit.ceiling:
            most = f"{limit.ceiling:,} {limit.title} ({limit.setting})"
            yield name, f"This site allows at most {most}."


class BudgetSpent(NodeFailed):
    """One limit of the budget is reached."""

    def __init__(self, name: str, limit: int) -> None:
        super().__init__(
            f"The budget is spent: the maximum number of {LIMITS[name].title} is "
            f"{limit:,} ({name})."
        )


class OutOfTime(BaseException):
    """The seconds of the budget have passed. A BaseException, so that no tool can swallow
    it."""


@dataclass(frozen=True, slots=True)
class Budget:
    max_requests: int
    max_tool_calls: int
    max_tokens: int
    max_seconds: int

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Budget:
        """The budget that a configuration sets. The site's limits may have been lowered
        since it was saved."""
        return cls(
            **{
                name: min(config.get(name, limit.default), limit.ceiling)
                for name, limit in LIMITS.items()
            }
        )


@dataclass(slots=True)
class Spending:
    """What has been spent of a budget.

    Raises `BudgetSpent` before a limit is exceeded, except that of tokens: how many an
    answer takes is known only when it has arrived.
    """

    budget: Budget
    requests: int = 0
    tool_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def request(self) -> None:
        """Count a request that is about to be sent. Raises `BudgetSpent`."""
        self._tokens_left()
        if self.requests >= self.budget.max_requests:
            raise BudgetSpent("max_requests", self.budget.max_requests)
        self.requests += 1

    def tool_call(self) -> None:
        """Count a tool call that is about to be made. Raises `BudgetSpent`."""
        self._tokens_left()
        if self.tool_calls >= self.budget.max_tool_calls:
            raise BudgetSpent("max_tool_calls", self.budget.max_tool_calls)
        self.tool_calls += 1

    def tokens(self, used: Mapping[str, int]) -> None:
        """Count the tokens of an answer: `input` and `output`."""
        self.input_tokens += used.get("input", 0)
        self.output_tokens += used.get("output", 0)

    def usage(self) -> dict[str, int]:
        """The counts so far, by name."""
        used = asdict(self)
        del used["budget"]
        return used

    def _tokens_left(self) -> None:
        if self.input_tokens + self.output_tokens >= self.budget.max_tokens:
            raise BudgetSpent("max_tokens", self.budget.max_tokens)
