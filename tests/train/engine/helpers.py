"""Short and long runs, schedulers of Dask, and waiting."""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil

from cnnviz.train import TrainingSettings

PATIENCE = 300  # Seconds: machines that run tests are busy, and a worker that is started anew loads TensorFlow.
QUICK = TrainingSettings(dataset="digits_8x8", architecture="c1", epochs=2, limit=100, test_limit=50, batch_size=20)
# Four epochs of 500 batches: long enough for something to happen in the middle of one.
LONG = replace(QUICK, epochs=4, limit=1250, batch_size=2)


def wait_for(what, seconds=PATIENCE):
    """The first true answer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"Waited in vain for {seconds} seconds.")


def ended(engine, run):
    """How a run stands when it is over."""
    wait_for(lambda: engine.status(run).state in ("done", "stopped", "failed"))
    return engine.status(run)


def middle_of_an_epoch(engine, run, epoch=1):
    """Waits until a run has made some batches of an epoch."""
    number = 0
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        number, events = engine.follow(run.id, number, timeout=1)
        if any(one["kind"] == "batch" and one["epoch"] >= epoch and one["batch"] >= 50 for one in events):
            return
    raise AssertionError(f"The run never got there: {engine.status(run)}")


def worker_of(engine, run):
    """The process that trains a run."""
    future = engine._line.find(run).future
    [address] = [address for address, keys in engine._foreman.workers.client.processing().items() if future.key in keys]
    return psutil.Process(engine._foreman.workers.client.run(os.getpid, workers=[address])[address])


def epochs_of(run):
    return [int(row["epoch"]) for row in run.metrics()]


@contextmanager
def dask(folder, port, *, workers=2, home="elsewhere"):
    """A scheduler and its workers on loopback, whose own CNNVIZ_HOME is not the server's."""
    environment = os.environ | {"CNNVIZ_HOME": str(folder / home), "TF_CPP_MIN_LOG_LEVEL": "3"}
    path = os.pathsep.join([str(Path(__file__).parents[3]), environment.get("PYTHONPATH", "")])
    started = []

    def start(*command):
        with (folder / "dask.log").open("ab") as log:
            command = [sys.executable, "-m", *command]
            process = subprocess.Popen(
                command, cwd=folder, env=environment | {"PYTHONPATH": path}, stdout=log, stderr=log
            )
        started.append(process)
        return process

    address = f"tcp://127.0.0.1:{port}"
    start("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    if workers:
        common = ["--nthreads", "1", "--nworkers", str(workers), "--no-dashboard", "--local-directory", str(folder)]
        start("distributed.cli.dask_worker", address, *common, "--memory-limit", "0", "--host", "127.0.0.1")
    try:
        yield address, started
    finally:
        end(started)


def end(processes):
    """End processes and all that they have started."""
    everything = []
    for process in processes:
        if process.poll() is None:
            everything += [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    for one in everything:
        try:
            one.kill()
        except psutil.NoSuchProcess:
            continue
    for process in processes:
        process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def niceness(engine):
    """That of the processes that train: those here give way to the server."""
    mine = os.nice(0)
    return min(19, mine + 10) if engine.address is None else mine
