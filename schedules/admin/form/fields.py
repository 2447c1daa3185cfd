"""The form fields of a schedule. They parse; the services validate."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput
from django.forms.models import ModelChoiceIterator
from django.urls import NoReverseMatch, reverse
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from schedules.admin.form.units import BoundedField, CountInput, DurationInput
from schedules.admin.form.words import OPTIONS, Option, words_of
from schedules.services.drafts.fields import FieldSpec, Kind
from schedules.timing import zones
from workflows.kit.json_value import UNSTORABLE
from workflows.models import WorkflowNode

if TYPE_CHECKING:
    TriggerNodeBase = forms.ModelChoiceField[WorkflowNode]
    NodeIterator = ModelChoiceIterator[WorkflowNode]
else:
    TriggerNodeBase = forms.ModelChoiceField
    NodeIterator = ModelChoiceIterator


class WallTimeField(forms.DateTimeField):
    """A wall time in the schedule's time zone. The value is naive; the service resolves it."""

    widget = forms.DateTimeInput(
        attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"
    )

    @override
    def to_python(self, value: Any) -> datetime | None:
        if isinstance(value, datetime) or value in self.empty_values:
            return value or None
        try:
            moment = parse_datetime(value.strip())
        except ValueError:  # well-formed, but the day or the hour does not exist
            moment = None
        if moment is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return moment


class TagsField(forms.CharField):
    """A list of words, separated by commas."""

    def __init__(self, *, encoder: None, decoder: object, **options: Any) -> None:
        """Drop the JSON encoder and decoder that Django passes for this column."""
        super().__init__(**options)

    @override
    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    @override
    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        words = value if isinstance(value, list) else text.split(",")
        return list(dict.fromkeys(word.strip() for word in words if word.strip()))

    @override
    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data or "") != (initial or []))


class PayloadField(forms.JSONField):
    """JSON. What Python's parser cannot handle is a validation error, not a crash.

    A hundred thousand brackets raise RecursionError, five thousand digits ValueError.
    """

    @override
    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError:
            raise ValidationError(_json_fault(value), code="invalid") from None
        except (RecursionError, ValueError):
            raise ValidationError(
                self.error_messages["invalid"], code="invalid", params={"value": "…"}
            ) from None

    @override
    def prepare_value(self, value: Any) -> Any:
        shown = super().prepare_value(value)
        if isinstance(value, InvalidJSONInput):
            return shown
        # Half a surrogate pair is refused, and displayed as it was typed: escaped.
        is_whole = not UNSTORABLE.search(shown)
        return json.dumps(value, ensure_ascii=not is_whole, indent=2)

    @override
    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return super().bound_data(data, initial)
        except (RecursionError, ValueError):
            return InvalidJSONInput(data)


