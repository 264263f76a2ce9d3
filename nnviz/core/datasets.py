"""The data sets: small, in the plane, or real ones that come with scikit-learn. Nothing is downloaded.

`load` gives the arrays a network is trained on: split (stratified by class), and each feature standardised by
the training half's mean and spread, except `xor`, whose corners are the point.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt
from sklearn import datasets as sklearn_datasets
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.utils import resample

from nnviz.core.registry import Entry, by_key

Array = np.ndarray

CORNERS = np.array([(-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0)])


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a network takes in and what it is to answer.

    Attributes:
        features: the features' names.
        classes: the classes' names; empty where the target is a real number.
    """

    features: tuple[str, ...] = ("x₁", "x₂")
    classes: tuple[str, ...] = ("0", "1")

    @property
    def loss(self) -> str:
        """The key of the loss that goes with the target."""
        if not self.classes:
            return "squared_error"
        return "binary_crossentropy" if len(self.classes) == 2 else "categorical_crossentropy"

    @property
    def outputs(self) -> int:
        """How many output units: one logit for two classes, one a class for more, one for a real target."""
        return len(self.classes) if len(self.classes) > 2 else 1


@dataclass(frozen=True, kw_only=True)
class Source(Task, Entry):
    """A data set's record in the registry.

    Attributes:
        make: `make(samples, noise, seed)` -> features `[n, d]`, targets `[n]`.
        code: Python that makes the same x and y, for scripts that have NumPy and scikit-learn but not nnviz; an
            experiment's fields stand in braces, such as `{samples}` and `{data_seed}`.
        rows: how many rows there are at most; None where they are made to order.
        noisy: whether `noise` means anything.
        standardised: whether features are brought to mean 0 and spread 1.
        in_turn: rows come in a fixed turn of groups and are split in that order, not drawn.
    """

    make: Callable[[int, float, int], tuple[Array, Array]]
    code: str
    rows: int | None = None
    noisy: bool = True
    standardised: bool = True
    in_turn: bool = False

    def split_sizes(self, samples: int, test_fraction: float) -> tuple[int, int]:
        """How many rows are trained on, and how many are held back."""
        rows = min(samples, self.rows) if self.rows else samples
        test = round(test_fraction * rows)
        return rows - test, test


@dataclass(frozen=True, eq=False)
class Dataset:
    """The arrays of a data set, split and scaled; read-only.

    Attributes:
        x_train: `[n, d]`.
        y_train: `[n]`: class numbers from 0, or real numbers.
        x_test: `[m, d]`.
        y_test: `[m]`.
        feature_names: d names.
        class_names: the classes' names; empty where the target is a real number.
        mean: `[d]`, what is taken from each feature in its own units before it reaches the network; None where rows
            in their own units are not known.
        scale: `[d]`, by what it is divided then.
    """

    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    mean: Array | None = None
    scale: Array | None = None

    def __post_init__(self) -> None:
        for array in self._arrays():
            array.setflags(write=False)

    def transform(self, x: npt.ArrayLike) -> Array:
        """Rows in their own units as the network sees them.

        Args:
            x: `[n, d]`: an array, lists or a data frame, features in the order of `feature_names`.

        Returns:
            `[n, d]`, on the scale of `x_test`.

        Raises:
            ValueError: another number of features, or what is no number; or the data set has no units of its own to
                go back to, as an uploaded table, whose texts became columns of 0 and 1.
        """
        if self.mean is None or self.scale is None:
            raise ValueError("This data set was made ready from a table: its rows cannot be transformed one by one.")
        try:
            rows = np.asarray(x, dtype=float)
        except (TypeError, ValueError):
            raise ValueError("x holds what is no number.") from None
        if rows.ndim != 2 or rows.shape[1] != len(self.feature_names):
            raise ValueError(f"x has shape {rows.shape}: must be rows × {len(self.feature_names)} features.")
        seen: Array = (rows - self.mean) / self.scale
        return seen

    def turned(self, degrees: float) -> Dataset:
        """The same rows, turned about the origin of the plane; ValueError for any but two features."""
        if len(self.feature_names) != 2:
            raise ValueError(f"These data have {len(self.feature_names)} features: only two can be turned.")
        angle = np.deg2rad(degrees)
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        return self._seen_as(self.x_train @ turn, self.x_test @ turn)

    def inverted(self) -> Dataset:
        """The same rows, every feature with its sign changed: of pictures the negatives."""
        return self._seen_as(-self.x_train, -self.x_test)

    def _seen_as(self, x_train: Array, x_test: Array) -> Dataset:
        return replace(self, x_train=x_train, x_test=x_test, mean=None, scale=None)

    def _arrays(self) -> list[Array]:
        return [value for value in vars(self).values() if isinstance(value, np.ndarray)]

    def __reduce__(self) -> tuple[Callable[..., Dataset], tuple[object, ...]]:
        """Pickled so that a copy that comes back from another process is this very object again."""
        digest = hashlib.sha256(repr((self.feature_names, self.class_names)).encode())
        for array in self._arrays():
            digest.update(f"{array.dtype} {array.shape}".encode() + array.tobytes())
        _in_use.setdefault(digest.digest(), self)
        return _same, (digest.digest(), *(getattr(self, field.name) for field in fields(self)))


