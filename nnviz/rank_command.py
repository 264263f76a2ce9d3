"""The command `python -m nnviz rank`: starts ranked on a table from a CSV file."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any

from tqdm import tqdm

from nnviz.analysis.tables.decoding import MOST_BYTES
from nnviz.analysis.tables.preparing import TARGET_KINDS, prepare
from nnviz.analysis.tables.rank import rank_table
from nnviz.analysis.tables.ranking import RankedInitializer, Ranking
from nnviz.analysis.tables.split_runs import LEAST_SPLITS, MOST_SEEDS, MOST_SPLITS, RECIPE, SEEDS, SETS, SPLITS
from nnviz.analysis.tables.table import Table, read
from nnviz.analysis.words import number, percent
from nnviz.command_line import add_field, print_json, print_table, whole, word
from nnviz.core import initializers
from nnviz.core.experiment import field_names, field_text
from nnviz.core.registry import meant, shorten

MADE_HERE = ("dataset", "noise", "kernel_initializer", "restarts", "snapshots")
SHOWN = 20  # columns named in a message


def add_to(commands: Any) -> None:
    """Add the command to an argparse parser's commands."""
    parser = commands.add_parser(
        "rank",
        help="rank starts on a table of your own, by the loss on rows held back",
        description="Train a small network on a table from several starts, over several splits of its rows, and say "
        "whether any beats a guess, and whether one is clearly the best.",
    )
    parser.add_argument("file", metavar="TABLE.csv", type=word, help="the table, names in its first row")
    parser.add_argument("--target", metavar="COLUMN", type=word, help="the column to be answered (default: the last)")
    parser.add_argument(
        "--answer", choices=TARGET_KINDS, default="auto", help="what the column holds (default: auto, whichever fits)"
    )
    parser.add_argument(
        "--starts", metavar="INITIALIZER", nargs="+", type=_start, default=list(SETS["usual"]),
        help=f"what is compared (default: {' '.join(SETS['usual'])})",
    )  # fmt: skip
    parser.add_argument(
        "--splits", metavar="AMOUNT", type=whole("splits", LEAST_SPLITS, MOST_SPLITS), default=SPLITS,
        help=f"how often the rows are split anew, {LEAST_SPLITS} to {MOST_SPLITS} (default: {SPLITS})",
    )  # fmt: skip
    parser.add_argument(
        "--seeds", metavar="AMOUNT", type=whole("seeds", 1, MOST_SEEDS), default=SEEDS,
        help=f"runs of each start on each split, at most {MOST_SEEDS} (default: {SEEDS})",
    )  # fmt: skip
    for name in field_names():
        if name not in MADE_HERE:
            add_field(parser, name, default=field_text(name, getattr(RECIPE, name)))
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.set_defaults(command=_rank)


def _start(text: str) -> str:
    """Reads an initializer, for argparse."""
    try:
        return str(initializers.get(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _rank(options: argparse.Namespace) -> None:
    recipe = RECIPE.replace(**{name: getattr(options, name) for name in field_names() if name in options})
    with Path(options.file).open("rb") as file:
        table = read(file.read(MOST_BYTES + 1))  # which tells that more is too much
    target = len(table.columns) - 1 if options.target is None else _place(table, options.target)
    data = prepare(table, target, options.answer, recipe.samples, recipe.test_fraction, recipe.data_seed)
    with tqdm(total=100, unit="%", leave=False, delay=0.3, disable=None, bar_format="{l_bar}{bar}| {elapsed}") as bar:
        ranking = rank_table(
            data, recipe, options.starts, options.splits, options.seeds,
            lambda share: bar.update(round(100 * share) - bar.n),
        )  # fmt: skip
    told = [*table.sentences, *data.sentences]
    if options.json:
        print_json(ranking.record() | {"target": table.columns[target].name, "table": told})
        return
    for sentence in told:
        print(sentence)
    print()
    _print_places(ranking)
    print()
    for sentence in ranking.sentences:
        print(sentence)


def _place(table: Table, name: str) -> int:
    """The column of this name."""
    names = [column.name for column in table.columns]
    if name in names:
        return names.index(name)
    more = f" and {len(names) - SHOWN} more" if names[SHOWN:] else ""
    known = f"its columns are {', '.join(names[:SHOWN])}{more}."
    raise ValueError(f"--target {shorten(name)}: there is no such column; {meant(name, names) or known}")


def _print_places(ranking: Ranking) -> None:
    splits = len(ranking.splits)
    rows = [
        (place.name, _loss(place.loss), f"{_loss(place.low)} to {_loss(place.high)}", _right(place.accuracy),
         f"{place.first} of {splits}", _said(place, ranking))
        for place in ranking.places
    ]  # fmt: skip
    rows += [(b.name, _loss(b.loss), "", _right(b.accuracy), "", "") for b in ranking.baselines]
    print_table(("start", "loss", "95 % interval", "right", "first in", "beside the best"), rows)


def _said(place: RankedInitializer, ranking: Ranking) -> str:
    return "lowest" if place is ranking.best else "too close to call" if place.ties else "clearly behind"


def _loss(loss: float) -> str:
    return "∞" if math.isinf(loss) else number(loss)


def _right(accuracy: float) -> str:
    return "–" if math.isnan(accuracy) else percent(accuracy)
