"""The page on a visitor's own data: its controls, the training of all starts, what stands below the ranking."""

from __future__ import annotations

import streamlit as st

from nnviz.analysis.tables.baselines import Baseline
from nnviz.analysis.tables.preparing import OwnData
from nnviz.analysis.tables.rank import train_table_split
from nnviz.analysis.tables.ranking import RankedInitializer, Ranking, rank_splits, resolution, yardsticks
from nnviz.analysis.tables.split_runs import (
    LEAST_SPLITS,
    MOST_SEEDS,
    MOST_SPLITS,
    RECIPE,
    SEEDS,
    SETS,
    SPLITS,
    STARTS,
    check,
    seconds,
)
from nnviz.analysis.words import count, number, percent
from nnviz.core.experiment import OwnExperiment
from nnviz.core.registry import Parameter, text_of
from nnviz.export import code, own_data
from nnviz.figures.style.figure import Figure
from nnviz.figures.tables.ranking import place_text
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
    RECIPE,
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
            name="splits", kind=int, default=SPLITS, low=LEAST_SPLITS, high=MOST_SPLITS, label="splits of the rows",
            note="How often rows are held back anew. More splits tell more apart.",
        ),
        Parameter(
            name="seeds", kind=int, default=SEEDS, low=1, high=MOST_SEEDS, label="seeds in each split",
            note="How often each start is drawn, on each split.",
        ),
    ),
)  # fmt: skip

INTRODUCTION = (
    "Bring a table as CSV, and choose the column to be answered. The same small network is then trained from several "
    "starts, each drawn many times, on several splits of the rows. The table stays in the memory of this session, is "
    "written to no file and no log, and is forgotten when you close or reload the page. The link holds the settings, "
    "never the data."
)
VARIED = (
    "What varies is the split, which draws the rows held back, and the seed, which draws the weights and the order of "
    "rows: the same for every start. What does not: the network and its training. Another learning rate may turn the "
    "order round."
)
METHOD = (
    "Each ring is a split: the median over its seeds. A diamond is the mean over splits with its interval; in 95 % all "
    "intervals hold together, so the best one’s allows for having been picked. Splits share rows, so Student’s t is "
    "taken with Nadeau and Bengio’s correction (2003). A filled diamond ties with the best: a difference that large "
    "comes by chance in over 5 %, all pairs of starts counted (Bonferroni). A guess is beaten where even the best "
    "constant answer, known in hindsight, is. A loss above twice that counts as twice, a run that diverged too."
)

PRESETS = (
    Preset("the usual six", "As at first.", {}),
    Preset("small to large", "One distribution, six scales, and zeros.", {"starts": text_of(SETS["scales"])}),
    Preset("all of Keras", "Its fifteen, with their defaults.", {"starts": text_of(SETS["keras"])}),
    Preset("deeper", "Four hidden layers: does the start matter more?", {"hidden": "16,16,16,16"}),
    Preset("no hidden layer", "Do zeros still fall behind?", {"hidden": "none"}),
)


def ranked(given: Brought, data: OwnData, choice: Choice) -> Ranking | None:
    """All starts, trained and ranked; on the splits done so far, where it was stopped; None where they are too few."""
    store, settings = given.results, choice.settings
    starts, seeds, splits = settings["starts"], settings["seeds"], settings["splits"]
    problem = _problem(data, choice)
    if problem:
        page.remarks([problem])
        return None
    asked = (data, choice.experiment, starts, seeds)
    mark = hash((*asked, splits))  # a number, since Streamlit keeps what buttons hand on, and the data is to go
    todo = list(range(splits))
    missing = [j for j in todo if compute.known(train_table_split, *asked, j, store=store) is None]
    if missing and given.kept.get(_STOPPED) == mark:
        todo = [j for j in todo if j not in missing]
        _say_stopped(len(todo), splits)
        missing = []
    place = st.empty()
    if missing and seconds(OwnExperiment.of(choice.experiment, data.dataset), len(starts), seeds, splits) > STOP_FROM:
        place.button("Stop", key="own_stop", on_click=_stop, args=(mark,), help="What has been trained stays.")
    runs = []
    for j in todo:
        words = f"Training {count(len(starts), 'start')}, split {j + 1} of {splits}"
        runs.append(compute.result_of(words, train_table_split, *asked, j, store=store))
    place.empty()
    return rank_splits(runs) if len(runs) >= LEAST_SPLITS else None


