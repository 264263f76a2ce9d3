"""What of the machine this process may use."""

from __future__ import annotations

import os
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup/cpu.max")  # a container's limit, where there is one


def cores() -> int:
    """How many cores this process may keep busy: by its affinity, and by its container's limit."""
    result = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = CGROUP.read_text(encoding="ascii").split()
        return max(1, min(result, int(quota) // int(period)))
    except (OSError, ValueError):  # no such file, or "max": no limit
        return result
