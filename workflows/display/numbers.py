"""Numbers as pages show them: large ones in groups, as the language of the page does."""

from __future__ import annotations

from django.utils.formats import number_format


def grouped(number: float, decimals: int | None = None) -> str:
    """ "7,200", whatever `USE_THOUSAND_SEPARATOR` says."""
    return number_format(number, decimals, force_grouping=True)
