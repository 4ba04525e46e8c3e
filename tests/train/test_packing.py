"""A run as one file: all of it that somebody else can use, and nothing that is only ours."""

import io
import json
import zipfile

import numpy as np
import pytest

from cnnviz.data import load_dataset
from cnnviz.errors import RunError
from cnnviz.train import RunFolder, TrainingSettings, train
from cnnviz.train.packing import file_name, packed

SETTINGS = TrainingSettings(dataset="digits_8x8", architecture="a3", epochs=1, batch_size=64, limit=300)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    made = RunFolder.create(SETTINGS, name="Ünsre 1. Ziffern!", owner="secret", runs=tmp_path_factory.mktemp("runs"))
    train(SETTINGS, folder=made.path)
    return made


def unpacked(run, folder):
    with zipfile.ZipFile(io.BytesIO(packed(run))) as file:
        assert file.testzip() is None
        file.extractall(folder)
    [top] = folder.iterdir()
    return top


def test_what_was_packed_works_elsewhere(done, tmp_path):
    import keras

    top = unpacked(done, tmp_path)
    assert top.name == file_name(done) == f"nsre-1-ziffern-{done.id[:4]}"
    assert TrainingSettings.from_json((top / "settings.json").read_text()) == SETTINGS
    assert (top / "metrics.csv").read_text() == (done.path / "metrics.csv").read_text()
    compile((top / "train.py").read_text(), "train.py", "exec")
    model, answers = keras.models.load_model(top / "model.keras"), np.load(top / "evaluation.npz")
    pictures = load_dataset("digits_8x8").x_test.astype(np.float32) / 255
    np.testing.assert_array_equal(np.asarray(model(pictures)).argmax(axis=1), answers["predicted"])
    assert len(list((top / "snapshots").glob("epoch-*.npz"))) == 2


def test_what_is_told_of_a_file_is_told_of_those_that_are_there(done, tmp_path):
    top = unpacked(done, tmp_path)
    told = {line.split(":")[0] for line in (top / "README.txt").read_text().splitlines()[2:]}
    assert told | {"README.txt"} == {path.name for path in top.iterdir()}


def test_the_owner_and_what_only_serves_a_run_that_goes_on_stay_here(done, tmp_path):
    top = unpacked(done, tmp_path)
    assert set(json.loads((top / "run.json").read_text())) == {"name", "made"}
    assert not any(done.owner.encode() in path.read_bytes() for path in top.rglob("*") if path.is_file())
    assert not [path for path in top.iterdir() if "checkpoint" in path.name or path.name in ("lock", "first.npz")]


def test_a_run_that_has_not_begun_is_packed_without_a_network(tmp_path):
    waiting = RunFolder.create(SETTINGS, name="…", runs=tmp_path / "runs")
    (tmp_path / "there").mkdir()
    top = unpacked(waiting, tmp_path / "there")
    assert top.name == f"run-{waiting.id[:4]}"
    assert not (top / "model.keras").exists()
    assert (top / "train.py").is_file()


def test_without_its_pictures_the_code_is_left_out_and_it_is_said(tmp_path):
    gone = TrainingSettings(dataset=f"own/{'a' * 24}", architecture="a3")
    waiting = RunFolder.create(gone, name="Gone", runs=tmp_path / "runs")
    (tmp_path / "there").mkdir()
    top = unpacked(waiting, tmp_path / "there")
    assert not (top / "train.py").exists()
    assert "There is no code that repeats this run." in (top / "README.txt").read_text()


def test_a_run_that_is_gone_is_a_sentence(tmp_path):
    gone = RunFolder.create(SETTINGS, name="Gone", runs=tmp_path)
    gone.delete()
    with pytest.raises(RunError, match="the run is gone"):
        packed(gone)
