"""How many passes a method takes, as the catalogue counts them, beside the pictures that really went through."""

import numpy as np
import pytest

from cnnviz.errors import NetworkError
from cnnviz.explain import METHODS, PASSES, explain
from cnnviz.models import Network


@pytest.fixture
def sent(monkeypatch):
    """Counts the pictures that go through any network, by kind of pass."""
    counts = dict.fromkeys(PASSES, 0)

    def counting(name, kind_of):
        original = getattr(Network, name)

        def method(self, batch, *arguments, **options):
            counts[kind_of(options)] += len(batch)
            return original(self, batch, *arguments, **options)

        monkeypatch.setattr(Network, name, method)

    counting("predict", lambda _: "forward")
    counting("logits", lambda _: "forward")
    counting("gradients", lambda _: "gradients")
    counting("input_gradients", lambda options: "guided_gradients" if options.get("guided") else "input_gradients")
    return counts


def made(sent):
    return {kind: count for kind, count in sent.items() if count}


@pytest.mark.parametrize("layer", [None, "conv_1"])
@pytest.mark.parametrize("target", [None, 3])
@pytest.mark.parametrize("key", METHODS)
def test_every_method_takes_the_passes_it_says(key, target, layer, sent, digits, drawings):
    expected = METHODS[key].counted(digits, layer)
    assert not made(sent)
    explain(digits, drawings[:1], key, target, layer)
    assert made(sent) == expected


@pytest.mark.parametrize(
    ("key", "options"),
    [
        ("smooth_grad", {"samples": 7}),
        ("integrated_gradients", {"steps": 3}),
        ("integrated_gradients", {"steps": 8, "baseline": 0.5}),
        ("integrated_gradients", {"steps": 21}),
        ("occlusion", {"window": 9, "stride": 4}),
        ("occlusion", {"window": 28, "stride": 28, "value": 0.0}),
    ],
)
def test_options_count(key, options, sent, digits, drawings):
    explain(digits, drawings[:1], key, **options)
    assert made(sent) == METHODS[key].counted(digits, **options)


def test_a_coloured_picture_that_is_no_square(sent):
    import keras
    from keras import layers

    net = Network(keras.Sequential([keras.Input((11, 18, 3)), layers.Flatten(), layers.Dense(2)]))
    explain(net, np.zeros((1, 11, 18, 3), np.float32), "occlusion")
    # Squares of 2, half a window apart: 10 rows and 17 columns of them; and the picture itself.
    assert made(sent) == METHODS["occlusion"].counted(net) == {"forward": 10 * 17 + 1}


def test_bad_questions_are_refused_before_any_pass(digits):
    with pytest.raises(ValueError, match="A window of 29 pixels does not fit in a 28 × 28 picture"):
        METHODS["occlusion"].counted(digits, window=29)
    with pytest.raises(ValueError, match="Gradient has no option called 'steps'; it has none"):
        METHODS["gradient"].counted(digits, steps=3)
    with pytest.raises(NetworkError, match="There is no layer called 'nowhere'"):
        METHODS["score_cam"].counted(digits, "nowhere")
