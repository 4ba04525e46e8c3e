"""What a model takes: which of its inputs is the picture, and what the others are fed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from cnnviz.errors import NetworkError


@dataclass(frozen=True)
class Intake:
    """How a batch of pictures becomes what a model is called with.

    Attributes:
        shape: Of one picture: `(height, width, channels)`.
        feed: From a batch of such pictures to the model's argument.
        note: What else the model is fed, as a sentence; "" where it takes the picture alone.
    """

    shape: tuple[int, int, int]
    feed: Callable[[Any], Any]
    note: str = ""


@dataclass(frozen=True)
class _Place:
    """One input of a model: its name, its shape with the batch, and its type."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str

    @property
    def is_picture(self) -> bool:
        fixed = len(self.shape) == 4 and all(isinstance(size, int) for size in self.shape[1:])
        return fixed and self.shape[-1] in (1, 3) and self.dtype != "string"


def intake(model: Any, *, chosen: int | None = None, shape: tuple[int, int, int] | None = None) -> Intake:
    """Find out what a model takes.

    Args:
        model: Any Keras model, built or called once.
        chosen: Which of several inputs the picture goes into, by index; None where only one of them can be a picture.
        shape: `(height, width, channels)` of the picture, for a model that leaves it open.

    Raises:
        NetworkError: If the model takes no picture, or one that cannot be shown; the sentence says why.
    """
    places, pack = _places(model, shape)
    index = 0 if len(places) == 1 and chosen in (None, 0) else _choose(places, chosen)
    picture = places[index]
    size = _picture_shape(picture, shape)
    if len(places) == 1:
        return Intake(size, lambda batch: pack([batch]))
    for number, place in enumerate(places):
        if number != index and place.dtype == "string":
            raise NetworkError(f"The network's input “{place.name}” takes text; only pictures and numbers can be fed.")

    def feed(batch: Any) -> Any:
        from keras import ops

        count = cast(Any, ops.shape(batch))[0]
        return pack(
            [
                batch if number == index else ops.zeros((count, *(one or 1 for one in place.shape[1:])), place.dtype)
                for number, place in enumerate(places)
            ]
        )

    others = ", ".join(f"“{place.name}”" for number, place in enumerate(places) if number != index)
    note = f"This network has {len(places)} inputs. The picture goes into “{picture.name}”; zeros go into {others}."
    return Intake(size, feed, note)


def _places(model: Any, shape: tuple[int, int, int] | None) -> tuple[list[_Place], Callable[[list[Any]], Any]]:
    """Every input in order, and what makes the model's argument of one tensor for each."""
    import keras

    tensors = getattr(model, "inputs", None)
    if tensors:
        places = [_Place(one.name, tuple(one.shape), str(one.dtype)) for one in tensors]
        structure = getattr(model, "_inputs_struct", None)
        if structure is None or (len(places) == 1 and not isinstance(structure, dict)):
            return places, lambda flat: flat[0]
        return places, lambda flat: keras.tree.pack_sequence_as(structure, flat)
    # A class of its own: what it says of itself, or what it was built with.
    known = getattr(model, "input_shape", None) or _built_with(model) or (shape and (None, *shape))
    if known is None:
        raise NetworkError(
            "The network's input is not known yet; call the model once on a batch of pictures, "
            "or give input_shape=(height, width, channels)."
        )
    if isinstance(known, tuple) and all(size is None or isinstance(size, int) for size in known):
        return [_Place("picture", known, "float32")], lambda flat: flat[0]
    places = []
    keras.tree.map_shape_structure(lambda one: places.append(_Place(str(len(places)), tuple(one), "float32")), known)
    names = list(known) if isinstance(known, dict) else [place.name for place in places]
    if len(names) == len(places):
        places = [_Place(str(name), place.shape, place.dtype) for name, place in zip(names, places, strict=True)]
    if isinstance(known, dict):
        return places, lambda flat: dict(zip(names, flat, strict=True))
    return places, lambda flat: list(flat)


def _built_with(model: Any) -> Any:
    shapes = getattr(model, "_build_shapes_dict", None) or {}
    if len(shapes) > 1:
        raise NetworkError(
            f"The model's call takes {len(shapes)} arguments; let it take one, a list or a dictionary of its inputs."
        )
    return next(iter(shapes.values()), None)


def _choose(places: list[_Place], chosen: int | None) -> int:
    """Index of the input that the picture goes into."""
    pictures = [number for number, place in enumerate(places) if place.is_picture]
    if chosen is None and len(pictures) == 1:
        return pictures[0]
    if chosen is None or not 0 <= chosen < len(places):
        meant = "none was chosen" if chosen is None else f"number {chosen} was chosen"
        raise NetworkError(
            f"The network has {len(places)} inputs ({', '.join(place.name for place in places)}), of which "
            f"{len(pictures)} take a picture, and {meant}; give input=0 to {len(places) - 1}."
        )
    return chosen


def _picture_shape(place: _Place, shape: tuple[int, int, int] | None) -> tuple[int, int, int]:
    if place.dtype == "string":
        raise NetworkError("The network takes text, not pictures; only networks for pictures can be shown.")
    open_sizes = len(place.shape) == 4 and shape is not None and len(shape) == 3
    if open_sizes and all(size in (None, given) for size, given in zip(place.shape[1:], shape or (), strict=True)):
        place = _Place(place.name, (None, *(shape or ())), place.dtype)
    sizes = place.shape[1:]
    if len(sizes) != 3 or not all(isinstance(size, int) for size in sizes):
        raise NetworkError(
            f"The network's input shape is {place.shape}; one picture of fixed height, width and channels is needed. "
            "Build the model with such an input, or give input_shape=(height, width, channels)."
        )
    if shape is not None and tuple(shape) != sizes:
        raise NetworkError(f"The network takes pictures of shape {sizes}, not {tuple(shape)}; leave input_shape out.")
    height, width, channels = (int(size or 0) for size in sizes)
    if channels not in (1, 3):
        raise NetworkError(f"The network takes pictures of {channels} channels; only 1 (grey) or 3 (RGB) can be shown.")
    return height, width, channels
