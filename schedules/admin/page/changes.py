"""The changes that an event records, as people read them: a label, the old value, the new."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from schedules.admin.form.words import label_of
from schedules.models import ScheduleEvent
from schedules.services.drafts.fields import FIELDS, Kind
from workflows.display.times import length, moment
from workflows.models import Workflow, WorkflowNode

LONGEST = 80
_IN_SECONDS = "_seconds"


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads values of fields for a page: its zone and time, and the names of references."""

    zone: str
    now: datetime
    names: Mapping[str, str]

    @classmethod
    def of(cls, events: Iterable[ScheduleEvent], *, zone: str, now: datetime) -> Reader:
        """With the names of the workflows and nodes that these events mention: two queries."""
        workflows, nodes = set[str](), set[str]()
        for event in events:
            for values in (event.before, event.after):
                workflows.add(str(values.get("workflow") or ""))
                nodes.add(str(values.get("trigger_node") or ""))
        named: dict[str, str] = {}
        for rows, ids in (
            (Workflow.objects.all(), workflows - {""}),
            (WorkflowNode.with_removed.all(), nodes - {""}),
        ):
            if ids:
                named |= {str(row.pk): str(row) for row in rows.filter(pk__in=ids)}
        return cls(zone, now, named)

    def changes(self, event: ScheduleEvent) -> list[Change]:
        """The fields that the event has changed, in the order of the form."""
        names = [name for name in FIELDS if name in event.before.keys() & event.after]
        return [
            Change(
                label_of(name),
                self.shown(name, event.before[name]),
                self.shown(name, event.after[name]),
            )
            for name in names
        ]

    def shown(self, name: str, value: Any) -> str:
        """The value of the field, in words."""
        field = FIELDS[name]
        if value in (None, "", [], {}):
            return _("none")
        if name.endswith(_IN_SECONDS) and isinstance(value, int):
            return length(value)
        if field.kind is Kind.TIME:
            return self._time(value)
        if field.kind in (Kind.WORKFLOW, Kind.NODE):
            return self.names.get(str(value), _("deleted"))
        if field.kind is Kind.WORDS and isinstance(value, list):
            return ", ".join(map(str, value))
        if field.kind is Kind.CHOICE:
            return str(dict(field.column.flatchoices).get(value, value)).lower()
        text = (
            value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        )
        return Truncator(text).chars(LONGEST)

    def _time(self, value: Any) -> str:
        try:
            at = datetime.fromisoformat(value) if isinstance(value, str) else value
            return moment(at, self.zone, self.now)
        except (ValueError, TypeError, AttributeError):
            return str(value)
