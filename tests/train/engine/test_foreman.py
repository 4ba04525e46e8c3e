"""What the foreman makes of runs that no worker has, without any worker."""

import os
import time
from dataclasses import replace

import numpy as np
import pytest

from cnnviz.errors import EngineError
from cnnviz.train import RunFolder
from cnnviz.train.engine import Engine
from cnnviz.train.engine.claims import CLAIM

from .helpers import QUICK, free_port, wait_for


@pytest.fixture
def idle(home, monkeypatch):
    """An engine whose scheduler cannot be reached."""
    monkeypatch.setattr("cnnviz.train.engine.workers.PATIENCE", 0.2)
    engine = Engine(f"tcp://127.0.0.1:{free_port()}")
    yield engine
    engine.close()


def entered(engine, owner, *, epoch=0):
    """A run in the line that has finished so many epochs."""
    run = RunFolder.create(QUICK, owner=owner, name=f"of {owner}")
    if epoch:
        run.write_checkpoint({"0000": np.zeros(3)}, epoch=epoch, batch=0, sums=None, parked=False)
    engine._enter(run)
    return run


def test_a_run_that_waits_with_a_checkpoint_and_is_stopped_goes_first_once_and_is_in_nobodys_way(idle):
    others = [entered(idle, "Ben"), entered(idle, "Cleo")]
    stopped = entered(idle, "Ada", epoch=1)
    with pytest.raises(EngineError, match="You have one run in the line"):
        idle._check_room(stopped.owner)
    stopped.ask(stop=True)
    idle._foreman._heed()
    assert [entry.run.id for entry in idle._line.of("waiting")] == [stopped.id, *(run.id for run in others)]
    status = idle.status(stopped)
    assert status.state == "waiting"
    assert status.sentence.startswith("Stopping: its network is written down as soon as a worker is free.")
    idle._check_room(stopped.owner)
    # Another that is stopped comes before it; it does not come back ahead of that at every look.
    other = entered(idle, "Dan", epoch=1)
    other.ask(stop=True)
    for _ in range(3):
        idle._foreman._heed()
    assert [entry.run.id for entry in idle._line.of("waiting")][:2] == [other.id, stopped.id]


def test_a_run_that_waits_and_has_learned_nothing_is_stopped_at_once(idle):
    run = entered(idle, "Ada")
    run.ask(stop=True)
    idle._foreman._heed()
    assert run.status().state == "stopped" and not len(idle._line)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("settings.json", '{"version": 999}'),
        ("run.json", "[1, 2]"),
        ("run.json", '{"part": {"another": "version"}}'),
        ("run.json", '{"made": "yesterday"}'),
        ("engine.json", '{"engine": 3, "asked": "yesterday"}'),
        ("checkpoint.json", "[]"),
    ],
)
def test_a_damaged_run_keeps_no_other_from_going_on(idle, name, text):
    runs = [RunFolder.create(QUICK, name=str(number)) for number in range(3)]
    (runs[1].path / name).write_text(text)
    (runs[1].path / "status.json").unlink()
    idle.prepare()
    wait_for(lambda: all(idle._line.find(run) for run in (runs[0], runs[2])), 20)
    wait_for(lambda: "cannot be reached" in idle.trouble, 20)
    assert idle._foreman._thread.is_alive()


def test_a_file_that_goes_while_old_runs_are_looked_for_ends_nothing(idle):
    """A link to nowhere is found in its folder and cannot be looked at, as a file that has just been renamed."""
    run = RunFolder.create(QUICK)
    (run.path / "status.json.partial").symlink_to("gone")
    idle.prepare()
    wait_for(lambda: idle._line.find(run), 20)
    assert (run.path / CLAIM).is_file()


def test_old_runs_go_once_a_day_while_the_server_runs(idle):
    def old():
        run = RunFolder.create(QUICK)
        run.write_status(replace(run.status(), state="done"))
        for path in run.path.iterdir():
            os.utime(path, (time.time() - 31 * 86400,) * 2)
        return run

    first = old()
    idle.prepare()
    wait_for(lambda: not first.path.exists(), 20)
    second = old()
    idle._foreman.nudge()
    wait_for(lambda: not idle._foreman._nudged, 20)
    assert second.path.exists()
    idle._foreman._cleaned -= 86401
    idle._foreman.nudge()
    wait_for(lambda: not second.path.exists(), 20)


def test_a_run_that_nobody_trains_any_more_is_said_to_wait(idle, monkeypatch):
    monkeypatch.setattr("cnnviz.train.engine.foreman.GONE", 0.05)
    runs = [entered(idle, name) for name in ("Ada", "Ben", "Cleo")]
    for run in runs:
        run.write_status(replace(run.status(), state="running", epoch=1))
    runs[2].write_status(replace(runs[2].status(), state="paused", parked=True))
    idle._line.find(runs[2]).phase = "parked"
    runs[2].ask(pause=True)
    with runs[1].locked():
        idle._foreman._heed()
        assert runs[0].status().state == "running"  # It may just be telling that it has ended.
        time.sleep(0.1)
        idle._foreman._heed()
        assert [run.status().state for run in runs] == ["waiting", "running", "paused"]
    assert "Another takes it up after epoch 1" in runs[0].status().sentence
    idle._foreman._heed()
    time.sleep(0.1)
    idle._foreman._heed()
    assert [run.status().state for run in runs] == ["waiting", "waiting", "paused"]
