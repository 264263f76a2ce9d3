"""The map of what works with what: its controls, its training on request, its way to the Playground."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

import streamlit as st

from nnviz.analysis.initializers.works import ACTIVATIONS, INITIALIZERS, RECIPE, Cell, Works, judge, pairs, works
from nnviz.analysis.words import count, number
from nnviz.core import activations, datasets, initializers, optimizers
from nnviz.core.experiment import Experiment
from nnviz.figures.initializers.works import plot_works
from nnviz.figures.style.template import PALETTES
from nnviz.ui import page
from nnviz.ui.state.state import DEFAULT_A, Comparison
from nnviz.ui.state.widgets import LADDERS
from nnviz.ui.work import compute

MOST_CELLS = 5000  # remembered; each is a few numbers
_GO = "map.go"  # in the session: the button was pressed just now
BOUND: Final = "query-params"

_cells: OrderedDict[Experiment, Cell] = OrderedDict()
_lock = threading.Lock()


def known(experiment: Experiment) -> Cell | None:
    """The cell of an experiment, if it has been trained."""
    with _lock:
        return _cells.get(experiment)


def _remember(cell: Cell) -> None:
    with _lock:
        _cells[cell.experiment] = cell
        while len(_cells) > MOST_CELLS:
            _cells.popitem(last=False)


def works_map(theme: str) -> None:
    """The controls, the button that starts the training, the map as far as it is known."""
    starts, functions, recipe, problem = _controls()
    if problem:
        page.remarks([problem])
        return
    wanted = pairs(starts, functions, recipe)
    missing = [experiment for experiment in wanted.values() if known(experiment) is None]
    if not wanted:
        st.caption("Choose at least one initializer and one activation.")
        return
    asked, st.session_state[_GO] = st.session_state.get(_GO, False), False
    if missing:
        pairs_left = f"{len(missing)}{' more' if len(missing) < len(wanted) else ''} pair{'s' * (len(missing) > 1)}"
        label = f"Train {pairs_left}, {count(recipe.restarts, 'run')} each"
        st.button(label, key="map_train", type="primary", on_click=_go, disabled=asked)
        if asked:
            _train(starts, functions, recipe)
    cells = {place: cell for place, experiment in wanted.items() if (cell := known(experiment))}
    if cells:
        rows = tuple(initializers.get(start) for start in starts)
        _show(Works(rows, tuple(functions), cells), theme)


def _controls() -> tuple[list[str], list[str], Experiment, str]:
    """Rows, columns and recipe, as the controls have them; a sentence where no such training is possible."""
    data, depth, width, runs = st.columns(4)
    with data:
        dataset = st.selectbox(
            "Data set", list(datasets.registry), format_func=lambda key: datasets.registry[key].label, key="map_data",
            bind=BOUND,
        )  # fmt: skip
    with depth:
        layers = st.number_input("Hidden layers", 1, 16, len(RECIPE.hidden), key="map_depth", bind=BOUND)
    with width:
        units = st.number_input("Units in each", 1, 64, RECIPE.hidden[0], key="map_width", bind=BOUND)
    with runs:
        restarts = st.number_input("Runs a pair", 1, 64, RECIPE.restarts, key="map_runs", bind=BOUND)
    starts = st.multiselect(
        "Initializers", list(initializers.registry), INITIALIZERS, key="map_starts", bind=BOUND,
        format_func=lambda key: initializers.registry[key].label,
    )  # fmt: skip
    functions = st.multiselect(
        "Activations", list(activations.registry), ACTIVATIONS, key="map_bends", bind=BOUND,
        format_func=lambda key: activations.registry[key].label,
    )  # fmt: skip
    with st.expander("Training"):
        how, rate, long = st.columns(3)
    with how:
        optimizer = st.selectbox(
            "Optimizer", list(optimizers.registry), list(optimizers.registry).index(RECIPE.optimizer),
            key="map_optimizer", format_func=lambda key: optimizers.registry[key].label, bind=BOUND,
        )  # fmt: skip
    with rate:
        rungs = list(LADDERS["learning_rate"])
        learning_rate = st.selectbox(
            "Learning rate", rungs, rungs.index(RECIPE.learning_rate), format_func=str, key="map_rate", bind=BOUND
        )
    with long:
        epochs = st.number_input("Epochs", 10, 1000, RECIPE.epochs, 10, key="map_epochs", bind=BOUND)
    try:
        recipe = RECIPE.replace(
            dataset=dataset, hidden=(units,) * layers, restarts=restarts, optimizer=optimizer,
            learning_rate=learning_rate, epochs=epochs,
        )  # fmt: skip
    except ValueError as error:
        return starts, functions, RECIPE, str(error)
    return starts, functions, recipe, ""


def _go() -> None:
    st.session_state[_GO] = True


def _train(starts: list[str], functions: list[str], recipe: Experiment) -> None:
    """Train what is missing, with progress and a way to stop; each finished pair is remembered at once."""
    shown = st.progress(0.0, "Training")
    st.button("Stop", key="map_stop", help="What has been trained so far stays.")
    room = st.container()
    total = len(starts) * len(functions)

    def measure(experiment: Experiment, on_progress: Callable[[float], object]) -> Cell:
        cell = known(experiment)
        if cell is None:
            with room:
                cell = judge(compute.trace_of(experiment, "a pair"))
            _remember(cell)
        on_progress(1.0)
        return cell

    def report(share: float) -> None:
        shown.progress(share, f"{round(share * total)} of {count(total, 'pair')} trained")

    works(starts, functions, recipe, report, measure)
    st.rerun()


def _show(measurement: Works, theme: str) -> None:
    """The map, what its numbers mean, and a way into the Playground for each cell."""
    figure = plot_works(measurement, PALETTES[theme])
    cell = next(iter(measurement.cells.values()))
    clicked = page.clicked(figure)
    runs = count(cell.runs, "run")
    st.html(
        f'<p class="muted">The share of {runs}, from seed {cell.experiment.seed} on, whose loss ended below '
        f"{number(cell.bar)}: a quarter of the loss of a guess. Click a cell to see its first run in the Playground, "
        "beside the best other start for the same activation.</p>"
    )
    if clicked:
        place = int(clicked[0]["y"]), int(clicked[0]["x"])
        page.go(page.PLAYGROUND, playground_query(measurement, place))
    with st.container(key="map_open", horizontal=True, vertical_alignment="bottom"):
        places = sorted(measurement.cells)
        place = st.selectbox(
            "Or choose a pair",
            places,
            format_func=lambda place: _pair_label(measurement, place),
            key="map_pair",
            width=420,
        )
        st.page_link(page.PLAYGROUND, label="Open in the Playground", query_params=playground_query(measurement, place))
        st.download_button("Map as CSV", figure.csv(), "works.csv", "text/csv", key="map_csv", on_click="ignore")


def _pair_label(measurement: Works, place: tuple[int, int]) -> str:
    cell = measurement.cells[place]
    start, bend = (
        measurement.initializers[place[0]].scheme.label,
        activations.registry[measurement.activations[place[1]]].label,
    )
    return f"{start} with {bend}: {cell.trained} of {cell.runs}"


def playground_query(measurement: Works, place: tuple[int, int]) -> dict[str, str]:
    """A cell's first run as the Playground's A; as B the same from the best other start with that activation."""
    cell = measurement.cells[place]
    others = [other for (row, column), other in measurement.cells.items() if column == place[1] and row != place[0]]
    rival = max(others, key=lambda other: (other.share, -other.median_loss), default=None)
    a = cell.experiment.replace(restarts=1, snapshots=DEFAULT_A.snapshots)
    b = a.replace(kernel_initializer=rival.experiment.kernel_initializer) if rival else a
    return Comparison(a, b).to_query()
