"""Cross-validation, and pictures of one's own on a frozen network that looks at each of them once."""

import dataclasses
import shutil

import numpy as np
import pytest

from cnnviz.data.own_pictures import make_samples, read_samples, store_samples
from cnnviz.data.split import Dataset
from cnnviz.errors import SettingsError
from cnnviz.models import load_network
from cnnviz.models.architectures.transfer import WEIGHTS
from cnnviz.train import RunFolder, TrainingSettings, train
from cnnviz.train.__main__ import main
from cnnviz.train.data import fold_of

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def frozen(test_data, home):
    """The weights of MobileNetV2 in the user's folder."""
    weights = test_data / "keras_home" / "models" / WEIGHTS
    if not weights.is_file():
        pytest.skip(f"There are no weights of MobileNetV2 at {weights}.")
    (home / "models").mkdir()
    shutil.copyfile(weights, home / "models" / WEIGHTS)


@pytest.fixture
def cats_and_dogs(test_data):
    path = test_data / "cats_dogs" / "cats_dogs_small160.zip"
    if not path.is_file():
        pytest.skip(f"There are no cats and dogs at {path}.")
    samples = read_samples(path)
    first = [np.flatnonzero(np.array(samples.labels) == one)[:40] for one in (0, 1)]
    some = {
        name: [samples.pictures[row] for row in rows] for name, rows in zip(samples.class_names, first, strict=True)
    }
    return store_samples(make_samples(some))


@pytest.mark.usefixtures("frozen")
def test_cats_are_told_from_dogs_by_what_a_frozen_network_sees(cats_and_dogs, tmp_path):
    """Sixteen of each to be tested on would be right half of the time by chance."""
    settings = TrainingSettings(
        dataset=cats_and_dogs, architecture="transfer", epochs=8, batch_size=16, learning_rate=3e-3, size=96
    )
    looked = []
    run = train(settings, folder=tmp_path / "run", on_event=lambda one: one["kind"] == "prepare" and looked.append(one))
    # Features are computed once for all epochs, before the first: 52 to train on, 12 kept aside.
    assert [one["done"] for one in looked] == [32, 52, 12]
    assert run.test["accuracy"] >= 0.8
    # What is kept is the whole network, from pixels to classes.
    net = load_network(run.folder / "model.keras")
    assert net.class_names == ("cats", "dogs") and tuple(net.model.input_shape[1:]) == (96, 96, 3)
    folder = RunFolder(run.folder)
    answered = net.predict(folder.pictures()["x"].astype(np.float32) / 127.5 - 1)
    np.testing.assert_allclose(answered, folder.snapshot(8)["predictions"], atol=5e-3)


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize("sentence", ["", "The time is up."])
def test_a_run_is_stopped_while_the_frozen_network_looks(cats_and_dogs, sentence):
    settings = TrainingSettings(
        dataset=cats_and_dogs, architecture="transfer", epochs=8, batch_size=16, learning_rate=3e-3, size=96
    )
    run, events = RunFolder.create(settings), []

    def follow(event):
        events.append(event)
        if not sentence:
            run.ask(stop=True)

    ended = train(settings, folder=run.path, on_event=follow, should_stop=lambda: sentence)
    assert [one["kind"] for one in events] == ["prepare", "end"] and events[0]["done"] == 32
    assert (ended.state, ended.stopped, ended.epochs, ended.sentence) == ("stopped", True, 0, sentence)
    status = run.status()
    assert (status.state, status.sentence) == ("stopped", sentence or "Stopped before the first epoch was finished.")


def test_each_picture_is_in_one_fold():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [30, 15, 10])
    x = np.arange(55, dtype=np.uint8)[:, None, None, None]
    rows = rng.permutation(55)
    data = Dataset(x[rows[:40]], y[rows[:40]], x[rows[40:]], y[rows[40:]], ("a", "b", "c"))
    folds = [fold_of(data, fold) for fold in range(5)]
    tested = np.concatenate([fold.x_test.reshape(-1) for fold in folds])
    assert sorted(tested) == list(range(55))
    for fold in folds:
        assert np.bincount(fold.y_test).tolist() == [6, 3, 2]
        assert not set(fold.x_train.reshape(-1)) & set(fold.x_test.reshape(-1))
        np.testing.assert_array_equal(fold.y_test, y[fold.x_test.reshape(-1)])
    few = dataclasses.replace(data, class_names=("a", "b", "c", "d"))
    with pytest.raises(SettingsError, match="Cross-validation needs 5 pictures of each class; “d” has 0"):
        fold_of(few, 0)


def test_the_command_tests_on_every_fifth_once(capsys):
    command = ["--cross-validate", "--dataset", "digits_8x8", "--architecture", "c1", "--epochs", "1"]
    assert main([*command, "--learning-rate", "0.03"]) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    reached = [float(line.split()[-1]) for line in lines if line.startswith("On the test pictures: accuracy")]
    assert len(reached) == 5 and min(reached) > 0.5
    assert last.startswith(f"Accuracy of 5 folds: mean {np.mean(reached):.4f} ± {np.std(reached, ddof=1):.4f} (")
    assert main([*command, "--fold", "1"]) == 2
    assert "leave out --folder and --fold" in capsys.readouterr().err
