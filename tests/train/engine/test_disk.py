"""What happens to a run whose folder cannot be written."""

import shutil
import subprocess
from contextlib import suppress

import pytest

from cnnviz.errors import RunError
from cnnviz.train import RunFolder

from .helpers import LONG, QUICK, ended, epochs_of, middle_of_an_epoch, wait_for


@pytest.fixture
def small_disk(tmp_path):
    """A disk of a megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True)
    if made.returncode:
        pytest.skip("This machine lets nobody mount a small disk.")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_ends_the_run_with_a_sentence(engine, small_disk):
    run = RunFolder.create(LONG, runs=small_disk)
    engine.submit(run)
    middle_of_an_epoch(engine, run)
    with (small_disk / "filler").open("wb", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(bytes(4096))
    assert not shutil.disk_usage(small_disk).free
    status = ended(engine, run)
    assert status.state == "failed" and status.sentence.startswith("The disk is full")
    (small_disk / "filler").unlink()
    wait_for(lambda: run.status().state == "failed")  # Said in the folder as soon as there is room.
    assert run.status().sentence.startswith("The disk is full") and epochs_of(run)[0] == 1
    # And it goes on from its last finished epoch.
    engine.submit(run)
    status = ended(engine, run)
    assert (status.state, epochs_of(run)) == ("done", [1, 2, 3, 4])


def test_a_disk_that_may_not_be_written_refuses_the_start(engine, small_disk, monkeypatch):
    (small_disk / "runs").mkdir()
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    monkeypatch.setattr(engine, "home", small_disk)
    with pytest.raises(RunError, match=r"cannot be written \(Read-only file system\)"):
        engine.start(QUICK)


def test_what_cannot_be_said_in_the_folder_is_said_all_the_same(engine):
    run = engine.start(LONG)
    middle_of_an_epoch(engine, run)
    obstacle = run.path / "status.json.partial"
    while not obstacle.is_dir():
        try:
            obstacle.mkdir()
        except FileExistsError:  # Just being written.
            continue
    status = ended(engine, run)
    assert status.state == "failed" and "cannot be written" in status.sentence
    assert run.status().state == "running"
    obstacle.rmdir()
    wait_for(lambda: run.status().state == "failed")
    assert "cannot be written" in run.status().sentence


def test_a_run_on_a_disk_that_may_not_be_written_is_not_called_deleted(small_disk):
    run = RunFolder.create(QUICK, runs=small_disk)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(RunError, match=r"cannot be written \(Read-only file system\)"):
        run.delete()
    assert run.settings == QUICK


def test_a_run_of_which_something_stays_is_not_called_deleted(tmp_path):
    run = RunFolder.create(QUICK, runs=tmp_path)
    (run.path / "snapshots").mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", run.path / "snapshots"], capture_output=True).returncode:
        pytest.skip("This machine lets nobody mount a disk.")
    try:
        with pytest.raises(RunError, match=r"cannot be written \(Device or resource busy\)"):
            run.delete()
    finally:
        subprocess.run(["umount", "--lazy", run.path / "snapshots"], check=True)
    run.delete()
    assert not run.path.exists()
