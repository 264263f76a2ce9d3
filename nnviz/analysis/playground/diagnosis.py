"""A plain-word verdict on each run, with the number that proves it.

The kinds, in the order in which they are tried; the first that fits is the verdict:

- **diverged**: some step's loss was not finite.
- **frozen**: no hidden kernel, branch kernel or bias differs by a bit from its start, at any snapshot.
- **dead**: at the end every unit of some hidden layer has slope 0 on every training row.
- **cloned**: at the end each hidden layer of two units or more is one unit, many times, to the bit.
- **partly cloned**: some hidden layer has clones at the end, but not only.
- **exploding**: the loss ended above twice its start and twice the guess's.
- **nearly cloned**: the numbers differ, but no hidden layer computes more than one function
  (`nnviz.analysis.playground.functions`).
- **memorised**: far better than the guess on the training rows, no better than the largest class on unseen ones.
- **saturated**: near the guess's loss or far above another start's, with nine tenths of some hidden layer's outputs
  on a flat end.
- **learning**: the loss still moves, or was recorded too seldom to tell.
- **plateau**: at rest near the guess's loss, but the gradient grows.
- **stuck**: at rest near the guess's loss, or far above what another start reached on the same data.
- **converged**: the loss is below a tenth of the guess's, or has settled well below it.

The yardstick is the guess's loss B: the entropy of the training classes (ln 2 for two equal ones), or the
variance of a real target. It is what the output bias alone can reach, so hidden units have done something only
as far as the loss lies below it. *Near* it means within B/20 or above, with no more training rows right than the
largest class has, give or take two standard errors; *no better than a guess* is said where the loss is within B/100
besides; *far above* another start means higher by B/4 or more. The levels known in closed form bear this out: XOR's
stuck ones lie at 0.5 B and 0.69 B, and its good runs near 0. Other starts are the other runs of the trace, and
`best_loss` where the caller knows more. What the loss did, and whether it is at rest, is told by
`nnviz.analysis.playground.loss_history`. A single run that settles below B is called converged, for nothing measured
says that more can be had; but where its loss is no lower than the best straight line's (logistic regression on data
in the plane), the sentence says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape

import numpy as np

from nnviz.analysis.playground.activity import Activity, activity
from nnviz.analysis.playground.baselines import guess_loss, guess_name, largest_share, line_loss
from nnviz.analysis.playground.functions import UnitFunctions, unit_functions
from nnviz.analysis.playground.loss_history import loss_history
from nnviz.analysis.playground.units import effective_units
from nnviz.analysis.words import count, number, percent
from nnviz.core import activations
from nnviz.core.notebook import html_table
from nnviz.core.trace import Trace, hidden_signals

NO_BETTER = 0.05
AS_A_GUESS = 0.01
FAR_ABOVE = 0.25
LOW = 0.1
AS_A_LINE = 0.02
EXPLODES = 2.0
MOSTLY_SATURATED = 0.9

STILL = {"falls": " and still falls", "rises": " and rises", "swings": " and swings", "settled": "", "unknown": ""}

KINDS = (
    "diverged",
    "frozen",
    "dead",
    "cloned",
    "partly cloned",
    "exploding",
    "nearly cloned",
    "memorised",
    "saturated",
    "learning",
    "plateau",
    "stuck",
    "converged",
)


@dataclass(frozen=True)
class Diagnosis:
    """A verdict on one run.

    Attributes:
        kind: one of `KINDS`.
        sentence: what happened, in one to three short sentences that carry the numbers.
        evidence: the numbers behind it, by name.
    """

    kind: str
    sentence: str
    evidence: Mapping[str, float] = field(hash=False)

    def _repr_html_(self) -> str:
        rows = [[name, number(value)] for name, value in self.evidence.items()]
        return f"<p><b>{escape(self.kind)}</b>: {escape(self.sentence)}</p>" + html_table(("evidence", ""), rows)


def diagnose(trace: Trace, best_loss: float = math.inf) -> list[Diagnosis]:
    """A verdict on each run.

    Args:
        trace: of a training.
        best_loss: the lowest final training loss that any other start reached on the same data, if known.

    Returns:
        One record a run, in the runs' order.
    """
    finals = trace.train_loss[:, -1]
    best = min([best_loss, *finals[np.isfinite(finals)]])
    runs = np.arange(len(finals))
    functions = unit_functions(trace, runs, np.full(len(runs), len(trace.steps) - 1))
    different = [effective_units(trace, layer) for layer in range(len(functions))]
    return [_Case(trace, int(run), different, functions, best).verdict() for run in runs]


class _Case:
    """One run, and what is known of it."""

    def __init__(
        self, trace: Trace, run: int, different: list[np.ndarray], functions: list[UnitFunctions], best: float
    ) -> None:
        self.trace, self.run, self.best = trace, run, best
        self.hidden = trace.experiment.hidden
        self.different = [layer[run] for layer in different]  # numbers, to the bit: [T] for each layer
        self.functions = [int(layer.distinct[run]) for layer in functions]
        self.furthest = [float(layer.furthest[run]) for layer in functions]
        self.guess = guess_loss(trace.dataset)
        self.history = loss_history(trace, run, self.guess)
        self.loss = self.history.last
        self.evidence: dict[str, float] = {
            "first_loss": self.history.first,
            "loss": self.loss,
            "guess_loss": self.guess,
        }
        if self.hidden:
            self.evidence |= {
                "units": sum(self.hidden),
                "effective_units": sum(int(layer[-1]) for layer in self.different),
                "distinct_functions": sum(self.functions),
                "dead_units": sum(int(layer.dead[run]) for layer in functions),
                "constant_units": sum(int(layer.constant[run]) for layer in functions),
            }
        if trace.dataset.class_names:
            self.evidence |= {
                "train_accuracy": float(trace.train_accuracy[run, -1]),
                "test_accuracy": float(trace.test_accuracy[run, -1]),
                "largest_class": largest_share(trace.dataset.y_train),
                "largest_class_unseen": largest_share(trace.dataset.y_test),
            }

    def verdict(self) -> Diagnosis:
        step = int(self.trace.diverged_at[self.run])
        if step >= 0:
            self.evidence = {"step": step}
            return self._say("diverged", f"Diverged at step {step:,}: the loss left what a number can hold.")
        if self.hidden and self._never_moved():
            return self._frozen()
        layers = activity(self.trace, self.run)
        for i, layer in enumerate(layers, 1):
            self.evidence |= {f"dead_{i}": layer.dead / layer.units, f"saturated_{i}": layer.saturated}
        if any(layer.dead == layer.units for layer in layers):
            return self._say("dead", f"Dead. {self._death()} {_capital(self._went())}.")
        wide = [i for i, width in enumerate(self.hidden) if width > 1]
        if wide and all(self.different[i][-1] == 1 for i in wide):
            return self._cloned(wide)
        if any(self.different[i][-1] < self.hidden[i] for i in wide):
            return self._say("partly cloned", f"Partly cloned. {self._acting(True)}; {self._went()}{self._line()}.")
        if self.loss > EXPLODES * max(self.history.first, self.guess):
            return self._say("exploding", f"Exploding. {_capital(self._went())}; a guess has {number(self.guess)}.")
        if wide and all(self.functions[i] <= 1 for i in wide):
            return self._nearly_cloned(wide)
        return self._by_loss(layers)

    def _frozen(self) -> Diagnosis:
        still = self.history.course in ("stays", "trembles")
        output = (self.trace.kernels[-1][self.run], self.trace.biases[-1][self.run])
        moved = any(bool((array != array[:1]).any()) for array in output)
        alone = "Only the output layer moved: " if moved and not still else ""
        return self._say(
            "frozen",
            f"Frozen. No hidden weight moved in {self._epochs()}: {self._acting()}"
            f"{'. ' + alone if alone else '; '}{self._went()}{'' if still else self._right()}.",
        )

    def _cloned(self, wide: list[int]) -> Diagnosis:
        one = "one" if len(self.hidden) == 1 else "one a layer"
        units = count(sum(self.hidden), "unit")
        always = all(bool((self.different[i] == 1).all()) for i in wide)
        did = "moved in lockstep" if always else "ended with the same numbers"
        return self._say(
            "cloned", f"Cloned. {units} {did}, so they can do no more than {one}: {self._went()}{self._line()}."
        )

    def _nearly_cloned(self, wide: list[int]) -> Diagnosis:
        apart = [self.furthest[i] for i in wide if math.isfinite(self.furthest[i])]
        far = ""
        if apart:
            self.evidence["furthest"] = max(apart)
            far = f" The furthest two differ by {percent(max(apart))} of what they do."
            if max(apart) < 1e-4:
                far = f" The furthest two differ by {number(max(apart))} of what they do."
        return self._say(
            "nearly cloned",
            f"Nearly cloned. The units' numbers differ, but {self._acting()}.{far} "
            f"{_capital(self._went())}{self._line()}.",
        )

    def _by_loss(self, layers: list[Activity]) -> Diagnosis:
        free = f"Free. {self._acting(True)}" if self.hidden else "No hidden layer, so no units to tell apart"
        trend = self.history.trend
        near = self.loss > (1 - NO_BETTER) * self.guess and not self._more_right_than_a_guess()
        far_above = self.loss - self.best >= FAR_ABOVE * self.guess and self.loss > LOW * self.guess
        if not near and self._memorised():
            return self._say(
                "memorised",
                f"Memorised. {free[6:] if self.hidden else free}; {self._went()}, but {self._right_unseen()}: "
                f"no better than the largest class ({percent(self.evidence['largest_class_unseen'])}).",
            )
        if (near or far_above) and layers and max(layer.saturated for layer in layers) > MOSTLY_SATURATED:
            return self._saturated(layers)
        if self.loss > LOW * self.guess and trend != "settled":
            after = f"after {self._epochs()} " if trend == "unknown" else ""
            return self._say("learning", f"{free}; {after}{self._went(STILL[trend])}{self._right()}.")
        if near or far_above:
            return self._at_rest(near)
        line = self._line() if self.hidden else ""
        return self._say("converged", f"{free}; {self._went()}{line}{self._right()}.")

    def _saturated(self, layers: list[Activity]) -> Diagnosis:
        flattest = max(range(len(layers)), key=lambda i: layers[i].saturated)
        return self._say(
            "saturated",
            f"Saturated. {percent(layers[flattest].saturated)} of the outputs of hidden layer {flattest + 1} sit where "
            f"{self._activation()} is flat; {self._went(STILL[self.history.trend])}.",
        )

    def _at_rest(self, near: bool) -> Diagnosis:
        if near:
            as_a_guess = self.loss > (1 - AS_A_GUESS) * self.guess
            says = f"{self._went()}{': no better than a guess' if as_a_guess else self._right()}"
            if self.history.gradient_grows:
                return self._say(
                    "plateau", f"On a plateau. After {self._epochs()} {says}. But the gradient grows: train for longer."
                )
            return self._say("stuck", f"Stuck. After {self._epochs()} {says}.")
        self.evidence["best_loss"] = self.best
        return self._say(
            "stuck",
            f"Stuck. The loss settled at {number(self.loss)}{self._line()}; another start reached {number(self.best)}.",
        )

    def _more_right_than_a_guess(self) -> bool:
        """More training rows right than the largest class has, by more than two standard errors."""
        if not self.trace.dataset.class_names:
            return False
        share, rows = self.evidence["largest_class"], len(self.trace.dataset.y_train)
        return self.evidence["train_accuracy"] > share + 2 * math.sqrt(share * (1 - share) / rows)

    def _memorised(self) -> bool:
        return self._more_right_than_a_guess() and (
            self.evidence["test_accuracy"] <= self.evidence["largest_class_unseen"]
        )

    def _say(self, kind: str, sentence: str) -> Diagnosis:
        return Diagnosis(kind, sentence, self.evidence)

    def _never_moved(self) -> bool:
        hidden = (*self.trace.kernels[:-1], *self.trace.biases[:-1], *self.trace.branch_kernels)
        return all(bool((array[self.run] == array[self.run, :1]).all()) for array in hidden)

    def _epochs(self) -> str:
        done = float(self.trace.epochs[-1])
        return count(int(done), "epoch") if done.is_integer() else f"{number(done)} epochs"

    def _went(self, still: str = "") -> str:
        """What the loss did, and the guess's beside it where that is near: "the loss fell from 0.74 to 0.0416"."""
        first, last, low, high = (
            number(value) for value in (self.history.first, self.loss, self.history.low, self.history.high)
        )
        near = abs(self.loss - self.guess) <= NO_BETTER * self.guess
        beside = f" (a guess: {guess_name(self.trace.dataset)})" if near else ""
        course = self.history.course
        if course == "stays":
            return f"the loss stays at {last}{beside}"
        if course == "trembles" and not still:
            return f"the loss stays between {low} and {high}{beside}"
        if first == last:
            top = high if self.history.high - self.loss > self.loss - self.history.low else low
            return f"the loss went from {first} to {top} and back to {last}{still}{beside}"
        return f"the loss {'fell' if self.loss < self.history.first else 'rose'} from {first} to {last}{still}{beside}"

    def _right(self) -> str:
        return f", {self._right_unseen()}" if self.trace.dataset.class_names else ""

    def _right_unseen(self) -> str:
        return f"{percent(self.evidence['test_accuracy'])} right on unseen data"

    def _activation(self) -> str:
        return activations.registry[self.trace.experiment.activation].label

    def _line(self) -> str:
        """A clause, where the loss is no lower than the best straight line's."""
        line = line_loss(self.trace.dataset)
        if LOW * self.guess < line and line - AS_A_LINE * self.guess <= self.loss < (1 - NO_BETTER) * self.guess:
            self.evidence["line_loss"] = line
            return f", no better than a straight line ({number(line)})"
        return ""

    def _acting(self, opens: bool = False) -> str:
        """How many units the layers have, and how many functions they compute: "8 units act as 1"."""
        act = [str(functions) if functions else "none" for functions in self.functions]
        if len(self.hidden) == 1:
            return f"{count(self.hidden[0], 'unit')} act{'s' if self.hidden[0] == 1 else ''} as {act[0]}"
        if len(self.hidden) <= 4:
            have = " + ".join(map(str, self.hidden))
            return f"{'Layers' if opens else 'layers'} of {have} units act as {' + '.join(act)}"
        return f"{count(sum(self.hidden), 'unit')} in {len(self.hidden)} layers act as {sum(self.functions)}"

    def _death(self) -> str:
        """When a whole layer came to lie on ReLU's flat side, and how large the step was that threw it there."""
        alive, dead = -1, len(self.trace.steps) - 1
        while dead - alive > 1:
            middle = (alive + dead) // 2
            alive, dead = (alive, middle) if self._dead_layer(middle) else (middle, dead)
        layer, units = self._dead_layer(dead) or (0, 0)
        who = "the one unit" if units == 1 else f"all {units} units"
        if len(self.hidden) > 1:
            who += f" of hidden layer {layer + 1}"
        step = int(self.trace.steps[dead])
        self.evidence["dead_at_step"] = step
        if step == 0:
            return f"From the start {who} answered {self._answer(layer, dead)}."
        if step - self.trace.steps[alive] > 1:
            return f"By step {step:,} {who} answered {self._answer(layer, dead)}."
        arrays = self.trace.parameters
        moves = [np.square(array[self.run, dead] - array[self.run, alive], dtype=float).sum() for array in arrays]
        self.evidence["step_size"] = size = math.sqrt(sum(moves))
        return f"One step of size {number(size)} threw {who} to the flat side of {self._activation()}."

    def _dead_layer(self, moment: int) -> tuple[int, int] | None:
        """The first hidden layer that is dead at this snapshot, and its number of units."""
        for i, layer in enumerate(activity(self.trace, self.run, moment)):
            if layer.dead == layer.units:
                return i, layer.units
        return None

    def _answer(self, layer: int, moment: int) -> str:
        """What the units of a dead layer answer: one number, where they agree on it."""
        outputs = hidden_signals(self.trace, self.trace.dataset.x_train, self.run, moment)[layer][0]
        low, high = number(float(outputs.min())), number(float(outputs.max()))
        return f"{high} to every row" if low == high else "one thing to every row each"


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
