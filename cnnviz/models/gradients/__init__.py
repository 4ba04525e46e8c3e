"""Compiled forward and backward passes of one Keras model; the only package that knows TensorFlow by name."""

from cnnviz.models.gradients.compiled import TRACING
from cnnviz.models.gradients.loss import loss_gradients
from cnnviz.models.gradients.passes import Passes

__all__ = ["TRACING", "Passes", "loss_gradients"]
