"""A run's folder: made, asked, found, cleaned up; and what `train` makes of what is asked."""

import csv
import dataclasses
import json
import os
import re
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest

from cnnviz.errors import RunError, SettingsError
from cnnviz.models import load_network
from cnnviz.models.stack_layers import Activation, Convolution, Dense, Dropout, Flatten, Normalisation
from cnnviz.train import RunFolder, TrainingSettings, clean_up, find_run, gather, list_runs, train
from cnnviz.train.runs import Status
from cnnviz.train.snapshots import maps_of

LAYERS = (
    Convolution(4, stride=2),
    Normalisation(),
    Activation("relu"),
    Dropout(0.3),
    Flatten(),
    Dense(),
    Activation("softmax"),
)
SETTINGS = TrainingSettings(architecture="builder", layers=LAYERS, epochs=3, batch_size=32, test_limit=60)
pytestmark = pytest.mark.usefixtures("home")


def weights(run):
    import keras

    return keras.saving.load_model(run.model).get_weights()


def started(run, settings=SETTINGS, **more):
    """A thread in which a run is trained, and the list that its result goes into."""
    ended = []
    thread = threading.Thread(target=lambda: ended.append(train(settings, folder=run.path, **more)), daemon=True)
    thread.start()
    return thread, ended


def until(holds, seconds=120):
    limit = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < limit, "it never came to that"
        time.sleep(0.02)


def test_a_new_run_waits_under_a_name_that_nobody_guesses(home):
    run = RunFolder.create(SETTINGS, name="Mine", owner="token")
    assert re.fullmatch(r"[0-9a-f]{20}", run.id) and run.path.parent == home / "runs"
    assert run.id != RunFolder.create(SETTINGS).id
    assert run.settings == SETTINGS and run.name == "Mine" and run.status().state == "waiting"
    assert run.is_of("token") and not run.is_of("other") and not run.is_of(None)
    assert "token" not in "".join(path.read_text() for path in run.path.glob("*.json"))
    run.rename("Another")
    assert run.name == "Another" and run.is_of("token")
    assert not RunFolder.create(SETTINGS).is_of("")


@pytest.mark.parametrize("key", ["", "..", "../runs", ".hidden", "gone", "a/b"])
def test_other_names_find_no_run(key):
    RunFolder.create(SETTINGS)
    with pytest.raises(RunError, match="There is no run"):
        find_run(key)


def test_what_is_asked_adds_up_and_is_read_only_when_it_changes():
    run = RunFolder.create(SETTINGS)
    watching = RunFolder(run.path)
    assert not watching.control().pause
    run.ask(batches=1)
    run.ask(batches=2, learning_rate=0.5)
    asked = watching.control()
    assert (asked.pause, asked.batches, asked.learning_rate) == (True, 3, 0.5)
    assert run.ask(pause=False).batches == 3
    for rate in (0, -1, 1e9, float("nan")):
        with pytest.raises(SettingsError, match=r"A learning rate of .* cannot work; choose one above 0"):
            run.ask(learning_rate=rate)
    assert watching.control().learning_rate == 0.5


