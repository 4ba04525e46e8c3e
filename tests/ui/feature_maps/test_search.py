"""The pictures that excite a map most, against a plain loop."""

import numpy as np

from cnnviz.data.samples import SAMPLES
from cnnviz.models import Network
from cnnviz.ui.feature_maps import search
from cnnviz.ui.feature_maps.search import Search, Seen, from_arrays, offered, samples


def plain(pixels):
    return pixels.astype(np.float32) / 255, pixels[..., 0]


def drawn(count):
    return np.random.default_rng(3).integers(0, 256, (count, 28, 28, 1), dtype=np.uint8)


def names(count):
    return tuple(str(number) for number in range(count))


def test_the_order_is_that_of_a_loop_over_all_pictures(digits):
    pictures = drawn(40)
    looking = Search(digits, "conv_2", from_arrays(pictures, np.arange(40), names(40), plain))
    looking.advance(60)
    assert looking.is_done and len(looking.looked) == 40
    for number in (0, 17, 63):
        found = []
        for index, picture in enumerate(pictures):
            values = digits.features(picture[None] / np.float32(255), ["conv_2"])["conv_2"][0, ..., number]
            best = (0, 0)
            for row in range(14):
                for column in range(14):
                    if values[row, column] > values[best]:
                        best = (row, column)
            found.append((float(values[best]), str(index), best))
        found.sort(reverse=True)
        for (seen, value, place), (expected, name, cell) in zip(looking.best(number, 6), found[:6], strict=True):
            assert (seen.name, place) == (name, cell) and abs(value - expected) < 1e-5


def test_it_goes_on_a_little_at_a_time_and_stops(digits, monkeypatch):
    monkeypatch.setattr(search, "AT_ONCE", 1)
    looking = Search(digits, "conv_1", from_arrays(drawn(4), np.zeros(4, int), ("a",), plain))
    assert looking.best(0, 3) == []
    looking.advance(0)
    assert len(looking.looked) == 1 and not looking.is_done
    looking.stopped = True
    assert looking.is_done and len(looking.best(0, 3)) == 1


def test_a_sample_that_cannot_be_read_is_left_out(digits):
    def fails():
        return None

    def works():
        return Seen("one", np.zeros((28, 28), np.uint8), np.zeros((28, 28, 1), np.float32))

    looking = Search(digits, "conv_1", [fails, works])
    looking.advance(60)
    assert [seen.name for seen in looking.looked] == ["one"]
    assert len(samples(plain)) == len(SAMPLES)


def test_only_what_fits_and_is_here_is_offered(digits, tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))
    assert offered(digits) == []
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "mnist.npz").write_bytes(b"")
    (tmp_path / "datasets" / "cifar10.npz").write_bytes(b"")
    assert offered(digits) == ["mnist"]
    import keras
    from keras import layers

    colour = Network(
        keras.Sequential([keras.Input((32, 32, 3)), layers.Conv2D(1, 3), layers.Flatten(), layers.Dense(2)])
    )
    assert offered(colour) == ["cifar10", "shapes"]
