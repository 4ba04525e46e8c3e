"""Functions of a model, each traced once and compiled; and what a trace shows of the model's layers.

Every function is traced with the batch size left open and only ever called as that one concrete function: nothing is
traced again, and any number of threads may call it.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np

from cnnviz.models.layers import LayerInfo, describe
from cnnviz.models.tracing import Trace, catching, chosen_output, leaves, scores_of

# Tracing stands in for methods of layers that another thread may be tracing too.
TRACING = threading.RLock()


class Compiled:
    """A model, and functions of it that are compiled at their first use.

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

    def weights(self, name: str) -> tuple[np.ndarray, ...]:
        """A layer's weights, as Keras lists them."""
        path = name.split(":")[0]
        layer = next(layer for known, layer in leaves(self.model) if known == path)
        weights = layer.weights
        if self._values is not None:
            fed = {id(weight): value for weight, value in zip(self.model.weights, self._values, strict=True)}
            weights = [fed[id(weight)] for weight in weights]
        return tuple(np.asarray(weight.numpy(), np.float32) for weight in weights)

    def shuffled(self, names: Sequence[str], seed: int) -> Self:
        """The passes of the same model with the weights of some layers in another order.

        The model is untouched: the values are fed into passes of their own, compiled once for every such shuffle.

        Args:
            names: Layers' names.
            seed: Of the order.
        """
        import tensorflow as tf

        paths = {name.split(":")[0] for name in names}
        mixed = {id(weight) for path, layer in leaves(self.model) if path in paths for weight in layer.weights}
        values = []
        for index, weight in enumerate(self.model.weights):
            if id(weight) not in mixed:
                values.append(tf.convert_to_tensor(weight.value))
                continue
            value = weight.numpy()
            # Seeded by its place, so that a layer's order does not depend on which others are mixed.
            order = np.random.default_rng((seed, index)).permutation(value.size)
            values.append(tf.constant(value.ravel()[order].reshape(value.shape)))
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
            with TRACING:
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
