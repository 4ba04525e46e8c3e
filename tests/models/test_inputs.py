"""What a model takes is found out for every kind of model, or it is said why it cannot be shown."""

import numpy as np
import pytest

from cnnviz.errors import NetworkError
from cnnviz.models import Network

SHAPE = (8, 8, 1)


def own_class(call, **parts):
    """A model that is a class of its own, not built yet."""
    import keras

    class Own(keras.Model):
        def __init__(self):
            super().__init__(name="own")
            for name, layer in parts.items():
                setattr(self, name, layer)

    Own.call = call
    keras.utils.set_random_seed(5)
    return Own()


def plain_class():
    from keras import layers

    def call(self, batch, training=False):
        return self.scores(self.flat(self.look(batch)))

    return own_class(call, look=layers.Conv2D(4, 3, name="look"), flat=layers.Flatten(), scores=layers.Dense(3))


@pytest.mark.parametrize("how", ["called", "built", "given"])
def test_a_class_of_its_own_is_known_by_what_it_was_called_with(pictures, how):
    model = plain_class()
    if how == "called":
        model(pictures[:1])
    elif how == "built":
        model.build((None, *SHAPE))
    net = Network(model, input_shape=SHAPE if how == "given" else None)
    assert net.input_shape == SHAPE
    np.testing.assert_allclose(net.logits(pictures), model(pictures).numpy(), atol=1e-6)


def test_a_class_of_its_own_that_nobody_called_is_refused():
    with pytest.raises(NetworkError, match=r"input is not known yet; call the model once on a batch of pictures, or"):
        Network(plain_class())


def test_a_size_that_is_left_open_can_be_given():
    import keras
    from keras import layers

    model = keras.Sequential(
        [keras.Input((None, None, 3)), layers.Conv2D(4, 3), layers.GlobalAveragePooling2D(), layers.Dense(2)]
    )
    net = Network(model, input_shape=(12, 10, 3))
    batch = np.random.default_rng(0).random((2, 12, 10, 3), dtype=np.float32)
    np.testing.assert_allclose(net.logits(batch), model.predict(batch, verbose=0), atol=1e-6)
    with pytest.raises(NetworkError, match=r"or give input_shape=\(height, width, channels\)"):
        Network(model)
    with pytest.raises(NetworkError, match=r"input shape is \(None, None, None, 3\)"):
        Network(model, input_shape=(12, 10, 1))


def test_another_size_than_the_models_is_refused(small):
    from keras import layers

    with pytest.raises(NetworkError, match=r"takes pictures of shape \(8, 8, 1\), not \(9, 8, 1\); leave input_shape"):
        Network(small(layers.Dense(3)), input_shape=(9, 8, 1))


# ---- several inputs


def with_age(structure, *, age_type="float32"):
    """A picture and two numbers that decide together; the numbers shift the scores."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(6)
    picture = keras.Input(SHAPE, name="picture")
    age = keras.Input((2,), name="age", dtype=age_type)
    look = layers.Flatten()(layers.Conv2D(3, 3, name="look")(picture))
    both = layers.Concatenate()([look, layers.Dense(2, name="years", bias_initializer="ones")(age)])
    scores = layers.Dense(3, name="scores")(both)
    return keras.Model({"dict": {"age": age, "picture": picture}, "list": [age, picture]}[structure], scores)


@pytest.mark.parametrize("structure", ["list", "dict"])
@pytest.mark.parametrize("age_type", ["float32", "int32"])
def test_other_inputs_are_fed_zeros_and_it_is_said(pictures, structure, age_type):
    model = with_age(structure, age_type=age_type)
    zeros = np.zeros((5, 2), age_type)
    given = {"dict": {"age": zeros, "picture": pictures}, "list": [zeros, pictures]}[structure]
    expected = model.predict(given, verbose=0)
    for net in (Network(model), Network(model, input=1)):
        assert net.input_shape == SHAPE
        np.testing.assert_allclose(net.logits(pictures), expected, atol=1e-6)
        assert "2 inputs. The picture goes into “picture”; zeros go into “age”." in net.notes[0]
        features, gradients, _ = net.gradients(pictures, [0] * 5, "look")
        assert np.abs(gradients).max() > 0 and features.shape == gradients.shape == (5, 6, 6, 3)


def test_one_of_two_pictures_must_be_chosen(pictures):
    import keras
    from keras import layers

    left, right = keras.Input(SHAPE, name="left"), keras.Input(SHAPE, name="right")
    model = keras.Model([left, right], layers.Dense(2)(layers.Flatten()(layers.Subtract()([left, right]))))
    for chosen in (None, 2, -1):
        with pytest.raises(NetworkError, match=r"2 inputs \(left, right\), of which 2 take a picture, and .* input=0"):
            Network(model, input=chosen)
    first, second = (Network(model, input=index).logits(pictures) for index in (0, 1))
    zeros = np.zeros_like(pictures)
    np.testing.assert_allclose(first, model.predict([pictures, zeros], verbose=0), atol=1e-6)
    np.testing.assert_allclose(second, model.predict([zeros, pictures], verbose=0), atol=1e-6)


def test_a_class_of_its_own_with_several_inputs(pictures):
    from keras import layers

    def call(self, inputs, training=False):
        return self.scores(self.flat(inputs["picture"])) + inputs["shift"]

    model = own_class(call, flat=layers.Flatten(), scores=layers.Dense(3))
    model({"picture": pictures, "shift": np.ones((5, 3), np.float32)})
    expected = model({"picture": pictures, "shift": np.zeros((5, 3), np.float32)}).numpy()
    np.testing.assert_allclose(Network(model).logits(pictures), expected, atol=1e-6)


# ---- what cannot be shown


def test_other_inputs_are_refused_with_a_sentence():
    import keras
    from keras import layers

    def flat(shape, **options):
        return keras.Sequential([keras.Input(shape, **options), layers.Flatten(), layers.Dense(2)])

    with pytest.raises(NetworkError, match=r"pictures of 5 channels; only 1 \(grey\) or 3 \(RGB\) can be shown"):
        Network(flat((8, 8, 5)))
    words = layers.TextVectorization(output_sequence_length=4, vocabulary=["cat", "dog"])
    end = [words, layers.Embedding(4, 2), layers.Flatten(), layers.Dense(2)]
    text = keras.Sequential([keras.Input((1,), dtype="string"), *end])
    with pytest.raises(NetworkError, match=r"The network takes text, not pictures; only networks for pictures"):
        Network(text)
    with pytest.raises(NetworkError, match=r"input shape is \(None, 7\); one picture of fixed height"):
        Network(flat((7,)))


def test_channels_first_is_refused_with_a_sentence():
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input((3, 8, 3)),
            layers.Conv2D(2, 1, data_format="channels_first", name="look"),
            layers.Flatten(),
            layers.Dense(2),
        ]
    )
    with pytest.raises(NetworkError, match=r"The layer look takes the channels first, which does not run on a CPU"):
        Network(model)
