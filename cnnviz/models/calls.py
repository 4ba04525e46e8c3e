"""What a model does while it is called: every call of every layer, and which calls before it gave it its input.

One symbolic pass is followed by standing in for the layers' `call`, so that nested models, shared layers and classes of
an author's own are seen as they really run. A tensor that was made between two layers is traced back, operation by
operation, to the calls that it came from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from cnnviz.models.gradients import TRACING


@dataclass(frozen=True)
class Call:
    """What was seen of a call.

    Attributes:
        name: As in `Network.layers`.
        layer: The Keras layer; or an operation that a functional model has between its layers.
        group: The calls of nested models within which it happened, the outermost first.
        sources: Indices of the calls that its input came from, in their order; -1 is the model's own input.
        input_shapes: Without the batch.
        output_shape: Without the batch.
        makers: Of each of its inputs, the call that gave it out; None where something was done to it in between.
    """

    name: str
    layer: Any
    group: tuple[str, ...]
    sources: tuple[int, ...]
    input_shapes: tuple[tuple[int, ...], ...]
    output_shape: tuple[int, ...]
    makers: tuple[int | None, ...]


@dataclass
class _Watch:
    """What is known while the model is called."""

    calls: list[Call] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    makers: dict[str, int] = field(default_factory=dict)  # From a tensor's name to the index of the call that made it.

    def named(self, path: str) -> str:
        """The name of another call of this layer."""
        self.counts[path] = self.counts.get(path, 0) + 1
        return path if self.counts[path] == 1 else f"{path}:{self.counts[path]}"

    def maker(self, tensor: Any) -> int | None:
        """The call that gave out a tensor; a change of its number format on the way counts for nothing."""
        while tensor.name not in self.makers:
            if tensor.op.type not in ("Cast", "Identity"):
                return None
            tensor = tensor.op.inputs[0]
        return self.makers[tensor.name]

    def sources(self, tensors: list[Any]) -> tuple[int, ...]:
        """The calls that tensors came from: back through the pass until one of them is met."""
        found: dict[int, None] = {}
        for tensor in tensors:
            waiting, seen = [tensor], set()
            while waiting:
                each = waiting.pop()
                if each.name in seen:
                    continue
                seen.add(each.name)
                if each.name in self.makers:
                    found[self.makers[each.name]] = None
                else:
                    waiting += reversed(each.op.inputs)
        return tuple(found)


def follow(model: Any, input_shape: tuple[int, ...], *, feed: Callable[[Any], Any] = lambda batch: batch) -> list[Call]:
    """The calls of one symbolic pass, in their order.

    Args:
        model: A built Keras model.
        input_shape: Of a picture, without the batch.
        feed: From a batch of pictures to what the model is called with, where it takes more than that.
    """
    import keras

    watch = _Watch()

    class Pass(keras.Operation):
        def call(self, batch: Any) -> Any:
            watch.makers[batch.name] = -1
            return model(feed(batch), training=False)

    # The same lock: both stand in for methods of the same layers.
    with TRACING, _watching(model, watch):
        Pass().compute_output_spec(keras.KerasTensor((None, *input_shape), dtype="float32"))
    return watch.calls


@contextmanager
def _watching(model: Any, watch: _Watch) -> Iterator[None]:
    """Note every call while the model is called; everything is as before afterwards."""
    changed = []
    try:
        for path, inner, is_leaf in _parts(model):
            own = vars(inner).get("call")
            stand_in = _noting(watch, path, inner) if is_leaf else _entering(watch, path, inner)
            # Past the layer's own bookkeeping: this is no new attribute of it.
            object.__setattr__(inner, "call", stand_in)
            changed.append((inner, own))
        yield
    finally:
        for inner, own in reversed(changed):
            object.__delattr__(inner, "call") if own is None else object.__setattr__(inner, "call", own)


def _parts(outer: Any, prefix: str = "") -> Iterator[tuple[str, Any, bool]]:
    """All layers with their paths and whether they hold no others; and operations that are no layers."""
    inners = list(outer._flatten_layers(include_self=False, recursive=False))
    for inner in inners:
        holds = any(True for _ in inner._flatten_layers(include_self=False, recursive=False))
        yield f"{prefix}{inner.name}", inner, not holds
        if holds:
            yield from _parts(inner, f"{prefix}{inner.name}/")
    among = {id(inner) for inner in inners}
    for operation in getattr(outer, "operations", ()):
        if id(operation) not in among and not hasattr(operation, "_flatten_layers"):
            yield f"{prefix}{operation.name}", operation, True


def _noting(watch: _Watch, path: str, layer: Any) -> Callable[..., Any]:
    import keras

    original = layer.call

    def call(*arguments: Any, **options: Any) -> Any:
        given = [each for each in keras.tree.flatten((arguments, options)) if hasattr(each, "op")]
        output: Any = original(*arguments, **options)
        if not hasattr(output, "op"):  # A layer inside a recurrent one gives several tensors: no page can show them.
            return output
        if any(output is each for each in given):
            output = keras.ops.copy(output)  # A dropout hands on what it got: its output is to be told from its input.
        shapes = tuple(tuple(each.shape[1:]) for each in given)
        # What comes from no call is a constant.
        makers = tuple(watch.maker(each) for each in given if watch.sources([each]))
        watch.makers[output.name] = len(watch.calls)
        watch.calls.append(
            Call(
                watch.named(path),
                layer,
                tuple(watch.groups),
                watch.sources(given),
                shapes,
                tuple(output.shape[1:]),
                makers,
            )
        )
        return output

    return call


def _entering(watch: _Watch, path: str, outer: Any) -> Callable[..., Any]:
    original = outer.call

    def call(*arguments: Any, **options: Any) -> Any:
        watch.groups.append(watch.named(path))
        try:
            return original(*arguments, **options)
        finally:
            watch.groups.pop()

    return call
