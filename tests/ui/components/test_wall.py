"""What the wall of maps sends to the browser: all of it, and not too much."""

import numpy as np
import pytest

from cnnviz.ui.components.wall import wall_bytes

from .test_gallery import unpacked


def test_what_is_sent_is_what_is_there():
    maps = np.random.default_rng(0).normal(size=(14, 12, 20)).astype(np.float32)
    header, arrays = unpacked(wall_bytes(maps, layer="conv", selected=7))
    np.testing.assert_allclose(arrays["maps"], np.moveaxis(maps, 2, 0), atol=1e-3)
    assert header["signed"] and header["thinned"] == 1 and header["selected"] == 7 and header["size"] == [14, 12]
    for number in range(20):
        one = maps[..., number]
        assert header["means"][number] == pytest.approx(one.mean(), abs=1e-5)
        assert header["maxima"][number] == pytest.approx(one.max(), rel=1e-4)
        assert header["limits"][number] == pytest.approx(np.abs(one).max(), rel=1e-4)


@pytest.mark.parametrize("shape", [(112, 112, 96), (224, 224, 64), (7, 7, 1280), (150, 3, 8)])
def test_large_layers_are_thinned_but_measured_whole(shape):
    maps = np.random.default_rng(0).random(shape, dtype=np.float32)
    maps[5, 1, 3] = 9
    sent = wall_bytes(maps, layer="conv", selected=0)
    header, arrays = unpacked(sent)
    assert len(sent) < 600_000 and header["maxima"][3] == 9 and not header["signed"]
    side = header["thinned"]
    np.testing.assert_allclose(arrays["maps"][2, 0, 0], maps[:side, :side, 2].mean(), atol=1e-3)
