"""The quiz: drawn fairly, well made, and right where theory knows the answer."""

import math
import re
from collections import Counter

import numpy as np
import pytest
import textstat

from nnviz.figures.style.template import DARK, LIGHT
from nnviz.lessons.course import course
from nnviz.lessons.quiz import chance, judging, networks, quiz, scale, zero
from nnviz.lessons.quiz.quiz import LENGTH, MOST_DRAWS, TEMPLATES, plan, question
from nnviz.lessons.quiz.record import Template, nearest
from nnviz.lessons.quiz.words import INTRODUCTION, PROMPTS, graded
from nnviz.search.sorting import quick
from tests.lessons.measuring import asked

pytestmark = pytest.mark.slow

DRAWS = range(1, 9)
MOST_TRIED = 400
# Whose wrong options are numbers worked out wrongly, or a list of changes of which one works.
NUMERIC = {
    "What quicksort costs", "Many directions", "How many directions a loss has", "What parts equal units",
    "The spread that fits", "Layer upon layer", "How far a method spreads", "Who drew these weights",
    "How many restarts", "How sure one can be",
}  # fmt: skip
MOST_GRADE = 9


def made(maker, times=12):
    """Clear questions of one maker, and how often it found none."""
    found = [maker(np.random.default_rng((3, seed)), lambda share: None) for seed in range(times)]
    questions = [one for one in found if one is not None]
    assert len(questions) >= times / 4, "most tries give a question"
    return questions


def numbers(text):
    """All numbers in a text, in order."""
    plain = text.replace(",", "").replace("·10", "e").translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-"))
    return [float(word) for word in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", plain)]


def answer(one):
    return one.options[one.right]


# Drawing.


def test_every_draw_asks_ten_different_things_and_covers_every_lesson():
    for draw in range(1, 101):
        templates = plan(draw)
        assert len(templates) == len({template.label for template in templates}) == LENGTH
        assert {template.lesson for template in templates} == {template.lesson for template in TEMPLATES}


def test_every_kind_of_question_comes_up_and_no_two_have_one_name():
    assert len({template.label for template in TEMPLATES}) == len(TEMPLATES)
    assert {template.label for draw in range(1, 101) for template in plan(draw)} == {t.label for t in TEMPLATES}


def test_every_lesson_is_asked_about():
    assert {template.lesson for template in TEMPLATES} == course.keys()
    for template in TEMPLATES:
        assert template.screen in {screen.key for screen in course[template.lesson].screens}


def test_the_same_draw_asks_the_same():
    for place in range(LENGTH):
        again = question(3, place)
        same = asked(3)[place]
        assert (again.text, again.options, again.right, again.because) == (
            same.text, same.options, same.right, same.because,
        )  # fmt: skip


def test_other_draws_ask_something_else():
    texts = [one.text for draw in DRAWS for one in asked(draw)]
    assert len(set(texts)) > 0.9 * len(texts)


def test_no_place_among_the_options_is_favoured():
    """Shares of all questions: within four standard deviations of an even split."""
    for options in (3, 4):
        rights = Counter(one.right for draw in DRAWS for one in asked(draw) if len(one.options) == options)
        total = rights.total()
        even = 1 / options
        assert total > 15
        for place in range(options):
            assert abs(rights[place] / total - even) < 4 * math.sqrt(even * (1 - even) / total)


@pytest.mark.parametrize("draw", DRAWS)
def test_every_question_is_well_made(draw):
    for one in asked(draw):
        assert 3 <= len(one.options) <= 4
        assert len(set(one.options)) == len(one.options)
        assert one.right in range(len(one.options))
        assert one.text.endswith(("?", ")"))
        assert any(letter.isdigit() for letter in one.because), "a finding has a number"
        assert len(one.text.split()) <= 120
        if one.pair:
            assert all(experiment.restarts == 1 for experiment in one.pair)
        if one.picture:
            for palette in (LIGHT, DARK):
                figure = one.picture(palette)
                assert len(figure.alt.split()) >= 5
                assert not any(option in figure.title + figure.alt for option in one.options), "no answer is given away"


def test_a_first_year_student_can_read_it():
    lines = [
        INTRODUCTION,
        *(graded(right) for right in range(LENGTH + 1)),
        *(line for pair in PROMPTS for line in pair),
    ]
    for draw in DRAWS:
        for one in asked(draw):
            lines += [*one.text.split("\n\n"), *one.options, one.because, one.why]
    text = " ".join(line if line[-1] in ".!?:" else f"{line}." for line in lines)
    assert textstat.flesch_kincaid_grade(text) <= MOST_GRADE


@pytest.mark.parametrize("template", [t for t in TEMPLATES if t.label not in NUMERIC], ids=lambda t: t.label)
def test_every_option_in_words_is_right_at_times(template):
    """Else the quiz offers what it can never find, and who has seen it twice can leave it out."""
    right, options = set(), None
    for seed in range(MOST_TRIED):
        one = template.make(np.random.default_rng((7, seed)), lambda share: None)
        if one is not None:
            right.add(one.right)
            options = one.options
        if options and len(right) == len(options):
            return
    pytest.fail(f"never right: {[option for i, option in enumerate(options) if i not in right]}")


def test_what_is_not_clear_is_drawn_again(monkeypatch):
    calls = []

    def unsure(generator, on_progress):
        calls.append(1)
        return None if len(calls) < 3 else chance.sorted_list(generator, on_progress)

    monkeypatch.setattr(quiz, "plan", lambda draw: (Template("unsure", "chance", "dice", unsure),))
    assert question(1, 0).options
    assert len(calls) >= 3


def test_what_is_never_clear_ends_with_a_word(monkeypatch):
    monkeypatch.setattr(
        quiz, "plan", lambda draw: (Template("never", "chance", "dice", lambda generator, report: None),)
    )
    with pytest.raises(RuntimeError, match=r"draw=1, place=0: never found no clear question"):
        question(1, 0)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.label)
