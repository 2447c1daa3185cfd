"""A sentence, read back, says what the expression means: all of it, and nothing else."""

from __future__ import annotations

import random
from itertools import chain, combinations, product

import pytest

from schedules.timing import TimingError
from schedules.timing.cron import parse
from schedules.timing.days import MatchingDays
from schedules.timing.words.times import describe_wall_times
from tests.effort import some
from tests.schedules.timing.sentence_reader import (
    DATES,
    LAST_DAY,
    LAST_WEEK,
    MONTH,
    MONTHDAY,
    NEAREST,
    WEEK,
    WEEKDAY,
    Said,
    any_of,
    read,
)

LONGEST = 700


def sentence(expression: str) -> str:
    return describe_wall_times(parse(expression))


def enumerated(expression: str) -> Said:
    """What the engine itself makes of it."""
    times = parse(expression)
    found = set(MatchingDays(times.rules).ordinals(range(2000, 2028)))
    bits = "".join("01"[day.toordinal() in found] for day in reversed(DATES))
    minutes = {60 * hour + minute for hour in times.hours for minute in times.minutes}
    return Said(minutes, int(bits, 2))


def subsets(values):
    return chain.from_iterable(
        combinations(values, size) for size in range(1, len(values) + 1)
    )


def listed(values) -> str:
    return ",".join(map(str, values))


def cron_weekday(number: int) -> int:
    """Of the reader's weekday (Monday 0) the set of dates, for cron's (Sunday 0)."""
    return WEEKDAY[(number - 1) % 7]


def test_every_set_of_weekdays_is_told():
    for days in subsets(range(7)):
        said = read(sentence(f"0 9 * * {listed(days)}"))
        assert said == Said({540}, any_of(map(cron_weekday, days))), days


@pytest.mark.slow
def test_every_set_of_months_is_told():
    for months in subsets(range(1, 13)):
        said = read(sentence(f"0 9 * {listed(months)} *"))
        assert said == Said({540}, any_of(MONTH[m] for m in months)), months


def test_every_set_of_months_is_told_beside_a_day_and_a_weekday():
    chance = random.Random("months")
    for months in chance.sample([*subsets(range(1, 13))], some(200)):
        said = read(sentence(f"0 9 1 {listed(months)} *"))
        assert said.days == MONTHDAY[1] & any_of(MONTH[m] for m in months), months
        said = read(sentence(f"0 9 1 {listed(months)} fri"))
        either = MONTHDAY[1] | cron_weekday(5)
        assert said.days == either & any_of(MONTH[m] for m in months), months


