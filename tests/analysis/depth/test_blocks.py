"""Plain layers against residual blocks, by depth."""

import numpy as np
import pytest

from nnviz.analysis.depth import blocks
from nnviz.analysis.depth.blocks import BLOCKS, PLAIN, compare_depths, level_by_layer
from nnviz.analysis.symmetry.zero_products import kernel_products
from nnviz.core.trace import hidden_signals
from nnviz.core.training import train
from nnviz.figures.depth.blocks import plot_blocks, plot_depths
from nnviz.figures.style.template import LIGHT


@pytest.fixture(scope="module")
def compared():
    return compare_depths(2)


def test_blocks_train_where_plain_layers_do_not(compared):
    plain, residual = compared.losses
    assert plain.shape == (5, 2)
    assert (plain[-1] > 0.3).all()
    assert (residual[-1] < 0.1).all()


def test_blocks_of_zero_pass_on_what_they_get_to_the_bit(compared):
    assert (compared.signals[1] == compared.signals[1][0]).all()
    assert (compared.errors[1] == compared.errors[1][0]).all()
    assert (compared.signals[0][-1] < 0.2 * compared.signals[0][0]).all()


@pytest.mark.parametrize("start", ["zeros", "glorot_uniform"])
@pytest.mark.parametrize("base", [PLAIN, BLOCKS], ids=["plain", "blocks"])
def test_levels_are_those_of_the_network(base, start):
    """Signals as a training's network has them; errors, with slopes of 1, as they make the first kernel's gradient."""
    experiment = base.replace(hidden=(5, 5, 5), branch_initializer=start, epochs=1, activation="linear")
    trace = train(experiment)
    signals, errors = level_by_layer(experiment)
    first, *others = [outputs for outputs, _ in hidden_signals(trace, trace.dataset.x_train, 0, 0)]
    passed = [first]
    for place, outputs in enumerate(others):
        passed.append(passed[-1] + outputs @ trace.branch_kernels[place][0, 0] if experiment.residual else outputs)
    np.testing.assert_allclose(signals, [np.sqrt(np.square(each).mean()) for each in passed], rtol=1e-12)
    start_weights = trace.layers(0, 0)
    depth = len(experiment.hidden)
    products = kernel_products(
        experiment, [layer[0] for layer in start_weights[: depth + 1]], [v[0] for v in start_weights[depth + 1 :]]
    )
    assert errors[0] == pytest.approx(np.sqrt(np.square(products[0][0]).mean()), rel=1e-12)


def test_figures_say_it(compared):
    figure = plot_depths(compared, LIGHT)
    assert figure.title.startswith("With 64 layers, plain ones end at loss ")
    assert list(figure.plot["layout"]["xaxis"]["ticktext"]) == ["4", "8", "16", "32", "64"]
    for errors in (False, True):
        assert plot_blocks(compared, LIGHT, errors).title.endswith(", 1 times in blocks.")


@pytest.mark.parametrize("seeds", [0, blocks.MOST_SEEDS + 1])
def test_seeds_are_bounded(seeds):
    with pytest.raises(ValueError, match=r"^seeds="):
        compare_depths(seeds)
