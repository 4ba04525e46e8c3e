"""Servers, schedulers and folders that are gone, or are another."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from cnnviz.errors import EngineError
from cnnviz.train import RunFolder
from cnnviz.train.engine import Engine, task

from .helpers import LONG, QUICK, dask, end, ended, epochs_of, free_port, middle_of_an_epoch, wait_for

SERVER = """
import sys, time
from cnnviz.train import TrainingSettings
from cnnviz.train.engine import Engine
if __name__ == "__main__":
    engine = Engine(sys.argv[1] or None)
    for settings in sys.argv[2:]:
        print(engine.start(TrainingSettings.from_json(settings)).id, flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_restarted_server_takes_up_what_the_last_one_left(tmp_path, monkeypatch, elsewhere):
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("cnnviz.train.engine.workers.PATIENCE", 2)
    script = tmp_path / "server.py"
    script.write_text(SERVER)
    with dask(tmp_path, free_port(), workers=1) if elsewhere else nothing() as (address, _):
        command = [sys.executable, str(script), address or "", replace(LONG, epochs=10).to_json(), QUICK.to_json()]
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        try:
            runs = [RunFolder(tmp_path / "home" / "runs" / server.stdout.readline().strip()) for _ in range(2)]
            wait_for(lambda: runs[0].status().epoch >= 1 and runs[0].status().batch > 50)
            children = psutil.Process(server.pid).children(recursive=True)
            # While it lives, another server leaves its runs alone.
            second = Engine(f"tcp://127.0.0.1:{free_port()}")
            second.prepare()
            time.sleep(1)
            assert not len(second._line)
            second.close()
        finally:
            server.kill()
            server.wait()
            server.stdout.close()
        # Nothing is left of it.
        alive = psutil.wait_procs(children, timeout=10)[1]
        assert not alive, [one.cmdline() for one in alive]
        engine = Engine(address)
        try:
            engine.prepare()
            statuses = [ended(engine, run) for run in runs]
            assert [(one.state, one.epoch) for one in statuses] == [("done", 10), ("done", 2)]
            assert [epochs_of(run) for run in runs] == [list(range(1, 11)), [1, 2]]
            # The worker here ended with its server; one elsewhere did not, and went on with nobody watching.
            assert len(statuses[0].interrupted) == (0 if elsewhere else 1)
        finally:
            engine.close()


@contextmanager
def nothing():
    yield None, []


def test_the_scheduler_goes_away_and_comes_back(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("cnnviz.train.engine.workers.PATIENCE", 3)
    port = free_port()
    with dask(tmp_path, port, workers=1) as (address, processes):
        engine = Engine(address)
        try:
            run = engine.start(replace(LONG, epochs=6), owner="somebody")
            middle_of_an_epoch(engine, run)
            end(processes)
            wait_for(lambda: f"The scheduler at {address} cannot be reached" in engine.status(run).sentence)
            wait_for(lambda: run.status().state == "waiting")
            monkeypatch.setattr("cnnviz.train.engine.engine.REACHED", 0.5)
            with pytest.raises(EngineError, match="cannot be reached"):
                engine.start(QUICK, owner="somebody else")
            with dask(tmp_path, port, workers=1):
                status = ended(engine, run)
                assert (status.state, epochs_of(run)) == ("done", list(range(1, 7)))
                assert len(status.interrupted) == 1 and status.interrupted[0] >= 1
                engine.close()
        finally:
            engine.close()


def test_the_scheduler_here_goes_away_too(module_home):
    engine = Engine()
    try:
        run = engine.start(replace(LONG, epochs=6))
        middle_of_an_epoch(engine, run)
        engine._foreman.workers._cluster.close()
        status = ended(engine, run)
        assert (status.state, epochs_of(run)) == ("done", list(range(1, 7))) and len(status.interrupted) == 1
    finally:
        engine.close()


def test_a_worker_that_does_not_share_the_folder_refuses_the_start(tmp_path, monkeypatch):
    """The same name, another folder: every process has its own `/proc/self/cwd`."""
    server, worker = tmp_path / "server", tmp_path / "worker"
    server.mkdir()
    worker.mkdir()
    monkeypatch.chdir(server)
    monkeypatch.setenv("CNNVIZ_HOME", "/proc/self/cwd")
    with dask(worker, free_port(), workers=1) as (address, _):
        engine = Engine(address)
        try:
            engine.prepare()
            wait_for(lambda: engine._foreman.capacity == 1)
            with pytest.raises(EngineError, match=r"does not see /proc/self/cwd: CNNVIZ_HOME must be one folder"):
                engine.start(QUICK)
            assert not (server / "runs").exists() and not list(server.glob("probe-*"))
        finally:
            engine.close()


def test_a_probe_finds_what_is_wrong(tmp_path):
    (tmp_path / "probe").write_text("secret")
    assert task.probe(str(tmp_path / "probe"), "secret") == ""
    assert task.probe(str(tmp_path / "probe"), "another").startswith("finds another file in")
    assert task.probe(str(tmp_path / "gone" / "probe"), "secret").startswith("does not see")
    assert [path.name for path in tmp_path.iterdir()] == ["probe"]
