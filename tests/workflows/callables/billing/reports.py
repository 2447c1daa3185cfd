from __future__ import annotations

from tests.workflows.callables.billing.helpers import wipe

__all__ = ["cleanup", "monthly", "wipe"]


def monthly(month: int) -> str:
    """Write the report of a month."""
    return f"report {month}"


def cleanup() -> str:
    return "reports"


def hidden() -> None: ...


def _secret() -> None: ...


class Report:
    @staticmethod
    def send(to: str) -> str:
        return to
