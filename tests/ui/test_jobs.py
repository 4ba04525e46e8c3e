"""Slow work in its child process: it begins, tells, stops, fails and is killed as the page is told."""

import gc
import os
import signal
import sys
import time
import types

import numpy as np
import pytest
from streamlit import runtime
from streamlit.testing.v1 import AppTest

from cnnviz.models import NETWORKS
from cnnviz.ui import jobs, worker

from . import chores

PATIENCE = 200  # Seconds: where everything is busy, what gives way takes long to start.
NEVER = 100_000  # Steps.


@pytest.fixture(autouse=True)
def empty_line():
    """No test leaves work to the next."""
    yield
    for job in list(jobs._line):
        job.stop()
    until(lambda: not jobs._line)


def ask(work, network="digits", **arguments):
    job = jobs.Job("test", work.__name__, work, network=network, arguments=arguments)
    jobs.enqueue(job)
    return job


def until(holds):
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def over(job):
    until(lambda: job.is_over)
    return job


def child():
    """The process that works, and what it says of itself."""
    return over(ask(chores.look_around)).result


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_work_is_done_in_a_child_that_gives_way_and_knows_no_page():
    pid, niceness, loaded, noise = child()
    assert pid != os.getpid() and niceness == min(19, os.nice(0) + worker.NICENESS)
    assert loaded == set() and noise == "3"
    assert child()[0] == pid, "the next job finds it warm"


def test_a_child_killed_while_idle_is_replaced_without_the_main_module(monkeypatch, tmp_path):
    """In Streamlit the main module is the page that runs."""
    page, trace = tmp_path / "page.py", tmp_path / "trace"
    page.write_text(f"open({str(trace)!r}, 'w').close()")
    main = types.ModuleType("__main__")
    main.__file__ = str(page)
    pid = child()[0]
    os.kill(pid, signal.SIGKILL)
    until(lambda: not alive(pid))
    monkeypatch.setitem(sys.modules, "__main__", main)
    assert child()[0] != pid and not trace.exists()


def test_progress_and_partial_results_arrive_and_stay():
    job = ask(chores.count, steps=8, pause=0.15)
    seen = set()
    while not job.is_over:
        if job.partial:
            assert job.partial == list(range(job.done)) and job.total == 8
            assert jobs.sentence(job, "Counting") == f"Counting: {job.done} of 8." and 0 < job.seconds < PATIENCE
            seen.add(job.done)
        time.sleep(0.02)
    assert len(seen) >= 3, "often, but not at every step"
    assert job.state == "done" and job.problem == "" and job.seconds >= 8 * 0.15
    assert job.result == (NETWORKS["digits"].class_names, list(range(8)))
    assert job.partial == list(range(8)) and (job.done, job.total) == (8, 8)


def test_a_stop_holds_at_once_for_the_page_and_soon_in_the_child():
    job = ask(chores.count, steps=NEVER, pause=0.02)
    until(lambda: job.partial)
    job.stop()
    assert job.state == "stopped" and job.is_over and job.result is None and job.problem == ""
    done, partial = job.done, job.partial
    assert partial == list(range(done))
    until(lambda: not jobs._line)
    time.sleep(0.3)
    assert (job.state, job.done, job.partial) == ("stopped", done, partial)


def test_jobs_wait_for_each_other_in_the_order_of_their_starts():
    first, second, third = ask(chores.count, steps=NEVER, pause=0.02), *(ask(chores.count, steps=n) for n in (2, 3))
    until(lambda: first.is_open)
    assert [job.state for job in (first, second, third)] == ["running", "waiting", "waiting"]
    assert [job.position for job in (first, second, third)] == [0, 1, 2]
    assert jobs.sentence(second, "") == "Waiting: 1 other is ahead."
    assert jobs.sentence(third, "") == "Waiting: 2 others are ahead."
    second.stop()
    assert third.position == 1 and second.state == "stopped"
    first.stop()
    assert over(third).result[1] == [0, 1, 2] and second.result is None and not second.is_open


def test_a_large_result_arrives_whole():
    size = 50 * 2**20
    job = over(ask(chores.much, size=size))
    assert job.partial.shape == (size // 2,)
    np.testing.assert_array_equal(job.result, np.arange(size, dtype=np.uint8))


@pytest.mark.parametrize(
    ("work", "problem"),
    [
        (chores.refuse, "This *cannot* be done; ask for something else."),
        (chores.stumble, worker.UNFORESEEN),
        (chores.hand_over, worker.UNFORESEEN),
    ],
)
def test_work_that_fails_says_why_and_the_child_goes_on(work, problem):
    pid = child()[0]
    job = over(ask(work))
    assert (job.state, job.problem, job.result) == ("failed", problem, None)
    assert child()[0] == pid


def test_a_network_that_cannot_be_opened_is_said_to_be(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))
    (tmp_path / "networks").mkdir()
    (tmp_path / "networks" / "mine.keras").write_text("no network")
    job = over(ask(chores.look_around, network="own/mine"))
    assert job.state == "failed" and "mine.keras" in job.problem


