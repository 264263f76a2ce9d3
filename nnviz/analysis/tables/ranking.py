"""Which start is best on one data set: several initializers on several splits of its rows, ranked by held-out loss.

Every split trains every start from the same seeds, which draw the weights and the order of rows. What a start comes to
on a split is the median over its seeds; a loss above twice a guess's counts as twice, and so does a run that diverged,
so that no outlier decides. Starts are compared split by split, with Nadeau and Bengio's correction for the rows that
splits share (`resampling`).

Three things are claimed, each with an error of at most 5 %. That some start beats the guess: against the best constant
answer that hindsight finds, corrected for the number of starts (Bonferroni); a start whose networks give every row the
same answer is itself a guess, and not among them. That one start beats another: corrected for all pairs of starts, for
the one that is lowest is picked by the same losses (Hsu 1996, Multiple Comparisons, on comparisons with the best). And
the starts' intervals, which all hold together, so that the lowest one's allows for having been picked.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

import numpy as np

from nnviz.analysis.tables.baselines import Baseline, mean_baselines
from nnviz.analysis.tables.resampling import SAME, half_width, probability_below, standard_error
from nnviz.analysis.tables.split_runs import LEAST_SPLITS, SplitRuns
from nnviz.analysis.words import count, number, percent
from nnviz.core.initializers import Initializer

Array = np.ndarray

CONFIDENCE = 0.95
MOST_NAMED = 4  # starts in a sentence
_AS_FAR = "As far as these rows can tell"


@dataclass(frozen=True, eq=False)
class RankedInitializer:
    """What one start came to.

    Attributes:
        initializer: of all kernels.
        losses: `[J, R]`, held-out losses at the end in J splits from R seeds each, infinite where a run diverged.
        medians: `[J]`, over the seeds.
        loss, low, high: the mean over splits, with its interval; the intervals of all starts together hold in 95 %.
        accuracy: the median share right of held-out rows; NaN for a real target.
        one_answer: whether its networks give every row the same answer, so that they are guesses.
        first: in how many splits it alone came first.
        chance: how easily the best start comes out so far below it by chance, corrected; 1 for the best itself.
        gap: how far the best would have to lie below it to be called clearly lower.
        chance_guess: how easily it comes out so far below a guess by chance, corrected; 1 for a guess.
    """

    initializer: Initializer
    losses: Array
    medians: Array
    loss: float
    low: float
    high: float
    accuracy: float
    one_answer: bool
    first: int
    chance: float
    gap: float
    chance_guess: float

    @property
    def name(self) -> str:
        """The start in a word or two, short enough for a phone."""
        settings = self.initializer.parameters
        if self.initializer.key == "random_normal" and settings["mean"] == 0:
            return f"random_normal {settings['stddev']:g}"
        return str(self.initializer)

    @property
    def diverges(self) -> bool:
        """Whether most of its runs diverged."""
        return math.isinf(np.median(self.losses))

    @property
    def ties(self) -> bool:
        """Whether the best start is it, or does not beat it clearly."""
        return self.chance > 1 - CONFIDENCE

    @property
    def beats_guess(self) -> bool:
        """Whether it is clearly below a guess."""
        return self.chance_guess <= 1 - CONFIDENCE


@dataclass(frozen=True, eq=False)
class Ranking:
    """Starts by their held-out losses over several splits, the lowest first.

    Attributes:
        places: one a start.
        splits: what they are made of.
    """

    places: tuple[RankedInitializer, ...]
    splits: tuple[SplitRuns, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes' names; empty where the target is a real number."""
        return self.splits[0].classes

    @property
    def seeds(self) -> int:
        """From how many seeds each start was trained in each split."""
        return len(self.splits[0].seeds)

    @property
    def best(self) -> RankedInitializer:
        """The start with the lowest loss."""
        return self.places[0]

    @property
    def tied(self) -> tuple[RankedInitializer, ...]:
        """The best start, and those that it does not beat clearly."""
        return tuple(place for place in self.places if place.ties)

    @cached_property
    def baselines(self) -> tuple[Baseline, ...]:
        """The guess and the straight line, means over the splits."""
        return mean_baselines([split.baselines for split in self.splits])

    @property
    def guess(self) -> Baseline:
        """The guess that ignores the inputs: the classes' shares, or the mean, of the rows trained on."""
        return self.baselines[0]

    @property
    def beats_baseline(self) -> bool:
        """Whether any start is clearly below the guess."""
        return any(place.beats_guess for place in self.places)

    @property
    def winner(self) -> RankedInitializer | None:
        """The start that is clearly below the guess and each other start, if there is one."""
        alone = len(self.places) > 1 and len(self.tied) == 1 and self.best.beats_guess
        return self.best if alone else None

    @property
    def headline(self) -> str:
        """Which start is best here, if any is, and how often the same one came first.

        A start is named as the best only where it is clearly below the guess and each other start.
        """
        if all(place.diverges for place in self.places):
            return "No start trains here: with each of them most runs diverge. Try a smaller learning rate."
        return f"{_verdict(self)} {_decided_by(self)}"

    @property
    def sentences(self) -> list[str]:
        """The headline, the yardsticks, and how far these rows can tell starts apart."""
        return [text for text in (self.headline, yardsticks(self), resolution(self)) if text]

    def record(self) -> dict[str, object]:
        """The ranking as JSON takes it: the headline, the winner or None, the baselines, a record for each start."""
        train, test = self.splits[0].rows
        return {
            "headline": self.headline,
            "sentences": self.sentences,
            "beats_baseline": self.beats_baseline,
            "winner": str(self.winner.initializer) if self.winner else None,
            "splits": len(self.splits),
            "seeds": self.seeds,
            "rows": {"trained_on": train, "held_back": test},
            "classes": list(self.classes),
            "baselines": [{"name": b.name, "loss": b.loss, "accuracy": b.accuracy} for b in self.baselines],
            "ranking": [_place_record(place) for place in self.places],
        }


