"""Claims about deep linear networks: Saxe, McClelland & Ganguli 2014.

Inputs are whitened digits, so that all the data says is Σ = E[y xᵀ]; the loss is ½ ‖W_D … W_1 - Σ‖², apart from a
part that no network reaches.
"""

from __future__ import annotations

import math

import numpy as np

from nnviz.analysis.claims.record import SEEDS, Claim, ClaimVerdict, Numbers, judge
from nnviz.analysis.claims.tools import whitened_digits
from nnviz.analysis.words import number, percent
from nnviz.core import initializers
from nnviz.core.contraction import one_blas_thread
from nnviz.core.progress import Progress, part

TOPIC = "What trains, and how fast"

START, STEP, TIME, MODES = 1e-3, 0.02, 60.0, 9  # ten centred classes have nine modes
DEPTHS = (2, 8, 32, 64)
DIRECTIONS = 16
STEP_SIZES = (0.2, 0.1, 0.05)  # over the depth; the best one counts, as in the paper
LEFT, MOST_STEPS = 0.05, 400
GROWN = 1e6


def _correlation(directions: int | None = None) -> np.ndarray:
    x, y = whitened_digits()
    x = x[:, :directions]  # in the order of how far the digits vary along them
    with one_blas_thread():
        return np.asarray(y.T @ x / len(x))


def _modes(on_progress: Progress) -> list[Numbers]:
    sigma = _correlation()
    return [_learned(sigma, seed, part(on_progress, seed, SEEDS)) for seed in range(SEEDS)]


def _learned(sigma: np.ndarray, seed: int, on_progress: Progress) -> Numbers:
    with one_blas_thread():
        outputs, strengths, inputs = np.linalg.svd(sigma, full_matrices=False)
        outputs, strengths, inputs = outputs[:, :MODES], strengths[:MODES], inputs[:MODES]
        mix = initializers.get("orthogonal")((MODES, MODES), seed, "float64")
        first, second = np.sqrt(START) * mix @ inputs, np.sqrt(START) * outputs @ mix.T
        steps = round(TIME / STEP)
        learned = np.empty((steps, MODES))
        for step in range(steps):
            learned[step] = np.einsum("oi,om,mi->m", second @ first, outputs, inputs)
            error = sigma - second @ first
            first, second = first + STEP * second.T @ error, second + STEP * error @ first.T
            if step % 100 == 0:
                on_progress(step / steps)
    growth = np.exp(2 * strengths * STEP * np.arange(steps)[:, None])
    theory = strengths * growth / (growth - 1 + strengths / START)
    half = [float(STEP * np.argmax(learned[:, i] > strengths[i] / 2)) for i in (0, MODES - 1)]
    return {
        "modes": MODES,
        "furthest": float((np.abs(learned - theory) / strengths).max()),
        "strongest": float(strengths[0]),
        "weakest": float(strengths[-1]),
        "strongest_half_time": half[0],
        "weakest_half_time": half[1],
    }


def _decide_modes(n: Numbers) -> ClaimVerdict:
    return judge(
        f"{number(n['modes'])} curves stay within {percent(n['furthest'])} of their strength of the formula. The "
        f"strongest (s = {number(n['strongest'])}) is half learned at t = {number(n['strongest_half_time'])}, the "
        f"weakest (s = {number(n['weakest'])}) at {number(n['weakest_half_time'])}.",
        confirmed=n["furthest"] < 0.02,
        refuted=n["furthest"] > 0.2,
    )


def _steps_needed(kernels: list[np.ndarray], sigma: np.ndarray, rate: float, most: int) -> np.ndarray:
    """Steps of gradient descent until what is left of the loss is `LEFT` of ‖Σ‖², in several networks at once.

    Args:
        kernels: `[S, fan_out, fan_in]` each.
        sigma: what the product of all kernels is to become.
        rate: the learning rate.
        most: for how many steps at most.

    Returns:
        `[S]`, with the part of a step by which the last one overshot taken off, as if the loss fell evenly in its
        logarithm; `most` where it takes longer, or where the loss grows out of hand.
    """
    kernels = list(kernels)
    target = LEFT * float(np.square(sigma).sum())
    needed, before = np.full(len(kernels[0]), float(most)), np.full(len(kernels[0]), np.inf)
    for step in range(most):
        below = [np.broadcast_to(np.eye(kernels[0].shape[2]), kernels[0].shape[:1] + (kernels[0].shape[2],) * 2)]
        for kernel in kernels:
            below.append(kernel @ below[-1])
        back = below[-1] - sigma
        loss = np.square(back).sum(axis=(1, 2))
        first = (loss <= target) & (needed == most)
        if step:
            fraction = np.log(before[first] / target) / np.log(before[first] / loss[first])
            needed[first] = step - 1 + fraction
        else:
            needed[first] = 0
        if not ((needed == most) & (loss < GROWN)).any():
            break
        before = loss
        for i in reversed(range(len(kernels))):
            back, gradient = kernels[i].swapaxes(1, 2) @ back, back @ below[i].swapaxes(1, 2)
            kernels[i] = kernels[i] - rate * gradient
    return needed


