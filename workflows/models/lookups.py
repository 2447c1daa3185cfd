"""Lookups for tags and for text, case-insensitive for all of Unicode, on both databases."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db.backends.signals import connection_created
from django.db.models import CharField, JSONField, Lookup, TextField
from django.db.models.lookups import IContains, IExact
from django.dispatch import receiver
from typing_extensions import override

from workflows.kit.json_value import composed

if TYPE_CHECKING:
    Base = Lookup[str]
else:
    Base = Lookup


FOLD = "ostinato_fold"


def folded(text: str) -> str:
    """`text` in lower case, letter by letter as in PostgreSQL: a sigma at the end of a word
    is not treated specially."""
    return "".join(map(str.lower, text))


def has_text(text: str, part: str) -> bool:
    """What the lookup of this name finds, in Python."""
    return folded(composed(part)) in folded(text)


@receiver(connection_created)
def _add_fold_function(connection: Any, **kwargs: Any) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function(FOLD, 1, folded, deterministic=True)


@JSONField.register_lookup
class HasTag(Base):
    """`tags__has_tag="nightly"`: a JSON list contains exactly this text."""

    lookup_name = "has_tag"

    @override
    def get_prep_lookup(self) -> str:
        return composed(str(self.rhs))

    @override
    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """PostgreSQL."""
        column, params = self.process_lhs(compiler, connection)
        return f"{column} @> %s::jsonb", [*params, json.dumps([self.rhs])]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """The column is first searched as text: few rows need parsing, and one that is not
        JSON would raise an error."""
        column, params = self.process_lhs(compiler, connection)
        has = f"EXISTS (SELECT 1 FROM json_each({column}) WHERE value = %s)"  # noqa: S608 the column's name is Django's
        may = f"instr({column}, %s) > 0 AND json_valid({column})"
        values = [*params, json.dumps(self.rhs), *params, *params, self.rhs]
        return f"CASE WHEN {may} THEN {has} ELSE 0 END", values


@CharField.register_lookup
@TextField.register_lookup
class HasText(Base):
    """`name__has_text="night"`: contains this text, ignoring case."""

    lookup_name = "has_text"
    pattern = "%{}%"

    @override
    def get_prep_lookup(self) -> str:
        return composed(str(self.rhs))

    @override
    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """SQLite: it folds the letters of ASCII by itself, and all others by our function."""
        if self.rhs.isascii():
            return IContains(self.lhs, self.rhs).as_sql(compiler, connection)
        column, params = self.process_lhs(compiler, connection)
        return f"instr({FOLD}({column}), %s) > 0", [*params, folded(self.rhs)]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """The planner can estimate ILIKE, but not Django's `UPPER(...)`, for which it sorts
        all rows for one page. For ASCII text the "C" collation gives the same result in half
        the time."""
        column, params = self.process_lhs(compiler, connection)
        collation = ' COLLATE "C"' if self.rhs.isascii() else ""
        pattern = self.pattern.format(connection.ops.prep_for_like_query(self.rhs))
        return f"{column}{collation} ILIKE %s", [*params, pattern]


@CharField.register_lookup
class SameText(HasText):
    """`name__same_text="night"`: equals this text, ignoring case."""

    lookup_name = "same_text"
    pattern = "{}"

    @override
    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        if self.rhs.isascii():
            return IExact(self.lhs, self.rhs).as_sql(compiler, connection)
        column, params = self.process_lhs(compiler, connection)
        return f"{FOLD}({column}) = %s", [*params, folded(self.rhs)]
