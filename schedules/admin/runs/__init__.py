"""Runs: their list, and the page of one run together with its execution."""

from __future__ import annotations