def _depth(on_progress: Progress) -> list[Numbers]:
    sigma = _correlation(DIRECTIONS)
    with one_blas_thread():
        sigma = sigma / np.linalg.svd(sigma, compute_uv=False)[0]
    width = sigma.shape[1]
    cases: list[dict[str, float]] = [{} for _ in range(SEEDS)]
    names = ("orthogonal", "glorot_normal")
    done, total = 0, sum(DEPTHS) * len(names) * len(STEP_SIZES)
    with one_blas_thread(), np.errstate(all="ignore"):
        for name in names:
            for depth in DEPTHS:
                shapes = [(width, width)] * (depth - 1) + [(width, len(sigma))]
                draw, generators = initializers.get(name), [np.random.default_rng((depth, s)) for s in range(SEEDS)]
                kernels = [
                    np.array([draw(shape, generator, "float64").T for generator in generators]) for shape in shapes
                ]
                best = np.full(SEEDS, float(MOST_STEPS))
                for size in STEP_SIZES:
                    best = np.minimum(best, _steps_needed(kernels, sigma, size / depth, math.ceil(best.max())))
                    done += depth
                    on_progress(done / total)
                for case, steps in zip(cases, best, strict=True):
                    case[f"{name.removesuffix('_normal')}_{depth}"] = float(steps)
    return list(cases)


def _decide_depth(n: Numbers) -> ClaimVerdict:
    orthogonal, glorot = ([n[f"{name}_{depth}"] for depth in DEPTHS] for name in ("orthogonal", "glorot"))

    def row(steps: list[float]) -> str:
        return ", ".join(f"over {s:.0f}" if s >= MOST_STEPS else f"{s:.1f}" for s in steps)

    return judge(
        f"Steps at depth {', '.join(map(str, DEPTHS))}: orthogonal {row(orthogonal)}; Glorot {row(glorot)}.",
        confirmed=max(orthogonal) <= 3 * min(orthogonal) and glorot[-1] >= 5 * glorot[0],
        refuted=max(orthogonal) >= max(glorot),
    )


CLAIMS = (
    Claim(
        key="saxe_modes",
        label="Each mode on an exact curve",
        statement="A linear network with one hidden layer learns each mode of the data by itself, its strength u "
        "following an exact curve: u(t) = s e^(2st) / (e^(2st) - 1 + s/u₀).",
        note="Long nothing, then a sudden rise: strong patterns first, weak ones later.",
        reference="saxe2014",
        setting=f"Whitened digits, a linear network with {MODES} hidden units started at u₀ = {START:g} along the "
        f"modes, gradient descent in steps of {STEP:g} up to t = {TIME:g}.",
        formula="confirmed: no curve ever further than 2 % of its strength from the formula; refuted: further than "
        "20 %",
        topic=TOPIC,
        measure=_modes,
        decide=_decide_modes,
        seconds=0.5,
    ),
    Claim(
        key="saxe_depth",
        label="Orthogonal: as fast at any depth",
        statement="Deep linear networks from random orthogonal weights enjoy depth independent learning times; "
        "scaled random Gaussian ones do not.",
        note="Rotations pass errors back undimmed, so that depth costs no time.",
        reference="saxe2014",
        setting=f"Whitened digits along the {DIRECTIONS} directions in which they vary most, targets scaled so that "
        "the "
        f"strongest mode is 1, linear layers of {DIRECTIONS} units, depth {DEPTHS[0]} to {DEPTHS[-1]}, each with the "
        "best "
        f"of {len(STEP_SIZES)} small learning rates; steps until the same loss is left at each depth, "
        f"{100 * LEFT:.0f} % of what a network that answers 0 has.",
        formula="confirmed: the slowest orthogonal depth takes at most three times the steps of the fastest, and "
        "Glorot's "
        "deepest at least five times its shallowest; refuted: orthogonal's slowest is no faster than Glorot's",
        topic=TOPIC,
        measure=_depth,
        decide=_decide_depth,
        seconds=2,
    ),
)
