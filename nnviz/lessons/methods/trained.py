"""The last screens of lesson 6, which train: what libraries take by default, and a contest."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from nnviz.analysis.claims.schemes import FIXED, PYTORCH
from nnviz.analysis.initializers.draws import LAYERS, Kernel, draws
from nnviz.analysis.initializers.works import SHARE_OF_GUESS
from nnviz.analysis.playground.baselines import guess_loss
from nnviz.analysis.tables.ranking import Ranking, rank_splits
from nnviz.analysis.tables.split_runs import train_split
from nnviz.analysis.training import train_all
from nnviz.analysis.words import count, number
from nnviz.core import initializers, optimizers
from nnviz.core.experiment import MOST_SEED, Experiment
from nnviz.core.progress import Progress, part
from nnviz.core.registry import Parameter
from nnviz.core.trace import Trace
from nnviz.figures.style.lines import NamedLine, plot_lines
from nnviz.figures.style.template import Palette
from nnviz.figures.tables.ranking import plot_ranking
from nnviz.lessons.lesson import Numbers, PageLink, Pair, Picture, Reveal, Screen
from nnviz.lessons.scale.much import DEEP

YOUR_DATA = PageLink("your_data", "Hold the contest on your own data")
EPOCHS = 24
OPTIMIZER_RATES = {"momentum": 0.003, "adam": 0.001}
KERAS, TORCH, HE = "Keras", "PyTorch", "He"

DEEP_RELU = Experiment(
    samples=200, hidden=(16,) * 16, activation="relu", epochs=20, batch_size=20, learning_rate=0.05, dtype="float32"
)
DEEP_TANH = Experiment(
    dataset="digits", samples=300, hidden=(32,) * 10, activation="tanh", optimizer="momentum", epochs=5,
    batch_size=15, learning_rate=0.02, dtype="float32",
)  # fmt: skip
STARTS = ("glorot_uniform", "he_normal", "orthogonal")
SEEDS = 8
RELU, TANH = "two moons with 16 ReLU layers", "handwritten digits with 10 tanh layers"


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
        """Whether the network learned, as in `nnviz.analysis.initializers.works`."""
        return self.loss(name) < SHARE_OF_GUESS * self.guess


def defaults(layers: int, optimizer: str, on_progress: Progress | None = None) -> Defaults:
    """Train so many ReLU layers from Keras's default, from PyTorch's, and from He's rule."""
    shown = {
        "hidden": (64,) * layers, "snapshots": 20, "epochs": EPOCHS, "optimizer": optimizer,
        "learning_rate": OPTIMIZER_RATES[optimizer],
    }  # fmt: skip
    recipes = {
        KERAS: FIXED.replace(kernel_initializer=LAYERS["dense"].default, **shown),
        TORCH: PYTORCH.replace(**shown),
        HE: FIXED.replace(kernel_initializer="he_uniform", **shown),
    }
    traces = train_all(list(recipes.values()), on_progress or (lambda share: None))
    return Defaults(dict(zip(recipes, traces, strict=True)), guess_loss(traces[0].dataset))


def _defaults_reveal(measurement: Defaults) -> Reveal:
    keras, torch = measurement.learned(KERAS), measurement.learned(TORCH)
    recipe = measurement.traces[KERAS].experiment
    layers = len(recipe.hidden)
    if keras and torch:
        moral = "Here both will do. Many layers, and an optimizer that does not scale its steps, tell them apart."
    elif keras:
        moral = (
            "Here that was too little. It hangs on the depth and on the optimizer: try two layers, or Adam, which "
            "makes small gradients count as much as large ones."
        )
    else:
        moral = "Which of them learn hangs on the depth and on the optimizer: change them and see."
    return Reveal(
        0 if keras and torch else 1 if keras else 2 if torch else 3,
        f"After {EPOCHS} rounds through the digits by {optimizers.registry[recipe.optimizer].label} at a learning rate "
        f"of {recipe.learning_rate:g}, {count(layers, 'layer')} from Keras's default end at loss "
        f"{number(measurement.loss(KERAS))}, from PyTorch's at {number(measurement.loss(TORCH))}. A guess has "
        f"{number(measurement.guess)}. From He's rule it is {number(measurement.loss(HE))}.",
        "A default is what you get when you do not choose. Keras takes Glorot uniform for nearly all layers. PyTorch's "
        f"Linear layer takes an older rule, with a sixth of the variance that He's rule asks for. {moral}\n\nBiases "
        "start from zero in Keras; only an LSTM's forget gate "
        "starts from one, so that it remembers at first. PyTorch draws biases too. So when you copy a network from "
        "one library to the other, copy its start as well.",
    )


