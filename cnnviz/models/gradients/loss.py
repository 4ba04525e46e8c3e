"""How steep a loss is, for watching a network learn; nothing here is compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def loss_gradients(model: Any, loss: Callable[[Any, Any], Any], x: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """How steep the loss is for each layer: the length of its gradient with respect to the layer's weights.

    Nothing is compiled and nothing changes: dropout is off, batch normalisation uses what it has learned so far.

    Args:
        model: A Keras model.
        loss: From classes and the model's answers to a loss, or to one for each picture.
        x: A batch, as the model gets it.
        y: The classes.

    Returns:
        From each layer with weights that learn to a length.
    """
    import tensorflow as tf

    layers = [layer for layer in model.layers if layer.trainable_variables]
    values = [[variable.value for variable in layer.trainable_variables] for layer in layers]
    with tf.GradientTape() as tape:
        mean = tf.reduce_mean(loss(y, model(x, training=False)))
    gradients: Any = tape.gradient(mean, values, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return {layer.name: float(tf.linalg.global_norm(own)) for layer, own in zip(layers, gradients, strict=True)}
