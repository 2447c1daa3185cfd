"""The form of a schedule, saved by `create_schedule` or `update_schedule`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.forms.fields import InvalidJSONInput
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from schedules.admin.buttons import Press
from schedules.admin.form.arguments import arguments_in, place_of_argument
from schedules.admin.form.fields import OptionSelect
from schedules.admin.form.what_runs import Choice
from schedules.admin.form.words import Option, words_of
from schedules.exceptions import StaleSchedule
from schedules.models import ScheduledJob, ScheduleType, Status
from schedules.services import create_schedule, name_of_copy, update_schedule
from schedules.services.drafts.draft import OF_CALL
from schedules.services.drafts.facts import TRIGGER
from schedules.services.drafts.fields import (
    FIELDS,
    WHEN_FIELD,
    Door,
    Kind,
    fields_at,
)
from schedules.templatetags.schedule_display import local_time
from workflows.kit.errors import DomainError
from workflows.kit.forms import ServiceForm
from workflows.models import Workflow, WorkflowNode
from workflows.run_on import RunOn

# Wall times, which move with the time zone. An anchor is an instant: it keeps its phase.
MOVED_BY_ZONE = ("run_at", "start_at", "end_at")
KNOWN = {*FIELDS}  # of the service; the form has others
_OF_FORM = fields_at(Door.ADMIN)
STATUSES: dict[str, Option] = {
    Status.ACTIVE: Option(_("Active")),
    Status.PAUSED: Option(_("Paused")),
}


def _as_typed(field: forms.Field, text: Any) -> Any:
    """As the initial value of the field, it is shown as it was typed."""
    return InvalidJSONInput(text) if isinstance(field, forms.JSONField) else text


def of_chosen_type(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values without those of fields that only other types of timing have: they may be
    filled in, but are not shown."""
    chosen = values.get("schedule_type")
    dropped = {name for kind, name in WHEN_FIELD.items() if kind != chosen}
    if chosen != ScheduleType.INTERVAL:
        dropped.add("anchor_at")
    if chosen == ScheduleType.MANUAL:
        dropped |= {name for name, field in FIELDS.items() if field.of_ticks}
    return {name: value for name, value in values.items() if name not in dropped}


def values_of(schedule: ScheduledJob) -> dict[str, Any]:
    """The values of its fields as the form shows them: times by the clock of its zone."""
    values = {each.name: getattr(schedule, each.attname) for each in _OF_FORM}
    return values | {
        each.name: local_time(values[each.name], schedule.timezone)
        for each in _OF_FORM
        if each.kind is Kind.TIME and values[each.name]
    }


