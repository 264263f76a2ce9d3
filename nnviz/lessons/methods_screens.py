"""The screens of lesson 6: names and scales, wider layers, a bell or a box, defaults, and a contest."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from nnviz.analysis.claims.schemes import FIXED, PYTORCH
from nnviz.analysis.claims.tools import part, train_all
from nnviz.analysis.diagnosis import guess_loss
from nnviz.analysis.draws import LAYERS, Draws, Kernel, draws
from nnviz.analysis.families import FAMILIES, ByInputs, Method, by_inputs, methods, scales_among
from nnviz.analysis.ranking import Ranking, rank, train_seeds
from nnviz.analysis.words import count, number, percent
from nnviz.analysis.works import SHARE_OF_GUESS
from nnviz.core import initializers
from nnviz.core.experiment import MOST_SEED, Experiment
from nnviz.core.registry import Parameter
from nnviz.core.trace import Trace
from nnviz.figures.draws import compare
from nnviz.figures.families import spreads
from nnviz.figures.lines import Line, lines
from nnviz.figures.ranking import ranking
from nnviz.figures.template import Palette
from nnviz.lessons.lesson import Numbers, Pair, Picture, Reveal, Screen
from nnviz.lessons.scale_much import DEEP

Array = np.ndarray
Progress = Callable[[float], object] | None

FEW_SCALES, MANY_SCALES = 3, 12

FIXED_KEY, SCALED_KEY = "random_normal", "he_normal"
UNITS = 64
STAYS = 0.15  # by how much a spread may change, as a share, to count as the same

BOX = (math.sqrt(3) + 2) / 2  # spreads: a box ends at √3, and a bell of so many draws goes beyond 2

EPOCHS = 24
KERAS, TORCH, HE = "Keras", "PyTorch", "He"

DEEP_RELU = Experiment(
    samples=200, hidden=(16,) * 16, activation="relu", epochs=30, batch_size=20, learning_rate=0.05, dtype="float32"
)
DEEP_TANH = Experiment(
    dataset="digits", samples=300, hidden=(32,) * 10, activation="tanh", optimizer="momentum", epochs=8,
    batch_size=15, learning_rate=0.01, dtype="float32",
)  # fmt: skip
STARTS = ("glorot_uniform", "he_normal", "orthogonal")
SEEDS = 8
RELU, TANH = "two moons with 16 ReLU layers", "handwritten digits with 10 tanh layers"


def names(inputs: int, units: int, on_progress: Progress = None) -> tuple[Method, ...]:
    """What Keras's fifteen draw for one layer."""
    return methods(inputs, units, on_progress)


def _names_reveal(found: tuple[Method, ...]) -> Reveal:
    scales = scales_among(found)
    by_key = {method.initializer.key: method.draws for method in found}
    inputs, units = found[0].draws.kernel.fans
    cut = by_key["truncated_normal"].spread
    asked = initializers.get("truncated_normal").parameters["stddev"]
    families = "; ".join(
        f"{words} ({count(sum(m.family == key for m in found), 'name')})" for key, words in FAMILIES.items()
    )
    return Reveal(
        0 if len(scales) >= MANY_SCALES else 2 if len(scales) <= FEW_SCALES else 1,
        f"On a layer of {inputs} inputs and {units} units, {count(len(found), 'name')} draw {len(scales)} different "
        f"spreads, from {number(scales[0])} to {number(scales[-1])}.",
        f"Each is an answer to the same question: what scale? There are five kinds of answer: {families}. The ones "
        "with one number for all are for biases, never for kernels: with them all units stay equal.\n\nMany names are "
        "pairs: the same spread in two shapes, uniform (a box) and normal (a bell).\n\nOne name misleads. "
        f"truncated_normal was asked for a spread of {asked:g} and gave {number(cut)}. It cuts the ends off the bell, "
        "and what is left lies closer together.",
    )


def _names_pictures(found: tuple[Method, ...], palette: Palette) -> list[Picture]:
    return [spreads(found, palette)]