def test_progress_goes_forward_and_what_it_raises_stops_the_work(template, monkeypatch):
    monkeypatch.setattr(quiz, "plan", lambda draw: (template,))
    shares = []
    question(2, 0, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1

    def stop(share):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        question(2, 0, stop)


def test_nearest_is_sure_or_says_nothing():
    assert nearest((1.0, 2.0, 4.0), 2.1, clear=1.5) == 1
    assert nearest((1.0, 1.1), 1.0, clear=1.5) is None
    assert nearest((1.0, 4.0), 2.0, clear=1.5) is None


# The answers, against theory.


def test_quicksort_on_a_sorted_list_makes_all_comparisons():
    for one in made(chance.sorted_list):
        n = int(numbers(one.text)[0])
        if "sorted already" in one.text:
            assert answer(one) == f"{n * (n - 1) // 2:,}"
        else:  # Knuth's mean, 2(n + 1)Hₙ - 4n
            assert numbers(answer(one)) == [round(2 * (n + 1) * sum(1 / i for i in range(1, n + 1)) - 4 * n)]


def test_the_moves_hang_on_the_order_of_the_list_and_on_the_dice():
    for one in made(chance.twice, 24):
        lists = "but not the sorted list" in answer(one) or "Neither" in answer(one)
        assert lists == ("a second list" in one.text)
        moves = "each move" in answer(one) or "but not the sorted list" in answer(one)
        assert moves == ("then with seed" not in one.text and "shuffled anew" not in one.text)


def test_dice_help_only_where_the_list_is_bad():
    for one in made(chance.worst):
        if "shuffled" in one.text:
            assert answer(one) == "Both about as many."
        else:
            arranged = "arranged" in one.text
            assert answer(one) == ("The one without dice, clearly." if arranged else "The one with dice, clearly.")


def test_a_halved_list_is_what_quicksort_likes_best():
    """Of 2^k - 1 values the least number of comparisons is (k - 2) 2^k + 2."""
    for k in (2, 3, 5):
        assert quick(chance._halved(list(range(2**k - 1)))).comparisons == (k - 2) * 2**k + 2


def test_the_valley_is_the_one_on_the_side_of_the_start():
    for one in made(chance.valley, 12):
        start = numbers(one.text)[-1]
        assert numbers(answer(one)) == [round(start)]


def test_restarts_in_several_directions_take_a_power_of_the_share():
    for one in made(chance.dimensions):
        base, dims, power, needed = numbers(one.because)
        assert power == pytest.approx(base**dims, rel=0.02)
        assert numbers(answer(one)) == [needed]
        assert 1 - (1 - power) ** needed == pytest.approx(0.95, abs=0.005)


def test_no_mutation_leaves_one_candidate():
    for one in made(chance.diversity):
        assert (answer(one) == "1, or nearly so.") == ("No value is ever changed" in one.text)


def test_a_direction_for_each_weight_and_bias():
    for one in made(networks.dimensions):
        inputs, units, outputs = numbers(one.text)[:3]
        assert numbers(answer(one)) == [(inputs + 1) * units + (units + 1) * outputs]


def test_only_another_start_or_order_gives_another_network():
    for one in made(networks.twice, 24):
        same = "Nothing is changed" in one.text or (
            "all rows at once" in one.text and "The start is the same" in one.text
        )
        assert (answer(one) == "Yes, to the last bit.") == same
        first, second = numbers(one.because)
        assert ("within one part in a hundred" in answer(one)) == (not same and abs(first / second - 1) < 0.01)


def test_the_start_decides_where_steps_are_gentle():
    for one in made(networks.which_chance, 12):
        assert (answer(one) == "The start.") == ("a gentle step" in one.text)
        shares = numbers(one.because)
        assert one.right == shares.index(max(shares))


def test_equal_units_stay_equal_and_zeros_freeze_all_but_sigmoid():
    for one in made(zero.parts, 30):
        equal = re.search(r"starts at (0\.\d|0)\.", one.text)
        if not equal:
            expected = "They move, and all become different."
        elif equal[1] == "0" and "sigmoid" not in one.text:
            expected = "Nothing. None of their weights moves."
        else:
            expected = "They move in lockstep, and stay equal."
        assert answer(one) == expected
        moved, weights, units, kinds = numbers(one.because)
        assert (moved == 0) == ("Nothing" in answer(one)) == ("factor 0" in one.why)
        assert (kinds == units) == ("different" in answer(one))
        assert moved <= weights


def test_units_differ_by_their_weights_in_or_out():
    for one in made(zero.distinct, 20):
        units = int(numbers(one.text)[0])
        if "1, 0.5, −1" in one.text or "Unit 1 hears" in one.text:
            expected = 3
        elif "1, −1, 1, −1" in one.text:
            expected = 2
        else:
            expected = units if "random" in one.text else 1
        assert answer(one) == str(expected)


def test_only_a_difference_at_the_start_parts_equal_units():
    for one in made(zero.breaker, 8):
        assert "random" in answer(one).lower()
        assert "order" not in answer(one)
        assert one.because.endswith("With the three others: 1, 1, 1.")


def test_equal_weights_are_fine_without_hidden_units_only():
    for one in made(zero.no_hidden, 24):
        zeros = "weight starts at 0," in one.text
        if "no hidden unit" in one.text:
            assert answer(one) == "As far as from a random start."
        elif zeros and "sigmoid" not in one.text:
            assert answer(one) == "Nowhere: no better than a guess."
        assert ("factor 0" in one.why) == (zeros and "no hidden unit" not in one.text and "sigmoid" not in one.text)


def test_the_fitting_spread_is_one_over_the_root_of_the_width():
    """For ReLU √2 times as much (He et al. 2015)."""
    for one in made(scale.level, 6):
        _, width = numbers(one.text)[:2]
        fitting = math.sqrt((2 if "ReLU" in one.text else 1) / width)
        off = {option: abs(math.log(float(option) / fitting)) for option in one.options}
        assert answer(one) == min(off, key=off.get)


def test_factors_of_layers_multiply():
    for one in made(scale.layers):
        _, factor, steps = numbers(one.text)[:3]
        assert numbers(answer(one))[0] == pytest.approx(factor**steps, rel=steps * 0.006)
        assert math.log(numbers(one.because)[1]) == pytest.approx(steps * math.log(factor), abs=steps * 0.006)


def test_units_are_as_alike_as_the_mean_of_their_weights_says():
    """Of U(a, b) the cosine tends to mean² / mean square: 3/4 from 0 up, 1/4 from -b/2 to b, 0 around zero."""
    for one in made(scale.alike, 30):
        if "all of them" in one.text:
            cosine = 1.0
        elif "bell" in one.text:
            cosine = 0.0
        else:
            low, high = numbers(one.text.partition("between")[2])[:2]
            cosine = 3 * (low + high) ** 2 / 4 / (low * low + low * high + high * high)
        assert numbers(answer(one)) == pytest.approx([cosine], abs=1e-9)


def test_methods_spread_as_their_papers_say():
    for one in made(scale.stddev, 20):
        inputs, units = numbers(one.text)[:2]
        rule = next(rule for rule in ("He", "LeCun", "Glorot") if f"start from {rule} " in one.text)
        variance = {"He": 2 / inputs, "LeCun": 1 / inputs, "Glorot": 2 / (inputs + units)}[rule]
        assert float(answer(one)) == pytest.approx(math.sqrt(variance), rel=0.005)


def test_the_histogram_was_drawn_by_the_one_it_is_said_to():
    """Before the options are mixed the one that drew stands first."""
    assert all(one.right == 0 for one in made(scale.which))


def test_restarts_are_enough_and_one_less_is_not():
    for one in made(judging.restarts, 6):
        runs, good = numbers(one.text.partition("XOR. ")[2])[:2]
        needed, failing = int(answer(one)), 1 - good / runs
        assert failing**needed <= 0.05 < failing ** (needed - 1)


def test_the_interval_is_wilsons():
    for one in made(judging.interval, 6):
        runs, good = numbers(one.text)[:2]
        z, p = 1.959964, good / runs
        middle = (p + z * z / (2 * runs)) / (1 + z * z / runs)
        half = z * math.sqrt(p * (1 - p) / runs + z * z / (4 * runs * runs)) / (1 + z * z / runs)
        assert numbers(answer(one)) == pytest.approx([100 * (middle - half), 100 * (middle + half)], abs=0.51)


def test_one_seed_is_judged_by_the_others():
    for one in made(judging.lucky, 8):
        wins = numbers(one.because)[0]
        assert answer(one).startswith("6 times" if wins <= 6 else "7 to 13" if wins <= 13 else "14 times")


def test_only_the_same_recipe_gives_the_same_weights():
    for one in made(judging.same_again, 24):
        assert answer(one).startswith("Not at all") == ("same seed." in one.text or "its seed" in one.text)
        assert ("less than a millionth" in answer(one)) == ("a learning rate of" in one.text)
        assert ("fixes every draw, so" in one.why) == answer(one).startswith("Not at all")


def test_methods_of_one_family_stretch_the_same_draws():
    for one in made(judging.same_numbers, 20):
        first, second = re.findall(r"seed (\d+)", one.text)
        assert one.why.startswith("Another seed") == (first != second)
        if first != second:
            assert "nothing to do" in answer(one)
        else:
            assert ("times one factor" in answer(one)) == ("the same again" not in one.text)


def test_the_grade_fits_the_number_of_right_answers():
    assert [graded(right).split()[0] for right in (0, 3, 4, 10)] == ["0", "3", "4", "All"]
    assert len({graded(right) for right in range(LENGTH + 1)}) == LENGTH + 1


def test_the_tries_are_many_enough():
    """A template that is clear in one of three tries fails all of them once in 190,000 questions."""
    assert (2 / 3) ** MOST_DRAWS < 1e-5
