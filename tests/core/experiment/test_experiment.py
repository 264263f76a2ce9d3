"""The experiment as a value: its checks, its budget, its URL and JSON forms, its arithmetic."""

import copy
import dataclasses
import itertools
import json
import math
import pickle
import tracemalloc
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from nnviz import Experiment
from nnviz.core import datasets, initializers
from nnviz.core.experiment import (
    DEFAULT,
    FIELDS,
    MOST_LAYERS,
    MOST_SEED,
    MOST_UNITS,
    ExperimentError,
    field_names,
    field_text,
    links,
    parse_field,
)
from nnviz.core.experiment.cost import MOST_TRACE_BYTES
from tests.counting import calls_of

INITIALIZER_FIELDS = ("kernel_initializer", "output_initializer", "branch_initializer", "bias_initializer")
REGISTRY_FIELDS = ("dataset", "activation", "optimizer")


# Strategies, made from the fields' own descriptions.


def field_values(parameter):
    """Any permitted value; whole numbers mostly small ones, that fit the budget together."""
    if parameter.kind is str:
        values = st.sampled_from(parameter.choices)
    elif parameter.kind is bool:
        values = st.booleans()
    elif parameter.kind is tuple:
        values = st.lists(st.floats(parameter.low, parameter.high), min_size=1, max_size=9).map(tuple)
    elif parameter.kind is float:
        values = st.floats(parameter.low, parameter.high)
    else:
        low, high = int(parameter.low), int(parameter.high)
        values = st.integers(low, min(high, max(100, low + 50))) | st.integers(low, high)
    return st.none() | values if parameter.none else values


def initializer_values(least_axes=2):
    """Any initializer with any permitted parameters, as an instance or as its text."""
    instances = st.sampled_from([s for s in initializers.registry.values() if s.least_axes <= least_axes]).flatmap(
        lambda scheme: st.fixed_dictionaries({p.name: field_values(p) for p in scheme.parameters}).map(
            lambda parameters: initializers.make(scheme.key, parameters)
        )
    )
    return instances | instances.map(str)


FIELD_STRATEGIES = {name: field_values(parameter) for name, parameter in FIELDS.items()} | {
    "hidden": st.lists(st.integers(1, 20) | st.integers(1, MOST_UNITS), max_size=4).map(tuple)
    | st.tuples(st.integers(1, 20), st.integers(2, 4)).map(lambda drawn: drawn[:1] * drawn[1]),  # of one width
    "kernel_initializer": initializer_values(),
    "output_initializer": st.none() | initializer_values(),
    "branch_initializer": st.none() | initializer_values(),
    "bias_initializer": initializer_values(least_axes=1),
}


@st.composite
def experiments(draw):
    """Any experiment that is valid: most fields at their defaults, what is over the budget thrown away."""
    values = draw(st.fixed_dictionaries({}, optional=FIELD_STRATEGIES))
    try:
        return Experiment(**values)
    except ValueError:
        assume(False)


forms = settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])


# What is written reads back.


def test_the_strategies_cover_every_field():
    assert set(FIELD_STRATEGIES) == set(field_names()) == {f.name for f in dataclasses.fields(Experiment)}


@forms
@given(experiments())
def test_the_query_reads_back(experiment):
    query = experiment.to_query()
    assert all(isinstance(key, str) and isinstance(value, str) for key, value in query.items())
    assert all(getattr(experiment, name) != getattr(DEFAULT, name) for name in query)
    assert Experiment.from_query(query) == (experiment, [])


@forms
@given(experiments())
def test_json_reads_back(experiment):
    text = experiment.to_json()
    assert Experiment.from_json(text) == experiment
    assert list(json.loads(text)) == list(field_names())


@forms
@given(experiments())
def test_an_experiment_is_a_value(experiment):
    for same in (copy.copy(experiment), pickle.loads(pickle.dumps(experiment)), experiment.replace()):
        assert same == experiment
        assert hash(same) == hash(experiment)
        assert same.to_query() == experiment.to_query()
    assert {experiment: 1}[Experiment.from_json(experiment.to_json())] == 1


@forms
@given(experiments())
def test_snapshots_go_from_the_start_to_the_end(experiment):
    steps = experiment.snapshot_steps()
    assert steps[0] == 0
    assert steps[-1] == experiment.total_steps
    assert all(earlier < later for earlier, later in itertools.pairwise(steps))
    assert len(steps) == min(experiment.snapshots, experiment.total_steps + 1)
    assert all(type(step) is int for step in steps)


