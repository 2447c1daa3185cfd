"""`manage.py audit_schedules`: checks that no tick was lost and none is recorded twice."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from schedules.policy.conservation import LISTED, Account
from schedules.services.insight.audit import as_json, audit
from schedules.timing.english import counted


class Command(BaseCommand):
    help = "Check that the ledger holds every tick of every schedule exactly once."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "schedule",
            nargs="*",
            type=UUID,
            help="ids of the schedules to audit (default: all)",
        )
        parser.add_argument("--json", action="store_true", help="write JSON")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        wanted = set(options["schedule"])
        accounts = list(audit(wanted or None))
        if unknown := wanted - {each.schedule_id for each in accounts}:
            raise CommandError(
                f"No schedule has the id {', '.join(map(str, unknown))}."
            )
        if options["json"]:
            self.stdout.write(json.dumps(_summary(accounts), indent=2))
        else:
            for each in accounts:
                self.stdout.write(_line(each))
                for line in _early(each):
                    self.stdout.write(f"  {line}")
                for problem in each.problems:
                    self.stdout.write(f"  {problem}")
            self.stdout.write(_total(accounts))
        if not all(each.is_balanced for each in accounts):
            sys.exit(1)


def _line(each: Account) -> str:
    verdict = "holds" if each.is_balanced else "BROKEN"
    counts = ", ".join(f"{ticks} {status}" for status, ticks in each.counts.items())
    return (
        f"{verdict}  {each.schedule_id}  {each.name}: "
        f"{counted(each.expected, 'tick')} expected, {each.recorded:,} recorded "
        f"({counts or 'none yet'}) in {counted(each.epochs, 'epoch')}"
    )


def _early(each: Account) -> list[str]:
    lines = [f"{tick}: ran early, while a clock was ahead" for tick in each.ran_early]
    more = len(lines) - LISTED
    return lines if more <= 0 else [*lines[:LISTED], f"and {more} more that ran early"]


def _total(accounts: list[Account]) -> str:
    broken = sum(not each.is_balanced for each in accounts)
    total = _totals(accounts)
    return (
        f"{counted(len(accounts), 'schedule')}, "
        f"{counted(total['expected'], 'tick')} expected, {total['recorded']:,} recorded, "
        f"{total['missing']:,} missing, {total['double']:,} recorded twice: "
        + (f"{broken:,} BROKEN" if broken else "all hold")
    )


def _totals(accounts: list[Account]) -> dict[str, int]:
    return {
        name: sum(getattr(each, name) for each in accounts)
        for name in ("expected", "recorded", "missing", "double")
    }


def _summary(accounts: list[Account]) -> dict[str, Any]:
    return {
        "holds": all(each.is_balanced for each in accounts),
        **_totals(accounts),
        "schedules": [as_json(each) for each in accounts],
    }
