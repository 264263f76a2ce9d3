"""`make bench`: measure all of it, print tables, and write the same figures to a JSON file."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import sklearn
from threadpoolctl import threadpool_info

from bench import fair, labs, load, memory, page, rivals, soak, stopping, training
from bench.measure import Table, save

SECTIONS: dict[str, Callable[[], Iterator[Table]]] = {
    "speed": training.speed,
    "restarts": training.restarts,
    "tanh": training.tanh,
    "stopping": stopping.stopping,
    "rivals": rivals.rivals,
    "memory": memory.memory,
    "page": page.page,
    "labs": labs.labs,
    "load": load.load,
    "fair": fair.fair,
    "soak": soak.soak,
}


def machine() -> dict[str, str]:
    """What the figures depend on."""
    blas = {f"{pool['internal_api']} {pool['version']} {pool.get('architecture', '')}".strip()
            for pool in threadpool_info() if pool["user_api"] == "blas"}  # fmt: skip
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "busy": ", ".join(f"{load:.2f}" for load in os.getloadavg()) + " (load at the start)",
        "system": platform.platform(),
        "Python": platform.python_version(),
        "NumPy": f"{np.__version__}, {', '.join(_simd())}",
        "BLAS": ", ".join(sorted(blas)),
        "scikit-learn": sklearn.__version__,
    }


def _processor() -> str:
    """The processor's name; Python knows it on few systems."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _simd() -> list[str]:
    """The vector instructions that NumPy uses."""
    extensions = np.show_config(mode="dicts")["SIMD Extensions"]
    return [*extensions["baseline"], *extensions["found"]]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="section", help=f"of {', '.join(SECTIONS)} (default: all)")
    parser.add_argument("--json", type=Path, default=Path("bench.json"), help="the file to write (default: bench.json)")
    options = parser.parse_args()
    if unknown := set(options.sections) - set(SECTIONS):
        parser.error(f"there is no section {', '.join(sorted(unknown))}; choose from {', '.join(SECTIONS)}")

    start = time.perf_counter()
    facts = machine()
    for name, fact in facts.items():
        print(f"{name:13} {fact}")
    tables = []
    for name in options.sections or SECTIONS:
        for table in SECTIONS[name]():
            print(f"\n{table}", flush=True)
            tables.append(table)
    save(options.json, facts, tables)
    print(f"\nnnviz: measured in {time.perf_counter() - start:.0f} s, written to {options.json}", file=sys.stderr)


if __name__ == "__main__":
    main()
