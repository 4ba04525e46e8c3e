"""What a model does while it is called: every layer's real input and output, and the scores before softmax.

What a layer gives out is caught while tracing, by standing in for its `call`; that is the layer's real output for every
kind of model, where `layer.output` is missing or that of another call (nested, shared and subclassed layers).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from cnnviz.errors import NetworkError


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


def as_float(tensor: Any) -> Any:
    """The tensor as float32: half-precision sums lose what they add up."""
    import keras

    return keras.ops.cast(tensor, "float32")


def leaves(layer: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The layers that hold no others, with their paths "outer/inner"."""
    for inner in layer._flatten_layers(include_self=False, recursive=False):
        if any(True for _ in inner._flatten_layers(include_self=False, recursive=False)):
            yield from leaves(inner, f"{prefix}{inner.name}/")
        else:
            yield prefix + inner.name, inner


@contextmanager
def catching(
    model: Any, calls: list[Call], watch: tuple[Sequence[str], Callable[[Any], None]] | None
) -> Iterator[None]:
    """Note every call of every layer while the model is called; layers are as before afterwards."""
    counts: dict[str, int] = {}
    changed = []

    def stand_in(path: str, layer: Any) -> Callable[..., Any]:
        original = layer.call

        def call(*arguments: Any, **options: Any) -> Any:
            output = original(*arguments, **options)
            counts[path] = counts.get(path, 0) + 1
            name = path if counts[path] == 1 else f"{path}:{counts[path]}"
            if watch and name in watch[0] and hasattr(output, "shape"):
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


def chosen_output(output: Any, chosen: int | None) -> Any:
    """The one output that is meant, by index; None where there is one.

    Raises:
        NetworkError: If it does not exist, or none of several was chosen.
    """
    if not isinstance(output, (dict, list, tuple)):
        return output
    outputs = list(output.values()) if isinstance(output, dict) else list(output)
    if chosen is None or not 0 <= chosen < len(outputs):
        meant = "none was chosen" if chosen is None else f"number {chosen} was chosen"
        raise NetworkError(f"The network has {len(outputs)} outputs and {meant}; give output=0 to {len(outputs) - 1}.")
    return outputs[chosen]


def scores_of(last: Call | None, output: Any) -> tuple[Any, Any]:
    """Scores before softmax or sigmoid, and probabilities, from the layer that gives the model's output."""
    import keras

    if len(output.shape) != 2:
        raise NetworkError(
            f"The network's output has shape {tuple(output.shape)[1:]}; one number per class is needed "
            "to show it as a classifier. Choose another output, or end the network with a dense layer."
        )
    layer, name = (last.layer, _activation_name(last.layer)) if last else (None, None)
    logits: Any
    if name in ("softmax", "sigmoid") and last is not None:
        if isinstance(layer, keras.layers.Dense):
            # Computed again from the layer's input: the layer itself stays as it is.
            logits = keras.ops.matmul(as_float(last.input), as_float(layer.kernel))
            logits = logits + as_float(layer.bias) if layer.use_bias else logits
        else:
            logits = as_float(last.input)
    else:
        logits, name = _before(output)
    single = logits.shape[-1] == 1
    if single:
        # One sigmoid unit: its score speaks for the second class and against the first.
        positive: Any = keras.ops.sigmoid(logits)
        return keras.ops.concatenate([-logits, logits], axis=1), keras.ops.concatenate([1 - positive, positive], axis=1)
    return logits, keras.ops.sigmoid(logits) if name == "sigmoid" else keras.ops.softmax(logits)


def _before(output: Any) -> tuple[Any, str | None]:
    """Scores before a softmax or sigmoid that is no layer (`keras.ops.softmax`), and which of the two it is."""
    operation = output.op
    while operation.type in ("Identity", "Cast"):
        operation = operation.inputs[0].op
    if operation.type in ("Softmax", "Sigmoid"):
        return as_float(operation.inputs[0]), operation.type.lower()
    return as_float(output), None


def _activation_name(layer: Any) -> str | None:
    if type(layer).__name__ == "Softmax":
        return "softmax"
    return getattr(getattr(layer, "activation", None), "__name__", None)
