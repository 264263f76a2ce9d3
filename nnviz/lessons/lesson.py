"""What a lesson is made of: screens that ask before they show, a task, a sentence to remember, the teacher's notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nnviz.core.experiment import Experiment
from nnviz.core.registry import Parameter
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.film import Film
from nnviz.figures.style.template import Palette


@dataclass(frozen=True)
class Pair:
    """Two experiments side by side on the stage, as in the Playground; of one run each."""

    a: Experiment
    b: Experiment


@dataclass(frozen=True)
class Numbers:
    """A small table of numbers and sums, under its finding.

    Attributes:
        title: the finding, as a sentence.
        columns: heading -> row name -> text; the same rows in each column.
    """

    title: str
    columns: Mapping[str, Mapping[str, str]]


Picture = Figure | Film | Pair | Numbers


@dataclass(frozen=True)
class Reveal:
    """What a measurement says to the question.

    Attributes:
        right: which of the screen's options it bears out, from 0.
        because: the finding with its numbers, in a sentence or two.
        why: what stands behind it, as paragraphs with a blank line between; at most about 120 words.
    """

    right: int
    because: str
    why: str = ""


@dataclass(frozen=True)
class PageLink:
    """A way on to another page of the app.

    Attributes:
        page: the name of its script.
        label: what the link says.
    """

    page: str
    label: str


@dataclass(frozen=True)
class Screen:
    """One idea: words, a prediction, a measurement, pictures of it.

    Attributes:
        key: a short name of its own in the lesson.
        title: the idea, as a question or a short sentence.
        before: what one needs to know to guess, as paragraphs with a blank line between; at most about 120 words.
        question: what to predict.
        options: two to four answers, none of them marked as right: the measurement decides.
        measure: `measure(*settings, on_progress=None)` -> anything; a function of the module, by whose name and
            arguments the result is remembered. It takes at most a second or two.
        reveal: what that says to the question.
        pictures: what to show of it.
        settings: what the reader may change once the answer stands there; part of the link.
        way: where one may go on from here, if anywhere.
    """

    key: str
    title: str
    before: str
    question: str
    options: tuple[str, ...]
    measure: Callable[..., Any]
    reveal: Callable[[Any], Reveal]
    pictures: Callable[[Any, Palette], Sequence[Picture]]
    settings: tuple[Parameter, ...] = ()
    way: PageLink | None = None


@dataclass(frozen=True)
class Checked:
    """What a check of the reader's own answer to a task finds.

    Attributes:
        done: whether it is what was asked for.
        sentence: what was measured, with the number.
    """

    done: bool
    sentence: str


@dataclass(frozen=True)
class LessonTask:
    """Something to do in the Playground, which opens set up for it.

    Attributes:
        words: what to do, and what to look for.
        a: the Playground's A.
        b: the Playground's B.
        asked: what the reader brings back, such as a seed; None where there is nothing to check.
        check: `check(value, on_progress=None)` -> Checked; a function of the module. It trains and measures.
        way: where one may go on from there, if anywhere.
    """

    words: str
    a: Experiment
    b: Experiment
    asked: Parameter | None = None
    check: Callable[..., Checked] | None = None
    way: PageLink | None = None


@dataclass(frozen=True)
class Teaching:
    """What a teacher needs beside a lesson.

    Attributes:
        aim: what the class can do afterwards.
        minutes: how long it takes.
        ask: questions for the class.
        wrong: common wrong answers, each with what to say to it.
    """

    aim: str
    minutes: int
    ask: tuple[str, ...]
    wrong: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Lesson:
    """A lesson.

    Attributes:
        key: its name in links.
        title: its name on screen.
        promise: what one will see, in a sentence.
        screens: one idea each, in order.
        task: what to do then.
        remember: the one sentence.
        sources: keys of `nnviz.analysis.references.registry`.
        teaching: for the teacher.
    """

    key: str
    title: str
    promise: str
    screens: tuple[Screen, ...]
    task: LessonTask
    remember: str
    sources: tuple[str, ...]
    teaching: Teaching
