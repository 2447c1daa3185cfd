"""What `manage.py rqworker` does before it works."""

from __future__ import annotations

import pytest
from django.db import connection

from schedules.management.commands.rqworker import _leave_pools

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no pools.")
def test_no_connection_of_a_pool_is_left_to_the_processes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "pool", {"min_size": 1})
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
    connection.ensure_connection()
    pool = connection.pool
    assert pool is not None
    _leave_pools()
    assert pool.closed
    assert connection.pool is None
    connection.ensure_connection()
    assert connection.is_usable()