def test_a_finished_run_has_all_that_is_shown():
    run = RunFolder.create(SETTINGS)
    train(SETTINGS, folder=run.path)
    status = run.status()
    assert (status.state, status.epoch, status.remaining, status.interrupted) == ("done", 3, None, ())
    assert [row["epoch"] for row in run.metrics()] == [1, 2, 3]
    per_batch = run.batches()
    assert [(row["epoch"], row["batch"]) for row in per_batch] == [(e, b) for e in range(3) for b in range(8)]
    # Each batch's own loss, weighed by its pictures, makes the epoch's: 7 batches of 32 and one of 16.
    sizes = np.array([32] * 7 + [16])
    for epoch in range(3):
        own = np.array([row["loss"] for row in per_batch if row["epoch"] == epoch])
        assert (own * sizes).sum() / 240 == pytest.approx(run.metrics()[epoch]["loss"], rel=1e-4)
    assert run.snapshots() == [0, 1, 2, 3]
    assert all(path.stat().st_size < 10**6 for path in (run.path / "snapshots").iterdir())
    first, last = run.snapshot(0), run.snapshot(3)
    assert first["kernels"].shape == (3, 3, 1, 4) and (first["kernels"] != last["kernels"]).any()
    assert last["predictions"].shape == (16, 10)
    np.testing.assert_allclose(last["predictions"].astype(float).sum(axis=1), 1, atol=0.01)
    assert (last["weight_norms"] > 0).all() and (last["gradient_norms"] > 0).all()
    assert [str(name) for name in last["layers"]] == ["conv_1", "norm_1", "dense_1"]
    pictures = run.pictures()
    assert pictures["x"].shape == (16, 28, 28, 1) and len(set(pictures["rows"])) == 16

    evaluation, answers = run.evaluation(), run.answers()
    confusion = np.array(evaluation["confusion"])
    assert confusion.sum() == evaluation["pictures"] == 60
    assert confusion.trace() / 60 == evaluation["accuracy"] == evaluation["test"]["accuracy"]
    for row, (label, predicted) in enumerate(zip(answers["labels"], answers["predicted"], strict=True)):
        confusion[label, predicted] -= 1
        assert 0 <= answers["certainty"][row] <= 1
    assert not confusion.any()
    assert all(one["label"] != one["predicted"] for one in evaluation["worst"])
    assert [one["row"] for one in evaluation["first"]] == list(range(24))

    net = load_network(run.model)
    assert net.class_names == tuple("0123456789") and net.notes == ()
    answered = net.predict(pictures["x"].astype(np.float32) / 255)
    np.testing.assert_allclose(answered, last["predictions"], atol=2e-3)
    maps = maps_of(last)["conv_1"]
    own = net.features(last["watched"][None].astype(np.float32) / 255, ["conv_1"])["conv_1"][0]
    np.testing.assert_allclose(maps, own, atol=(own.max() - own.min()) / 255 + 1e-5)


def test_the_time_at_work_is_all_of_it():
    run = RunFolder.create(SETTINGS)
    told = []
    began = time.perf_counter()
    train(SETTINGS, folder=run.path, on_event=lambda event: told.append((event["kind"], run.status())))
    status = run.status()
    epochs, batches = run.metrics(), run.batches()
    of_epochs, of_batches = sum(row["seconds"] for row in epochs), sum(row["seconds"] for row in batches)
    assert of_batches < of_epochs < status.seconds < time.perf_counter() - began
    assert 0 < status.per_epoch < status.seconds
    assert 0 < status.watching < status.seconds - of_batches
    after_first = next(status for kind, status in told if kind == "epoch")
    # Without the first batch, which takes as long as all others: TensorFlow compiles for it.
    times = [row["seconds"] for row in batches][1 : after_first.of]
    assert after_first.per_batch == pytest.approx(np.mean(times), rel=1e-6)
    batches_left = 2 * after_first.of * after_first.per_batch
    assert after_first.remaining == pytest.approx(batches_left + 2 * after_first.per_epoch)


def test_stop_is_heard_while_the_pictures_are_downloaded(monkeypatch, tmp_path):
    import keras

    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr("cnnviz.data.datasets.ASKED", 0.02)
    enough, told = threading.Event(), []

    def download():
        assert enough.wait(60)
        raise OSError("It went on in vain, after whoever waited had gone.")

    def follow(event):
        told.append(event)
        run.ask(stop=True)

    monkeypatch.setattr(keras.datasets.fashion_mnist, "load_data", download)
    settings = dataclasses.replace(SETTINGS, dataset="fashion_mnist")
    run = RunFolder.create(settings)
    ended = train(settings, folder=run.path, on_event=follow)
    enough.set()
    assert [(one["kind"], one.get("what")) for one in told] == [("prepare", "download"), ("end", None)]
    assert (ended.state, run.status().state) == ("stopped", "stopped")


def test_a_run_in_a_new_folder_is_stopped_while_it_downloads(monkeypatch, tmp_path):
    import keras

    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr("cnnviz.data.datasets.ASKED", 0.02)
    enough = threading.Event()
    monkeypatch.setattr(keras.datasets.fashion_mnist, "load_data", lambda: enough.wait(60))
    settings = dataclasses.replace(SETTINGS, dataset="fashion_mnist")
    ended = train(settings, folder=tmp_path / "new", should_stop=lambda: True)
    enough.set()
    assert ended.state == "stopped" and not (tmp_path / "new").exists()


