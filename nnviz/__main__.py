"""The command line: `nnviz` starts the app; `nnviz train`, `sweep`, `claims`, `initializers`, `datasets`.

Exit status: 0 done, 1 could not do it, 2 not understood, 130 interrupted. Errors are one line on stderr.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

import nnviz
from nnviz import app_command, rank_command
from nnviz.analysis import claims, references
from nnviz.analysis.words import count, number, percent
from nnviz.command_line import (
    MOST_ROWS,
    Parser,
    add_field,
    check_place,
    file_name,
    give_up,
    make_streams_sound,
    print_json,
    print_table,
    tell,
    whole,
    written_at_once,
)
from nnviz.core import datasets, initializers
from nnviz.core.experiment import MOST_SEED, Experiment, field_names
from nnviz.core.registry import find, shorten
from nnviz.sweep import command as sweep


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit status."""
    make_streams_sound()
    try:
        return _run(arguments)
    finally:
        give_up(sys.stdout)
        give_up(sys.stderr)


def _run(arguments: Sequence[str] | None) -> int:
    parser = _build_parser()
    try:
        try:
            options = parser.parse_args(arguments)
            options.command(options)
        finally:  # also where the help was asked for
            sys.stdout.flush()
        return 0
    except ValueError as error:
        tell(f"{parser.prog}: {error}")
        return 2
    except BrokenPipeError:  # the reader, such as `head`, has had enough
        return 1
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        tell(f"{parser.prog}: {where}{error.strerror or error}")
        return 1
    except MemoryError:
        tell(f"{parser.prog}: not enough memory")
        return 1
    except KeyboardInterrupt:
        tell(f"{parser.prog}: interrupted")
        return 130


