"""How many CPUs this process may use."""

from __future__ import annotations

import math
import os
from pathlib import Path

CGROUP = Path("/proc/self/cgroup")
CGROUPS = Path("/sys/fs/cgroup")


def usable_cpus() -> int:
    """By its affinity, and by the limits of its cgroup and of those around it; at least 1."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        count = len(os.sched_getaffinity(0))
    else:
        count = os.cpu_count() or 1
    return max(1, min([count, *_limits(CGROUP, CGROUPS)]))


def _limits(own: Path, root: Path) -> list[int]:
    """The limits of version 2 of cgroups: `cpu.max` says how many microseconds of processor
    time there are in each period."""
    try:
        path = next(
            line.split("::", 1)[1]
            for line in own.read_text().splitlines()
            if line.startswith("0::")
        )
    except (OSError, StopIteration):
        return []
    folder = root / path.strip("/")
    return [
        limit
        for each in (folder, *folder.parents)
        if each.is_relative_to(root) and (limit := _limit(each / "cpu.max"))
    ]


def _limit(file: Path) -> int:
    """0 if there is none."""
    try:
        quota, period = file.read_text().split()
        return 0 if quota == "max" else math.ceil(int(quota) / int(period))
    except (OSError, ValueError):
        return 0
