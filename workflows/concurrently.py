"""Migrations that add and drop indexes beside the work of a site."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.operations import (
    AddIndexConcurrently,
    RemoveIndexConcurrently,
)
from django.db.migrations import AddIndex, RemoveIndex
from django.db.migrations.operations.base import Operation
from typing_extensions import override


class _Beside(Operation):
    """On PostgreSQL nobody waits meanwhile; the migration must not be atomic. On SQLite
    there is no such thing: it takes a fraction of a second."""

    elsewhere: ClassVar[type[Operation]]

    @override
    def database_forwards(
        self, app_label: str, schema_editor: Any, *states: Any
    ) -> None:
        args = (app_label, schema_editor, *states)
        if _on_postgresql(schema_editor):
            super().database_forwards(*args)
        else:
            self.elsewhere.database_forwards(self, *args)

    @override
    def database_backwards(
        self, app_label: str, schema_editor: Any, *states: Any
    ) -> None:
        args = (app_label, schema_editor, *states)
        if _on_postgresql(schema_editor):
            super().database_backwards(*args)
        else:
            self.elsewhere.database_backwards(self, *args)


class AddIndexBeside(_Beside, AddIndexConcurrently):
    elsewhere = AddIndex


class RemoveIndexBeside(_Beside, RemoveIndexConcurrently):
    elsewhere = RemoveIndex


def _on_postgresql(schema_editor: Any) -> bool:
    return bool(schema_editor.connection.vendor == "postgresql")
