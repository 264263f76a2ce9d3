"""The page on a visitor's own data: its controls, the training of all starts, what stands below the ranking."""

from __future__ import annotations

import streamlit as st

from nnviz.analysis.tables.preparing import OwnData
from nnviz.analysis.tables.ranking import (
    LEAST_RUNS,
    MOST_RUNS,
    SETS,
    STARTS,
    RankedInitializer,
    Ranking,
    check,
    rank,
    seconds,
    train_seeds,
)
from nnviz.analysis.words import count, number, percent
from nnviz.core.experiment import Experiment, OwnExperiment
from nnviz.core.registry import Parameter, text_of
from nnviz.export import code
from nnviz.figures.style.figure import Figure
from nnviz.ui import markup, own_table, page
from nnviz.ui.own_table import Brought
from nnviz.ui.state import state
from nnviz.ui.state.controls import Choice, Controls
from nnviz.ui.state.presets import Preset
from nnviz.ui.work import compute

PAGE = page.script("your_data")
STOP_FROM = 1.0  # seconds of work that can be stopped
_STOPPED = "stopped"  # kept with the table: what was being trained when it was stopped

LAB = Controls(
    "your_data",
    Experiment(samples=1000, hidden=(16,), activation="relu", learning_rate=0.1, epochs=50),
    sections={
        "Network": ("hidden", "activation"),
        "Training": ("optimizer", "learning_rate", "batch_size", "epochs"),
        "Rows": ("samples", "test_fraction", "data_seed"),
    },
    more=(),
    start=("seed",),
    settings=(
        Parameter(
            name="starts", kind=tuple, default=SETS["usual"], choices=STARTS, label="starts compared",
            note="As many as you like: Keras’s fifteen, normal numbers of several sizes, and more.",
        ),
        Parameter(
            name="seeds", kind=int, default=20, low=LEAST_RUNS, high=MOST_RUNS, label="seeds of each",
            note="How often each start is drawn. More seeds tell more apart.",
        ),
    ),
)  # fmt: skip

INTRODUCTION = (
    "Bring a table as CSV, and choose the column to be answered. The same small network is then trained from several "
    "starts, each drawn many times. The table stays in the memory of this session, is written to no file and no log, "
    "and is forgotten when you close or reload the page. The link holds the settings, never the data."
)
VARIED = (
    "What varies is the seed, which draws the weights and the order of rows: the same seeds for every start. What does "
    "not: the split, the network, its training. Another learning rate may turn the order round."
)
METHOD = (
    "Each ring is a run, each diamond the median of a start's runs, with its 95 % interval (order statistics, Thompson "
    "1936). A filled diamond ties with the best: seed by seed, the best does not end lower so often that chance would "
    "hardly do it (sign test at 5 %, corrected for all comparisons, Holm 1979). The best is chosen by the rows that it "
    "is judged by, so its own figure is a little too good. A run that diverged counts as the worst."
)

PRESETS = (
    Preset("the usual six", "As at first.", {}),
    Preset("small to large", "One distribution, six scales, and zeros.", {"starts": text_of(SETS["scales"])}),
    Preset("all of Keras", "Its fifteen, with their defaults.", {"starts": text_of(SETS["keras"])}),
    Preset("deeper", "Four hidden layers: does the start matter more?", {"hidden": "16,16,16,16"}),
    Preset("no hidden layer", "Do zeros still fall behind?", {"hidden": "none"}),
)


def ranked(given: Brought, data: OwnData, choice: Choice) -> Ranking | None:
    """All starts, trained and ranked; those trained so far, where it was stopped; None where there is nothing yet."""
    store, seeds = given.results, choice.settings["seeds"]
    experiments = _experiments(data, choice)
    if not experiments:
        return None
    asked = hash((*experiments, seeds))  # a number, since Streamlit keeps what buttons hand on, and the data is to go
    missing = [e for e in experiments if compute.known(train_seeds, e, seeds, store=store) is None]
    if missing and given.kept.get(_STOPPED) == asked:
        _say_stopped(len(experiments) - len(missing), len(experiments))
        experiments = [e for e in experiments if e not in missing]
        missing = []
    place = st.empty()
    if missing and seconds(missing[0], len(missing), seeds) > STOP_FROM:
        place.button("Stop", key="own_stop", on_click=_stop, args=(asked,), help="What has been trained stays.")
    runs = []
    for i, e in enumerate(experiments, start=1):
        words = f"Training {e.kernel_initializer}, {i} of {len(experiments)}"
        runs.append(compute.result_of(words, train_seeds, e, seeds, store=store))
    place.empty()
    return rank(runs) if runs else None