def test_a_pause_before_an_epoch_is_no_time_of_its_first_batch():
    run = RunFolder.create(SETTINGS)
    run.ask(epochs=1)
    thread, _ = started(run, run.settings)
    until(lambda: run.status().epoch == 1 and run.status().state == "paused")
    time.sleep(1.5)
    run.ask(pause=False)
    thread.join(120)
    [first] = [row["seconds"] for row in run.batches() if (row["epoch"], row["batch"]) == (1, 0)]
    assert first < 1.4


def test_the_watched_picture_is_the_one_that_was_asked_for_and_may_change():
    run = RunFolder.create(SETTINGS, watched=7)
    mine = (np.arange(28 * 28) % 256).astype(np.uint8).reshape(28, 28, 1)
    train(SETTINGS, folder=run.path, on_event=lambda one: run.watch(mine) if one["kind"] == "epoch" else None)
    first, last = run.snapshot(1), run.snapshot(3)
    assert (first["watched_row"], last["watched_row"]) == (7, -1)
    np.testing.assert_array_equal(first["watched"], gather(SETTINGS).x_test[7])
    np.testing.assert_array_equal(last["watched"], mine)
    own = load_network(run.model).features(mine[None].astype(np.float32) / 255, ["conv_1"])["conv_1"][0]
    np.testing.assert_allclose(maps_of(last)["conv_1"], own, atol=(own.max() - own.min()) / 255 + 1e-5)


