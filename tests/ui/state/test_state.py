"""The comparison in the URL: a lossless code that survives anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.core import initializers
from nnviz.core.experiment import FIELDS, Experiment, field_names
from nnviz.ui.state.state import DEFAULT_A, DEFAULT_B, MOST_SENTENCES, Comparison


def field_values(parameter):
    if parameter.kind is bool:
        found = st.booleans()
    elif parameter.kind is str:
        found = st.sampled_from(parameter.choices)
    elif parameter.kind is int:
        found = st.integers(int(parameter.low), int(min(parameter.high, 300)))
    elif parameter.kind is tuple:
        found = st.lists(st.floats(parameter.low, parameter.high), min_size=1, max_size=9).map(tuple)
    else:
        found = st.floats(parameter.low, parameter.high)
    return st.none() | found if parameter.none else found


@st.composite
def starts(draw, least_axes=2):
    keys = [scheme.key for scheme in initializers.registry.values() if scheme.least_axes <= least_axes]
    scheme = initializers.registry[draw(st.sampled_from(keys))]
    return initializers.make(scheme.key, {p.name: draw(field_values(p)) for p in scheme.parameters})


FIELD_VALUES = {
    **{name: field_values(parameter) for name, parameter in FIELDS.items() if name != "restarts"},
    "hidden": st.lists(st.integers(1, 12), max_size=4).map(tuple),
    "kernel_initializer": starts(),
    "output_initializer": st.none() | starts(),
    "bias_initializer": starts(least_axes=1),
}


@st.composite
def comparisons(draw):
    """Any valid pair: B differs from A in some fields."""

    def changed(base):
        names = draw(st.lists(st.sampled_from(sorted(FIELD_VALUES)), unique=True, max_size=6))
        for name in names:
            try:
                base = base.replace(**{name: draw(FIELD_VALUES[name])})
            except ValueError:
                continue  # too much together
        return base

    a = changed(DEFAULT_A)
    return Comparison(a, changed(draw(st.sampled_from([a, DEFAULT_B]))))


@given(comparisons())
def test_every_valid_pair_comes_back_exactly(pair):
    assert Comparison.from_query(pair.to_query()) == (pair, [])


def test_the_default_pair_is_an_empty_query():
    assert Comparison().to_query() == {}
    assert Comparison.from_query({}) == (Comparison(DEFAULT_A, DEFAULT_B), [])
    assert str(DEFAULT_A.kernel_initializer) == "zeros"
    assert str(DEFAULT_B.kernel_initializer) == "glorot_uniform"


def test_b_equal_to_a_is_written_out():
    assert Comparison(DEFAULT_A, DEFAULT_A).to_query() == {"b_kernel_initializer": "zeros"}


def test_b_follows_a_in_all_that_it_does_not_name():
    pair, sentences = Comparison.from_query({"epochs": "50", "b_learning_rate": "0.1"})
    assert (pair.a.epochs, pair.b.epochs, pair.a.learning_rate, pair.b.learning_rate) == (50, 50, 0.3, 0.1)
    assert not sentences


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ({"epochs": "many"}, "epochs='many': must be a whole number from 1 to 1,000,000. Ignored."),
        ({"b_epochs": "many"}, "b_epochs='many': must be a whole number from 1 to 1,000,000. Ignored."),
        ({"wings": "2"}, "'wings': there is no such setting here. Ignored."),
        ({"epoch": "2"}, "'epoch': there is no such setting here; do you mean epochs? Ignored."),
        ({"b_epoch": "2"}, "'b_epoch': there is no such setting here; do you mean b_epochs? Ignored."),
        ({"b_wings": "2"}, "'b_wings': there is no such setting here. Ignored."),
        ({"restarts": "4"}, "'restarts': there is no such setting here. Ignored."),
        ({"kernel_initializer": "chance"}, "initializer='chance': must be one of"),
        ({"epochs": "1000000"}, "Left out: epochs."),
        ({"dataset": ["moons", "xor"]}, "dataset is given 2 times: the last one counts."),
        ({"epochs": []}, "epochs=''"),
        ({"hidden": "9" * 10_000}, "hidden="),
        ({"samples": "8", "b_dataset": "digits"}, "Left out: b_dataset."),
    ],
)
def test_what_cannot_be_used_gets_one_short_sentence(query, part):
    pair, sentences = Comparison.from_query(query)
    assert len(sentences) == 1
    assert part in sentences[0]
    assert len(sentences[0]) < 600
    assert isinstance(pair, Comparison)


def test_a_repeated_value_counts_as_its_last():
    assert Comparison.from_query({"dataset": ["moons", "xor"]})[0].a.dataset == "xor"


def test_many_faults_get_few_sentences():
    _, sentences = Comparison.from_query({f"x{i}": "1" for i in range(1000)})
    assert len(sentences) == MOST_SENTENCES
    assert sentences[-1] == f"{1000 - MOST_SENTENCES + 1} more things in the link could not be used."


names = st.sampled_from([*field_names(), *(f"b_{name}" for name in field_names())]) | st.text(max_size=20)
texts = st.text(max_size=40) | st.sampled_from(
    ["1e999", "-1", "nan", "none", "", "256,256", "constant(value=", "20000"]
)


@given(st.dictionaries(names, texts | st.lists(texts, max_size=3), max_size=12))
def test_no_query_raises(query):
    pair, sentences = Comparison.from_query(query)
    assert Comparison.from_query(pair.to_query()) == (pair, [])
    assert len(sentences) <= MOST_SENTENCES


def test_a_comparison_has_one_run_a_side():
    with pytest.raises(ValueError, match="restarts=2"):
        Comparison(DEFAULT_A, Experiment(restarts=2))
