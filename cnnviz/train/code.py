"""A run as Keras code that repeats it. Keras is asked only how its layers are written."""

from __future__ import annotations

import inspect
import textwrap
from typing import Any

from cnnviz.data import split
from cnnviz.models.architectures.entry import OUTPUTS
from cnnviz.models.stack import walk
from cnnviz.models.stack_layers import Layer
from cnnviz.train.data import shape_of, size_of
from cnnviz.train.pictures import scaling
from cnnviz.train.settings import TrainingSettings

SCALED = {
    "0..1": "x.astype(np.float32) / 255",
    "-1..1": "x.astype(np.float32) / 127.5 - 1",
    "0..255": "x.astype(np.float32)",
}
END = 'test = model.evaluate(prepare(x_test), y_test, batch_size=256)\nmodel.save("model.keras")'
OPTIMIZERS = {
    "sgd": "keras.optimizers.SGD(rate)",
    "momentum": "keras.optimizers.SGD(rate, momentum=0.9)",
    "rmsprop": "keras.optimizers.RMSprop(rate)",
    "adam": "keras.optimizers.Adam(rate)",
    "adamw": "keras.optimizers.AdamW(rate)",
}


def run_code(settings: TrainingSettings) -> str:
    """A script that trains the same network in the same order on the same pictures.

    It needs Keras and NumPy, and cnnviz for what only cnnviz has: its own data sets, augmentations, preparation of
    digits, and networks that are no list of layers. What was changed while the run went on is not in it.

    Args:
        settings: Of the run.

    Returns:
        Python source; after it has run, `model` is the trained network and `test` its loss and accuracy.

    Raises:
        SettingsError: If there is no such architecture.
        DatasetUnavailable: If the pictures are needed to tell the number of classes, and are not here.
    """
    blocks = [_imports(settings), _pictures(settings), _parts(settings), _network(settings), _fit(settings), END]
    return "\n\n".join(block.strip("\n") for block in blocks) + "\n"


def network_code(settings: TrainingSettings) -> str:
    """A script that builds the network alone.

    Args:
        settings: Of a run; their layers must work.

    Returns:
        Python source; after it has run, `model` is the network with new weights.

    Raises:
        SettingsError: If there is no such architecture.
        DatasetUnavailable: If the pictures are needed to tell their shape, and are not here.
    """
    imported = "from keras import layers" if settings.entry().layers else "from cnnviz.models import ARCHITECTURES"
    return f"import keras\n{imported}\n\n{_network(settings)}\n"


def _imports(settings: TrainingSettings) -> str:
    lines = ["import keras", "import numpy as np", "from keras import layers"]
    if settings.dataset == "digits_8x8":
        lines.append("from sklearn.datasets import load_digits")
    if _needs_cnnviz_data(settings):
        lines.append("from cnnviz.data import load_dataset")
    if settings.fold is not None:
        lines.append("from cnnviz.train.data import fold_of")
    if settings.preparation == "digit":
        lines.append("from cnnviz.data import prepare_digit")
    if settings.augmentation:
        lines.append("from cnnviz.train.augment import augmented")
    entry = settings.entry()
    if entry.layers is None:
        lines.append("from cnnviz.models import ARCHITECTURES")
    return "\n".join(lines) + f"\n\nkeras.utils.set_random_seed({settings.seed})"


def _needs_cnnviz_data(settings: TrainingSettings) -> bool:
    plain = settings.dataset in ("mnist", "fashion_mnist", "cifar10", "digits_8x8")
    return not plain or size_of(settings) is not None or settings.fold is not None


def _pictures(settings: TrainingSettings) -> str:
    if _needs_cnnviz_data(settings):
        size = size_of(settings)
        extra = f", size={size}" if size else ""
        loaded = f'load_dataset("{settings.dataset}"{extra})'
        if settings.fold is not None:
            loaded = f"fold_of({loaded}, {settings.fold})"
        return f"data = {loaded}\nx, y, x_test, y_test = data.x_train, data.y_train, data.x_test, data.y_test"
    if settings.dataset == "digits_8x8":
        return """
digits = load_digits()
order = np.random.default_rng(0).permutation(len(digits.images))
x = np.rint(digits.images[order] * (255 / 16)).astype(np.uint8)[..., None]
y = digits.target[order].astype(np.int64)
x, x_test, y, y_test = x[:1437], x[1437:], y[:1437], y[1437:]
"""
    return f"""
(x, y), (x_test, y_test) = keras.datasets.{settings.dataset}.load_data()
x, x_test = x.reshape(*x.shape[:3], -1), x_test.reshape(*x_test.shape[:3], -1)
y, y_test = y.reshape(-1).astype(np.int64), y_test.reshape(-1).astype(np.int64)
"""


