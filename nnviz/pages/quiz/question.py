"""The quiz on a page: one question after the other, then how it went and what to explain to someone else."""

from __future__ import annotations

import streamlit as st

from nnviz.figures.style.template import PALETTES
from nnviz.lessons.course import course
from nnviz.lessons.quiz.quiz import LENGTH, plan, question
from nnviz.lessons.quiz.record import Question, Template
from nnviz.lessons.quiz.words import INTRODUCTION, PROMPTS, graded
from nnviz.pages.quiz.state import END, LINKED, Sitting, fresh
from nnviz.ui import markup, page
from nnviz.ui.state import frame, state
from nnviz.ui.state.lesson_state import link_query
from nnviz.ui.state.state import Comparison
from nnviz.ui.work import compute

PAGE = page.script("quiz")
LESSONS = page.script("lessons")


def play() -> None:
    """The beginning, one question, or the end."""
    entering = not {"quiz.begin", "quiz.next"} & st.session_state.keys()  # Streamlit forgets controls not on the page
    LINKED.incoming(entering)
    sitting = LINKED.kept()
    with st.container(key="lesson", gap="small"):
        if sitting.draw is None:
            _begin()
        elif sitting.question == END:
            _end(sitting, sitting.draw)
        else:
            _ask(sitting, sitting.draw)


def _begin() -> None:
    st.title("Ten questions, drawn for you", anchor=False)
    page.remarks(LINKED.sentences())
    st.html(f'<div class="lesson">{markup.prose(INTRODUCTION)}</div>')
    st.button("Begin", key="quiz.begin", type="primary", on_click=_draw, shortcut=_key("Right"))


def _ask(sitting: Sitting, draw: int) -> None:
    template = plan(draw)[sitting.question - 1]
    st.title(f"Question {sitting.question} of {LENGTH}", anchor=False)
    page.remarks(LINKED.sentences())
    asked = compute.result_of("Drawing the question", question, draw, sitting.question - 1)
    if sitting.answer is not None and sitting.answer >= len(asked.options):  # a link of someone's own making
        sitting = sitting.unanswered()
        LINKED.keep(sitting)
    *before, last = asked.text.split("\n\n")
    st.html(f'<div class="lesson">{markup.paragraphs(before)}</div>')
    if asked.picture:
        with st.container(key="quiz-picture"):
            page.chart(asked.picture(PALETTES[st.context.theme.type or "light"]))
    if sitting.answer is None:
        st.html(f'<p class="question">{markup.text(last)}</p>')
        with st.container(key="options", gap="small"):
            for i, option in enumerate(asked.options):
                st.button(
                    f"**{i + 1}**\u2002{markup.plain(option)}", key=f"option.{draw}.{sitting.question}.{i}",
                    on_click=_go, args=(sitting.answered(i),), shortcut=_key(str(i + 1)), width="stretch", wrap=True,
                )  # fmt: skip
    else:
        st.html(
            f'<div class="lesson"><p class="question">{markup.text(last)}</p>'
            f"{markup.option_list(asked.options, sitting.answer, asked.right, 'your answer')}"
            f'<p class="because" role="status">{"Right." if sitting.answer == asked.right else "Not so."} '
            f"{markup.text(asked.because)}</p></div>"
        )
        st.html(f'<div class="lesson">{markup.prose(asked.why)}</div>')
        _more(template, asked)
    _steps(sitting)


def _more(template: Template, asked: Question) -> None:
    """Where to see more of what a question was about."""
    with st.container(key="task", horizontal=True, gap="small"):
        if asked.pair:
            st.page_link(
                page.PLAYGROUND, label="See it in the Playground", query_params=Comparison(*asked.pair).to_query()
            )
        lesson = course[template.lesson]
        number = [screen.key for screen in lesson.screens].index(template.screen) + 1
        label = f"In the lesson: {markup.plain(lesson.screens[number - 1].title)}"
        st.page_link(LESSONS, label=label, query_params=link_query(lesson.key, number))


def _steps(sitting: Sitting) -> None:
    """Back and on; in presenter mode by the arrow keys too."""
    waiting = sitting.answer is None
    with st.container(key="steps", horizontal=True, gap="medium", vertical_alignment="center"):
        st.button(
            "Back", key="quiz.back", disabled=sitting.question == 1, on_click=_go,
            args=(sitting.at(max(1, sitting.question - 1)),), shortcut=_key("Left"),
        )  # fmt: skip
        st.button(
            "Next" if sitting.question < LENGTH else "How did it go?", key="quiz.next", disabled=waiting,
            type="primary", on_click=_go, args=(sitting.at(sitting.question + 1),), shortcut=_key("Right"),
            help="Choose an answer first." if waiting else None,
        )  # fmt: skip
        st.button("New quiz", key="quiz.new", type="tertiary", on_click=_draw)


def _end(sitting: Sitting, draw: int) -> None:
    """How it went, which lessons to look at again, and what one can now explain."""
    top = st.empty()
    asked = [compute.result_of("Drawing the questions", question, draw, place) for place in range(LENGTH)]
    right = [said == str(one.right + 1) for said, one in zip(sitting.choices, asked, strict=True)]
    top.title(graded(sum(right)), anchor=False)
    page.remarks(LINKED.sentences())
    with st.container(key="quiz-list", gap=None):
        for place, (good, template) in enumerate(zip(right, plan(draw), strict=True), 1):
            st.button(
                f"{place}\u2002{template.label}: {'right' if good else '**not so**'}", key=f"quiz.list.{place}",
                type="tertiary", on_click=_go, args=(sitting.at(place),), wrap=True,
            )  # fmt: skip
    missed = {template.lesson for template, good in zip(plan(draw), right, strict=True) if not good}
    if missed:
        st.header("Worth another look", anchor=False)
        with st.container(key="task", horizontal=True, gap="small"):
            for key, lesson in course.items():
                if key in missed:
                    st.page_link(LESSONS, label=markup.plain(lesson.title), query_params=link_query(key))
    st.header("Now explain it to someone else", anchor=False)
    st.html('<p class="muted">Five things that a friend might ask. Say your answer aloud, then open ours.</p>')
    st.html(f'<div class="lesson">{_prompts()}</div>')
    with st.container(key="steps", horizontal=True, gap="medium", vertical_alignment="center"):
        st.button("Back", key="quiz.back", on_click=_go, args=(sitting.at(LENGTH),), shortcut=_key("Left"))
        st.button("New quiz", key="quiz.next", type="primary", on_click=_draw)


def _prompts() -> str:
    """What a friend may ask, with one way to answer folded away."""
    return "".join(
        f'<details><summary class="question">“{markup.text(asked)}”</summary><p>{markup.text(answer)}</p></details>'
        for asked, answer in PROMPTS
    )


def _key(name: str) -> str | None:
    """A key that does the same in presenter mode."""
    return name if frame.presents() else None


def _go(sitting: Sitting) -> None:
    LINKED.keep(sitting)
    state.touch()


def _draw() -> None:
    _go(fresh())