def rank_splits(splits: Sequence[SplitRuns], drawn_anew: bool = False) -> Ranking:
    """Rank starts by what they came to on several splits.

    Args:
        splits: the same starts on each, from as many seeds.
        drawn_anew: whether each has rows of its own from a source that has many more, so that they share hardly any.

    Raises:
        ValueError: there are fewer than 5, or their starts or numbers of seeds differ.
    """
    if len(splits) < LEAST_SPLITS:
        raise ValueError(f"A ranking needs at least {LEAST_SPLITS} splits.")
    starts, runs = splits[0].starts, splits[0].losses.shape
    if any(split.starts != starts or split.losses.shape != runs for split in splits):
        raise ValueError("A ranking needs the same starts, and as many seeds, in every split.")
    scores = np.array([split.scores for split in splits])
    medians = np.array([split.medians for split in splits])
    constants = np.array([split.constant for split in splits])
    ratio = 0.0 if drawn_anew else float(np.mean([split.rows[1] / split.rows[0] for split in splits]))
    least = SAME * float(constants.mean())
    one_answer = np.all([split.one_answer for split in splits], axis=0)
    order = sorted(range(len(starts)), key=lambda i: (scores[:, i].mean(), medians[:, i].mean()))
    pairs = max(1, math.comb(len(starts), 2))
    below = scores[:, [order[0]]] - scores
    chances = np.minimum(1.0, 2 * pairs * probability_below(below, ratio, least))
    gaps = half_width(len(splits), pairs, CONFIDENCE) * standard_error(below, ratio)
    guesses = probability_below(scores - constants[:, None], ratio, least)
    learning = max(1, len(starts) - int(one_answer.sum()))
    errors = half_width(len(splits), len(starts), CONFIDENCE) * standard_error(scores, ratio)
    first = medians == medians.min(axis=1, keepdims=True)
    alone = (first & (first.sum(axis=1, keepdims=True) == 1)).sum(axis=0)
    places = []
    for i in order:
        losses = np.array([split.losses[i] for split in splits])
        mean = float(scores[:, i].mean())
        places.append(
            RankedInitializer(
                initializer=starts[i],
                losses=losses,
                medians=medians[:, i],
                loss=mean,
                low=max(0.0, mean - float(errors[i])),
                high=mean + float(errors[i]),
                accuracy=float(np.median([split.accuracies[i] for split in splits])),
                one_answer=bool(one_answer[i]),
                first=int(alone[i]),
                chance=1.0 if i == order[0] else float(chances[i]),
                gap=float(gaps[i]),
                chance_guess=1.0 if one_answer[i] else min(1.0, learning * float(guesses[i])),
            )
        )
    return Ranking(tuple(places), tuple(splits))