def test_a_run_stands_still_steps_and_goes_on():
    run = RunFolder.create(SETTINGS)
    run.ask(pause=True)
    thread, ended = started(run)
    until(lambda: run.status().state == "paused")
    assert run.batches() == []
    run.ask(batches=2)
    until(lambda: len(run.batches()) == 2)
    time.sleep(0.3)
    assert len(run.batches()) == 2 and run.status().batch == 2
    run.ask(epochs=1)
    until(lambda: run.status().epoch == 1 and run.status().state == "paused")
    assert len(run.metrics()) == 1 and run.status().batch == 0
    run.ask(pause=False)
    thread.join(120)
    assert ended[0].state == "done" and len(run.metrics()) == 3 and len(run.batches()) == 24
    whole = RunFolder.create(SETTINGS)
    train(SETTINGS, folder=whole.path)
    for one, other in zip(weights(run), weights(whole), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_a_stop_ends_within_one_batch_and_a_second():
    run = RunFolder.create(dataclasses.replace(SETTINGS, epochs=1000))
    batches = []
    thread, ended = started(run, run.settings, on_event=lambda one: one["kind"] == "batch" and batches.append(one))
    until(lambda: len(run.metrics()) >= 1)
    run.ask(stop=True)
    asked, before = time.monotonic(), len(batches)
    until(lambda: run.status().state == "stopped", 20)
    took = time.monotonic() - asked
    thread.join(60)
    assert len(batches) - before <= 1 and took < 1
    assert ended[0].stopped and ended[0].test["accuracy"] == run.evaluation()["accuracy"] and run.model.is_file()
    done = run.status().epoch
    assert ended[0].epochs == done == len(run.metrics()) < 1000 and run.snapshots()[-1] == done


def test_going_back_gives_the_same_first_weights():
    run = RunFolder.create(SETTINGS)
    run.ask(pause=True, epochs=1)
    thread, ended = started(run)
    until(lambda: run.status().epoch == 1 and run.status().state == "paused")
    first, losses = run.snapshot(0)["kernels"], [row["loss"] for row in run.batches()]
    run.ask(rewind=True)
    until(lambda: run.status().epoch == 0 and run.status().state == "paused")
    assert run.metrics() == [] and run.batches() == [] and run.snapshots() == [0]
    run.ask(epochs=1)
    until(lambda: run.status().epoch == 1 and run.status().state == "paused")
    np.testing.assert_allclose([row["loss"] for row in run.batches()], losses, rtol=1e-4)
    np.testing.assert_array_equal(run.snapshot(0)["kernels"], first)
    run.ask(stop=True)
    thread.join(60)
    assert ended[0].stopped


def test_a_learning_rate_takes_hold():
    run = RunFolder.create(dataclasses.replace(SETTINGS, optimizer="sgd", schedule="cosine"))
    run.ask(pause=True, epochs=1)
    thread, _ = started(run, run.settings)
    until(lambda: run.status().epoch == 1 and run.status().state == "paused")
    assert run.status().learning_rate == 1e-3
    assert run.status().rate_now == pytest.approx(1e-3 * (1 + np.cos(np.pi / 3)) / 2, rel=1e-4)
    run.ask(learning_rate=0.5)
    until(lambda: run.status().learning_rate == 0.5)
    run.ask(learning_rate=1e-9)
    run.ask(pause=False)
    thread.join(120)
    first, *_, last = (run.snapshot(epoch)["kernels"] for epoch in (1, 2, 3))
    np.testing.assert_allclose(first, last, rtol=0, atol=1e-6)
    assert (run.status().learning_rate, run.status().rate_now) == (1e-9, pytest.approx(0, abs=1e-15))
    assert run.status().rates == ((1.0, 1e-9),)  # The other was never in use.
    rates = [row["learning_rate"] for row in run.metrics()]
    assert rates[0] == pytest.approx(1e-3 * (1 + np.cos(np.pi / 3)) / 2, rel=1e-4)
    assert rates[1] == pytest.approx(1e-9 * (1 + np.cos(2 * np.pi / 3)) / 2, rel=1e-3)


def test_a_parked_run_goes_on_at_its_batch():
    run, whole = RunFolder.create(SETTINGS), RunFolder.create(SETTINGS)
    train(SETTINGS, folder=whole.path)
    run.ask(batches=11)
    parked = train(SETTINGS, folder=run.path, park_after=0.2)
    assert (parked.state, parked.epochs, parked.stopped) == ("paused", 1, False)
    status = run.status()
    assert (status.state, status.parked, status.epoch, status.batch) == ("paused", True, 1, 3)
    run.ask(pause=False)
    assert train(SETTINGS, folder=run.path).state == "done"
    assert run.status().interrupted == () and len(run.batches()) == 24
    for one, other in zip(weights(run), weights(whole), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
    for one, other in zip(run.metrics(), whole.metrics(), strict=True):
        assert one["loss"] == pytest.approx(other["loss"], rel=1e-4)
        assert one["val_loss"] == pytest.approx(other["val_loss"], rel=1e-3)


def test_dropout_goes_on_as_if_nothing_had_happened():
    whole, killed = RunFolder.create(SETTINGS), RunFolder.create(SETTINGS)
    train(SETTINGS, folder=whole.path)

    def die(event):
        if event["kind"] == "batch" and (event["epoch"], event["batch"]) == (1, 4):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(SETTINGS, folder=killed.path, on_event=die)
    train(SETTINGS, folder=killed.path)
    assert killed.status().interrupted == (1,)
    for one, other in zip(weights(killed), weights(whole), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_a_loss_that_is_no_number_is_explained():
    layers = (Flatten(), Dense(64), Dense(64), Dense())
    wild = dataclasses.replace(SETTINGS, layers=layers, optimizer="sgd", learning_rate=10.0, scaled=False)
    run = RunFolder.create(wild)
    ended = train(wild, folder=run.path)
    assert ended.state == run.status().state == "failed" and not ended.stopped and ended.test == {}
    assert ended.sentence == run.status().sentence
    assert re.match(
        r"The loss is no number any more since batch \d+ of epoch 1: .* learning rate \(10\)", ended.sentence
    )
    assert not run.model.exists()


def test_patience_ends_a_run_with_the_weights_of_its_best_epoch():
    stubborn = dataclasses.replace(SETTINGS, epochs=12, patience=2, learning_rate=0.05, random_labels=True)
    run = RunFolder.create(stubborn)
    ended = train(stubborn, folder=run.path)
    losses = [row["val_loss"] for row in run.metrics()]
    best = int(np.argmin(losses)) + 1
    assert ended.state == "done" and len(losses) == best + 2 < 12
    assert run.evaluation()["best_epoch"] == best
    np.testing.assert_allclose(weights(run)[0], run.snapshot(best)["kernels"].astype(np.float32), atol=2e-3)


def test_two_cannot_train_in_one_folder():
    run = RunFolder.create(SETTINGS)
    run.ask(pause=True)
    thread, _ = started(run)
    until(lambda: run.status().state == "paused")
    before = run.status()
    with pytest.raises(RunError, match=f"The run {run.id} is being trained already"):
        train(SETTINGS, folder=run.path, should_stop=lambda: True)
    with pytest.raises(RunError, match="is being trained already"):
        run.delete()
    # Whoever was refused has said nothing about it in the folder.
    assert dataclasses.replace(run.status(), updated=before.updated) == before and clean_up(days=-1) == []
    run.ask(stop=True)
    thread.join(60)
    run.delete()
    assert not run.path.exists()


def test_old_and_large_runs_go_the_oldest_first():
    made = [RunFolder.create(SETTINGS, name=str(number)) for number in range(4)]
    for age, run in enumerate(reversed(made)):
        (run.path / "model.keras").write_bytes(bytes(10**6))
        for path in run.path.iterdir():
            os.utime(path, (time.time() - 86400 * 10 * age,) * 2)
    assert clean_up(days=25) == [made[0].id]
    assert clean_up(megabytes=2.5) == [made[1].id]
    assert {run.id for run in list_runs()} == {made[2].id, made[3].id}


def test_a_full_disk_is_said(home):
    """For real, in a process that may write no file over 40 kB: the first checkpoint is larger."""
    code = f"""
        import resource, signal
        from cnnviz.train import TrainingSettings, train
        import keras
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
        train(TrainingSettings(epochs=1, limit=64, batch_size=32, architecture="c1"), folder={str(home / "full")!r})
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=200)
    assert f"RunError: The disk is full: {home / 'full'}. Delete old runs or make room" in done.stderr
    assert json.loads((home / "full" / "status.json").read_text())["state"] == "failed"
    assert not list((home / "full").rglob("*.partial"))


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(RunError, match=r"The folder cannot be written \(Not a directory\): .* set CNNVIZ_HOME"):
        train(SETTINGS, folder=tmp_path / "file" / "run")


def test_a_table_that_is_being_written_is_read_to_its_last_whole_line():
    run = RunFolder.create(SETTINGS)
    (run.path / "metrics.csv").write_text("epoch,loss,val_loss\n1,0.5,\n2,0.2")
    assert run.metrics() == [{"epoch": 1.0, "loss": 0.5}]
    (run.path / "status.json").write_text('{"state": "run')
    assert run.status() == Status(epochs=3)


def test_the_batch_table_is_plain_csv():
    run = RunFolder.create(dataclasses.replace(SETTINGS, epochs=1, limit=64))
    train(run.settings, folder=run.path)
    with (run.path / "batches.csv").open(newline="") as file:
        assert [row["batch"] for row in csv.DictReader(file)] == ["0", "1"]


def test_a_wish_from_another_tab_does_not_undo_a_stop():
    """A hundred single batches asked for in eight threads, and a stop among them."""
    run = RunFolder.create(SETTINGS)

    def ask(number):
        mine = RunFolder(run.path)
        for turn in range(12):
            mine.ask(stop=True) if (number, turn) == (3, 5) else mine.ask(batches=1)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (run.control().stop, run.control().batches) == (True, 8 * 12 - 1)


@pytest.mark.parametrize("kept", [0, 10, 400])
def test_damaged_numbers_are_said(kept):
    run = RunFolder.create(SETTINGS)
    with pytest.raises(RunError, match=r"There is no first.npz in .*; the run is gone, or not so far"):
        run.arrays("first.npz")
    run.write_arrays("first.npz", {"a": np.arange(100)})
    path = run.path / "first.npz"
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(RunError, match=r"first.npz in .* is damaged; delete the run"):
        run.arrays("first.npz")


def test_a_table_that_cannot_be_written_anew_stays_as_it_was():
    run = RunFolder.create(SETTINGS)
    run.write_rows("metrics.csv", ("epoch", "loss"), [{"epoch": 1, "loss": 0.5}], anew=True)
    (run.path / "metrics.csv.partial").mkdir()
    with pytest.raises(OSError, match=r"metrics\.csv"):
        run.write_rows("metrics.csv", ("epoch", "loss"), [], anew=True)
    assert run.metrics() == [{"epoch": 1.0, "loss": 0.5}]


def test_a_run_that_is_just_being_deleted_is_in_no_list():
    """Of one that is gone, even its age."""
    run, kept = RunFolder.create(SETTINGS), RunFolder.create(SETTINGS)
    (run.path / "run.json").unlink()
    run.delete()
    with pytest.raises(RunError, match=f"There is no run {run.id}; it may have been deleted"):
        _ = run.made
    assert [one.id for one in list_runs()] == [kept.id]
