"""What kinds of layers do, in a sentence each, and how the drawing of a network groups and labels them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cnnviz.models.graph import Node
from cnnviz.models.layers import LayerInfo


@dataclass(frozen=True)
class Kind:
    """What a kind of layer is.

    Attributes:
        starts: What the names of its Keras classes start with.
        family: A key of `FAMILIES` in `figures/blueprint.py`.
        label: In a few letters.
        says: What it does, in a sentence.
        is_slab: Whether it gives every cell a new value in its place, and so leans on the block before it.
    """

    starts: tuple[str, ...]
    family: str
    label: str
    says: str
    is_slab: bool = False


def kind_of(node: Node) -> Kind:
    """What a node is: the first line of `KINDS` that fits; its own name where none does."""
    name = node.info.kind
    for kind in KINDS:
        if name.startswith(kind.starts):
            return kind
    return Kind((), "other", name, "Of a kind that has no description here.")


def label_of(node: Node) -> str:
    """What stands under a block: "Conv 3 × 3"."""
    kind = kind_of(node)
    return f"{kind.label} {times(node.window)}" if node.window else kind.label


def times(sizes: Sequence[int]) -> str:
    """Sizes as people write them: "3 × 3"."""
    return " × ".join(f"{size:,}" for size in sizes) or "1"


def with_cells(layer: LayerInfo) -> str:
    """A layer with its grid, for a menu: "conv_2 (14 × 14 cells)"."""
    return f"{layer.name} ({times(layer.output_shape[:2])} cells)"


def kernels_of(node: Node) -> str:
    """What slides over the maps, in words; "" where nothing does."""
    if not node.window:
        return ""
    size = times(node.window)
    what = f"a window of {size}"
    if node.info.kind.startswith("Depthwise"):
        what = f"a kernel of {size} for each channel"
    elif node.info.kind.startswith("Conv") and node.input_shapes:
        channels = node.input_shapes[0][-1]
        what = f"{node.info.output_shape[-1]:,} kernels of {size}, over {channels:,} channel{'s'[: channels - 1]}"
    strides = node.sliding["stride"]
    step = f"stride {strides[0]}" if len(set(strides)) == 1 else f"strides {times(strides)}"
    return f"{what}; {step}, padding “{node.sliding['padding']}”"


def _starts(*names: str) -> Callable[..., Kind]:
    def kind(family: str, label: str, says: str, *, is_slab: bool = False) -> Kind:
        return Kind(names, family, label, says, is_slab)

    return kind


# Longer names stand before those that they start with.
KINDS: tuple[Kind, ...] = (
    _starts("InputLayer")("picture", "Picture", "What the network is given: the prepared picture."),
    _starts("DepthwiseConv")(
        "convolution", "Depthwise", "Slides one kernel over each channel by itself; channels are not mixed."
    ),
    _starts("SeparableConv")(
        "convolution",
        "Separable",
        "Slides one kernel over each channel, then mixes the channels cell by cell with kernels of 1 × 1.",
    ),
    _starts("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose")(
        "convolution", "Transposed conv", "Spreads every cell over a window, so that maps grow larger."
    ),
    _starts("Conv1D", "Conv2D", "Conv3D")(
        "convolution", "Conv", "Slides each kernel over all channels at once: one map for each kernel."
    ),
    _starts("GlobalAveragePooling")("pooling", "Global mean", "Keeps the mean of each map, one number a channel."),
    _starts("GlobalMaxPooling")("pooling", "Global max", "Keeps the largest value of each map, one number a channel."),
    _starts("MaxPooling")("pooling", "Max pool", "Keeps the largest value in each window, channel by channel."),
    _starts("AveragePooling")("pooling", "Mean pool", "Keeps the mean of each window, channel by channel."),
    _starts("BatchNormalization")(
        "normalisation",
        "Batch norm",
        "Shifts and scales each channel by means and variances that were kept from training.",
        is_slab=True,
    ),
    _starts("LayerNormalization", "GroupNormalization", "UnitNormalization", "RMSNormalization")(
        "normalisation", "Normalisation", "Shifts and scales the values it is given by their own spread.", is_slab=True
    ),
    _starts("Normalization", "Rescaling")(
        "normalisation", "Rescaling", "Brings pixels to the range that the network was trained with.", is_slab=True
    ),
    _starts("ReLU", "Relu")(
        "activation", "ReLU", "Turns negative values into 0 and keeps the others; ReLU6 also cuts at 6.", is_slab=True
    ),
    _starts("Softmax")("activation", "Softmax", "Turns scores into probabilities that add up to 1.", is_slab=True),
    _starts("LeakyReLU", "PReLU", "ELU", "Activation", "Sigmoid", "Silu", "Gelu", "Tanh")(
        "activation", "Activation", "Bends each value by the same curve, cell by cell.", is_slab=True
    ),
    _starts("ActivityRegularization", "Identity", "Lambda")(
        "other", "Identity", "Hands on what it gets.", is_slab=True
    ),
    _starts("Dropout", "SpatialDropout", "AlphaDropout", "GaussianDropout", "GaussianNoise")(
        "other", "Dropout", "Disturbs values while training; afterwards it hands on what it gets.", is_slab=True
    ),
    _starts("Random")("other", "Augment", "Changes pictures while training; afterwards it hands on what it gets."),
    _starts("Add")("joining", "Add", "Adds what its branches give, cell by cell and channel by channel."),
    _starts("Concatenate")("joining", "Concatenate", "Puts the channels of its branches behind one another."),
    _starts("Multiply")("joining", "Multiply", "Multiplies what its branches give, cell by cell."),
    _starts("Average", "Maximum", "Minimum", "Subtract", "Dot", "Divide", "TrueDivide")(
        "joining", "Join", "Makes one value of those that its branches give, cell by cell."
    ),
    _starts("Dense", "EinsumDense")("dense", "Dense", "Each unit weighs everything it is given, and adds it up."),
    _starts("Flatten")("other", "Flatten", "Writes all maps into one long list of numbers."),
    _starts("Reshape", "Permute", "RepeatVector")(
        "other", "Reshape", "Puts the same numbers into another arrangement."
    ),
    _starts("ZeroPadding")("other", "Zero padding", "Puts a border of zeros around each map."),
    _starts("Cropping")("other", "Crop", "Cuts a border off each map."),
    _starts("UpSampling", "Resizing")("other", "Upsample", "Enlarges or shrinks each map; it has learned nothing."),
)
