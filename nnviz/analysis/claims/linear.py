"""Claims about deep linear networks: Saxe, McClelland & Ganguli 2014.

Inputs are whitened digits, so that all the data says is Σ = E[y xᵀ]; the loss is ½ ‖W_D … W_1 - Σ‖², apart from a
part that no network reaches.
"""

from __future__ import annotations

import numpy as np

from nnviz.analysis.claims.record import Claim, ClaimVerdict, Numbers, judge
from nnviz.analysis.claims.tools import whitened_digits
from nnviz.analysis.words import number, percent
from nnviz.core import initializers
from nnviz.core.contraction import one_blas_thread
from nnviz.core.progress import Progress

TOPIC = "What trains, and how fast"

START, STEP, TIME, MODES = 1e-3, 0.02, 60.0, 9  # ten centred classes have nine modes
DEPTHS = (2, 8, 32, 64)
STEP_SIZES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)  # over the depth; the best one counts, as in the paper
LEFT, MOST_STEPS = 0.05, 150


def _correlation() -> np.ndarray:
    x, y = whitened_digits()
    with one_blas_thread():
        return np.asarray(y.T @ x / len(x))


def _modes(on_progress: Progress) -> Numbers:
    sigma = _correlation()
    with one_blas_thread():
        outputs, strengths, inputs = np.linalg.svd(sigma, full_matrices=False)
        outputs, strengths, inputs = outputs[:, :MODES], strengths[:MODES], inputs[:MODES]
        mix = initializers.get("orthogonal")((MODES, MODES), 0, "float64")
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


def _steps_needed(kernels: list[np.ndarray], sigma: np.ndarray, rate: float, most: int) -> int:
    """Steps of gradient descent until 5 % of the loss's reachable part is left; `most` if it takes longer."""
    kernels = list(kernels)
    start = np.inf
    for step in range(most):
        below = [np.eye(kernels[0].shape[1])]
        for kernel in kernels:
            below.append(kernel @ below[-1])
        back = below[-1] - sigma
        loss = np.square(back).sum()
        start = min(start, loss) if step == 0 else start
        if loss <= LEFT * start:
            return step
        if not loss < 100 * start:
            return most
        for i in reversed(range(len(kernels))):
            back, gradient = kernels[i].T @ back, back @ below[i].T
            kernels[i] = kernels[i] - rate * gradient
    return most


def _depth(on_progress: Progress) -> Numbers:
    sigma = _correlation()
    with one_blas_thread():
        sigma = sigma / np.linalg.svd(sigma, compute_uv=False)[0]
    width = sigma.shape[1]
    numbers: dict[str, float] = {}
    names = ("orthogonal", "glorot_normal")
    done, total = 0, sum(DEPTHS) * len(names) * len(STEP_SIZES)
    with one_blas_thread(), np.errstate(all="ignore"):
        for name in names:
            for depth in DEPTHS:
                generator = np.random.default_rng(depth)
                shapes = [(width, width)] * (depth - 1) + [(width, len(sigma))]
                kernels = [initializers.get(name)(shape, generator, "float64").T for shape in shapes]
                best = MOST_STEPS
                for size in STEP_SIZES:
                    best = min(best, _steps_needed(kernels, sigma, size / depth, best))
                    done += depth
                    on_progress(done / total)
                numbers[f"{name.removesuffix('_normal')}_{depth}"] = best
    return numbers


def _decide_depth(n: Numbers) -> ClaimVerdict:
    orthogonal, glorot = ([n[f"{name}_{depth}"] for depth in DEPTHS] for name in ("orthogonal", "glorot"))

    def row(steps: list[float]) -> str:
        return ", ".join(f"over {s:.0f}" if s >= MOST_STEPS else f"{s:.0f}" for s in steps)

    return judge(
        f"Steps at depth {', '.join(map(str, DEPTHS))}: orthogonal {row(orthogonal)}; Glorot {row(glorot)}.",
        confirmed=max(orthogonal) <= 2 * min(orthogonal) and glorot[-1] >= 5 * glorot[0],
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
        seconds=0.2,
    ),
    Claim(
        key="saxe_depth",
        label="Orthogonal: as fast at any depth",
        statement="Deep linear networks from random orthogonal weights enjoy depth independent learning times; "
        "scaled random Gaussian ones do not.",
        note="Rotations pass errors back undimmed, so that depth costs no time.",
        reference="saxe2014",
        setting=f"Whitened digits, targets scaled so that the strongest mode is 1, linear layers of equal width, depth "
        f"{DEPTHS[0]} to {DEPTHS[-1]}, each with the best of six learning rates; steps until 5 % of the loss that can "
        "be removed is left.",
        formula="confirmed: the slowest orthogonal depth takes at most twice the steps of the fastest, and Glorot's "
        "deepest at least five times its shallowest; refuted: orthogonal's slowest is no faster than Glorot's",
        topic=TOPIC,
        measure=_depth,
        decide=_decide_depth,
        seconds=3,
    ),
)
