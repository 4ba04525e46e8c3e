"""Compiled forward and backward passes of one Keras model; the only file that knows TensorFlow by name.

Every pass is traced once, with the batch size left open and the class an int32 tensor, and only ever called as that one
concrete function: nothing is traced again, and any number of threads may call it.

What a layer gives out is caught while tracing, by standing in for its `call`; that is the layer's real output for every
kind of model, where `layer.output` is missing or that of another call (nested, shared and subclassed layers).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnnviz.errors import NetworkError
from cnnviz.models.layers import LayerInfo, describe

# Tracing stands in for methods of layers that another thread may be tracing too.
_TRACING = threading.RLock()


@dataclass
class Call:
    """One call of one layer while a pass is traced."""

    name: str
    layer: Any
    input: Any
    output: Any


@dataclass
class Trace:
    """What a pass saw: the calls in order, the scores before softmax or sigmoid, and the probabilities."""

    calls: list[Call] = field(default_factory=list)
    logits: Any = None
    probabilities: Any = None

    def call(self, name: str) -> Call:
        """The call of this name."""
        return next(call for call in self.calls if call.name == name)

    def output(self, name: str) -> Any:
        """What the call of this name gave out."""
        return self.call(name).output


class Passes:
    """The passes of one model, each compiled at its first use.

    Args:
        model: A built Keras 3 model with one input.
        output: Which of several outputs is meant, by index; None where there is one.
    """

    def __init__(self, model: Any, output: int | None = None) -> None:
        self.model = model
        self.chosen = output
        self._compiled: dict[Any, Callable[..., Any]] = {}
        self._layers: tuple[LayerInfo, ...] | None = None
        self._classes = 0

    @property
    def layers(self) -> tuple[LayerInfo, ...]:
        """Every call of every layer, in the order of the calls."""
        if self._layers is None:
            self._build("describe", lambda batch, trace: trace.logits)
        assert self._layers is not None
        return self._layers

    @property
    def classes(self) -> int:
        """How many classes there are: 2 for a single unit."""
        return self._classes if self.layers else 0

    def answer(self, batch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Scores and probabilities, each `(n, classes)`."""
        run = self._get("answer", lambda batch, trace: (trace.logits, trace.probabilities))
        logits, probabilities = run(batch)
        return logits.numpy(), probabilities.numpy()

    def features(self, batch: np.ndarray, names: Sequence[str]) -> dict[str, np.ndarray]:
        """The named layers' outputs, in one pass."""
        key = ("features", *names)
        outputs = self._get(key, lambda batch, trace: [_float(trace.output(name)) for name in names])(batch)
        return {name: output.numpy() for name, output in zip(names, outputs, strict=True)}

    def received(self, batch: np.ndarray, name: str) -> np.ndarray:
        """What the named layer was given."""
        return self._get(("received", name), lambda batch, trace: _float(trace.call(name).input))(batch).numpy()

    def gradients(
        self, batch: np.ndarray, classes: np.ndarray, layer: str
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """One layer's features, the gradients of each picture's class score with respect to them, and the scores.

        Args:
            batch: Shape `(n, height, width, channels)`.
            classes: Shape `(n,)`, int32.
            layer: A layer's name.
        """
        import tensorflow as tf

        key = ("gradients", layer)
        if key not in self._compiled:
            with _TRACING:
                if key not in self._compiled:

                    def run(batch: Any, classes: Any) -> Any:
                        with tf.GradientTape(watch_accessed_variables=False) as tape:
                            trace = self._trace(batch, watch=(layer, tape.watch))
                            scores = tf.gather(trace.logits, classes, axis=1, batch_dims=1)
                        features = trace.output(layer)
                        gradients = tape.gradient(scores, features, unconnected_gradients=tf.UnconnectedGradients.ZERO)
                        return _float(features), _float(gradients), trace.logits

                    signature = [self._signature(), tf.TensorSpec([None], tf.int32)]
                    self._compiled[key] = _concrete(run, signature)
        outputs = self._compiled[key](tf.constant(batch), tf.constant(classes, tf.int32))
        features, gradients, logits = (output.numpy() for output in outputs)
        return features, gradients, logits

    def weights(self, name: str) -> tuple[np.ndarray, ...]:
        """A layer's weights, as Keras lists them."""
        path = name.split(":")[0]
        layer = next(layer for known, layer in leaves(self.model) if known == path)
        return tuple(np.asarray(weight.numpy(), np.float32) for weight in layer.weights)

    def _get(self, key: Any, select: Callable[[Any, Trace], Any]) -> Callable[[np.ndarray], Any]:
        return self._compiled.get(key) or self._build(key, select)

    def _build(self, key: Any, select: Callable[[Any, Trace], Any]) -> Callable[[np.ndarray], Any]:
        import tensorflow as tf

        with _TRACING:
            if key not in self._compiled:
                run = _concrete(lambda batch: select(batch, self._trace(batch)), [self._signature()])
                self._compiled[key] = lambda batch: run(tf.constant(batch))
            return self._compiled[key]

    def _signature(self) -> Any:
        import tensorflow as tf

        return tf.TensorSpec([None, *self.model.input_shape[1:]], tf.float32)

    def _choose(self, output: Any) -> Any:
        """The one output that is meant."""
        if not isinstance(output, (dict, list, tuple)):
            return output
        outputs = list(output.values()) if isinstance(output, dict) else list(output)
        if self.chosen is None or not 0 <= self.chosen < len(outputs):
            meant = "none was chosen" if self.chosen is None else f"number {self.chosen} was chosen"
            raise NetworkError(
                f"The network has {len(outputs)} outputs and {meant}; give output=0 to {len(outputs) - 1}."
            )
        return outputs[self.chosen]

    def _trace(self, batch: Any, watch: tuple[str, Callable[[Any], None]] | None = None) -> Trace:
        trace = Trace()
        with _catching(self.model, trace.calls, watch):
            output = self.model(batch, training=False)
        output = self._choose(output)
        # The first that gave this very tensor: a dropout or a linear activation after it only hands it on.
        last = next((call for call in trace.calls if call.output is output), None)
        trace.logits, trace.probabilities = _scores(last, output)
        if self._layers is None:
            self._classes = int(trace.logits.shape[-1])
            self._layers = tuple(
                describe(call.layer, name=call.name, output_shape=tuple(call.output.shape[1:])) for call in trace.calls
            )
        return trace


def _concrete(run: Callable[..., Any], signature: list[Any]) -> Callable[..., Any]:
    import tensorflow as tf

    return tf.function(run, input_signature=signature, autograph=False).get_concrete_function()


def _float(tensor: Any) -> Any:
    import tensorflow as tf

    return tf.cast(tensor, tf.float32)  # Half-precision sums lose what they add up.


def leaves(layer: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The layers that hold no others, with their paths "outer/inner"."""
    for inner in layer._flatten_layers(include_self=False, recursive=False):
        if any(True for _ in inner._flatten_layers(include_self=False, recursive=False)):
            yield from leaves(inner, f"{prefix}{inner.name}/")
        else:
            yield prefix + inner.name, inner


@contextmanager
def _catching(model: Any, calls: list[Call], watch: tuple[str, Callable[[Any], None]] | None) -> Iterator[None]:
    """Note every call of every layer while the model is called; layers are as before afterwards."""
    counts: dict[str, int] = {}
    changed = []

    def stand_in(path: str, layer: Any) -> Callable[..., Any]:
        original = layer.call

        def call(*arguments: Any, **options: Any) -> Any:
            output = original(*arguments, **options)
            counts[path] = counts.get(path, 0) + 1
            name = path if counts[path] == 1 else f"{path}:{counts[path]}"
            if watch and watch[0] == name:
                watch[1](output)
            if hasattr(output, "shape"):  # A layer inside a recurrent one gives several tensors: no page can show them.
                calls.append(Call(name, layer, arguments[0] if arguments else None, output))
            return output

        return call

    try:
        for path, layer in leaves(model):
            own = vars(layer).get("call")
            # Past the layer's own bookkeeping: this is no new attribute of it.
            object.__setattr__(layer, "call", stand_in(path, layer))
            changed.append((layer, own))
        yield
    finally:
        for layer, own in reversed(changed):
            object.__delattr__(layer, "call") if own is None else object.__setattr__(layer, "call", own)


def _scores(last: Call | None, output: Any) -> tuple[Any, Any]:
    """Scores before softmax or sigmoid, and probabilities, from the layer that gives the model's output."""
    import keras
    import tensorflow as tf

    if len(output.shape) != 2:
        raise NetworkError(
            f"The network's output has shape {tuple(output.shape)[1:]}; one number per class is needed "
            "to show it as a classifier. Choose another output, or end the network with a dense layer."
        )
    layer, name = (last.layer, _activation_name(last.layer)) if last else (None, None)
    if name in ("softmax", "sigmoid") and last is not None:
        if isinstance(layer, keras.layers.Dense):
            # Computed again from the layer's input: the layer itself stays as it is.
            logits = tf.matmul(_float(last.input), _float(layer.kernel))
            logits = logits + _float(layer.bias) if layer.use_bias else logits
        else:
            logits = _float(last.input)
    else:
        logits = _float(output)
    single = logits.shape[-1] == 1
    if single:
        # One sigmoid unit: its score speaks for the second class and against the first.
        positive = tf.sigmoid(logits)
        return tf.concat([-logits, logits], axis=1), tf.concat([1 - positive, positive], axis=1)
    return logits, tf.sigmoid(logits) if name == "sigmoid" else tf.nn.softmax(logits)


def _activation_name(layer: Any) -> str | None:
    if type(layer).__name__ == "Softmax":
        return "softmax"
    return getattr(getattr(layer, "activation", None), "__name__", None)
