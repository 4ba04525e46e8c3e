"""Compiled forward and backward passes of one Keras model; the only file that knows TensorFlow by name.

Every pass is traced once, with the batch size left open and the class an int32 tensor, and only ever called as that one
concrete function: nothing is traced again, and any number of threads may call it.
"""

from __future__ import annotations

import copy
import functools
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cnnviz.models.layers import LayerInfo, describe
from cnnviz.models.tracing import Trace, as_float, catching, chosen_output, leaves, scores_of

# Tracing stands in for methods of layers that another thread may be tracing too.
_TRACING = threading.RLock()


class Passes:
    """The passes of one model, each compiled at its first use.

    Args:
        model: A built Keras 3 model.
        output: Which of several outputs is meant, by index; None where there is one.
        shape: `(height, width, channels)` of a picture; by default the model's own.
        feed: From a batch of pictures to what the model is called with, where it takes more than that.
    """

    def __init__(
        self,
        model: Any,
        output: int | None = None,
        *,
        shape: tuple[int, int, int] | None = None,
        feed: Callable[[Any], Any] = lambda batch: batch,
    ) -> None:
        self.model = model
        self.shape = shape or tuple(model.input_shape[1:])
        self.feed = feed
        self.chosen = output
        self._compiled: dict[Any, Callable[..., Any]] = {}
        self._layers: tuple[LayerInfo, ...] | None = None
        self._classes = 0
        self._values: list[Any] | None = None

    @property
    def layers(self) -> tuple[LayerInfo, ...]:
        """Every call of every layer, in the order of the calls."""
        if self._layers is None:
            self._pass("describe", lambda batch: self._trace(batch).logits, self._pictures())
        assert self._layers is not None
        return self._layers

    @property
    def classes(self) -> int:
        """How many classes there are: 2 for a single unit."""
        return self._classes if self.layers else 0

    @property
    def grids(self) -> tuple[str, ...]:
        """The layers whose output has rows and columns, more than one cell of them."""
        return tuple(
            layer.name
            for layer in self.layers
            if layer.role != "input" and len(layer.output_shape) == 3 and max(layer.output_shape[:2]) > 1
        )

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
        """One layer's features, the gradients of each picture's class score with respect to them, and the scores.

        Args:
            batch: Shape `(n, height, width, channels)`.
            classes: Shape `(n,)`, int32; −1 stands for the class that is predicted.
            layer: A layer's name.
        """
        # The last grid is asked most and costs least. One pass for all the others: a pass for each would take seconds
        # at every first use and keep its memory.
        last = (self.grids or ("",))[-1]
        names = (last,) if layer == last else tuple(info.name for info in self.layers)

        def run(batch: Any, classes: Any) -> Any:
            import tensorflow as tf

            with tf.GradientTape(watch_accessed_variables=False) as tape:
                trace = self._trace(batch, watch=(names, tape.watch))
                scores = _chosen(trace.logits, classes)
            features = [trace.output(name) for name in names]
            gradients = tape.gradient(scores, features, unconnected_gradients=tf.UnconnectedGradients.ZERO)
            return [as_float(one) for one in features], [as_float(one) for one in gradients], trace.logits

        which = "last" if layer == last else "every"
        features, gradients, logits = self._pass(("gradients", which), run, self._pictures(), _indices())(
            batch, classes
        )
        index = names.index(layer)
        return features[index].numpy(), gradients[index].numpy(), logits.numpy()

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

    def weights(self, name: str) -> tuple[np.ndarray, ...]:
        """A layer's weights, as Keras lists them."""
        path = name.split(":")[0]
        layer = next(layer for known, layer in leaves(self.model) if known == path)
        weights = layer.weights
        if self._values is not None:
            fed = {id(weight): value for weight, value in zip(self.model.weights, self._values, strict=True)}
            weights = [fed[id(weight)] for weight in weights]
        return tuple(np.asarray(weight.numpy(), np.float32) for weight in weights)

    def shuffled(self, names: Sequence[str], seed: int) -> Passes:
        """The passes of the same model with the weights of some layers in another order.

        The model is untouched: the values are fed into passes of their own, compiled once for every such shuffle.

        Args:
            names: Layers' names.
            seed: Of the order.
        """
        import tensorflow as tf

        paths = {name.split(":")[0] for name in names}
        mixed = {id(weight) for path, layer in leaves(self.model) if path in paths for weight in layer.weights}
        rng = np.random.default_rng(seed)
        values = []
        for weight in self.model.weights:
            value = weight.numpy()
            # Drawn for every weight, so that a layer's order does not depend on which others are mixed.
            order = rng.permutation(value.size)
            values.append(tf.constant(value.ravel()[order].reshape(value.shape) if id(weight) in mixed else value))
        self.layers  # noqa: B018 - described once, for both.
        passes = copy.copy(self)
        passes._values = values
        return passes

    def _pass(self, key: Any, run: Callable[..., Any], *specs: Any) -> Callable[..., Any]:
        """A function of arrays, compiled at its first use."""
        import tensorflow as tf

        fed = self._values is not None
        key = (key, fed)
        if key not in self._compiled:
            with _TRACING:
                if key not in self._compiled:
                    self._compiled[key] = self._compile_fed(run, specs) if fed else _concrete(run, specs)
        compiled = self._compiled[key]
        # By name would be slower: one array for each spec, in order.
        values = () if self._values is None else (self._values,)
        return lambda *arrays: compiled(
            *values, *(tf.constant(array, spec.dtype) for array, spec in zip(arrays, specs, strict=True))
        )

    def _compile_fed(self, run: Callable[..., Any], specs: Sequence[Any]) -> Callable[..., Any]:
        import keras
        import tensorflow as tf

        variables = self.model.weights

        def run_fed(values: list[Any], *arguments: Any) -> Any:
            with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
                return run(*arguments)

        shapes = [tf.TensorSpec(value.shape, value.dtype) for value in self._values or ()]
        return _concrete(run_fed, [shapes, *specs])

    def _pictures(self) -> Any:
        import tensorflow as tf

        return tf.TensorSpec([None, *self.shape], tf.float32)

    def _trace(self, batch: Any, watch: tuple[Sequence[str], Callable[[Any], None]] | None = None) -> Trace:
        trace = Trace()
        with catching(self.model, trace.calls, watch):
            output = self.model(self.feed(batch), training=False)
        output = chosen_output(output, self.chosen)
        # The first that gave this very tensor: a dropout or a linear activation after it only hands it on.
        last = next((call for call in trace.calls if call.output is output), None)
        trace.logits, trace.probabilities = scores_of(last, output)
        if self._layers is None:
            self._classes = int(trace.logits.shape[-1])
            self._layers = tuple(
                describe(call.layer, name=call.name, output_shape=tuple(call.output.shape[1:])) for call in trace.calls
            )
        return trace


def _concrete(run: Callable[..., Any], signature: Sequence[Any]) -> Callable[..., Any]:
    import tensorflow as tf

    return tf.function(run, input_signature=list(signature), autograph=False).get_concrete_function()


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
