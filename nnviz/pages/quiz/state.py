"""Where someone stands in the quiz, as a value and as a link: the draw's number, the question, the answers so far.

Whoever opens the link gets the same ten questions, so a class can take one quiz together.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from nnviz.core.registry import Parameter, shorten
from nnviz.lessons.quiz.quiz import DRAW, LENGTH
from nnviz.ui.state import state
from nnviz.ui.state.state import Query

MOST_OPTIONS = 4
END = LENGTH + 1


@dataclass(frozen=True)
class Sitting:
    """A place in a quiz.

    Attributes:
        draw: the draw's number; None before there is one.
        question: from 1; the one after the last is the end.
        choices: a digit for each question answered, from 1; questions are answered in their order.
    """

    draw: int | None = None
    question: int = 1
    choices: str = ""

    @property
    def answer(self) -> int | None:
        """The option that was chosen on this question, from 0, if any."""
        said = self.choices[self.question - 1 : self.question]
        return int(said) - 1 if said else None

    def answered(self, option: int) -> Sitting:
        """The same place, an option chosen, from 0."""
        return replace(self, choices=f"{self.choices[: self.question - 1]}{option + 1}")

    def unanswered(self) -> Sitting:
        """The same place before an option was chosen."""
        return replace(self, choices=self.choices[: self.question - 1])

    def at(self, question: int) -> Sitting:
        """Another question of the quiz."""
        return replace(self, question=question)


def fresh() -> Sitting:
    """A quiz that was just drawn."""
    return Sitting(1 + secrets.randbelow(int(DRAW.high)))


def to_query(sitting: Sitting) -> dict[str, str]:
    """A place in a quiz as texts for a URL.

    >>> to_query(Sitting(7, 2, "3"))
    {'draw': '7', 'question': '2', 'answers': '3'}
    >>> to_query(Sitting())
    {}
    """
    if sitting.draw is None:
        return {}
    query = {"draw": str(sitting.draw)}
    if sitting.question != 1:
        query["question"] = str(sitting.question)
    return query | ({"answers": sitting.choices} if sitting.choices else {})


def from_query(query: Query) -> tuple[Sitting, list[str]]:
    """The place that a URL's query stands for, and a sentence for each thing that could not be used. Never raises."""
    texts = {name: given if isinstance(given, str) else "".join(given[-1:]) for name, given in query.items()}
    sentences = []
    draw, question = None, 1
    try:
        draw = DRAW.parse(texts.pop("draw", ""))
    except ValueError as error:
        sentences.append(f"{error} Ignored.")
    given = texts.pop("answers", "")
    choices = given[:LENGTH] if set(given) <= set("1234"[:MOST_OPTIONS]) else ""
    if choices != given:
        sentences.append(f"answers={shorten(given)}: must be up to {LENGTH} digits from 1 to {MOST_OPTIONS}. Ignored.")
        choices = ""
    number = Parameter(name="question", kind=int, default=1, low=1, high=len(choices) + 1)
    try:
        question = int(number.parse(texts.pop("question", "1")))  # type: ignore[arg-type]
    except ValueError as error:
        sentences.append(f"{error} Ignored.")
    sentences += state.unknown(texts, ("draw", "question", "answers"), len(sentences))
    sitting = Sitting(int(draw), question, choices) if isinstance(draw, int) else Sitting()
    return sitting, state.at_most(sentences)


LINKED: state.Linked[Sitting] = state.Linked("quiz", to_query, from_query)