def _parts(settings: TrainingSettings) -> str:
    seed = settings.seed
    lines = []
    if settings.share < 1 or settings.limit is not None:
        lines.append(f"wanted = max(1, round({settings.share} * len(x)))")
        if settings.limit is not None:
            lines.append(f"wanted = min(wanted, {settings.limit})")
        lines.append("if wanted < len(x):")
        lines.append(f"    rows = np.random.default_rng({seed}).choice(len(x), wanted, replace=False)")
        lines.append("    x, y = x[rows], y[rows]")
    if settings.test_limit is not None:
        lines.append(f"if {settings.test_limit} < len(x_test):")
        lines.append(
            f"    rows = np.random.default_rng({seed}).choice(len(x_test), {settings.test_limit}, replace=False)"
        )
        lines.append("    x_test, y_test = x_test[rows], y_test[rows]")
    if settings.random_labels:
        lines.append(f"y = np.random.default_rng({seed}).integers(0, {shape_of(settings)[1]}, len(y))")
    prepared = SCALED[scaling(settings)]
    if settings.preparation == "digit":
        factor = "" if settings.scaled else "255 * "
        prepared = f"{factor}np.stack([prepare_digit(picture[..., 0]) for picture in x])[..., None]"
    return "\n".join(
        [
            *lines,
            "",
            f"FEW = {split.FEW}",
            "",
            "",
            inspect.getsource(split.split_rows),
            "",
            f"train, aside = split_rows(y, {settings.validation_share}, {seed})",
            "x_validation, y_validation, x, y = x[aside], y[aside], x[train], y[train]",
            "",
            "",
            "def prepare(x):",
            f"    return {prepared}",
        ]
    )


def _network(settings: TrainingSettings) -> str:
    entry = settings.entry()
    shape, classes = shape_of(settings)
    if entry.layers is None:
        return f'model = ARCHITECTURES["{settings.architecture}"].build({shape}, {classes})'
    lines = ["model = keras.Sequential([", f"    keras.Input({shape}),"]
    stack = entry.layers(shape)
    steps = walk(stack, shape, classes).steps
    lines += [f"    {_layer(layer, classes)},  # {_made(step.shape)}" for layer, step in zip(stack, steps, strict=True)]
    return "\n".join([*lines, "])"])


def _made(shape: tuple[int, ...]) -> str:
    return " × ".join(str(size) for size in shape)


def _layer(layer: Layer, classes: int) -> str:
    """One layer as a person would write it."""
    import keras

    from cnnviz.models.model_code import written

    made = layer.keras("layer", classes)
    described: Any = keras.saving.serialize_keras_object(made)
    described["config"].pop("name", None)
    return written({**described, "dtype": None})


def _rate(settings: TrainingSettings) -> str:
    rate = settings.learning_rate
    steps = "steps"
    kinds = {
        "constant": repr(rate),
        "cosine": f"keras.optimizers.schedules.CosineDecay({rate}, {steps})",
        "exponential": f"keras.optimizers.schedules.ExponentialDecay({rate}, {steps}, 0.01)",
        "steps": "keras.optimizers.schedules.PiecewiseConstantDecay(\n"
        f"    [max(1, steps // 2), max(2, 3 * steps // 4)], [{rate}, {rate / 10}, {rate / 100}]\n)",
        "warmup": "keras.optimizers.schedules.CosineDecay(\n"
        f"    0.0, max(1, steps - max(1, steps // 10)), warmup_target={rate}, warmup_steps=max(1, steps // 10)\n)",
    }
    return kinds[settings.schedule]


def _fit(settings: TrainingSettings) -> str:
    output = settings.entry().output
    loss = f'"{OUTPUTS[output]}"'
    if output == "logits":
        loss = "keras.losses.SparseCategoricalCrossentropy(from_logits=True)"
    size, seed, epochs = settings.batch_size, settings.seed, settings.epochs
    steps = f"steps = {epochs} * -(-len(x) // {size})\n" if settings.schedule != "constant" else ""
    pictures = "prepare(x[order])"
    changes = ""
    if settings.augmentation:
        pictures = "np.concatenate(parts)"
        changes = textwrap.indent(
            f"parts = []\nfor number, start in enumerate(range(0, len(x), {size})):\n"
            f"    rng = np.random.default_rng(({seed}, epoch, number))\n"
            f"    parts.append(prepare(augmented(x[order[start : start + {size}]], {settings.augmentation!r}, rng)))\n",
            "    ",
        )
    validation = ", validation_data=(prepare(x_validation), y_validation)" if settings.validation_share else ""
    patience = settings.patience
    before = "best, since, kept = np.inf, 0, None\n" if patience else ""
    history = "history = " if patience else ""
    after = (
        f"""    loss = history.history["val_loss"][-1]
    since = 0 if loss < best else since + 1
    if loss < best:
        best, kept = loss, model.get_weights()
    if since >= {patience}:
        break
"""
        if patience
        else ""
    )
    end = "model.set_weights(kept)\n" if patience else ""
    return (
        f"{steps}rate = {_rate(settings)}\n"
        f'model.compile({OPTIMIZERS[settings.optimizer]}, loss={loss}, metrics=["accuracy"])\n'
        f"{before}for epoch in range({epochs}):\n"
        f"    order = np.random.default_rng(({seed}, epoch)).permutation(len(x))\n"
        f"{changes}"
        f"    {history}model.fit(\n"
        f"        {pictures}, y[order], batch_size={size}, shuffle=False,\n"
        f"        initial_epoch=epoch, epochs=epoch + 1{validation},\n"
        "    )\n"
        f"{after}{end}"
    )
