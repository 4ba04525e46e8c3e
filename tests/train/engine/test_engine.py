"""The engine with real workers, of this machine and of a scheduler, trains, stops, pauses and goes on."""

import os
import signal
import statistics
import time
from dataclasses import replace

import psutil

from cnnviz.models.stack_layers import Activation, Dense, Flatten

from .helpers import LONG, PATIENCE, QUICK, ended, epochs_of, middle_of_an_epoch, niceness, wait_for, worker_of


def test_a_run_is_trained_elsewhere_and_tells_of_it_at_once(engine):
    run = engine.start(QUICK, name="First", owner="somebody")
    number, events, late = 0, [], []
    while not any(one["kind"] == "end" for one in events):
        number, new = engine.follow(run.id, number, timeout=PATIENCE)
        assert new, engine.status(run)
        late += [time.time() - one["time"] for one in new]
        events += new
    assert ended(engine, run).state == "done" and epochs_of(run) == [1, 2]
    kinds = [one["kind"] for one in events]
    assert kinds.count("epoch") == 2 and "batch" in kinds
    # Milliseconds; a tenth of a second on a machine that does ten other things.
    assert statistics.median(late) < 0.1
    assert run.model.is_file() and run.evaluation()["pictures"] == 50
    assert engine.follow(run.id, number) == (number, ())


def test_the_worker_gives_way_and_only_the_one_here_does(engine):
    run = engine.start(LONG)
    middle_of_an_epoch(engine, run, epoch=0)
    process = worker_of(engine, run)
    assert process.pid != os.getpid()
    assert process.nice() == niceness(engine)
    trained = max(process.threads(), key=lambda thread: thread.user_time)
    assert os.getpriority(os.PRIO_PROCESS, trained.id) == process.nice()
    engine.ask(run, stop=True)
    assert ended(engine, run).state == "stopped"


def test_stop_takes_effect_within_a_second(engine):
    run = engine.start(replace(LONG, epochs=50))
    middle_of_an_epoch(engine, run, epoch=0)
    began = time.monotonic()
    engine.ask(run, stop=True)
    middle = wait_for(lambda: engine.status(run).state == "stopped" and time.monotonic() - began)
    assert middle < 5 and run.model.is_file()  # The network is written, too.


def test_a_killed_worker_loses_no_finished_epoch(engine):
    run = engine.start(LONG)
    middle_of_an_epoch(engine, run)
    before = epochs_of(run)
    victim = worker_of(engine, run)
    os.kill(victim.pid, signal.SIGKILL)
    if engine.address is None:  # With two workers, the other one has it at once.
        waiting = wait_for(lambda: (now := run.status()).state == "waiting" and now)  # For pages of every server.
        assert "The worker that trained this run ended" in waiting.sentence
        assert f"after epoch {max(before)}" in waiting.sentence
        assert engine.status(run).state == "waiting"
    status = ended(engine, run)
    assert (status.state, status.epoch) == ("done", 4)
    assert epochs_of(run) == [1, 2, 3, 4] and len(before) >= 1
    assert status.interrupted == (max(before),)
    assert len({(row["epoch"], row["batch"]) for row in run.batches()}) == 4 * 500 == len(run.batches())
    if engine.address is None:
        [pid] = engine._foreman.workers.client.run(os.getpid).values()
        assert pid != victim.pid and psutil.Process(pid).nice() == niceness(engine)


def test_a_loss_that_is_no_number_ends_the_run_with_a_reason(engine):
    layers = (Flatten(), Dense(64), Dense(64), Dense(), Activation("softmax"))
    wild = replace(QUICK, architecture="builder", layers=layers, optimizer="sgd", learning_rate=10.0, scaled=False)
    run = engine.start(wild)
    status = ended(engine, run)
    assert status.state == "failed" and "The loss is no number any more" in status.sentence


def test_a_run_left_paused_frees_its_worker_and_goes_on_when_asked(engine, monkeypatch):
    monkeypatch.setattr(engine._foreman, "limits", replace(engine.limits, parked_after=1))
    run = engine.start(LONG, owner="first")
    middle_of_an_epoch(engine, run)
    engine.ask(run, pause=True)
    status = wait_for(lambda: engine.status(run).parked and engine.status(run))
    assert (status.state, status.epoch) == ("paused", 1) and status.batch > 50
    other = engine.start(QUICK, owner="second")
    assert ended(engine, other).state == "done"
    assert engine.status(run).state == "paused"
    engine.ask(run, pause=False)
    status = ended(engine, run)
    # At the very batch: nothing is done twice, nothing counts as interrupted.
    assert (status.state, status.epoch, status.interrupted) == ("done", 4, ())
    assert len(run.batches()) == 4 * 500


def test_a_parked_run_can_be_stopped_and_keeps_its_network(engine, monkeypatch):
    monkeypatch.setattr(engine._foreman, "limits", replace(engine.limits, parked_after=1))
    run = engine.start(LONG)
    middle_of_an_epoch(engine, run)
    engine.ask(run, pause=True)
    wait_for(lambda: engine.status(run).parked)
    wait_for(lambda: engine._line.find(run).phase == "parked")
    engine.ask(run, stop=True)
    assert ended(engine, run).state == "stopped" and run.model.is_file() and epochs_of(run) == [1]
