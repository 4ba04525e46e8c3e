"""What a shift changes, and what is said about it."""

import numpy as np
import pytest

from cnnviz.ui import maps, pooling
from cnnviz.ui.maps import Maps
from cnnviz.ui.pooling import Settings
from cnnviz.ui.sliding import Sliding

RNG = np.random.default_rng(0)
BY_TWO = Settings("max", (2, 2), Sliding((2, 2)))


def picture(values):
    return Maps("the picture", values, ("grey",), True, lambda pixels: maps.shifted(values, pixels))


def test_a_shift_to_the_right_repeats_the_edge():
    np.testing.assert_array_equal(maps.shifted(np.array([[[1], [2], [3]]]), 2), [[[1], [1], [1]]])
    np.testing.assert_array_equal(maps.shifted(np.array([[[1], [2], [3]]]), 1), [[[1], [1], [2]]])


def test_a_change_by_hand():
    before, after = np.zeros((1, 4, 1)), np.zeros((1, 4, 1))
    before[0, 1], after[0, 1] = 3, 0
    before[0, 3], after[0, 3] = 4, 4
    found = pooling.change(before, after)
    assert found.share == 0.25 and found.relative == pytest.approx(3 / 5)
    assert pooling.change(before, before).share == 0 == pooling.change(before, before).relative
    assert pooling.change(np.zeros((2, 2, 1)), np.zeros((2, 2, 1))).relative == 0


def test_what_is_said_of_strides_and_shifts_is_true():
    values = RNG.random((12, 12, 1)).astype(np.float32)
    pooled = BY_TWO.applied(values)
    # A multiple of the stride: the same maps, shifted by pixels / stride, but at the edge.
    np.testing.assert_array_equal(BY_TWO.applied(maps.shifted(values, 2))[:, 1:], pooled[:, :-1])
    # No multiple: not the old maps, shifted by any number of cells.
    odd = BY_TWO.applied(maps.shifted(values, 1))
    assert not any(np.array_equal(odd[:, cells:], pooled[:, : pooled.shape[1] - cells]) for cells in range(3))
    # At stride 1 nothing is lost.
    one = Settings("max", (3, 3), Sliding((1, 1)))
    np.testing.assert_array_equal(one.applied(maps.shifted(values, 1))[:, 1:], one.applied(values)[:, :-1])


def test_pooling_softens_a_shift_of_a_smooth_picture():
    ramp = np.linspace(0, 1, 16, dtype=np.float32)
    values = np.sin(6 * ramp[:, None] + 9 * ramp)[..., None] / 2 + 0.5
    made = pooling.make(picture(values), Settings("average", (4, 4), Sliding((4, 4))))
    moved = maps.shifted(values, 1)
    before = pooling.change(values, moved)
    after = pooling.change(made.scene.output, made.how.applied(moved))
    assert after.relative < before.relative and after.share > before.share
    assert "More cells change, but less strongly." in pooling.sentence(before, after, 1)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ((0.4, 0.5), (0.3, 0.4), "Pooling has softened the shift; it has not undone it."),
        ((0.4, 0.5), (0.3, 0.6), "Fewer cells change, but more strongly."),
        ((0.4, 0.5), (0.5, 0.4), "More cells change, but less strongly."),
        ((0.4, 0.5), (0.5, 0.6), "Here pooling has softened nothing."),
        (
            (0.4, 0.5),
            (0.0, 0.0),
            "**0\u00a0%** after it. The size of the change (‖change‖ / ‖maps‖) is 50\u00a0% before and 0",
        ),
        ((0.4, 1.6), (0.3, 1.25), "is 160\u00a0% before and 125\u00a0% after. Pooling has softened"),
    ],
)
def test_the_verdict_follows_both_numbers(before, after, words):
    shares = [pooling.Change(np.zeros((1, 1, 1)), share, relative) for share, relative in (before, after)]
    assert words in pooling.sentence(*shares, 2)


def test_a_shift_that_changes_nothing_is_said():
    flat = pooling.change(np.ones((4, 4, 1)), np.ones((4, 4, 1)))
    assert "nothing is different" in pooling.sentence(flat, flat, 1)


@pytest.mark.parametrize("kind", pooling.KINDS)
def test_the_scene_holds_what_pool_gives(kind):
    values = RNG.normal(size=(6, 5, 3)).astype(np.float32)
    whole = pooling.KINDS[kind][2]
    how = Settings(kind, None, Sliding()) if whole else Settings(kind, (3, 2), Sliding((2, 1)))
    made = pooling.make(Maps("x", values, ("0", "1", "2")), how)
    combine = {"max": np.max, "average": np.mean, "sum": np.sum}[made.how.pooling]
    if whole:
        np.testing.assert_allclose(made.scene.output[0, 0], combine(values, axis=(0, 1)), rtol=1e-6)
        assert (made.scene.rows.outputs, made.scene.columns.outputs) == (1, 1)
    else:
        assert made.scene.output.shape == (2, 4, 3)
        np.testing.assert_allclose(made.scene.output[1, 2], combine(values[2:5, 2:4], axis=(0, 1)), rtol=1e-5)
