"""Every kind of network that people bring, each beside the same network written flat: one plain functional model.

The flat one ends in scores before softmax and is asked with nothing but Keras and a tape.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

SHAPE = (12, 10, 3)


@dataclass
class Kind:
    """A model, and the flat one it equals.

    Attributes:
        model: As people bring it.
        layer: The layer that is asked, as cnnviz calls it.
        flat: A functional model that gives scores before softmax.
        flat_layer: The same layer there.
        options: For `Network`.
        scale: What a number of the model's input is worth in the flat one's.
    """

    model: Any
    layer: str
    flat: Any
    flat_layer: str
    options: dict = field(default_factory=dict)
    scale: float = 1.0


def _parts(shape=SHAPE, classes=3, **dense):
    """Layers that several models share, weights and all."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(11)
    return [
        layers.Conv2D(6, 3, activation="relu", name="first"),
        layers.MaxPooling2D(2, name="smaller"),
        layers.Conv2D(5, 3, padding="same", name="second"),
        layers.ReLU(name="bend"),
        layers.GlobalAveragePooling2D(name="mean"),
        layers.Dense(classes, bias_initializer="normal", name="scores", **dense),
    ]


def _chain(parts, shape=SHAPE):
    import keras

    picture = keras.Input(shape)
    tensor = picture
    for part in parts:
        tensor = part(tensor)
    return keras.Model(picture, tensor)


def _linear(dense):
    """A dense layer with the same weights and no activation."""
    from keras import layers

    copy = layers.Dense(dense.units, name="plain_scores")
    copy.build(dense.kernel.shape[:1])
    copy.set_weights(dense.get_weights())
    return copy


def sequential():
    import keras

    parts = _parts()
    return Kind(keras.Sequential([keras.Input(SHAPE), *parts]), "bend", _chain(parts), "bend")


def functional():
    parts = _parts()
    return Kind(_chain(parts), "second", _chain(parts), "second")


def subclassed():
    import keras

    parts = _parts()

    class Own(keras.Model):
        input_shape = (None, *SHAPE)

        def __init__(self):
            super().__init__(name="own")
            self.parts = parts

        def call(self, batch, training=False):
            for part in self.parts:
                batch = part(batch)
            return batch

    flat = _chain(parts)
    model = Own()
    model(np.zeros((1, *SHAPE), np.float32))
    return Kind(model, "second", flat, "second")


def nested():
    """A backbone inside a backbone inside a model."""
    import keras
    from keras import layers

    parts = _parts()
    flat = _chain(parts)
    inner = keras.Sequential([keras.Input(SHAPE), *parts[:2]], name="inner")
    picture = keras.Input(SHAPE)
    backbone = keras.Model(picture, parts[3](parts[2](inner(picture))), name="backbone")
    whole = keras.Input(SHAPE)
    model = keras.Model(whole, layers.Softmax(name="softmax")(parts[5](parts[4](backbone(whole)))))
    return Kind(model, "backbone/second", flat, "second")


def nested_deep():
    kind = nested()
    kind.layer, kind.flat_layer = "backbone/inner/first", "first"
    return kind


