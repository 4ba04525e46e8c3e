"""The command trains without a page and says what it did."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from cnnviz.train import RunFolder, TrainingSettings, list_runs
from cnnviz.train.__main__ import main
from cnnviz.train.runs import Part

QUICK = ["--epochs", "1", "--limit", "64", "--batch-size", "32"]


def test_help_is_quick_and_names_every_setting():
    command = [sys.executable, "-m", "cnnviz.train", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert "--recipe KEY" in done.stdout and "--folder" in done.stdout
    for name in json.loads(TrainingSettings().to_json()):
        assert name in ("version", "layers") or f"--{name.replace('_', '-')}" in done.stdout


def test_a_run_prints_its_folder_last(home, capsys):
    assert main(QUICK) == 0
    lines = capsys.readouterr().out.splitlines()
    folder = Path(lines[-1])
    assert folder.parent == home / "runs" and (folder / "model.keras").is_file()
    assert lines[0].startswith("Epoch 1/1 █") and " loss 2." in lines[0] and " val_accuracy 0." in lines[0]
    assert any(line.startswith("On the test pictures: accuracy 0.") for line in lines)


@pytest.mark.usefixtures("home")
def test_two_epochs_of_lenet_learn_shapes_visibly(capsys):
    """The first command of the README; there are six kinds."""
    assert main(["--dataset", "shapes", "--architecture", "lenet", "--epochs", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    accuracy = next(line for line in lines if line.startswith("On the test pictures: accuracy"))
    assert float(accuracy.split()[-1]) > 0.3
    assert (Path(lines[-1]) / "model.keras").is_file()


def test_a_recipe_leaves_a_card(home, capsys):
    assert main(["--recipe", "digits", *QUICK, "--folder", str(home / "mine")]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(home / "mine")
    card = json.loads((home / "mine" / "card.json").read_text(encoding="utf-8"))
    assert set(card) == {"data", "measured", "date", "settings"}
    assert card["settings"]["augmentation"] == ["handwriting"] and card["settings"]["epochs"] == 1
    assert 0 <= card["measured"]["rewritten_accuracy"] <= 1


def test_settings_may_come_from_a_file(home, capsys):
    file = home / "settings.json"
    file.write_text(TrainingSettings(epochs=7, batch_size=32, limit=64, seed=5).to_json())
    assert main(["--settings", str(file), "--epochs", "1"]) == 0
    run = capsys.readouterr().out.splitlines()[-1]
    settings = TrainingSettings.from_json((Path(run) / "settings.json").read_text())
    assert (settings.epochs, settings.seed) == (1, 5)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--learning-rate", "0"], "A learning rate of 0.0 cannot work"),
        (["--optimizer", "lion"], "The optimizer is 'lion'; choose one of sgd, momentum, rmsprop, adam, adamw."),
        (["--recipe", "letters"], "There are no settings at "),
        (["--settings", "gone.json"], "There are no settings at gone.json."),
        (["--batch-size", "5000", "--limit", "64"], "A batch of 5,000 is larger than the 50 training pictures"),
        (["--dataset", "minst"], "There is no data set called 'minst'"),
    ],
)
@pytest.mark.usefixtures("home")
def test_bad_settings_end_with_2_and_the_sentence(capsys, arguments, sentence):
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.err.startswith(sentence) and said.out == ""


def test_what_is_no_number_is_refused(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--epochs", "many"])
    assert caught.value.code == 2
    assert "invalid int value: 'many'" in capsys.readouterr().err


def test_only_what_the_command_began_is_taken_up(home, capsys):
    settings = TrainingSettings(epochs=1, limit=64, batch_size=32)
    theirs = RunFolder.create(settings, owner="a browser")
    part = RunFolder.create(settings, part=Part("key", "group", "name"))
    mine = RunFolder.create(settings)
    mine.ask(stop=True, batches=1)
    for run in (theirs, part):  # The youngest is looked at first.
        run.write_json("run.json", {**json.loads(run.read("run.json")), "made": 2e9})
    assert main(QUICK) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(mine.path)
    assert mine.status().state == "done"
    assert theirs.status().state == part.status().state == "waiting"


def test_a_cross_validation_that_is_stopped_says_so(home, capsys):
    def stop():
        while not (begun := [run for run in list_runs() if run.batches()]):
            time.sleep(0.02)
        begun[0].ask(stop=True)

    thread = threading.Thread(target=stop, daemon=True)
    thread.start()
    command = ["--cross-validate", "--dataset", "digits_8x8", "--architecture", "c1", "--epochs", "200"]
    assert main(command) == 2
    assert "The run tested on fold 0 was stopped after" in capsys.readouterr().err
