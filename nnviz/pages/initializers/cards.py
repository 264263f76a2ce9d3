"""The gallery of initializers: the choice of a kernel, a card for each initializer, two of them side by side."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from pathlib import Path

import streamlit as st

from nnviz.analysis.initializers.draws import LAYERS, Draws, Kernel, Layer, draws
from nnviz.analysis.words import count, number, percent
from nnviz.core import initializers
from nnviz.core.initializers import Scheme
from nnviz.core.initializers.law import CUT_MASS, TRUNCATED_STDDEV
from nnviz.figures.initializers.draws import alt, marks, plot_compare, reach, small
from nnviz.figures.style.template import PALETTES
from nnviz.ui import markup, page

STYLE = Path(__file__).with_name("cards.css")
NOTHING = "none"
NO_BREAK = "\N{NO-BREAK SPACE}"
LEFT_OUT = f"Of the fifteen these are not here: {initializers.LEFT_OUT}."
STFT = (
    "Keras has a sixteenth initializer, STFT. Its kernels are waves that split a signal into its frequencies: for "
    "convolutions over sound, not for the layers of an ordinary network. So it is not shown here."
)


def dress() -> None:
    """The styles of this page."""
    st.html(STYLE)


def jumps(sections: Mapping[str, str]) -> None:
    """Links to the sections below, by anchor and heading."""
    links = " · ".join(f'<a href="#{anchor}">{escape(heading)}</a>' for anchor, heading in sections.items())
    st.html(f'<p class="jumps"><span class="muted">Below the gallery:</span> {links}</p>')


def layer_chooser() -> tuple[Layer, Kernel]:
    """The controls of the kernel's shape, and what they say."""
    with st.container(key="kernel", horizontal=True, vertical_alignment="bottom"):
        key = st.selectbox(
            "Layer", list(LAYERS), format_func=lambda key: LAYERS[key].label, key="layer", bind="query-params",
            width=260,
        )  # fmt: skip
        layer = LAYERS[key]
        sizes = {
            size.name: st.number_input(
                size.label.capitalize(), int(size.low), int(size.high), int(str(size.default)), bind="query-params",
                key=f"{layer.key}_{size.name}", help=size.note, width=150,
            )
            for size in layer.sizes
        }  # fmt: skip
    return layer, layer.kernel(sizes)


def describe_layer(layer: Layer, kernel: Kernel) -> None:
    """The kernel's shape and fans, and what Keras fills it from."""
    fan_in, fan_out = kernel.fans
    gates = f" ({kernel.gates} gates of {kernel.shape[-1] // kernel.gates} units)" if kernel.gates > 1 else ""
    default = initializers.registry[layer.default].label
    st.html(
        f'<p class="kernel">A kernel of shape <b>{kernel.shape}</b>{gates}: {kernel.size:,} weights, '
        f"fan in <b>{fan_in:,}</b>, fan out <b>{fan_out:,}</b>. Keras starts it from <b>{escape(default)}</b>.</p>"
    )


@lru_cache(maxsize=100)
def drawn(key: str, kernel: Kernel) -> Draws | None:
    """What an initializer with its default parameters draws; None where it cannot fill the kernel."""
    try:
        return draws(initializers.make(key), kernel)
    except ValueError:
        return None


def card_gallery(layer: Layer, kernel: Kernel, theme: str) -> None:
    """A card for each initializer: Keras's first, then those that teach."""
    for heading, from_keras in (("Keras's fifteen", True), ("Those that teach", False)):
        schemes = [scheme for scheme in initializers.registry.values() if scheme.keras == from_keras]
        st.header(heading, anchor=False)
        st.html(cards(tuple(scheme.key for scheme in schemes), layer.key, kernel, theme))
    st.html(f'<p class="muted">{escape(STFT)} {escape(LEFT_OUT)}</p>')


