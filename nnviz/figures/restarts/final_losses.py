"""Where the runs of two sides end: back to back, with the levels that are known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnviz.analysis.restarts.loss_levels import LossLevel, at_levels, levels
from nnviz.analysis.restarts.sentences import failures
from nnviz.analysis.words import count, number
from nnviz.core.registry import plain
from nnviz.figures.restarts.run_sides import RunSide, guess
from nnviz.figures.style import draw
from nnviz.figures.style.axes import Scale, end_labels, fit_scale
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot

BINS = 40
PEAK = 2.5  # times the guess's loss: a linear axis goes no higher, and what lies above stands in the last bar
LEAST = 1e-12  # of the guess's loss: a logarithmic axis goes no lower
ROOM = 1.15
ABOVE = 12  # times the guess's loss: how high a logarithmic axis goes, for there the levels' names need room


def plot_final_losses(both: Sequence[RunSide], threshold: float, palette: Palette, log: bool = False) -> Figure:
    """How many runs end at which loss: A's bars to the left, B's to the right, the known levels across.

    The figure's table is one row a run.

    Args:
        both: A and B.
        threshold: below it a run has succeeded.
        palette: the theme's colours.
        log: whether the loss axis is logarithmic.
    """
    known = [levels(lot.runs.experiment) for lot in both]
    top = max(guess(one).loss for one in known)
    finals = [_shown(lot, top, log) for lot in both]
    scale = fit_scale([*finals, np.array([threshold])] if log else finals, log, least=(ABOVE if log else 1.1) * top)
    low, high = _on(scale, scale.low), _on(scale, scale.high)
    edges = np.linspace(low, high, BINS + 1)
    counts = [np.histogram(_on(scale, values), edges)[0] for values in finals]
    most = max(1, *(int(amounts.max()) for amounts in counts))
    reach = ROOM * most
    beyond = [int((lot.runs.train_loss > PEAK * top).sum()) if not log else 0 for lot in both]
    data = [_bars(*side, edges, scale) for side in zip(both, counts, beyond, strict=True)]
    for level, left, right in _resting(known, both):
        data.append(_line(_on(scale, level.loss), left * reach, right * reach, level.name, "solid", palette))
    data.append(_line(_on(scale, threshold), -reach, reach, "threshold", "dot", palette))
    tick = _round(most)
    ticks, texts = [-tick, 0, tick], [f"{tick:,}", "0", f"{tick:,}"]
    classes = both[0].runs.experiment.load_dataset().class_names
    axis = scale.axis("final loss, nats" if classes else "final loss")
    if log:  # bars have one width on a linear axis only, so the logarithms are taken here
        axis |= {"type": "linear", "tickvals": [_on(scale, tick) for tick in axis["tickvals"]]}
    plot = new_plot(
        data,
        palette,
        height=440,
        margin={"t": 32},
        bargap=0,
        barmode="overlay",
        hovermode="closest",
        annotations=[*_letters(both), *_labels(known, both, scale, threshold, palette)],
        xaxis=draw.axis("← runs of A · runs of B →", [-reach, reach], tickvals=ticks, ticktext=texts),
        yaxis=axis,
    )
    title = " ".join(_finding(lot, threshold) for lot in both)
    alt = f"Histogram of the final training losses, A's runs to the left and B's to the right. {title}"
    return Figure("final losses", title, alt, plot, _table(both))


def _shown(lot: RunSide, top: float, log: bool) -> np.ndarray:
    """The final losses as they are counted: those beyond the axis stand in its last bar, diverged runs nowhere."""
    finals = lot.runs.train_loss[np.isfinite(lot.runs.train_loss)]
    shown: np.ndarray = np.maximum(finals, LEAST * top) if log else np.minimum(finals, PEAK * top)
    return shown


def _round(most: int) -> int:
    """The largest of 1, 2, 5, 10, 20, … that is not above an amount."""
    power: int = 10 ** (len(str(most)) - 1)
    return max(factor * power for factor in (1, 2, 5) if factor * power <= most)


def _on(scale: Scale, values: Any) -> Any:
    """Where values stand on the axis: themselves, or their logarithms."""
    return np.log10(values) if scale.log else values


def _bars(lot: RunSide, amounts: np.ndarray, beyond: int, edges: np.ndarray, scale: Scale) -> dict[str, Any]:
    """The bars of one side; those beyond the axis are in the last one."""
    sign = -1 if lot.letter == "A" else 1
    filled = np.flatnonzero(amounts)
    losses = 10**edges if scale.log else edges
    hover = [
        f"{lot.letter}: {count(int(amounts[i]), 'run')}<br>from {number(losses[i])} to {number(losses[i + 1])}"
        for i in filled
    ]
    if beyond:
        hover[-1] += f"<br>{beyond:,} of them above"
    lengths, middles = sign * amounts[filled], (edges[filled] + edges[filled + 1]) / 2
    return draw.bars(lengths, middles, lot.letter, lot.color, edges[1] - edges[0], 0, hover, orientation="h")


def _line(y: float, left: float, right: float, name: str, dash: str, palette: Palette) -> dict[str, Any]:
    return draw.line(np.array([left, right], np.float32), np.array([y, y]), name, palette.muted, 1.5, dash)


def _resting(known: Sequence[Sequence[LossLevel]], both: Sequence[RunSide]) -> list[tuple[LossLevel, int, int]]:
    """The levels at which runs rest, and the guess's, with the halves of the plot that know them: from -1 to 1 both."""
    a, b = known
    levels_of_a, levels_of_b = ({_id(level) for level in side} for side in known)
    spans = [(level, -1, 1 if _id(level) in levels_of_b else 0) for level in a]
    spans += [(level, 0, 1) for level in b if _id(level) not in levels_of_a]
    amounts = _amounts(known, both)
    return [span for span in spans if span[0].guess or any(side.get(_id(span[0])) for side in amounts)]


