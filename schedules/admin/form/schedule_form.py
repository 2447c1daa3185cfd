"""The form of a schedule, saved by `create_schedule` or `update_schedule`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.forms.fields import InvalidJSONInput
from typing_extensions import override

from schedules.admin.buttons import Press
from schedules.admin.form.arguments import arguments_in, place_of_argument
from schedules.admin.form.what_runs import Choice
from schedules.exceptions import StaleSchedule
from schedules.models import ScheduledJob, Status
from schedules.services import create_schedule, name_of_copy, update_schedule
from schedules.services.create import BEGINS_AS
from schedules.services.drafts.draft import OF_CALL
from schedules.services.drafts.facts import TRIGGER
from schedules.services.drafts.fields import FIELDS, Door, Kind, fields_at
from schedules.templatetags.schedule_display import local_time
from workflows.kit.errors import DomainError
from workflows.kit.forms import ServiceForm
from workflows.models import Workflow, WorkflowNode
from workflows.run_on import RunOn

# Wall times, which move with the time zone. An anchor is an instant: it keeps its phase.
MOVED_BY_ZONE = ("run_at", "start_at", "end_at")
KNOWN = {*FIELDS}  # of the service; the form has others


def _as_typed(field: forms.Field, text: str) -> Any:
    """As the initial value of the field, it is shown as it was typed."""
    return InvalidJSONInput(text) if isinstance(field, forms.JSONField) else text


class ScheduleForm(ServiceForm):
    press: ClassVar[Press]
    # The schedule that "Save as new" copies.
    source: ClassVar[ScheduledJob | None] = None
    choice: ClassVar[Choice] = Choice()
    # What was typed, if the person has only asked for the fields of what they chose.
    typed: ClassVar[Mapping[str, Any]] = {}

    # Whether someone else has saved the schedule since the page was made.
    is_stale = False

    # For a new schedule only; later the buttons change it.
    status = forms.ChoiceField(
        required=False,
        choices=[(status.value, status.label) for status in BEGINS_AS],
        initial=Status.ACTIVE,
        help_text="A paused schedule does not run until it is resumed.",
    )
    # The version that the page showed, so that a concurrent change is not overwritten.
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = ScheduledJob
        fields = [field.name for field in fields_at(Door.ADMIN)]
        labels: ClassVar[dict[str, str]] = {
            name: field.label for name, field in FIELDS.items()
        }
        help_texts: ClassVar[dict[str, str]] = {
            name: field.help_at(Door.ADMIN) for name, field in FIELDS.items()
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in fields_at(Door.ADMIN):
            instant = getattr(self.instance, field.column.attname)
            if field.kind is Kind.TIME and instant:
                self.initial[field.name] = local_time(instant, self.instance.timezone)
            if field.bounds and field.name in self.fields:
                bounds = dict(zip(("min", "max"), field.bounds, strict=True))
                self.fields[field.name].widget.attrs |= bounds
        self._offer_workflows()
        for name in self.fields.keys() & self.typed.keys():
            self.initial[name] = _as_typed(self.fields[name], self.typed[name])

    @override
    def clean(self) -> dict[str, Any]:
        """The arguments become one value, as the service takes them."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if "call" not in self.data:
            values["call"] = self.choice.name
        if self.choice.target is not None and not self.errors:
            values["arguments"] = arguments_in(self, self.choice)
            values.setdefault("run_on", RunOn.WORKER)
        return values

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
        """The values that were changed. An unchanged time is left out: a wall time that
        occurs twice when clocks go back would turn into the first of the two."""
        names = {*self.changed_data, "schedule_type"}
        # Their fields may show what was only just chosen.
        names |= {
            name
            for name in OF_CALL
            if self.cleaned_data.get(name) != getattr(self.instance, name)
        }
        if "timezone" in names:
            names |= {*MOVED_BY_ZONE}
        return {
            name: self.cleaned_data[name]
            for name in names & KNOWN
            if name in self.cleaned_data
        }

    def clean_trigger_payload(self) -> Any:
        """An empty input means an empty object."""
        payload = self.cleaned_data["trigger_payload"]
        return {} if payload is None else payload
