"""Low-rank fine-tuning: W₀ + scale · A B on other data."""

import numpy as np
import pytest

from nnviz import Experiment, Trace, diagnose, effective_units, finetune, plots, predict, train
from nnviz.core import optimizers
from nnviz.core.finetuning import MOST_RANK

BASE = train(Experiment(hidden=(8, 8), epochs=60, learning_rate=0.1, restarts=2, snapshots=8))
TURNED = BASE.dataset.turned(45)


def tuned(**arguments):
    return finetune(BASE, **{"dataset": TURNED, "epochs": 10, **arguments})


def test_a_start_with_up_zero_is_the_base_to_the_bit():
    result = tuned(run=1)
    for kernel, base in zip(result.kernels, BASE.kernels, strict=True):
        np.testing.assert_array_equal(kernel[0, 0], base[1, -1])
    np.testing.assert_array_equal(predict(result, TURNED.x_test, 0, 0), predict(BASE, TURNED.x_test, 1))
    assert result.train_loss[0, 0] == result.base_loss
    assert result.test_loss[0, 0] == result.base_test_loss
    assert finetune(BASE, BASE.dataset, run=1, epochs=1).train_loss[0, 0] == BASE.train_loss[1, -1]


def test_it_learns_and_leaves_the_base_alone():
    result = tuned(epochs=60, rank=2)
    assert result.train_loss[0, -1] < 0.5 * result.base_loss
    for kernel, base, down, up in zip(result.kernels, BASE.kernels, result.downs, result.ups, strict=True):
        np.testing.assert_allclose(kernel[0, -1], base[0, -1] + down[0, -1] @ up[0, -1], rtol=0, atol=1e-14)
        assert np.linalg.matrix_rank(kernel[0, -1] - base[0, -1], tol=1e-9) <= 2
    for bias, base in zip(result.biases, BASE.biases, strict=True):
        np.testing.assert_array_equal(bias[0], np.broadcast_to(base[0, -1], bias[0].shape))


@pytest.mark.parametrize(
    ("down", "up", "moves"),
    [
        ("he_uniform", "zeros", [2, 1]),
        ("zeros", "he_uniform", [1, 2]),
        ("he_uniform", "he_uniform", [1, 1]),
        ("zeros", "zeros", [-1, -1]),
    ],
)
def test_a_factor_moves_where_the_other_is_there(down, up, moves):
    result = tuned(down_initializer=down, up_initializer=up)
    assert result.first_moves.tolist() == [moves] * 3
    if moves == [-1, -1]:
        assert (result.train_loss == result.base_loss).all()


def test_equal_directions_act_as_one():
    """Down all alike and up zero: four directions are one, twice as long; and the net learns as with that one."""
    result = tuned(rank=4, down_initializer="constant(value=0.3)")
    for pair in range(3):
        assert result.effective_rank(pair).tolist() == [1] * len(result.steps)
    assert tuned(rank=4).effective_rank(1).tolist() == [4] * len(result.steps)
    one = tuned(rank=1, down_initializer="constant(value=0.6)")
    np.testing.assert_allclose(one.train_loss, result.train_loss, rtol=0, atol=1e-9)


def test_the_same_call_gives_the_same_bits_and_another_seed_others():
    one, again, other = tuned(), tuned(), tuned(seed=1)
    for a, b, c in zip(one.downs, again.downs, other.downs, strict=True):
        np.testing.assert_array_equal(a, b)
        assert (a[:, 0] != c[:, 0]).all()
    np.testing.assert_array_equal(one.train_loss, again.train_loss)


@pytest.mark.parametrize("optimizer", optimizers.registry)
@pytest.mark.parametrize("scale", [0.5, -2.0])
def test_factors_move_down_the_slope(optimizer, scale):
    """The first step of plain descent against central differences; the other optimizers go down as well."""
    base = train(BASE.experiment.replace(optimizer=optimizer, restarts=1, batch_size=None, learning_rate=0.01))
    result = finetune(base, TURNED, up_initializer="he_normal", scale=scale, epochs=1)
    assert result.train_loss[0, 1] < result.train_loss[0, 0]
    if optimizer != "sgd":
        return
    start = [layer.copy() for layer in result.layers(0, 0)]

    def loss(pair, down, up):
        layers = [layer.copy() for layer in start]
        layers[pair][0, :-1] = base.kernels[pair][0, -1] + scale * down @ up
        kernels = tuple(layer[:, None, :-1] for layer in layers)
        biases = tuple(bias[:, -1:] for bias in base.biases)
        moved = Trace(**{**vars(base), "kernels": kernels, "biases": biases, "steps": base.steps[:1]})
        chance = predict(moved, TURNED.x_train, 0, 0)
        return -np.log(chance[np.arange(len(chance)), TURNED.y_train]).mean()

    for pair in range(3):
        first = [result.downs[pair][0, 0], result.ups[pair][0, 0]]
        moved = [(first[0] - result.downs[pair][0, 1]) / 0.01, (first[1] - result.ups[pair][0, 1]) / 0.01]
        for place in (0, 1):
            for index in [(0, 0), (-1, -1)]:
                ends = []
                for nudge in (1e-6, -1e-6):
                    factors = [factor.copy() for factor in first]
                    factors[place][index] += nudge
                    ends.append(loss(pair, *factors))
                assert moved[place][index] == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-8)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_residual_blocks_have_factors_too(dtype):
    base = train(Experiment(hidden=(6,) * 3, residual=True, epochs=20, learning_rate=0.05, dtype=dtype))
    result = finetune(base, "circles", epochs=40)
    assert len(result.downs) == 4 + 2
    assert result.train_loss[0, -1] < result.base_loss
    assert result.downs[0].dtype == dtype
    np.testing.assert_allclose(
        result.branch_kernels[1][0, -1],
        base.branch_kernels[1][0, -1] + result.downs[5][0, -1] @ result.ups[5][0, -1],
        rtol=0,
        atol=1e-5,
    )


