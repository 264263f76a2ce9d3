"""The restart page: its controls, its training in portions that can be stopped, what stands on it besides charts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from nnviz.analysis.restarts.loss_levels import meanings
from nnviz.analysis.restarts.restarts import (
    MOMENTS,
    Restarts,
    join,
    portion,
    possible_runs,
    quick,
    together,
    train_portion,
)
from nnviz.analysis.restarts.sentences import average, restart_numbers, statement, versus
from nnviz.analysis.words import number
from nnviz.core import initializers
from nnviz.core.experiment import Experiment
from nnviz.core.registry import Parameter
from nnviz.figures.restarts.best_of import plot_best_loss, plot_chance
from nnviz.figures.restarts.final_losses import plot_final_losses
from nnviz.figures.restarts.loss_bands import restarts_curves
from nnviz.figures.restarts.narrowing import plot_narrowing
from nnviz.figures.restarts.run_sides import RunSide, run_sides
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import PALETTES
from nnviz.pages.restarts.solutions import solutions
from nnviz.ui import markup, page
from nnviz.ui.download.link_and_numbers import link_and_numbers
from nnviz.ui.state import controls, state
from nnviz.ui.state.presets import Preset
from nnviz.ui.state.state import Comparison
from nnviz.ui.work import compute
from nnviz.ui.work.results import Results, drawn_once

PAGE = page.script("restarts")
MOST_RUNS = 2000
MOST_BYTES = 100_000_000
_STOPPED = "restarts.stopped"  # in the session: what was stopped, as a query without the threshold
_LOG = "restarts.log"

A = Experiment(
    dataset="xor", samples=8, noise=0.0, hidden=(2,), batch_size=None, learning_rate=0.5, epochs=5000,
)  # fmt: skip
LAB = controls.Controls(
    "restarts",
    Comparison(A, A.replace(kernel_initializer=initializers.get("random_normal(stddev=5.0)"))),
    more=tuple(name for name in controls.MORE if name != "snapshots"),
    settings=(
        Parameter(
            name="runs", kind=int, default=200, low=1, high=MOST_RUNS, label="seeds a side",
            note="How many starts of A, and of B, are trained. More seeds keep those already there.",
        ),
        Parameter(
            name="threshold", kind=float, default=0.1, low=1e-9, high=1000.0, label="success is a loss below",
            note="A run whose final loss on training data is lower has succeeded. A change trains nothing anew.",
        ),
    ),
)  # fmt: skip

INTRODUCTION = (
    "One lucky seed proves nothing, and neither does one unlucky seed. Here two starts are drawn again and again, and "
    "their runs are counted and compared."
)
METHOD = (
    "A success rate has Wilson's 95 % interval (Wilson 1927), a difference of rates Newcombe's (Newcombe 1998). The "
    "effect on the losses is the probability of superiority, U / (n·m) (Mann & Whitney 1947), with the interval of its "
    "placements on the log odds (DeLong et al. 1988, Brunner & Munzel 2000); twice it less one is Cliff's delta. "
    "Restarts needed: ⌈ln 0.05 / ln(1 − p)⌉. What k restarts are worth is exact, over all subsets of the runs. A run "
    "that diverged counts as the worst, and among the best of k as a guess. A run rests at a level when it ends within "
    "a fiftieth of the guess's loss of it."
)

PRESETS = (
    Preset("Glorot · N(0, 5)", "Both random. Does the scale matter?", {}),
    Preset("Glorot · N(0, 0.05)", "Smaller than Glorot. Is smaller worse?", {"b_kernel_initializer": "random_normal"}),
    Preset(
        "tanh · ReLU",
        "The same start, another activation. Which needs more restarts?",
        {"b_kernel_initializer": "glorot_uniform", "b_activation": "relu"},
    ),
    Preset(
        "2 units · 4 units",
        "Two units are just enough for XOR. What do two more buy?",
        {"b_kernel_initializer": "glorot_uniform", "b_hidden": "4"},
    ),
    Preset(
        "SGD · Adam",
        "Does a better optimizer save a bad start?",
        {"b_kernel_initializer": "glorot_uniform", "b_optimizer": "adam", "b_learning_rate": "0.05"},
    ),
    Preset(
        "moons: zeros · random",
        "One start has no luck at all. How alike are the runs of the other?",
        {
            "dataset": "moons", "samples": "200", "noise": "0.1", "hidden": "8", "epochs": "1000",
            "kernel_initializer": "zeros", "b_kernel_initializer": "glorot_uniform",
        },
    ),
)  # fmt: skip

_store = Results(most_bytes=MOST_BYTES)


def known(experiment: Experiment) -> Restarts | None:
    """The runs of an experiment that have been trained so far, if there are any."""
    restarts: Restarts | None = _store.get(_key(experiment))
    return restarts


def _key(experiment: Experiment) -> Experiment:
    return experiment.replace(snapshots=MOMENTS)


def _done(experiment: Experiment) -> int:
    result = known(experiment)
    return result.runs if result else 0


def trained(choice: controls.Choice, theme: str) -> list[RunSide] | None:
    """A's and B's runs, as many as the controls ask for, or as there were when training was stopped.

    What is missing is trained now, in portions, A's and B's in turn: with progress, and with a way to stop that keeps
    every finished portion. None where there is nothing yet to show, since it was stopped so early.
    """
    both = (choice.comparison.a, choice.comparison.b)
    wanted = {_key(experiment): possible_runs(experiment, choice.settings["runs"]) for experiment in both}
    asked = LAB.to_query(choice.comparison, runs=choice.settings["runs"])
    place = st.empty()
    missing = sum(wanted.values()) - _count(wanted)
    if missing and st.session_state.get(_STOPPED) == asked:
        with place.container(horizontal=True, vertical_alignment="center"):
            st.html(f'<p class="muted">{_progress(wanted)}, then stopped.</p>', width="content")
            st.button(f"Train {missing:,} more", key="restarts_resume", on_click=_resume)
    elif missing:
        _train(wanted, asked, place.container(), lambda: say(_sides(both, wanted, theme), choice))
        place.empty()
    return _sides(both, wanted, theme)


def _sides(both: Sequence[Experiment], wanted: Mapping[Experiment, int], theme: str) -> list[RunSide] | None:
    """A's and B's runs so far with their letters and colours; None unless there are some of each."""
    result = [runs.first(wanted[key]) for key in map(_key, both) if (runs := known(key))]
    return run_sides(result, PALETTES[theme]) if len(result) == len(both) else None


def say(both: Sequence[RunSide] | None, choice: controls.Choice) -> None:
    """What is found, in sentences: of A, of B, and of both."""
    if both:
        threshold, (a, b) = choice.settings["threshold"], (lot.runs for lot in both)
        st.html(markup.verdicts(both, [statement(a, threshold), statement(b, threshold)]))
        st.html(f'<p class="finding">{markup.text(versus(a, b, threshold))}</p>')


def _count(wanted: Mapping[Experiment, int]) -> int:
    return sum(min(runs, _done(experiment)) for experiment, runs in wanted.items())


def _progress(wanted: Mapping[Experiment, int], more: float = 0.0) -> str:
    return f"{int(_count(wanted) + more):,} of {sum(wanted.values()):,} runs trained"


def _stop(asked: dict[str, str]) -> None:
    st.session_state[_STOPPED] = asked
    state.touch()


def _resume() -> None:
    st.session_state[_STOPPED] = None
    state.touch()


def _train(
    wanted: Mapping[Experiment, int], asked: dict[str, str], place: DeltaGenerator, show: Callable[[], None]
) -> None:
    """Train what is missing, the side that has fewer first; each portion is remembered as soon as it is done."""
    total = sum(wanted.values())
    with place, st.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(_count(wanted) / total, _progress(wanted))
        st.button("Stop", key="restarts_stop", on_click=_stop, args=(asked,), help="What has been trained stays.")
    with place:
        room, said = st.container(), st.empty()
        with said.container():
            show()

    while left := [experiment for experiment, runs in wanted.items() if _done(experiment) < runs]:
        experiment = min(left, key=_done)
        before = known(experiment)
        next_runs = portion(experiment, before.runs if before else 0, wanted[experiment])

        def advance(share: float, _: str, runs: int = next_runs.restarts) -> None:
            done = share * runs
            bar.progress(min(1.0, (_count(wanted) + done) / total), _progress(wanted, done))

        with room:
            part = compute.result_of("Training", train_portion, next_runs, show=advance)
        _store.put(experiment, join([before, part] if before else [part]))
        with said.container():
            show()


def figures(both: Sequence[RunSide], choice: controls.Choice, theme: str) -> dict[str, list[Figure]]:
    """All the page's figures: drawn once for everybody who looks at the same runs."""
    runs = tuple(lot.runs.runs for lot in both)
    log = bool(st.session_state.get(_LOG))
    return _figures(choice.comparison, runs, choice.settings["threshold"], theme, log, both)


