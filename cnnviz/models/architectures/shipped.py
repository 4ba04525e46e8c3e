"""The networks that come with cnnviz, as they were trained."""

from __future__ import annotations

from typing import Any


def digits(input_shape: tuple[int, int, int], classes: int) -> Any:
    """Three “same” convolutions and two dense layers."""
    import keras
    from keras import layers

    # Activations are layers of their own, so that a page can show what comes before and after each.
    return keras.Sequential(
        [
            keras.Input(input_shape, name="picture"),
            layers.Conv2D(32, 3, padding="same", name="conv_1"),
            layers.ReLU(name="relu_1"),
            layers.MaxPooling2D(2, name="pool_1"),
            layers.Conv2D(64, 3, padding="same", name="conv_2"),
            layers.ReLU(name="relu_2"),
            layers.MaxPooling2D(2, name="pool_2"),
            layers.Conv2D(64, 3, padding="same", name="conv_3"),
            layers.ReLU(name="relu_3"),
            layers.Flatten(name="flatten"),
            layers.Dense(64, name="dense_1"),
            layers.ReLU(name="relu_4"),
            layers.Dense(classes, name="dense_2"),
            layers.Softmax(name="softmax"),
        ],
        name="digits",
    )


def objects(input_shape: tuple[int, int, int], classes: int) -> Any:
    """Three pairs of “same” convolutions with batch normalisation, and two dense layers."""
    import keras
    from keras import layers

    blocks = []
    for block, (filters, dropped) in enumerate(((32, 0.05), (64, 0.1), (128, 0.1))):
        for half in (1, 2):
            number = 2 * block + half
            blocks += [
                # Batch normalisation has an offset of its own: a bias before it would do nothing.
                layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"conv_{number}"),
                layers.BatchNormalization(name=f"norm_{number}"),
                layers.ReLU(name=f"relu_{number}"),
            ]
        blocks += [
            layers.MaxPooling2D(2, name=f"pool_{block + 1}"),
            layers.Dropout(dropped, name=f"dropout_{block + 1}"),
        ]
    return keras.Sequential(
        [
            keras.Input(input_shape, name="picture"),
            *blocks,
            layers.Flatten(name="flatten"),
            layers.Dense(128, use_bias=False, name="dense_1"),
            layers.BatchNormalization(name="norm_7"),
            layers.ReLU(name="relu_7"),
            layers.Dropout(0.2, name="dropout_4"),
            layers.Dense(classes, name="dense_2"),
            layers.Softmax(name="softmax"),
        ],
        name="objects",
    )


def shapes(input_shape: tuple[int, int, int], classes: int) -> Any:
    """Five “same” convolutions with batch normalisation, and the mean of every map."""
    import keras
    from keras import layers

    blocks = []
    for number, filters in enumerate((16, 24, 32, 48, 64), 1):
        blocks += [
            layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"conv_{number}"),
            layers.BatchNormalization(name=f"norm_{number}"),
            layers.ReLU(name=f"relu_{number}"),
        ]
        if number <= 2:  # The last maps keep 8 × 8 cells, so that a heatmap can tell where a shape is.
            blocks.append(layers.MaxPooling2D(2, name=f"pool_{number}"))
    return keras.Sequential(
        [
            keras.Input(input_shape, name="picture"),
            *blocks,
            layers.GlobalAveragePooling2D(name="mean"),
            layers.Dense(classes, name="dense"),
            layers.Softmax(name="softmax"),
        ],
        name="shapes",
    )
