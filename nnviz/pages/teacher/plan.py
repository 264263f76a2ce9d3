"""The teacher's page: the course as a plan, each lesson with its notes and links, and links that hide controls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import streamlit as st

from nnviz.analysis.words import count
from nnviz.core.experiment import FIELDS
from nnviz.core.registry import shorten
from nnviz.lessons.course import LESSONS, course
from nnviz.lessons.lesson import Lesson
from nnviz.pages.basins import controls as basin_lab
from nnviz.pages.landscape import controls as landscape_controls
from nnviz.pages.order import controls as order_controls
from nnviz.pages.pinch import controls as pinch_controls
from nnviz.pages.quiz import state as quiz_state
from nnviz.pages.restarts import lab as restarts_lab
from nnviz.pages.seeds import sections as seeds
from nnviz.pages.starts import controls as starts_controls
from nnviz.pages.zero import controls as zero_controls
from nnviz.ui import markup, page
from nnviz.ui.download.handouts import address, handouts
from nnviz.ui.state import frame, presets, state
from nnviz.ui.state.controls import DIFFER, LABELS, Controls, playground
from nnviz.ui.state.lesson_state import NONE, link_query
from nnviz.ui.state.presets import Preset
from nnviz.ui.state.state import Comparison, Query
from nnviz.ui.state.widgets import capital

PAGE = page.script("teacher")
_DRAW = "teacher.draw"  # in the session: the draw of the quiz for the class
INTRODUCTION = (
    "Each lesson is a row of screens that ask before they show. Let the class guess, by a show of hands, and only then "
    "press an answer. All numbers are measured while you look, so do try what somebody asks."
)
PROJECTOR = (
    "Links for the projector open with large type and no side bar. There the keys 1 to 4 choose an answer, the arrow "
    "keys go on and back, Esc ends it."
)


def from_query(query: Query) -> tuple[str, list[str]]:
    """The lesson that a URL's query names, and a sentence for each thing that could not be used. Never raises."""
    texts = {name: given if isinstance(given, str) else "".join(given[-1:]) for name, given in query.items()}
    key = texts.pop("lesson", "")
    sentences = state.unknown(texts, ("lesson",))
    if key and key not in course:
        sentences.append(f"lesson={shorten(key)}: there is no such lesson. Here is the whole course.")
        key = ""
    return key, state.at_most(sentences)


LINKED: state.Linked[str] = state.Linked("teacher", lambda key: {"lesson": key} if key else {}, from_query)


def show() -> None:
    """The whole course, or one lesson of it."""
    LINKED.incoming(entering=False)
    key = LINKED.kept()
    if key:
        _lesson(course[key])
    else:
        _course()


def _course() -> None:
    st.title("The course, for teachers", anchor=False)
    page.remarks(LINKED.sentences())
    st.html(f'<div class="lesson"><p>{markup.text(INTRODUCTION)}</p></div>')
    total = sum(lesson.teaching.minutes for lesson in LESSONS)
    st.header(f"The plan: {count(len(LESSONS), 'lesson')}, {count(total, 'minute')}", anchor=False)
    for number, lesson in enumerate(LESSONS, 1):
        with st.container(key=f"lesson-{number}", gap=None):
            label = f"{number}. {markup.plain(lesson.title)}"
            st.page_link(PAGE, label=label, query_params={"lesson": lesson.key})
            minutes = f"<span class=muted>{lesson.teaching.minutes}&nbsp;minutes</span>"
            st.html(f'<p class="promise">{markup.text(lesson.teaching.aim)} {minutes}</p>')
    _quiz()
    _link_maker()


def _lesson(lesson: Lesson) -> None:
    teaching, number = lesson.teaching, LESSONS.index(lesson) + 1
    with st.container(key="where", horizontal=True, gap="small", vertical_alignment="center"):
        st.page_link(PAGE, label="The whole course", query_params={})
        st.html(f'<span class="muted">Lesson {number} of {len(LESSONS)}, for teachers</span>', width="content")
    st.title(lesson.title, anchor=False)
    page.remarks(LINKED.sentences())
    st.html(
        f'<div class="lesson"><p>{markup.text(lesson.promise)}</p><p><b>Aim.</b> {markup.text(teaching.aim)}</p>'
        f"<p><b>{teaching.minutes} minutes.</b></p></div>"
    )
    ask, wrong = st.columns(2, gap="medium")
    with ask:
        st.header("To ask", anchor=False)
        st.html(
            f'<div class="lesson"><ol>{"".join(f"<li>{markup.text(line)}</li>" for line in teaching.ask)}</ol></div>'
        )
    with wrong:
        st.header("Common wrong answers", anchor=False)
        pairs = "".join(
            f"<p><b>“{markup.text(said)}”</b><br>{markup.text(reply)}</p>" for said, reply in teaching.wrong
        )
        st.html(f'<div class="lesson">{pairs}</div>')
    st.header("Screens", anchor=False)
    st.html(f"{_screens(lesson)}<p class=muted>{markup.text(PROJECTOR)}</p>")
    handouts(lesson)


