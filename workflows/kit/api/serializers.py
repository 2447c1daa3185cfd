"""Serializers that show times in the same notation in every project."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from django.db import models
from rest_framework import ISO_8601, serializers

M = TypeVar("M", bound=models.Model)


class DateTimeField(serializers.DateTimeField):
    """A project's `DATETIME_FORMAT` is meant for its own API."""

    format = ISO_8601
    input_formats = [ISO_8601]


class ModelSerializer(serializers.ModelSerializer[M]):
    serializer_field_mapping: ClassVar[dict[Any, Any]] = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateTimeField: DateTimeField,
    }