@forms
@given(experiments())
def test_derived_numbers_hang_together(experiment):
    source = datasets.registry[experiment.dataset]
    sizes = experiment.layer_sizes
    assert sizes == (len(source.features), *experiment.hidden, source.outputs)
    assert len(experiment.layer_initializers) == len(sizes) - 1
    assert 1 <= experiment.batch_rows <= experiment.train_rows
    assert (experiment.steps_per_epoch - 1) * experiment.batch_rows < experiment.train_rows
    assert experiment.steps_per_epoch * experiment.batch_rows >= experiment.train_rows
    assert experiment.total_steps == experiment.epochs * experiment.steps_per_epoch
    assert experiment.seeds == tuple(experiment.seed + run for run in range(experiment.restarts))
    itemsize = np.dtype(experiment.dtype).itemsize
    weights = sum((fan_in + 1) * fan_out for fan_in, fan_out in itertools.pairwise(sizes))
    assert experiment.restarts * len(experiment.snapshot_steps()) * weights * itemsize <= MOST_TRACE_BYTES


def test_defaults_are_the_design_s():
    assert dataclasses.asdict(DEFAULT) | dict.fromkeys(INITIALIZER_FIELDS) == {
        "dataset": "moons", "samples": 400, "noise": 0.1, "data_seed": 0, "test_fraction": 0.5,
        "hidden": (8,), "activation": "tanh", "residual": False,
        "kernel_initializer": None, "output_initializer": None, "branch_initializer": None, "bias_initializer": None,
        "optimizer": "sgd", "learning_rate": 0.3, "batch_size": 32,
        "shuffle": True, "shuffle_seed": None,
        "epochs": 200, "seed": 0, "restarts": 1, "snapshots": 60, "dtype": "float64",
    }  # fmt: skip
    assert DEFAULT.kernel_initializer == initializers.get("glorot_uniform")
    assert DEFAULT.bias_initializer == initializers.get("zeros")
    assert DEFAULT.output_initializer is None
    assert DEFAULT.to_query() == {}
    assert all(getattr(DEFAULT, name) == parameter.default for name, parameter in FIELDS.items())


def test_an_experiment_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        DEFAULT.epochs = 3


def test_a_missing_output_initializer_follows_the_kernel_s():
    experiment = Experiment(hidden=(4, 3), kernel_initializer="ones")
    assert [str(i) for i in experiment.layer_initializers] == ["ones", "ones", "ones"]
    experiment = experiment.replace(output_initializer="he_normal")
    assert [str(i) for i in experiment.layer_initializers] == ["ones", "ones", "he_normal"]
    assert Experiment(hidden=()).layer_initializers == (initializers.get("glorot_uniform"),)


@pytest.mark.parametrize(
    ("given_as", "kept_as"),
    [
        ({"samples": np.int64(100)}, 100),
        ({"samples": 100.0}, 100),
        ({"samples": Fraction(100)}, 100),
        ({"noise": np.float32(0.5)}, 0.5),
        ({"noise": 1}, 1.0),
        ({"noise": -0.0}, 0.0),
        ({"hidden": [8, 4]}, (8, 4)),
        ({"hidden": np.array([8, 4])}, (8, 4)),
        ({"hidden": ()}, ()),
        ({"activation": "Leaky-ReLU"}, "leaky_relu"),
        ({"kernel_initializer": "constant(value=1)"}, initializers.make("constant", {"value": 1.0})),
        ({"batch_size": None}, None),
    ],
)
def test_values_are_kept_as_plain_ones(given_as, kept_as):
    ((name, _),) = given_as.items()
    kept = getattr(Experiment(**given_as), name)
    assert kept == kept_as
    assert type(kept) is type(kept_as)
    assert math.copysign(1, kept) == 1 if isinstance(kept, float) else True
    assert all(type(width) is int for width in kept) if isinstance(kept, tuple) else True


# What is not allowed is refused by name.


def bad_values(parameter):
    """Values that a plain field must refuse."""
    bad = [[], {}, object(), b"1", "nonsense", 1j]
    if not parameter.none:
        bad.append(None)
    if parameter.kind is bool:
        return [*bad, 0, 1, "true", math.nan]
    if parameter.kind is str:
        return [*bad, 1, True, math.nan, ""]
    bad += [True, math.nan, math.inf, -math.inf, "10", parameter.high * 2, parameter.low - 1, 10**5000]
    return [*bad, parameter.low + 0.5] if parameter.kind is int else bad


