"""Several runs of one experiment: they count as one, go one after the other, and are stopped together."""

from dataclasses import replace

import pytest

from cnnviz.errors import EngineError
from cnnviz.train import find_group
from cnnviz.train.engine import Engine, Limits

from .helpers import LONG, QUICK, ended, middle_of_an_epoch


def test_an_experiment_counts_as_one_and_its_runs_go_one_after_the_other(engine, monkeypatch):
    monkeypatch.setattr(engine._foreman, "limits", replace(engine.limits, per_user=2))
    asked = {"slow": replace(QUICK, learning_rate=0.001), "quick": replace(QUICK, learning_rate=0.1)}
    runs = engine.start_experiment("learning_rate", asked, title="Rates", owner="Ada")
    assert [run.name for run in runs] == ["Rates: slow", "Rates: quick"]
    assert [run.settings for run in runs] == list(asked.values())
    assert len({run.group for run in runs}) == 1 and runs[0].part.experiment == "learning_rate"
    other = engine.start(QUICK, owner="Ada", name="Beside it")
    with pytest.raises(EngineError, match=r"You have 2 runs in the line or at work already.*Rates: slow"):
        engine.start(QUICK, owner="Ada")
    assert [ended(engine, run).state for run in (*runs, other)] == ["done"] * 3
    # Where a scheduler has two workers, the second of them trains no run of the same experiment meanwhile.
    times = [[(run.path / name).stat().st_mtime for run in runs] for name in ("first.npz", "evaluation.json")]
    assert times[1][0] < times[0][1], "the second began before the first was over"
    assert [run.id for run in find_group(runs[0].group, runs=engine.home / "runs")] == [run.id for run in runs]


def test_a_stopped_experiment_stops_what_waits_too(engine):
    runs = engine.start_experiment("learning_rate", dict.fromkeys("abc", LONG), owner="Ada")
    middle_of_an_epoch(engine, runs[0], epoch=0)
    engine.stop_all(runs)
    assert [ended(engine, run).state for run in runs] == ["stopped"] * 3
    assert [bool(run.batches()) for run in runs] == [True, False, False]


def test_a_restarted_server_goes_on_with_an_experiment_and_a_full_line_takes_none_of_it(tmp_path, monkeypatch):
    """Without workers: only what is in the line, and why."""
    monkeypatch.setattr(Engine, "prepare", lambda self: None)
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))
    asked = dict.fromkeys("abc", QUICK)
    first = Engine(limits=Limits(queued=4))
    runs = first.start_experiment("learning_rate", asked, owner="Ada")
    before = set((tmp_path / "runs").iterdir())
    with pytest.raises(EngineError, match="3 runs wait already, and these are 3 more; at most 4 may wait"):
        first.start_experiment("learning_rate", asked, owner="Ben")
    assert set((tmp_path / "runs").iterdir()) == before
    first.close()
    second = Engine()
    second._foreman._take_up()
    assert [second.position(run) for run in runs] == [0, 1, 2]
    assert {entry.group for entry in second._line.of()} == {runs[0].group}
    with pytest.raises(EngineError, match="You have one run"):
        second.start(QUICK, owner="Ada")
    second.stop_all(runs)
    second._foreman._heed()
    assert [second.status(run).state for run in runs] == ["stopped"] * 3
    second.close()
