"""What the linked panels send to the browser."""

import numpy as np

from cnnviz.models.graph import network_graph
from cnnviz.ui.components.panels import Brought, Panel, panels_bytes

from .test_gallery import unpacked


def floats(array):
    return np.frombuffer(array.astype(np.uint8).tobytes(), "<f4")


def test_panels_of_one_scale_share_limit_and_sign():
    first, second = np.array([[1.0, 2.0]]), np.array([[-5.0, 0.5]])
    shown = [
        Panel("a", "map", first, own=True, scale="maps"),
        Panel("b", "map", second, scale="maps", line=1),
        Panel("c", "difference", np.abs(first), line=1),
        Panel("d", "map", first),
    ]
    header, arrays = unpacked(panels_bytes(shown, name="map 0 of conv", brought=None))
    assert [panel["limit"] for panel in header["panels"]] == [5, 5, 2, 2]
    assert [panel["signed"] for panel in header["panels"]] == [True, True, True, False]
    np.testing.assert_array_equal(floats(arrays["1"]), [-5, 0.5])
    assert header["brought"] is None


def test_fields_are_those_of_the_network(digits):
    fields = network_graph(digits).node("conv_2").fields
    picture = Panel("picture", "picture", np.zeros((28, 28), np.uint8), fields)
    header, _ = unpacked(
        panels_bytes([picture, Panel("map", "map", np.ones((14, 14)), own=True)], name="", brought=None)
    )
    rows = header["panels"][0]["fields"]["rows"]
    assert (rows["first"][0], rows["last"][0], rows["full"], rows["start"], rows["jump"]) == (0, 4, 8, -3, 2)
    assert header["panels"][1]["fields"] is None and header["panels"][1]["limit"] == 1


def test_partial_sums_travel_exactly():
    rng = np.random.default_rng(0)
    shown = rng.normal(size=(3, 2, 2)).astype(np.float32)
    total = shown.sum(axis=0) + 0.5
    brought = Brought(
        ["0", "1", "2"], rng.normal(size=(3, 3, 3)), shown, None, 0, 0.5, total, "ReLU", np.maximum(total, 0)
    )
    header, arrays = unpacked(panels_bytes([Panel("map", "map", total, own=True)], name="", brought=brought))
    np.testing.assert_array_equal(floats(arrays["shown"]), shown.ravel())
    np.testing.assert_allclose(floats(arrays["total"]), total.ravel())
    assert header["brought"]["size"] == [3, 3] and "rest" not in arrays