_in_use: WeakValueDictionary[bytes, Dataset] = WeakValueDictionary()  # those that were pickled or unpickled


def _same(digest: bytes, *values: Any) -> Dataset:
    """The data set with these arrays: one object, as long as it is in use."""
    return _in_use.setdefault(digest, Dataset(*values))


@lru_cache(maxsize=32)
def load(key: str, samples: int, noise: float, seed: int, test_fraction: float) -> Dataset:
    """The data set `key`, made, split and scaled. The same arguments give the same bits."""
    source = registry[key]
    x, y = source.make(samples, noise, seed)
    n_train, _ = source.split_sizes(samples, test_fraction)
    if source.in_turn:
        parts = [x[:n_train], x[n_train:], y[:n_train], y[n_train:]]
    else:
        stratify = y if source.classes else None
        parts = train_test_split(x, y, train_size=n_train, random_state=seed, stratify=stratify)
    x_train, x_test, y_train, y_test = parts
    mean, scale = np.zeros(x.shape[1]), np.ones(x.shape[1])
    if source.standardised:
        scaler = StandardScaler().fit(x_train)
        mean, scale = scaler.mean_, scaler.scale_
        x_train, x_test = scaler.transform(x_train), scaler.transform(x_test)
    x_train, y_train, x_test, y_test = (np.ascontiguousarray(a) for a in (x_train, y_train, x_test, y_test))
    return Dataset(x_train, y_train, x_test, y_test, source.features, source.classes, mean, scale)


def _moons(samples: int, noise: float, seed: int) -> tuple[Array, Array]:
    x, y = sklearn_datasets.make_moons(samples, noise=noise, random_state=seed)
    return x, y


def _circles(samples: int, noise: float, seed: int) -> tuple[Array, Array]:
    x, y = sklearn_datasets.make_circles(samples, noise=noise, factor=0.5, random_state=seed)
    return x, y


def _blobs(samples: int, noise: float, seed: int) -> tuple[Array, Array]:
    x, y = sklearn_datasets.make_blobs(
        samples, centers=[(-1.0, -1.0), (1.0, 1.0)], cluster_std=5 * noise, random_state=seed
    )
    return x, y


def _xor(samples: int, noise: float, seed: int) -> tuple[Array, Array]:
    turn = np.arange(samples) % 4
    x = CORNERS[turn] + noise * np.random.default_rng(seed).normal(size=(samples, 2))
    return x, np.array([0, 1, 1, 0])[turn]


