"""Transfer learning: what a network has learned on ImageNet stays as it is, and only a new last layer learns."""

from __future__ import annotations

from typing import Any

from cnnviz.errors import NetworkError
from cnnviz.models import imagenet

WEIGHTS = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5"
MEGABYTES = 9


def mobilenet_v2(input_shape: tuple[int, int, int]) -> Any:
    """MobileNetV2 without its last layer, frozen; it ends in the mean of each of its 1,280 maps.

    Args:
        input_shape: `(height, width, 1 or 3)`; a grey picture goes into all three channels.

    Raises:
        NetworkError: If its weights are neither here nor to be downloaded.
    """
    import keras

    path = imagenet.found(WEIGHTS)
    try:
        network = keras.applications.MobileNetV2(
            input_shape=(*input_shape[:2], 3),
            include_top=False,
            weights=str(path) if path else "imagenet",
        )
    except Exception as error:  # Keras raises many kinds for a failed download or a damaged file.
        places = " or ".join(map(str, imagenet.folders()))
        raise NetworkError(
            f"The weights of MobileNetV2 are damaged, or not in {places}, and could not be downloaded (about "
            f"{MEGABYTES} MB). Put {WEIGHTS} there, or connect this machine to the internet once."
        ) from error
    network.trainable = False
    picture = keras.Input(input_shape, name="picture")
    colour = picture if input_shape[2] == 3 else keras.layers.Concatenate(name="colour")([picture] * 3)
    # Never in training mode: its batch normalisation keeps the means of ImageNet.
    maps = network(colour, training=False)
    return keras.Model(picture, keras.layers.GlobalAveragePooling2D(name="mean")(maps), name="mobilenet_v2_frozen")


def build(input_shape: tuple[int, int, int], classes: int) -> Any:
    """The frozen network with a new dense layer; a frozen layer's weights are not drawn but loaded."""
    import keras

    base = mobilenet_v2(input_shape)
    x = keras.layers.Dense(classes, name="dense")(base.output)
    return keras.Model(base.input, keras.layers.Softmax(name="softmax")(x), name="transfer")


def head(features: int, classes: int) -> Any:
    """What comes after the frozen part, as a model of its own that takes features computed once."""
    import keras

    return keras.Sequential(
        [
            keras.Input((features,), name="features"),
            keras.layers.Dense(classes, name="dense"),
            keras.layers.Softmax(name="softmax"),
        ],
        name="head",
    )
