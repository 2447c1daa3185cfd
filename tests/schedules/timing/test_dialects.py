"""Timings as other programs write them: what they are told to write here."""

from __future__ import annotations

import random
import time
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from schedules.timing import CronTiming, IntervalTiming, TimingError, next_occurrences
from schedules.timing.dialects import recognised
from tests.effort import some
from tests.schedules.timing.sequences import at

NOW = at("2026-11-23T10:07")


def refusal(expression: str) -> TimingError:
    with pytest.raises(TimingError) as caught:
        CronTiming(expression, "UTC")
    assert caught.value.field == "cron_expression"
    return caught.value


def cron(expression: str, zone: str | None = None) -> dict[str, object]:
    fields = {"schedule_type": "cron", "cron_expression": expression}
    return fields | ({"timezone": zone} if zone else {})


def every(seconds: int, start_at: str | None = None) -> dict[str, object]:
    fields = {"schedule_type": "interval", "interval_seconds": seconds}
    return fields | ({"start_at": start_at} if start_at else {})


SUGGESTIONS = {
    # A zone before, as of Kubernetes and robfig, or behind, as of sidekiq.
    "CRON_TZ=America/New_York 0 9 * * 1-5": cron("0 9 * * 1-5", "America/New_York"),
    "cron_tz=america/new_york 0 9 * * 1-5": cron("0 9 * * 1-5", "America/New_York"),
    "TZ=Europe/Berlin @daily": cron("@daily", "Europe/Berlin"),
    "TZ='Europe/Berlin'  0 9 * * *": cron("0 9 * * *", "Europe/Berlin"),
    "timezone: Asia/Tokyo 0 9 * * *": cron("0 9 * * *", "Asia/Tokyo"),
    "Europe/Berlin 0 9 * * *": cron("0 9 * * *", "Europe/Berlin"),
    "0 9 * * * Europe/Berlin": cron("0 9 * * *", "Europe/Berlin"),
    "0 9 * * * europe/berlin": cron("0 9 * * *", "Europe/Berlin"),
    "0 9 * * mon UTC": cron("0 9 * * mon", "UTC"),
    "0 9 * * mon Z": cron("0 9 * * mon", "UTC"),
    "UTC 0 9 * * mon": cron("0 9 * * mon", "UTC"),
    "[Europe/Berlin] 0 9 * * *": cron("0 9 * * *", "Europe/Berlin"),
    "0 9 * * * TZ=Europe/Berlin": cron("0 9 * * *", "Europe/Berlin"),
    "0 9 * * *; timezone='Asia/Tokyo'": cron("0 9 * * *", "Asia/Tokyo"),
    "@daily America/Argentina/Buenos_Aires": cron(
        "@daily", "America/Argentina/Buenos_Aires"
    ),
    "TZ=Asia/Tokyo 0 0 9 ? * 2-6": cron("0 9 * * mon-fri", "Asia/Tokyo"),
    "0 0 9 * * MON Europe/Berlin": cron("0 9 * * mon", "Europe/Berlin"),
    "TZ=Asia/Tokyo; 0 9 * * *": cron("0 9 * * *", "Asia/Tokyo"),
    "0 9 * * * (Europe/Berlin)": cron("0 9 * * *", "Europe/Berlin"),
    "0 9 * * *, in Europe/Berlin": cron("0 9 * * *", "Europe/Berlin"),
    "cron(0 9 ? * 2 *) Europe/Berlin": cron("0 9 * * mon", "Europe/Berlin"),
    "Mon..Fri 09:00 Europe/Berlin": cron("0 9 * * mon-fri", "Europe/Berlin"),
    # Spring and others with seconds first.
    "0 0 9 * * *": cron("0 9 * * *"),
    "00 0 9 * * MON": cron("0 9 * * mon"),
    "0 0 9 * * MON-FRI": cron("0 9 * * mon-fri"),
    "0 0 9 * * 1-5": cron("0 9 * * mon-fri"),
    "0 0 9 * * 0": cron("0 9 * * sun"),
    "0 0 9 * * 7": cron("0 9 * * sun"),
    "0 0 9 * * 0-7": cron("0 9 * * sun,mon,tue,wed,thu,fri,sat"),
    "0 0 9 * * 5-7": cron("0 9 * * fri-sun"),
    "0 0 9 * * 7-7": cron("0 9 * * sun"),
    "0 0 9 * * 1-5/2": cron("0 9 * * mon-fri/2"),
    "0 */5 * * * *": cron("*/5 * * * *"),
    "0 0 0 L * *": cron("0 0 L * *"),
    "0 0 0 LW * *": cron("0 0 LW * *"),
    "0 0 0 * * 5L": cron("0 0 * * friL"),
    "0 0 0 * * FRI#2": cron("0 0 * * fri#2"),
    "0 9 * * MON-FRI *": cron("0 9 * * mon-fri"),  # a year, and not seconds
    "30 9 * * mon *": cron("30 9 * * mon"),
    "0 0 0 */2 * MON": cron("0 0 */2 * mon"),
    # Quartz: 1 is Sunday.
    "0 0 12 ? * WED": cron("0 12 * * wed"),
    "0 0 12 ? * 2-6": cron("0 12 * * mon-fri"),
    "0 0 12 ? * 1,7": cron("0 12 * * sun,sat"),
    "0 0 12 ? * 6-2": cron("0 12 * * fri,sat,sun,mon"),
    "0 0 12 ? * 1-7": cron("0 12 * * sun-sat"),
    "0 0 12 ? * 2/2": cron("0 12 * * mon/2"),
    "0 0 12 ? * */2": cron("0 12 * * */2"),
    "0 0 12 ? * 7-1": cron("0 12 * * sat-sun"),
    "0 0 12 ? * 6-5": cron("0 12 * * fri,sat,sun,mon,tue,wed,thu"),
    "0 15 10 15 * ?": cron("15 10 15 * *"),
    "0 15 10 15W * ?": cron("15 10 15W * *"),
    "0 15 10 L * ?": cron("15 10 L * *"),
    "0 15 10 ? * 6L": cron("15 10 * * friL"),
    "0 15 10 ? * 6#3": cron("15 10 * * fri#3"),
    "0 15 10 ? * L": cron("15 10 * * sat"),
    "0 15 10 ? * MON-FRI *": cron("15 10 * * mon-fri"),
    "0 15 10 * * ? *": cron("15 10 * * *"),
    "0 18 ? * 2-6": cron("0 18 * * mon-fri"),
    "0 18 ? * 6#2": cron("0 18 * * fri#2"),
    # AWS: the same, and a year instead of seconds.
    "cron(0 10 * * ? *)": cron("0 10 * * *"),
    "CRON( 0/15 8-17 ? * 2-6 * )": cron("0/15 8-17 * * mon-fri"),
    "cron(0 8 1 * ? *)": cron("0 8 1 * *"),
    "cron(0 8 ? * 2#1 *)": cron("0 8 * * mon#1"),
    "0 18 ? * MON-FRI *": cron("0 18 * * mon-fri"),
    "rate(5 minutes)": every(300),
    "rate(1 hour)": every(3600),
    "Rate(1 Day)": every(86400),
    # systemd
    "*-*-* 02:15:00": cron("15 2 * * *"),
    "*-*-* 2:15": cron("15 2 * * *"),
    "02:15": cron("15 2 * * *"),
    "Mon..Fri 09:00": cron("0 9 * * mon-fri"),
    "Mon..Fri *-*-* 09:00:00": cron("0 9 * * mon-fri"),
    "monday,WED 9:05": cron("5 9 * * mon,wed"),
    "Sat..Mon 10:00": cron("0 10 * * sat,sun,mon"),
    "Sat": cron("0 0 * * sat"),
    "*-*-01 00:00:00": cron("0 0 1 * *"),
    "*-01,04,07,10-01": cron("0 0 1 1,4,7,10 *"),
    "*-*~01 12:00": cron("0 12 L * *"),
    "*:0/15": cron("0/15 * * * *"),
    "*-*-* 8..17:30": cron("30 8-17 * * *"),
    "hourly": cron("0 * * * *"),
    "Daily": cron("0 0 * * *"),
    "weekly": cron("0 0 * * mon"),
    "quarterly": cron("0 0 1 1,4,7,10 *"),
    # ISO 8601
    "PT5M": every(300),
    "pt1h30m": every(5400),
    "P1DT12H": every(129_600),
    "P1W": every(604_800),
    "PT0.5H": every(1800),
    "R/PT10M": every(600),
    "R/2024-01-01T00:00:00Z/PT1H": every(3600, "2024-01-01T00:00:00Z"),
    "R-1/2024-01-01T06:00:00+02:00/P1D": every(86400, "2024-01-01T06:00:00+02:00"),
    "R/2024-01-01T00:00/PT1H": every(3600, "2024-01-01T00:00:00"),
    "R/2024-01-01T00:00:00Z/2024-01-01T00:30:00Z": every(1800, "2024-01-01T00:00:00Z"),
    # In words
    "every 5 minutes": every(300),
    "Every 5 Minutes.": every(300),
    "every five minutes": every(300),
    "every minute": every(60),
    "each hour": every(3600),
    "every other day": every(172_800),
    "every 1 hour and 30 minutes": every(5400),
    "5 minutes": every(300),
    "90s": every(90),
    "@every 5m": every(300),
    "@every 1h30m10s": every(5410),
    "every day at 09:00": cron("0 9 * * *"),
    "every monday at 5:30pm": cron("30 17 * * mon"),
    "every weekday at noon": cron("0 12 * * mon-fri"),
    "daily at 12am": cron("0 0 * * *"),
    # With what does not belong to it.
    '"0 9 * * *"': cron("0 9 * * *"),
    "'every 5 minutes'": every(300),
    "- cron: '0 9 * * 1-5'": cron("0 9 * * 1-5"),
    "OnCalendar=Mon..Fri 09:00": cron("0 9 * * mon-fri"),
    "0 2 * * * /usr/bin/backup --all": cron("0 2 * * *"),
    "@daily root /usr/bin/backup": cron("@daily"),
    "0 2 * * * /usr/bin/backup paris": cron("0 2 * * *"),
    "0 2 * * * root": cron("0 2 * * *"),
    "*/5 * * * * # often": cron("*/5 * * * *"),
}  # fmt: skip


