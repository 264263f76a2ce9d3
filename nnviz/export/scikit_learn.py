"""The middle of a script for scikit-learn: its network, its training and its losses.

Its squared error is half of the usual one: twice the learning rate makes up for that.
"""

from __future__ import annotations

from nnviz.core import activations, optimizers
from nnviz.core.experiment import Experiment
from nnviz.core.optimizers import ADAM_EPSILON, BETA_1, BETA_2, MOMENTUM
from nnviz.export.pieces import is_regression, shuffles

_ACTIVATIONS = {"tanh": "tanh", "relu": "relu", "sigmoid": "logistic", "linear": "identity"}
_OPTIMIZERS = {
    "sgd": ('solver="sgd"', "momentum=0.0"),
    "momentum": ('solver="sgd"', f"momentum={MOMENTUM}", "nesterovs_momentum=False"),
    "nesterov": ('solver="sgd"', f"momentum={MOMENTUM}", "nesterovs_momentum=True"),
    "adam": ('solver="adam"', f"beta_1={BETA_1}", f"beta_2={BETA_2}"),
}
_MIDDLE = """\
# The network. scikit-learn has no choice of start: its first call makes one, which is then replaced.
model = {model}(
    hidden_layer_sizes={hidden},
    activation="{activation}",
    {optimizer}
    {rate}
    alpha=0.0,
    batch_size=BATCH,
    shuffle=False,
)
model.partial_fit(x_train[:BATCH], y_train[:BATCH]{classes})
model.coefs_ = [kernel for kernel, bias in start]
model.intercepts_ = [bias for kernel, bias in start]
del model._optimizer  # or it remembers that first step; there is no public way


# The training.
def loss_on(x, y):
    return float({loss})


{accuracy}print("start loss", loss_on(x_train, y_train))
{training}"""
_ACCURACY = """\
def accuracy_on(x, y):
    return model.score(x, y)


"""
_SHUFFLED = """\
for order in orders():
    model.partial_fit(x_train[order], y_train[order])  # one epoch"""
_IN_ORDER = """\
for _ in range(EPOCHS):
    model.partial_fit(x_train, y_train)  # one epoch"""


def middle(experiment: Experiment) -> str:
    """The script's lines from the network to the end of the training; a ValueError where it cannot."""
    activation = experiment.activation if experiment.hidden else "linear"  # with no hidden layer it does not matter
    if experiment.residual:
        raise ValueError("scikit-learn has no residual blocks.")
    if activation not in _ACTIVATIONS:
        raise ValueError(f"scikit-learn has no {activations.registry[activation].label}.")
    if experiment.optimizer not in _OPTIMIZERS:
        raise ValueError(f"scikit-learn has no {optimizers.registry[experiment.optimizer].label}.")
    real, classes = is_regression(experiment), len(experiment.task.classes)
    if experiment.optimizer == "adam":  # the size of the gradient matters to epsilon only
        rate = f"learning_rate_init=LEARNING_RATE,\n    epsilon={ADAM_EPSILON}{' / 2' if real else ''},"
    else:
        rate = f"learning_rate_init={'2 * ' if real else ''}LEARNING_RATE,"
    return _MIDDLE.format(
        model="MLPRegressor" if real else "MLPClassifier",
        hidden=experiment.hidden,
        activation=_ACTIVATIONS[activation],
        optimizer="\n    ".join(f"{setting}," for setting in _OPTIMIZERS[experiment.optimizer]),
        rate=rate + ("  # scikit-learn halves the squared error" if real else ""),
        classes="" if real else f", classes=np.arange({classes})",
        loss="mean_squared_error(y, model.predict(x))"
        if real
        else "log_loss(y, model.predict_proba(x), labels=model.classes_)",
        accuracy="" if real else _ACCURACY,
        training=_SHUFFLED if shuffles(experiment) else _IN_ORDER,
    )