@lru_cache(maxsize=32)
def cards(keys: Sequence[str], layer: str, kernel: Kernel, theme: str) -> str:
    """The cards of some initializers, as HTML."""
    inner = "".join(_card(initializers.registry[key], LAYERS[layer], kernel, theme) for key in keys)
    return f'<div class="starts">{inner}</div>'


def _card(scheme: Scheme, layer: Layer, kernel: Kernel, theme: str) -> str:
    mark = ' <span class="default">Keras\'s default</span>' if scheme.key == layer.default else ""
    result = drawn(scheme.key, kernel)
    return (
        f'<article class="start"><h3>{escape(scheme.label)}{mark}</h3>'
        f'<p class="formula">{escape(scheme.formula)}</p>'
        f"{_measured(result, theme) if result else _impossible(kernel)}"
        f"<p>{escape(scheme.when)}</p>"
        f"<details><summary>{escape(source(scheme))} · code</summary>"
        f'<p class="muted">{escape(scheme.reference)}</p>'
        f"{_code(scheme)}</details></article>"
    )


def source(scheme: Scheme) -> str:
    """Who and when, in short.

    >>> [source(initializers.registry[key]) for key in ("he_normal", "glorot_uniform", "zeros")]
    ['He et al. 2015', 'Glorot & Bengio 2010', 'Keras 3']
    """
    dated = re.match(r"(.*?) (\d{4})\b", scheme.reference)
    if not dated:
        return scheme.reference.partition(",")[0]
    names, year = dated.groups()
    authors = re.split(", | & ", names)
    return f"{authors[0]} et al. {year}" if len(authors) > 2 else f"{names} {year}"


def _impossible(kernel: Kernel) -> str:
    return f'<p class="cannot">It fills only kernels of two axes; this one has {len(kernel.shape)}.</p>'


def _measured(measurement: Draws, theme: str) -> str:
    """The histogram, the numbers beside those of theory, the verdict on symmetry."""
    law = measurement.law
    theory = (law.mean, law.stddev, law.low, law.high)
    rows = "".join(
        f'<tr><th scope="row">{name}</th><td>{level(value, measurement)}</td>'
        f"<td>{level(expected, measurement)}</td></tr>"
        for name, value, expected in zip(
            ("mean", "spread", "lowest", "highest"),
            (measurement.mean, measurement.spread, measurement.low, measurement.high),
            theory,
            strict=True,
        )
    )
    picture = base64.b64encode(small(measurement, PALETTES[theme]).encode()).decode()
    ticks = "".join(
        f'<span style="left: {100 * share:.1f}%">{level(value, measurement)}</span>'
        for share, value in marks(measurement)
    )
    return (
        f'<img alt="{escape(alt(measurement))}" src="data:image/svg+xml;base64,{picture}"><p class="ticks">{ticks}</p>'
        '<table><thead><tr><td></td><th scope="col">drawn</th><th scope="col">theory</th></tr></thead>'
        f'<tbody>{rows}</tbody></table><p class="breaks">{_symmetry(measurement)}</p>'
    )


def _symmetry(measurement: Draws) -> str:
    """Whether it breaks symmetry, with the numbers that say so."""
    if measurement.units == 1:
        return "One unit: no symmetry to break."
    amount = (
        f"{measurement.distinct} of {measurement.units} units differ"
        if measurement.breaks != "no"
        else f"all {measurement.units} units equal"
    )
    return f"Breaks symmetry: <b>{measurement.breaks}</b>, {amount} (mean cosine {cosine(measurement.alike)})."


def cosine(value: float) -> str:
    """A cosine with two decimals, that says 1 only where it is 1."""
    if 0.995 <= value < 1 - 1e-12:
        return "just under 1" if value > 0.9999 else f"{value:.4f}"
    return f"{value:.2f}".replace("-0.00", "0.00").replace("-", "−")