def _problem(data: OwnData, choice: Choice) -> str:
    """A sentence where starts cannot be trained on this; else an empty text."""
    settings = choice.settings
    try:
        recipe = OwnExperiment.of(choice.experiment, data.dataset)
        return check(recipe, settings["starts"], settings["seeds"], settings["splits"])
    except ValueError as problem:
        return str(problem)


def _say_stopped(done: int, splits: int) -> None:
    with st.container(key="own_stopped", horizontal=True, vertical_alignment="center"):
        words = f"{done} of {count(splits, 'split')} trained, then stopped."
        if done < LEAST_SPLITS:
            words += f" A ranking takes {LEAST_SPLITS}."
        st.html(f'<p class="muted">{words}</p>', width="content")
        st.button("Go on", key="own_go_on", on_click=_stop, args=(None,))


def _stop(asked: int | None) -> None:
    given = own_table.brought()
    if given:
        given.kept[_STOPPED] = asked


def reading(ranking: Ranking) -> None:
    """What the ranking says, and what it does not, with its numbers."""
    sentences = [yardsticks(ranking)]
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
    st.html(markup.paragraphs(list(filter(None, [*sentences, resolution(ranking), VARIED]))))


def in_numbers(ranking: Ranking) -> None:
    """Every start in a row of a table, the baselines below them, and how it was measured."""
    with st.expander("In numbers, and how it was measured"):
        rows = {place.name: _row(place, ranking) for place in ranking.places}
        rows |= {b.name: (number(b.loss), "–", _right(b), "–") for b in ranking.baselines}
        headings = ("loss", "95 % interval", "right", "first in")
        columns = {head: {name: row[i] for name, row in rows.items()} for i, head in enumerate(headings)}
        if not ranking.classes:
            del columns["right"]
        st.html(markup.table(columns))
        st.html(markup.paragraphs([METHOD]))


def _row(place: RankedInitializer, ranking: Ranking) -> tuple[str, ...]:
    interval = f"{number(place.low)} to {number(place.high)}"
    return place_text(place), interval, _right(place), f"{place.first} of {len(ranking.splits)}"


def _right(judged: RankedInitializer | Baseline) -> str:
    return percent(judged.accuracy) if judged.accuracy == judged.accuracy else "–"


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
        recipe = OwnExperiment.of(choice.experiment, data.dataset)
        experiment = recipe.replace(kernel_initializer=ranking.places[chosen].initializer)
        problems = []
        for framework, name in code.frameworks.items():
            try:
                script = code.script(experiment, framework, data)
            except ValueError as problem:
                problems.append(str(problem))
                continue
            file = f"nnviz_{framework.replace('-', '_')}.py"
            st.download_button(name, script, file, "text/x-python", on_click="ignore")
        st.download_button("Table as read", own_table.as_csv(data.table), own_data.FILE, "text/csv", on_click="ignore")
        st.download_button("Ranking as CSV", figure.csv, "ranking.csv", "text/csv", on_click="ignore")
    page.remarks(problems)
    st.caption(
        "Each script takes the table as it was read here: keep that file beside it. It prepares the rows as here, and "
        f"repeats the run of the first split and seed {experiment.seed}. This link opens the page with these settings, "
        "and without the data."
    )
    st.page_link(page.script("lessons"), label="Lesson 6: the methods", query_params={"lesson": "methods"})
    st.code(state.link(LAB.to_query(choice.experiment, **choice.settings)), language=None, wrap_lines=True)
