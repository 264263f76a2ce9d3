"""The basin map's controls, its presets, its way to zoom, and its way to the Playground."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import streamlit as st

from nnviz.analysis.landscape.basin_map import LARGEST, RECIPE, Window, basins, check, find_weight, pixel_experiment
from nnviz.analysis.landscape.basin_outcomes import BasinOutcome, Place
from nnviz.analysis.words import count, number
from nnviz.core.experiment import Experiment
from nnviz.core.registry import Parameter
from nnviz.figures.landscape.basin_map import LOSS, STEPS, decimals, distance_text, short_number
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette
from nnviz.ui import page
from nnviz.ui.download.link_and_numbers import link_and_numbers
from nnviz.ui.state.controls import Choice, Controls
from nnviz.ui.state.presets import Preset
from nnviz.ui.state.state import DEFAULT_A, Comparison
from nnviz.ui.state.widgets import capital
from nnviz.ui.work import compute

PAGE = page.script("basins")
CHART = "chart-basins"
SEEN = "basins.seen"  # in the session: the click that was heeded last
CHOSEN = "basins.chosen"  # in the session: which two weights were chosen, and their values
TYPED = "basins.typed.across", "basins.typed.up"  # in the session: the fields for a start
MENU_UNITS = 4  # whose weights stand in the menus: others are their like
SIDES = ("25", "50", "100", "150")
CLOSER = 4  # times at each zoom

WINDOW = Window()
BAR = 0.1

WEIGHTS = tuple(
    key
    for unit in range(1, MENU_UNITS + 1)
    for key in (f"x1_to_unit_{unit}", f"x2_to_unit_{unit}", f"unit_{unit}_to_output")
)


def _number(name: str, default: float, low: float, high: float, label: str, note: str) -> Parameter:
    return Parameter(name=name, kind=float, default=default, low=low, high=high, label=label, note=note)


def _choice(name: str, default: str, choices: tuple[str, ...], label: str, note: str) -> Parameter:
    return Parameter(name=name, kind=str, default=default, choices=choices, label=label, note=note)


LAB = Controls(
    "basins",
    RECIPE,
    sections={
        "What stays as it is": ("kernel_initializer", "seed", "dataset", "samples", "noise", "hidden", "activation"),
        "Training": ("optimizer", "learning_rate", "batch_size", "epochs"),
    },
    more=("output_initializer", "bias_initializer", "data_seed", "test_fraction", "snapshots", "dtype"),
    start=(),
    settings=(
        _choice("across", WINDOW.across, WEIGHTS, "weight across", "It grows to the right."),
        _choice("up", WINDOW.up, WEIGHTS, "weight upwards", "It grows upwards."),
        _number("x", WINDOW.x, -1000.0, 1000.0, "middle, across", "The weight across in the middle of the map."),
        _number("y", WINDOW.y, -1000.0, 1000.0, "middle, upwards", "The weight upwards in the middle of the map."),
        _number("width", WINDOW.width, 1e-9, 2000.0, "width of the window", "From the left edge to the right one."),
        _choice("side", str(WINDOW.side), SIDES, "pixels a side", "Each pixel is a training run."),
        _choice("colour", STEPS, (STEPS, LOSS), "shade by", "Steps to reach a loss, or the loss at the end."),
        _number("bar", BAR, 1e-4, 10.0, "loss to reach", "A run that falls below it has got there."),
    ),
)

WHAT = (
    "Each pixel is a training run. All runs start from the same weights but for the two on the axes, see the same data "
    "and take the same kind of steps: those two numbers alone decide where a run ends. Click one, zoom in."
)
WHY = (
    "Small steps roll downhill, and the border between two valleys is a smooth line. A large step throws a run across "
    "valleys, and the least difference at the start decides on which side it comes down; the border turns ragged. "
    "Zoom in on it: does it ever get smooth? (After Kolen & Pollack 1990.)"
)


def _preset(label: str, note: str, experiment: Mapping[str, Any] | None = None, **settings: Any) -> Preset:
    return Preset(label, note, LAB.to_query(RECIPE.replace(**(experiment or {})), **settings))


PRESETS = (
    _preset("XOR, two weights into one unit", "Broad basins, and a tangle in the middle."),
    _preset("the tangle, closer", "Is the border smooth, from near by?", x=1.0, y=-0.5, width=2.0),
    _preset("gentle steps", "A tenth of the learning rate. Where is the tangle?", {"learning_rate": 0.7}),
    _preset("larger steps", "Learning rate 10: can you still tell who gets there?", {"learning_rate": 10.0}),
    _preset(
        "momentum", "Steps that keep 0.9 of the one before. Kolen & Pollack used momentum too.",
        {"optimizer": "momentum", "learning_rate": 3.0},
    ),
    _preset("hidden against output", "One weight of each layer.", up="unit_1_to_output"),
    _preset("the same input, both units", "Turn the map by half a turn: what do you see?", up="x1_to_unit_2"),
    _preset("ReLU", "A unit with one bend instead of two flat ends.", {"activation": "relu", "learning_rate": 1.0}),
    _preset(
        "two moons", "Another task, four units.",
        {"dataset": "moons", "samples": 100, "noise": 0.1, "hidden": (4,), "learning_rate": 3.0, "epochs": 200},
        side="50",
    ),
)  # fmt: skip


def window_of(choice: Choice) -> Window:
    """The window that the controls ask for; ValueError where there is no such map."""
    wanted = choice.settings
    names = ("across", "up", "x", "y", "width")
    window = Window(**{name: wanted[name] for name in names}, side=int(wanted["side"]))
    check(choice.experiment, window)
    return window


def outcome_of(experiment: Experiment, window: Window, bar: float) -> BasinOutcome:
    """The map: remembered, or trained now."""
    return BasinOutcome(
        compute.result_of(f"Training {count(window.side**2, 'network')}", basins, experiment, window), bar
    )


def view_query(choice: Choice, **changes: Any) -> dict[str, str]:
    """The link to the same map, but for some of the settings."""
    return LAB.to_query(choice.experiment, **{**choice.settings, **changes})


def places_of(outcome: BasinOutcome) -> dict[str, Place | None]:
    """The chosen pixel as A, and the nearest that ends differently as B."""
    event = st.session_state.get(CHART)
    points = event["selection"]["points"] if event else []
    if points:
        clicked = float(points[0]["x"]), float(points[0]["y"])
        if clicked != st.session_state.get(SEEN):  # the browser reports the same click until there is another
            st.session_state[SEEN] = clicked
            choose(outcome.basins.window, *clicked)
    a = chosen(outcome)
    return {"A": a, "B": outcome.nearest_other(a)}


def chosen(outcome: BasinOutcome) -> Place:
    """Row and column of the start chosen last, where it is one of these weights in this window; else of the middle."""
    window = outcome.basins.window
    across, up, x, y = st.session_state.get(CHOSEN, ("", "", 0.0, 0.0))
    if (across, up) == (window.across, window.up) and max(abs(x - window.x), abs(y - window.y)) <= window.width / 2:
        return outcome.nearest(x, y)
    return outcome.nearest(window.x, window.y)


def choose(window: Window, x: float, y: float) -> None:
    """Remember the start that was chosen: two weights, and their values."""
    st.session_state[CHOSEN] = (window.across, window.up, x, y)


def say(outcome: BasinOutcome, palette: Palette, places: Mapping[str, Place | None]) -> str:
    """What became of the starts A and B, as HTML."""
    lines = []
    for letter, color, line in (("A", palette.a, "solid"), ("B", palette.b, "dashed")):
        place = places[letter]
        if place:
            words = f"starts at {_weights(outcome, place)}: {fate(outcome, place)}"
            if letter == "B":
                words += f" No start nearer to A ends differently: they are {_distance(outcome, places)} apart."
            lines.append(
                f'<p class="verdict" style="display: block; border-left: 4px {line} {color}">'
                f'<b style="color: {color}">{letter}</b> {escape(words)}</p>'
            )
    return "".join(lines)


def _start(outcome: BasinOutcome, place: Place) -> tuple[float, float]:
    """The two weights at a pixel's middle."""
    return float(outcome.basins.x[place[1]]), float(outcome.basins.y[place[0]])