@drawn_once
def _figures(
    comparison: Comparison, runs: tuple[int, ...], threshold: float, theme: str, log: bool, _both: Sequence[RunSide]
) -> dict[str, list[Figure]]:
    palette = PALETTES[theme]
    return {
        "curves": restarts_curves(_both, threshold, palette, log),
        "ends": [plot_final_losses(_both, threshold, palette, log), plot_narrowing(_both, threshold, palette)],
        "restarts": [plot_chance(_both, threshold, palette), plot_best_loss(_both, threshold, palette, log)],
    }


def in_numbers(both: Sequence[RunSide], choice: controls.Choice) -> None:
    """Mean and spread of both sides, as an honest evaluation reports them; then all figures, and how they are got."""
    st.header("In numbers", anchor=False)
    st.html(markup.paragraphs(average(lot.runs, lot.name) for lot in both))
    threshold = choice.settings["threshold"]
    st.html(markup.table({f"{lot.letter} {lot.label}": restart_numbers(lot.runs, threshold) for lot in both}))
    st.html(f'<p class="muted">{markup.text(METHOD)}</p>')


def curves(drawn: Sequence[Figure], choice: controls.Choice) -> None:
    """The curves side by side; a click on a run opens its seed in the Playground."""
    for column, figure in zip(st.columns(2), drawn, strict=True):
        with column:
            points = page.clicked(figure)
        if points:
            page.go(page.PLAYGROUND, playground_query(choice.comparison, points[0]["customdata"]))


