"""A lesson on a page: words, a prediction, and only then what is measured."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from nnviz.analysis.references import registry as references
from nnviz.core.registry import Parameter, Value
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.film import Film
from nnviz.figures.style.sides import traced_sides
from nnviz.figures.style.template import PALETTES
from nnviz.lessons.course import LESSONS
from nnviz.lessons.lesson import LessonTask, Numbers, PageLink, Pair, Reveal, Screen
from nnviz.pages.lessons import lesson_progress
from nnviz.ui import markup, page
from nnviz.ui.components.film import film
from nnviz.ui.components.stage import quiet_stage
from nnviz.ui.download.handouts import handouts
from nnviz.ui.state import frame, state
from nnviz.ui.state.initial_values import InitialValues
from nnviz.ui.state.lesson_state import LINKED, LessonPlace, to_query
from nnviz.ui.state.state import Comparison
from nnviz.ui.state.widgets import capital, parameter_control
from nnviz.ui.work import compute
from nnviz.ui.work.results import drawn_once

PAGE = page.script("lessons")
INITIAL_VALUES = InitialValues("lessons")
_FILLED = "lessons.filled"  # in the session: the place, as a query, whose settings the controls hold
_CHECKED = "lessons.checked"  # in the session: the answer to a task that was tried last


def play(place: LessonPlace) -> None:
    """One screen of a lesson, or the task after the last."""
    place = _as_controls_say(place)
    LINKED.keep(place)
    lesson_progress.keep(place)
    number = LESSONS.index(place.text) + 1
    with st.container(key="where", horizontal=True, gap="small", vertical_alignment="center"):
        st.page_link(PAGE, label="All lessons", query_params={})
        st.html(f'<span class="muted">Lesson {number}: {markup.text(place.text.title)}</span>', width="content")
    with st.container(key="lesson", gap="small"):
        content, steps = st.container(gap="small"), st.container()
    with steps:  # drawn first, for one may go on, or back, while a measurement runs
        _steps(place)
    with content:
        if place.shown:
            _screen(place, place.shown)
        else:
            _ending(place)


def _screen(place: LessonPlace, screen: Screen) -> None:
    st.title(screen.title, anchor=False)
    page.remarks(LINKED.sentences())
    if place.guess is None:
        st.html(f'<div class="lesson">{markup.prose(screen.before)}</div>')
        _ask(place, screen)
        return
    with st.container(key="reveal"):  # the style lays these out: side by side, on a phone one below the other
        words, beside = st.container(key="reveal-words"), st.container(key="reveal-pictures")
        below, why = st.container(key="reveal-stage"), st.container(key="reveal-why")
    with words:
        st.html(f'<div class="lesson">{markup.prose(screen.before)}</div>')
        options = st.empty()
        options.html(_options(screen, place.guess, None))
    with beside:
        pictures = st.container()
        _controls(place)
    with words:
        result = compute.result_of("Measuring", screen.measure, *place.settings.values())
    reveal = screen.reveal(result)
    options.html(_options(screen, place.guess, reveal))
    with why:
        st.html(f'<div class="lesson">{markup.prose(reveal.why)}</div>')
        _way_on(screen.way)
    theme = st.context.theme.type or "light"
    for picture in _drawn(place.lesson, screen.key, tuple(place.settings.items()), theme, screen, result):
        if isinstance(picture, Pair):
            with below:
                _stage(picture, theme, f"stage-{place.lesson}-{screen.key}")
        else:
            with pictures:
                _picture(place, picture)


@drawn_once
def _drawn(
    lesson: str, key: str, settings: tuple[tuple[str, object], ...], theme: str, _screen: Screen, _measured: object
) -> Sequence[Figure | Film | Numbers | Pair]:
    """The pictures of a screen, drawn once for everybody; what stands before them tells which."""
    return _screen.pictures(_measured, PALETTES[theme])


def _ask(place: LessonPlace, screen: Screen) -> None:
    """The question and its options. Nothing is measured before one is chosen."""
    st.html(f'<p class="question">{markup.text(screen.question)}</p>')
    with st.container(key="options", gap="small"):
        for i, option in enumerate(screen.options):
            st.button(
                f"**{i + 1}**\u2002{markup.plain(option)}", key=f"option.{place.lesson}.{screen.key}.{i}",
                on_click=_go, args=(place.guessed(i),), shortcut=str(i + 1) if frame.presents() else None,
                width="stretch", wrap=True,
            )  # fmt: skip


def _options(screen: Screen, guess: int, reveal: Reveal | None) -> str:
    """The options again, with the reader's guess and, once there is one, what was measured."""
    result = f'<p class="because" role="status">{markup.text(_verdict(guess, reveal))}</p>' if reveal else ""
    return (
        f'<div class="lesson"><p class="question">{markup.text(screen.question)}</p>'
        f"{markup.option_list(screen.options, guess, reveal.right if reveal else None)}{result}</div>"
    )


def _verdict(guess: int, reveal: Reveal) -> str:
    return f"{'You foresaw it.' if guess == reveal.right else 'Not so.'} {reveal.because}"


def _picture(place: LessonPlace, picture: Figure | Film | Numbers) -> None:
    if isinstance(picture, Numbers):
        st.html(f'<p class="finding">{markup.text(picture.title)}</p>{markup.table(picture.columns)}')
    elif isinstance(picture, Figure):
        page.chart(picture)
    else:
        st.html(f'<p class="finding">{markup.text(picture.title)}</p>')
        _clicked(place, picture, film(picture, f"film-{place.lesson}-{place.screen}-{picture.name}"))