def _weights(outcome: BasinOutcome, place: Place) -> str:
    return " and ".join(short_number(weight, outcome.basins.window.pixel) for weight in _start(outcome, place))


def _distance(outcome: BasinOutcome, places: Mapping[str, Place | None]) -> str:
    """How far A and B are apart, in the plane of the two weights."""
    (row, column), (other_row, other_column) = (place or (0, 0) for place in (places["A"], places["B"]))
    return distance_text(math.hypot(row - other_row, column - other_column) * outcome.basins.window.pixel)


def fate(outcome: BasinOutcome, place: Place) -> str:
    """What became of one start, in a clause."""
    step = int(outcome.basins.diverged_at[place])
    below = (
        f"below loss {outcome.bar:g} after about {count(int(outcome.steps[place]), 'step')}"
        if outcome.reached[place]
        else ""
    )
    if step >= 0:
        return f"{below}, then diverged at step {step:,}." if below else f"diverged at step {step:,}."
    return f"{below or f'never below loss {outcome.bar:g}'}; it ends at {number(float(outcome.final[place]))}."


def playground_query(outcome: BasinOutcome, places: Mapping[str, Place | None]) -> dict[str, str]:
    """The link that opens the two starts in the Playground."""
    runs = outcome.basins
    a, b = (
        pixel_experiment(runs.experiment, runs.window, *place).replace(snapshots=DEFAULT_A.snapshots)
        for place in (places["A"], places["B"] or places["A"])
        if place is not None
    )
    return Comparison(a, b).to_query()


