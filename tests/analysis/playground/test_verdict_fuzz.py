"""Verdicts on random trainings, each sentence read clause by clause and held to the trace by rules of its own."""

import math
import re
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from nnviz import Experiment, Trace, diagnose, train
from nnviz.analysis.words import number, percent
from nnviz.core import activations, datasets, initializers, optimizers

NUMBER = r"−?(?:∞|\d+(?:,\d{3})*(?:\.\d+)?(?:·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?)"
SHARE = r"(?:nearly )?[\d.]+ %"


def random_experiment(seed: int) -> Experiment:
    rng = np.random.default_rng(seed)

    def pick(names: object) -> str:
        return str(rng.choice(list(names)))  # type: ignore[call-overload]

    depth = int(rng.integers(0, 7))
    while True:
        try:
            return Experiment(
                dataset=pick(datasets.registry),
                samples=int(rng.integers(24, 160)),
                noise=float(rng.choice([0.0, 0.1, 0.5, 2.0])),
                hidden=tuple(int(width) for width in rng.integers(1, 17, size=depth)),
                activation=pick(activations.registry),
                kernel_initializer=pick(initializers.registry),
                output_initializer=pick(["", "", "zeros", "glorot_uniform"]) or None,
                bias_initializer=pick(["zeros", "zeros", "ones", "random_normal"]),
                optimizer=pick(optimizers.registry),
                learning_rate=float(10 ** rng.uniform(-4, 2)),
                batch_size=int(rng.choice([0, 8, 32])) or None,
                epochs=int(rng.integers(1, 60)),
                snapshots=int(rng.integers(2, 40)),
                seed=seed,
            )
        except ValueError:  # an initializer that needs other shapes
            continue


def layer_outputs(trace: Trace) -> list[np.ndarray]:
    """The hidden activations on the training rows at the end, by plain products: `[n, units]` each."""
    activation = activations.registry[trace.experiment.activation]
    signal, layers = trace.dataset.x_train.astype(trace.experiment.dtype), []
    with np.errstate(all="ignore"):
        for kernel, bias in zip(trace.kernels[:-1], trace.biases[:-1], strict=True):
            before = np.ascontiguousarray(signal @ kernel[0, -1] + bias[0, -1])
            signal = np.empty_like(before)
            activation.value(before, signal)
            layers.append(signal.astype(float))
    return layers


def functions(outputs: np.ndarray, trace: Trace) -> tuple[int, int]:
    """Between how many and how many different functions the columns are, the margin of the tolerance left open."""
    activation = activations.registry[trace.experiment.activation]
    columns = [column for column in outputs.T if np.std(column) > 1e-6 * np.sqrt(np.mean(column**2))]
    if not columns:
        return 0, 1
    if activation.homogeneous:
        columns = [column / np.sqrt(np.mean(column**2)) for column in columns]

    def amount(tolerance: float) -> int:
        known: list[np.ndarray] = []
        for column in columns:
            signs = (1, -1) if activation.odd else (1,)
            if not any(
                np.sqrt(np.mean((column - sign * other) ** 2)) <= tolerance * max(np.std(column), np.std(other))
                for other in known
                for sign in signs
            ):
                known.append(column)
        return len(known)

    return tuple(sorted((amount(0.0101), amount(0.0099))))  # type: ignore[return-value]


