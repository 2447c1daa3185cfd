"""The shape of an exported file: which parts it has, and the JSON type of each."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import ErrorDetail
from rest_framework.exceptions import ValidationError as RestError
from typing_extensions import override

from schedules.exchange.exporting import EXCHANGED, FORMAT, VERSION
from schedules.limits import MOST_IN_FILE
from workflows.api.graph_serializers import VersionGraphSerializer
from workflows.kit.api.strict import (
    JSONObjectField,
    ListField,
    StrictSerializer,
    TextField,
    WholeNumberField,
)
from workflows.kit.errors import InvalidInput
from workflows.services.definition import MAX_DESCRIPTION, MAX_NAME

NO_EXPORT = f"This is not an exported workflow: a file begins with `format: {FORMAT}`."
OTHER_VERSION = f"This site reads files of version {VERSION}."
MOST_EMPTIED = 1_000


class WorkflowPart(StrictSerializer):
    name = TextField(max_length=MAX_NAME)
    description = TextField(max_length=MAX_DESCRIPTION, allow_blank=True, default="")


class SchedulePart(JSONObjectField):
    """The fields of a schedule; the services check their values."""

    @override
    def to_internal_value(self, data: Any) -> dict[str, Any]:
        fields = super().to_internal_value(data)
        if unknown := [name for name in fields if name not in EXCHANGED]:
            why = [ErrorDetail("This field does not exist.")]
            raise RestError(dict.fromkeys(unknown, why))
        return fields


class FileSerializer(StrictSerializer):
    format = TextField()
    version = WholeNumberField()
    emptied = ListField(
        child=TextField(max_length=1_000), max_length=MOST_EMPTIED, default=list
    )
    workflow = WorkflowPart()
    graph = VersionGraphSerializer()
    schedules = ListField(child=SchedulePart(), max_length=MOST_IN_FILE, default=list)


def document(value: Any) -> dict[str, Any]:
    """The parts of a file. Raises `InvalidInput` for a file that is no export or of another
    version, and `ValidationError` with the path of each part that does not fit."""
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise InvalidInput(NO_EXPORT, field="file")
    if type(value.get("version")) is not int or value["version"] != VERSION:
        raise InvalidInput(OTHER_VERSION, field="version")
    read = FileSerializer(data=value)
    read.is_valid(raise_exception=True)
    return dict(read.validated_data)