def actions(choice: Choice, outcome: BasinOutcome, places: Mapping[str, Place | None]) -> None:
    """Where to go from the chosen start: closer, back out, into the Playground; and starts worth a look."""
    a, window = places["A"], outcome.basins.window
    if a is None:
        return
    x, y = (round(weight, decimals(window.pixel)) for weight in _start(outcome, a))
    _typed(window, x, y)
    wide = min(window.width * CLOSER, 2 * (LARGEST - max(abs(window.x), abs(window.y))))
    views = {
        f"Zoom in at A, {CLOSER} ×": {"x": x, "y": y, "width": window.width / CLOSER},
        f"Zoom out, {CLOSER} ×": {"width": wide},
        "Whole view": {"x": WINDOW.x, "y": WINDOW.y, "width": WINDOW.width},
    }
    with st.container(key="basins-views", horizontal=True):
        for label, changes in views.items():
            st.page_link(PAGE, label=label, query_params=view_query(choice, **changes))
        label = "Open both in the Playground" if places["B"] else "Open in the Playground"
        st.page_link(page.PLAYGROUND, label=label, query_params=playground_query(outcome, places))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html('<span class="muted">Go to</span>', width="content")
        for name, place in outcome.extremes().items():
            st.button(capital(name), key=f"basins.{name}", on_click=choose, args=(window, *_start(outcome, place)))


def _typed(window: Window, x: float, y: float) -> None:
    """The chosen start in two fields, for those who do not click; their arrows go from pixel to pixel."""
    half, places = window.width / 2, decimals(window.pixel)
    st.session_state[TYPED[0]], st.session_state[TYPED[1]] = x, y
    with st.container(key="basins-start", horizontal=True):
        for label, key, middle in zip(("Start across", "Start upwards"), TYPED, (window.x, window.y), strict=True):
            st.number_input(
                label, middle - half, middle + half, step=window.pixel, format=f"%.{places}f", key=key, width=170,
                on_change=_choose_typed, args=(window,),
            )  # fmt: skip


def _choose_typed(window: Window) -> None:
    choose(window, *(st.session_state[key] for key in TYPED))


def method(outcome: BasinOutcome) -> str:
    """How the map was made, in a sentence or two."""
    experiment = outcome.basins.experiment
    labels = [find_weight(experiment, key).label for key in (outcome.basins.window.across, outcome.basins.window.up)]
    moments = len(outcome.basins.moments)
    return (
        f"The axes are the starts of {labels[0]} and {labels[1]}. Steps are read between {moments} recorded moments, "
        f"at most {count(outcome.longest_gap, 'step')} apart; a dip between two of them goes unseen."
    )


def take_home(choice: Choice, figures: Sequence[Figure]) -> None:
    """The link to the page, and the numbers behind each chart."""
    files = ((figure.name, f"nnviz-{figure.name}", figure) for figure in figures)
    link_and_numbers("basins", "map", view_query(choice), files)
