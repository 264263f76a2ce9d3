"""The command `python -m nnviz sweep`: its options, and what it prints."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from nnviz.analysis.initializers.works import SHARE_OF_GUESS, SNAPSHOTS
from nnviz.analysis.words import count, number, percent
from nnviz.command_line import (
    MOST_ROWS,
    add_field,
    check_place,
    file_name,
    print_json,
    print_table,
    whole,
    word,
)
from nnviz.core.experiment import field_names, field_text
from nnviz.sweep.grid import MOST_RUNS, Grid, grid

if TYPE_CHECKING:
    from nnviz.sweep.output import Result

MOST_JOBS = 1024
ENDINGS = (".parquet", ".csv")  # of the files that `nnviz.sweep.output` writes; it is slow to load

DESCRIPTION = """
Train every combination of the values given, each with many seeds, and write a table with a row for each run.
What is finished is kept at once in a folder beside the file: after an interruption, the same command goes on from
there, and a wider one takes over what it shares.
"""


USAGE = """%(prog)s --out FILE [--seeds AMOUNT] [--jobs AMOUNT | --scheduler ADDRESS]
                   [--dry-run] [--json] [--FIELD VALUE [VALUE ...]] ..."""


def add_to(commands: Any) -> None:
    """Add the command to an argparse parser's commands."""
    parser = commands.add_parser(
        "sweep",
        help="train a grid of experiments × seeds, and write a table",
        usage=USAGE,
        description=DESCRIPTION,
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        type=file_name(*ENDINGS),
        required=True,
        help="the table to write: a .parquet or a .csv file",
    )
    parser.add_argument(
        "--seeds",
        metavar="AMOUNT",
        type=whole("seeds", 1, MOST_RUNS),
        default=1,
        help="runs of each combination, seeds counting up (default: 1)",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--jobs",
        metavar="AMOUNT",
        type=whole("jobs", 1, MOST_JOBS),
        help="processes of this machine (default: one for each core)",
    )
    where.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        type=word,
        help="train on the Dask cluster of this scheduler, such as tcp://10.0.0.5:8786",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="only say how much there is to train, and roughly how long"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    fields = parser.add_argument_group("fields of an experiment, each with one value or several")
    for name in field_names():
        if name != "restarts":  # these are the seeds
            default = SNAPSHOTS if name == "snapshots" else None
            add_field(fields, name, several=name != "seed", default=default)
    parser.set_defaults(command=_sweep)


def _sweep(options: argparse.Namespace) -> None:
    from nnviz.sweep import output, run  # pyarrow and joblib are needed only here
    from nnviz.sweep.parts import PortionFolder

    began = time.perf_counter()
    values = {name: getattr(options, name) for name in field_names() if name in options}
    plan = grid(values | ({"seed": [values["seed"]]} if "seed" in values else {}), options.seeds)
    check_place(options.out)
    parts = PortionFolder(options.out.with_name(f"{options.out.name}.parts"))
    portions = plan.portions()
    missing = [portion for portion in portions if parts.get(portion) is None]
    finished = plan.runs - sum(portion.restarts for portion in missing)
    with ExitStack() as stack:
        if options.scheduler:
            from nnviz.sweep import cluster

            client = stack.enter_context(cluster.connected(options.scheduler))
            workers, where = cluster.threads(client), f"on {count(cluster.threads(client), 'thread')} of the cluster"
        else:
            workers = max(1, min(options.jobs or run.usual_jobs(), len(missing)))
            where = f"in {workers} process{'' if workers == 1 else 'es'}"
        if options.dry_run:
            seconds = run.seconds_a_run(plan) * (plan.runs - finished) / workers
            _tell_plan(options, plan, portions=len(portions), missing=len(missing), seconds=seconds, where=where)
            return
        parts.prepare()
        if strangers := parts.strangers(portions):
            files = f"{count(strangers, 'file')} of other sweeps or versions"
            print(f"nnviz: {parts.folder} also holds {files}; left alone.", file=sys.stderr)
        if missing:
            bar = stack.enter_context(
                tqdm(total=plan.runs, initial=finished, unit=" runs", leave=False, delay=0.3, disable=None)
            )
            tables = cluster.trained(missing, client) if options.scheduler else run.trained(missing, workers)
            run.keep(parts, tables, bar.update)
    results = output.write(plan, parts, options.out)
    _tell_results(options, plan, results, finished, time.perf_counter() - began, where)


def _tell_plan(
    options: argparse.Namespace, plan: Grid, portions: int, missing: int, seconds: float, where: str
) -> None:
    varied = plan.varied()
    if options.json:
        amounts = {"cells": len(plan.cells), "runs": plan.runs, "portions": portions, "finished": portions - missing}
        print_json({**amounts, "varied": varied, "seconds": seconds})
        return
    grid_words = " × ".join(f"{amount} {name}" for name, amount in varied.items())
    print(f"{count(len(plan.cells), 'cell')}{f': {grid_words}' if len(varied) > 1 else ''}, {plan.seeds:,} runs each.")
    print(f"{count(plan.runs, 'run')} in {count(portions, 'portion')}, of which {portions - missing:,} are finished.")
    print(f"The rest takes about {_duration(seconds)} {where}. Nothing was trained.")


def _tell_results(
    options: argparse.Namespace, plan: Grid, results: Sequence[Result], finished: int, seconds: float, where: str
) -> None:
    varied = list(plan.varied())
    if options.json:
        cells = [_record(result, varied) for result in results]
        print_json({"out": str(options.out), "runs": plan.runs, "seconds": seconds, "cells": cells})
        return
    rows = [
        (
            *(field_text(name, getattr(result.cell, name)) for name in varied),
            f"{result.runs:,}",
            percent(result.trained / result.runs),
            number(result.median_loss),
            ", ".join(f"{amount:,} {kind}" for kind, amount in result.kinds.items()),
        )
        for result in results[:MOST_ROWS]
    ]
    print_table((*varied, "runs", "trained", "median loss", "verdicts"), rows)
    if len(results) > MOST_ROWS:
        print(f"… and {count(len(results) - MOST_ROWS, 'cell')} more (the file has them all)")
    print(f"\nTrained: the loss ended below {percent(SHARE_OF_GUESS)} of a guess's.")
    if finished < plan.runs:
        before = f"; {finished:,} of {plan.runs:,} were finished before" if finished else ""
        print(f"{count(plan.runs - finished, 'run')} in {_duration(seconds)} {where}{before}.")
    else:
        print("All runs were finished before.")
    processors = sorted(frozenset[str]().union(*(result.processors for result in results)))
    if len(processors) > 1:
        print(f"Last digits may depend on the processor, and there were several: {', '.join(processors)}.")
    print(f"Saved {options.out}. {options.out}.parts holds what a wider sweep would take over.")


def _record(result: Result, varied: Sequence[str]) -> dict[str, Any]:
    return {
        **{name: field_text(name, getattr(result.cell, name)) for name in varied},
        "runs": result.runs,
        "trained": result.trained,
        "median_loss": result.median_loss,
        "kinds": dict(result.kinds),
    }


def _duration(seconds: float) -> str:
    """A span of time in the unit that suits it."""
    if seconds < 90:
        return f"{number(seconds, 2)} s"
    return f"{number(seconds / 60, 2)} min" if seconds < 5400 else f"{number(seconds / 3600, 2)} h"
