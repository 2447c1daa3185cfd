"""Objects made quickly of rows of which a query reads only some columns.

Django makes them by asking of each of the fields, of which a schedule has seventy, whether it was read.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self

from django.db import models
from django.db.models.base import ModelState
from django.db.models.signals import post_init, pre_init
from typing_extensions import override


class PartialRows(models.Model):
    """A model with many fields. What is loaded and how it behaves is as without this."""

    class Meta:
        abstract = True

    @override
    @classmethod
    def from_db(
        cls,
        db: str | None,
        field_names: Collection[str],
        values: Collection[Any],
        fetch_mode: Any = None,
    ) -> Self:
        is_whole = len(values) == len(cls._meta.concrete_fields)
        if is_whole or pre_init.has_listeners(cls) or post_init.has_listeners(cls):
            mode = {} if fetch_mode is None else {"fetch_mode": fetch_mode}
            return super().from_db(db, field_names, values, **mode)
        row = cls.__new__(cls)
        state = ModelState()
        state.adding, state.db = False, db
        if fetch_mode is not None:  # since Django 6.1
            state.fetch_mode = fetch_mode
        row._state = state
        row.__dict__.update(zip(field_names, values, strict=True))
        return row
