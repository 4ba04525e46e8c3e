"""What the tiles of heat send to the browser: all of it, and no more."""

import numpy as np
import pytest
import streamlit as st

from cnnviz.explain import explain
from cnnviz.ui.components import heats
from cnnviz.ui.components.heats import Tile, heats_bytes
from cnnviz.ui.components.ladder import Rung, ladder_bytes

from .test_gallery import unpacked


def tile(grid, **given):
    return Tile(**{"title": "7", "heatmap": np.zeros((28, 28), np.float32), "grid": grid, "alt": "Heat."} | given)


@pytest.fixture
def picture():
    return np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)


def test_grids_are_sent_unscaled(picture):
    grids = [np.random.default_rng(seed).normal(size=(7, 5)) * 10**seed for seed in range(3)]
    tiles = [tile(grid, title=f"class {number}") for number, grid in enumerate(grids)]
    header, arrays = unpacked(heats_bytes(picture, tiles, signed=True, one_scale=True))
    np.testing.assert_array_equal(arrays["picture"], picture)
    for number, grid in enumerate(grids):
        np.testing.assert_allclose(arrays[str(number)], grid, atol=2e-5 * np.abs(grid).max())
        assert header["tiles"][number]["limit"] == pytest.approx(np.abs(grid).max())
    assert header["signed"] and header["one_scale"] and [one["title"] for one in header["tiles"]][2] == "class 2"


def test_what_is_said_of_a_tile_is_sent(picture):
    kept = np.stack([np.linspace(1, 0, 21), np.linspace(0.99, 0.1, 21)], axis=1)
    full = tile(np.ones((7, 7)), lines=("probability 98 %",), note="Careful.", kept=kept, before=0.98)
    waiting = tile(None, heatmap=None)
    header, arrays = unpacked(heats_bytes(picture, [full, waiting], signed=False, one_scale=False))
    first, second = header["tiles"]
    assert first["lines"] == ["probability 98 %"] and first["note"] == "Careful." and first["before"] == 0.98
    np.testing.assert_allclose(first["kept"], kept, atol=1e-6)
    assert second["kept"] is None and second["limit"] == 0 and "1" not in arrays


def test_a_map_without_a_grid_of_its_own_is_sent_whole(picture):
    heatmap = np.random.default_rng(1).random((28, 28)).astype(np.float32)
    _, arrays = unpacked(heats_bytes(picture, [tile(None, heatmap=heatmap)], signed=False, one_scale=False))
    np.testing.assert_allclose(arrays["0"], heatmap, atol=1e-4)


def test_a_stroke_costs_little(picture, digits):
    """With every stroke, this is sent: the picture and 49 numbers, and what is said of them."""
    one = explain(digits, picture[None, ..., None] / 255)
    sent = heats_bytes(picture, [tile(one.grid, heatmap=one.heatmap)], signed=False, one_scale=False)
    assert len(sent) < 784 + 98 + 700


def test_the_browser_says_whether_only_the_hottest_part_is_shown(monkeypatch):
    state = {}
    monkeypatch.setattr(st, "session_state", state)
    assert not heats.keeps("tiles")
    state["tiles"] = {"keeps": True}
    assert heats.keeps("tiles")


# ---- the small pictures of all layers


def test_small_pictures_show_each_layer_on_its_own_scale(picture):
    grids = {"conv": np.eye(7) * 3, "pool": np.zeros((4, 4)), "wide": np.random.default_rng(0).random((112, 112))}
    rungs = [Rung(name, grid) for name, grid in grids.items()]
    header, arrays = unpacked(ladder_bytes(picture, rungs, signed=False, selected="pool", label="Layers"))
    maps = arrays["maps"]
    assert maps.shape == (3, 72, 72) and maps[0].max() == 255 and maps[1].max() == 0
    # Cells stay cells: a seventh of the side each.
    assert maps[0][:10, :10].min() == 255 and maps[0][:10, 11:].max() == 0
    assert [rung["empty"] for rung in header["rungs"]] == [False, True, False] and header["selected"] == "pool"


def test_zero_lies_in_the_middle_if_signed(picture):
    rungs = [Rung("conv", np.array([[-2.0, 0.0], [1.0, 2.0]]))]
    _, arrays = unpacked(ladder_bytes(picture, rungs, signed=True, selected="conv", label="Layers"))
    assert [arrays["maps"][0][row, column] for row in (0, -1) for column in (0, -1)] == [0, 128, 191, 255]