def _experiments(data: OwnData, choice: Choice) -> list[OwnExperiment]:
    """One for each start; none, and a sentence, where they cannot be trained."""
    starts = choice.settings["starts"]
    try:
        recipe = OwnExperiment.of(choice.experiment, data.dataset)
        sentence = check(recipe, starts, choice.settings["seeds"])
    except ValueError as problem:
        sentence = str(problem)
    page.remarks(filter(None, [sentence]))
    return [] if sentence else [recipe.replace(kernel_initializer=start) for start in starts]


def _say_stopped(done: int, starts: int) -> None:
    with st.container(key="own_stopped", horizontal=True, vertical_alignment="center"):
        words = f"{done} of {count(starts, 'start')} trained, then stopped."
        st.html(f'<p class="muted">{words}</p>', width="content")
        st.button("Go on", key="own_go_on", on_click=_stop, args=(None,))


def _stop(asked: int | None) -> None:
    given = own_table.brought()
    if given:
        given.kept[_STOPPED] = asked


def reading(ranking: Ranking) -> None:
    """What the ranking says, and what it does not, with its numbers."""
    yardsticks = f"a guess that ignores the inputs has {number(ranking.guess)}."
    zeros = next((place for place in ranking.places if str(place.initializer) == "zeros"), None)
    if zeros:
        yardsticks = f"zeros end at {_loss(zeros.median)}, {yardsticks}"
    sentences = [f"The yardstick: {yardsticks}"]
    if ranking.classes:
        likeliest = max(ranking.places, key=lambda place: place.accuracy)
        if percent(likeliest.accuracy) != percent(ranking.best.accuracy):
            sentences.append(
                f"Counted by right answers, {likeliest.name} is ahead: {percent(likeliest.accuracy)} against "
                f"{percent(ranking.best.accuracy)}."
            )
    else:
        sentences.append(
            "The answer was standardised: on the rows trained on, a guess at the mean has a squared error of 1."
        )
    st.html(markup.paragraphs([*sentences, VARIED]))


def in_numbers(ranking: Ranking) -> None:
    """Every start in a row of a table, and how it was measured."""
    with st.expander("In numbers, and how it was measured"):
        columns = {
            "95 % interval": {p.name: f"{_loss(p.low)} to {_loss(p.high)}" for p in ranking.places},
            "the best is lower in": {p.name: _lower(ranking, p) for p in ranking.places},
        }
        st.html(markup.table(columns))
        st.html(markup.paragraphs([METHOD]))


def take_home(ranking: Ranking, figure: Figure, data: OwnData, choice: Choice) -> None:
    """The code of a start, the numbers, and the link."""
    st.header("Take it with you", anchor=False)
    names = [place.name for place in ranking.places]  # a menu keeps what it is made with, so no more than these
    names[0] += ", lowest here"  # and it has a name of its own for each order, in which the best is chosen
    with st.container(key="own_code", horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Code that starts from", range(len(names)), key=f"own.code.{'|'.join(names)}", width=320,
            format_func=lambda i: names[i],
        )  # fmt: skip
        experiment = ranking.places[chosen].runs.experiment
        problems = []
        for framework, name in code.frameworks.items():
            try:
                script = code.script(experiment, framework, data)
            except ValueError as problem:
                problems.append(str(problem))
                continue
            file = f"nnviz_{framework.replace('-', '_')}.py"
            st.download_button(name, script, file, "text/x-python", on_click="ignore")
        st.download_button("Ranking as CSV", figure.csv, "ranking.csv", "text/csv", on_click="ignore")
    page.remarks(problems)
    st.caption(
        f"Each script reads the table from a file beside it, prepares it as here, and repeats the run of seed "
        f"{experiment.seed}. This link opens the page with these settings, and without the data."
    )
    st.page_link(page.script("lessons"), label="Lesson 6: the methods", query_params={"lesson": "methods"})
    st.code(state.link(LAB.to_query(choice.experiment, **choice.settings)), language=None, wrap_lines=True)


def _lower(ranking: Ranking, place: RankedInitializer) -> str:
    return "–" if place is ranking.best else f"{place.lower} of {count(ranking.seeds, 'seed')}"


def _loss(loss: float) -> str:
    return "diverged" if loss == float("inf") else number(loss)