class Reader:
    """Takes a sentence apart; every clause is checked, and nothing may be left over."""

    def __init__(self, trace: Trace, sentence: str) -> None:
        self.trace, self.rest = trace, sentence
        self.losses = trace.train_loss[0]
        self.first, self.last = self.losses[0], self.losses[-1]
        y = trace.dataset.y_train
        self.classes = len(trace.dataset.class_names)
        shares = np.bincount(y) / len(y) if self.classes else np.ones(1)
        self.guess = -sum(p * math.log(p) for p in shares if p) if self.classes else np.var(y)
        self.largest = shares.max()

    def take(self, pattern: str, check: Callable[..., bool]) -> None:
        while match := re.search(pattern, self.rest):
            assert check(*match.groups()), (match.group(), self.rest)
            self.rest = self.rest[: match.start()] + self.rest[match.end() :]

    def read(self) -> None:
        trace, last = self.trace, self.last
        hidden = trace.experiment.hidden
        epochs = f"{trace.experiment.epochs} epoch{'' if trace.experiment.epochs == 1 else 's'}"
        late = self.losses[trace.steps >= 0.75 * trace.steps[-1]]

        def acts(have: str, act: str) -> bool:
            counts = [functions(outputs, trace) for outputs in layer_outputs(trace)]
            said = [0 if word == "none" else int(word) for word in act.split(" + ")]
            if " in " in have:
                units, layers = re.findall(r"\d+", have)
                fits = int(units) == sum(hidden) and int(layers) == len(hidden)
                return fits and sum(low for low, _ in counts) <= said[0] <= sum(high for _, high in counts)
            widths = [int(word) for word in re.findall(r"\d+", have)]
            return widths == list(hidden) and all(
                low <= one <= high for one, (low, high) in zip(said, counts, strict=True)
            )

        self.take(
            r"Diverged at step ([\d,]+): the loss left what a number can hold",
            lambda step: int(step.replace(",", "")) == trace.diverged_at[0] >= 0 and not np.isfinite(last),
        )
        self.take(r"[Ll]ayers of ([\d +]+) units act as ((?:(?:\d+|none)(?: \+ )?)+)", acts)
        self.take(r"(\d+ units? in \d+ layers) act as (\d+)", acts)
        self.take(r"(\d+ units?) acts? as (\d+|none)", acts)
        self.take(rf"[Tt]he loss stays at ({NUMBER})", lambda at: {number(loss) for loss in self.losses} == {at})
        self.take(
            rf"[Tt]he loss stays between ({NUMBER}) and ({NUMBER})",
            lambda low, high: [low, high] == [number(self.losses.min()), number(self.losses.max())],
        )
        self.take(
            rf"[Tt]he loss (fell|rose) from ({NUMBER}) to ({NUMBER})( and still falls| and rises| and swings)?",
            lambda went, first, end, now: (
                [first, end] == [number(self.first), number(last)]
                and (last < self.first) == (went == "fell")
                and (now != " and still falls" or late[-1] < late[0])
                and (now != " and rises" or late[-1] > late[0])
            ),
        )
        self.take(
            rf"[Tt]he loss went from ({NUMBER}) to ({NUMBER}) and back to ({NUMBER})(?: and \w+(?: \w+)?)?",
            lambda first, top, end: first == end == number(last) and top in map(number, self.losses),
        )
        self.take(
            rf"The loss settled at ({NUMBER})",
            lambda at: at == number(last) and np.ptp(late) <= 0.06 * max(self.guess, last),
        )
        self.take(
            rf" \(a guess: [^)]*?({NUMBER})\)",
            lambda guess: guess == number(self.guess) and abs(last - self.guess) <= 0.05 * self.guess,
        )
        self.take(
            rf"; a guess has ({NUMBER})",
            lambda guess: guess == number(self.guess) and last > 2 * self.guess and last > 2 * self.first,
        )
        self.take(
            r": no better than a guess",
            lambda: (
                last >= 0.99 * self.guess and (not self.classes or trace.train_accuracy[0, -1] < self.largest + 0.2)
            ),
        )
        self.take(
            rf": no better than the largest class \(({SHARE})\)",
            lambda share: (
                share == percent(np.bincount(trace.dataset.y_test).max() / len(trace.dataset.y_test))
                and trace.test_accuracy[0, -1] <= np.bincount(trace.dataset.y_test).max() / len(trace.dataset.y_test)
                and trace.train_accuracy[0, -1] > self.largest
            ),
        )
        self.take(
            rf", (?:but )?({SHARE}) right on unseen data", lambda share: share == percent(trace.test_accuracy[0, -1])
        )
        self.take(
            rf", no better than a straight line \(({NUMBER})\)", lambda line: last > 0.9 * float(line.replace(",", ""))
        )
        self.take(rf"; another start reached {NUMBER}", lambda: False)  # there is no other
        self.take(
            r"No hidden weight moved in (\d+ epochs?)",
            lambda length: (
                length == epochs
                and all((array[0] == array[0, :1]).all() for array in (*trace.kernels[:-1], *trace.biases[:-1]))
            ),
        )
        self.take(
            r"Only the output layer moved: ",
            lambda: any((array[0] != array[0, :1]).any() for array in (trace.kernels[-1], trace.biases[-1])),
        )
        self.take(r"[Aa]fter (\d+ epochs?)", lambda length: length == epochs)
        self.take(
            r"(\d+) units? (?:moved in lockstep|ended with the same numbers), so they can do no more than one"
            r"(?: a layer)?: ",
            lambda units: (
                int(units) == sum(hidden)
                and all(
                    len({column.tobytes() for column in kernel[0, -1].T + 0.0}) == 1 for kernel in trace.kernels[:-1]
                )
            ),
        )
        self.take(r"The units' numbers differ, but ", lambda: True)  # functions are counted above
        self.take(rf"The furthest two differ by (?:{SHARE}|{NUMBER}) of what they do", lambda: True)
        flat = r"(?:all \d+ units|the one unit)(?: of hidden layer \d+)?"
        self.take(
            rf"(?:From the start|By step [\d,]+) {flat} answered ({NUMBER}) to every row",
            lambda at: any({number(float(value)) for value in layer.ravel()} == {at} for layer in layer_outputs(trace)),
        )
        self.take(
            rf"(?:From the start|By step [\d,]+) {flat} answered one thing to every row each",
            lambda: any((np.ptp(layer, axis=0) == 0).all() for layer in layer_outputs(trace)),
        )
        self.take(
            rf"One step of size {NUMBER} threw {flat} to the flat side of [\w ]+",
            lambda: any((np.ptp(layer, axis=0) < 1e-9).all() for layer in layer_outputs(trace)),
        )
        self.take(rf"({SHARE}) of the outputs of hidden layer (\d+) sit where \w+ is flat", lambda share, layer: True)
        self.take(
            r"But the gradient grows: train for longer",
            lambda: (
                np.linalg.norm(trace.gradient_norms[0, -1])
                > np.linalg.norm(trace.gradient_norms[0, trace.steps >= 0.75 * trace.steps[-1]][0])
            ),
        )
        self.take("No hidden layer, so no units to tell apart", lambda: not hidden)
        self.take(
            "Frozen|Dead|Cloned|Partly cloned|Exploding|Nearly cloned|Memorised|Free|Saturated|On a plateau|Stuck",
            lambda: True,
        )
        assert not re.search(r"\w", self.rest), (self.rest, trace.experiment)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_every_clause_holds(part: int, record_property: Callable[[str, object], None]) -> None:
    kinds: Counter[str] = Counter()
    for seed in range(50 * part, 50 * part + 50):
        trace = train(random_experiment(seed))
        (diagnosis,) = diagnose(trace)
        kinds[diagnosis.kind] += 1
        Reader(trace, diagnosis.sentence).read()
        if diagnosis.kind == "learning":
            assert trace.train_loss[0, -1] <= 2 * max(trace.train_loss[0, 0], diagnosis.evidence["guess_loss"])
    record_property("kinds", dict(kinds))
    print(kinds)
