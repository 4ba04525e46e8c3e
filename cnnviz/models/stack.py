"""A network as an ordered list of layers: what a person puts together, checked and counted without Keras.

`walk` gives the shape and the parameters after each layer, and a sentence at the first layer that cannot work;
`build` makes the Keras model; `to_data` and `from_data` go to JSON and back.
"""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnnviz.errors import SettingsError
from cnnviz.models.receptive import of_picture
from cnnviz.models.stack_layers import KINDS, Activation, Dense, Layer, Shape, readable
from cnnviz.ops.activations import ACTIVATIONS

MOST_LAYERS = 60
MOST_PARAMETERS = 50_000_000
MOST_CELLS = 8_000_000  # Numbers that one layer makes of one picture.


@dataclass(frozen=True)
class Step:
    """What a layer makes.

    Attributes:
        name: Of the layer in the model.
        shape: Of its output, for one picture.
        parameters: That it adds.
        sees: Rows and columns of the picture that one of its numbers depends on, at the number that sees most.
    """

    name: str
    shape: Shape
    parameters: int
    sees: tuple[int, int]


@dataclass(frozen=True)
class Walk:
    """A list of layers gone through.

    Attributes:
        steps: One for each layer before the first that cannot work.
        fault: The index of that layer; None if all work.
        sentence: What is wrong with it and what to do; empty if nothing is.
    """

    steps: tuple[Step, ...]
    fault: int | None = None
    sentence: str = ""

    @property
    def parameters(self) -> int:
        """Of all layers that work."""
        return sum(step.parameters for step in self.steps)


def walk(
    layers: Sequence[Layer],
    input_shape: tuple[int, int, int],
    classes: int,
    *,
    most_parameters: int = MOST_PARAMETERS,
) -> Walk:
    """The shape and the parameters after each layer, with Keras' own arithmetic but without Keras.

    Args:
        layers: In their order.
        input_shape: `(height, width, channels)` of a picture.
        classes: How many the network is to tell apart, 2 or more.
        most_parameters: That the network may have; the layer that exceeds them cannot work.
    """
    if not layers:
        return Walk((), 0, "There is no layer yet; add flatten and a dense layer, the least that can learn.")
    steps: list[Step] = []
    given: Shape = tuple(input_shape)
    fields = of_picture(*input_shape[:2])
    for index, (layer, name) in enumerate(zip(layers, _names(layers, classes), strict=True)):
        try:
            made = layer.shape(given, classes)
            fields = layer.sees(fields, given)
            steps.append(Step(name, made, layer.parameters(given, classes), fields.size))
            _check_size(index, made, sum(step.parameters for step in steps), most_parameters)
        except ValueError as error:
            return Walk(tuple(steps[:index]), index, f"Layer {index + 1}, {layer.title}, cannot work: {error}")
        given = made
    ending = _ending(layers, given, classes)
    return Walk(tuple(steps), len(layers) - 1, ending) if ending else Walk(tuple(steps))


def output_kind(layers: Sequence[Layer]) -> str:
    """What the last layer's numbers are, a key of `OUTPUTS`; of layers that cannot work, any of them."""
    last = layers[-1]
    if not isinstance(last, Activation):
        return "logits"
    if last.activation == "softmax":
        return "softmax"
    dense = next((layer for layer in reversed(layers) if isinstance(layer, Dense)), None)
    return "binary" if dense is not None and dense.units == 1 else "sigmoids"


def build(layers: Sequence[Layer], input_shape: tuple[int, int, int], classes: int, *, name: str = "network") -> Any:
    """The Keras model, not compiled, weights drawn from Keras' global seed.

    Raises:
        SettingsError: If the layers cannot work; the sentence names the first.
    """
    gone = walk(layers, input_shape, classes)
    if gone.fault is not None:
        raise SettingsError(gone.sentence)
    import keras

    made = [layer.keras(name, classes) for layer, name in zip(layers, _names(layers, classes), strict=True)]
    return keras.Sequential([keras.Input(input_shape, name="picture"), *made], name=name)


def to_data(layers: Sequence[Layer]) -> list[dict[str, Any]]:
    """The layers as what JSON knows."""
    return [{"kind": layer.kind, **dataclasses.asdict(layer)} for layer in layers]


def from_data(data: Any) -> tuple[Layer, ...]:
    """The layers that `to_data` wrote.

    Raises:
        SettingsError: If it is something else, or a value cannot work.
    """
    if not isinstance(data, (list, tuple)):
        raise SettingsError(f"Layers are a list, not {type(data).__name__}; each is an object with a kind.")
    if len(data) > MOST_LAYERS:
        raise SettingsError(f"There are {len(data)} layers; at most {MOST_LAYERS} can be trained here.")
    return tuple(_layer(number, one) for number, one in enumerate(data, 1))


def _layer(number: int, one: Any) -> Layer:
    if isinstance(one, Layer):
        return one
    kind = one.get("kind") if isinstance(one, Mapping) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise SettingsError(f"Layer {number} is of the kind {kind!r}; there are: {', '.join(KINDS)}.")
    values = {key: value for key, value in one.items() if key != "kind"}
    known = [field.name for field in dataclasses.fields(KINDS[kind])]
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise SettingsError(
            f"Layer {number}, {KINDS[kind].title}, has no {', '.join(unknown)}; there are: "
            f"{', '.join(known) or 'none'}."
        )
    return KINDS[kind](**values)


def _names(layers: Sequence[Layer], classes: int) -> list[str]:
    seen: Counter[str] = Counter()
    names = []
    for layer in layers:
        kind = layer.name(classes)
        seen[kind] += 1
        names.append(f"{kind}_{seen[kind]}")
    return names


def _check_size(index: int, made: Shape, parameters: int, most_parameters: int) -> None:
    if math.prod(made) > MOST_CELLS:
        raise ValueError(
            f"it makes {math.prod(made):,} numbers of every picture, more than {MOST_CELLS:,}; choose fewer filters, a "
            "larger stride, or a pooling before it."
        )
    if parameters > most_parameters:
        raise ValueError(
            f"with it the network has {parameters:,} parameters, more than {most_parameters:,}; choose fewer units or "
            "filters, or a pooling before it."
        )
    if index >= MOST_LAYERS:
        raise ValueError(f"there are more than {MOST_LAYERS} layers; remove some.")


def _ending(layers: Sequence[Layer], made: Shape, classes: int) -> str:
    """What is wrong with how the network ends; empty if nothing is."""
    last, number = layers[-1], len(layers)
    needs = f"end it with a dense layer of {classes} units and softmax."
    if isinstance(last, Activation):
        if last.activation not in ("softmax", "sigmoid"):
            return (
                f"Layer {number}, {ACTIVATIONS[last.activation].title}, cannot be the last: the answer is read after "
                "softmax, sigmoid, or straight from the dense layer."
            )
        last = layers[-2] if number > 1 else None
    if not isinstance(last, Dense):
        return f"The network ends without a dense layer before its answer, in {readable(made)}; {needs}"
    if made == (1,) and classes == 2:
        single = isinstance(layers[-1], Activation) and layers[-1].activation == "sigmoid"
        return "" if single else f"Layer {number} has one unit, which tells two classes apart after sigmoid; add it."
    if made != (classes,):
        return f"The network ends in a row of {made[0]:,}, but there are {classes} classes; {needs}"
    return ""