@pytest.mark.parametrize("name", FIELDS)
def test_a_bad_value_is_refused_with_field_value_and_what_is_allowed(name):
    for bad in bad_values(FIELDS[name]):
        with pytest.raises(ExperimentError) as caught:
            Experiment(**{name: bad})
        message = str(caught.value)
        assert message.startswith(f"{name}="), bad
        assert "must be" in message
        assert message.endswith(".")
        assert len(message) < 400
        assert caught.value.fields == (name,)
        if name not in REGISTRY_FIELDS:
            assert FIELDS[name].allowed in message
        if not isinstance(bad, int) or abs(bad) < 1e9:
            assert repr(bad)[:20] in message


@pytest.mark.parametrize("name", REGISTRY_FIELDS)
def test_an_unknown_key_is_answered_with_all_there_are(name):
    with pytest.raises(ValueError, match=f"^{name}='nonsense'") as caught:
        Experiment(**{name: "nonsense"})
    assert all(choice in str(caught.value) for choice in FIELDS[name].choices)


@pytest.mark.parametrize(
    "hidden",
    [
        None,
        "8",
        b"8",
        (0,),
        (-1,),
        (MOST_UNITS + 1,),
        (1.5,),
        ("8",),
        (None,),
        (math.nan,),
        (True,),
        ((8,),),
        (1,) * (MOST_LAYERS + 1),
        {"8": 1},
        {8, 16},
        8.5,
        np.array(8),
    ],
    ids=repr,
)
def test_bad_hidden_layers_are_refused(hidden):
    with pytest.raises(ExperimentError, match=r"^hidden=.*must be at most 64 layers, each a whole number") as caught:
        Experiment(hidden=hidden)
    assert caught.value.fields == ("hidden",)


@pytest.mark.parametrize("name", INITIALIZER_FIELDS)
@pytest.mark.parametrize("bad", ["nonsense", "", 3, [], "constant(value=nan)", "constant(", b"zeros"])
def test_a_bad_initializer_is_refused(name, bad):
    with pytest.raises(ExperimentError, match=f"^{name}") as caught:
        Experiment(**{name: bad})
    assert caught.value.fields == (name,)


@pytest.mark.parametrize("name", ["kernel_initializer", "bias_initializer"])
def test_only_the_output_s_and_the_branches_initializers_may_be_missing(name):
    with pytest.raises(ExperimentError, match=f"^{name}"):
        Experiment(**{name: None})


@pytest.mark.parametrize("key", [s.key for s in initializers.registry.values() if s.least_axes > 1])
def test_a_bias_needs_an_initializer_for_one_axis(key):
    with pytest.raises(ExperimentError, match=r"^bias_initializer=.*one axis"):
        Experiment(bias_initializer=key)


@pytest.mark.parametrize(
    "fields",
    [
        {"dataset": "digits", "samples": 19},
        {"dataset": "digits", "samples": 60, "test_fraction": 0.1},
        {"samples": 8, "test_fraction": 0.05},
        {"samples": 8, "test_fraction": 0.95},
    ],
)
def test_a_split_without_rows_for_every_class_is_refused(fields):
    with pytest.raises(ExperimentError, match=r"samples=.*test_fraction=") as caught:
        Experiment(**fields)
    assert caught.value.fields == ("samples", "test_fraction")


def test_an_unknown_field_is_refused():
    with pytest.raises(TypeError):
        Experiment(nonsense=1)
    with pytest.raises(TypeError):
        Experiment("moons")  # fields are named: their order is no promise


# The budget.

OVER_BUDGET = {
    "epochs": {"epochs": 1_000_000},
    "rows": {"samples": 20_000, "epochs": 100_000},
    "tiny batches": {"samples": 20_000, "batch_size": 1, "epochs": 1000},
    "wide": {"hidden": (256,) * 4, "epochs": 2000},
    "deep": {"hidden": (1,) * 64, "epochs": 20_000},
    "restarts": {"restarts": 10_000, "hidden": (64, 64)},
    "snapshots": {"restarts": 10_000, "snapshots": 1000, "epochs": 200},
    "one layer": {"samples": 20_000, "hidden": (256, 256), "epochs": 1},
    "all at once": {
        "samples": 20_000, "hidden": (256,) * 64, "epochs": 1_000_000, "restarts": 10_000, "snapshots": 1000,
    },
}  # fmt: skip