def test_a_killed_child_costs_its_job_alone():
    pid = child()[0]
    job, waiting = ask(chores.sleep, seconds=PATIENCE), ask(chores.look_around)
    until(lambda: job.is_open)
    os.kill(pid, signal.SIGKILL)
    assert over(job).state == "failed" and job.problem == jobs.KILLED
    assert over(waiting).state == "done" and waiting.result[0] != pid


def test_work_that_does_not_heed_a_stop_is_ended(monkeypatch):
    monkeypatch.setattr(jobs, "STUBBORN", 0.5)
    job = ask(chores.sleep, seconds=2 * PATIENCE)
    until(lambda: job.is_open)
    job.stop()
    waiting = ask(chores.look_around)
    assert waiting.position == 0 and jobs.sentence(waiting, "").startswith("Waiting: the work before it is about to")
    assert over(waiting).state == "done" and job.state == "stopped"


def test_a_job_that_no_page_asks_about_is_stopped(monkeypatch):
    child()
    monkeypatch.setattr(jobs, "UNMISSED", 1)
    kept, left = ask(chores.count, steps=NEVER, pause=0.02), ask(chores.count, steps=2)
    until(lambda: not kept.is_over and left._stopped is not None)
    time.sleep(2)  # Nobody waits for its end any more.
    assert kept._stopped is None
    monkeypatch.setattr(jobs, "ABANDONED", 1)
    until(lambda: kept not in jobs._line)
    assert kept._stopped is not None


def test_an_idle_child_ends_and_the_next_job_starts_another(monkeypatch):
    monkeypatch.setattr(jobs, "IDLE", 3)
    pid = child()[0]
    until(lambda: not alive(pid))
    assert child()[0] != pid


def test_when_the_server_closes_nothing_waits_for_the_child(monkeypatch):
    job = ask(chores.sleep, seconds=2 * PATIENCE)
    until(lambda: job.is_open)
    server = types.SimpleNamespace(state=runtime.RuntimeState.STOPPING)
    with monkeypatch.context() as patch:
        patch.setattr(runtime, "exists", lambda: True)
        patch.setattr(runtime, "get_instance", lambda: server)
        until(lambda: job.is_over)
        until(lambda: not jobs._foreman.is_alive())


def test_a_folder_goes_with_its_job():
    job = ask(chores.count, steps=NEVER, pause=0.02)
    until(lambda: job.partial)
    folder = job._folder
    assert folder.is_dir()
    job.stop()
    until(lambda: not jobs._line)
    job = None
    gc.collect()
    until(lambda: not folder.exists())


# ---- on a page


def page():
    import streamlit as st

    from cnnviz.ui import jobs
    from tests.ui import chores

    wanted = st.session_state.get("wanted", 1)
    job = jobs.current("counting", wanted)
    if job is None and st.button("Count"):
        job = jobs.start("counting", wanted, chores.count, network="digits", steps=100_000, pause=0.02)
    if job is not None:
        st.markdown(job.state)
        if not job.is_over:
            jobs.show(job, "Counting")


def test_a_page_starts_a_job_shows_it_and_stops_it():
    app = AppTest.from_function(page, default_timeout=PATIENCE).run()
    assert not app.markdown
    app.button[0].click().run()

    def runs():
        app.run()
        return app.get("progress") and app.get("progress")[0].proto.text.startswith("Counting: ")

    until(runs)
    assert app.markdown[0].value == "running"
    (stop,) = [button for button in app.button if button.label == "Stop"]
    stop.click().run()
    assert app.markdown[0].value == "stopped" and not app.get("progress")
    assert not app.exception


def test_another_question_stops_the_outdated_job_and_keeps_a_finished_one():
    app = AppTest.from_function(page, default_timeout=PATIENCE).run()
    app.button[0].click().run()
    first = app.session_state["job_counting"]
    app.session_state["wanted"] = 2
    app.run()
    assert first.state == "stopped" and not app.markdown
    app.session_state["wanted"] = 1
    app.run()
    assert app.markdown[0].value == "stopped" and app.session_state["job_counting"] is first
    app.session_state["wanted"] = 2
    app.run()
    app.button[0].click().run()
    assert app.session_state["job_counting"] is not first and not app.exception