def wider(most: int, on_progress: Progress = None) -> ByInputs:
    """Draw one layer with ever more inputs, up to this many."""
    inputs = [int(n) for n in (most // 64, most // 16, most // 4, most)]
    return by_inputs((FIXED_KEY, "glorot_uniform", SCALED_KEY), inputs, UNITS, on_progress)


def _wider_reveal(found: ByInputs) -> Reveal:
    few, many = (int(found.inputs[i]) for i in (1, -1))
    fixed, scaled = (float(found.weights[key][-1] / found.weights[key][1]) for key in (FIXED_KEY, SCALED_KEY))
    stays = [abs(times - 1) < STAYS for times in (fixed, scaled)]
    right = 0 if all(stays) else 3 if not any(stays) else 1 if stays[0] else 2
    first, last = (float(found.sums[FIXED_KEY][i]) for i in (0, -1))
    level = found.sums[SCALED_KEY]
    return Reveal(
        right,
        f"From {few} inputs to {many:,}, the spread of random_normal {_change(fixed)}, and that of he_normal "
        f"{_change(scaled)}.",
        f"A unit adds up all its inputs. With random_normal, the spread of these sums went from {number(first)} to "
        f"{number(last)} as inputs were added. With he_normal it stayed between {number(float(level.min()))} and "
        f"{number(float(level.max()))}.\n\nSo a fixed spread fits layers of one width only. Methods that look at the "
        "fan-in (inputs) or the fan-out (units) fit all of them. LeCun and He look at the fan-in. Glorot takes the "
        "mean of both. variance_scaling is the kit from which all of these are built.",
    )


def _change(times: float) -> str:
    return "stayed the same" if abs(times - 1) < STAYS else f"became {number(times)} times as large"


def _wider_pictures(found: ByInputs, palette: Palette) -> list[Picture]:
    labels = {FIXED_KEY: "normal", "glorot_uniform": "Glorot", SCALED_KEY: "He"}
    dashes = ("solid", "dot", "dash")
    pictures: list[Picture] = []
    for name, values, axis, title in (
        ("weights by inputs", found.weights, "spread of the weights", "The weights: one method does not look at the "
         f"inputs, and draws {number(float(found.weights[FIXED_KEY][-1]))} for all."),
        ("sums by inputs", found.sums, "spread of the sums", "The sums: with random_normal they grow to "
         f"{number(float(found.sums[FIXED_KEY][-1]))}, with he_normal they end at "
         f"{number(float(found.sums[SCALED_KEY][-1]))}."),
    ):  # fmt: skip
        drawn = [
            Line(labels[key], values[key], palette.units[i], dash)
            for i, (key, dash) in enumerate(zip(found.weights, dashes, strict=True))
        ]
        pictures.append(
            lines(
                name, title, f"{axis.capitalize()} by the number of inputs, on two logarithmic axes. {title}",
                found.inputs, drawn, palette, x_title="inputs", y_title=axis, log_x=True, log_y=True,
            )
        )  # fmt: skip
    return pictures


def shape(on_progress: Progress = None) -> tuple[Draws, Draws]:
    """Draw from glorot_uniform and from glorot_normal."""
    kernel = Kernel((64, 32))
    uniform, normal = (draws(initializers.get(key), kernel) for key in ("glorot_uniform", "glorot_normal"))
    return uniform, normal


def _reach(found: Draws) -> float:
    """How far the furthest weight lies from the mean, in spreads."""
    return max(found.high - found.mean, found.mean - found.low) / found.spread


def _shape_reveal(found: tuple[Draws, Draws]) -> Reveal:
    uniform, normal = found
    apart = abs(normal.spread / uniform.spread - 1)
    return Reveal(
        1 if _reach(uniform) < BOX else 0,
        f"Of {len(uniform.values):,} weights none lies beyond {number(_reach(uniform))} spreads, and all values up to "
        f"there are equally common. A box ends at √3 = {number(math.sqrt(3))}. The article says normal; it is uniform.",
        f"Xavier is Xavier Glorot, so glorot_uniform is Xavier uniform. Xavier normal is glorot_normal (B): most "
        f"weights near zero, few far out. Keras cuts its ends too: here at {number(_reach(normal))} spreads, and it "
        f"makes up for the cut.\n\nDoes it matter? Both have the same spread, {number(uniform.spread)} and "
        f"{number(normal.spread)}: {percent(apart)} apart. And spread is what decides whether a signal fades. Shape "
        "matters little, but a wrong name in a report makes others repeat the wrong thing.",
    )


def _shape_pictures(found: tuple[Draws, Draws], palette: Palette) -> list[Picture]:
    return [compare(found, palette)]


@dataclass(frozen=True, eq=False)
class Defaults:
    """Deep ReLU networks on digits from what libraries take when they are told nothing.

    Attributes:
        traces: by name: Keras's default, PyTorch's, and He's rule, which one has to ask for.
        guess: the loss of a guess.
    """

    traces: Mapping[str, Trace]
    guess: float

    def loss(self, name: str) -> float:
        """The last loss; infinite where it diverged."""
        trace = self.traces[name]
        return float(trace.train_loss[0, -1]) if trace.diverged_at[0] < 0 else math.inf

    def learned(self, name: str) -> bool:
        """Whether the network learned, as in `nnviz.analysis.works`."""
        return self.loss(name) < SHARE_OF_GUESS * self.guess


def defaults(layers: int, on_progress: Progress = None) -> Defaults:
    """Train so many ReLU layers from Keras's default, from PyTorch's, and from He's rule."""
    hidden, shown = (64,) * layers, {"snapshots": 20, "epochs": EPOCHS}
    recipes = {
        KERAS: FIXED.replace(hidden=hidden, kernel_initializer=LAYERS["dense"].default, **shown),
        TORCH: PYTORCH.replace(hidden=hidden, **shown),
        HE: FIXED.replace(hidden=hidden, kernel_initializer="he_uniform", **shown),
    }
    traces = train_all(list(recipes.values()), on_progress or (lambda share: None))
    return Defaults(dict(zip(recipes, traces, strict=True)), guess_loss(traces[0].dataset))


def _defaults_reveal(found: Defaults) -> Reveal:
    keras, torch = found.learned(KERAS), found.learned(TORCH)
    layers = len(found.traces[KERAS].experiment.hidden)
    return Reveal(
        0 if keras and torch else 1 if keras else 2 if torch else 3,
        f"After {EPOCHS} rounds through the digits, {count(layers, 'layer')} from Keras's default end at loss "
        f"{number(found.loss(KERAS))}, from PyTorch's at {number(found.loss(TORCH))}. A guess has "
        f"{number(found.guess)}. From He's rule it is {number(found.loss(HE))}.",
        "A default is what you get when you do not choose. Keras takes Glorot uniform for nearly all layers. PyTorch's "
        "Linear layer takes an older rule, with a sixth of the variance that He's rule asks for. In a shallow net you "
        "would never notice: try two layers.\n\nBiases start from zero in Keras; only an LSTM's forget gate "
        "starts from one, so that it remembers at first. PyTorch draws biases too. So when you copy a network from "
        "one library to the other, copy its start as well.",
    )


def _defaults_pictures(found: Defaults, palette: Palette) -> list[Picture]:
    styles = {KERAS: (palette.units[0], "solid"), TORCH: (palette.units[1], "dot"), HE: (palette.text, "dash")}
    title = f"At the end: Keras {number(found.loss(KERAS))}, PyTorch {number(found.loss(TORCH))}, He "
    title += f"{number(found.loss(HE))}."
    drawn = [Line(name, found.traces[name].train_loss[0], *style) for name, style in styles.items()]
    table = {
        f"{layer.label}": draws(
            initializers.get(layer.default), layer.kernel({size.name: int(str(size.default)) for size in layer.sizes})
        )
        for layer in LAYERS.values()
    } | {"PyTorch's Linear": draws(initializers.get("pytorch_default"), Kernel((64, 32)))}
    bias = "random_uniform(minval=-0.25, maxval=0.25)"  # 1/√16, as PyTorch draws biases behind 16 units
    watched = DEEP.replace(restarts=1, snapshots=60, dtype="float64")
    return [
        lines(
            "defaults", title, f"The loss over the rounds of training from three starts. {title}",
            found.traces[KERAS].epochs, drawn, palette, x_title="epochs", y_title="loss, nats",
            least=1.05 * found.guess,
        ),
        Numbers(
            "What you get if you do not choose",
            {
                "start": {name: drawn.initializer.scheme.label for name, drawn in table.items()},
                "spread": {name: number(drawn.spread) for name, drawn in table.items()},
            },
        ),
        Pair(watched.replace(kernel_initializer="pytorch_default", bias_initializer=bias), watched),
    ]  # fmt: skip


def contest(seed: int, on_progress: Progress = None) -> dict[str, Ranking]:
    """Rank four starts on two tasks, from seeds that count up from this one."""
    report = on_progress or (lambda share: None)
    tasks = {RELU: DEEP_RELU, TANH: DEEP_TANH}
    found = {}
    for i, (name, recipe) in enumerate(tasks.items()):
        runs = []
        for k, start in enumerate(STARTS):
            done = part(report, i * len(STARTS) + k, len(tasks) * len(STARTS))
            runs.append(train_seeds(recipe.replace(seed=seed, kernel_initializer=start), SEEDS, done))
        found[name] = rank(runs)
    return found


def _contest_reveal(found: dict[str, Ranking]) -> Reveal:
    clear = [each.best.initializer.key if len(each.tied) == 1 else "" for each in found.values()]
    both = clear[0] if clear[0] == clear[1] else ""
    said = " ".join(f"{_winner(each)} on {name}." for name, each in found.items())
    return Reveal(
        {"he_normal": 0, "glorot_uniform": 1, "orthogonal": 2}.get(both, 3),
        said,
        "The best start depends on the layers and on the task. ReLU layers need the larger weights of He. In deep tanh "
        "layers a rotation keeps the lengths of signals.\n\nSo rules are for "
        f"the first try: He for ReLU, Glorot for tanh and sigmoid, orthogonal for recurrent layers. Then try it. Here "
        f"each start had {count(SEEDS, 'seed')}, for one run proves nothing: see how far the small circles lie apart. "
        "The page Your data does the same with a table of your own.",
    )


def _winner(found: Ranking) -> str:
    best = f"{found.best.initializer} (loss {number(found.best.median)})"
    return f"{best} won clearly" if len(found.tied) == 1 else f"{best} was lowest, but too close to call,"


def _contest_pictures(found: dict[str, Ranking], palette: Palette) -> list[Picture]:
    named = []
    for name, each in found.items():
        figure = ranking(each, palette)
        named.append(replace(figure, name=f"ranking {name}", title=f"{name[0].upper()}{name[1:]}. {figure.title}"))
    return [*named]


NAMES_SCREEN = Screen(
    key="names",
    title="Fifteen names: how many answers?",
    before="Keras offers fifteen ways to start a kernel. (A kernel is the table of weights of one layer.) The list "
    "looks long: zeros, ones, constant, random_normal, glorot_uniform, he_normal, orthogonal, and so on.\n\nBut from "
    "the last lesson we know what to ask of each: how large are its weights? We let every one of them fill a layer of "
    "64 inputs and 32 units, and measure the spread of what it drew.",
    question="How many different spreads will come out?",
    options=(
        "About fifteen. Each name stands for a scale of its own.",
        "About half as many.",
        "Two or three.",
    ),
    measure=names,
    reveal=_names_reveal,
    pictures=_names_pictures,
    settings=(
        Parameter(name="inputs", kind=int, default=64, low=2, high=512, label="inputs", note="How many come in."),
        Parameter(name="units", kind=int, default=32, low=2, high=256, label="units", note="Of the layer."),
    ),
)  # fmt: skip

WIDER_SCREEN = Screen(
    key="wider",
    title="What if the layer gets wider?",
    before="Two names from the list: random_normal and he_normal. Both draw bell-shaped numbers around zero. Our layer "
    "has 64 units, and 64 numbers come in. Now 1,024 numbers come in, sixteen times as many. Nothing else changes, and "
    "nobody touches a setting.",
    question="Which of the two draws smaller weights now?",
    options=(
        "Neither. Weights do not care how many there are.",
        "Only he_normal.",
        "Only random_normal.",
        "Both.",
    ),
    measure=wider,
    reveal=_wider_reveal,
    pictures=_wider_pictures,
    settings=(
        Parameter(
            name="most", kind=int, default=1024, low=256, high=4096, label="most inputs", note="The widest layer."
        ),
    ),
)  # fmt: skip

SHAPE_SCREEN = Screen(
    key="shape",
    title="A bell or a box?",
    before="The article calls Keras's glorot_uniform the Xavier normal initializer. Normal means a bell: most weights "
    "near zero, fewer and fewer further out. Uniform means a box: every value up to a limit is equally common, and "
    "there is none beyond.\n\nWe draw twenty thousand weights from glorot_uniform and look.",
    question="How do they lie?",
    options=("In a bell, as the article has it.", "In a box."),
    measure=shape,
    reveal=_shape_reveal,
    pictures=_shape_pictures,
)

DEFAULTS_SCREEN = Screen(
    key="defaults",
    title="What if you choose nothing?",
    before="Most people never choose a start. They write Dense(64) in Keras, or Linear(64, 64) in PyTorch, and take "
    "what comes.\n\nSo we do the same: ten layers of 64 ReLU units, to read handwritten digits. One network starts "
    "from Keras's default, one from PyTorch's. All else is equal.",
    question="Which of them learn?",
    options=(
        "Both. The libraries choose well for us.",
        "The one from Keras's default only.",
        "The one from PyTorch's default only.",
        "Neither.",
    ),
    measure=defaults,
    reveal=_defaults_reveal,
    pictures=_defaults_pictures,
    settings=(
        Parameter(name="layers", kind=int, default=10, low=1, high=10, label="layers", note="Of 64 ReLU units each."),
    ),
)

CONTEST_SCREEN = Screen(
    key="contest",
    title="Which one is the best?",
    before="Now a contest. Three starts: glorot_uniform, he_normal and orthogonal. Two tasks: "
    "sixteen layers of ReLU units on two moons, and ten layers of tanh units on handwritten digits. Each start gets "
    "the same eight seeds. What counts is the loss on rows that the network has never seen.\n\nA start wins clearly if "
    "it is lower than each other one in so many of the eight that luck can hardly explain it.",
    question="Which start wins clearly on both tasks?",
    options=("he_normal.", "glorot_uniform, Keras's default.", "orthogonal.", "None. There is no single best one."),
    measure=contest,
    reveal=_contest_reveal,
    pictures=_contest_pictures,
    settings=(
        Parameter(
            name="seed", kind=int, default=0, low=0, high=MOST_SEED - SEEDS, label="first seed",
            note="The others count up from it.",
        ),
    ),
)  # fmt: skip
