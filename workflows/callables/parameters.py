"""The parameters of a callable: their JSON schema, and how arguments are checked and read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workflows.callables.permissions import unseen
from workflows.graph import Problem
from workflows.kit.json_value import problem
from workflows.schemas.references import Fetch, Reference
from workflows.schemas.types import Unfit, ValueType, load_items, object_schema
from workflows.schemas.validate import schema_problems

if TYPE_CHECKING:
    from workflows.kit.users import User

MAX_ARGUMENTS = 64 * 1024
UNSEEN = "This object does not exist, or you may not view it."
EXPECTED = "Must be a JSON object of arguments by name."


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a callable takes by name. `others` is the type of further arguments, if it takes
    any."""

    types: Mapping[str, ValueType] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    others: ValueType | None = None

    @property
    def schema(self) -> dict[str, Any]:
        properties = {name: kind.schema for name, kind in self.types.items()}
        others = self.others.schema if self.others else False
        return object_schema(properties, self.required, others=others)

    def problems(
        self,
        arguments: Any,
        *,
        unknown: Collection[str] = (),
        user: User | None = None,
        complete: bool = True,
    ) -> Iterator[Problem]:
        """The problems of `arguments`. The values of those named in `unknown` are not known
        yet. With `user`, objects that they may not view are refused. Unless they are to be
        `complete`, required ones may be missing."""
        if not isinstance(arguments, Mapping):
            yield "", EXPECTED
            return
        found = [*self._not_json(arguments), *self._schema_problems(arguments, unknown)]
        if not complete:
            found = [each for each in found if each[0] in arguments or "." in each[0]]
        yield from found
        wrong = {path.partition(".")[0].partition("[")[0] for path, _ in found}
        known = {
            name: value
            for name, value in arguments.items()
            if name not in wrong and name not in unknown
        }
        yield from self._unfit(known, user)

    def load(self, arguments: Mapping[str, Any], fetch: Fetch) -> dict[str, Any]:
        """The Python values of valid `arguments`. Raises `Unfit`."""
        kinds = dict(self.types)
        if self.others:
            kinds |= dict.fromkeys(set(arguments) - set(kinds), self.others)
        return load_items(kinds, arguments, fetch)

    def beyond_json(self) -> list[str]:
        """Those that take other Python values than plain JSON, such as a date."""
        found = [name for name, kind in self.types.items() if not kind.is_plain]
        further = self.others is not None and not self.others.is_plain
        return [*found, *(["further arguments"] if further else [])]

    def references(self, arguments: Mapping[str, Any]) -> set[Reference]:
        """The objects that valid `arguments` name."""
        found: set[Reference] = set()
        self.load(arguments, found.add)
        return found

    def _not_json(self, arguments: Mapping[str, Any]) -> Iterator[Problem]:
        for name, value in arguments.items():
            if why := problem(value, max_bytes=MAX_ARGUMENTS):
                yield name, f"The value {why}."

    def _schema_problems(
        self, arguments: Mapping[str, Any], unknown: Collection[str]
    ) -> list[Problem]:
        schema = self.schema
        open_: dict[str, Any] = {name: {} for name in unknown}
        properties = {**schema["properties"], **open_}
        if not self.others:
            properties = {name: properties[name] for name in schema["properties"]}
        return schema_problems({**schema, "properties": properties}, arguments)

    def _unfit(
        self, arguments: Mapping[str, Any], user: User | None
    ) -> Iterator[Problem]:
        """The arguments that match the schema, but no value of their type."""
        named: dict[str, set[Reference]] = {}
        for name, value in arguments.items():
            try:
                named[name] = self.references({name: value})
            except Unfit as unfit:
                yield unfit.path, unfit.reason
        hidden = unseen(user, set().union(*named.values())) if user else set()
        for name, references in named.items():
            if references & hidden:
                yield name, UNSEEN
