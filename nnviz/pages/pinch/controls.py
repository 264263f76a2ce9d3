"""The controls of "How little is enough?", its presets, its cached figures and its words."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from nnviz.analysis.symmetry.escape_laws import power
from nnviz.analysis.symmetry.perturbation import APART, DECADES, LOOK, PerturbationSweep, start_of
from nnviz.analysis.words import count, number
from nnviz.core import activations
from nnviz.core.experiment import Experiment
from nnviz.core.initializers import make
from nnviz.core.registry import Parameter, Value
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import PALETTES
from nnviz.figures.symmetry import perturbation as draw
from nnviz.ui import page
from nnviz.ui.download.link_and_numbers import link_and_numbers
from nnviz.ui.state.controls import Choice, Controls
from nnviz.ui.state.presets import Preset
from nnviz.ui.state.state import DEFAULT_A, Comparison
from nnviz.ui.work.results import drawn_once

PAGE = page.script("pinch")
NONE = len(DECADES) - 1  # the exponent that stands for no noise

DEFAULT = Experiment(samples=200, hidden=(4,), learning_rate=0.5, batch_size=None, epochs=8000)
CONTROLS = Controls(
    "pinch",
    DEFAULT,
    {
        "Data": ("dataset", "samples", "noise"),
        "Network": ("hidden", "activation"),
        "Training": ("learning_rate", "epochs"),
    },
    more=("data_seed", "dtype"),
    start=("seed",),
    settings=(
        Parameter(
            name="less", kind=int, default=4, low=0, high=NONE, label="noise ε",
            note="How much noise is added to the number that all weights start from.",
        ),
        Parameter(
            name="value", kind=float, default=0.5, low=-10.0, high=10.0, label="all weights start from",
            note="The number to which ε times noise is added; biases start from 0.",
        ),
        Parameter(
            name="starts", kind=int, default=3, low=1, high=10, label="starts for each ε",
            note="Each from a seed of its own.",
        ),
    ),
    sliders={"less": lambda less: power(DECADES[less])},
)  # fmt: skip

METHOD = (
    "Every weight starts from one number plus ε · N(0, 1), every bias from 0; each step takes all rows, so that "
    f"nothing else is random. Units have parted when two of one layer are more than {APART:g} from each other, "
    f"counted in incoming weights, bias and outgoing weights; distances are looked at every {LOOK} steps. Sums are "
    "exact, so that rounding parts no equal units. Solid: the line fitted by least squares, with a height for each "
    "seed, where ε is small and every seed has parted. Dotted: theory, which is the loss's curvature along the way of "
    "units without noise, from its second derivatives; only the height of its curve comes from the runs. Bars: from "
    "the seed that parted first to the last."
)
WHY_LAWS = (
    "On two ridges, y = 2 tanh(3 x₁) + tanh(3 x₂ + 1), equal units come to rest where the loss bends down as soon as "
    "they part. There every step multiplies their distance by the same factor, so each power of ten costs the same "
    "number of steps. At the origin of XOR the loss begins with terms of fourth degree in the weights, its slope with "
    "terms of third: small weights grow more slowly even in proportion, and half the noise takes four times as long."
)
WHY_ROUNDING = (
    "Here there is no noise at all: equal units on two ridges, multiplied by the fast product (BLAS) of this machine. "
    "Where it rounds equal columns differently in the last bit, the saddle does the rest. nnviz trains equal units "
    "with exact sums, so nothing of this is in its other pictures."
)


def _preset(label: str, note: str, settings: Mapping[str, Value] | None = None, **changes: object) -> Preset:
    return Preset(label, note, CONTROLS.to_query(DEFAULT.replace(**changes), **(settings or {})))


PRESETS = (
    _preset("two moons", "Each power of ten costs the same number of steps, nearly."),
    _preset("ε = 10⁻¹⁶", "Noise at the edge of what float64 can hold beside 0.5. Is it enough?", {"less": 16}),
    _preset("ε = 0", "No noise. Do exact sums keep the units equal?", {"less": NONE}),
    _preset("more units", "Twice the units. Twice the steps?", hidden=(8,)),
    _preset("from zero", "All weights near 0: how fast does that part units?", {"value": 0.0, "less": 8}),
    _preset(
        "XOR from zero", "A saddle without any curvature: does less noise still help?", {"value": 0.0, "less": 1},
        dataset="xor", noise=0.0, samples=8, learning_rate=3.0, epochs=20_000,
    ),
    _preset("ReLU", "Straight but for a kink: is there a law?", activation="relu"),
    _preset("sigmoid", "Gentler, with larger steps.", activation="sigmoid", learning_rate=3.0),
    _preset("float32", "Half the digits: where is noise lost?", {"less": 8}, dtype="float32"),
)  # fmt: skip


def chosen(choice: Choice) -> int:
    """Which of the ε the slider stands at, as an index."""
    return int(choice.settings["less"])


def describe_perturbation(perturbation: PerturbationSweep) -> str:
    """What was trained, in a line."""
    experiment = perturbation.experiment
    units = " + ".join(map(str, experiment.hidden))
    return (
        f"{experiment.data_label}, {units} {activations.registry[experiment.activation].label} "
        f"units, every weight {_plain(perturbation.value)} + ε · noise, learning rate {experiment.learning_rate:g}, "
        f"{len(perturbation.epsilons)} × {count(len(perturbation.seeds), 'seed')}"
    )


def words(sentences: list[str], about: str) -> str:
    """The verdict as HTML, with what it is about."""
    return (
        f'<p class="verdict" style="border-left: 4px solid currentColor"><span class="what" style="grid-column: 1 / 3">'
        f'{escape(" ".join(sentences))}<br><span class="muted">{escape(about)}</span></span></p>'
    )


def by_width_words(steps: Mapping[int, float]) -> str:
    """What the curvature says of other numbers of units, as HTML."""
    each = ", ".join(f"{number(cost)} for {units}" for units, cost in steps.items())
    return (
        '<p class="muted">By curvature alone, a power of ten costs units on two ridges this many steps: '
        f"{each} units. That grows with their number, because equal units share the work: the more there are, the less "
        "output weight each of them has, and the less the loss bends.</p>"
    )


def playground_query(experiment: Experiment, value: float, epsilon: float) -> dict[str, str]:
    """The Playground with the number alone beside the number plus noise."""
    a = experiment.replace(
        optimizer="sgd", batch_size=None, restarts=1, snapshots=DEFAULT_A.snapshots, output_initializer=None,
        kernel_initializer=make("constant", {"value": value}),
    )  # fmt: skip
    return Comparison(a, a.replace(kernel_initializer=start_of(value, epsilon))).to_query()


def playground_label(value: float, epsilon: float) -> str:
    """What the link says."""
    return f"Open {_plain(value)} beside {_plain(value)} + {power(epsilon)} · noise in the Playground"


def _plain(value: float) -> str:
    return f"{value:g}".replace("-", "−")


@drawn_once
def figures(
    _perturbation: PerturbationSweep, asked: tuple[Experiment, float, int], shown: int, theme: str
) -> list[Figure]:
    """The pictures of one experiment; `asked` is what it was made from."""
    palette = PALETTES[theme]
    return [draw.plot_distances(_perturbation, shown, palette), draw.plot_escape(_perturbation, palette, chosen=shown)]


def take_home(choice: Choice, figures: list[Figure]) -> None:
    """The link to the page, and the numbers behind each chart."""
    files = ((figure.name, f"nnviz-pinch-{figure.name.replace(' ', '-')}", figure) for figure in figures)
    link_and_numbers("pinch", "runs", CONTROLS.to_query(choice.experiment, **choice.settings), files)