def reading(both: Sequence[RunSide], choice: controls.Choice) -> None:
    """What is seen in the two rows of charts: how the curves are drawn, and what the levels mean."""
    rest = meanings((choice.comparison.a, choice.comparison.b), [lot.runs.train_loss for lot in both])
    levels = f" Where runs come to rest: {rest}." if rest else ""
    st.html(
        '<p class="muted">Thick: the median run. Dark: the middle half of the runs; light: eight in ten; thin: single '
        f"runs.{markup.text(levels)}</p>"
    )


def seed_menu(both: Sequence[RunSide], choice: controls.Choice) -> None:
    """A menu of all runs, for those who do not click: the seed's run of A and of B, side by side."""
    with st.container(key="restarts_open", horizontal=True, vertical_alignment="bottom"):
        run = st.selectbox(
            "Click a run to open it, or choose a seed",
            range(min(lot.runs.runs for lot in both)),
            format_func=lambda run: _run_label(both, run),
            key="restarts_seed",
            width=420,
        )
        st.page_link(
            page.PLAYGROUND, label="Open in the Playground", query_params=playground_query(choice.comparison, run or 0)
        )
        st.toggle("Logarithmic loss", key=_LOG, on_change=state.touch)


def _run_label(both: Sequence[RunSide], run: int) -> str:
    ends = [f"{lot.letter} {number(float(lot.runs.ranked[run]))}" for lot in both]
    seeds = dict.fromkeys(str(lot.runs.seeds[run]) for lot in both)
    return f"seed {' and '.join(seeds)}: ends at {', '.join(ends)}"


def playground_query(comparison: Comparison, run: int) -> dict[str, str]:
    """The link to a run of A beside the same run of B."""
    a, b = (experiment.replace(seed=experiment.seed + int(run)) for experiment in (comparison.a, comparison.b))
    return Comparison(a, b).to_query()


def query(choice: controls.Choice) -> dict[str, str]:
    """What the page shows, as its link says it."""
    return LAB.to_query(choice.comparison, **choice.settings)


def distinct(both: Sequence[RunSide], choice: controls.Choice, theme: str) -> None:
    """The distinct solutions among the runs of A, or of B. They train once more, for their weights are not kept."""
    st.header("Which solutions were found?", anchor=False)
    of = {f"{lot.letter} {lot.label}": lot for lot in both}
    shown = st.segmented_control(
        "Solutions of", list(of), default=next(iter(of)), required=True, key="restarts.distinct"
    )
    lot = of[shown]
    experiment = together(lot.runs.experiment, lot.runs.runs)
    if not quick(experiment, experiment.restarts) and not st.toggle(
        "Compare what the runs answer", key="restarts.compare"
    ):
        return
    solutions(compute.trace_of(experiment, f"{lot.letter} for its weights"), theme)


def take_home(choice: controls.Choice, drawn: Mapping[str, Sequence[Figure]]) -> None:
    """The link to the page, and the numbers behind each chart; those of the final losses are one row a run."""
    named = [
        ("all runs" if figure.name == "final losses" else figure.name, figure)
        for row in drawn.values()
        for figure in row
    ]
    files = ((name, f"nnviz-restarts-{name}".replace(" ", "-"), figure) for name, figure in named)
    link_and_numbers(
        "restarts", "runs", query(choice), files, "All runs, a row each, and the numbers behind the charts."
    )
