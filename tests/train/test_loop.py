"""A run learns, leaves everything about it in its folder, can be stopped, taken up again and repeated."""

import csv
import dataclasses
import zipfile

import numpy as np
import pytest

from cnnviz.errors import DatasetUnavailable, SettingsError
from cnnviz.train import RunFolder, TrainingSettings, gather, train
from cnnviz.train.runs import COLUMNS

SETTINGS = TrainingSettings(epochs=2, batch_size=32, learning_rate=3e-3)
pytestmark = pytest.mark.usefixtures("home")


class KilledError(Exception):
    """Stands for a killed process."""


def rows(folder):
    with (folder / "metrics.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def weights(folder):
    import keras

    return keras.saving.load_model(folder / "model.keras").get_weights()


def assert_same_weights(one, other, **tolerance):
    for first, second in zip(weights(one), weights(other), strict=True):
        np.testing.assert_allclose(first, second, **(tolerance or {"rtol": 0, "atol": 0}))


def after(count):
    """A `should_stop` that answers true from the given call on."""
    asked = iter(range(1, 10**6))
    return lambda: next(asked) >= count


def test_a_run_learns_and_leaves_everything_in_its_folder(tmp_path):
    events, folder = [], tmp_path / "run"
    run = train(dataclasses.replace(SETTINGS, epochs=3), folder=folder, on_event=events.append)
    assert {path.name for path in folder.iterdir()} >= {"settings.json", "metrics.csv", "snapshots", "model.keras"}
    assert not list(folder.rglob("*partial*"))
    assert TrainingSettings.from_json((folder / "settings.json").read_text()) == run.settings
    assert list((folder / "snapshots").iterdir())
    metrics = rows(folder)
    assert tuple(metrics[0]) == COLUMNS and [row["epoch"] for row in metrics] == ["1", "2", "3"]
    losses = [float(row["loss"]) for row in metrics]
    assert losses[0] > 1.5 * losses[-1]
    assert all(0 <= float(row["val_accuracy"]) <= 1 for row in metrics)
    assert (run.folder, run.epochs, run.stopped) == (folder, 3, False)
    assert run.test["accuracy"] > 0.3 and set(run.test) == {"loss", "accuracy"}

    # 300 pictures, a fifth kept aside: 240 in batches of 32.
    events = [event for event in events if event["kind"] != "prepare"]
    kinds = [event["kind"] for event in events]
    assert kinds == ([*["batch"] * 8, "epoch"] * 3) + ["end"]
    assert [event["batch"] for event in events[:8]] == list(range(8)) and events[0]["of"] == 8
    assert events[-1] == {
        "kind": "end",
        "stopped": False,
        "test_loss": run.test["loss"],
        "test_accuracy": run.test["accuracy"],
    }


def test_the_saved_model_is_the_trained_one_without_its_optimiser(tmp_path, home):
    import keras

    run = train(SETTINGS, folder=tmp_path / "run")
    model = keras.saving.load_model(run.folder / "model.keras")
    with np.load(home / "datasets" / "mnist.npz") as file:
        answers = model.predict(file["x_test"][..., None] / 255, verbose=0).argmax(axis=1)
        assert (answers == file["y_test"]).mean() == pytest.approx(run.test["accuracy"], abs=1e-6)
    assert getattr(model, "optimizer", None) is None
    with zipfile.ZipFile(run.folder / "model.keras") as file:
        assert b"optimizer" not in file.read("model.weights.h5")


def test_the_same_settings_give_the_same_weights(tmp_path):
    settings = dataclasses.replace(SETTINGS, augmentation="handwriting", preparation="digit", epochs=1, limit=80)
    first, again = (train(settings, folder=tmp_path / name) for name in ("first", "again"))
    assert_same_weights(first.folder, again.folder)
    assert first.test == again.test and set(first.test) == {"loss", "accuracy", "rewritten_accuracy"}
    other = train(dataclasses.replace(settings, seed=1), folder=tmp_path / "other")
    assert any((a != b).any() for a, b in zip(weights(first.folder), weights(other.folder), strict=True))


def test_coloured_pictures_are_learned_and_repeat(tmp_path):
    """The recipe of the network “shapes”, cut short: same settings, same weights; no other hand is measured."""
    settings = TrainingSettings(
        dataset="shapes", architecture="shapes", augmentation="photographs", epochs=1, limit=200, batch_size=50
    )
    first, again = (train(settings, folder=tmp_path / name) for name in ("first", "again"))
    assert_same_weights(first.folder, again.folder)
    assert first.test == again.test and set(first.test) == {"loss", "accuracy"}


def test_a_run_can_be_stopped(tmp_path):
    import keras

    events = []
    run = train(SETTINGS, folder=tmp_path / "run", on_event=events.append, should_stop=after(3))
    assert sum(event["kind"] == "batch" for event in events) == 3
    assert run.stopped and events[-1] == {"kind": "end", "stopped": True}
    assert (run.folder / "model.keras").is_file()
    # It is tested afterwards, so that the stop is not late: these are the weights in the file.
    found = gather(SETTINGS)
    scores = keras.models.load_model(run.folder / "model.keras").predict(found.x_test / np.float32(255), verbose=0)
    assert run.test["accuracy"] == pytest.approx((scores.argmax(axis=1) == found.y_test).mean())
    assert RunFolder(run.folder).evaluation()["accuracy"] == run.test["accuracy"]


def test_a_run_stopped_before_its_first_batch_has_nothing_to_test(tmp_path):
    made = RunFolder.create(SETTINGS, runs=tmp_path)
    made.ask(stop=True)
    run = train(SETTINGS, folder=made.path)
    assert run.stopped and run.test == {} and made.evaluation() is None


def test_what_learns_on_forgets_how_good_it_was(tmp_path):
    run = train(SETTINGS, folder=tmp_path / "run", should_stop=after(3))

    def look(event):
        if event["kind"] == "batch":
            assert RunFolder(run.folder).evaluation() is None

    assert train(SETTINGS, folder=run.folder, on_event=look).test != run.test


def test_a_killed_run_goes_on_from_its_last_finished_epoch(tmp_path):
    settings = dataclasses.replace(SETTINGS, epochs=3, augmentation="handwriting", preparation="digit", limit=120)
    whole = train(settings, folder=tmp_path / "whole")

    def die(event):
        if event["kind"] == "batch" and (event["epoch"], event["batch"]) == (1, 1):
            raise KilledError

    folder = tmp_path / "killed"
    with pytest.raises(KilledError):
        train(settings, folder=folder, on_event=die)
    assert [row["epoch"] for row in rows(folder)] == ["1"]
    events = []
    resumed = train(settings, folder=folder, on_event=events.append)
    assert {event["epoch"] for event in events if event["kind"] == "batch"} == {1, 2}
    assert resumed.epochs == 3 and not resumed.stopped
    assert [row["epoch"] for row in rows(folder)] == ["1", "2", "3"]
    # The same pictures in the same order: what was lost was done again, nothing was done twice.
    assert_same_weights(whole.folder, folder, atol=1e-5)
    np.testing.assert_allclose(
        [float(row["loss"]) for row in rows(folder)], [float(row["loss"]) for row in rows(whole.folder)], rtol=1e-4
    )


def test_a_stopped_run_goes_on_too(tmp_path):
    folder = tmp_path / "run"
    # In the second of two epochs: only the first one counts.
    assert train(SETTINGS, folder=folder, should_stop=after(10)).epochs == 1
    assert [row["epoch"] for row in rows(folder)] == ["1"]
    run = train(SETTINGS, folder=folder)
    assert run.epochs == 2 and not run.stopped
    assert [row["epoch"] for row in rows(folder)] == ["1", "2"]
    # Taken up once more there is nothing left to do.
    again = train(SETTINGS, folder=folder, on_event=lambda event: pytest.fail("trained") if "batch" in event else None)
    assert (again.epochs, again.test) == (2, run.test)
    assert [row["epoch"] for row in rows(folder)] == ["1", "2"]


def test_another_runs_folder_is_refused_and_left_alone(tmp_path):
    folder = tmp_path / "run"
    train(dataclasses.replace(SETTINGS, epochs=1), folder=folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(SettingsError, match=r"run holds a run of other settings; choose another folder, or delete it"):
        train(SETTINGS, folder=folder)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        ({"batch_size": 241}, SettingsError, r"A batch of 241 is larger than the 240 training pictures; choose less"),
        ({"architecture": "restnet"}, SettingsError, r"no architecture called 'restnet'; there are: digits"),
        ({"dataset": "minst"}, DatasetUnavailable, r"no data set called 'minst'; there are: mnist"),
    ],
)
def test_settings_that_do_not_fit_are_refused(tmp_path, changes, error, sentence):
    with pytest.raises(error, match=sentence):
        train(dataclasses.replace(SETTINGS, **changes), folder=tmp_path / "run")
    # What was refused does not keep the folder from a run with better settings.
    assert not (tmp_path / "run" / "settings.json").exists()


def test_without_pictures_kept_aside_nothing_is_validated(tmp_path):
    run = train(dataclasses.replace(SETTINGS, epochs=1, validation_share=0.0, limit=64), folder=tmp_path / "run")
    assert rows(run.folder)[0]["val_loss"] == ""


@pytest.mark.parametrize(("optimizer", "schedule"), [("sgd", "cosine"), ("adamw", "constant")])
def test_every_optimiser_and_schedule_runs(tmp_path, optimizer, schedule):
    settings = dataclasses.replace(SETTINGS, epochs=1, limit=64, optimizer=optimizer, schedule=schedule)
    assert np.isfinite(train(settings, folder=tmp_path / "run").test["loss"])
