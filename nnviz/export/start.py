"""What a script holds before its network, the same for every library: data, starting weights, order of rows.

It makes them with the same calls of NumPy and scikit-learn as nnviz, and so the same to the bit.
"""

from __future__ import annotations

import textwrap

from nnviz.core import initializers
from nnviz.core.batches import ORDER_BRANCH
from nnviz.core.experiment import Experiment
from nnviz.core.initializers import Initializer
from nnviz.export.pieces import WIDTH, literal

ARRAYS = "arrays.npz"  # what a script calls the file with arrays of one's own

# The data: features x and targets y of all rows, then the split.

_RESAMPLED = "x, y = resample(x, y, replace=False, n_samples={samples}, random_state={data_seed}, stratify=y)"
_IN_TURN = "x_train, x_test, y_train, y_test = x[:{n}], x[{n}:], y[:{n}], y[{n}:]"
_DRAWN = (
    "x_train, x_test, y_train, y_test = train_test_split("
    "x, y, train_size={n}, random_state={data_seed}, stratify={stratify})"
)
_STANDARDISED = """\
scaler = StandardScaler().fit(x_train)
x_train, x_test = scaler.transform(x_train), scaler.transform(x_test)"""
_CAST = "{x}_train, {x}_test = {x}_train.astype(DTYPE), {x}_test.astype(DTYPE)"


def data(experiment: Experiment) -> str:
    """The lines that make `x_train`, `y_train`, `x_test` and `y_test`."""
    source = experiment.source
    if source is None:
        return own_arrays(experiment)
    real = not source.classes
    drawn = _IN_TURN if source.in_turn else _DRAWN.replace("{stratify}", "None" if real else "y")
    pieces = [
        "# The data.",
        source.code,
        _RESAMPLED if source.rows and experiment.samples < source.rows else "",
        drawn,
        _STANDARDISED if source.standardised else "",
        _CAST.format(x="x"),
        _CAST.format(x="y") if real else "",
    ]
    return "\n".join(filter(None, pieces)).format(**vars(experiment), n=experiment.train_rows)


_OWN = """\
# The data: your own.
with np.load({file!r}) as data:
    x_train, x_test = data["x_train"].astype(DTYPE), data["x_test"].astype(DTYPE)
    y_train, y_test = data["y_train"], data["y_test"]"""


def own_arrays(experiment: Experiment) -> str:
    """The lines that read the arrays of an experiment on data of one's own from `ARRAYS`."""
    lines = _OWN.format(file=ARRAYS).replace("'", '"')
    return lines if experiment.task.classes else f"{lines}\n{_CAST.format(x='y')}"


# The start. What is cast to DTYPE later is drawn in float64.

_WEIGHTS = """\
# The starting weights: the seed has one child for each layer, which draws the kernel, then the bias.
{draws}


SHAPES = list(pairwise({sizes}))
start = []
for layer, child in enumerate(np.random.SeedSequence(SEED).spawn(len(SHAPES)), start=1):
    shape, generator = SHAPES[layer - 1], np.random.default_rng(child)
    {kernel}
    bias = {bias}
    start.append((kernel.astype(DTYPE), bias.astype(DTYPE)))"""
_BRANCHES = """
branches = []
for child in np.random.SeedSequence(SEED).spawn(len(SHAPES) + {branches})[len(SHAPES) :]:
    shape, generator = SHAPES[1], np.random.default_rng(child)
    branches.append({branch}.astype(DTYPE))"""


def weights(experiment: Experiment) -> str:
    """The lines that make `start`, a kernel and a bias for each layer, and of residual blocks `branches`."""
    *hidden, output = experiment.layer_initializers
    kernel = f"kernel = {_call(output, 'shape')}"
    if hidden and hidden[0] != output:
        first = f"kernel = {_call(hidden[0], 'shape')}"
        kernel = f"if layer < len(SHAPES):\n        {first}\n    else:\n        {kernel}"
    keys = {initializer.key for initializer in (*hidden, output, experiment.bias_initializer)}
    if experiment.residual:
        keys.add(experiment.branch_start.key)
    code = {key: scheme.code for key, scheme in initializers.registry.items()}
    keys |= {other for key in keys for other in code if f"{other}(" in code[key]}
    branches = _BRANCHES.format(branches=experiment.branches, branch=_call(experiment.branch_start, "shape"))
    lines = _WEIGHTS.format(
        draws="\n\n\n".join(code[key] for key in code if key in keys),
        sizes=textwrap.fill(repr(experiment.layer_sizes), WIDTH - 8, subsequent_indent=" " * 4),
        kernel=kernel,
        bias=_call(experiment.bias_initializer, "shape[1:]"),
    )
    return lines + branches if experiment.residual else lines


def _call(initializer: Initializer, shape: str) -> str:
    settings = "".join(f", {name}={literal(value)}" for name, value in initializer.settings)
    return f"{initializer.key}({shape}, generator{settings})"


# The order of rows.

_ORDERS = """\
# The order of rows in each epoch: random numbers, cut to the high bits, sorted.
def orders():
    generator = np.random.default_rng(np.random.SeedSequence({seed}, spawn_key=({branch},)))
    rows = len(x_train)
    for _ in range(EPOCHS):
        keys = generator.bit_generator.random_raw(rows) >> np.uint64(rows.bit_length())
        yield np.argsort(keys, kind="stable")"""


def orders(experiment: Experiment) -> str:
    """The lines that define `orders`, which yields each epoch's order of rows."""
    seed = "SEED" if experiment.shuffle_seed is None else experiment.shuffle_seed
    return _ORDERS.format(seed=seed, branch=ORDER_BRANCH)