def _clicked(place: LessonPlace, picture: Film, point: tuple[float, ...] | None) -> None:
    """Sets what a click into a film sets, each as far as it may go."""
    if point is None:
        return
    parameters = {parameter.name: parameter for parameter in place.parameters}
    settings = dict(place.settings)
    for name, value in zip(picture.sets, point, strict=True):
        settings[name] = float(min(max(value, parameters[name].low), parameters[name].high))
    LINKED.keep(place.with_settings(settings))
    st.rerun()


def _stage(pair: Pair, theme: str, key: str) -> None:
    """Two experiments as in the Playground, and the way there."""
    comparison = Comparison(pair.a, pair.b)
    traces = compute.traces_of(comparison)
    verdicts = compute.verdicts(traces)
    st.html(markup.verdicts(traced_sides(traces, PALETTES[theme]), verdicts))
    quiet_stage(traces, theme, verdicts, key)
    st.page_link(page.PLAYGROUND, label="Open in the Playground", query_params=comparison.to_query())


def _controls(place: LessonPlace) -> None:
    """What the reader may change of what was measured, or of the answer to the task."""
    if not place.parameters:
        return
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        for parameter in place.parameters:
            with st.container(width=220):
                try:
                    INITIAL_VALUES.read(_name(place, parameter), partial(_control, parameter))
                except ValueError as error:
                    page.remarks([str(error)])
    st.session_state[_FILLED] = to_query(place)


def _control(parameter: Parameter, key: str, begun: Value) -> Value:
    chosen: Value = parameter_control(parameter, key, capital(parameter.label), begun)
    return chosen


def _ending(place: LessonPlace) -> None:
    lesson = place.text
    task = lesson.task
    st.title("Now you", anchor=False)
    page.remarks(LINKED.sentences())
    st.html(f'<div class="lesson">{markup.prose(task.words)}</div>')
    query = Comparison(task.a, task.b).to_query()
    with st.container(key="task", gap=None):
        st.page_link(page.PLAYGROUND, label="Open in the Playground", query_params=query)
    if task.asked is not None:
        _controls(place)
        _check(place, task)
    _way_on(task.way)
    st.header("The sentence to remember", anchor=False)
    st.html(f'<p class="remember">{markup.text(lesson.remember)}</p>')
    st.html(f'<p class="muted sources">Sources: {_sources(lesson.sources)}</p>')
    handouts(lesson)


def _way_on(way: PageLink | None) -> None:
    if way:
        with st.container(key="way", gap=None):
            st.page_link(page.script(way.page), label=way.label, query_params={})


def _check(place: LessonPlace, task: LessonTask) -> None:
    """What the reader brought back, tried."""
    asked = st.session_state.get(_CHECKED)
    now = (place.lesson, *place.settings.values())
    if st.button("Check it", on_click=state.touch) or asked == now:
        st.session_state[_CHECKED] = now
        checked = compute.result_of("Trying it", task.check, *place.settings.values())  # type: ignore[arg-type]
        words = f"{'That is it.' if checked.done else 'Not yet.'} {checked.sentence}"
        st.html(f'<p class="because" role="status">{markup.text(words)}</p>')


def _sources(keys: Sequence[str]) -> str:
    def cited(key: str) -> str:
        source = references[key]
        words = markup.text(f"{source.short}, {source.title}")
        return f'<a href="{markup.text(source.link)}">{words}</a>' if source.link else words

    return " · ".join(map(cited, keys))


def _steps(place: LessonPlace) -> None:
    """Back and on; in presenter mode by the arrow keys too."""
    last = len(place.text.screens) + 1
    left, right = ("Left", "Right") if frame.presents() else (None, None)
    with st.container(key="steps", horizontal=True, gap="medium", vertical_alignment="center"):
        st.button(
            "Back", key="step.back", disabled=place.screen == 1, on_click=_go,
            args=(place.at(max(1, place.screen - 1)),), shortcut=left,
        )  # fmt: skip
        st.html(f'<span class="muted">{place.screen} of {last}</span>', width="content")
        if place.screen < last:
            waiting = place.guess is None and place.shown is not None
            st.button(
                "Next", key="step.next", disabled=waiting, type="primary", on_click=_go,
                args=(place.at(place.screen + 1),), shortcut=right, help="Choose an answer first." if waiting else None,
            )  # fmt: skip
        else:
            _onward(place, right)


def _onward(place: LessonPlace, shortcut: str | None) -> None:
    """From the end of a lesson to the next one, or to the quiz."""
    later = LESSONS[LESSONS.index(place.text) + 1 :]
    if later:
        label = f"Next lesson: {markup.plain(later[0].title)}"
        st.button(
            label, key="step.next", type="primary", on_click=_go, args=(LessonPlace(later[0].key),), shortcut=shortcut,
            wrap=True,
        )  # fmt: skip
    else:
        st.page_link(page.script("quiz"), label="The quiz")


def _go(place: LessonPlace) -> None:
    LINKED.keep(place)
    state.touch()


def _as_controls_say(place: LessonPlace) -> LessonPlace:
    """The place with what its controls hold; where the place is news, they are filled from it first."""
    settings: dict[str, Value] = {}
    news = st.session_state.get(_FILLED) != to_query(place)
    for parameter in place.parameters:
        name, value = _name(place, parameter), place.settings.get(parameter.name, parameter.default)
        if news or not INITIAL_VALUES.drawn(name):
            INITIAL_VALUES.fill(name, value)
        try:
            settings[parameter.name] = parameter.check(st.session_state.get(INITIAL_VALUES.key(name), value))
        except ValueError:
            settings[parameter.name] = value
    return place.with_settings(settings)


def _name(place: LessonPlace, parameter: Parameter) -> str:
    return f"{place.lesson}.{place.screen}.{parameter.name}"