class ScheduleForm(ServiceForm):
    press: ClassVar[Press]
    # The schedule that "Save as new" copies.
    source: ClassVar[ScheduledJob | None] = None
    choice: ClassVar[Choice] = Choice()
    # What was typed, if the person has not saved it yet but asked to see what it means.
    typed: ClassVar[Mapping[str, Any]] = {}

    # Whether someone else has saved the schedule since the page was made.
    is_stale = False

    # For a new schedule only; later the buttons change it.
    status = forms.ChoiceField(
        required=False,
        label=_("Begins"),
        choices=[(str(status), words.title) for status, words in STATUSES.items()],
        initial=Status.ACTIVE,
        widget=OptionSelect(STATUSES, look="seg"),
        help_text=_("A paused schedule does not run until someone resumes it."),
    )
    # The version that the page showed, so that a concurrent change is not overwritten.
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = ScheduledJob
        fields = [field.name for field in fields_at(Door.ADMIN)]
        labels = {name: words_of(name).label for name in FIELDS}
        help_texts = {name: words_of(name).help for name in FIELDS}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial.update(values_of(self.instance))
        self._offer_workflows()
        # What is saved, to tell what is not.
        self.saved = {
            name: self.get_initial_for_field(field, name)
            for name, field in self.fields.items()
        }
        for name in self.fields.keys() & self.typed.keys():
            widget = self.fields[name].widget
            typed = widget.value_from_datadict(self.typed, {}, name)
            self.initial[name] = _as_typed(self.fields[name], typed)

    @override
    def clean(self) -> dict[str, Any]:
        """The arguments become one value, as the service takes them."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("schedule_type"):
            values = of_chosen_type(values)
            self._forget_faults_of_other_types()
        if "call" not in self.data:
            values["call"] = self.choice.name
        if self.choice.target is not None and not self.errors:
            values["arguments"] = arguments_in(self, self.choice)
            values.setdefault("run_on", RunOn.WORKER)
        return values

    def _forget_faults_of_other_types(self) -> None:
        """A fault in a field that is not shown could not be mended."""
        chosen = {"schedule_type": self.cleaned_data["schedule_type"]}
        for name in [*self.errors]:
            if name in KNOWN and name not in of_chosen_type({**chosen, name: ""}):
                del self.errors[name]

    @override
    def _show(self, error: DomainError) -> None:
        self.is_stale = isinstance(error, StaleSchedule)
        super()._show(error)

    @override
    def place_of(self, field: str) -> tuple[str | None, str]:
        return place_of_argument(self.fields, field) or super().place_of(field)

    def _offer_workflows(self) -> None:
        """Offer the workflows that the user may run and their triggers, and those that the
        schedule has: its trigger node may have been removed."""
        user, has = self.press.actor.user, self.instance.workflow_id
        assert user is not None
        offered = Workflow.objects.runnable_by(user) | Workflow.objects.filter(pk=has)
        triggers = WorkflowNode.with_removed.filter(
            Q(component_type=TRIGGER, workflow__in=offered, removed_at=None)
            | Q(pk=self.instance.trigger_node_id)
        )
        for name, choices in (
            ("workflow", offered),
            ("trigger_node", triggers.select_related("workflow")),
        ):
            field = self.fields.get(name)
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = choices

    @override
    def save_by_service(self) -> ScheduledJob:
        actor, now = self.press.actor, self.press.now
        if self.instance._state.adding:
            status = self.cleaned_data.get("status") or self._status_of_copy()
            return create_schedule(self._filled(), actor=actor, now=now, status=status)
        return update_schedule(
            self.instance.pk,
            self._changed(),
            actor=actor,
            now=now,
            version=self.cleaned_data.get("version"),
        )

    def _filled(self) -> dict[str, Any]:
        """The values that were filled in; the service has defaults for the others."""
        values = self.cleaned_data.items()
        return {
            name: value
            for name, value in values
            if name in KNOWN and value not in (None, "")
        }

    def _status_of_copy(self) -> Status:
        """A copy of a paused schedule is paused, so that it does not run by surprise."""
        source = self.source
        is_paused = source is not None and source.status == Status.PAUSED
        return Status.PAUSED if is_paused else Status.ACTIVE

    def clean_name(self) -> str:
        """A copy gets a name of its own, unless the user has typed one."""
        name: str = self.cleaned_data["name"]
        user = self.press.actor.user
        if self.source is None or user is None or name != self.source.name:
            return name
        return name_of_copy(self.source, owner=user)

    def _changed(self) -> dict[str, Any]:
        """The values that were changed, and those of fields that show what was only just
        chosen."""
        of_call = {
            name: self.cleaned_data[name]
            for name in OF_CALL
            if name in self.cleaned_data
            and self.cleaned_data[name] != getattr(self.instance, name)
        }
        return self.changed_of(self.cleaned_data) | of_call

    def changed_of(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Those of `values` that differ from what is saved. An unchanged time is left out: a
        wall time that occurs twice when clocks go back would turn into the first of the two."""
        names = {"schedule_type"} | {
            name for name in values.keys() & self.fields.keys() if self._differs(name)
        }
        if "timezone" in names:
            names |= {*MOVED_BY_ZONE}
        return {name: values[name] for name in names & KNOWN if name in values}

    def _differs(self, name: str) -> bool:
        field = self.fields[name]
        return field.has_changed(
            self.saved[name], self[name].data if self.is_bound else self[name].value()
        )

    @property
    def unsaved(self) -> list[str]:
        """The names of the fields that show something else than what is saved."""
        names = (name for name in self.fields if name != "version")
        return [name for name in names if self._differs(name)]

    def clean_trigger_payload(self) -> Any:
        """An empty input means an empty object."""
        payload = self.cleaned_data["trigger_payload"]
        return {} if payload is None else payload
