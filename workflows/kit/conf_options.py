"""The table of the options of `OSTINATO`: each is declared here, and only here.

From it come the checks, the environment variables of our own site and docs/settings.md.
"""
# ruff: noqa: FBT003 defaults are values, not switches

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workflows.kit import conf_kinds as kinds
from workflows.kit.bounds import DAY, MOST_OPEN_RUNS, TEN_YEARS
from workflows.kit.conf_kinds import Kind, number, words

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Option:
    """One option; `help` says in plain words what it decides."""

    name: str
    default: Any
    kind: Kind[Any]
    help: str
    # What applies in place of a value that is not valid, if not the default: what a project
    # meant to forbid must not be allowed, nor what it meant to keep be deleted.
    if_wrong: Any = None

    def clean(self, value: object) -> Any:
        """The value as the code reads it. Raises `ValueError` if it is not valid."""
        if self.default in (None, "") and value in (None, ""):
            return self.default
        return self.kind.clean(value)

    @property
    def fallback(self) -> Any:
        """What applies if the value is not valid."""
        return self.default if self.if_wrong is None else self.if_wrong


OPTIONS = {
    option.name: option
    for option in (
        Option("QUEUE", None, kinds.QUEUE,
            "The queue in RQ_QUEUES through which workflows run. By default `workflows`, or "
            "`default` if there is no queue of that name."),
        Option("SITE_URL", "", kinds.SITE_ADDRESS,
            "The address of the site, without a path of its own: links that leave it, such "
            "as those of webhooks, begin with it."),
        Option("OWNER", None, kinds.OWNER,
            "The natural key, such as the username, of the user who owns the schedules that "
            "code keeps without naming an owner."),
        Option("CALLABLES", [], words(kinds.CALLABLE),
            "Dotted names of functions that may be scheduled although they are not declared "
            "so; `billing.tasks.*` names all public functions of a module."),
        Option("COMMANDS", ["prune_runs", "audit_schedules", "clearsessions"], words(kinds.COMMAND),
            "The management commands that may be scheduled.", if_wrong=[]),
        Option("OBJECTS", [], words(kinds.MODEL),
            "The models, such as `billing.Invoice`, whose objects can have schedules that "
            "end with them."),
        Option("WORKFLOW_FUNCTION_MODULES", [], words(kinds.MODULE),
            "Modules to import at the start because they declare functions, besides the "
            "module `tasks` of each app."),
        # Schedules
        Option("LIVE_TICK_SECONDS", 30, number(1, DAY),
            "A due tick that is at most this late is fired under every catch-up policy."),
        Option("RUNS_KEPT_DAYS", 90, number(0, 36_500),
            "How many days the history of runs is kept.", if_wrong=36_500),
        Option("RUNS_KEPT_AT_LEAST", 100, number(0, MILLION),
            "How many of the newest runs of each schedule are kept in any case.", if_wrong=MILLION),
        Option("QUEUE_OLD_SECONDS", 60, number(0, DAY),
            "A run that has been queued for longer causes a warning; 0: no warning."),
        Option("FIRE_BATCH_SIZE", 500, number(1, 10_000),
            "How many due schedules one transaction fires."),
        Option("WORK_PROCESS_RUNS", 10_000, number(1, MILLION),
            "After how many runs a worker replaces a work process."),
        Option("WORK_PROCESS_MEGABYTES", 512, number(64, MILLION),
            "At how many megabytes of memory a worker replaces a work process, once its run "
            "has ended."),
        Option("MAX_OPEN_RUNS", 100, number(0, MOST_OPEN_RUNS),
            "How many runs of a new schedule may be open at once under the overlap policy "
            "`allow`; 0: no limit."),
        # Agents that schedule in a user's name
        Option("AGENTS_MAY_SCHEDULE", True, kinds.FLAG,
            "Whether agents may create and change schedules.", if_wrong=False),
        Option("AGENTS_PROPOSE", False, kinds.FLAG,
            "Whether the schedules of agents stay paused until a person approves them.", if_wrong=True),
        Option("AGENTS_MAY_SCHEDULE_FROM_SCHEDULES", False, kinds.FLAG,
            "Whether a run that a schedule started may create schedules."),
        Option("AGENT_MAX_ACTIVE_SCHEDULES", 20, number(0, MILLION),
            "How many active schedules of agents a user may have.", if_wrong=0),
        Option("AGENT_MAX_KEPT_SCHEDULES", 100, number(0, MILLION),
            "How many schedules of agents, paused and stopped ones included, a user may have.", if_wrong=0),
        Option("AGENT_MAX_CREATED_A_DAY", 100, number(0, MILLION),
            "How many schedules agents may create for a user in 24 hours.", if_wrong=0),
        Option("AGENT_MAX_RESUMED_AN_HOUR", 100, number(0, MILLION),
            "How often agents may resume schedules for a user in an hour.", if_wrong=0),
        Option("AGENT_MIN_INTERVAL_SECONDS", 60, number(1, TEN_YEARS),
            "The least time between two runs of a schedule of an agent.", if_wrong=TEN_YEARS),
        Option("AGENT_MAX_DAYS", 90, number(1, TEN_YEARS // DAY),
            "Within how many days a schedule of an agent must end.", if_wrong=1),
        # The model of `agent` nodes, and upper bounds for the budget of one node
        Option("AGENT_BASE_URL", "", kinds.SITE_ADDRESS,
            "The address of an OpenAI-compatible provider of models."),
        Option("AGENT_API_KEY", "", kinds.KEY, "The provider's key."),
        Option("AGENT_MODEL", "", kinds.TEXT,
            "The model of agent nodes that do not name one."),
        Option("AGENT_MAX_REQUESTS", 50, number(1, 100_000),
            "How many requests an agent node may send to the model.", if_wrong=1),
        Option("AGENT_MAX_TOOL_CALLS", 100, number(0, 100_000),
            "How many tools an agent node may call.", if_wrong=0),
        Option("AGENT_MAX_TOKENS", 500_000, number(1, 1_000_000_000),
            "How many tokens an agent node may use.", if_wrong=1),
        Option("AGENT_MAX_SECONDS", 600, number(1, DAY),
            "How many seconds an agent node may take.", if_wrong=1),
        # Workflows
        Option("HTTP_NODE_ALLOWED_ORIGINS", [], words(kinds.ORIGIN),
            "Origins that `http_request` nodes may call even though they resolve to a "
            "private or loopback address."),
        Option("WAIT_NODE_MAX_SECONDS", 300, number(0, DAY),
            "How long a `wait` node may occupy a worker.", if_wrong=0),
        Option("EXECUTION_TIMEOUT_SECONDS", 600, number(1, 7 * DAY),
            "The deadline of executions that no schedule started; schedules have their own."),
        # The admin
        Option("THEME_ALL_PAGES", False, kinds.FLAG,
            "Whether all pages of the admin look as ours do, those of other apps included."),
        # The API
        Option("API_RATE", None, kinds.RATE,
            "How many requests to the API a user may send, such as `1000/hour`. By default "
            "there is no limit."),
        Option("HOOK_RATE", None, kinds.RATE,
            "How many requests a webhook takes, such as `60/minute`. By default there is no "
            "limit."),
    )
}  # fmt: skip
