from __future__ import annotations


def wipe() -> None:
    """A plain helper, which `reports` imports."""


def private_wipe() -> None: ...
