"""The examples in the OpenAPI description.

Requests are written down here; the answers are computed from them by the code that serves the
API. A test sends each request.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import UUIDField
from django.urls import reverse

from schedules import timing
from schedules.api.bulk_view import BulkAnswer
from schedules.api.exchange_views import ImportSerializer, TemplateSerializer
from schedules.api.explain_view import ExplanationSerializer
from schedules.api.preview_views import COUNT, PreviewSerializer
from schedules.api.serializers import NewSchedule, ScheduleSerializer
from schedules.exchange import template_named, templates
from schedules.exchange.importing import NOTE
from schedules.models import ReasonCode, ScheduledJob, Status
from schedules.rq.messages import alarm_id
from schedules.services import Actor
from schedules.services.drafts.draft import apply_fields
from schedules.services.insight.explain import Explanation
from schedules.services.insight.preview import preview_fields
from schedules.services.insight.sentences import timing_text
from triggers.api.webhooks import IssuedWebhookSerializer, StartedSerializer
from workflows.kit.api.rendering import ApiRenderer
from workflows.kit.api.strict import StrictSerializer
from workflows.models import Workflow

USERS: Any = get_user_model()  # of any model, whose keys may be of two kinds
OWNER = USERS(pk=UUID(int=1) if isinstance(USERS._meta.pk, UUIDField) else 1)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SITE = "https://ostinato.example"
WORKFLOW, SCHEDULE, EXECUTION = (
    UUID(int=0x018F0000_0000_7000_8000_000000000000 + number) for number in (1, 2, 3)
)
SECRET = "shown-once-in-this-answer"  # noqa: S105 (an example)

REQUESTS: dict[str, dict[str, dict[str, Any]]] = {
    "schedules_create": {
        "cron": {
            "name": "nightly report",
            "workflow": str(WORKFLOW),
            "cron_expression": "30 2 * * mon-fri",
            "timezone": "Europe/Berlin",
            "trigger_payload": {"who": "everyone"},
            "tags": ["reports"],
        },
        "interval": {
            "name": "check every five minutes",
            "workflow": str(WORKFLOW),
            "interval_seconds": 300,
            "timezone": "UTC",
            "overlap_policy": "allow",
            "max_open_runs": 5,
            "max_retries": 3,
        },
        "once": {
            "name": "new year switchover",
            "workflow": str(WORKFLOW),
            "run_at": "2096-01-01T00:00:00",
            "timezone": "Asia/Tokyo",
        },
    },
    "schedules_preview_create": {
        "clock change": {
            "cron_expression": "30 2 * * *",
            "timezone": "Europe/Berlin",
            "start_at": "2030-03-30T00:00:00",
            "count": 3,
        }
    },
    "schedules_bulk_create": {
        "pause by filter": {
            "action": "pause",
            "filter": {"tag": "reports", "status": "active"},
            "note": "holidays",
        },
        "run by id": {"action": "run", "ids": [str(SCHEDULE)]},
    },
    "workflows_import_create": {
        "a template": {"template": "nightly-report", "name": "my nightly report"},
        "a file": {
            "file": "format: ostinato/workflow\n"
            "version: 1\n"
            "workflow:\n"
            "  name: hourly check\n"
            "graph:\n"
            "  nodes:\n"
            "    - node_id: tick\n"
            "      component_type: trigger_schedule\n"
            "    - node_id: fetch\n"
            "      component_type: http_request\n"
            "      config: {url: https://example.com/}\n"
            "  edges:\n"
            "    - {source: tick, target: fetch}\n"
            "schedules:\n"
            "  - {name: hourly, interval_seconds: 3600}\n"
        },
    },
    "tokens_create": {
        "with an expiry": {"name": "laptop", "expires_at": "2096-01-01T00:00:00Z"}
    },
    "hooks_create": {"any JSON": {"name": "Ada"}},
}


def _read(kind: type[StrictSerializer], sent: dict[str, Any]) -> dict[str, Any]:
    """The request as the services receive it, without database rows."""
    fields = {name: field for name, field in kind().fields.items() if name in sent}
    return {
        name: field.run_validation(sent[name])
        for name, field in fields.items()
        if name != "workflow"
    }


def _saved() -> ScheduledJob:
    sent = REQUESTS["schedules_create"]["cron"]
    schedule = ScheduledJob(
        id=SCHEDULE,
        workflow_id=WORKFLOW,
        owner=OWNER,
        created_by=OWNER,
        rq_job_id=alarm_id(SCHEDULE),
        created_at=NOW,
        updated_at=NOW,
    )
    apply_fields(schedule, _read(NewSchedule, sent), now=NOW)
    first = timing.next_after(schedule.timing, NOW)
    schedule.next_tick_at = schedule.next_run_at = first
    # Added when it is read from the database.
    for name in ("status", "scheduled_for", "finished_at"):
        setattr(schedule, f"last_run_{name}", None)
    schedule.__dict__["start_node"] = "tick"
    return schedule


def _schedule() -> dict[str, Any]:
    return {**ScheduleSerializer(_saved()).data}


def _import() -> dict[str, Any]:
    made = Workflow(
        id=WORKFLOW,
        name=REQUESTS["workflows_import_create"]["a template"]["name"],
        description=template_named("nightly-report").description,
        owner=OWNER,
        created_at=NOW,
        updated_at=NOW,
    )
    schedule = _saved()
    schedule.status, schedule.next_run_at = Status.PAUSED, None
    schedule.reason_code, schedule.status_reason = ReasonCode.BY_USER, NOTE
    answer = {"workflow": made, "schedules": [schedule], "emptied": []}
    return {**ImportSerializer(answer).data}


def _templates() -> dict[str, Any]:
    found = TemplateSerializer(templates()[:1], many=True).data
    return {"results": found, "next": None, "previous": None}


def _preview() -> dict[str, Any]:
    sent = dict(REQUESTS["schedules_preview_create"]["clock change"])
    found = preview_fields(
        _read(NewSchedule, sent),
        count=sent.get("count", COUNT),
        actor=Actor.person(OWNER),
        now=NOW,
    )
    return {**PreviewSerializer(found).data}


def _explanation() -> dict[str, Any]:
    saved = _saved()
    rule = saved.timing
    found = Explanation(
        at=NOW,
        sentence="No tick of this schedule falls at that time.",
        timing_text=timing_text(rule, saved.timezone),
        previous_tick=timing.last_upto(rule, NOW),
        next_tick=timing.next_after(rule, NOW),
    )
    return {**ExplanationSerializer(found).data}


def _bulk() -> dict[str, Any]:
    done = {"id": SCHEDULE, "status": 200, "code": "done", "detail": ""}
    return {**BulkAnswer({"results": [done]}).data}


def _token() -> dict[str, Any]:
    # Where the app of tokens is installed: otherwise there is no such operation.
    from platform_site.accounts.api import TokenSerializer  # noqa: PLC0415
    from platform_site.accounts.models import ApiToken  # noqa: PLC0415

    sent = REQUESTS["tokens_create"]["with an expiry"]
    expiry = datetime.fromisoformat(sent["expires_at"])
    token = ApiToken(
        name=sent["name"], token_key=SECRET[:15], created=NOW, expiry=expiry
    )
    return {**TokenSerializer(token).data, "token": SECRET}


def _webhook() -> dict[str, Any]:
    opened = {
        "node_id": "hook",
        "created_at": NOW,
        "url": SITE + reverse("ostinato:hook", kwargs={"token": SECRET}),
        "signing_key": f"whsec_{SECRET}",
    }
    return {**IssuedWebhookSerializer(opened).data}


def _started() -> dict[str, Any]:
    path = reverse("ostinato:execution-detail", kwargs={"pk": str(EXECUTION)})
    return {**StartedSerializer({"execution": EXECUTION, "url": SITE + path}).data}


ANSWERS: dict[str, Callable[[], dict[str, Any]]] = {
    "schedules_create": _schedule,
    "schedules_retrieve": _schedule,
    "schedules_preview_create": _preview,
    "schedules_explain_retrieve": _explanation,
    "schedules_bulk_create": _bulk,
    "workflows_import_create": _import,
    "workflow_templates_retrieve": _templates,
    "tokens_create": _token,
    "workflows_webhooks_create": _webhook,
    "hooks_create": _started,
}


def add_examples(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook of drf-spectacular: adds the examples to their operations."""
    for operations in result["paths"].values():
        for operation in operations.values():
            name = operation["operationId"]
            if name in REQUESTS:
                body = operation["requestBody"]["content"]["application/json"]
                body["examples"] = {
                    title: {"value": value} for title, value in REQUESTS[name].items()
                }
            if name in ANSWERS:
                _answer(operation)["example"] = plain(ANSWERS[name]())
    return result


def _answer(operation: dict[str, Any]) -> dict[str, Any]:
    """The answer of success: not that of a dry run, which is 200 where this is 201 or 202."""
    done = [status for status in operation["responses"] if status.startswith("2")]
    content: dict[str, Any] = operation["responses"][max(done)]["content"]
    found: dict[str, Any] = content["application/json"]
    return found


def plain(value: dict[str, Any]) -> Any:
    """As JSON carries it."""
    return json.loads(ApiRenderer().render(value))