def _verdict(ranking: Ranking) -> str:
    guess, places = ranking.guess, ranking.places
    if not ranking.beats_baseline:
        return f"No start clearly beats a guess that ignores the inputs ({_came_to(guess)})."
    if len(places) == 1:
        below = f"{places[0].name} ({number(places[0].loss)}) beats a guess ({_came_to(guess)})"
        return f"{below}; there is no other start to compare it with."
    if ranking.winner:
        others = "the other start" if len(places) == 2 else f"each of the {len(places) - 1} other starts"
        return f"Best here: {ranking.best.name} ({number(ranking.best.loss)}), clearly below a guess and {others}."
    tied, behind = ranking.tied, [place for place in places if not place.ties]
    if not behind:
        return (
            f"{_AS_FAR}, the choice of start does not matter: none of {len(places)} is clearly better than the others."
        )
    if all(place.one_answer for place in behind):
        names = _listed([place.name for place in behind])
        others = f"{len(tied)} others are too close to call" if len(tied) > 1 else "other one is ahead"
        return f"{_AS_FAR}, any start but {names} will do: the {others}."
    if len(tied) > MOST_NAMED:
        return f"No single best: {len(tied)} of {len(places)} starts are too close to call."
    return f"No single best: {_listed([place.name for place in tied])} are too close to call."


def _decided_by(ranking: Ranking) -> str:
    """Over how many splits and seeds it was measured, and in how many of them the same start came first."""
    splits = count(len(ranking.splits), "split")
    measured = f"Over {splits} of the rows and {count(ranking.seeds, 'seed')} in each"
    most = max(place.first for place in ranking.places)
    if ranking.winner:
        return f"{measured}, it came first in {ranking.best.first}."
    if len(ranking.places) == 1:
        return f"{measured}."
    return f"{measured}, {f'the same start came first in {most}' if most else 'no start came first alone'}."


def yardsticks(ranking: Ranking) -> str:
    """What the baselines come to, and whether the best start is below the straight line."""
    guess, line = ranking.baselines
    said = f"The yardsticks: a guess that ignores the inputs has {_came_to(guess)}, {line.name} {_came_to(line)}."
    if line.loss < ranking.best.loss and line.loss < guess.loss:
        return f"{said} No start ends lower than {line.name}."
    return said


def resolution(ranking: Ranking) -> str:
    """How far two starts must lie apart to be told apart here; empty where there is nothing to tell."""
    gaps = [place.gap for place in ranking.tied if place is not ranking.best and place.gap > 0]
    if not gaps:
        return ""
    return f"How much these rows can tell: a start would have to end lower by about {number(median(gaps), 2)} to win."


def _place_record(place: RankedInitializer) -> dict[str, object]:
    return {
        "initializer": str(place.initializer),
        "loss": place.loss,
        "low": place.low,
        "high": place.high,
        "accuracy": place.accuracy,
        "first_in": place.first,
        "ties_with_best": place.ties,
        "p_best": place.chance,
        "one_answer": place.one_answer,
        "beats_guess": place.beats_guess,
        "p_guess": place.chance_guess,
    }


def _came_to(baseline: Baseline) -> str:
    right = "" if baseline.accuracy != baseline.accuracy else f", {percent(baseline.accuracy)} right"
    return f"{number(baseline.loss)}{right}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