def test_it_is_a_trace():
    result = tuned()
    assert diagnose(result)
    assert effective_units(result, 1).shape == (1, len(result.steps))
    for name in plots.__all__:
        assert getattr(plots, name)(result).data
    early = result.until(2)
    assert early.downs[0].shape[1] == early.kernels[0].shape[1] == 3
    assert not any(array.flags.writeable for array in (*result.downs, *result.ups, result.first_moves))


def test_pictures_can_be_inverted():
    base = train(Experiment(dataset="digits", samples=300, hidden=(12,), epochs=30))
    negatives = base.dataset.inverted()
    result = finetune(base, negatives, rank=4, epochs=40)
    assert result.train_loss[0, -1] < result.base_loss
    with pytest.raises(ValueError, match="only two can be turned"):
        base.dataset.turned(10)


def test_divergence_is_recorded():
    base = train(Experiment(dataset="line_and_bump", activation="linear", epochs=2, learning_rate=0.01))
    result = finetune(base, base.dataset, learning_rate=1000.0, up_initializer="ones", epochs=50)
    assert result.diverged_at[0] > 0
    assert np.isnan(result.downs[0][0, -1]).all()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"rank": 0}, "rank=0: must be a whole number from 1 to 64"),
        ({"rank": MOST_RANK + 1}, "rank=65: must be"),
        ({"scale": np.nan}, "scale=nan: must be"),
        ({"run": 2}, "run=2: must be"),
        ({"dataset": "iris"}, "dataset has 4 features and 3 classes: the run was trained on 2 features and 2 classes"),
        ({"dataset": "moon"}, "dataset='moon': do you mean moons"),
        ({"dataset": 3}, "dataset=3: must be the name of a data set, or a Dataset"),
        ({"down_initializer": "nonsense"}, "^down_initializer"),
        ({"up_initializer": 3}, "^up_initializer"),
        ({"epochs": 0}, "^epochs=0"),
        ({"learning_rate": -1}, "^learning_rate=-1"),
        ({"seed": -1}, "^seed=-1"),
        ({"epochs": 1_000_000}, "times the work that is allowed"),
    ],
    ids=str,
)
def test_what_cannot_be_is_one_sentence(arguments, words):
    with pytest.raises(ValueError, match=words):
        tuned(**arguments)


def test_a_run_that_diverged_cannot_be_built_on():
    base = train(Experiment(dataset="line_and_bump", activation="linear", learning_rate=1000.0, epochs=9))
    with pytest.raises(ValueError, match="it diverged"):
        finetune(base, base.dataset)


def test_progress_is_told_and_can_stop_it():
    shares = []
    tuned(on_progress=shares.append)
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    assert shares[-1] == 1.0

    class StopError(Exception):
        pass

    def stop(share):
        if share > 0.3:
            raise StopError

    with pytest.raises(StopError):
        tuned(on_progress=stop)


@pytest.mark.reference
@pytest.mark.parametrize("hidden", [(), (7,)])
def test_trajectories_are_pytorch_s(hidden):
    """Low-rank factors on a linear layer, and on two with tanh in between."""
    torch = pytest.importorskip("torch")
    base = train(Experiment(hidden=hidden, epochs=10, shuffle=False, snapshots=500))
    result = finetune(base, base.dataset.turned(60), rank=2, up_initializer="random_normal", scale=0.7, epochs=20)
    data = result.dataset
    frozen = [torch.tensor(np.array(kernel[0, -1])) for kernel in base.kernels]
    biases = [torch.tensor(np.array(bias[0, -1])) for bias in base.biases]
    downs, ups = (
        [torch.tensor(np.array(factor[0, 0]), requires_grad=True) for factor in factors]
        for factors in (result.downs, result.ups)
    )
    optimizer = torch.optim.SGD([*downs, *ups], base.experiment.learning_rate)
    x, y = torch.tensor(np.array(data.x_train)), torch.tensor(np.array(data.y_train)).double()

    def loss(rows):
        signal = x[rows]
        for i, (kernel, bias, down, up) in enumerate(zip(frozen, biases, downs, ups, strict=True)):
            signal = signal @ kernel + 0.7 * (signal @ down) @ up + bias
            signal = torch.tanh(signal) if i < len(frozen) - 1 else signal
        return torch.nn.functional.binary_cross_entropy_with_logits(signal[:, 0], y[rows])

    moments = {step: moment for moment, step in enumerate(result.steps.tolist())}
    for step in range(result.experiment.total_steps):
        first = step % result.experiment.steps_per_epoch * 32
        optimizer.zero_grad()
        loss(slice(first, first + 32)).backward()
        optimizer.step()
        if step + 1 in moments:
            for mine, theirs in zip((*result.downs, *result.ups), [*downs, *ups], strict=True):
                np.testing.assert_allclose(mine[0, moments[step + 1]], theirs.detach().numpy(), rtol=0, atol=1e-10)
    assert result.train_loss[0, -1] == pytest.approx(loss(slice(None)).item(), abs=1e-10)