def _build_parser() -> Parser:
    parser = Parser(prog="nnviz", description="What does a neural network's start do to its training?")
    parser.add_argument("--version", action="version", version=f"nnviz {nnviz.__version__}")
    app_command.add_to(parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    train = commands.add_parser("train", help="train an experiment and say what happened")
    for name in field_names():
        add_field(train, name)
    train.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    train.add_argument(
        "--save", metavar="PAGE.html", type=file_name(".html", ".htm"), help="write the figures as one HTML page"
    )
    train.set_defaults(command=_train)

    sweep.add_to(commands)
    rank_command.add_to(commands)

    checking = commands.add_parser("claims", help="measure what the literature claims, and say whether it is so")
    checking.add_argument("keys", nargs="*", metavar="CLAIM", help="which claims, such as he_trains (default: all)")
    checking.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    checking.set_defaults(command=_claims)

    listing = commands.add_parser("initializers", help="list every initializer with its formula and spread")
    listing.add_argument("--shape", default="64,32", help="kernel shape for the spreads (default: 64,32)")
    listing.add_argument(
        "--seed", type=whole("seed", 0, MOST_SEED), default=0, help="seed of the measured draws (default: 0)"
    )
    listing.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    listing.set_defaults(command=_initializers)

    listing = commands.add_parser("datasets", help="list every data set")
    listing.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    listing.set_defaults(command=_datasets)
    return parser


def _train(options: argparse.Namespace) -> None:
    experiment = Experiment(**{name: getattr(options, name) for name in field_names() if name in options})
    if options.save:
        check_place(options.save)
    started = time.perf_counter()
    with tqdm(total=100, unit="%", leave=False, delay=0.3, disable=None, bar_format="{l_bar}{bar}| {elapsed}") as bar:
        trace = nnviz.train(experiment, lambda share: bar.update(round(100 * share) - bar.n))
    seconds = time.perf_counter() - started
    diagnoses = nnviz.diagnose(trace)
    try:
        if options.save:
            _save(options.save, trace, diagnoses)
    finally:  # a page that could not be written takes no result with it
        _print_training(trace, diagnoses, seconds, options.json)
    if options.save and not options.json:
        print(f"Saved {options.save}.")


def _save(path: Path, trace: nnviz.Trace, diagnoses: list[nnviz.Diagnosis]) -> None:
    from nnviz.ui.download.offline import offline_page  # Plotly is slow to load, and needed only here

    runs = f" First of {len(diagnoses):,} runs, seed {trace.seeds[0]}." if len(diagnoses) > 1 else ""
    page = offline_page([trace], [diagnoses[0].sentence + runs])
    with written_at_once(path) as file:
        file.write(page.encode())


def _print_training(trace: nnviz.Trace, diagnoses: list[nnviz.Diagnosis], seconds: float, as_json: bool) -> None:
    if as_json:
        print_json(_train_record(trace, diagnoses, seconds))
        return
    functions = _at_the_end(trace, nnviz.distinct_functions)
    rows = [
        (
            str(seed),
            diagnosis.kind,
            number(trace.train_loss[run, -1]),
            number(trace.test_loss[run, -1]),
            percent(trace.test_accuracy[run, -1]) if trace.dataset.class_names else "–",
            " + ".join(str(units[run]) for units in functions) or "–",
        )
        for run, (seed, diagnosis) in enumerate(zip(trace.seeds[:MOST_ROWS], diagnoses, strict=False))
    ]
    print_table(("seed", "verdict", "train loss", "test loss", "test accuracy", "units act as"), rows)
    if len(diagnoses) > MOST_ROWS:
        print(f"… and {count(len(diagnoses) - MOST_ROWS, 'run')} more (--json has them all)")
    print()
    if len(diagnoses) == 1:
        print(diagnoses[0].sentence)
    else:
        finals = trace.train_loss[:, -1]
        finals = finals[np.isfinite(finals)]
        kinds = Counter(diagnosis.kind for diagnosis in diagnoses).most_common()
        print(f"{count(len(diagnoses), 'run')}: {', '.join(f'{amount} {kind}' for kind, amount in kinds)}.")
        if len(finals) > 1:
            low, mean, high = number(finals.min()), number(finals.mean()), number(finals.max())
            over = f" over the {len(finals):,} that did not diverge" if len(finals) < len(diagnoses) else ""
            print(f"Training loss {mean} ± {number(finals.std(ddof=1))}{over}, from {low} to {high}.")
    experiment = trace.experiment
    rows_seen = experiment.train_rows * experiment.epochs * experiment.restarts
    print(f"{count(rows_seen, 'sample')} in {number(seconds)} s.")


def _at_the_end(trace: nnviz.Trace, counts: Callable[[nnviz.Trace, int], np.ndarray]) -> list[np.ndarray]:
    """A count of each hidden layer's units at the end, a run each."""
    end = trace.at([len(trace.steps) - 1])
    return [counts(end, layer)[:, -1] for layer in range(len(trace.experiment.hidden))]


def _train_record(trace: nnviz.Trace, diagnoses: list[nnviz.Diagnosis], seconds: float) -> dict[str, Any]:
    effective = _at_the_end(trace, nnviz.effective_units)
    functions = _at_the_end(trace, nnviz.distinct_functions)
    return {
        "experiment": json.loads(trace.experiment.to_json()),
        "seconds": seconds,
        "runs": [
            {
                "seed": trace.seeds[run],
                "kind": diagnosis.kind,
                "sentence": diagnosis.sentence,
                "evidence": dict(diagnosis.evidence),
                "train_loss": trace.train_loss[run, -1],
                "test_loss": trace.test_loss[run, -1],
                "train_accuracy": trace.train_accuracy[run, -1],
                "test_accuracy": trace.test_accuracy[run, -1],
                "effective_units": [units[run] for units in effective],
                "distinct_functions": [units[run] for units in functions],
                "diverged_at": trace.diverged_at[run],
            }
            for run, diagnosis in enumerate(diagnoses)
        ],
    }


def _claims(options: argparse.Namespace) -> None:
    chosen = [find(claims.registry, key, "claim") for key in options.keys] or list(claims.registry.values())
    form = "{desc} {percentage:3.0f}%|{bar}| {elapsed}"
    results: list[claims.Measured] = []
    with tqdm(total=100 * len(chosen), leave=False, delay=0.3, disable=None, bar_format=form) as bar:
        for claim in chosen:
            bar.set_description_str(claim.key, refresh=False)
            results.append(claims.check(claim, _advance(bar, 100 * len(results))))
    if options.json:
        print_json({"claims": [_claim_record(*pair) for pair in zip(chosen, results, strict=True)]})
        return
    rows = [
        (
            claim.key,
            references.short_name(claim.reference),
            result.verdict,
            f"{result.agree} of {result.cases} {claim.cases}",
            f"{result.seconds:.1f} s",
            result.sentence,
        )
        for claim, result in zip(chosen, results, strict=True)
    ]
    print_table(("claim", "source", "verdict", "agree", "time", "measured"), rows)
    kinds = Counter(result.verdict for result in results)
    amounts = ", ".join(f"{kinds[kind]} {kind}" for kind in claims.KINDS if kinds[kind])
    print(f"\n{count(len(results), 'claim')} in {number(sum(r.seconds for r in results))} s: {amounts}.")


def _advance(bar: Any, before: int) -> Callable[[float], object]:
    """What moves the bar on from where it stood, as far as a share of 100."""
    return lambda share: bar.update(round(before + 100 * share) - bar.n)


def _claim_record(claim: claims.Claim, result: claims.Measured) -> dict[str, Any]:
    source = references.registry.get(claim.reference)
    return {
        "key": claim.key,
        "statement": claim.statement,
        "source": references.short_name(claim.reference),
        "identifier": source.identifier if source else "",
        "setting": claim.setting,
        "rule": claim.formula,
        "numbers": dict(result.numbers),
        "verdict": result.verdict,
        "sentence": result.sentence,
        "agree": result.agree,
        "cases": result.cases,
        "cases_are": claim.cases,
        "seconds": result.seconds,
    }


def _initializers(options: argparse.Namespace) -> None:
    sizes = [size.strip() for size in options.shape.split(",")]
    if not all(size.isascii() and size.isdigit() and len(size) < 6 for size in sizes) or not 2 <= len(sizes) <= 5:
        raise ValueError(f"--shape {shorten(options.shape)}: must be two to five whole numbers, such as 64,32.")
    shape = tuple(map(int, sizes))
    if not 0 < math.prod(shape) <= 10_000_000:
        raise ValueError(f"--shape {options.shape}: must hold from 1 to 10,000,000 weights.")
    records: list[dict[str, Any]] = []
    for key, scheme in initializers.registry.items():
        initializer = initializers.get(key)
        measured: float | None = None
        theory: float | None = None
        with contextlib.suppress(ValueError):  # some cannot fill every shape
            measured, theory = float(initializer(shape, options.seed).std()), initializer.stddev(shape)
        records.append(
            {
                "key": key,
                "keras": scheme.keras,
                "parameters": {p.name: p.default for p in scheme.parameters},
                "formula": scheme.formula,
                "spread": theory,
                "measured": measured,
                "note": scheme.note,
                "reference": scheme.reference,
            }
        )
    if options.json:
        print_json({"shape": shape, "seed": options.seed, "initializers": records})
        return
    rows = [
        (
            record["key"],
            "Keras" if record["keras"] else "teaches",
            "–" if record["spread"] is None else number(record["spread"]),
            "–" if record["measured"] is None else number(record["measured"]),
            ", ".join(f"{name}={value}" for name, value in record["parameters"].items()) or "–",
            record["formula"],
        )
        for record in records
    ]
    print_table(("initializer", "from", "spread", "measured", "parameters", "formula"), rows)
    print(
        f"\nSpread: the standard deviation of a weight in a kernel of shape {shape}; measured with seed {options.seed}."
    )
    print("Keras's sixteenth, STFT, makes kernels for signal layers, not for an MLP's, so it is not here;")
    print(f"nor are {initializers.LEFT_OUT}.")


def _datasets(options: argparse.Namespace) -> None:
    records: list[dict[str, Any]] = [
        {
            "key": key,
            "features": len(source.features),
            "classes": len(source.classes),
            "rows": source.rows,
            "loss": source.loss,
            "note": source.note,
            "formula": source.formula,
            "reference": source.reference,
        }
        for key, source in datasets.registry.items()
    ]
    if options.json:
        print_json({"datasets": records})
        return
    rows = [
        (
            r["key"],
            str(r["features"]),
            str(r["classes"] or "real target"),
            str(r["rows"] or "to order"),
            r["note"],
        )
        for r in records
    ]
    print_table(("data set", "features", "classes", "rows", "what it is"), rows)


if __name__ == "__main__":
    sys.exit(main())