def _screens(lesson: Lesson) -> str:
    """Each screen and the task, with links that open in a tab of their own."""
    rows = []
    for number, screen in enumerate(lesson.screens, 1):
        plain, told = link_query(lesson.key, number), link_query(lesson.key, number, NONE * (number - 1) + "1")
        links = _links({"open": plain, "with the answer": told, "projector": plain | {"present": "1"}})
        words = f"<b>{markup.text(screen.title)}</b><br>{markup.text(screen.question)}"
        rows.append(f'<tr><th scope="row">{number}</th><td>{words}</td><td>{links}</td></tr>')
    number = len(lesson.screens) + 1
    end = link_query(lesson.key, number)
    task = Comparison(lesson.task.a, lesson.task.b).to_query()
    links = _links({"open": end, "projector": end | {"present": "1"}}) + " · " + _anchor("Playground", ".", task)
    words = f"<b>Now you</b><br>{markup.text(lesson.task.words.partition(chr(10))[0])}"
    rows.append(f'<tr><th scope="row">{number}</th><td>{words}</td><td>{links}</td></tr>')
    return f'<table class="numbers screens"><tbody>{"".join(rows)}</tbody></table>'


def _links(queries: Mapping[str, Mapping[str, str]]) -> str:
    return " · ".join(_anchor(label, "lessons", query) for label, query in queries.items())


def _anchor(label: str, path: str, query: Mapping[str, str]) -> str:
    """A link beside this page; addresses are relative, so that they hold wherever the app is served."""
    where = markup.text(f"{path}?{urlencode(query)}")
    return f'<a href="{where}" target="_blank" rel="noopener">{markup.text(label)}</a>'


def _quiz() -> None:
    """A quiz that a class can take together."""
    st.header("One quiz for all", anchor=False)
    st.html(
        '<div class="lesson"><p>The quiz draws its questions anew for everybody. To give a class the same ten, hand '
        "out one link. Nothing is sent back to you: let the class hold up fingers.</p></div>"
    )
    if _DRAW not in st.session_state:
        _draw()
    sitting = quiz_state.Sitting(st.session_state[_DRAW])
    with st.container(key="class-quiz", gap="small"):
        st.code(address("quiz", quiz_state.to_query(sitting)), language=None, wrap_lines=True)
        st.button("Other questions", on_click=_draw)


def _draw() -> None:
    st.session_state[_DRAW] = quiz_state.fresh().draw


@dataclass(frozen=True)
class NamedPlace:
    """A page whose controls can be hidden.

    Attributes:
        label: its name in the menu.
        path: its name in addresses.
        controls: what stands in its side bar.
        presets: what it can show.
    """

    label: str
    path: str
    controls: Controls
    presets: tuple[Preset, ...]

    def names(self) -> dict[str, str]:
        """What can be hidden: name in the link -> words."""
        own = {name: capital(parameter.label) for name, parameter in self.controls.settings.items()}
        fields = {name: capital(LABELS.get(name) or FIELDS[name].label) for name in self.controls.fields}
        return own | fields | ({DIFFER: "Let B differ in"} if self.controls.pair else {})


ROOMS = (
    NamedPlace("Playground", "", playground, presets.PRESETS),
    NamedPlace("Restarts", "restarts", restarts_lab.LAB, restarts_lab.PRESETS),
    NamedPlace("How little is enough?", "pinch", pinch_controls.CONTROLS, pinch_controls.PRESETS),
    NamedPlace("Random or different?", "starts", starts_controls.LAB, starts_controls.PRESETS),
    NamedPlace("When is zero right?", "zero", zero_controls.LAB, zero_controls.PRESETS),
    NamedPlace("Start or order?", "order", order_controls.LAB, order_controls.PRESETS),
    NamedPlace("Which starts end where?", "basins", basin_lab.LAB, basin_lab.PRESETS),
    NamedPlace("Loss landscape", "landscape", landscape_controls.LAB, landscape_controls.PRESETS),
    NamedPlace("When to fix the seed", "seeds", seeds.LAB, seeds.PRESETS),
)


def _link_maker() -> None:
    """A link to a page that shows a preset, without the controls that would distract."""
    st.header("A link that hides controls", anchor=False)
    st.html(
        '<div class="lesson"><p>Fewer knobs, fewer detours. Choose what the class shall see. What is hidden stays as '
        "the link says.</p></div>"
    )
    with st.container(key="link-maker", gap="small"):
        rooms = {room.label: room for room in ROOMS}
        room = rooms[st.selectbox("Page", list(rooms), key="teacher.room")]
        shown = {preset.label: preset.query for preset in room.presets}
        query = dict(shown[st.selectbox("Shows", list(shown), key=f"teacher.preset.{room.path}")])
        everything = st.checkbox("Hide the whole side bar", key="teacher.sidebar")
        names = room.names()
        chosen = st.multiselect(
            "Hide", list(names), format_func=lambda name: names[name], key=f"teacher.hide.{room.path}",
            disabled=everything, placeholder="nothing",
        )  # fmt: skip
        projector = st.checkbox("For the projector", key="teacher.present")
        hidden = [frame.SIDEBAR] if everything else chosen
        query |= {"hide": ",".join(hidden)} if hidden else {}
        st.code(address(room.path, query | ({"present": "1"} if projector else {})), language=None, wrap_lines=True)
