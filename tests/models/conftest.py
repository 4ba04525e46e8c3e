"""Small Keras models of every kind that people bring."""

import numpy as np
import pytest

SHAPE = (8, 8, 1)


@pytest.fixture
def pictures():
    """A batch of five random pictures for the small models."""
    return np.random.default_rng(0).random((5, *SHAPE), dtype=np.float32)


@pytest.fixture
def small():
    """A function that builds a small convolutional Sequential; its arguments are the layers at its end."""
    import keras
    from keras import layers

    def build(*end):
        keras.utils.set_random_seed(1)
        return keras.Sequential(
            [
                keras.Input(SHAPE),
                layers.Conv2D(4, 3, activation="tanh", name="first"),
                layers.Conv2D(3, 3, name="second"),
                layers.Flatten(name="flat"),
                *end,
            ]
        )

    return build


@pytest.fixture
def nested():
    """A backbone as a layer of its own, around which layers lie."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(2)
    inner = keras.Sequential(
        [keras.Input(SHAPE), layers.Conv2D(4, 3, name="look"), layers.ReLU(name="bend")], name="backbone"
    )
    picture = keras.Input(SHAPE)
    grid = layers.Conv2D(3, 3, name="after")(inner(picture))
    scores = layers.Dense(3, name="scores")(layers.GlobalAveragePooling2D(name="mean")(grid))
    return keras.Model(picture, layers.Softmax(name="softmax")(scores))


@pytest.fixture
def shared():
    """One convolution that is called twice, then once more inside a branch."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(3)
    picture = keras.Input(SHAPE)
    twice = layers.Conv2D(1, 3, padding="same", activation="tanh", name="twice")
    both = layers.Concatenate(name="both")([twice(picture), twice(twice(picture))])
    return keras.Model(picture, layers.Dense(3, activation="softmax", name="scores")(layers.Flatten(name="flat")(both)))


@pytest.fixture
def subclassed():
    """A model that is a class of its own, built for one input shape."""
    import keras
    from keras import layers

    class Own(keras.Model):
        input_shape = (None, *SHAPE)

        def __init__(self):
            super().__init__(name="own")
            self.look = layers.Conv2D(4, 3, name="look")
            self.bend = layers.ReLU(name="bend")
            self.mean = layers.GlobalAveragePooling2D(name="mean")
            self.scores = layers.Dense(3, activation="softmax", name="scores")

        def call(self, batch, training=False):
            return self.scores(self.mean(self.bend(self.look(batch))))

    keras.utils.set_random_seed(4)
    model = Own()
    model(np.zeros((1, *SHAPE), np.float32))
    return model