@pytest.mark.parametrize(("written", "fields"), [*SUGGESTIONS.items()])
def test_a_dialect_is_answered_with_the_fields_that_mean_the_same(written, fields):
    error = refusal(written)
    assert error.suggestion == fields
    for name, value in fields.items():
        if name != "schedule_type":
            assert f"{name} to " in str(error)
            assert str(value) in str(error)


NO_SUGGESTION = {
    "TZ=Mars/Base 0 9 * * *": '"Mars/Base" is not an IANA time zone.*set timezone',
    "0 9 * * * Europe/Berln": '"Europe/Berln" is not an IANA time zone.*set timezone',
    "0 9 * * * berlin": '"berlin" is not an IANA time zone.*set timezone to Europe/Berlin',
    "0 9 * * * New York": 'If "New York" is a time zone, set timezone',
    "+02:00 0 9 * * *": '"\\+02:00" is not an IANA time zone',
    "H/15 * * * * Europe/Berlin": 'Jenkins.*Set timezone to "Europe/Berlin"',
    "0 0 24 * * *": 'five fields would be "0 24.*"24" is outside the range',
    "0 9 * * 5 1": "6 fields, whose order differs",
    "00:05:00": 'systemd.*cron_expression to "5 0.*interval_seconds to 300',
    "@daily @hourly": "more than one cron expression",
    "0 9 * * 1-5 | 0 12 * * sat": "more than one cron expression",
    "0 18 ? * 1-5": "Sunday to Thursday in Quartz.*Monday to Friday in Spring.*by name",
    "0 0 18 ? * 1-5": "first field is seconds.*Sunday to Thursday in Quartz.*by name",
    "0 9 * * * PST": '"PST" is not an IANA time zone',
    "0 9 * * * +02:00": '"\\+02:00" is not an IANA time zone',
    "TZ=UTC 61 9 * * *": '"61" is outside the range.*Set timezone to "UTC"',
    "TZ=UTC": 'Set timezone to "UTC"',
    "TZ=UTC 0 9 * * * Europe/Berlin": "names two",
    "30 0 12 * * ?": "first field is seconds.*at second 0 only.*cron_expression",
    "5 0 12 * * ? *": "at second 0 only",
    "*/10 * * * * *": "every 10 seconds set interval_seconds to 10",
    "0/15 * * * * ?": "every 15 seconds set interval_seconds to 15",
    "* * * * * *": "every second set interval_seconds to 1,",
    "0 0 12 * * ? 2027": "last field is a year.*cron_expression.*start_at and end_at",
    "0 15 10 ? * 6L 2002-2005": "last field is a year",
    "0 9 * * 1-5 2026": "last field is a year",
    "cron(0 8 1 * ? 2026)": "AWS.*last field is a year",
    "cron(0 9)": "AWS.*cron_expression as five fields",
    "0 9 * * 1-5 *": "6 fields, whose order differs.*cron_expression.*interval_seconds",
    "30 9 * * 1-5 *": "6 fields, whose order differs",
    "0 0 12 * * 1-5 *": "whether weekday 1 is Sunday or Monday.*mon-fri",
    "0 0 9 13 * FRI": "there both must match, here either does",
    "Mon *-*-01..07 04:00": "both the date and the weekday must match",
    "0 15 10 L-3 * ?": '"l-3" is not valid.*LW',
    "0 0 12 ? * 9": 'meaning of the weekdays "9" is ambiguous.*by name',
    "0 0 9 * * */2": 'meaning of the weekdays "\\*/2" is ambiguous',  # Spring begins with Monday
    "0 0 9 * * 1/2": "meaning of the weekdays",
    "rate(0 minutes)": "AWS rate.*interval_seconds",
    "rate(soon)": "AWS rate.*interval_seconds",
    "at(2026-11-20T13:00:00)": 'set run_at to.*"2026-11-20T13:00:00"',
    "2026-11-23 09:00": 'set run_at to "2026-11-23 09:00"',
    "2026-11-23T09:00:00Z": "set run_at to",
    "H * * * *": "Jenkins.*fixed value.*jitter_seconds",
    "H/15 H(0-7) * * 1-5": "Jenkins",
    "2026-*-* 09:00": "no years.*start_at",
    "*-*-* *:*:30": "runs at second 0 only.*interval_seconds",
    "*-*~03": "L as the day of month",
    "P1M": "Months and years differ in length.*0 0 1",
    "every month": "Months and years differ in length",
    "R/2024-01-01/P1Y": "Months and years differ in length",
    "R5/2024-01-01T00:00:00Z/PT1H": "repeats 5 times.*interval_seconds to 3600.*max_runs",
    "R/2024-01-01T00:00:00Z": "R/start/duration",
    "2024-01-01T00:00:00Z/PT1H": "single interval of time",
    "PT0.5S": "a whole number from 1",
    "P9999W": "a whole number from 1",
    "@every 500ms": "a whole number from 1",
    "every fortnight": "not a cron expression.*interval_seconds",
    "@reboot": "whenever a machine.*cron_expression.*interval_seconds",
}  # fmt: skip


