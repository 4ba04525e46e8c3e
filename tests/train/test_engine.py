"""The engine with real workers, one of this machine's own and two of a scheduler's, and what happens when they fail."""

import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import fields, replace
from pathlib import Path

import psutil
import pytest

from cnnviz.errors import EngineError, RunError, SettingsError
from cnnviz.models.stack_layers import Activation, Dense, Flatten
from cnnviz.train import RunFolder, TrainingSettings, find_group
from cnnviz.train.engine import Engine, Limits, task

PATIENCE = 90  # Seconds: machines that run tests are busy, and a worker that is started anew loads TensorFlow.
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
    path = os.pathsep.join([str(Path(__file__).parents[2]), environment.get("PYTHONPATH", "")])
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


@pytest.fixture(scope="module")
def module_home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("home")
        patch.setenv("CNNVIZ_HOME", str(folder))
        yield folder


@pytest.fixture(scope="module", params=["local", "remote"])
def engine(request, module_home, tmp_path_factory):
    """An engine with its own worker, and one with the two of a scheduler."""
    if request.param == "local":
        engine = Engine()
        yield engine
        engine.close()
        return
    with dask(tmp_path_factory.mktemp("dask"), free_port()) as (address, _):
        engine = Engine(address)
        engine.prepare()
        wait_for(lambda: engine._foreman.capacity == 2)
        yield engine
        engine.close()


@pytest.fixture(autouse=True)
def leave_nothing(request):
    """What a failed test left in the line must not stand in the way of the next."""
    yield
    if "engine" in request.fixturenames:
        engine = request.getfixturevalue("engine")
        for entry in engine._line.of():
            with suppress(RunError):
                engine.ask(entry.run, stop=True)
        wait_for(lambda: not len(engine._line))


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
    assert process.nice() == (10 if engine.address is None else psutil.Process().nice())
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
        said = wait_for(lambda: (now := engine.status(run)).state == "waiting" and now.sentence)
        assert "The worker that trained this run ended" in said and f"after epoch {max(before)}" in said
        assert wait_for(lambda: run.status().state == "waiting")  # For a page of another server.
    status = ended(engine, run)
    assert (status.state, status.epoch) == ("done", 4)
    assert epochs_of(run) == [1, 2, 3, 4] and len(before) >= 1
    assert status.interrupted == (max(before),)
    assert len({(row["epoch"], row["batch"]) for row in run.batches()}) == 4 * 500 == len(run.batches())
    if engine.address is None:
        [pid] = engine._foreman.workers.client.run(os.getpid).values()
        assert pid != victim.pid and psutil.Process(pid).nice() == 10


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
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
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
            run = engine.start(replace(LONG, epochs=10), owner="somebody")
            middle_of_an_epoch(engine, run)
            end(processes)
            wait_for(lambda: f"The scheduler at {address} cannot be reached" in engine.status(run).sentence)
            wait_for(lambda: run.status().state == "waiting")
            monkeypatch.setattr("cnnviz.train.engine.engine.REACHED", 0.5)
            with pytest.raises(EngineError, match="cannot be reached"):
                engine.start(QUICK, owner="somebody else")
            with dask(tmp_path, port, workers=1):
                status = ended(engine, run)
                assert (status.state, epochs_of(run)) == ("done", list(range(1, 11)))
                assert len(status.interrupted) == 1 and status.interrupted[0] >= 1
                engine.close()
        finally:
            engine.close()


def test_the_scheduler_here_goes_away_too(module_home):
    engine = Engine()
    try:
        run = engine.start(replace(LONG, epochs=10))
        middle_of_an_epoch(engine, run)
        engine._foreman.workers._cluster.close()
        status = ended(engine, run)
        assert (status.state, epochs_of(run)) == ("done", list(range(1, 11))) and len(status.interrupted) == 1
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


def test_old_runs_go_when_the_server_starts(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))
    old, young = (RunFolder.create(QUICK) for _ in range(2))
    for run in (old, young):
        run.write_status(replace(run.status(), state="done"))
    for path in [*old.path.iterdir()]:
        os.utime(path, (time.time() - 31 * 86400,) * 2)
    monkeypatch.setattr("cnnviz.train.engine.workers.PATIENCE", 1)
    engine = Engine(f"tcp://127.0.0.1:{free_port()}")
    try:
        engine.prepare()
        wait_for(lambda: not old.path.exists())
        assert young.path.exists()
    finally:
        engine.close()


def test_limits_come_from_the_environment_and_say_what_they_are():
    environment = {"CNNVIZ_MAX_EPOCHS": "7", "CNNVIZ_RUNS_PER_USER": " 3 ", "CNNVIZ_MAX_PICTURES": ""}
    limits = Limits.from_environment(environment)
    assert (limits.epochs, limits.per_user, limits.pictures) == (7, 3, Limits().pictures)
    assert "A run has at most 7 epochs." in limits.sentences() and len(limits.sentences()) == 9
    for text in ("many", "0", "-3", "1.5"):
        with pytest.raises(EngineError, match=r"CNNVIZ_MAX_EPOCHS is .* from 1 up, or leave it out for 200"):
            Limits.from_environment({"CNNVIZ_MAX_EPOCHS": text})


def test_the_readme_names_every_limit_and_its_default(root):
    text = (root / "README.md").read_text()
    for one in fields(Limits):
        assert f"| `{one.metadata['variable']}` | {one.default:,} |" in text, one.name


@pytest.mark.parametrize(
    ("settings", "error", "sentence"),
    [
        (replace(QUICK, epochs=201), EngineError, r"asks for 201 epochs; at most 200 .* raise CNNVIZ_MAX_EPOCHS"),
        (
            TrainingSettings(dataset="cifar10", architecture="e1"),
            EngineError,
            r"learns from 50,000 pictures; at most 1,000 .* raise CNNVIZ_MAX_PICTURES",
        ),
        (
            TrainingSettings(architecture="digits", share=0.01),
            EngineError,
            r"has 257,162 parameters; at most 100,000 .* raise CNNVIZ_MAX_PARAMETERS",
        ),
        (TrainingSettings(architecture="lenex"), SettingsError, "no architecture called 'lenex'"),
    ],
)
def test_more_than_is_allowed_is_refused(settings, error, sentence):
    with pytest.raises(error, match=sentence):
        Limits(pictures=1000 if settings.dataset == "cifar10" else 100_000, parameters=100_000).check(settings)
    Limits().check(QUICK)


def test_importing_the_engine_loads_neither_dask_nor_keras():
    code = (
        "import sys; import cnnviz.train.engine; "
        "print([name for name in ('distributed', 'dask', 'keras', 'tensorflow') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(found.stdout.replace("'", '"')) == []


def test_an_experiment_counts_as_one_and_its_runs_go_one_after_the_other(engine):
    asked = {"slow": replace(QUICK, learning_rate=0.001), "quick": replace(QUICK, learning_rate=0.1)}
    runs = engine.start_experiment("learning_rate", asked, title="Rates", owner="Ada")
    assert [run.name for run in runs] == ["Rates: slow", "Rates: quick"]
    assert [run.settings for run in runs] == list(asked.values())
    assert len({run.group for run in runs}) == 1 and runs[0].part.experiment == "learning_rate"
    assert engine.limits.per_user == 1
    with pytest.raises(EngineError, match=r"You have one run in the line or at work already.*Rates: slow"):
        engine.start(QUICK, owner="Ada")
    assert [ended(engine, run).state for run in runs] == ["done", "done"]
    # Of the scheduler's two workers one has stood idle all the while.
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
