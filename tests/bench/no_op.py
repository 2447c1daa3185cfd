"""The job of stock RQ with which runs are compared: it does nothing."""

from __future__ import annotations


def no_op() -> None:
    """Nothing, and that without Django."""
