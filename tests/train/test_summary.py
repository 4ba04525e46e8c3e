"""A run in a line says what its folder says, and changes with it."""

import time

import pytest

from cnnviz.errors import RunError
from cnnviz.train import RunFolder, Status, TrainingSettings, list_runs
from cnnviz.train.runs import COLUMNS
from cnnviz.train.summary import summaries, summary

SETTINGS = TrainingSettings(dataset="digits_8x8", architecture="a3", epochs=4)


def row(epoch, accuracy, **others):
    return {"epoch": epoch, "loss": 1 / epoch, "accuracy": 0.9, "val_accuracy": accuracy, "seconds": 1.0, **others}


@pytest.fixture
def made(tmp_path):
    run = RunFolder.create(SETTINGS, name="First", owner="me", runs=tmp_path)
    run.write_rows("metrics.csv", COLUMNS, [row(1, 0.5), row(2, 0.8), row(3, 0.8), row(4, 0.7)], anew=True)
    return run


def test_best_is_the_first_of_the_largest_and_last_the_last(made):
    found = summary(made)
    assert (found.name, found.settings, found.id) == ("First", SETTINGS, made.id)
    assert found.best() == (0.8, 2)
    assert found.best("loss") == (1.0, 1)
    assert found.last("val_accuracy") == 0.7
    assert found.last("val_loss") is None and found.best("val_loss") is None
    assert found.test_accuracy is None and not found.has_network


def test_it_follows_its_folder(made):
    assert summary(made) is summary(RunFolder(made.path))
    made.rename("Second")
    made.write_status(Status(state="done", epochs=4, epoch=4, seconds=9.5, parameters=3210))
    made.write_json("evaluation.json", {"accuracy": 0.75})
    made.model.touch()
    found = summary(made)
    assert (found.name, found.status.state, found.status.parameters) == ("Second", "done", 3210)
    assert (found.test_accuracy, found.has_network) == (0.75, True)


def test_what_cannot_be_read_is_counted(made, tmp_path):
    other = RunFolder.create(SETTINGS, runs=tmp_path)
    (other.path / "settings.json").write_text('{"version": 99}')
    gone = RunFolder.create(SETTINGS, runs=tmp_path)
    gone.delete()
    found, unread = summaries([other, made, gone])
    assert ([one.id for one in found], unread) == ([made.id], 2)
    with pytest.raises(RunError):
        summary(gone)


def test_hundreds_of_runs_are_listed_again_without_being_read_again(tmp_path, monkeypatch):
    for number in range(300):
        RunFolder.create(SETTINGS, name=f"{number}", runs=tmp_path)
    first = summaries(list_runs(runs=tmp_path))[0]
    assert [one.name for one in first] == [f"{number}" for number in reversed(range(300))]

    def refuse(self, name):
        raise AssertionError(f"{name} was read again")

    monkeypatch.setattr(RunFolder, "read", refuse)
    began = time.perf_counter()
    again = summaries(list_runs(runs=tmp_path))[0]
    assert all(one is other for one, other in zip(first, again, strict=True))
    assert time.perf_counter() - began < 1