def _json_fault(text: Any) -> str:
    """What is wrong with a text that is not JSON, and where."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return _("Not valid JSON: line {line}, column {column}: {what}.").format(
            line=error.lineno,
            column=error.colno,
            what=_JSON_FAULTS.get(error.msg, error.msg),
        )
    except (TypeError, RecursionError, ValueError):
        pass
    return _("Enter valid JSON.")


# What Python says, and what helps.
_JSON_FAULTS: dict[str, str | Promise] = {
    "Expecting value": gettext_lazy("a value is missing; texts stand in double quotes"),
    "Expecting property name enclosed in double quotes": gettext_lazy(
        "a name in double quotes is missing"
    ),
    "Expecting ',' delimiter": gettext_lazy("a comma is missing"),
    "Expecting ':' delimiter": gettext_lazy("a colon is missing"),
    "Extra data": gettext_lazy("there is more after the end"),
    "Illegal trailing comma before end of object": gettext_lazy(
        "a comma before the end"
    ),
    "Illegal trailing comma before end of array": gettext_lazy(
        "a comma before the end"
    ),
}


class _NodesByWorkflow(NodeIterator):
    """The nodes in groups that are named after their workflow."""

    @override
    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        nodes = self.queryset.order_by("workflow__name", "workflow_id", "node_id")
        for workflow, group in groupby(nodes, key=lambda node: node.workflow):
            yield workflow.name, [self.choice(node) for node in group]


class NodeSelect(forms.Select):
    """Each option says of which workflow it is, so that a script can offer those of one."""

    @override
    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        option = super().create_option(name, value, *args, **kwargs)
        if node := getattr(value, "instance", None):
            option["attrs"]["data-workflow"] = str(node.workflow_id)
        return option


class TriggerNodeField(TriggerNodeBase):
    """Nodes of several workflows in one list, in groups. A removed node is told from the
    others."""

    widget = NodeSelect
    iterator = _NodesByWorkflow

    def __init__(self, *args: Any, **options: Any) -> None:
        options["empty_label"] = gettext_lazy("First trigger that accepts it")
        super().__init__(*args, **options)

    @override
    def label_from_instance(self, obj: WorkflowNode) -> str:
        return f"{obj} ({_('removed')})" if obj.removed_at else str(obj)


def script(name: str) -> Any:
    """One of our scripts, for the media of a form."""
    return forms.Script(f"schedules/{name}.js", type="module")


ZONES = "ostinato_zones"  # the name of the URL that finds them


class ZoneInput(forms.TextInput):
    """A text input that finds time zones; without its script it suggests all their names."""

    template_name = "ostinato/schedules/form/widgets/zone.html"

    class Media:
        js = [script("combobox")]

    @override
    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        return context | {
            "zones": sorted(zones.timezone_names()),
            "address": _address_of_zones(),
        }


def _address_of_zones() -> str:
    """Empty in an admin site without schedules: all zones are suggested then."""
    try:
        return reverse(f"admin:{ZONES}")
    except NoReverseMatch:
        return ""


class OptionSelect(forms.RadioSelect):
    """Radio buttons with a title and a sentence each. `look`: the list of sentences, or a row
    of titles with icons."""

    def __init__(self, options: Mapping[str, Option], *, look: str = "choices") -> None:
        super().__init__()
        self._options = options
        self.template_name = f"ostinato/schedules/form/widgets/{look}.html"

    @override
    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(*args, **kwargs)
        return option | {"words": self._options.get(str(option["value"]))}


_BY_KIND: dict[Kind, dict[str, Any]] = {
    Kind.TIME: {"form_class": WallTimeField, "widget": WallTimeField.widget},
    Kind.NODE: {"form_class": TriggerNodeField},
    Kind.OBJECT: {
        "form_class": PayloadField,
        "decoder": None,  # invalid JSON is refused
        "widget": forms.Textarea(
            attrs={"rows": 6, "class": "o-input-mono", "spellcheck": "false"}
        ),
    },
    Kind.WORDS: {"form_class": TagsField, "widget": forms.TextInput},
}
_LOOKS: dict[str, Any] = {
    "name": forms.TextInput,
    "description": forms.Textarea(attrs={"rows": 1}),
    "cron_expression": forms.TextInput(
        attrs={"class": "o-input-mono", "spellcheck": "false", "autocomplete": "off"}
    ),
    "timezone": ZoneInput,
}
SECONDS = "_seconds"


def form_options(field: FieldSpec) -> dict[str, Any]:
    """Options of the form field, in addition to those that come from the model field."""
    options = {"show_hidden_initial": False, **_BY_KIND.get(field.kind, {})}
    words = words_of(field.name)
    options |= {"label": words.label, "help_text": words.help}
    if field.kind is Kind.NUMBER:
        options |= _number_options(field)
    if field.implied:
        options["required"] = False
    if field.kind is Kind.CHOICE and field.name in OPTIONS:
        titles = OPTIONS[field.name]
        options["choices"] = [(value, each.title) for value, each in titles.items()]
        look = "seg" if field.name == "schedule_type" else "choices"
        options["widget"] = OptionSelect(titles, look=look)
    if widget := _LOOKS.get(field.name):
        options["widget"] = widget
    return options


def _number_options(field: FieldSpec) -> dict[str, Any]:
    if field.bounds is None:
        return {}
    if field.name.endswith(SECONDS):
        widget: forms.Widget = DurationInput()
    else:
        widget = CountInput(words_of(field.name).unit)
    return {
        "form_class": partial(
            BoundedField,
            bounds=field.bounds,
            is_duration=field.name.endswith(SECONDS),
        ),
        "widget": widget,
    }
