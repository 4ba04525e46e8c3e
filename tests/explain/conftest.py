"""Networks to explain: one so small that everything can be worked out by hand, and digits to look at."""

import numpy as np
import pytest

from cnnviz.data.samples import load_sample
from cnnviz.models import Network

NAMES = ("left", "right")
PICTURE = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)
# Two maps: the picture itself, and 5 minus it.
KERNELS, OFFSETS = [1.0, -1.0], [0.0, 5.0]
# Weights from each of 2 × 2 cells × 2 maps, in reading order, to two classes.
LEFT = [4.0, 1.0, 0.0, -1.0, 0.0, -1.0, 0.0, -3.0]
RIGHT = [-1.0, -2.0, -1.0, -2.0, -1.0, -2.0, -1.0, -2.0]


@pytest.fixture(scope="session")
def tiny():
    """A network so small that its explanations can be worked out by hand."""
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input((2, 2, 1)),
            layers.Conv2D(2, 1, name="maps"),
            layers.Flatten(),
            layers.Dense(2, activation="softmax", name="scores"),
        ]
    )
    model.get_layer("maps").set_weights([np.reshape(KERNELS, (1, 1, 1, 2)), np.array(OFFSETS)])
    model.get_layer("scores").set_weights([np.stack([LEFT, RIGHT], axis=1), np.zeros(2)])
    return Network(model, class_names=NAMES)


@pytest.fixture
def batch():
    """The picture 1, 2, 3, 4 for the tiny network."""
    return PICTURE[None, ..., None].copy()


@pytest.fixture(scope="session")
def drawings(digits):
    """Six samples as the digits network gets them."""
    return np.concatenate([digits.prepare(load_sample(f"digit_{digit}")) for digit in range(6)])


@pytest.fixture(scope="session")
def scores_only(digits):
    """The digits network without its softmax, as a functional Keras model: what other libraries need."""
    import keras

    # A copy: in a model that was called elsewhere, too, other libraries find the wrong tensors.
    copy = keras.models.clone_model(digits.model)
    copy.set_weights(digits.model.get_weights())
    return keras.Model(copy.inputs, copy.layers[-2].output)