def shared():
    """One convolution called three times; the flat model has three with the same weights."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(12)
    again = layers.Conv2D(3, 3, padding="same", activation="relu", name="again")
    end = [layers.GlobalAveragePooling2D(name="mean"), layers.Dense(3, name="scores")]
    model = _chain([again, again, again, *end])
    copies = [layers.Conv2D(3, 3, padding="same", activation="relu", name=f"copy_{number}") for number in range(3)]
    flat = _chain([*copies, *end])
    for copy in copies:
        copy.set_weights(again.get_weights())
    return Kind(model, "again:2", flat, "copy_1")


def several_inputs():
    """An age beside the picture, which is fed zeros; of it, the flat model keeps what its bias adds to the scores."""
    import keras
    from keras import layers

    parts = _parts()
    body = _chain(parts[:-1])
    old = layers.Dense(2, bias_initializer="normal", name="old")
    both = layers.Dense(3, bias_initializer="normal", name="both")
    age = keras.Input((1,), name="age")
    model = keras.Model([age, *body.inputs], both(layers.Concatenate()([body.output, old(age)])))
    flat = _chain([*parts[:-1], parts[-1]])
    (kernel, bias), added = both.get_weights(), old.get_weights()[1]
    parts[-1].set_weights([kernel[: body.output.shape[-1]], bias + added @ kernel[body.output.shape[-1] :]])
    return Kind(model, "bend", flat, "bend")


def several_outputs():
    import keras
    from keras import layers

    parts = _parts()
    flat = _chain(parts)
    other = layers.Dense(7, name="other")(layers.Flatten()(flat.get_layer("bend").output))
    return Kind(keras.Model(flat.inputs, [other, flat.output]), "bend", flat, "bend", {"output": 1})


def softmax_in_layer():
    parts = _parts(activation="softmax")
    model = _chain(parts)
    return Kind(model, "bend", _chain([*parts[:-1], _linear(parts[-1])]), "bend")


def softmax_as_layer():
    from keras import layers

    parts = _parts()
    return Kind(_chain([*parts, layers.Activation("softmax")]), "bend", _chain(parts), "bend")


def softmax_as_operation():
    import keras

    parts = _parts()
    flat = _chain(parts)
    return Kind(keras.Model(flat.inputs, keras.ops.softmax(flat.output)), "bend", flat, "bend")


def one_sigmoid_unit():
    """Written flat, two scores: minus z and z."""
    from keras import layers

    parts = _parts(classes=1, activation="sigmoid")
    model = _chain(parts)
    kernel, bias = parts[-1].get_weights()
    two = layers.Dense(2, name="two")
    flat = _chain([*parts[:-1], two])
    two.set_weights([np.hstack([-kernel, kernel]), np.concatenate([-bias, bias])])
    return Kind(model, "bend", flat, "bend")


def rescaling():
    """Written flat, the picture is scaled beforehand."""
    from keras import layers

    parts = _parts()
    return Kind(_chain([layers.Rescaling(1 / 255), *parts]), "bend", _chain(parts), "bend", scale=1 / 255)


def mixed_precision():
    """Half precision in both, since that alone moves the third digit."""
    import keras

    keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        kind = nested()
    finally:
        keras.mixed_precision.set_global_policy("float32")
    return kind


def batch_normalisation():
    from keras import layers

    parts = _parts()
    parts.insert(3, layers.BatchNormalization(name="norm"))
    flat = _chain(parts)
    rng = np.random.default_rng(0)
    flat.get_layer("norm").set_weights([rng.uniform(0.5, 2, 5) for _ in range(4)])
    import keras

    return Kind(keras.Sequential([keras.Input(SHAPE), *parts]), "second", flat, "second")


def one_channel():
    import keras

    shape = (9, 11, 1)
    parts = _parts(shape)
    return Kind(keras.Sequential([keras.Input(shape), *parts]), "bend", _chain(parts, shape), "bend")


KINDS = {
    builder.__name__: builder
    for builder in (
        sequential,
        functional,
        subclassed,
        nested,
        nested_deep,
        shared,
        several_inputs,
        several_outputs,
        softmax_in_layer,
        softmax_as_layer,
        softmax_as_operation,
        one_sigmoid_unit,
        rescaling,
        mixed_precision,
        batch_normalisation,
        one_channel,
    )
}


def plain(flat, layer, pictures, target):
    """Features, their gradients and the pictures' gradients, with Keras and a tape alone."""
    import keras
    import tensorflow as tf

    # A copy, since a layer that is called in two models only knows its output in the first.
    weights, flat = flat.get_weights(), keras.models.clone_model(flat)
    flat.set_weights(weights)
    both = keras.Model(flat.inputs, [flat.get_layer(layer).output, flat.output])
    tensor = tf.constant(pictures)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        features, scores = both(tensor, training=False)
        score = tf.cast(scores, tf.float32)[:, target]
    gradients, slopes = tape.gradient(score, [features, tensor])
    return [tf.cast(one, tf.float32).numpy() for one in (features, gradients, slopes, scores)]
