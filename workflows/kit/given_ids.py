"""Many ids as one parameter of a query: Django would write one for each."""

from __future__ import annotations

import json
from collections.abc import Collection
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models.expressions import RawSQL


def given_ids(ids: Collection[UUID], using: str = DEFAULT_DB_ALIAS) -> RawSQL:
    """For `filter(pk__in=...)`, any number of them."""
    if connections[using].vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::uuid[])", ([str(each) for each in ids],))
    as_json = json.dumps([each.hex for each in ids])
    return RawSQL("SELECT value FROM json_each(%s)", (as_json,))
