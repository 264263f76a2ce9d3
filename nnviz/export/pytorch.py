"""The middle of a script for PyTorch: its network, its training and its losses."""

from __future__ import annotations

from itertools import pairwise

from nnviz.core import activations, optimizers
from nnviz.core.experiment import Experiment
from nnviz.core.initializers import Initializer
from nnviz.core.optimizers import ADAM_EPSILON, BETA_1, BETA_2, MOMENTUM, RHO, RMSPROP_EPSILON
from nnviz.export.pieces import is_regression, loop, piece, start_comment

_ACTIVATIONS = {
    "tanh": "nn.Tanh()",
    "relu": "nn.ReLU()",
    "sigmoid": "nn.Sigmoid()",
    "linear": "nn.Identity()",
    "leaky_relu": f"nn.LeakyReLU({activations.LEAKY_SLOPE})",
    "elu": "nn.ELU()",
    "gelu": 'nn.GELU(approximate="tanh")',
    "selu": "nn.SELU()",
}
_OPTIMIZERS = {
    "sgd": "optimizer = torch.optim.SGD(model.parameters(), LEARNING_RATE)",
    "momentum": f"optimizer = torch.optim.SGD(model.parameters(), LEARNING_RATE, momentum={MOMENTUM})",
    "nesterov": f"optimizer = torch.optim.SGD(model.parameters(), LEARNING_RATE, momentum={MOMENTUM}, nesterov=True)",
    "rmsprop": f'''\
class RMSprop(torch.optim.Optimizer):
    """As in Keras, with epsilon under the root: torch.optim.RMSprop adds it to the root."""

    def __init__(self, parameters, lr):
        super().__init__(parameters, {{"lr": lr}})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for weight in group["params"]:
                square = {RHO} * self.state[weight].get("square", 0.0) + (1 - {RHO}) * weight.grad**2
                weight -= group["lr"] * weight.grad / torch.sqrt(square + {RMSPROP_EPSILON})
                self.state[weight]["square"] = square


optimizer = RMSprop(model.parameters(), LEARNING_RATE)''',
    "adam": (
        "optimizer = torch.optim.Adam("
        f"model.parameters(), LEARNING_RATE, betas=({BETA_1}, {BETA_2}), eps={ADAM_EPSILON})"
    ),
}
_LOSSES = {
    "binary_crossentropy": "BCEWithLogitsLoss",
    "categorical_crossentropy": "CrossEntropyLoss",
    "squared_error": "MSELoss",
}
_MIDDLE = """\
# The network, started from the weights above.
{own_start}{block}torch.set_default_dtype(torch.{dtype})
model = nn.Sequential(
    {layers},
)
with torch.no_grad():
    for layer, (kernel, bias) in zip({linear}, start):
        layer.weight.copy_(torch.tensor(kernel.T))
        layer.bias.copy_(torch.tensor(bias))
{branches}

# The training.
{optimizer}
loss = nn.{loss}()
x_train, x_test = torch.tensor(x_train), torch.tensor(x_test)
y_train, y_test = torch.tensor(y_train){cast}, torch.tensor(y_test){cast}


@torch.no_grad()
def loss_on(x, y):
    return loss(model(x), y).item()


{accuracy}print("start loss", loss_on(x_train, y_train))
{training}"""
_LINEAR = "[part for part in model if isinstance(part, nn.Linear)]"
_BLOCK = """

class Block(nn.Module):  # x + V φ(W x + b)
    def __init__(self):
        super().__init__()
        self.layer, self.activation = nn.Linear({units}, {units}), {bend}
        self.branch = nn.Linear({units}, {units}, bias=False)

    def forward(self, x):
        return x + self.branch(self.activation(self.layer(x)))


"""
_LINEAR_AND_BLOCKS = "[model[0], *(block.layer for block in model[2:-{behind}]), model[-{behind}]]"
_BRANCHES = """\
    for block, branch in zip(model[2:-{behind}], branches):
        block.branch.weight.copy_(torch.tensor(branch.T))
"""
_ACCURACY = """\
@torch.no_grad()
def accuracy_on(x, y):
    return ({guess} == y).double().mean().item()


"""
_STEP = """\
optimizer.zero_grad()
loss(model(x_train[rows]), y_train[rows]).backward()
optimizer.step()"""


def middle(experiment: Experiment) -> str:
    """The script's lines from the network to the end of the training."""
    bend = piece(_ACTIVATIONS, activations.registry[experiment.activation])
    linear = [f"nn.Linear({inputs}, {outputs})" for inputs, outputs in pairwise(experiment.layer_sizes)]
    if experiment.residual:
        layers = [linear[0], bend, f"*(Block() for _ in range({experiment.branches}))", linear[-1]]
    else:
        layers = [part for layer in linear[:-1] for part in (layer, bend)] + [linear[-1]]
    one = experiment.layer_sizes[-1] == 1
    if one:
        layers.append("nn.Flatten(0)")
    own_start = [
        *(_initializer(initializer, "layer.weight") for initializer in experiment.layer_initializers),
        _initializer(experiment.bias_initializer, "layer.bias"),
    ]
    block = load = ""
    linear_layers = _LINEAR
    if experiment.residual:
        behind = 1 + one  # the output, and what flattens it
        own_start.append(_initializer(experiment.branch_start, "block.branch.weight"))
        block = _BLOCK.format(units=experiment.hidden[0], bend=bend)
        load, linear_layers = _BRANCHES.format(behind=behind), _LINEAR_AND_BLOCKS.format(behind=behind)
    accuracy = _ACCURACY.format(guess="(model(x) > 0)" if one else "model(x).argmax(1)")
    return _MIDDLE.format(
        own_start=start_comment("PyTorch", own_start),
        block=block,
        linear=linear_layers,
        branches=load,
        dtype=experiment.dtype,
        layers=",\n    ".join(layers),
        optimizer=piece(_OPTIMIZERS, optimizers.registry[experiment.optimizer]),
        loss=_LOSSES[experiment.task.loss],
        cast=f".to(torch.{experiment.dtype})" if one else "",
        accuracy="" if is_regression(experiment) else accuracy,
        training=loop(experiment, _STEP),
    )


def _initializer(initializer: Initializer, tensor: str) -> str:
    call = initializer.in_pytorch(tensor)
    return f"torch.{call}" if call else f"[none like {initializer.key}]"
