"""What a run says of its test pictures, beside hand-worked figures and Keras' own evaluation."""

import dataclasses

import numpy as np
import pytest

from cnnviz.data.datasets import load_dataset
from cnnviz.data.own_pictures import make_samples, store_samples
from cnnviz.models.stack_layers import Activation, Dense, Flatten
from cnnviz.train import TrainingSettings, train
from cnnviz.train.evaluation import evaluate, probabilities

ENDS = {
    "softmax": (Dense(), Activation("softmax")),
    "logits": (Dense(),),
    "sigmoids": (Dense(), Activation("sigmoid")),
    "binary": (Dense(1), Activation("sigmoid")),
}


def test_a_hand_worked_table():
    chances = np.array([[0.9, 0.1, 0], [0.2, 0.7, 0.1], [0.4, 0.6, 0], [0.05, 0.95, 0]], np.float32)
    found = evaluate(chances, np.array([0, 1, 0, 0]), ("a", "b", "c")).summary
    assert found["accuracy"] == 0.5 and found["confusion"] == [[1, 2, 0], [0, 1, 0], [0, 0, 0]]
    # Never predicted and never there: “c” has neither precision nor recall.
    assert found["precision"] == [1, pytest.approx(1 / 3), None]
    assert found["recall"] == [pytest.approx(1 / 3), 1, None] and found["support"] == [3, 1, 0]
    assert [one["row"] for one in found["worst"]] == [3, 2]
    assert found["worst"][0] == {
        "row": 3,
        "label": 0,
        "predicted": 1,
        "certainty": pytest.approx(0.95),
        "own": pytest.approx(0.05),
    }


def test_answers_of_every_kind_become_probabilities():
    np.testing.assert_allclose(probabilities(np.array([[0.2], [0.7]]), "binary"), [[0.8, 0.2], [0.3, 0.7]])
    np.testing.assert_allclose(probabilities(np.log([[1.0, 3.0]]) + 1000, "logits"), [[0.25, 0.75]], rtol=1e-3)
    np.testing.assert_allclose(probabilities(np.array([[0.9, 0.8]]), "sigmoids"), [[0.9, 0.8]])


@pytest.mark.parametrize("output", ENDS)
@pytest.mark.usefixtures("home")
def test_the_loss_on_the_test_pictures_is_that_of_keras(tmp_path, output):
    import keras

    settings = TrainingSettings(
        architecture="builder", layers=(Flatten(), *ENDS[output]), epochs=1, batch_size=20, learning_rate=0.05
    )
    if output == "binary":
        rng = np.random.default_rng(0)
        dark, light = (list(rng.integers(low, low + 156, (40, 9, 9, 3), np.uint8)) for low in (0, 100))
        key = store_samples(make_samples({"dark": dark, "light": light}))
        settings = dataclasses.replace(settings, dataset=key, size=9)
    run = train(settings, folder=tmp_path / "run")
    data = load_dataset(settings.dataset, size=settings.size)
    model = keras.saving.load_model(run.folder / "model.keras")
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=output == "logits")
    model.compile(loss="binary_crossentropy" if output == "binary" else loss, metrics=["accuracy"])
    expected = model.evaluate(data.x_test / 255.0, data.y_test, verbose=0)
    assert [run.test["loss"], run.test["accuracy"]] == pytest.approx(expected, rel=1e-4)
