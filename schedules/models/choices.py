"""The choices of the fields of a schedule: types, statuses, reasons and policies."""

from __future__ import annotations

from django.db import models

from workflows.kit.phrases import phrase


class ScheduleType(models.TextChoices):
    CRON = "cron"
    INTERVAL = "interval"
    ONCE = "once"
    MANUAL = "manual"  # no ticks: it runs on request only


class Status(models.TextChoices):
    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"  # ended by its own rules; `reason_code` gives the rule


class ReasonCode(models.TextChoices):
    """Why a schedule has its status, for programs. `status_reason` is the text for people."""

    NONE = "", phrase("none")
    # Of an active schedule
    NODE_DELETED = "node_deleted", phrase("its trigger node was deleted")
    # Of a paused one
    BY_USER = "by_user", phrase("by a person")
    BY_AGENT = "by_agent", phrase("by an agent")
    BY_SYSTEM = "by_system", phrase("by the site")
    PROPOSAL = "proposal", phrase("proposed by an agent")
    FAILURES = "failures", phrase("too many failures in a row")
    CANNOT_RUN = "cannot_run", phrase("its runs cannot succeed")
    CANNOT_FIRE = "cannot_fire", phrase("it could not be fired")
    OBJECT_DELETED = "object_deleted", phrase("the object that it is for was deleted")
    # Of a stopped one
    COMPLETED = "completed", phrase("completed")
    MISSED = "missed", phrase("missed")
    END_REACHED = "end_reached", phrase("end reached")
    LIMIT_REACHED = "limit_reached", phrase("limit reached")
    # Of the event that records a deletion
    WORKFLOW_DELETED = "workflow_deleted", phrase("its workflow was deleted")
    OWNER_DELETED = "owner_deleted", phrase("its owner was deleted")


class CatchupPolicy(models.TextChoices):
    LATEST = "latest"
    ALL = "all"
    NONE = "none"


class OverlapPolicy(models.TextChoices):
    SKIP = "skip"
    QUEUE = "queue"
    ALLOW = "allow"
    REPLACE = "replace"


class WhenObjectGone(models.TextChoices):
    """What becomes of a schedule whose object has been deleted."""

    STOP = "stop"
    PAUSE = "pause"
    KEEP = "keep"


class Theme(models.TextChoices):
    """The colours of the admin that a user has chosen."""

    AUTO = "auto", "As the system"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


class AgentsWish(models.TextChoices):
    """What users themselves want of the agents that act for them: never more than the site
    and its administrators allow."""

    SITE = "", "As the site has it"
    ASK = "ask", "Ask me first"
    OFF = "off", "Not at all"


class ActorKind(models.TextChoices):
    USER = "user", phrase("User")
    AGENT = "agent", phrase("Agent")
    SYSTEM = "system", phrase("System")


REASON_OF_ACTOR = {
    ActorKind.USER: ReasonCode.BY_USER,
    ActorKind.AGENT: ReasonCode.BY_AGENT,
    ActorKind.SYSTEM: ReasonCode.BY_SYSTEM,
}
# NONE: the row was written directly, without the services.
REASONS_OF_STATUS: dict[Status, tuple[ReasonCode, ...]] = {
    Status.ACTIVE: (ReasonCode.NONE, ReasonCode.NODE_DELETED),
    Status.PAUSED: (
        ReasonCode.NONE,
        ReasonCode.BY_USER,
        ReasonCode.BY_AGENT,
        ReasonCode.BY_SYSTEM,
        ReasonCode.PROPOSAL,
        ReasonCode.FAILURES,
        ReasonCode.CANNOT_RUN,
        ReasonCode.CANNOT_FIRE,
        ReasonCode.OBJECT_DELETED,
    ),
    Status.STOPPED: (
        ReasonCode.NONE,
        ReasonCode.COMPLETED,
        ReasonCode.MISSED,
        ReasonCode.END_REACHED,
        ReasonCode.LIMIT_REACHED,
    ),
}
