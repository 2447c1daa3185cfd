"""`manage.py audit_schedules`: proves that no tick was lost and none came twice."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from schedules.policy.conservation import LISTED
from schedules.services.insight.audit import Proof, as_json, audit


class Command(BaseCommand):
    help = "Proves of each schedule that every tick it had is in the ledger, once."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("schedule", nargs="*", type=UUID, help="only these ids")
        parser.add_argument("--json", action="store_true", help="for programs")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        wanted = set(options["schedule"])
        proofs = list(audit(wanted or None))
        if unknown := wanted - {proof.schedule_id for proof in proofs}:
            raise CommandError(f"No such schedule: {', '.join(map(str, unknown))}.")
        if options["json"]:
            self.stdout.write(json.dumps(_summary(proofs), indent=2))
        else:
            for proof in proofs:
                self.stdout.write(_line(proof))
                for line in _early(proof):
                    self.stdout.write(f"  {line}")
                for problem in proof.problems:
                    self.stdout.write(f"  {problem}")
            self.stdout.write(_total(proofs))
        if not all(proof.holds for proof in proofs):
            sys.exit(1)


def _line(proof: Proof) -> str:
    verdict = "holds" if proof.holds else "BROKEN"
    counts = ", ".join(f"{ticks} {status}" for status, ticks in proof.counts.items())
    return (
        f"{verdict}  {proof.schedule_id}  {proof.name}: {proof.expected} ticks expected, "
        f"{proof.recorded} recorded ({counts or 'none yet'}) in {proof.epochs} epochs"
    )


def _early(proof: Proof) -> list[str]:
    lines = [f"{tick}: ran early, while a clock was ahead" for tick in proof.ran_early]
    more = len(lines) - LISTED
    return lines if more <= 0 else [*lines[:LISTED], f"and {more} more that ran early"]


def _total(proofs: list[Proof]) -> str:
    broken = sum(not proof.holds for proof in proofs)
    total = _totals(proofs)
    return (
        f"{len(proofs)} schedules, {total['expected']} ticks expected, "
        f"{total['recorded']} recorded, {total['missing']} missing, "
        f"{total['double']} double: " + (f"{broken} BROKEN" if broken else "all hold")
    )


def _totals(proofs: list[Proof]) -> dict[str, int]:
    return {
        name: sum(getattr(proof, name) for proof in proofs)
        for name in ("expected", "recorded", "missing", "double")
    }


def _summary(proofs: list[Proof]) -> dict[str, Any]:
    return {
        "holds": all(proof.holds for proof in proofs),
        **_totals(proofs),
        "schedules": [as_json(proof) for proof in proofs],
    }
