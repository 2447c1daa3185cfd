"""From what was measured to the table that people read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from statistics import median, quantiles
from typing import Any

Measured = Mapping[str, list[Any]]
Line = tuple[str, str, str, str]
HEAD: Line = ("", "measured", "to reach", "")

# How many times the rate of stock rq-scheduler, and at most how many seconds.
RATIOS = {"interval": 2.5, "cron": 4.0}
LATE_P50, LATE_P99 = 0.005, 0.020
WARM_START = 1.0


def table(measured: Measured) -> str:
    """One line a figure, with what it has to reach."""
    lines = [HEAD, *_throughput(measured), *_lateness(measured), *_startup(measured)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def _throughput(measured: Measured) -> Iterator[Line]:
    for kind, wanted in RATIOS.items():
        rates = measured.get(f"ours {kind}")
        if not rates:
            continue
        others = measured[f"stock {kind}"]
        ratio = median(mine / other for mine, other in zip(rates, others, strict=True))
        yield f"{kind}: fired and sent per second", _rate(rates), "", ""
        yield f"{kind}: stock rq-scheduler", _rate(others), "", ""
        yield (
            f"{kind}: ratio",
            f"{ratio:.2f}",
            f">= {wanted}",
            _verdict(ratio >= wanted),
        )


def _lateness(measured: Measured) -> Iterator[Line]:
    for late in measured.get("lateness", ()):
        p50, p99 = median(late), quantiles(late, n=100, method="inclusive")[98]
        yield "late: schedules that fired", str(len(late)), "", ""
        yield "late: p50", _ms(p50), f"< {_ms(LATE_P50)}", _verdict(p50 < LATE_P50)
        yield "late: p99", _ms(p99), f"< {_ms(LATE_P99)}", _verdict(p99 < LATE_P99)
        yield "late: longest", _ms(max(late)), "", ""


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


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:,.1f} ms"


def _verdict(reached: bool) -> str:  # noqa: FBT001 what a comparison gives
    return "ok" if reached else "MISSED"
