"""What the gallery of kernels sends to the browser: all of it, and not too much."""

import json
import struct
import time

import numpy as np
import pytest

from cnnviz.ops import nearest_of_all
from cnnviz.ui import kernels
from cnnviz.ui.components.gallery import MOST, Gallery, Relation, gallery_bytes, thin


def unpacked(data):
    """Header and arrays, as shared/unpack.js reads them."""
    length = struct.unpack("<I", data[:4])[0]
    header = json.loads(data[4 : 4 + length])
    arrays = {}
    for name, entry in header["arrays"].items():
        kind = {"int16": "<i2", "uint8": "u1"}[entry["kind"]]
        raw = np.frombuffer(data, kind, int(np.prod(entry["shape"])), 4 + length + entry["offset"])
        arrays[name] = raw.reshape(entry["shape"]) * entry["scale"]
    return header, arrays


def many(count, side, maps):
    """A layer of random kernels and maps."""
    rng = np.random.default_rng(0)
    slices = rng.standard_normal((count, side, side))
    return Gallery(
        layer="conv",
        slices=slices,
        names=[""] * count,
        colour=None,
        norms=np.linalg.norm(slices, axis=(1, 2)),
        maps=rng.standard_normal((maps, maps, count)).astype(np.float32),
        stage="before any activation",
        relations=[kernels.related(one, slices[0]) for one in nearest_of_all(slices)],
        opens=True,
    )


def test_what_is_sent_is_what_is_there():
    sent = many(5, 3, 6)
    header, arrays = unpacked(gallery_bytes(sent))
    np.testing.assert_allclose(arrays["slices"], sent.slices, atol=1e-3)
    np.testing.assert_allclose(arrays["maps"], np.moveaxis(sent.maps, 2, 0), atol=1e-3)
    for number in range(5):
        one = sent.maps[..., number]
        assert header["responses"][number] == pytest.approx(one.max(), rel=1e-4)
        assert header["peaks"][number] == list(np.unravel_index(one.argmax(), one.shape))
        relation = header["relations"][number]
        assert relation["sentence"] == sent.relations[number].sentence
        np.testing.assert_allclose(arrays[f"relative.{relation['matrix']}"], sent.relations[number].matrix, atol=1e-3)
    assert header["thinned"] == 1 and header["size"] == [6, 6] and "colour" not in arrays


def test_equal_relatives_are_sent_once():
    sent = many(512, 3, 4)
    _, arrays = unpacked(gallery_bytes(sent))
    assert len([name for name in arrays if name.startswith("relative.")]) < 70


@pytest.mark.parametrize(
    ("count", "side", "maps", "most"), [(64, 3, 28, 130_000), (512, 3, 28, 1_200_000), (64, 7, 224, 1_200_000)]
)
def test_large_layers_stay_small_on_the_way(count, side, maps, most):
    assert len(gallery_bytes(many(count, side, maps))) < most


def test_thinned_maps_are_means():
    maps = np.random.default_rng(0).random((2, 7, 5))
    thinned, side = thin(maps, most=12)
    assert side == 3 and thinned.shape == (2, 3, 2)
    for row in range(3):
        for column in range(2):
            square = maps[:, 3 * row : 3 * row + 3, 3 * column : 3 * column + 3]
            np.testing.assert_allclose(thinned[:, row, column], square.mean(axis=(1, 2)))
    same, side = thin(maps, most=70)
    assert side == 1 and same is maps
    assert thin(np.zeros((512, 112, 112)))[0].size <= MOST
    assert thin(np.zeros((9, 2, 2)), most=3)[0].shape == (9, 1, 1)


def test_64_kernels_are_quick():
    slices = np.random.default_rng(0).standard_normal((64, 3, 3))
    kernels.verdict(nearest_of_all(slices), (3, 3), centred=False)  # Chance is worked out once.
    began = time.perf_counter()
    gallery_bytes(many(64, 3, 28))
    assert time.perf_counter() - began < 0.5


def test_a_relation_needs_no_relative():
    sent = many(1, 3, 2)
    alone = Gallery(**{**vars(sent), "relations": [Relation("nothing to compare", "There is no pattern to compare.")]})
    assert unpacked(gallery_bytes(alone))[0]["relations"][0]["matrix"] is None