@pytest.mark.parametrize("fields", OVER_BUDGET.values(), ids=OVER_BUDGET)
def test_the_budget_is_held_before_anything_is_taken(fields):
    def refused():
        with pytest.raises(ExperimentError, match=r"times the .* that is allowed") as caught:
            Experiment(**fields)
        return caught.value

    tracemalloc.start()
    try:
        error = refused()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000  # bytes
    assert calls_of(refused) < 20_000  # some milliseconds
    assert set(error.fields) & set(fields)
    assert all(f"{name}=" in str(error) for name in error.fields)
    experiment, sentences = Experiment.from_query({name: field_text(name, value) for name, value in fields.items()})
    assert sentences
    assert isinstance(experiment, Experiment)


# Links.

any_object = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.complex_numbers(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=5,
)
some_text = st.text() | st.sampled_from(["", "none", "nan", "inf", "-1", "1e999", "9" * 5000, "8,8", "true", "zeros("])
names = st.sampled_from(field_names()) | st.text()


@given(st.dictionaries(names, some_text))
@example({"samples": "9" * 5000, "hidden": "1" * 5000, "epochs": "1_000", "seed": "٣"})
@example(dict.fromkeys(field_names(), ""))
@example(dict.fromkeys(field_names(), "\x00\ud800"))
def test_no_text_breaks_a_link(query):
    experiment, sentences = Experiment.from_query(query)
    assert isinstance(experiment, Experiment)
    assert Experiment.from_query(experiment.to_query()) == (experiment, [])
    for sentence in sentences:
        assert sentence.endswith(".")
        assert "\n" not in sentence
        assert len(sentence) < 700


@given(st.dictionaries(names | st.integers() | st.none() | st.tuples(st.text()), any_object | some_text))
@example({"samples": 10**5000})
@example({"hidden": [8, 8], "samples": object(), None: None})
def test_nothing_at_all_breaks_a_link(query):
    experiment, sentences = Experiment.from_query(query)
    assert isinstance(experiment, Experiment)
    query = links.settings(query)
    unusable = [name for name, value in query.items() if name not in field_names() or not isinstance(value, str)]
    assert len(sentences) >= len(unusable)


@given(st.dictionaries(names, some_text))
@example({"_GA": "", "epochs": "x"})  # what is nobody's setting is passed over
def test_each_thing_that_cannot_be_used_gets_one_sentence(query):
    """Field by field: a bad field is dropped alone, with a sentence of its own; the good ones are kept."""
    good, bad = {}, []
    for name, text in links.settings(query).items():
        try:
            good[name] = parse_field(name, text)
        except ValueError:
            bad.append(name)
    try:
        expected = Experiment(**good)
    except ExperimentError:
        assume(False)  # one by one they are good, together they are not
    experiment, sentences = Experiment.from_query(query)
    assert experiment == expected
    assert len(sentences) == len(bad)
    for name, sentence in zip(bad, sentences, strict=True):
        assert name not in field_names() or name in sentence


def test_a_mangled_link_keeps_what_is_good():
    experiment, sentences = Experiment.from_query(
        {"dataset": "xor", "samples": "many", "hidden": "4,four", "kernel_initializer": "zeros", "colour": "red"}
    )
    assert experiment == Experiment(dataset="xor", kernel_initializer="zeros")
    assert len(sentences) == 3
    assert "samples='many'" in sentences[0]
    assert "hidden=" in sentences[1]
    assert "colour" in sentences[2]


def test_a_link_over_the_budget_falls_back_in_the_fields_at_fault_only():
    experiment, sentences = Experiment.from_query({"dataset": "iris", "epochs": "1000000", "activation": "relu"})
    assert experiment == Experiment(dataset="iris", activation="relu")
    assert len(sentences) == 1
    assert "epochs" in sentences[0]


