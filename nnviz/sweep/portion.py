"""One portion of a sweep: some runs of one cell, trained, as a table with a row for each run.

The table stands alone: every field of the experiment is a column, so that a row says how to train it again. A value
that is not there (no order seed, a loss that left what a number can hold) is null.
"""

from __future__ import annotations

import hashlib
import json
import math
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
from threadpoolctl import ThreadpoolController

from nnviz.analysis.initializers.works import SHARE_OF_GUESS
from nnviz.analysis.playground.baselines import guess_loss
from nnviz.analysis.playground.diagnosis import FAR_ABOVE, diagnose
from nnviz.analysis.playground.functions import distinct_functions
from nnviz.analysis.playground.units import effective_units
from nnviz.core.contraction import one_blas_thread
from nnviz.core.experiment import FIELDS, Experiment, field_names, field_text
from nnviz.core.training import train

_KINDS = {int: pa.int64(), float: pa.float64(), bool: pa.bool_(), str: pa.string()}
_FIELDS = [name for name in field_names() if name != "restarts"]  # a row is one run

SCHEMA = pa.schema(
    [(name, _KINDS[FIELDS[name].kind] if name in FIELDS else pa.string()) for name in _FIELDS]
    + [
        ("steps", pa.int64()),
        ("train_loss", pa.float64()),
        ("test_loss", pa.float64()),
        ("train_accuracy", pa.float64()),
        ("test_accuracy", pa.float64()),
        ("diverged_at", pa.int64()),
        ("guess_loss", pa.float64()),
        ("trained", pa.bool_()),
        ("kind", pa.string()),
        ("units", pa.int64()),
        ("effective_units", pa.int64()),
        ("effective_units_by_layer", pa.string()),
        ("distinct_functions", pa.int64()),
        ("distinct_functions_by_layer", pa.string()),
    ]
)
"""The columns of a sweep's file."""

PART_SCHEMA = SCHEMA.append(pa.field("kind_beside_better", pa.string()))
"""The columns of a portion: also the verdict that a run has if another run of its cell comes far lower."""


def train_portion(portion: Experiment) -> pa.Table:
    """Train the runs of a portion and tell what became of each.

    Returns:
        A table of `PART_SCHEMA`, a row for each run in the order of their seeds. Its metadata says what it is a
        portion of, and by which versions and on what processor it was made.
    """
    with one_blas_thread():
        trace = train(portion, n_jobs=1)
        verdicts = [diagnosis.kind for diagnosis in diagnose(trace)]
        beside_better = [diagnosis.kind for diagnosis in diagnose(trace, best_loss=-math.inf)]
        end = trace.at([len(trace.steps) - 1])
        layers = range(len(portion.hidden))
        effective = _by_run([effective_units(end, layer)[:, -1] for layer in layers], portion.restarts)
        functions = _by_run([distinct_functions(end, layer)[:, -1] for layer in layers], portion.restarts)
    runs = portion.restarts
    guess = guess_loss(trace.dataset)
    train_loss = trace.train_loss[:, -1]
    columns = {name: [_plain(portion, name)] * runs for name in _FIELDS} | {
        "seed": trace.seeds,
        "steps": [portion.total_steps] * runs,
        "train_loss": _numbers(train_loss),
        "test_loss": _numbers(trace.test_loss[:, -1]),
        "train_accuracy": _numbers(trace.train_accuracy[:, -1]),
        "test_accuracy": _numbers(trace.test_accuracy[:, -1]),
        "diverged_at": [int(step) if step >= 0 else None for step in trace.diverged_at],
        "guess_loss": [guess] * runs,
        "trained": train_loss < SHARE_OF_GUESS * guess,  # works.judge's rule; NaN is not below it
        "kind": verdicts,
        "units": [sum(portion.hidden)] * runs,
        "effective_units": [sum(units) for units in effective],
        "effective_units_by_layer": [field_text("hidden", units) for units in effective],
        "distinct_functions": [sum(units) for units in functions],
        "distinct_functions_by_layer": [field_text("hidden", units) for units in functions],
        "kind_beside_better": beside_better,
    }
    metadata = {"experiment": portion.to_json(), "made_by": json.dumps(made_by()), "processor": processor()}
    return pa.table(columns, schema=PART_SCHEMA.with_metadata(metadata))


def _by_run(layers: list[np.ndarray], runs: int) -> list[tuple[int, ...]]:
    """One count a layer for each run."""
    return list(zip(*(layer.tolist() for layer in layers), strict=True)) or [()] * runs


def of_cell(parts: list[pa.Table]) -> pa.Table:
    """The portions of one cell as one table of `SCHEMA`, with the verdicts that its runs have side by side.

    A run that settled far above what another start reached is stuck, and whether one did only the whole cell knows.
    """
    table = pa.concat_tables(parts)
    losses = [loss for loss in table["train_loss"].to_pylist() if loss is not None]
    best, guess = min(losses, default=math.inf), table["guess_loss"][0].as_py()
    kinds = [
        beside_better if kind == "converged" and loss - best >= FAR_ABOVE * guess else kind
        for kind, beside_better, loss in zip(
            table["kind"].to_pylist(), table["kind_beside_better"].to_pylist(), table["train_loss"].to_pylist(),
            strict=True,
        )
    ]  # fmt: skip
    place = SCHEMA.get_field_index("kind")
    return table.set_column(place, SCHEMA.field(place), [pa.array(kinds, pa.string())]).select(SCHEMA.names)


@cache
def made_by() -> dict[str, str]:
    """What a run's numbers depend on beside the experiment: the code, as a digest, and versions."""
    package = Path(__file__).parent.parent
    sources = sorted([*package.glob("core/**/*.py"), *package.glob("analysis/**/*.py"), Path(__file__)])
    code = hashlib.sha256()
    for source in sources:
        code.update(source.relative_to(package).as_posix().encode() + source.read_bytes())
    libraries = {name: version(name) for name in ("numpy", "scikit-learn")}
    return {"nnviz": code.hexdigest()[:12], **libraries}


@cache
def processor() -> str:
    """The kind of processor, as BLAS sees it: the last bits of a result may depend on it."""
    kinds = {library.get("architecture", "") for library in ThreadpoolController().select(user_api="blas").info()}
    return " ".join([platform.machine(), *sorted(kinds - {""})])


def is_portion(table: pa.Table, portion: Experiment) -> bool:
    """Whether a table is what `train_portion` makes of this portion, with the versions that are here."""
    return (
        bool(table.schema.equals(PART_SCHEMA))
        and _metadata(table, "experiment") == portion.to_json()
        and _metadata(table, "made_by") == json.dumps(made_by())
        and tuple(table["seed"].to_pylist()) == portion.seeds
    )


def portion_of(table: pa.Table) -> Experiment:
    """What a table that `train_portion` made is a portion of."""
    return Experiment.from_json(_metadata(table, "experiment"))


def maker_of(table: pa.Table) -> dict[str, str]:
    """The versions that made it, as `made_by` tells them."""
    versions: dict[str, str] = json.loads(_metadata(table, "made_by"))
    return versions


def processor_of(table: pa.Table) -> str:
    """The processor that it was made on."""
    return _metadata(table, "processor")


def _metadata(table: pa.Table, key: str) -> str:
    return str((table.schema.metadata or {}).get(key.encode(), b"").decode(errors="replace"))


def _plain(experiment: Experiment, name: str) -> object:
    value = getattr(experiment, name)
    return value if value is None or name in FIELDS else field_text(name, value)


def _numbers(values: np.ndarray) -> pa.Array:
    return pa.array(values, pa.float64(), mask=~np.isfinite(values))
