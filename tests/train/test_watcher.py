"""What stands beside a network while it looks at the pictures kept aside, and what a run that must end says."""

import threading
import time

import pytest

from cnnviz.train import RunFolder
from cnnviz.train.runs import Status
from cnnviz.train.watcher import Watcher


@pytest.fixture
def run(tmp_path):
    return RunFolder(tmp_path)


def watcher(run, *, should_stop=lambda: False, park_after=None):
    import keras

    run.path.mkdir(exist_ok=True)
    made = Watcher(
        run,
        Status(state="running", epochs=2, of=2, learning_rate=0.1),
        scale=keras.Variable(1.0),
        rate=0.1,
        sizes=[4, 4],
        on_event=lambda event: None,
        should_stop=should_stop,
        park_after=park_after,
    )
    made.begin(0)
    made.flush()
    return made


def learned(made, *, batches=2):
    for number in range(batches):
        made.batch(number, {"loss": 1.0, "accuracy": 0.5})


def test_why_it_must_end_is_in_its_folder_together_with_the_end(run):
    made = watcher(run, should_stop=lambda: "Two hours are over.")
    assert not made.batch(0, {"loss": 1.0, "accuracy": 0.5})
    assert (made.ending, made.status.sentence) == ("stopped", "Two hours are over.")


def test_the_users_own_stop_needs_no_sentence(run):
    made = watcher(run, should_stop=lambda: "Two hours are over.")
    run.ask(stop=True)
    assert not made.batch(0, {"loss": 1.0, "accuracy": 0.5})
    assert (made.ending, made.status.sentence) == ("stopped", "")


def test_a_stop_is_heard_among_the_pictures_kept_aside(run):
    made = watcher(run)
    learned(made)
    assert made.portion()
    run.ask(stop=True)
    assert not made.portion() and made.ending == "stopped"


def test_a_pause_stands_still_among_them_until_it_is_over(run):
    began = time.perf_counter()
    made = watcher(run)
    learned(made)
    run.ask(pause=True)
    went_on = []
    thread = threading.Thread(target=lambda: went_on.append(made.portion()), daemon=True)
    thread.start()
    limit = time.monotonic() + 60
    while run.status().state != "paused":
        assert time.monotonic() < limit
        time.sleep(0.01)
    assert not went_on
    time.sleep(0.2)  # Of the pause, which is no time at work.
    run.ask(pause=False)
    thread.join(60)
    assert went_on == [True] and run.status().state == "running"
    made.flush()
    assert 0 < run.status().seconds < time.perf_counter() - began - 0.2


def test_an_epoch_that_was_asked_for_is_finished_with_its_validation(run):
    made = watcher(run)
    run.ask(epochs=1)
    made.attend()
    learned(made)
    assert made.portion() and made.portion()  # A run that stood still here would never come back.
    assert made.status.state == "running"


def test_who_pauses_for_long_among_them_parks_only_after_the_epoch(run):
    made = watcher(run, park_after=0.05)
    learned(made)
    run.ask(pause=True)
    assert made.portion() and made.portion()
    assert made.ending == ""
    made.begin(1)
    made.attend()
    assert made.ending == "parked"