def _defaults_pictures(measurement: Defaults, palette: Palette) -> list[Picture]:
    styles = {KERAS: (palette.units[0], "solid"), TORCH: (palette.units[1], "dot"), HE: (palette.text, "dash")}
    title = f"At the end: Keras {number(measurement.loss(KERAS))}, PyTorch {number(measurement.loss(TORCH))}, He "
    title += f"{number(measurement.loss(HE))}."
    drawn = [NamedLine(name, measurement.traces[name].train_loss[0], *style) for name, style in styles.items()]
    table = {
        f"{layer.label}": draws(
            initializers.get(layer.default), layer.kernel({size.name: int(str(size.default)) for size in layer.sizes})
        )
        for layer in LAYERS.values()
    } | {"PyTorch's Linear": draws(initializers.get("pytorch_default"), Kernel((64, 32)))}
    bias = "random_uniform(minval=-0.25, maxval=0.25)"  # 1/√16, as PyTorch draws biases behind 16 units
    watched = DEEP.replace(restarts=1, snapshots=60, dtype="float64")
    return [
        plot_lines(
            "defaults", title, f"The loss over the rounds of training from three starts. {title}",
            measurement.traces[KERAS].epochs, drawn, palette, x_title="epochs", y_title="loss, nats",
            least=1.05 * measurement.guess,
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


def contest(seed: int, on_progress: Progress | None = None) -> dict[str, Ranking]:
    """Rank three starts on two tasks, over splits and seeds that count up from this one."""
    tasks = {RELU: DEEP_RELU, TANH: DEEP_TANH}
    result = {}
    for i, (name, recipe) in enumerate(tasks.items()):
        runs = []
        for k in range(SEEDS):
            done = part(on_progress, i * SEEDS + k, len(tasks) * SEEDS)
            runs.append(train_split(recipe.replace(seed=seed + k, data_seed=seed + k), STARTS, 1, done))
        result[name] = rank_splits(runs, drawn_anew=True)
    return result


def _contest_reveal(texts: dict[str, Ranking]) -> Reveal:
    clear = [each.best.initializer.key if len(each.tied) == 1 else "" for each in texts.values()]
    both = clear[0] if clear[0] == clear[1] else ""
    if both:
        moral = "Here one start won both times. Other layers and other data may choose another."
    elif all(clear):
        moral = "The best start depends on the layers and on the task."
    else:
        moral = f"Where it is too close to call, {count(SEEDS, 'seed')} do not say which start is best."
    said = " ".join(f"{_winner(each)} on {name}." for name, each in texts.items())
    return Reveal(
        {"he_normal": 0, "glorot_uniform": 1, "orthogonal": 2}.get(both, 3),
        said,
        f"{moral} Theory has its reasons: ReLU drops half of a signal, and He's weights make up for it; a rotation "
        "keeps "
        "the lengths of signals in deep tanh layers.\n\nSo rules are for "
        f"the first try: He for ReLU, Glorot for tanh and sigmoid, orthogonal for recurrent layers. Then try it. Here "
        f"each start had {SEEDS} tries, for one run proves nothing: see how far the small circles lie apart. "
        "Would it be the same on your data? Bring a table, and the page Your data holds this contest on it.",
    )


def _winner(ranking: Ranking) -> str:
    best = f"{ranking.best.initializer} (loss {number(ranking.best.loss)})"
    return f"{best} won clearly" if len(ranking.tied) == 1 else f"{best} was lowest, but too close to call,"


def _contest_pictures(texts: dict[str, Ranking], palette: Palette) -> list[Picture]:
    named = []
    for name, each in texts.items():
        figure = plot_ranking(each, palette)
        named.append(replace(figure, name=f"ranking {name}", title=f"{name[0].upper()}{name[1:]}. {figure.title}"))
    return [*named]


DEFAULTS_SCREEN = Screen(
    key="defaults",
    title="What if you choose nothing?",
    before="Most people never choose a start. They write Dense(64) in Keras, or Linear(64, 64) in PyTorch, and take "
    "what comes.\n\nSo we do the same: ten layers of 64 ReLU units, to read handwritten digits. One network starts "
    "from Keras's default, one from PyTorch's. All else is equal.",
    question="Which of them learn?",
    options=(
        "Both.",
        "The one from Keras's default only.",
        "The one from PyTorch's default only.",
        "Neither.",
    ),
    measure=defaults,
    reveal=_defaults_reveal,
    pictures=_defaults_pictures,
    settings=(
        Parameter(name="layers", kind=int, default=10, low=1, high=10, label="layers", note="Of 64 ReLU units each."),
        Parameter(
            name="optimizer", kind=str, default="momentum", choices=tuple(OPTIMIZER_RATES), label="optimizer",
            note="Momentum at a learning rate of 0.003, or Adam at 0.001.",
        ),
    ),
)  # fmt: skip

CONTEST_SCREEN = Screen(
    key="contest",
    title="Which one is the best?",
    before="Now a contest. Three starts: glorot_uniform, he_normal and orthogonal. Two tasks: "
    "sixteen layers of ReLU units on two moons, and ten layers of tanh units on handwritten digits. Each start gets "
    "eight tries, each with other rows and another seed, the same for all three. What counts is the loss on rows that "
    "the network has never seen.\n\nA start wins clearly if it is so far below each other one that luck can hardly "
    "explain it.",
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
    way=YOUR_DATA,
)  # fmt: skip
