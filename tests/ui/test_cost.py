"""What work is expected to take, beside a network whose passes take a time that is known."""

import gc
import threading
import time
import weakref

import numpy as np
import pytest

from cnnviz.explain import METHODS, explain
from cnnviz.ui import cost


class Slow:
    """A network that takes a known time for every call, and for every picture of it."""

    input_shape = (8, 8, 1)
    grids = ("early", "late")
    CALL, PICTURE = 0.004, 0.001

    def __init__(self, picture=PICTURE):
        self.picture = picture
        self.calls = []

    def _take(self, kind, batch):
        self.calls.append((kind, len(batch)))
        time.sleep(self.CALL + self.picture * len(batch))

    def logits(self, batch):
        self._take("forward", batch)

    def gradients(self, batch, classes, layer):
        assert classes.shape == (len(batch),)
        self._take(layer, batch)

    def input_gradients(self, batch, classes, *, guided=False):
        self._take("guided" if guided else "input", batch)


@pytest.mark.parametrize("kind", ["forward", "input_gradients", "guided_gradients"])
def test_a_pass_is_timed_in_a_batch_and_once(kind):
    net = Slow()
    found = cost.pass_seconds(net, kind)
    assert found == pytest.approx(net.picture + net.CALL / cost.TOGETHER, rel=0.5)
    calls = len(net.calls)
    assert cost.pass_seconds(net, kind) == found and len(net.calls) == calls
    assert {count for _, count in net.calls} == {1, cost.TOGETHER}


def test_the_last_grid_and_all_the_others_are_timed_apart():
    net = Slow()
    last, early = (cost.pass_seconds(net, "gradients", layer) for layer in ("late", "early"))
    assert cost.pass_seconds(net, "gradients") == last
    assert {name for name, _ in net.calls} == {"late", "early"} and early > 0


def test_a_pass_that_takes_long_is_not_timed_in_a_batch():
    net = Slow(picture=0.2)
    start = time.perf_counter()
    assert cost.pass_seconds(net, "forward") == pytest.approx(0.204, rel=0.2)
    assert time.perf_counter() - start < 1.2
    assert {count for _, count in net.calls} == {1}


def test_one_pass_by_itself_takes_longer_than_in_a_batch():
    net = Slow()
    assert cost.seconds(net, "gradient") == pytest.approx(net.picture + net.CALL, rel=0.5)
    # 26 gradients in a batch, one pass forward by itself.
    expected = 25 * cost.pass_seconds(net, "input_gradients") + net.picture + net.CALL
    assert cost.seconds(net, "smooth_grad") == pytest.approx(expected, rel=0.5)
    assert cost.seconds(net, "smooth_grad", samples=250) > 5 * cost.seconds(net, "smooth_grad")


def test_two_who_ask_at_once_get_the_same_answer():
    net, found = Slow(), []
    threads = [threading.Thread(target=lambda: found.append(cost.pass_seconds(net, "forward"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(found)) == 1
    # Each size once to warm up and `ROUNDS` times timed.
    assert len(net.calls) == 2 * (cost.ROUNDS + 1)


def test_a_network_that_is_gone_is_forgotten():
    net = Slow()
    cost.pass_seconds(net, "forward")
    gone = weakref.ref(net)
    del net
    gc.collect()
    assert gone() is None


def test_the_expected_time_is_about_what_it_takes(digits):
    """Only what takes many passes: that is what the page warns of."""
    picture = np.random.default_rng(0).random((1, 28, 28, 1), dtype=np.float32)
    for key in (key for key, method in METHODS.items() if method.is_slow):
        expected = cost.seconds(digits, key)
        times = []
        for _ in range(5):
            start = time.perf_counter()
            explain(digits, picture, key)
            times.append(time.perf_counter() - start)
        # A machine that is busy with other things may be slow for either of them.
        assert 0.1 < expected / min(times) < 10, key


def test_unknown_passes_and_options_are_refused(digits):
    with pytest.raises(ValueError, match="There is no pass of the kind 'backward'; there are: forward, gradients"):
        cost.pass_seconds(digits, "backward")
    with pytest.raises(ValueError, match="A window of 30 pixels"):
        cost.seconds(digits, "occlusion", window=30)


def test_what_fits_into_a_second_is_the_shortest():
    assert cost.within({"a": 0.5, "b": 0.1, "c": 0.45, "d": 8}) == ("b", "c")
    assert cost.within({"a": 0.5, "b": 0.4, "c": 0.1}) == ("c", "b", "a")
    assert cost.within({"a": 2.0}) == () and cost.within({"a": 2.0}, limit=3) == ("a",)


def test_times_in_words():
    words = [cost.about(value).replace("\u00a0", " ") for value in (0.02, 0.34, 0.96, 7.6, 99.4, 130)]
    assert words == ["less than 0.1 s", "about 0.3 s", "about 1 s", "about 8 s", "about 99 s", "about 2 min"]
    words = [cost.took(value).replace("\u00a0", " ") for value in (0.0002, 0.0146, 0.9994, 1.26, 9.96)]
    assert words == ["1 ms", "15 ms", "999 ms", "1.3 s", "10 s"]
