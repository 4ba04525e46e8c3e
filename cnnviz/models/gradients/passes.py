"""What is asked of a model, forward and backward: answers, features, and gradients with respect to both ends.

The class is an int32 tensor in every pass, so that another one traces nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from cnnviz.models.gradients.compiled import Compiled
from cnnviz.models.tracing import as_float


class Passes(Compiled):
    """The passes of one model, each compiled at its first use; `Network` checks what they are asked."""

    def answer(self, batch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Scores and probabilities, each `(n, classes)`."""

        def run(batch: Any) -> Any:
            trace = self._trace(batch)
            return trace.logits, trace.probabilities

        logits, probabilities = self._pass("answer", run, self._pictures())(batch)
        return logits.numpy(), probabilities.numpy()

    def features(self, batch: np.ndarray, names: Sequence[str]) -> dict[str, np.ndarray]:
        """The named layers' outputs, in one pass."""

        def run(batch: Any) -> Any:
            trace = self._trace(batch)
            return [as_float(trace.output(name)) for name in names]

        outputs = self._pass(("features", *names), run, self._pictures())(batch)
        return {name: output.numpy() for name, output in zip(names, outputs, strict=True)}

    def received(self, batch: np.ndarray, name: str) -> np.ndarray:
        """What the named layer was given."""

        def run(batch: Any) -> Any:
            return as_float(self._trace(batch).call(name).input)

        return self._pass(("received", name), run, self._pictures())(batch).numpy()

    def gradients(
        self, batch: np.ndarray, classes: np.ndarray, layer: str
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """One layer's features, the gradients of each picture's class score with respect to them, and the scores."""
        found, logits = self.gradients_of(batch, classes, (layer,))
        return *found[layer], logits

    def gradients_of(
        self, batch: np.ndarray, classes: np.ndarray, names: Sequence[str]
    ) -> tuple[dict[str, tuple[np.ndarray, np.ndarray]], np.ndarray]:
        """Layers' features with the gradients of each picture's class score with respect to them, and the scores.

        Args:
            batch: Shape `(n, height, width, channels)`.
            classes: Shape `(n,)`, int32; −1 stands for the class that is predicted.
            names: Names of layers.
        """
        # The last grid is asked most and costs least. One pass for all the others: a pass for each would take seconds
        # at every first use and keep its memory.
        last = (self.grids or ("",))[-1]
        watched = (last,) if set(names) == {last} else tuple(info.name for info in self.layers)

        def run(batch: Any, classes: Any) -> Any:
            import tensorflow as tf

            with tf.GradientTape(watch_accessed_variables=False) as tape:
                trace = self._trace(batch, watch=(watched, tape.watch))
                scores = _chosen(trace.logits, classes)
            features = [trace.output(name) for name in watched]
            gradients = tape.gradient(scores, features, unconnected_gradients=tf.UnconnectedGradients.ZERO)
            return [as_float(one) for one in features], [as_float(one) for one in gradients], trace.logits

        which = "last" if watched == (last,) else "every"
        features, gradients, logits = self._pass(("gradients", which), run, self._pictures(), _indices())(
            batch, classes
        )
        places = {name: watched.index(name) for name in names}
        return {name: (features[at].numpy(), gradients[at].numpy()) for name, at in places.items()}, logits.numpy()

    def input_gradients(
        self, batch: np.ndarray, classes: np.ndarray, *, guided: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        """The gradients of each picture's class score with respect to the picture, and the scores.

        Args:
            batch: Shape `(n, height, width, channels)`.
            classes: Shape `(n,)`, int32; −1 stands for the class that is predicted.
            guided: Let through every ReLU only what is positive there (Springenberg et al. 2015).
        """

        def run(batch: Any, classes: Any) -> Any:
            import tensorflow as tf

            # Of this graph alone: the layers, and every other pass, keep their gradients.
            with tf.compat.v1.get_default_graph().gradient_override_map(_guided_relu() if guided else {}):
                trace = self._trace(batch)
            scores = _chosen(trace.logits, classes)
            # Of its two ways, only this one heeds the map.
            gradients = tf.gradients(scores, batch, unconnected_gradients=tf.UnconnectedGradients.ZERO)
            return as_float(gradients[0]), trace.logits

        gradients, logits = self._pass(("input gradients", guided), run, self._pictures(), _indices())(batch, classes)
        return gradients.numpy(), logits.numpy()

    def towards(
        self, batch: np.ndarray, layer: str | None, direction: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """How far each picture's features lie in a direction, and the gradients of that with respect to the picture.

        Args:
            batch: Shape `(n, height, width, channels)`.
            layer: A layer's name; None for the scores before softmax.
            direction: Of the layer's shape, or `(n, …)`; None for that of the features themselves, which makes the
                gradients those of half their squared length.

        Returns:
            Shapes `(n,)` and `(n, height, width, channels)`.
        """

        def run(batch: Any, direction: Any, itself: Any) -> Any:
            import tensorflow as tf

            trace = self._trace(batch)
            features = as_float(trace.logits if layer is None else trace.output(layer))
            along = features * (direction + itself * tf.stop_gradient(features))
            values = tf.reduce_sum(along, axis=list(range(1, len(features.shape))))
            return values, as_float(tf.gradients(values, batch, unconnected_gradients=tf.UnconnectedGradients.ZERO)[0])

        import tensorflow as tf

        shape = next((info.output_shape for info in self.layers if info.name == layer), (self.classes,))
        given = np.zeros((1, *shape)) if direction is None else np.reshape(direction, (-1, *shape))
        specs = [self._pictures(), tf.TensorSpec([None, *shape], tf.float32), tf.TensorSpec([], tf.float32)]
        values, gradients = self._pass(("towards", layer), run, *specs)(
            batch, given.astype(np.float32), np.float32(direction is None)
        )
        return values.numpy(), gradients.numpy()


def _indices() -> Any:
    import tensorflow as tf

    return tf.TensorSpec([None], tf.int32)


def _chosen(logits: Any, classes: Any) -> Any:
    """Each picture's score of its class, `(n,)`."""
    import tensorflow as tf

    predicted = tf.argmax(logits, axis=1, output_type=tf.int32)
    return tf.gather(logits, tf.where(classes < 0, predicted, classes), axis=1, batch_dims=1)


@functools.cache
def _guided_relu() -> dict[str, str]:
    """Which gradient each kind of ReLU is to have instead of its own."""
    import tensorflow as tf

    # R(l) = (f(l) > 0) · (R(l + 1) > 0) · R(l + 1): Springenberg et al. 2015, figure 1 c.
    @tf.RegisterGradient("CnnvizGuidedRelu")
    def relu(operation: Any, gradient: Any) -> Any:
        return tf.where(operation.inputs[0] > 0, tf.maximum(gradient, 0), tf.zeros_like(gradient))

    @tf.RegisterGradient("CnnvizGuidedRelu6")
    def relu_6(operation: Any, gradient: Any) -> Any:
        passes = (operation.inputs[0] > 0) & (operation.inputs[0] < 6)
        return tf.where(passes, tf.maximum(gradient, 0), tf.zeros_like(gradient))

    return {"Relu": "CnnvizGuidedRelu", "Relu6": "CnnvizGuidedRelu6"}
