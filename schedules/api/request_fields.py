"""How values of a request are read: by their JSON type, without guessing.

Whether a value is *right* is for `schedules.services` to say, once for every door; bounds
stand here only to be shown in the schema.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from django.db.models import QuerySet, TextChoices
from django.utils.dateparse import parse_datetime
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers
from typing_extensions import override

from schedules import limits
from schedules.services.drafts.fields import Door, FieldSpec, Kind
from schedules.services.drafts.validation import NO_NODE, NO_WORKFLOW
from workflows.kit.api import strict
from workflows.models import Workflow, WorkflowNode

_DATE_AND_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")

_SPACE_FOR_PLUS = re.compile(r"\d \d\d(:?\d\d)?$")


class Documented:
    """A field that is shown in the schema as `schema`."""

    schema: Mapping[str, Any]


class IgnoredField(Documented, serializers.Field[Any, Any, Any, Any]):
    """Taken and not looked at."""

    schema: Mapping[str, Any] = {}

    @override
    def to_internal_value(self, data: Any) -> Any:
        return data


class TextField(Documented, strict.TextField):
    """A JSON string, taken as it is."""

    def __init__(self, *, most: int | None = None, **options: Any) -> None:
        super().__init__(allow_blank=True, trim_whitespace=False, **options)
        self.schema = {"type": "string"} | ({"maxLength": most} if most else {})


class WholeNumberField(Documented, strict.WholeNumberField):
    """A JSON integer; its bounds are for the schema only."""

    def __init__(
        self, *, bounds: tuple[int, int] | None = None, **options: Any
    ) -> None:
        super().__init__(**options)
        self.schema = {"type": "integer"}
        if bounds:
            self.schema |= {"minimum": bounds[0], "maximum": bounds[1]}


class InstantField(Documented, serializers.Field[datetime, str, Any, Any]):
    """A date and time in ISO 8601. One without an offset stays without: the service reads
    it in the schedule's own zone, where DRF's field would silently use the server's."""

    schema = {"type": "string", "format": "date-time"}
    default_error_messages = {
        "invalid": "A date and time is required, such as 2026-01-31T09:00:00+01:00, or "
        "without the offset for a local time in the schedule's time zone."
    }

    @override
    def to_internal_value(self, data: Any) -> datetime:
        value = None
        if isinstance(data, str) and _DATE_AND_TIME.match(data):
            try:
                value = parse_datetime(data)
            except ValueError:
                value = None
        if value is None:
            self.fail("invalid")
        return value


class AwareInstantField(InstantField):
    """A date and time that says which instant it is: in UTC, or with an offset."""

    why = (
        "A date and time with its offset is required, such as 2026-01-31T09:00:00Z or "
        "2026-01-31T09:00:00+01:00."
    )
    default_error_messages = {"invalid": why}

    @override
    def to_internal_value(self, data: Any) -> datetime:
        value = super().to_internal_value(data)
        try:
            return value.astimezone(UTC) if value.tzinfo else self.fail("invalid")
        except OverflowError:  # the edge of the calendar
            self.fail("invalid")


def instant_in_query(text: str) -> datetime:
    """The time that a parameter says; raises `ValidationError`.

    Where `+` was not escaped a space has come of it: that is told, as nothing else is wrong.
    """
    try:
        return AwareInstantField().to_internal_value(text)
    except serializers.ValidationError:
        hint = (
            " In an address + is written %2B." if _SPACE_FOR_PLUS.search(text) else ""
        )
        raise serializers.ValidationError(AwareInstantField.why + hint) from None


def choice_field(choices: type[TextChoices], **options: Any) -> serializers.ChoiceField:
    """One of `choices`; the refusal lists them."""
    return serializers.ChoiceField(
        choices=choices.choices, error_messages=strict.one_of(choices.values), **options
    )


class WorkflowField(serializers.PrimaryKeyRelatedField[Workflow]):
    """One that the owner of the schedule may run. Any other is as little there as one that
    nobody has, whatever else is wrong."""

    default_error_messages = {"does_not_exist": NO_WORKFLOW}

    @override
    def get_queryset(self) -> QuerySet[Workflow]:
        return Workflow.objects.runnable_by(self.context["owner"])


class NodeField(serializers.PrimaryKeyRelatedField[WorkflowNode]):
    """One of such a workflow."""

    default_error_messages = {"does_not_exist": NO_NODE}

    @override
    def get_queryset(self) -> QuerySet[WorkflowNode]:
        theirs = Workflow.objects.runnable_by(self.context["owner"])
        return WorkflowNode.objects.filter(workflow__in=theirs)


def request_field(field: FieldSpec) -> serializers.Field[Any, Any, Any, Any]:
    """A field of the table as a request gives it."""
    column, words = field.column, strict.one_of(field.choices)
    options: dict[str, Any] = {
        "required": field.required,
        "help_text": field.help_at(Door.REST_IN),
    }
    if column.null:
        options["allow_null"] = True
    kinds: dict[Kind, tuple[Any, dict[str, Any]]] = {
        Kind.TEXT: (TextField, {"most": column.max_length}),
        Kind.TIME: (InstantField, {}),
        Kind.NUMBER: (WholeNumberField, {"bounds": field.bounds}),
        Kind.CHOICE: (
            serializers.ChoiceField,
            {"choices": column.flatchoices, "error_messages": words},
        ),
        Kind.WORKFLOW: (WorkflowField, {"pk_field": strict.UUIDField()}),
        Kind.NODE: (NodeField, {"pk_field": WholeNumberField()}),
        Kind.OBJECT: (strict.JSONObjectField, {}),
        Kind.WORDS: (
            strict.ListField,
            {"child": TextField(most=limits.TAG_LENGTH), "max_length": limits.TAGS},
        ),
    }
    made, more = kinds[field.kind]
    return cast("serializers.Field[Any, Any, Any, Any]", made(**more, **options))


class _Schema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """How these fields are shown in the schema."""

    target_class = Documented
    match_subclasses = True

    @override
    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {**self.target.schema}
