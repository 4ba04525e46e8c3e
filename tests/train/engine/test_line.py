"""Who waits for whom, and for how long."""

import threading
from dataclasses import replace

import pytest

from cnnviz.errors import EngineError
from cnnviz.train import RunFolder

from .helpers import LONG, QUICK, ended, wait_for


def test_two_users_press_start_at_once_and_one_user_twice(engine):
    outcomes, gate = {}, threading.Barrier(4)

    def press(browser, owner):
        gate.wait()
        try:
            outcomes[browser] = engine.start(QUICK, owner=owner, name=f"of {owner}")
        except EngineError as error:
            outcomes[browser] = error

    pressed = [("a", "Ada"), ("b", "Ben"), ("c", "Cleo"), ("c again", "Cleo")]
    threads = [threading.Thread(target=press, args=one) for one in pressed]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    runs = [one for one in outcomes.values() if isinstance(one, RunFolder)]
    [refused] = [one for one in outcomes.values() if isinstance(one, EngineError)]
    assert "You have one run in the line or at work already" in str(refused) and "of Cleo" in str(refused)
    assert {run.name for run in runs} == {"of Ada", "of Ben", "of Cleo"}
    assert [ended(engine, run).state for run in runs] == ["done"] * 3
    # It is over: the same user may start again.
    assert ended(engine, engine.start(QUICK, owner="Cleo")).state == "done"


def test_a_hundred_wait_each_knows_its_place(engine):
    first = [engine.start(replace(LONG, epochs=50)) for _ in range(1 if engine.address is None else 2)]
    wait_for(lambda: all(engine.position(run) is None for run in first))
    runs = [engine.start(QUICK, owner=f"user {number}") for number in range(100)]
    places = [engine.position(run) for run in runs]
    assert places == list(range(len(first), 100 + len(first)))
    assert engine.status(runs[4]).sentence == f"Waiting: {4 + len(first)} other runs are ahead."
    for run in runs[3:]:
        engine.ask(run, stop=True)
    wait_for(lambda: engine.position(runs[-1]) is None, 20)
    assert all(ended(engine, run).state == "stopped" for run in runs[3:])
    for run in first:
        engine.ask(run, stop=True)
    assert [ended(engine, run).state for run in runs[:3]] == ["done"] * 3


def test_more_than_may_wait_are_refused(engine, monkeypatch):
    monkeypatch.setattr(engine._foreman, "limits", replace(engine.limits, queued=1))
    for _ in range(engine._foreman.capacity):
        run = engine.start(replace(LONG, epochs=50))
        wait_for(lambda run=run: engine.position(run) is None)
    engine.start(QUICK)
    before = set((engine.home / "runs").iterdir())
    with pytest.raises(EngineError, match="1 runs wait already, as many as may"):
        engine.start(QUICK)
    assert set((engine.home / "runs").iterdir()) == before


def test_a_run_ends_when_its_time_is_up(engine, monkeypatch):
    monkeypatch.setattr(engine._foreman, "limits", replace(engine.limits, minutes=0.05))
    run = engine.start(replace(LONG, epochs=100))
    assert ended(engine, run).state == "stopped"
    wait_for(lambda: "after 0.05 minutes at work, the longest that is allowed" in engine.status(run).sentence)
    assert run.model.is_file()