@pytest.mark.heavy
def test_every_run_of_minutes_hours_and_days_is_told():
    for first, last in combinations(range(60), 2):
        said = read(sentence(f"{first}-{last} * * * *"))
        within = {*range(first, last + 1)}
        assert {moment % 60 for moment in said.minutes} == within
        assert len(said.minutes) == 24 * len(within)
    for first, last in combinations(range(24), 2):
        hours = range(first, last + 1)
        for minute in ("0", "5,7"):
            said = read(sentence(f"{minute} {first}-{last} * * *"))
            assert {moment // 60 for moment in said.minutes} == {*hours}
    for first, last in combinations(range(1, 32), 2):
        said = read(sentence(f"0 0 {first}-{last} * *"))
        assert said.days == any_of(MONTHDAY[n] for n in range(first, last + 1))


@pytest.mark.heavy
def test_every_step_from_every_start_is_told():
    for start, step in product(range(60), range(1, 21)):
        wanted = {*range(start, 60, step)}
        hour = "*" if step % 2 else "7"
        said = read(sentence(f"{start}/{step} {hour} * * *")).minutes
        assert {moment % 60 for moment in said} == wanted
        assert len(said) == len(wanted) * (24 if step % 2 else 1)
    for start, step in product(range(24), range(1, 24)):
        said = read(sentence(f"7 {start}/{step} * * *")).minutes
        assert said == {60 * hour + 7 for hour in range(start, 24, step)}


class Field:
    """A random field, and what it means."""

    def __init__(self, chance: random.Random, low: int, high: int, *, most: int = 3):
        items = [self._item(chance, low, high) for _ in range(chance.randint(1, most))]
        self.text = ",".join(text for text, _ in items)
        self.numbers = {number for _, numbers in items for number in numbers}
        self.has_star = self.text.startswith("*")

    @staticmethod
    def _item(chance: random.Random, low: int, high: int) -> tuple[str, range]:
        first, last = sorted(chance.choices(range(low, high + 1), k=2))
        step = chance.randint(2, max(2, (high - low) // 2))
        return chance.choice(
            [
                ("*", range(low, high + 1)),
                (f"*/{step}", range(low, high + 1, step)),
                (f"{first}", range(first, first + 1)),
                (f"{first}", range(first, first + 1)),
                (f"{first}-{last}", range(first, last + 1)),
                (f"{first}-{last}/{step}", range(first, last + 1, step)),
                (f"{first}/{step}", range(first, high + 1, step)),
            ]
        )


def random_days(chance: random.Random) -> tuple[str, str, int]:
    """Both day fields, and the dates that they mean together."""
    if chance.random() < 0.3:
        return special_days(chance)
    days, weekdays = Field(chance, 1, 31), Field(chance, 0, 6)
    of_days = any_of(MONTHDAY[n] for n in days.numbers)
    text = days.text
    if chance.random() < 0.2:
        text, of_days = f"{text},L", of_days | LAST_DAY
    of_weekdays = any_of(map(cron_weekday, weekdays.numbers))
    both = days.has_star or weekdays.has_star
    found = of_days & of_weekdays if both else of_days | of_weekdays
    return text, weekdays.text, found


def special_days(chance: random.Random) -> tuple[str, str, int]:
    if chance.random() < 0.5:
        found = {
            "L": LAST_DAY,
            "LW": NEAREST[31],
            **{f"{n}W": NEAREST[n] for n in chance.sample(range(1, 32), 3)},
            **{f"{n}": MONTHDAY[n] for n in chance.sample(range(1, 32), 2)},
        }
        picked = chance.sample([*found], chance.randint(1, 4))
        return ",".join(picked), "*", any_of(found[text] for text in picked)
    found = {}
    for _ in range(4):
        day, nth = chance.randrange(7), chance.randint(1, 5)
        found[f"{day}#{nth}"] = cron_weekday(day) & WEEK[nth]
        found[f"L{day}"] = found[f"{day}L"] = cron_weekday(day) & LAST_WEEK
        found[f"{day}"] = cron_weekday(day)
    picked = chance.sample([*found], chance.randint(1, 5))
    return "*", ",".join(picked), any_of(found[text] for text in picked)


def random_expression(chance: random.Random) -> tuple[str, Said]:
    minute, hour = Field(chance, 0, 59), Field(chance, 0, 23)
    day, weekday, days = random_days(chance)
    month = Field(chance, 1, 12, most=2)
    minutes = {60 * h + m for h in hour.numbers for m in minute.numbers}
    days &= any_of(MONTH[m] for m in month.numbers)
    text = f"{minute.text} {hour.text} {day} {month.text} {weekday}"
    return text, Said(minutes, days)


@pytest.mark.parametrize("seed", range(4))
def test_thousands_of_expressions_are_told(seed):
    chance, told = random.Random(seed), 0
    while told < some(600):
        expression, meant = random_expression(chance)
        if not meant.days:
            with pytest.raises(TimingError, match="can never run"):
                parse(expression)
            continue
        said = sentence(expression)
        assert read(said) == meant, (expression, said)
        assert len(said) < LONGEST, expression
        told += 1


def test_the_engine_enumerates_what_the_sentence_says():
    chance, told = random.Random("engine"), 0
    while told < some(150):
        expression, meant = random_expression(chance)
        if not meant.days:
            continue
        assert enumerated(expression) == read(sentence(expression)), expression
        told += 1


def test_equal_days_have_equal_sentences():
    chance = random.Random("equal")
    sentences: dict[int, str] = {}
    for _ in range(some(1500)):
        day, weekday, days = random_days(chance)
        months = chance.choice(["*", "*", "1", "2", "4", "2,4", "1,3,5,7,8,10,12"])
        if months != "*":
            days &= any_of(MONTH[int(month)] for month in months.split(","))
        if not days:
            continue
        said = sentence(f"0 0 {day} {months} {weekday}")
        assert sentences.setdefault(days, said) == said, (day, weekday)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0 9 * * mon-sat", "0 9 * * 1,2,3,4,5,6"),
        ("0 9 * * mon-sat", "0 09 */1 1-12 1-6"),
        ("0 9 * * 7", "0 9 * * sun"),
        ("*/5 * * * *", "0-59/5 0-23 ? jan-dec ?"),
        ("0 0 * * *", "0 0 1-31 * mon"),
        ("0 0 * * *", "0 0 1 * 0-6"),
        ("0 0 LW * *", "0 0 31W * *"),
        ("0 0 L * *", "0 0 L,31 * *"),
        ("0 0 31 1 *", "0 0 L 1 *"),
        ("0 0 28,29 2 *", "0 0 28-31 2 *"),
        ("0 0 * 2 *", "0 0 1-29 2 *"),
        ("0 0 31 * *", "0 0 31 1,3,5,7,8,10,12 *"),
        ("0 0 * * 1#1", "0 0 */100,1-7 * mon"),
        ("0 0 * * 1", "0 0 * * 1#1,1#2,1#3,1#4,1#5"),
        ("0 0 1-7 * *", "0 0 * * 0#1,1#1,2#1,3#1,4#1,5#1,6#1"),
        ("0 0 * * mon", "0 0 * * mon,1#2"),
    ],
)  # fmt: skip
def test_what_is_the_same_is_told_alike(one, other):
    assert sentence(one) == sentence(other)


@pytest.mark.parametrize(
    "expression",
    [
        ",".join(map(str, [*range(0, 60, 3), *range(1, 60, 6)])) + " 0,2,3,5,7,11,13,17,19,23 2,3,5,7,11,13,17,19,23,29,31 1,3,5,8,10 1,3,5",
        "0 9 " + ",".join(f"{d}W" for d in range(1, 32)) + " 2 *",
        "0 9 * * " + ",".join(f"{d}#{n}" for d in range(7) for n in (1, 3, 4)),
        "1-59/2 1-23/2 1-31/2,L 1-11/2 1-5/2",
    ],
)  # fmt: skip
def test_the_nastiest_lists_have_bounded_and_true_sentences(expression):
    said = sentence(expression)
    assert read(said) == enumerated(expression)
    assert len(said) < LONGEST
