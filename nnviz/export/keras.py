"""The middle of a script for Keras 3: its network, its training and its losses."""

from __future__ import annotations

from nnviz.core import activations, initializers, optimizers
from nnviz.core.experiment import Experiment
from nnviz.core.initializers import Initializer
from nnviz.core.optimizers import ADAM_EPSILON, BETA_1, BETA_2, MOMENTUM, RHO, RMSPROP_EPSILON
from nnviz.export.pieces import is_regression, loop, piece, shuffles, start_comment

_ACTIVATIONS = {
    "tanh": '"tanh"',
    "relu": '"relu"',
    "sigmoid": '"sigmoid"',
    "linear": '"linear"',
    "leaky_relu": "leaky_relu",
    "elu": '"elu"',
    "gelu": "gelu",
    "selu": '"selu"',
}
_FUNCTIONS = {
    "leaky_relu": f"""\
def leaky_relu(z):  # as Keras's own, whose slope at exactly 0 is not the same in every backend
    return keras.ops.where(z > 0, z, {activations.LEAKY_SLOPE} * z)


""",
    "gelu": """\
def gelu(z):
    return keras.activations.gelu(z, approximate=True)


""",
}
_OPTIMIZERS = {
    "sgd": "optimizer = keras.optimizers.SGD(LEARNING_RATE)",
    "momentum": f"optimizer = keras.optimizers.SGD(LEARNING_RATE, momentum={MOMENTUM})",
    "nesterov": f"optimizer = keras.optimizers.SGD(LEARNING_RATE, momentum={MOMENTUM}, nesterov=True)",
    "rmsprop": f"optimizer = keras.optimizers.RMSprop(LEARNING_RATE, rho={RHO}, epsilon={RMSPROP_EPSILON})",
    "adam": f'''\
class Adam(keras.optimizers.Adam):
    """Kingma & Ba's Algorithm 1: Keras adds epsilon before it corrects the second moment, the paper after that."""

    def update_step(self, gradient, variable, learning_rate):
        step = keras.ops.cast(self.iterations + 1, variable.dtype)
        self.epsilon = {ADAM_EPSILON} * keras.ops.sqrt(1 - {BETA_2}**step)
        super().update_step(gradient, variable, learning_rate)


optimizer = Adam(LEARNING_RATE, beta_1={BETA_1}, beta_2={BETA_2})  # plain: keras.optimizers.Adam(LEARNING_RATE)''',
}
_LOSSES = {
    "binary_crossentropy": "BinaryCrossentropy(from_logits=True)",
    "categorical_crossentropy": "SparseCategoricalCrossentropy(from_logits=True)",
    "squared_error": "MeanSquaredError()",
}
_MIDDLE = """\
{activation}# The network, started from the weights above.
{own_start}keras.config.set_floatx(DTYPE)
{model}


# The training.
{optimizer}
loss = keras.losses.{loss}
model.compile(optimizer, loss)


def loss_on(x, y):
    return float(loss(y, model.predict_on_batch(x)))


{accuracy}print("start loss", loss_on(x_train, y_train))
{training}"""
_SEQUENTIAL = """\
model = keras.Sequential(
    [
        {layers},
    ]
)
model.set_weights([array for layer in start for array in layer])"""
_RESIDUAL = """\
inputs = keras.Input(({inputs},))
x = keras.layers.{first}(inputs)
for _ in range({branches}):  # x + V φ(W x + b)
    branch = keras.layers.Dense({units}, use_bias=False)(keras.layers.{first}(x))
    x = keras.layers.Add()([x, branch])
model = keras.Model(inputs, keras.layers.Dense({outputs})(x))
blocks = [(*layer, branch) for layer, branch in zip(start[1:-1], branches)]
model.set_weights([array for layer in [start[0], *blocks, start[-1]] for array in layer])"""
_FIT = "model.fit(x_train, y_train, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0)"
_STEP = "model.train_on_batch(x_train[rows], y_train[rows])"
_ACCURACY = """\
def accuracy_on(x, y):
    return float(np.mean({guess} == y))


"""


def middle(experiment: Experiment) -> str:
    """The script's lines from the network to the end of the training."""
    inputs, *hidden, outputs = experiment.layer_sizes
    bend = piece(_ACTIVATIONS, activations.registry[experiment.activation])
    dense = [*(f"{units}, activation={bend}" for units in hidden), str(outputs)]
    layers = [f"keras.Input(({inputs},))", *(f"keras.layers.Dense({settings})" for settings in dense)]
    bias = experiment.bias_initializer
    tail = "" if bias.key == "zeros" else f", bias_initializer={_initializer(bias)}"
    own_start = [
        f"keras.layers.Dense({settings}, kernel_initializer={_initializer(initializer)}{tail})"
        for settings, initializer in zip(dense, experiment.layer_initializers, strict=True)
    ]
    model = _SEQUENTIAL.format(layers=",\n        ".join(layers))
    if experiment.residual:
        units, branch = hidden[0], _initializer(experiment.branch_start)
        own_start.append(f"keras.layers.Dense({units}, use_bias=False, kernel_initializer={branch})")
        model = _RESIDUAL.format(
            inputs=inputs, first=f"Dense({dense[0]})", branches=experiment.branches, units=units, outputs=outputs
        )
    guess = "(model.predict_on_batch(x)[:, 0] > 0)" if outputs == 1 else "model.predict_on_batch(x).argmax(axis=1)"
    return _MIDDLE.format(
        own_start=start_comment("Keras", own_start),
        activation=_FUNCTIONS.get(experiment.activation, "") if hidden else "",
        model=model,
        optimizer=piece(_OPTIMIZERS, optimizers.registry[experiment.optimizer]),
        loss=_LOSSES[experiment.task.loss],
        accuracy="" if is_regression(experiment) else _ACCURACY.format(guess=guess),
        training=loop(experiment, _STEP) if shuffles(experiment) else _FIT,
    )


def _initializer(initializer: Initializer) -> str:
    if initializer.scheme.keras and initializer == initializers.get(initializer.key):
        return f'"{initializer.key}"'
    return initializer.in_keras() or f"[none like {initializer.key}]"
