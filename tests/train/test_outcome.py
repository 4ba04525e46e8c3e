"""What is said of an experiment follows from its figures, beside figures worked out by hand."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.train import TrainingSettings
from cnnviz.train.outcome import Result, difference, interval, parameters, sentences

SETTINGS = TrainingSettings(dataset="digits_8x8", architecture="a3")


def answers(right, count):
    return np.arange(count) < right


def result(name, right=None, *, state="done", turned=None, losses=(), **changes):
    rows = [{"epoch": epoch, "loss": 1.0, "accuracy": 0.9, "val_loss": loss} for epoch, loss in enumerate(losses, 1)]
    blank = Result(name, SETTINGS, state, "", rows, right, turned, 0.1, 3210, 4.0)
    return dataclasses.replace(blank, **changes)


def test_a_difference_by_hand():
    # 100 pictures: the other alone is right on 20, the first alone on 8.
    first = np.array([True] * 8 + [False] * 20 + [True] * 50 + [False] * 22)
    other = np.array([False] * 8 + [True] * 20 + [True] * 50 + [False] * 22)
    found = difference(first, other)
    # 21/102 - 9/102 = 0.117647; the root of (0.294118 - 0.013841) / 102 is 0.052420, times 1.96 is 0.102743.
    assert found.value == pytest.approx(0.12)
    assert found.low == pytest.approx(0.117647 - 0.102743, abs=1e-5)
    assert found.high == pytest.approx(0.117647 + 0.102743, abs=1e-5)
    assert found.is_clear


def test_a_difference_within_chance_is_none():
    first = np.array([True] * 8 + [False] * 10 + [True] * 82)
    other = np.array([False] * 8 + [True] * 10 + [True] * 82)
    assert not difference(first, other).is_clear
    same = difference(first, first)
    assert same.value == 0 and same.low == pytest.approx(-same.high) and not same.is_clear


def test_answers_to_other_pictures_are_not_compared():
    with pytest.raises(ValueError, match="one for each picture"):
        difference(answers(3, 10), answers(3, 11))


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=300))
def test_a_difference_turns_round_and_its_interval_holds_it(pairs):
    first, other = np.array(pairs).T
    there, back = difference(first, other), difference(other, first)
    assert (there.value, there.low) == pytest.approx((-back.value, -back.high))
    assert -1.5 <= there.low <= there.high <= 1.5
    assert there.low - 1e-9 <= there.value <= there.high + 1e-9


def test_the_interval_of_a_share_by_hand():
    # 90 of 100: the middle is (0.9 + 0.019208) / 1.038416 = 0.885202, the reach 0.060062 either way.
    low, high = interval(90, 100)
    assert (low, high) == pytest.approx((0.8256, 0.9448), abs=1e-4)
    assert interval(0, 10)[0] == 0.0 and interval(10, 10)[1] == pytest.approx(1.0)


@given(st.integers(1, 2000), st.data())
def test_the_interval_of_a_share_holds_it(count, data):
    right = data.draw(st.integers(0, count))
    low, high = interval(right, count)
    assert 0 <= low <= right / count + 1e-12 and right / count - 1e-12 <= high <= 1
    assert high - low <= 2 * 1.96 * math.sqrt(0.25 / count) + 1e-9


def test_a_clear_difference_is_told_from_chance():
    few, many = answers(30, 100), answers(90, 100)
    said = sentences([result("a", many), result("b", few), result("c", answers(89, 100))], ["compared"], "accuracy")
    assert said[0] == "“a” names 90.0\u00a0% of the 100 test pictures right."
    assert said[1].startswith("“b” names 30.0\u00a0% right, 60.0 points fewer (95\u00a0% interval −")
    assert said[1].endswith("more than the choice of the test pictures explains.")
    assert said[2].startswith("“c” names 89.0\u00a0% right, −1.0 points (") and "do not tell the two apart" in said[2]


def test_the_turned_pictures_are_what_counts_where_they_are_measured():
    one, other = result("a", answers(90, 100), turned=answers(20, 100)), result("b", answers(80, 100))
    said = sentences([one, other], ["compared"], "turned")
    assert said == ["“a” names 20.0\u00a0% of the 100 turned test pictures right."]


def test_runs_without_an_end_are_named_and_left_out():
    failed = result("a", state="failed", sentence="The loss is no number any more.")
    stopped = result("b", state="stopped", losses=[2.0])
    said = sentences([failed, stopped, result("c", answers(9, 10))], ["compared", "guessing", "cost"], "accuracy")
    assert said == [
        "“a” failed: The loss is no number any more.",
        "“b” was stopped after 1 epoch; it was not tested.",
        "“c” names 90.0\u00a0% of the 10 test pictures right.",
    ]


def test_guessing_is_called_so_and_knowing_is_not():
    known = [result("knows", answers(60, 100)), result("learns", answers(25, 100))]
    said = sentences([*known, result("guesses", answers(12, 100))], ["guessing"], "accuracy")
    assert len(said) == 1
    assert said[0].startswith("“guesses” cannot be told from an answer that is always the same") and "12.0" in said[0]
    [worse] = sentences([result("avoids", answers(0, 100))], ["guessing"], "accuracy")
    assert worse.startswith("“avoids” is worse than")


def test_overfitting_is_a_validation_loss_that_rose_by_more_than_a_twentieth():
    rose, stayed = result("rose", losses=[1.5, 0.8, 1.2]), result("stayed", losses=[1.5, 0.8, 0.83])
    said = sentences([rose, stayed], ["overfitted"], "accuracy")
    assert said[0].startswith("The validation loss of “rose” was lowest after epoch 2, 0.80, and rose to 1.20")
    assert "does not overfit" in said[1]


def test_what_was_learned_is_set_beside_what_is_known():
    over = [{"epoch": 1, "loss": 0.1, "accuracy": 0.95}]
    [said] = sentences([result("a", answers(70, 100), epochs=over)], ["gap"], "accuracy")
    assert "named 95.0\u00a0%" in said and said.endswith("70.0\u00a0% of the test pictures: 25.0 points fewer.")
    [said] = sentences([result("a", answers(99, 100), epochs=over)], ["gap"], "accuracy")
    assert said.endswith("4.0 points more.")
    changed = dataclasses.replace(SETTINGS, augmentation=("turn",))
    [said] = sentences([result("a", answers(99, 100), epochs=over, settings=changed)], ["gap"], "accuracy")
    assert "during its last epoch, with pictures changed at random, and" in said


def test_a_loss_without_end_is_written_as_a_power():
    huge, plain = [{"epoch": 1, "loss": 1.548e8, "accuracy": 0.1}], [{"epoch": 1, "loss": 2.3, "accuracy": 0.1}]
    [said] = sentences([result("a", epochs=huge), result("b", epochs=plain)], ["early"], "accuracy")
    assert said == "The mean training loss of the first epoch: “a” 1.5 · 10⁸; “b” 2.30."
    nearly = [{"epoch": 1, "loss": 9999.6, "accuracy": 0.1}]
    [said] = sentences([result("a", epochs=nearly), result("b", epochs=plain)], ["early"], "accuracy")
    assert "“a” 1.0 · 10⁴;" in said


def test_only_labels_by_chance_are_known_by_heart():
    rows = [{"epoch": 1, "loss": 0.1, "accuracy": 0.98}]
    chance = dataclasses.replace(SETTINGS, random_labels=True)
    said = sentences(
        [result("true", epochs=rows), result("drawn", epochs=rows, settings=chance)], ["known"], "accuracy"
    )
    assert len(said) == 1 and said[0].startswith("“drawn” gave 98.0\u00a0%")


def test_the_parameters_of_a_network_of_layers():
    assert parameters(SETTINGS) == 3210  # 320 of the convolution, 2,890 of the dense layer.
    assert parameters(dataclasses.replace(SETTINGS, architecture="resnet")) is None
