"""Where runs differ, worked out by hand and against a slow reference."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.train import TrainingSettings
from cnnviz.train.comparison import NAMES, differing, is_same_test, unusual

PLAIN = TrainingSettings(dataset="shapes", architecture="a3")
SOME = st.lists(
    st.builds(
        lambda rate, seed, kinds: replace(PLAIN, learning_rate=rate, seed=seed, augmentation=kinds),
        st.sampled_from([0.1, 0.01]),
        st.integers(0, 2),
        st.sampled_from([(), ("mirror",)]),
    ),
    max_size=6,
)


def test_every_setting_is_compared_but_the_number_of_the_format():
    assert {*NAMES, "version"} == {field.name for field in fields(TrainingSettings)}


def test_what_differs_is_named_in_the_order_of_the_settings():
    assert differing([PLAIN, replace(PLAIN, seed=3, epochs=9), PLAIN]) == ("epochs", "seed")
    assert differing([PLAIN, PLAIN]) == differing([PLAIN]) == differing([]) == ()


def test_what_is_unusual_is_what_most_have_not():
    fast = replace(PLAIN, learning_rate=0.1)
    assert unusual([PLAIN, fast, PLAIN]) == [{}, {"learning_rate": 0.1}, {}]
    assert unusual([PLAIN, fast]) == [{}, {"learning_rate": 0.1}]
    assert unusual([PLAIN, fast, PLAIN], leave_out=["learning_rate"]) == [{}, {}, {}]


@given(SOME)
def test_with_what_is_usual_it_gives_the_settings_back(settings):
    odd = unusual(settings)
    for name in differing(settings):
        counts = {}
        for one in settings:
            counts[getattr(one, name)] = counts.get(getattr(one, name), 0) + 1
        [usual] = {getattr(one, name) for one, kept in zip(settings, odd, strict=True) if name not in kept}
        assert counts[usual] == max(counts.values())
        for one, kept in zip(settings, odd, strict=True):
            assert kept.get(name, usual) == getattr(one, name)


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"learning_rate": 0.5, "share": 0.1, "seed": 4}, True),
        ({"dataset": "mnist"}, False),
        ({"test_limit": 100}, False),
        ({"fold": 1}, False),
    ],
)
def test_test_accuracies_are_compared_only_on_the_same_pictures(changes, same):
    assert is_same_test([PLAIN, replace(PLAIN, **changes)]) is same


def test_some_of_the_test_pictures_depend_on_the_seed():
    some = replace(PLAIN, test_limit=100)
    assert is_same_test([some, replace(some, epochs=1)])
    assert not is_same_test([some, replace(some, seed=1)])
