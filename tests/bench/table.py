"""From what was measured to the table that people read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

Measured = Mapping[str, list[Any]]
Line = tuple[str, str, str, str]
HEAD: Line = ("", "measured", "to reach", "")

# How many times the rate of stock rq-scheduler, and at most how many seconds.
RATIOS = {"interval": 2.5, "cron": 4.0}
LATE_P50 = 0.005
WARM_START = 1.0


@dataclass(frozen=True, slots=True)
class Targets:
    """What differs by database: schedules per second, and the 99th percentile of lateness."""

    rate: float
    late_p99: float


ON_SQLITE, ON_POSTGRESQL = Targets(8_000, 0.012), Targets(7_000, 0.007)


def targets_on(database_url: str) -> Targets:
    """The targets on the database of this address."""
    return ON_SQLITE if database_url.startswith("sqlite") else ON_POSTGRESQL


def table(measured: Measured, targets: Targets) -> str:
    """One line a figure, with what it has to reach."""
    fast, late = _throughput(measured, targets), _lateness(measured, targets)
    lines = [HEAD, *fast, *late, *_startup(measured)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def _throughput(measured: Measured, targets: Targets) -> Iterator[Line]:
    for kind, wanted in RATIOS.items():
        rates = measured.get(f"ours {kind}")
        if not rates:
            continue
        others = measured[f"stock {kind}"]
        ratio = median(mine / other for mine, other in zip(rates, others, strict=True))
        wanted_rate, rate = f">= {targets.rate:,.0f}", median(rates)
        reached = _verdict(rate >= targets.rate)
        yield f"{kind}: fired and sent per second", _rate(rates), wanted_rate, reached
        worked = median(measured[f"processor {kind}"])
        yield f"{kind}: processor per fire, scheduler only", _us(worked), "", ""
        yield f"{kind}: stock rq-scheduler", _rate(others), "", ""
        yield (
            f"{kind}: ratio",
            f"{ratio:.2f}",
            f">= {wanted}",
            _verdict(ratio >= wanted),
        )


def _lateness(measured: Measured, targets: Targets) -> Iterator[Line]:
    runs = measured.get("lateness")
    if not runs:
        return
    p50 = median(map(median, runs))
    p99s = [quantiles(late, n=100, method="inclusive")[98] for late in runs]
    p99, most = median(p99s), targets.late_p99
    yield "late: schedules that fired", _numbers(map(len, runs)), "", ""
    yield "late: p50", _ms(p50), f"< {_ms(LATE_P50)}", _verdict(p50 < LATE_P50)
    yield "late: p99", _ms(p99), f"< {_ms(most)}", _verdict(p99 < most)
    yield "late: p99 of each run, ms", _numbers(each * 1000 for each in p99s), "", ""
    yield "late: longest of each run, ms", _numbers(1000 * max(r) for r in runs), "", ""


def _startup(measured: Measured) -> Iterator[Line]:
    for start in measured.get("startup", ()):
        warm, writes = start["warm"], ", ".join(start["writes"])
        yield "start: first, sets every alarm", _ms(start["cold"]), "", ""
        yield (
            "start: again, from handle() to the loop",
            _ms(warm),
            f"< {_ms(WARM_START)}",
            _verdict(warm < WARM_START),
        )
        yield (
            "start: again, writes to Redis",
            writes or "none",
            "none",
            _verdict(not writes),
        )


def _rate(rates: Iterable[float]) -> str:
    return f"{median(rates):,.0f}"


def _numbers(values: Iterable[float]) -> str:
    return " ".join(f"{value:,.1f}".removesuffix(".0") for value in values)


def _us(seconds: float) -> str:
    return f"{seconds * 1_000_000:,.0f} µs"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:,.1f} ms"


def _verdict(reached: bool) -> str:  # noqa: FBT001 what a comparison gives
    return "ok" if reached else "MISSED"
