"""Faults on real processes, and the proof that no tick was lost and none came twice."""

from __future__ import annotations
