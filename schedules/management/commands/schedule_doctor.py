"""`manage.py schedule_doctor`: check everything that schedules need to fire."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from typing_extensions import override

from schedules.causes import Severity
from schedules.services.insight.doctor import Finding, examine


class Command(BaseCommand):
    help = (
        "Check for anything that keeps schedules from firing. Exit status: 0 if there is "
        "nothing, 1 for warnings, 2 for errors."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        findings = examine(timezone.now())  # noqa: TID251 an entry point
        if options["json"]:
            self.stdout.write(json.dumps([_plain(one) for one in findings], indent=2))
        else:
            for finding in findings:
                self._write(finding)
        if worst := max(finding.severity for finding in findings):
            sys.exit(int(worst))

    def _write(self, finding: Finding) -> None:
        name = finding.severity.name.lower()
        self.stdout.write(f"{name:<8} {finding.subject}: {finding.what}")
        if finding.remedy:
            self.stdout.write(f"         {finding.remedy}")


def _plain(finding: Finding) -> dict[str, Any]:
    return asdict(finding) | {"severity": Severity(finding.severity).name.lower()}
