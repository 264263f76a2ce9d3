"""What many starts show, in sentences and in a table."""

from __future__ import annotations

import numpy as np

from nnviz.analysis.rates import Rate, rate
from nnviz.analysis.restarts.effect_sizes import MeanStddev, difference, mean_stddev, superiority
from nnviz.analysis.restarts.loss_levels import at_levels, levels
from nnviz.analysis.restarts.restarts import Restarts
from nnviz.analysis.restarts.success_rates import restarts_needed
from nnviz.analysis.words import count, number, percent, percent_range
from nnviz.core.registry import plain


def success(runs: Restarts, threshold: float) -> Rate:
    """How many runs end below the threshold."""
    return rate(int(runs.below(threshold).sum()), runs.runs)


def statement(runs: Restarts, threshold: float) -> str:
    """How often this start succeeds, how sure that is, and how many restarts it takes."""
    rates = success(runs, threshold)
    some = "None" if rates.successes == 0 else "All" if rates.successes == rates.runs else f"{rates.successes:,}"
    of = f"{rates.runs:,} runs" if some == "All" else f"of {count(rates.runs, 'run')}"
    if rates.runs == 1:
        some, of = ("The one", "run") if rates.successes else ("Not even the one", "run")
    ends = "ends" if rates.successes == 1 or rates.runs == 1 else "end"
    sentence = (
        f"{some} {of} {ends} below {plain(threshold)}: {percent(rates.share)} (95 % interval {_between(rates)}). "
        f"{_restarts(rates)}"
    )
    return f"{sentence} {count(runs.diverged, 'run')} diverged." if runs.diverged else sentence


def versus(a: Restarts, b: Restarts, threshold: float) -> str:
    """A and B as two sets of runs: the difference of their rates, and the effect on the final losses."""
    if a.experiment == b.experiment:
        return "A and B are the same experiment: there is nothing to compare."
    if a.runs == b.runs == 1:
        return "One run of each proves nothing: it takes more seeds to compare."
    both = [success(runs, threshold) for runs in (a, b)]
    apart = difference(*both)
    low, high, points = (abs(100 * value) for value in (apart.low, apart.high, apart.value))
    more = ""
    if apart.low > 0 or apart.high < 0:
        more = "A" if apart.value > 0 else "B"
        sentences = [
            f"{more} succeeds more often, by {points:.0f} points (95 % interval {min(low, high):.0f} to "
            f"{max(low, high):.0f})."
        ]
    else:
        sentences = [
            f"Their rates do not tell them apart: they differ by {points:.0f} points (95 % interval "
            f"{_signed(100 * apart.low)} to {_signed(100 * apart.high)})."
        ]
    if a.experiment.load_dataset() is not b.experiment.load_dataset():
        return f"{sentences[0]} They learn from other data, so their losses do not compare."
    effect = superiority(a.ranked, b.ranked)
    lower, higher = ("A", "B") if effect.value >= 0.5 else ("B", "A")
    ends = (effect.low, effect.value, effect.high)
    least, share, most = ends if lower == "A" else tuple(1 - end for end in reversed(ends))
    half = ", which includes half" if least <= 0.5 else ""
    sentences.append(
        f"{'Yet a' if more == higher else 'A'} run of {lower} ends lower than a run of {higher} in {percent(share)} of "
        f"all pairs ({percent_range(least, most)}{half}), so two single "
        f"seeds say the opposite in {percent(1 - share) if share < 1 else 'none'}."
    )
    return " ".join(sentences)


