"""Empties the database after a test that commits: quickly, as hundreds of them do.

Django deletes all rows, then makes those of the content types and permissions again, which takes
fifty times as long. No test changes these: here they stay. Groups are made again.
"""

from __future__ import annotations

from django.apps import apps
from django.core.management.color import Style
from django.core.management.commands import flush
from django.db.backends.base.base import BaseDatabaseWrapper

from schedules.groups import make_groups

LASTING = {"django_content_type", "auth_permission"}


def empty_quickly() -> None:
    """From now on, in this process."""
    flush.sql_flush = _sql_of_the_rest
    flush.emit_post_migrate_signal = _make_groups


def _sql_of_the_rest(
    style: Style,
    connection: BaseDatabaseWrapper,
    reset_sequences: bool = True,  # noqa: FBT001, FBT002 as Django calls it
    allow_cascade: bool = False,  # noqa: FBT001, FBT002
) -> list[str]:
    tables = connection.introspection.django_table_names(
        only_existing=True, include_views=False
    )
    return connection.ops.sql_flush(
        style,
        sorted({*tables} - LASTING),
        reset_sequences=reset_sequences,
        allow_cascade=allow_cascade,
    )


def _make_groups(verbosity: int, interactive: bool, db: str) -> None:  # noqa: FBT001
    make_groups(apps.get_app_config("ostinato_schedules"), using=db)