def test_what_mailers_and_streamlit_add_to_a_link_is_passed_over_and_escaped_settings_are_taken():
    query = {"epochs": "50", "amp;seed": "3", "utm_source": "mail", "UTM_Medium": "x", "fbclid": "1", "amp;gclid": "2"}
    assert Experiment.from_query({**query, "embed": "true"}) == (Experiment(epochs=50, seed=3), [])


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"hidden": 8}, {"hidden": (8,)}),
        ({"hidden": np.int64(8)}, {"hidden": (8,)}),
        ({"hidden": [8, 8]}, {"hidden": (8, 8)}),
        ({"dtype": np.float32}, {"dtype": "float32"}),
        ({"dtype": np.dtype("float64")}, {"dtype": "float64"}),
        ({"kernel_initializer": "HeNormal"}, {"kernel_initializer": "he_normal"}),
        ({"kernel_initializer": "RandomNormal(stddev=1)"}, {"kernel_initializer": "random_normal(stddev=1)"}),
        ({"dataset": "LineAndBump"}, {"dataset": "line_and_bump"}),
        ({"shuffle": np.False_}, {"shuffle": False}),
    ],
    ids=repr,
)
def test_other_ways_to_say_it_are_kept_in_one(fields, kept):
    given, canonical = Experiment(**fields), Experiment(**kept)
    assert given == canonical
    assert hash(given) == hash(canonical)
    assert given.to_json() == canonical.to_json()
    assert given.to_query() == canonical.to_query()
    assert {name: type(getattr(given, name)) for name in fields} == {
        name: type(getattr(canonical, name)) for name in kept
    }


@pytest.mark.parametrize("dtype", [np.int64, int, bool, np.float16, np.dtype(">f4"), complex, object, type, None])
def test_other_dtypes_are_refused(dtype):
    with pytest.raises(ExperimentError, match=r"^dtype=.*must be one of float64, float32"):
        Experiment(dtype=dtype)


@pytest.mark.parametrize(
    ("query", "question"),
    [
        ({"epoch": "5"}, "'epoch': there is no such field; do you mean epochs? Ignored."),
        ({"kernel-initialiser": "zeros"}, "do you mean kernel_initializer?"),
        ({"kernel_initializer": "kaiming_normal"}, "do you mean he_normal?"),
        ({"kernel_initializer": "xavier_uniform"}, "do you mean glorot_uniform?"),
        ({"kernel_initializer": "random_normal(std=1)"}, "do you mean stddev?"),
        ({"activation": "sigmod"}, "do you mean sigmoid?"),
        ({"optimizer": "adamm"}, "do you mean adam?"),
        ({"dataset": "moon"}, "do you mean moons?"),
    ],
)
def test_a_near_miss_is_asked_about(query, question):
    (sentence,) = Experiment.from_query(query)[1]
    assert question in sentence
    assert "must be" not in sentence


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("hidden", "none", ()),
        ("hidden", "", ()),
        ("hidden", "8", (8,)),
        ("hidden", " 8, 4 ", (8, 4)),
        ("batch_size", "none", None),
        ("batch_size", "None", None),
        ("shuffle", "false", False),
        ("shuffle", "0", False),
        ("shuffle", "True", True),
        ("samples", "1e2", "refused"),
        ("learning_rate", "1e-2", 0.01),
        ("output_initializer", "none", None),
        ("branch_initializer", "none", None),
        ("kernel_initializer", "none", "refused"),
        ("dtype", "float32", "float32"),
        ("dtype", "float16", "refused"),
        ("dataset", "Line-and-Bump", "line_and_bump"),
    ],
)
def test_texts_of_fields(name, text, value):
    if value == "refused":
        with pytest.raises(ExperimentError, match=name):
            parse_field(name, text)
    else:
        assert parse_field(name, text) == value


# JSON is strict.


@given(any_object.map(lambda value: json.dumps(value, default=repr)) | st.text() | st.binary())
def test_no_json_breaks(text):
    try:
        experiment = Experiment.from_json(text)
    except ValueError:
        return
    assert isinstance(experiment, Experiment)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "3",
        "null",
        '"moons"',
        '{"colour": 1}',
        '{"samples": NaN}',
        '{"samples": Infinity}',
        '{"hidden": [8.5]}',
        '{"dataset": "nonsense"}',
        '{"kernel_initializer": 3}',
        "[" * 100000,
    ],
    ids=lambda text: text[:30],
)
def test_unusable_json_is_refused(text):
    with pytest.raises(ExperimentError) as caught:
        Experiment.from_json(text)
    assert str(caught.value).endswith(".")


def test_json_may_leave_fields_out():
    assert Experiment.from_json("{}") == DEFAULT
    assert Experiment.from_json('{"hidden": [4], "noise": 0}') == Experiment(hidden=(4,), noise=0.0)


def test_the_largest_seed_leaves_room_for_restarts():
    experiment = Experiment(seed=MOST_SEED, restarts=3)
    assert experiment.seeds == (MOST_SEED, MOST_SEED + 1, MOST_SEED + 2)