def failures(runs: Restarts, threshold: float) -> str:
    """Where the runs that do not succeed come to rest, as a clause; nothing where all succeed.

    Such as "72 rest at ln 2 / 2 and 1 at ¾·H(1/3)".
    """
    failed = runs.train_loss[~runs.below(threshold)]
    if not len(failed):
        return ""
    known = levels(runs.experiment)
    resting = [(amount, level) for amount, level in zip(at_levels(known, failed), known, strict=True) if amount]
    parts = [f"{amount:,} at {level.name}" for amount, level in sorted(resting, key=lambda rest: -rest[0])]
    diverged = int(np.isnan(failed).sum())
    elsewhere = len(failed) - diverged - sum(amount for amount, _ in resting)
    parts += [f"{elsewhere:,} {'elsewhere' if parts else 'at no known level'}"] * (elsewhere > 0) + [
        f"{diverged:,} diverged"
    ] * (diverged > 0)
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def average(runs: Restarts, name: str) -> str:
    """Mean ± standard deviation, as an honest evaluation reports it; and whether that describes any run."""
    loss = mean_stddev(runs.train_loss)
    if not loss.runs:
        return f"{name}: every run diverged, so there is no mean."
    over = f" (mean ± standard deviation over {loss.runs:,} runs)" if loss.runs > 1 else ""
    sentence = f"{name} ends at a loss of {mean_words(loss)}{over}"
    accuracy = mean_stddev(runs.test_accuracy)
    if accuracy.runs:
        sentence += f", with {share_words(accuracy)} right on unseen data"
    if loss.humps:
        near = f"only {loss.near:,}" if loss.near else "none"
        sentence += (
            f". But {near} of them {'lies' if loss.near <= 1 else 'lie'} within half a deviation of that mean: it "
            "falls between humps and describes no typical run"
        )
    if runs.diverged:
        sentence += (
            f". {count(runs.diverged, 'run')} diverged and {'is' if runs.diverged == 1 else 'are'} not in the mean"
        )
    return f"{sentence}."


def restart_numbers(runs: Restarts, threshold: float) -> dict[str, str]:
    """The figures of one side by name, as texts; any two sides have the same names in the same order."""
    rates = success(runs, threshold)
    finite = runs.train_loss[np.isfinite(runs.train_loss)]
    low, middle, high = np.quantile(finite, [0.25, 0.5, 0.75]) if len(finite) else [np.nan] * 3
    return {
        "runs": f"{rates.runs:,}, seeds {runs.seeds[0]} to {runs.seeds[-1]}",
        f"end below {plain(threshold)}": f"{rates.successes:,}: {percent(rates.share)}",
        "95 % interval (Wilson)": _between(rates),
        "restarts for 95 %": (
            f"{number(restarts_needed(rates.share))}{_range(rates)}"
            if rates.successes
            else f"{number(restarts_needed(rates.high))} or more"
        ),
        "diverged": f"{runs.diverged:,}",
        "final loss, mean ± deviation": mean_words(mean_stddev(runs.train_loss)),
        "final loss, quartiles": " · ".join(map(_text, (low, middle, high))),
        "final loss, lowest to highest": f"{_text(finite.min())} to {_text(finite.max())}" if len(finite) else "–",
        "unseen data, mean ± deviation": mean_words(mean_stddev(runs.test_loss)),
        "right on unseen data": share_words(mean_stddev(runs.test_accuracy)),
        "failed runs rest": failures(runs, threshold) or "–",
    }


def mean_words(summary: MeanStddev) -> str:
    """Mean ± standard deviation of losses."""
    if not summary.runs:
        return "–"
    return f"{number(summary.mean)} ± {number(summary.deviation)}" if summary.runs > 1 else number(summary.mean)


def share_words(summary: MeanStddev) -> str:
    """Mean ± standard deviation of shares, in per cent and points."""
    if not summary.runs:
        return "–"
    mean = percent(summary.mean)
    return f"{mean} ± {100 * summary.deviation:.1f} points" if summary.runs > 1 else mean


def _between(rates: Rate) -> str:
    return percent_range(rates.low, rates.high)


def _restarts(rates: Rate) -> str:
    if rates.successes == 0:
        fewest = number(restarts_needed(rates.high))
        return f"If it succeeds at all, it takes {fewest} restarts or more to be 95 % certain of one success."
    if rates.runs == 1:
        return "One run does not tell how many restarts it takes."
    needed = restarts_needed(rates.share)
    if needed == 1:
        return f"1 run is enough to be 95 % certain of a success{_range(rates)}."
    return f"{number(needed)} restarts hold a success with 95 % certainty{_range(rates)}."


def _range(rates: Rate) -> str:
    """How many restarts are needed at either end of the interval, unless it is the same number."""
    fewest, most = (restarts_needed(share) for share in (rates.high, rates.low))
    return f" ({number(fewest)} to {number(most)})" if fewest < most else ""


def _signed(points: float) -> str:
    return f"{points:+.0f}".replace("-", "−")


def _text(value: float) -> str:
    return number(float(value)) if np.isfinite(value) else "–"
