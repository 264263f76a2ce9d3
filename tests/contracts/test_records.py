"""Every record of every registry of the core describes itself, and its parameters check themselves."""

import importlib
import pkgutil
import re

import pytest

import nnviz.core
from nnviz.core.experiment import FIELDS
from nnviz.core.registry import find, text_of

MODULES = [importlib.import_module(f"nnviz.core.{m.name}") for m in pkgutil.iter_modules(nnviz.core.__path__)]
REGISTRIES = {m.__name__.rpartition(".")[2]: m.registry for m in MODULES if hasattr(m, "registry")}
RECORDS = [
    pytest.param(key, record, id=f"{name}-{key}")
    for name, registry in REGISTRIES.items()
    for key, record in registry.items()
]
PARAMETERS = [
    pytest.param(parameter, id=f"{record.key}-{parameter.name}")
    for record in REGISTRIES["initializers"].values()
    for parameter in record.parameters
] + [pytest.param(parameter, id=name) for name, parameter in FIELDS.items()]

LIBRARIES = ("Keras", "PyTorch", "scikit-learn", "nnviz")  # they have versions, not a year
YEAR = re.compile(r"\b(17|18|19|20)\d\d\b")


def test_the_core_has_the_registries_of_the_design():
    assert set(REGISTRIES) == {"activations", "datasets", "initializers", "losses", "optimizers"}


@pytest.mark.parametrize(("key", "record"), RECORDS)
def test_a_record_stands_under_its_own_key(key, record):
    assert record.key == key
    assert re.fullmatch(r"[a-z][a-z0-9_]*", key)


@pytest.mark.parametrize(("key", "record"), RECORDS)
@pytest.mark.parametrize("field", ["label", "note", "formula", "reference"])
def test_a_record_describes_itself_in_one_line(key, record, field):
    text = getattr(record, field)
    assert text.strip() == text != ""
    assert "\n" not in text


@pytest.mark.parametrize(("key", "record"), RECORDS)
def test_a_reference_has_a_year_or_is_a_library(key, record):
    assert YEAR.search(record.reference) or record.reference.startswith(LIBRARIES)


@pytest.mark.parametrize("name", REGISTRIES)
def test_labels_differ(name):
    labels = [record.label for record in REGISTRIES[name].values()]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("name", REGISTRIES)
def test_a_registry_cannot_be_written_to(name):
    with pytest.raises(TypeError):
        REGISTRIES[name]["new"] = None


@pytest.mark.parametrize(("key", "record"), RECORDS)
def test_a_record_is_found_with_hyphens_capitals_and_blanks(key, record):
    registry = next(r for r in REGISTRIES.values() if r.get(key) is record)
    assert find(registry, f" {key.upper().replace('_', '-')} ", "field") is record


@pytest.mark.parametrize("name", REGISTRIES)
@pytest.mark.parametrize("key", ["nonsense", "", None, 3, ["zeros"]])
def test_an_unknown_key_is_answered_with_the_field_and_all_keys(name, key):
    with pytest.raises(ValueError, match=r"^field=") as caught:
        find(REGISTRIES[name], key, "field")
    assert all(known in str(caught.value) for known in REGISTRIES[name])


@pytest.mark.parametrize("name", REGISTRIES)
def test_a_class_s_name_is_taken_and_names_no_two_records(name):
    for key, record in REGISTRIES[name].items():
        assert find(REGISTRIES[name], key.title().replace("_", ""), "field") is record
    assert len({key.replace("_", "") for key in REGISTRIES[name]}) == len(REGISTRIES[name])


@pytest.mark.parametrize("name", REGISTRIES)
def test_a_slip_of_the_keys_is_asked_about(name):
    for key in REGISTRIES[name]:
        if len(key) > 5:
            with pytest.raises(ValueError, match=r"^field=.*: do you mean .*\?$"):
                find(REGISTRIES[name], f"{key[:-2]}{key[-1]}{key[-2]}x", "field")


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_a_default_is_allowed_and_reads_back_from_its_text(parameter):
    assert parameter.check(parameter.default) == parameter.default
    assert parameter.parse(text_of(parameter.default)) == parameter.default


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_a_parameter_describes_itself(parameter):
    assert parameter.label
    assert parameter.note
    assert parameter.note.endswith(".")
    if parameter.kind is str:
        assert parameter.default in parameter.choices
    elif parameter.kind is not bool:
        assert -1e9 < parameter.low < parameter.high < 1e10  # a range that a slider can have
