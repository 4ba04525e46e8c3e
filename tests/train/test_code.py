"""The code of a run, run by itself in an empty folder, learns what the run learned."""

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnnviz.errors import SettingsError
from cnnviz.models.stack_layers import Activation, Convolution, Dense, Dropout, Flatten, Normalisation, Pooling
from cnnviz.train import RunFolder, TrainingSettings, train
from cnnviz.train.code import run_code

LAYERS = (
    Convolution(6, padding="same", l2=0.001),
    Normalisation(),
    Activation("relu"),
    Pooling(),
    Dropout(0.2),
    Flatten(),
    Dense(),
)
RUNS = {
    "layers of one's own": TrainingSettings(
        dataset="digits_8x8", architecture="builder", layers=LAYERS, epochs=2, limit=300, batch_size=32
    ),
    "everything there is": TrainingSettings(
        dataset="shapes",
        architecture="xception",
        epochs=4,
        batch_size=50,
        optimizer="momentum",
        learning_rate=0.3,
        schedule="warmup",
        patience=1,
        augmentation=("mirror", "light"),
        share=0.03,
        fold=2,
        test_limit=60,
        random_labels=True,
        seed=3,
    ),
    "digits as they are drawn": TrainingSettings(
        architecture="c1",
        epochs=2,
        batch_size=32,
        optimizer="adamw",
        schedule="steps",
        augmentation="handwriting",
        preparation="digit",
        scaled=False,
        validation_share=0.0,
    ),
}
SAY = """
import json
figures = model.history.history
print("\\n" + json.dumps({"test": test, "last": {name: values[-1] for name, values in figures.items()}}))
"""


@pytest.mark.parametrize("kind", RUNS)
@pytest.mark.usefixtures("home")
def test_the_code_repeats_the_run(tmp_path, kind):
    import keras

    settings = RUNS[kind]
    run = RunFolder(train(settings, folder=tmp_path / "run").folder)
    code = run_code(settings)
    if settings.dataset == "mnist":  # Keras would fetch its own, and these are fewer.
        fetched = "keras.datasets.mnist.load_data()"
        assert fetched in code
        file = tmp_path / "datasets" / "mnist.npz"
        code = code.replace(fetched, '[(a["x_train"], a["y_train"]), (a["x_test"], a["y_test"])]').replace(
            "import keras\n", f"import keras\nimport numpy\na = numpy.load({str(file)!r})\n", 1
        )
    said, model = executed(code + SAY, tmp_path / "elsewhere")
    rows = run.metrics()
    assert len(rows) > 1
    for name, value in said["last"].items():
        assert rows[-1][name] == pytest.approx(value, rel=2e-3), name
    assert [run.evaluation()["test"][name] for name in ("loss", "accuracy")] == pytest.approx(said["test"], rel=2e-3)
    own = keras.saving.load_model(run.model).get_weights()
    for one, other in zip(keras.saving.load_model(model).get_weights(), own, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-4)


def test_every_layer_is_a_line_with_what_it_makes():
    lines = [line.strip() for line in run_code(RUNS["layers of one's own"]).splitlines()]
    first = next(line for line in lines if line.startswith("layers.Conv2D"))
    assert 'padding="same"' in first and first.endswith("# 8 × 8 × 6")
    assert lines[lines.index(first) + 1].startswith("layers.BatchNormalization(")
    assert not any("cnnviz" in line for line in lines)


def test_an_unknown_architecture_has_no_code():
    with pytest.raises(SettingsError, match="There is no architecture called 'restnet'"):
        run_code(dataclasses.replace(RUNS["digits as they are drawn"], architecture="restnet"))


def executed(code: str, folder: Path) -> tuple[dict, Path]:
    """Run a script in a process of its own; what its last line says, and the model it saved."""
    folder.mkdir()
    script = folder / "run.py"
    script.write_text(code, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, str(script)], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1]), folder / "model.keras"


def test_labels_by_chance_are_of_all_classes_whatever_the_test_pictures_are():
    settings = dataclasses.replace(RUNS["everything there is"], test_limit=1)
    assert "integers(0, 6, len(y))" in run_code(settings)
