"""What each recipe of CONTRIBUTING.md writes, and where. `makemigrations` does the rest."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Change(NamedTuple):
    """`text` is written before the only place at which `before` is found; without that it
    is a new file."""

    path: str
    text: str
    before: str = ""

    def make(self, project: Path) -> None:
        file = project / self.path
        if not self.before:
            assert not file.exists(), self.path
            file.write_text(self.text)
            return
        found = file.read_text()
        assert found.count(self.before) == 1, (self.path, self.before)
        file.write_text(found.replace(self.before, self.text + self.before))


FIELD, HELP = "warn_after_seconds", "Warn about a run that takes longer. 0: never."

CHANGES = {
    "Add a component": (
        Change(
            "workflows/components/word_count.py",
            '''from __future__ import annotations

from typing_extensions import override

from workflows.registry import Component, Config, Context, Result, register


@register("word_count")
class WordCount(Component):
    """Counts the words of a text."""

    label = "Word count"
    description = "Counts the words of a text."
    category = "Text"
    icon = "whole-word"
    colour = "#0891b2"
    config_schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["text"],
        "properties": {"text": {"type": "string", "title": "Text"}},
    }
    text_templates = ("text",)

    @override
    def run(self, config: Config, context: Context) -> Result:
        return Result({"words": len(config["text"].split())})
''',
        ),
    ),
    "Add a field": (
        Change(
            "schedules/models/schedule.py",
            f"    {FIELD} = models.PositiveIntegerField(default=0)\n",
            before="    pause_after_failures = models",
        ),
        Change(
            "schedules/services/drafts/fields.py",
            f'    FieldSpec("{FIELD}", "{HELP}", bounds=(0, limits.DAY)),\n',
            before='    _tuning(\n        "pause_after_failures"',
        ),
    ),
    "Add a verb": (
        Change(
            "schedules/models/event.py",
            '    ANNOTATE = "annotate", phrase("Annotate")\n',
            before="    # Ticks that were recorded while",
        ),
        Change(
            "schedules/services/annotate.py",
            '''"""Annotate: a note in the history of a schedule."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from schedules.models import EventVerb, ScheduledJob
from schedules.services.access import locked_schedule
from schedules.services.actor import Actor
from schedules.services.drafts.validation import check_note
from schedules.services.events import record_event


def annotate_schedule(
    schedule_id: UUID, *, actor: Actor, now: datetime, note: str = ""
) -> ScheduledJob:
    """Leave a note in the history of a schedule in any state, and change nothing else."""
    check_note(note)
    with transaction.atomic():
        schedule = locked_schedule(schedule_id, actor=actor, now=now)
        record_event(schedule, EventVerb.ANNOTATE, actor=actor, now=now, note=note)
    return schedule
''',
        ),
        Change(
            "schedules/services/__init__.py",
            "from schedules.services.annotate import annotate_schedule\n",
            before="from schedules.services.backfill import",
        ),
        Change(
            "schedules/services/__init__.py",
            '    "annotate_schedule",\n',
            before='    "backfill",\n',
        ),
        Change(
            "schedules/api/views.py",
            '''    @extend_schema(request=Pause, responses=ScheduleSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def annotate(self, request: Request, pk: UUID) -> Response:
        """Leave a note in the history of the schedule."""
        body = self._body(Pause)
        services.annotate_schedule(pk, actor=self.actor, now=self.now, **body)
        return Response(self._shown(pk))

''',
            before="    @extend_schema(request=Resume,",
        ),
        Change(
            "schedules/api/views.py",
            '        "annotate": Scope.OPERATE,\n',
            before='        **dict.fromkeys(("pause", "resume",',
        ),
        Change(
            "schedules/admin/buttons.py",
            """def _annotate(schedule_id: UUID, press: Press) -> str:
    schedule = annotate_schedule(
        schedule_id, actor=press.actor, now=press.now, note=press.note
    )
    return f"The note is in the history of “{schedule.name}”."


ANNOTATE = Button(
    "annotate",
    "Add a note",
    frozenset(Status),
    _annotate,
)
""",
            before="BUTTONS = (",
        ),
        Change(
            "schedules/admin/buttons.py", "ANNOTATE, ", before="PAUSE, RESUME, RUN)"
        ),
        Change(
            "schedules/admin/buttons.py",
            "from schedules.services import annotate_schedule\n",
            before="from schedules.services import (\n    Actor,",
        ),
        Change(
            "schedules/tools/writing.py",
            '''@schedule_tool(
    "Annotate a schedule",
    Scope.OPERATE,
    Hints(destructive=False, idempotent=False, **CHANGES),
)
def schedule_annotate(
    context: ToolContext, *, schedule_id: ScheduleId, note: Note
) -> State:
    """Leave a note in the history of a schedule, which people read."""
    schedule = services.annotate_schedule(
        id_of(schedule_id), actor=actor_of(context), now=context.clock(), note=note
    )
    return state_of(schedule, context)


''',
            before='@schedule_tool(\n    "Resume a schedule"',
        ),
        Change(
            "schedules/tools/components.py",
            '    "schedule_annotate": Look("message-square", "Leaves a note."),\n',
            before='    "schedule_pause": Look(\n',
        ),
    ),
    "Add a policy": (
        Change(
            "schedules/models/choices.py",
            '    QUEUE_ALL = "queue_all"\n',
            before='    ALLOW = "allow"\n',
        ),
        Change(
            "schedules/policy/types.py",
            '"queue_all", ',
            before='"allow", "replace"]',
        ),
        Change(
            "schedules/policy/overlap.py",
            """        case "queue_all" if room(runs):
            return Verdict("waiting")
""",
            before='        case "replace":\n',
        ),
    ),
}