def level(value: float, measurement: Draws) -> str:
    """A number of some draws, with as many decimals as their spread has to be given to three digits."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "no limit"
    if value == 0 or measurement.spread == 0:
        return number(value)
    decimals = min(12, max(0, 2 - math.floor(math.log10(measurement.spread))))
    text = f"{value:.{decimals}f}"
    return (text.removeprefix("-") if float(text) == 0 else text).replace("-", "−")


def _code(scheme: Scheme) -> str:
    """How to ask for it elsewhere; in words where there is no such call."""
    initializer, own_start = initializers.make(scheme.key), scheme.key == "glorot_uniform"
    lines = {
        "Keras": (initializer.in_keras(), "No such initializer."),
        "PyTorch": (initializer.in_pytorch("weight"), "No such call."),
        "scikit-learn": ("MLPClassifier()" if own_start else "", "MLPClassifier always starts from Glorot uniform."),
        "nnviz": (f'nnviz.initializers.get("{scheme.key}")(shape, seed)', ""),
    }
    return "".join(
        f'<p class="code"><span>{name}</span>{f"<code>{escape(line)}</code>" if line else words}</p>'
        for name, (line, words) in lines.items()
    )


def comparison(layer: Layer, kernel: Kernel, theme: str) -> None:
    """Two initializers side by side: their menus, their draws, their numbers."""
    keys = [key for key in initializers.registry if drawn(key, kernel)]
    left, right = st.columns(2)

    def named(key: str) -> str:
        return initializers.registry[key].label if key in initializers.registry else "nothing"

    with left:
        first = st.selectbox(
            "A", keys, index=keys.index("glorot_uniform"), format_func=named, key="first", bind="query-params"
        )
    with right:
        second = st.selectbox(
            "B", [*keys, NOTHING], index=keys.index("glorot_normal"), format_func=named, key="second",
            bind="query-params",
        )  # fmt: skip
    both = [result for key in (first, second) if key != NOTHING and (result := drawn(key, kernel))]
    figure = plot_compare(both, PALETTES[theme])
    page.chart(figure)
    names = ["A", "B"] if len(both) > 1 else [""]
    st.html(
        markup.table(
            {
                f"{name} {result.initializer.scheme.label}".strip(): _numbers(result)
                for name, result in zip(names, both, strict=True)
            }
        )
    )
    st.download_button("Histograms as CSV", figure.csv(), "draws.csv", "text/csv", key="draws_csv", on_click="ignore")
    uniform = drawn("glorot_uniform", kernel)
    if uniform:
        st.html(f'<p class="remark">{escape(xavier(uniform))}</p>')


def _numbers(measurement: Draws) -> dict[str, str]:
    law = measurement.law

    def beside(value: float, theory: float) -> str:
        return f"{level(value, measurement)} (theory {level(theory, measurement)})"

    return {
        "weights drawn": f"{len(measurement.values):,} from {count(measurement.seeds, 'seed')}",
        "mean": beside(measurement.mean, law.mean),
        "spread": beside(measurement.spread, law.stddev),
        "lowest": beside(measurement.low, law.low),
        "highest": beside(measurement.high, law.high),
        "within one spread of the mean": percent(measurement.within),
        "units that differ": f"{measurement.distinct} of {measurement.units}",
        "mean cosine of two units": "one unit only" if math.isnan(measurement.alike) else cosine(measurement.alike),
    }


def xavier(measurement: Draws) -> str:
    """Glorot uniform's other name, settled by its draws."""
    flat, bell = 1 / math.sqrt(3), math.erf(TRUNCATED_STDDEV / math.sqrt(2)) / CUT_MASS
    name = "Xavier uniform" if abs(measurement.within - flat) < abs(measurement.within - bell) else "Xavier normal"
    return (
        f"Some articles call glorot_uniform “Xavier normal”. By its draws it is {name}: "
        f"{percent(measurement.within)} of "
        f"them lie within one spread of the mean, where a flat law has {percent(flat)} and Keras's cut bell "
        f"{percent(bell)}; {reach(measurement)}."
    ).replace(" %", NO_BREAK + "%")
