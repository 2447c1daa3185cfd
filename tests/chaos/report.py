"""What a drill found, and how it is printed. No Django here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

# Under which a test hands its report to the process that prints the summary.
PROPERTY = "chaos"
COLUMNS = ("expected", "fired", "skipped", "missed", "doubled", "lost")


@dataclass(slots=True)
class Ticks:
    """The sum of an audit. `doubled` also counts attempts that started twice."""

    expected: int = 0
    fired: int = 0
    skipped: int = 0
    missed: int = 0
    doubled: int = 0
    lost: int = 0
    faults: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Injected:
    """One fault: what it was, and how long after its end all was mended."""

    name: str
    seconds: float


@dataclass(slots=True)
class Report:
    drill: str
    database: str
    seed: int
    ticks: Ticks = field(default_factory=Ticks)
    injected: list[Injected] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    logs: str = ""

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        fields: dict[str, Any] = json.loads(text)
        fields["ticks"] = Ticks(**fields["ticks"])
        fields["injected"] = [Injected(**one) for one in fields["injected"]]
        return cls(**fields)

    def told(self) -> str:
        """All that is wrong, for whoever has to find out why."""
        again = f"python -m tests.chaos --drill {self.drill} --seed {self.seed}"
        return "\n".join([*self.problems, f"again: {again}", self.logs])


def summary(reports: Sequence[Report]) -> list[str]:
    """The table of all drills, by database."""
    lines = [f"{'ticks':<40}" + "".join(f"{name:>10}" for name in COLUMNS)]
    for report in reports:
        counts = "".join(f"{getattr(report.ticks, name):>10}" for name in COLUMNS)
        lines.append(f"{f'{report.database}, {report.drill}':<40}{counts}")
    lines += [
        "",
        f"{'faults, and seconds to mend':<52}{'times':>6}{'median':>8}{'max':>8}",
    ]
    for database in dict.fromkeys(report.database for report in reports):
        mine = [report for report in reports if report.database == database]
        lines += _faults(database, [one for report in mine for one in report.injected])
    lines += [
        f"{report.database}, {report.drill} (seed {report.seed}): {note}"
        for report in reports
        for note in report.notes
    ]
    return lines


def _faults(database: str, injected: Iterable[Injected]) -> Iterable[str]:
    by_name: dict[str, list[float]] = {}
    for one in injected:
        by_name.setdefault(one.name, []).append(one.seconds)
    for name, seconds in sorted(by_name.items()):
        median = sorted(seconds)[len(seconds) // 2]
        yield (
            f"{f'{database}: {name}':<52}{len(seconds):>6}{median:>8.1f}{max(seconds):>8.1f}"
        )
