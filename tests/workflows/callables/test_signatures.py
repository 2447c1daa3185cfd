"""Signatures become forms, plain data becomes Python, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal, NewType, TypedDict
from uuid import UUID

import pytest
from django.contrib.auth.models import Group, User
from hypothesis import given
from hypothesis import strategies as st

from tests.permissions import allow
from workflows.callables import Target, schedulable, targets
from workflows.exceptions import NodeBroken
from workflows.kit.errors import InvalidInput

if TYPE_CHECKING:
    from nowhere import Unknown


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Size(IntEnum):
    SMALL = 1
    LARGE = 2


class Odd(Enum):
    ONE = (1, 2)
    TWO = (3, 4)


class Line(TypedDict):
    on: date
    amount: Decimal


@dataclass(frozen=True)
class Address:
    city: str
    since: date | None = None


Name = NewType("Name", str)
ODD = object()


def target(function: Callable[..., Any]) -> Target:
    schedulable(function)
    (found,) = [
        each for each in targets() if each.name.endswith(f".{function.__name__}")
    ]
    return found


def taking(hint: Any) -> Target:
    def take(value):
        return value

    take.__annotations__["value"] = hint
    return target(take)


KINDS: list[tuple[Any, Any, Any]] = [
    (Any, {"a": [1, None]}, {"a": [1, None]}),
    (str, "text", "text"),
    (bool, True, True),
    (int, 3.0, 3),
    (float, 1.5, 1.5),
    (None, None, None),
    (Name, "Ada", "Ada"),
    (Annotated[int, "How many."], 3, 3),
    (date, "2026-11-28", date(2026, 11, 28)),
    (datetime, "2026-11-28T09:30:00Z", datetime(2026, 11, 28, 9, 30, tzinfo=UTC)),
    (time, "09:30:00", time(9, 30)),
    (timedelta, "PT5M", timedelta(minutes=5)),
    (timedelta, "00:05:00", timedelta(minutes=5)),
    (UUID, f"{UUID(int=7)}", UUID(int=7)),
    (Decimal, "12.50", Decimal("12.50")),
    (Decimal, 0.1, Decimal("0.1")),
    (Colour, "blue", Colour.BLUE),
    (Size, 2, Size.LARGE),
    (Odd, "TWO", Odd.TWO),
    (Literal["a", 1], 1, 1),
    (date | None, None, None),
    (date | None, "2026-11-28", date(2026, 11, 28)),
    (int | date, "2026-11-28", date(2026, 11, 28)),
    (
        date | datetime,
        "2026-11-28T09:30:00Z",
        datetime(2026, 11, 28, 9, 30, tzinfo=UTC),
    ),
    (list, [1, "a"], [1, "a"]),
    (list[date], ["2026-11-28"], [date(2026, 11, 28)]),
    (Sequence[int], [1, 2], [1, 2]),
    (tuple[int, ...], [1, 2], (1, 2)),
    (set[Colour], ["red"], {Colour.RED}),
    (frozenset[int], [1], frozenset({1})),
    (dict, {"a": 1}, {"a": 1}),
    (dict[str, date], {"a": "2026-11-28"}, {"a": date(2026, 11, 28)}),
    (Mapping[str, int], {"a": 1}, {"a": 1}),
    (
        Line,
        {"on": "2026-11-28", "amount": "1"},
        {"on": date(2026, 11, 28), "amount": Decimal(1)},
    ),
    (Address, {"city": "Rome"}, Address("Rome")),
    (
        list[Address],
        [{"city": "a", "since": "2026-11-28"}],
        [Address("a", date(2026, 11, 28))],
    ),
]


@pytest.mark.parametrize(("hint", "given", "expected"), KINDS)
def test_plain_data_is_read_as_its_type_and_written_back(hint, given, expected):
    found = taking(hint)
    assert list(found.problems({"value": given})) == []
    value = found.run({"value": given})
    assert (value, type(value)) == (expected, type(expected))
    again = found.plain({"value": value})
    assert list(found.problems(again)) == []
    assert found.run(again) == expected


WRONG: list[tuple[Any, Any, str]] = [
    (int, "3", "Must be a whole number."),
    (int, True, "Must be a whole number."),
    (date, "tomorrow", "Must be a valid date."),
    (date, "2026-02-30", "Must be a valid date."),
    (datetime, "2026-11-28T09:30:00", "with its offset"),
    (time, "25:00", "a time such as 09:30:00"),
    (timedelta, "soon", "a duration such as"),
    (UUID, "7", "Must be a valid uuid."),
    (Decimal, "NaN", "a number such as 12.50"),
    (Colour, "green", "Must be one of red, blue."),
    (Literal["a"], "b", "Must be one of a."),
    (int | date, "soon", ""),
    (date | None, "soon", "Must be a valid date."),
    (Group, "auth.user:1", 'such as "auth.group:1"'),
    (Group, "auth.group:x", 'such as "auth.group:1"'),
    (Group, "auth.group:" + "9" * 40, 'such as "auth.group:1"'),
    (Group, 7, "Must be a text."),
    (str, "\x00", "cannot be stored"),
    (float, float("nan"), "JSON cannot represent"),
]


@pytest.mark.parametrize(("hint", "given", "reason"), WRONG)
def test_a_value_of_another_type_is_a_problem_of_its_argument(hint, given, reason):
    problems = list(taking(hint).problems({"value": given}))
    assert {path for path, _ in problems} == {"value"}
    assert any(reason in why for _, why in problems), problems


def test_a_problem_inside_names_the_place():
    problems = list(
        taking(list[Address]).problems({"value": [{"city": "a"}, {"since": "x"}]})
    )
    assert {path for path, _ in problems} == {"value[1].city", "value[1].since"}
    deep = taking(dict[str, list[time]])
    assert list(deep.problems({"value": {"a": ["09:30", "25:00"]}})) == [
        ("value.a[1]", "Must be a time such as 09:30:00.")
    ]


def everything(
    plain,
    day: date = date(2026, 1, 31),
    *ignored: int,
    only: bool = False,
    odd=ODD,
    **more: int,
):
    return {"plain": plain, "day": day, "ignored": ignored, "only": only, "more": more}


def test_defaults_are_shown_and_other_names_are_taken_only_if_the_function_takes_them():
    found = target(everything)
    assert found.schema == {
        "type": "object",
        "additionalProperties": {"type": "integer"},
        "required": ["plain"],
        "properties": {
            "plain": {},
            "day": {"type": "string", "format": "date", "default": "2026-01-31"},
            "only": {"type": "boolean", "default": False},
            "odd": {},
        },
    }
    assert list(found.problems({"plain": 1, "extra": "x"})) == [
        ("extra", "Must be a whole number.")
    ]
    result = found.run({"plain": [1], "extra": 2})
    assert result == {
        "plain": [1],
        "day": date(2026, 1, 31),
        "ignored": (),
        "only": False,
        "more": {"extra": 2},
    }


def test_missing_and_unknown_arguments_are_named():
    def take(a: int, b: int = 1) -> None: ...

    found = target(take)
    assert sorted(found.problems({"c": 1})) == [
        ("a", "This field is required."),
        ("c", "This field does not exist."),
    ]
    assert [path for path, _ in found.problems([1])] == [""]
    assert list(found.problems({"a": "{{ x }}"}, unknown=["a"])) == []
    assert list(found.problems({}, complete=False)) == []


def positional(a, /): ...


def unimportable(a: Unknown): ...


def a_path(a: dict[int, str]): ...


def abstract(a: type): ...


def generates():
    yield 1


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (positional, 'remove the "/"'),
        (unimportable, "not for type checkers alone"),
        (a_path, 'The parameter "a"'),
        (abstract, "cannot be expressed in JSON"),
        (generates, "generator"),
    ],
)
def test_what_cannot_be_called_is_listed_with_the_reason(function, reason):
    found = target(function)
    assert reason in found.unfit
    assert list(found.problems({})) == [("", found.unfit)]


@pytest.mark.django_db
def test_an_object_is_its_key_and_is_fetched_when_it_runs(
    django_assert_num_queries,
):
    groups = [Group.objects.create(name=name) for name in "abc"]

    def greet(first: Group, others: list[Group], none: Group | None = None) -> str:
        return "".join(each.name for each in [first, *others])

    found = target(greet)
    assert found.schema["properties"]["first"] == {
        "type": "string",
        "x-model": "auth.group",
    }
    arguments = found.plain({"first": groups[0], "others": groups, "none": None})
    assert arguments["first"] == f"auth.group:{groups[0].pk}"
    with django_assert_num_queries(1):
        assert found.run(arguments) == "aabc"
    groups[2].delete()
    with pytest.raises(NodeBroken, match=r"auth\.group:\d+ does not exist any more"):
        found.run(arguments)


@pytest.mark.django_db
def test_only_objects_that_the_person_may_view_may_be_passed(owner: User):
    group = Group.objects.create(name="a")
    found = taking(Group)
    one = found.plain({"value": group})
    unseen = [("value", "This object does not exist, or you may not view it.")]
    assert list(found.problems(one)) == []
    assert list(found.problems(one, user=owner)) == unseen
    allow(owner, "auth.view_group")
    assert list(found.problems(one, user=owner)) == []
    assert list(found.problems({"value": "auth.group:0"}, user=owner)) == unseen


def test_a_python_value_that_is_not_json_is_refused_at_its_argument():
    found = taking(Any)
    for value in (object(), Group(name="unsaved"), {1: 2}):
        with pytest.raises(InvalidInput) as refused:
            found.plain({"value": value})
        assert list(refused.value.errors) == ["arguments.value"]


PYTHON = st.one_of(
    st.datetimes(timezones=st.just(UTC)),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.uuids(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.sampled_from([*Colour, *Odd]),
    st.frozensets(st.integers()),
)


@given(PYTHON)
def test_every_value_comes_back_as_it_was(value):
    kind = frozenset[int] if isinstance(value, frozenset) else type(value)

    def take(value): ...

    take.__annotations__["value"] = kind
    from workflows.callables.declared import Declaration
    from workflows.callables.making import target_of

    found = target_of(Declaration(take))
    plain = found.plain({"value": value})
    assert list(found.problems(plain)) == []
    assert found.parameters.load(plain, lambda each: each) == {"value": value}


@dataclass
class Span:
    first: int
    last: int

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("it ends before it begins")


def test_what_a_class_refuses_is_a_problem_of_its_argument():
    kind = target(takes_a_span)
    told = dict(kind.problems({"span": {"first": 2, "last": 1}}))
    assert told == {"span": "ValueError: it ends before it begins"}


def takes_a_span(span: Span) -> None: ...
