"""Serializers that refuse unknown fields, and fields that refuse other JSON types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from rest_framework import serializers
from typing_extensions import override

from workflows.kit.json_value import problem

MAX_JSON = 64 * 1024
MOST_UNKNOWN = 20


class StrictSerializer(serializers.Serializer[Any]):
    """A serializer for which an unknown field is an error: it may be misspelt."""

    @override
    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                raise serializers.ValidationError(self._unknown(unknown))
        return super().to_internal_value(data)

    def _unknown(self, names: list[Any]) -> dict[str, list[str]]:
        """Each field by name. In a part of a body, very many are one problem: the framework
        copies all problems once for each level, which takes seconds."""
        if self.root is not self and len(names) > MOST_UNKNOWN:
            first = str(names[0])[:50]
            why = f'{len(names):,} of its fields do not exist, such as "{first}".'
            return {"non_field_errors": [why]}
        return {str(name): ["This field does not exist."] for name in names}


class JSONObjectField(serializers.JSONField):
    """A JSON object of at most 64 KiB."""

    @override
    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise serializers.ValidationError("Must be a JSON object.")
        if reason := problem(data, max_bytes=MAX_JSON):
            raise serializers.ValidationError(f"The value {reason}.")
        return data


class ListField(serializers.ListField):
    """A JSON array. The items of one that is too long are not validated, which takes time."""

    @override
    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        if self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().to_internal_value(data)


class TextField(serializers.CharField):
    """A JSON string: not a number that could be converted to one."""

    @override
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("Must be a text.")
        return super().to_internal_value(data)


class SlugField(TextField, serializers.SlugField):
    """A JSON string of letters, digits, `-` and `_`."""


def one_of(values: Iterable[str]) -> dict[str, Any]:
    """The error message of a choice field. It lists the choices, without the invalid value."""
    return {"invalid_choice": f"Must be one of {', '.join(values)}."}


class UUIDField(serializers.UUIDField):
    """A UUID as a JSON string, not as a number. The error does not repeat the value."""

    default_error_messages = {"invalid": "Must be a UUID."}

    @override
    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str):
            self.fail("invalid")
        found: UUID = super().to_internal_value(data)
        return found


class WholeNumberField(serializers.IntegerField):
    """A JSON integer: not `true`, not "5", not 5.0."""

    default_error_messages = {"invalid": "Must be a whole number."}

    @override
    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:  # isinstance would accept True
            self.fail("invalid")
        return data


class TrueOrFalseField(serializers.BooleanField):
    """A JSON boolean: not 0, not "yes"."""

    @override
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise serializers.ValidationError("Must be true or false.")
        return data
