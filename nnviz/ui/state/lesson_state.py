"""Where a reader stands in the lessons, as a value and as a link.

The link holds the lesson, the screen, the guesses so far, and what of the screen's settings was changed. Nobody needs
an account to come back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nnviz.core.registry import Parameter, Value, shorten
from nnviz.lessons.course import course
from nnviz.lessons.lesson import Lesson, Screen
from nnviz.ui.state import state
from nnviz.ui.state.state import Query

NAMES = ("lesson", "screen", "guesses")
NONE = "-"


@dataclass(frozen=True)
class LessonPlace:
    """A place in the lessons.

    Attributes:
        lesson: its key; empty on the list of all lessons.
        screen: from 1; the one after the last is the task.
        guesses: for each screen the number of the option that was chosen, from 1, or "-".
        settings: of the screen, or of the task, by name.
    """

    lesson: str = ""
    screen: int = 1
    guesses: str = ""
    settings: Mapping[str, Value] = field(default_factory=dict)

    @property
    def text(self) -> Lesson:
        """The lesson itself."""
        return course[self.lesson]

    @property
    def shown(self) -> Screen | None:
        """The screen itself; None where the task stands."""
        return self.text.screens[self.screen - 1] if self.screen <= len(self.text.screens) else None

    @property
    def parameters(self) -> Sequence[Parameter]:
        """What the reader may set here."""
        if self.shown:
            return self.shown.settings
        return () if self.text.task.asked is None else (self.text.task.asked,)

    @property
    def guess(self) -> int | None:
        """The option that was chosen on this screen, from 0, if any."""
        said = self.guesses[self.screen - 1 : self.screen]
        return int(said) - 1 if said and said != NONE else None

    def guessed(self, option: int) -> LessonPlace:
        """The same place, an option chosen, from 0."""
        said = self.guesses.ljust(len(self.text.screens), NONE)
        said = f"{said[: self.screen - 1]}{option + 1}{said[self.screen :]}"
        return LessonPlace(self.lesson, self.screen, said.rstrip(NONE), self.settings)

    def at(self, screen: int) -> LessonPlace:
        """Another screen of the lesson, nothing set there."""
        return LessonPlace(self.lesson, screen, self.guesses)

    def with_settings(self, settings: Mapping[str, Value]) -> LessonPlace:
        """The same place, other things set."""
        return LessonPlace(self.lesson, self.screen, self.guesses, settings)


def to_query(place: LessonPlace) -> dict[str, str]:
    """A place as texts for a URL.

    >>> to_query(LessonPlace())
    {}
    """
    if not place.lesson:
        return {}
    query = {"lesson": place.lesson, "screen": str(place.screen), "guesses": place.guesses}
    start = {"screen": "1", "guesses": ""}
    query = {name: text for name, text in query.items() if text != start.get(name)}
    return query | state.settings_to_query({p.name: p for p in place.parameters}, place.settings)


def from_query(query: Query) -> tuple[LessonPlace, list[str]]:
    """The place that a URL's query stands for, and a sentence for each thing that could not be used. Never raises."""
    texts = {name: given if isinstance(given, str) else "".join(given[-1:]) for name, given in query.items()}
    sentences = []
    key = texts.pop("lesson", "")
    if key not in course:
        if key:
            sentences.append(f"lesson={shorten(key)}: there is no such lesson. Here are all of them.")
        return LessonPlace(), sentences
    lesson = course[key]
    place = LessonPlace(key, *_screen_and_guesses(lesson, texts, sentences))
    settings, rest, more = state.settings_from_query({p.name: p for p in place.parameters}, texts)
    sentences += more
    known = ("lesson", "screen", "guesses", *(parameter.name for parameter in place.parameters))
    sentences += state.unknown(rest, known, len(sentences))
    return place.with_settings(settings), state.at_most(sentences)


def _screen_and_guesses(lesson: Lesson, texts: dict[str, str], sentences: list[str]) -> tuple[int, str]:
    last = len(lesson.screens) + 1
    number = Parameter(name="screen", kind=int, default=1, low=1, high=last)
    screen, guesses = 1, ""
    try:
        screen = int(number.parse(texts.pop("screen", "1")))  # type: ignore[arg-type]
    except ValueError as error:
        sentences.append(f"{error} Ignored.")
    for said, of in zip(given := texts.pop("guesses", ""), lesson.screens, strict=False):
        guesses += said if said in map(str, range(1, len(of.options) + 1)) else NONE
    if guesses != given:
        sentences.append(f"guesses={shorten(given)}: some of these are no answers to this lesson. Ignored.")
    return screen, guesses.rstrip(NONE)


LINKED: state.Linked[LessonPlace] = state.Linked("lessons", to_query, from_query)


def link_query(lesson: str, screen: int = 1, guesses: str = "", **settings: Any) -> dict[str, str]:
    """The query that opens a screen of a lesson, such as `{"lesson": "zero", "screen": "2"}`.

    Args:
        lesson: its key.
        screen: from 1; the one after the last is the task.
        guesses: a digit a screen, from 1; "-" for none. With a guess the answer stands there.
        settings: of the screen.
    """
    return to_query(LessonPlace(lesson, screen, guesses, settings))