@pytest.mark.parametrize(("written", "why"), [*NO_SUGGESTION.items()])
def test_what_has_no_faithful_translation_says_why(written, why):
    error = refusal(written)
    assert error.suggestion is None
    with pytest.raises(TimingError, match=why):
        raise error


@pytest.mark.parametrize(
    "expression",
    ["0 9 * * *", "@hourly", "0 18 ? * fri", "0 18 ? * fri#2", "0 0 1 * ?"],
)
def test_what_is_accepted_here_is_no_dialect(expression):
    CronTiming(expression, "UTC")


@pytest.mark.parametrize(
    "text", ["", "x", "300", "0 9 * *", "1 2 3 4 5 6 7 8", "mon tue"]
)
def test_what_has_the_shape_of_no_dialect_gets_the_plain_refusal(text):
    assert refusal(text).suggestion is None


def accept(fields: dict[str, object]) -> None:
    """A suggestion, sent back as it is."""
    if fields["schedule_type"] == "cron":
        zone = str(fields.get("timezone", "UTC"))
        timing = CronTiming(str(fields["cron_expression"]), zone)
        assert next_occurrences(timing.expression, zone, NOW, 1)
    else:
        IntervalTiming(fields["interval_seconds"], NOW.replace(microsecond=0))


PARTS = [
    "CRON_TZ=", "TZ=", "Europe/Berlin", "UTC", "@daily", "@every", "every", "5", "minutes",
    "cron(", "rate(", ")", "0", "*", "?", "1-5", "2-6", "6#3", "6L", "L", "LW", "L-3", "15W",
    "MON-FRI", "mon..fri", "*-*-*", "*-*-01", "02:15:00", "09:00", "PT5M", "R/", "P1M", "/",
    "2024-01-01T00:00:00Z", "H", "H/15", "2026", "*/10", "1h30m", "at", "day", "in", '"', "'",
    "daily", "weekly", "30", "31", "4,6", "~01", "root", "/bin/true", "+02:00",
]  # fmt: skip
texts = st.lists(st.sampled_from(PARTS), min_size=1, max_size=9).flatmap(
    lambda parts: st.sampled_from([" ".join(parts), "".join(parts)])
)