def _spirals(samples: int, noise: float, seed: int) -> tuple[Array, Array]:
    generator = np.random.default_rng(seed)
    y = np.arange(samples) % 2
    along = np.sqrt(generator.uniform(0.02, 1, samples))  # the root spreads points evenly along the arm
    angle = 2 * np.pi * 1.5 * along + np.pi * y
    x = along[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return x + 0.3 * noise * generator.normal(size=x.shape), y


def _line_and_bump(samples: int, noise: float, seed: int) -> tuple[Array, Array]:
    generator = np.random.default_rng(seed)
    x = generator.uniform(-1, 1, samples)
    y = 0.5 * x + np.exp(-np.square(x / 0.2)) + noise * generator.normal(size=samples)
    return x[:, None], y


def _real(loader: Callable[..., tuple[Array, Array]]) -> Callable[[int, float, int], tuple[Array, Array]]:
    def make(samples: int, noise: float, seed: int) -> tuple[Array, Array]:
        x, y = loader(return_X_y=True)
        if samples < len(x):
            x, y = resample(x, y, replace=False, n_samples=samples, random_state=seed, stratify=y)
        return x, y

    return make


_REAL_CODE = "x, y = load_{dataset}(return_X_y=True)"
_IRIS = ("sepal length", "sepal width", "petal length", "petal width")
_WINE = (
    "alcohol", "malic acid", "ash", "alkalinity of ash", "magnesium", "phenols", "flavanoids",
    "nonflavanoid phenols", "proanthocyanins", "colour", "hue", "OD280/OD315", "proline",
)  # fmt: skip
_DIGITS = tuple(f"pixel {row},{column}" for row in range(8) for column in range(8))
_SKLEARN = "scikit-learn, sklearn.datasets"

registry = by_key(
    (
        Source(
            key="moons",
            label="two moons",
            note="Two half circles, hooked into each other. No straight line parts them.",
            formula="half circles of radius 1, plus noise · N(0, 1)",
            reference=f"{_SKLEARN}.make_moons",
            make=_moons,
            code="x, y = make_moons({samples}, noise={noise}, random_state={data_seed})",
        ),
        Source(
            key="circles",
            label="two circles",
            note="A small ring inside a large one.",
            formula="circles of radius 0.5 and 1, plus noise · N(0, 1)",
            reference=f"{_SKLEARN}.make_circles",
            make=_circles,
            code="x, y = make_circles({samples}, noise={noise}, factor=0.5, random_state={data_seed})",
        ),
        Source(
            key="blobs",
            label="two blobs",
            note="Two clouds that a straight line parts.",
            formula="clouds at (-1, -1) and (1, 1) of spread 5 · noise",
            reference=f"{_SKLEARN}.make_blobs",
            make=_blobs,
            code=(
                "x, y = make_blobs("
                "{samples}, centers=[(-1.0, -1.0), (1.0, 1.0)], cluster_std=5 * {noise}, random_state={data_seed})"
            ),
        ),
        Source(
            key="xor",
            label="XOR",
            note="Four corners; opposite ones belong together. Without noise, just the four points.",
            formula="corners (±1, ±1) in turn, plus noise · N(0, 1)",
            reference="Minsky & Papert 1969, Perceptrons",
            make=_xor,
            code="""\
turn = np.arange({samples}) % 4
x = np.array([(-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0)])[turn]
x += {noise} * np.random.default_rng({data_seed}).normal(size=x.shape)
y = np.array([0, 1, 1, 0])[turn]""",
            standardised=False,
            in_turn=True,
        ),
        Source(
            key="spirals",
            label="two spirals",
            note="Two arms wound around each other: the hardest of the small ones.",
            formula="arms of one and a half turns, plus 0.3 · noise · N(0, 1)",
            reference="Lang & Witbrock 1988, Learning to Tell Two Spirals Apart",
            make=_spirals,
            code="""\
generator = np.random.default_rng({data_seed})
y = np.arange({samples}) % 2
along = np.sqrt(generator.uniform(0.02, 1, {samples}))
angle = 2 * np.pi * 1.5 * along + np.pi * y
x = along[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
x += 0.3 * {noise} * generator.normal(size=x.shape)""",
        ),
        Source(
            key="iris",
            label="iris flowers",
            note="150 flowers of three kinds, by four lengths.",
            formula="measured",
            reference="Fisher 1936, The use of multiple measurements in taxonomic problems",
            make=_real(sklearn_datasets.load_iris),
            code=_REAL_CODE,
            features=_IRIS,
            classes=("setosa", "versicolor", "virginica"),
            rows=150,
            noisy=False,
        ),
        Source(
            key="wine",
            label="wines",
            note="178 wines from three growers, by thirteen chemical figures.",
            formula="measured",
            reference="Forina et al. 1991, PARVUS; UCI Machine Learning Repository",
            make=_real(sklearn_datasets.load_wine),
            code=_REAL_CODE,
            features=_WINE,
            classes=("grower 1", "grower 2", "grower 3"),
            rows=178,
            noisy=False,
        ),
        Source(
            key="digits",
            label="handwritten digits",
            note="1,797 digits as pictures of 8 × 8 pixels.",
            formula="measured",
            reference="Alpaydin & Kaynak 1998, Optical Recognition of Handwritten Digits; UCI",
            make=_real(sklearn_datasets.load_digits),
            code=_REAL_CODE,
            features=_DIGITS,
            classes=tuple("0123456789"),
            rows=1797,
            noisy=False,
        ),
        Source(
            key="line_and_bump",
            label="line and bump",
            note="A curve to fit, not classes: a slope with a bump in its middle.",
            formula="y = x/2 + e^(-(x/0.2)²) + noise · N(0, 1)",
            reference="nnviz, to teach",
            make=_line_and_bump,
            code="""\
generator = np.random.default_rng({data_seed})
x = generator.uniform(-1, 1, {samples})
y = 0.5 * x + np.exp(-np.square(x / 0.2)) + {noise} * generator.normal(size={samples})
x = x[:, None]""",
            features=("x",),
            classes=(),
        ),
    )
)
