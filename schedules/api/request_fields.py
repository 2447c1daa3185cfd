"""Fields of request bodies. They check the JSON type of a value and never guess.

`schedules.services` validates the values, once for every door. Bounds are given here only
to appear in the OpenAPI schema.
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
    """A field that appears in the OpenAPI schema as `schema`."""

    schema: Mapping[str, Any]


class IgnoredField(Documented, serializers.Field[Any, Any, Any, Any]):
    """Accepted and ignored."""

    schema: Mapping[str, Any] = {}

    @override
    def to_internal_value(self, data: Any) -> Any:
        return data


class TextField(Documented, strict.TextField):
    """A JSON string, unchanged."""

    def __init__(self, *, most: int | None = None, **options: Any) -> None:
        super().__init__(allow_blank=True, trim_whitespace=False, **options)
        self.schema = {"type": "string"} | ({"maxLength": most} if most else {})


class WholeNumberField(Documented, strict.WholeNumberField):
    """A JSON integer; `bounds` (both inclusive) appear in the schema only."""

    def __init__(
        self, *, bounds: tuple[int, int] | None = None, **options: Any
    ) -> None:
        super().__init__(**options)
        self.schema = {"type": "integer"}
        if bounds:
            self.schema |= {"minimum": bounds[0], "maximum": bounds[1]}


class InstantField(Documented, serializers.Field[datetime, str, Any, Any]):
    """A date and time in ISO 8601. Without an offset the value is naive: the service reads it
    in the schedule's time zone, where DRF's own field would silently use the server's."""

    schema = {"type": "string", "format": "date-time"}
    default_error_messages = {
        "invalid": "Enter a date and time such as 2026-01-31T09:00:00+01:00. Without the "
        "offset it is read in the schedule's time zone."
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
    """A date and time with an offset, or in UTC."""

    accepted = (
        "Enter a date and time with an offset, such as 2026-01-31T09:00:00Z or "
        "2026-01-31T09:00:00+01:00."
    )
    default_error_messages = {"invalid": accepted}

    @override
    def to_internal_value(self, data: Any) -> datetime:
        value = super().to_internal_value(data)
        try:
            return value.astimezone(UTC) if value.tzinfo else self.fail("invalid")
        except OverflowError:  # on the first or last day of the calendar
            self.fail("invalid")


def instant_in_query(text: str) -> datetime:
    """Parse the date and time of a query parameter. Raises `ValidationError`.

    An unescaped `+` arrives as a space; the message then explains how to escape it.
    """
    try:
        return AwareInstantField().to_internal_value(text)
    except serializers.ValidationError:
        hint = " In a URL, + is written as %2B." if _SPACE_FOR_PLUS.search(text) else ""
        raise serializers.ValidationError(AwareInstantField.accepted + hint) from None


def choice_field(choices: type[TextChoices], **options: Any) -> serializers.ChoiceField:
    """One of `choices`; the error message lists them."""
    return serializers.ChoiceField(
        choices=choices.choices, error_messages=strict.one_of(choices.values), **options
    )


class WorkflowField(serializers.PrimaryKeyRelatedField[Workflow]):
    """The id of a workflow that the owner of the schedule may run. Any other is answered as
    one that does not exist."""

    default_error_messages = {"does_not_exist": NO_WORKFLOW}

    @override
    def get_queryset(self) -> QuerySet[Workflow]:
        return Workflow.objects.runnable_by(self.context["owner"])


class NodeField(serializers.PrimaryKeyRelatedField[WorkflowNode]):
    """The id of a node of such a workflow."""

    default_error_messages = {"does_not_exist": NO_NODE}

    @override
    def get_queryset(self) -> QuerySet[WorkflowNode]:
        theirs = Workflow.objects.runnable_by(self.context["owner"])
        return WorkflowNode.objects.filter(workflow__in=theirs)


def request_field(field: FieldSpec) -> serializers.Field[Any, Any, Any, Any]:
    """The field of the table `field` as a request body takes it."""
    column, words = field.column, strict.one_of(field.choices)
    options: dict[str, Any] = {
        "required": field.required,
        "help_text": field.help_at(Door.REST_IN),
    }
    # A schedule that calls has no workflow, as responses say.
    if column.null or field.kind is Kind.WORKFLOW:
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
    """Documents these fields in the OpenAPI schema."""

    target_class = Documented
    match_subclasses = True

    @override
    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {**self.target.schema}
