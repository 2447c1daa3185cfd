"""Everything that the templates of the form show, computed once for a page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _

from schedules import limits
from schedules.admin.form import sentences
from schedules.admin.form.builder import Builder
from schedules.admin.form.faults import FaultyField, faulty, in_words
from schedules.admin.form.previewed import Previewed, fault_of, previewed
from schedules.admin.form.schedule_form import ScheduleForm
from schedules.admin.form.sections import LAYOUT, Section, fields_of, fields_of_choice
from schedules.admin.form.zones import told
from schedules.admin.page.clock import Clock
from schedules.admin.page.coming import Line, lines_of
from schedules.models import ScheduledJob, ScheduleType
from schedules.services.insight.coming import rows_of
from schedules.services.insight.preview import Preview, PreviewTick
from schedules.timing.zone_search import zone_at
from schedules.timing.zones import timezone_names
from workflows.display.numbers import grouped
from workflows.display.times import moment
from workflows.templatetags.workflow_display import as_text


@dataclass(frozen=True, slots=True)
class ShownSection:
    """`sentence`: what holds, for a section that is closed."""

    section: Section
    fields: list[str]
    sentence: str
    is_open: bool

    @property
    def name(self) -> str:
        return self.section.name

    @property
    def extra(self) -> list[str]:
        """Fields that have no place of their own in the section."""
        return [name for name in self.fields if name not in self.section.fields]


@dataclass(frozen=True, slots=True)
class Move:
    """One of the next runs before and after a change."""

    before: datetime | None
    after: datetime | None


@dataclass(frozen=True)
class Shown:
    """The form as it is shown. `writes`: values that the server has chosen for fields, which a
    script is to put in."""

    form: ScheduleForm
    now: datetime
    writes: Mapping[str, str]

    @cached_property
    def preview(self) -> Previewed:
        return previewed(self.form)

    @cached_property
    def draft(self) -> ScheduledJob | None:
        return self.preview.found.draft if self.preview.found else None

    @property
    def is_new(self) -> bool:
        return bool(self.form.instance._state.adding)

    @property
    def coming(self) -> Preview | None:
        return self.preview.found.after if self.preview.found else None

    @property
    def ticks(self) -> list[PreviewTick]:
        return self.coming.ticks if self.coming else []

    @cached_property
    def lines(self) -> list[Line]:
        """The coming runs, and the clock changes among them."""
        draft = self.draft
        if draft is None or not self.ticks:
            return []
        rows = rows_of(draft, self.ticks, now=self.now)
        return lines_of(rows, Clock(self.now, draft.timezone), draft.timezone)

    @property
    def next_at(self) -> datetime | None:
        return self.ticks[0].due_at if self.ticks else None

    @property
    def text(self) -> str:
        return sentences.of_timing(self.coming) if self.coming else ""

    @property
    def is_incomplete(self) -> bool:
        """Whether what is missing is only what was not filled in yet."""
        return self.coming is None and not self.timing_faults

    @property
    def timing_faults(self) -> list[str]:
        faults = self.preview.faults
        shown = {*LAYOUT[1].fields, "start_at", "end_at", "max_runs", "jitter_seconds"}
        return in_words(
            why for name, found in faults.items() if name in shown for why in found
        )

    def faults_of(self, name: str) -> list[str]:
        """What is wrong with a field: what saving said, else what the preview finds."""
        said = self.form.errors.get(name) if self.form.is_bound else None
        if said:
            return in_words(said)
        if name == "trigger_payload" and self.form.typed:
            return in_words(fault_of(self.form, name))
        return in_words(self.preview.faults.get(name, []))

    @property
    def faults_of_all(self) -> list[str]:
        """What is wrong with no field in particular."""
        return in_words(self.form.non_field_errors())

    @property
    def faulty_fields(self) -> list[FaultyField]:
        """After a save that was refused: what is to be mended, in the order of the form."""
        if not self.form.is_bound or self.form.is_valid():
            return []
        return [
            faulty(self.form[name]) for name in self.form.fields if self.faults_of(name)
        ]

    @property
    def suggestion(self) -> str:
        """What a press of the button beside a foreign expression writes."""
        found = self.preview.suggestion
        shown = [
            str(found[name])
            for name in ("cron_expression", "timezone")
            if name in found
        ]
        if "interval_seconds" in found:
            every = sentences.short(int(found["interval_seconds"]))
            shown.insert(0, _("every {}").format(every))
        return ", ".join(shown)

    @cached_property
    def builder(self) -> Builder:
        return Builder.of(self.form["cron_expression"].value())

    @property
    def zone_told(self) -> str:
        """The clock of the chosen zone."""
        zone = self.form["timezone"].value()
        return told(zone_at(zone, now=self.now)) if zone in timezone_names() else ""

    @property
    def zone_line(self) -> str:
        """What stands under the sentence: the zone, or from when intervals are counted."""
        draft = self.draft
        if draft is None or draft.anchor_at is None:
            return draft.timezone if draft else ""
        text = _("counted from {at}, {zone}")
        at = moment(draft.anchor_at, draft.timezone, self.now)
        return text.format(at=at, zone=draft.timezone)

    @property
    def missing(self) -> str:
        """What is to be filled in first."""
        chosen = self.preview.values.get("schedule_type")
        if chosen == ScheduleType.INTERVAL:
            return _("Say how often it runs.")
        if chosen == ScheduleType.ONCE:
            return _("Say when it runs.")
        return _("Choose a pattern, or write a cron expression.")

    @property
    def remarks(self) -> list[str]:
        """What clock changes do, unless the coming runs show it or the field of the one run
        says it."""
        if any(line.head for line in self.lines) or self.once_told:
            return []
        return self._clock_remarks()

    @property
    def once_told(self) -> str:
        """That the time of a single run comes twice, or does not exist."""
        is_once = self.draft and self.draft.schedule_type == ScheduleType.ONCE
        return " ".join(self._clock_remarks()) if is_once else ""

    def _clock_remarks(self) -> list[str]:
        if self.draft is None:
            return []
        requested = self.preview.values.get("run_at")
        return sentences.clock_remarks(self.draft, requested, now=self.now)

    @property
    def overlap_means(self) -> str:
        return sentences.overlap_means(self.draft, now=self.now) if self.draft else ""

    @property
    def late_means(self) -> str:
        return sentences.late_means(self.draft, now=self.now) if self.draft else ""

    @property
    def moves(self) -> list[Move]:
        """The next two runs that a change of timing moves; none if it moves none."""
        found = self.preview.found
        if found is None or found.before is None or self.is_new:
            return []
        before = [tick.scheduled_for for tick in found.before.ticks]
        after = [tick.scheduled_for for tick in found.after.ticks]
        if before == after:
            return []
        return [
            Move(
                before[place] if place < len(before) else None,
                after[place] if place < len(after) else None,
            )
            for place in range(min(2, max(len(before), len(after))))
        ]

    @property
    def payload_told(self) -> str:
        """That the payload is valid, and how large it is."""
        text = self.form["trigger_payload"].value() or ""
        size = len(text.encode(errors="replace"))
        return _("Valid JSON, {size} of {most}").format(
            size=_("{} bytes").format(grouped(size))
            if size < 1000
            else _("{} kB").format(size // 1000),
            most=_("{} kB").format(limits.PAYLOAD_BYTES // 1024),
        )

    @property
    def is_payload_typed(self) -> bool:
        return bool(self.form.typed) or self.form.is_bound

    @property
    def sections(self) -> list[ShownSection]:
        return [*self._sections()]

    def _sections(self) -> Iterator[ShownSection]:
        of_call = bool(self.form.choice.name)
        for section in LAYOUT:
            if section.name == "payload" and of_call:
                continue
            fields = [name for name in fields_of(section) if name in self.form.fields]
            is_open = any(self.faults_of(name) for name in fields) or (
                section.name == "what" and self.form.choice.is_broken
            )
            yield ShownSection(section, fields, self._sentence(section.name), is_open)

    def _sentence(self, section: str) -> str:
        draft = self.draft or self.form.instance
        match section:
            case "what":
                return self._target()
            case "when":
                return sentences.when(self.coming) if self.coming else ""
            case "overlap":
                return sentences.overlap(draft)
            case "late":
                return sentences.late(draft)
            case "failures":
                return sentences.failures(draft)
            case "limits":
                return sentences.limits(draft, now=self.now)
        return sentences.payload(self.form.instance.trigger_payload)

    def _target(self) -> str:
        schedule = self.form.instance
        if schedule.call or schedule.workflow_id is None:
            return str(schedule.call)
        if schedule.trigger_node is None:
            return str(schedule.workflow.name)
        text = _("{workflow}, starting at “{node}”")
        return text.format(workflow=schedule.workflow.name, node=schedule.trigger_node)

    @property
    def what_fields(self) -> list[str]:
        return [n for n in fields_of_choice(self.form.choice) if n in self.form.fields]

    @property
    def arguments_text(self) -> str:
        """The arguments of a call that is gone, or that the person may not make."""
        return as_text(self.form.instance.arguments)

    @property
    def fault_count(self) -> int:
        errors = self.form.errors if self.form.is_bound else {}
        return len({*errors, *self.preview.faults})

    @property
    def unsaved(self) -> list[str]:
        return self.form.unsaved

    @property
    def writes_json(self) -> str:
        return json.dumps(self.writes)