@settings(
    max_examples=some(1500), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(texts)
def test_every_suggestion_is_accepted(text):
    advice = recognised(text)
    if advice and advice.suggestion:
        accept(dict(advice.suggestion))
    if advice:
        assert len(advice.message) < 800


@settings(
    max_examples=some(150), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(
    st.one_of(
        texts,
        st.text("0123456789*/,-LW#?@ =:.RPTHMDmonfrijaneveryutc()'\"~", max_size=200),
    )
)
@example("TZ=" * 66)
@example('"' * 200)
@example("TZ=UTC 0 0 31 " + "2,4,6,9,11," * 12 + "2 * UTC")
@example("P" + "1" * 198)
@example("every " + "1 minute " * 21)
@example("cron(" * 40)
@example("0 0 " + ",".join(f"{d}W" for d in range(1, 32)) + " 2 * Europe/Berlin")
@example("* * * * " + "mon," * 40 + "x UTC")
@example("R/" * 100)
@example("a " * 100)
def test_no_dialect_takes_long_to_recognise(text):
    def seconds():
        begin = time.process_time()
        with suppress(TimingError):
            CronTiming(text, "UTC")
        return time.process_time() - begin

    # The best of three counts: other work on the machine costs time of the processor, too.
    assert min(seconds() for _ in range(3)) < 0.05


def test_quartz_weekdays_keep_their_days_in_every_set():
    """By name here, by number there, where Sunday is 1."""
    chance = random.Random("quartz")
    names = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
    for _ in range(127):
        days = sorted(chance.sample(range(1, 8), chance.randint(1, 7)))
        written = ",".join(map(str, days))
        fields = refusal(f"0 0 9 ? * {written}").suggestion
        named = ",".join(names[day - 1] for day in days)
        assert fields == cron(f"0 9 * * {named}")
