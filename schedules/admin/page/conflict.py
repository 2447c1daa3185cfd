"""Someone else saved first: both versions side by side, to choose from.

The page is a form of the same fields, so that its choice is saved, or edited again, as any
other form of the schedule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from schedules import timing
from schedules.admin.page.clock import Clock
from schedules.display.actors import acted_by
from schedules.display.trail import did
from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob
from schedules.services.drafts.draft import apply_fields
from schedules.services.insight.earlier import Earlier
from schedules.services.insight.sentences import timing_text
from schedules.timing import TimingError
from workflows.display.languages import in_language
from workflows.display.times import length
from workflows.kit.forms import ServiceForm

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Side:
    """A value as the form sends it, and as people read it."""

    sent: str
    shown: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting that one of the two has changed, or both. None: not changed by that one."""

    name: str
    label: str
    before: str
    mine: Side | None
    theirs: Side | None

    @property
    def is_of_both(self) -> bool:
        return self.mine is not None and self.theirs is not None


@dataclass(frozen=True, slots=True)
class Conflict:
    """`who` did what (`did`) meanwhile, and `at` which time. `theirs`: whose the other version
    is. `unchanged`: the other values of the form, by name. `result`: what saving mine would
    mean for the timing."""

    who: str
    theirs: str
    did: str
    at: str
    differences: list[Difference]
    unchanged: dict[str, str]
    version: int
    result: str
    moved: tuple[str, str] | None


def conflict_of(
    mine: ServiceForm, earlier: Earlier, theirs: ScheduledJob, clock: Clock
) -> Conflict:
    """`mine` is the form as it was sent, `theirs` the schedule as it is now."""
    kind = type(mine)
    before = _sent(kind(instance=earlier.schedule))
    saved, typed = _sent(kind(instance=theirs)), _sent(mine)
    differences = list(_differences(mine, before, typed, saved))
    named = {each.name for each in differences}
    event = earlier.events[0] if earlier.events else None
    result, moved = _result(mine, theirs, differences, clock)
    return Conflict(
        who=acted_by(event) if event else "",
        theirs=_whose(earlier),
        did=did(event) if event else "",
        at=clock.moment(event.created_at) if event else "",
        differences=differences,
        unchanged={
            name: value
            for name, value in {**typed, **saved}.items()
            if name not in named and name != "version"
        },
        version=theirs.version,
        result=result,
        moved=moved,
    )


def _whose(earlier: Earlier) -> str:
    """The heading of their version. It has a name if one alone has saved meanwhile."""
    names = {acted_by(event) for event in earlier.events}
    if len(names) != 1:
        return _("Theirs")
    return _("{name}'s").format(name=names.pop())


def _sent(form: ServiceForm) -> dict[str, str]:
    """What a browser would send of this form, each field as one text."""
    found: dict[str, str] = {}
    for name, field in form.fields.items():
        if _is_left_out(form, name):
            continue
        value = field.widget.format_value(form[name].value())
        if isinstance(value, list):  # what a select has
            value = value[0] if value else ""
        found[name] = "" if value in (None, False) else str(value)
    return found


def _is_left_out(form: ServiceForm, name: str) -> bool:
    """Whether a form that was sent has no input for the field."""
    widget, sent_as = form.fields[name].widget, form.add_prefix(name)
    return form.is_bound and widget.value_omitted_from_data(
        form.data, form.files, sent_as
    )


def _differences(
    form: ServiceForm,
    before: Mapping[str, str],
    mine: Mapping[str, str],
    theirs: Mapping[str, str],
) -> Iterator[Difference]:
    for name, field in form.fields.items():
        if name == "version":
            continue
        was = before.get(name, "")
        sides = [
            Side(value, shown(field, name, value)) if value != was else None
            for value in (mine.get(name, was), theirs.get(name, was))
        ]
        if sides == [None, None]:
            continue
        if sides[0] == sides[1]:  # both have made the same change
            sides[0] = None
        label = str(field.label or name)
        yield Difference(name, label, shown(field, name, was), sides[0], sides[1])


def shown(field: forms.Field, name: str, value: str) -> str:
    """The value as people read it."""
    if value == "":
        return _("none")
    if name.endswith("_seconds") and value.isdecimal():
        return length(int(value))
    if isinstance(field, forms.ModelChoiceField | forms.ChoiceField):
        return str(_label(field, value))
    if isinstance(field, forms.DateTimeField):
        return value.replace("T", " ")
    return Truncator(value).chars(LONGEST)


def _label(field: forms.ChoiceField | forms.ModelChoiceField, value: str) -> object:  # type: ignore[type-arg]
    if isinstance(field, forms.ModelChoiceField):
        queryset = field.queryset
        row = queryset.filter(pk=value).first() if queryset is not None else None
        return field.label_from_instance(row) if row else value
    choices = dict(field.choices)  # type: ignore[arg-type]
    return choices.get(value, value)


def _result(
    form: ServiceForm,
    theirs: ScheduledJob,
    differences: list[Difference],
    clock: Clock,
) -> tuple[str, tuple[str, str] | None]:
    """The timing that my choice would have, and the next run before and after."""
    chosen = {each.name for each in differences if each.mine is not None}
    names = chosen & {*_OF_TIMING}
    if not names:
        return "", None
    draft = ScheduledJob.objects.get(pk=theirs.pk)
    values = {name: form.cleaned_data.get(name) for name in names}
    values["schedule_type"] = form.cleaned_data.get("schedule_type") or ""
    try:
        apply_fields(draft, values, now=clock.now)
        text = in_language(timing_text(draft.timing, draft.timezone))
        following = timing.next_after(draft.timing, clock.now)
    except (InvalidSchedule, TimingError):
        return "", None
    if following is None or theirs.next_run_at in (None, following):
        return text, None
    assert theirs.next_run_at is not None
    return text, (clock.dated(theirs.next_run_at), clock.dated(following))


_OF_TIMING = (
    "cron_expression",
    "interval_seconds",
    "run_at",
    "timezone",
    "start_at",
    "end_at",
    "anchor_at",
    "schedule_type",
)
