"""Migrations that add and drop indexes beside the work of a site."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.operations import (
    AddIndexConcurrently,
    RemoveIndexConcurrently,
)
from django.db.migrations import AddIndex, RemoveIndex
from typing_extensions import override


class AddIndexBeside(AddIndexConcurrently):
    """On PostgreSQL nobody waits while it is made; the migration must not be atomic. On
    SQLite there is no such thing: making it takes a fraction of a second."""

    @override
    def database_forwards(self, *args: Any) -> None:
        _base(self, AddIndex, args[1]).database_forwards(self, *args)

    @override
    def database_backwards(self, *args: Any) -> None:
        _base(self, AddIndex, args[1]).database_backwards(self, *args)


class RemoveIndexBeside(RemoveIndexConcurrently):
    """Likewise."""

    @override
    def database_forwards(self, *args: Any) -> None:
        _base(self, RemoveIndex, args[1]).database_forwards(self, *args)

    @override
    def database_backwards(self, *args: Any) -> None:
        _base(self, RemoveIndex, args[1]).database_backwards(self, *args)


def _base(operation: Any, elsewhere: type[Any], schema_editor: Any) -> Any:
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    return type(operation).__bases__[0] if on_postgresql else elsewhere