def _amounts(known: Sequence[Sequence[LossLevel]], both: Sequence[RunSide]) -> list[dict[float, int]]:
    """For each side, how many runs rest at each of its levels."""
    return [
        dict(zip(map(_id, side), at_levels(side, lot.runs.train_loss), strict=True))
        for side, lot in zip(known, both, strict=True)
    ]


def _id(level: LossLevel) -> float:
    """What a level is known by on both sides."""
    return round(level.loss, 9)


def _letters(both: Sequence[RunSide]) -> list[dict[str, Any]]:
    over: dict[str, Any] = {"xref": "paper", "yref": "paper", "showarrow": False}
    places = {"A": 0.25, "B": 0.75}
    fonts = {lot.letter: {"color": lot.color, "size": 20} for lot in both}
    return [
        draw.label(f"<b>{letter}</b>", places[letter], 1, anchor="bottom", font=font, **over)
        for letter, font in fonts.items()
    ]


def _labels(
    known: Sequence[Sequence[LossLevel]], both: Sequence[RunSide], scale: Scale, threshold: float, palette: Palette
) -> list[dict[str, Any]]:
    """The names of the threshold and of the levels drawn, with how many runs rest there.

    On a logarithmic axis levels lie too close for a line of text each: there they stand one above the other.
    """
    amounts = _amounts(known, both)
    names = {
        level.loss: f"{level.words}: "
        + ", ".join(f"{lot.letter} {side.get(_id(level), 0):,}" for lot, side in zip(both, amounts, strict=True))
        for level, _, _ in _resting(known, both)
    }
    labels = [(f"success: below {plain(threshold)}", palette.muted, threshold)] if scale.share(threshold) <= 1 else []
    if scale.log:
        labels.append(("<br>".join(names[loss] for loss in sorted(names, reverse=True)), palette.text, max(names)))
    else:
        labels += [(name, palette.text, loss) for loss, name in names.items()]
    return [
        label | {"xanchor": "right", "yanchor": "bottom", "xshift": -2, "align": "right", "showarrow": False}
        for label in end_labels(scale, labels)
    ]


def _finding(lot: RunSide, threshold: float) -> str:
    failed = lot.runs.runs - int(lot.runs.below(threshold).sum())
    if not failed:
        return (
            f"{lot.name}: no run of {lot.runs.runs:,} fails."
            if lot.runs.runs > 1
            else f"{lot.name}: its one run succeeds."
        )
    return f"{lot.name}: of {count(failed, 'failed run')}, {failures(lot.runs, threshold)}."


def _table(both: Sequence[RunSide]) -> dict[str, np.ndarray]:
    columns = ("train_loss", "test_loss", "train_accuracy", "test_accuracy", "diverged_at")
    sides = np.repeat([lot.letter for lot in both], [lot.runs.runs for lot in both])
    seeds = np.concatenate([lot.runs.seeds for lot in both])
    return {"side": sides, "seed": seeds} | {
        name: np.concatenate([getattr(lot.runs, name) for lot in both]) for name in columns
    }
