"""A parameter checks, reads and writes itself; texts on screen are short and plain."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.core.registry import NoSuchPlaceError, Parameter, check_index, meant, plain, shorten, text_of

WHOLE = Parameter(name="epochs", kind=int, default=200, low=1, high=5000)
REAL = Parameter(name="noise", kind=float, default=0.1, low=-2, high=2)
WORD = Parameter(name="mode", kind=str, default="a", choices=("a", "b"))
FLAG = Parameter(name="shuffle", kind=bool, default=True)
LIST = Parameter(name="values", kind=tuple, default=(1.0,), low=-2, high=2)
WORDS = Parameter(name="starts", kind=tuple, default=("a",), choices=("a", "b", "c"))
OPEN = Parameter(name="batch_size", kind=int, default=32, low=1, high=100, none="full batch")


@pytest.mark.parametrize(
    ("parameter", "words"),
    [
        (WHOLE, "a whole number from 1 to 5,000"),
        (REAL, "a number from -2 to 2"),
        (WORD, "one of a, b"),
        (FLAG, "true or false"),
        (LIST, "1 to 512 numbers from -2 to 2, with spaces between"),
        (OPEN, "a whole number from 1 to 100, or none"),
    ],
)
def test_allowed_in_words(parameter, words):
    assert parameter.allowed == words


def read_or_refused(parameter, text):
    """The value and no message, or the message of a ValueError: nothing else may come."""
    try:
        return parameter.parse(text), ""
    except ValueError as error:
        return None, str(error)


@given(st.integers(1, 5000))
def test_whole_numbers_read_back(number):
    assert WHOLE.parse(text_of(number)) == number


@given(st.floats(-2, 2))
def test_real_numbers_read_back_to_the_bit(number):
    kept = REAL.check(number)
    assert kept == number
    again = REAL.parse(text_of(kept))
    assert again == kept
    assert math.copysign(1, again) == math.copysign(1, kept)


@given(st.lists(st.floats(-2, 2), min_size=1, max_size=20))
def test_lists_of_numbers_read_back_to_the_bit(numbers):
    assert LIST.parse(text_of(LIST.check(numbers))) == tuple(numbers)


@pytest.mark.parametrize("parameter", [WHOLE, REAL, WORD, FLAG, LIST, WORDS, OPEN])
@given(text=st.text())
def test_any_text_is_read_or_refused(parameter, text):
    value, message = read_or_refused(parameter, text)
    if message:
        assert message.startswith(f"{parameter.name}=")
        assert parameter.allowed in message
    else:
        assert parameter.check(value) == value


@pytest.mark.parametrize(
    ("parameter", "text", "value"),
    [
        (WHOLE, " 7 ", 7),
        (REAL, "1e-3", 0.001),
        (REAL, "-0.0", 0.0),
        (WORD, " B ", "b"),
        (FLAG, "True", True),
        (FLAG, "0", False),
        (LIST, " 1  -0.5\t2", (1.0, -0.5, 2.0)),
        (WORDS, " c  A ", ("a", "c")),
        (OPEN, "None", None),
        (OPEN, "", None),
    ],
)
def test_texts_that_are_read(parameter, text, value):
    read = parameter.parse(text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("parameter", "text"),
    [
        (WHOLE, "7.0"), (WHOLE, "0"), (WHOLE, "5001"), (WHOLE, "none"), (WHOLE, ""), (WHOLE, "9" * 5000),
        (WHOLE, "٣"), (WHOLE, "²"), (REAL, "١"),
        (WHOLE, "1_0"), (REAL, "1_0.5"), (LIST, "0_1 1"), (REAL, "infinity"), (REAL, "0x1"),
        (REAL, "nan"), (REAL, "inf"), (REAL, "2.1"), (REAL, "0,5"), (REAL, "0" * 65),
        (WORD, "c"), (FLAG, "yes"), (FLAG, "2"), (OPEN, "0"),
        (LIST, ""), (LIST, "1, 2"), (LIST, "1 3"), (LIST, "1 nan"), (LIST, "x"), (LIST, "1 " * 513),
        (WORDS, ""), (WORDS, "a d"), (WORDS, "a,b"),
    ],
)  # fmt: skip
def test_texts_that_are_refused(parameter, text):
    with pytest.raises(ValueError, match=f"^{parameter.name}="):
        parameter.parse(text)


@given(st.text() | st.integers() | st.lists(st.text()) | st.binary())
def test_what_is_shown_of_a_value_is_short_and_on_one_line(value):
    assert len(shorten(value)) <= 40
    assert "\n" not in shorten(value)


def test_numbers_too_long_for_python_to_write_are_shown_by_their_type():
    assert "int" in shorten(10**5000)


@pytest.mark.parametrize(
    ("number", "text"),
    [(5000, "5,000"), (0.5, "0.5"), (-2.0, "-2"), (1e-9, "1e-09"), (2**32 - 1, "4,294,967,295"), (math.inf, "inf")],
)
def test_plain_numbers(number, text):
    assert plain(number) == text


@pytest.mark.parametrize(
    ("word", "names", "question"),
    [
        ("HeNorml", ["he_normal", "he_uniform"], "do you mean he_normal?"),
        ("kaiming_uniform_", ["he_normal", "he_uniform"], "do you mean he_uniform?"),
        ("glorot", ["zeros", "glorot_uniform", "glorot_normal"], "do you mean glorot_uniform or glorot_normal?"),
        ("--kernel-initialiser", ["--kernel-initializer", "--json"], "do you mean --kernel-initializer?"),
        ("nonsense", ["ones", "zeros"], ""),
        ("", ["ones"], ""),
        ("o" * 10_000, ["ones"], ""),
        (3, ["ones"], ""),
    ],
)
def test_what_may_be_meant(word, names, question):
    assert meant(word, names) == question


def test_of_many_choices_the_near_one_is_asked_about():
    many = Parameter(name="start", kind=str, default="a1", choices=("he_normal", *(f"a{i}" for i in range(20))))
    with pytest.raises(ValueError, match=r"^start='he_norml': do you mean he_normal\?$"):
        many.check("he_norml")


@pytest.mark.parametrize("value", [3, -4, True, 1.0, 0.5, "1", None])
def test_an_index_is_a_whole_number_of_what_is_there(value):
    with pytest.raises(NoSuchPlaceError, match=r"^run=.*must be a whole number from -3 to 2\.$"):
        check_index("run", value, 3)
