"""The page Experiments without a browser: every question, runs that are over, who may do what."""

import dataclasses
import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.home import home
from cnnviz.models import imagenet
from cnnviz.train import EXPERIMENTS, Part, RunFolder, Status, outcome, train
from cnnviz.train.engine import Engine
from cnnviz.ui.experiments import figures, running, words

from .elements import button, html, markdown
from .test_pages import PATIENCE, run

TOKEN = "0123456789abcdef0123456789abcdef"
GROUP = "0123456789abcdef0123"

# By the headings of the table: what differs among the runs.
STATED = {
    "pixels": ["Pixels", "Learning rate"],
    "fifty": ["Augmentation", "Pictures", "Network"],
    "turned": ["Augmentation"],
    "learning_rate": ["Learning rate"],
    "random_labels": ["Training labels"],
}


@pytest.fixture(scope="module")
def done():
    """The experiment with turned pictures, on few of them, once it is over; of the browser with `TOKEN`."""
    made = []
    for name, settings in EXPERIMENTS["turned"].settings().items():
        quick = dataclasses.replace(settings, epochs=2, limit=200, test_limit=100)
        one = RunFolder.create(quick, name=f"Turned pictures: {name}", owner=TOKEN, part=Part("turned", GROUP, name))
        train(quick, folder=one.path)
        made.append(one)
    yield made
    for one in made:
        one.delete()


@pytest.fixture
def app(root, digits, monkeypatch):
    """The page; no worker is started, which would take up the runs that these tests only describe."""
    monkeypatch.setattr(Engine, "prepare", lambda self: None)
    app = AppTest.from_file(str(root / "app.py"), default_timeout=PATIENCE)
    run(app)
    app.switch_page("pages/train/experiments.py")
    return app


def test_every_experiment_shows_its_question_and_its_runs(app):
    run(app)
    assert [one.value for one in app.title] == ["What does it depend on?"]
    for key, experiment in EXPERIMENTS.items():
        app.session_state["experiment"] = key
        run(app)
        assert any(re.sub(r"\\(.)", r"\1", one.value) == f"## {experiment.question}" for one in app.markdown), key
        assert all(f"</span>{name}</th>" in html(app) for name in experiment.runs)
        assert "an estimate" in markdown(app) and not button(app, "Start").disabled
        assert not app.error
        assert "group" not in app.query_params


@pytest.mark.parametrize("key", EXPERIMENTS)
def test_the_table_states_all_in_which_the_runs_differ(key):
    settings = EXPERIMENTS[key].settings()
    found = words.differences(settings)
    assert list(found) == STATED.get(key, ["Network"])
    for said in found.values():
        assert list(said) == list(settings)
    # No two runs read alike.
    assert len({tuple(said[name] for said in found.values()) for name in settings}) == len(settings)


def test_layers_that_are_not_in_all_are_bold():
    without, with_it = words.differences(EXPERIMENTS["dropout"].settings())["Network"].values()
    assert "<b>dropout 50 %</b>" in with_it and with_it.count("<b>") == 1 and "<b>" not in without
    none, small, large = words.differences(EXPERIMENTS["l2"].settings())["Network"].values()
    assert none.count("<b>") == 1 and "<b>dense 128</b>" in none
    assert "<b>dense 128, L2 0.003</b>" in small and "<b>dense 128, L2 0.03</b>" in large
    one, two, none = words.differences(EXPERIMENTS["vehicles"].settings())["Network"].values()
    for convolved in (one, two):
        assert convolved.startswith("<b>convolution 32") and " · flatten · dense 128 · ReLU · <b>dense" in convolved
    assert none == "flatten · dense 128 · ReLU · <b>dense 1</b> · <b>Sigmoid</b>"
    assert "<b>" not in "".join(words.differences(EXPERIMENTS["fifty"].settings())["Network"].values())
    he = next(iter(words.differences(EXPERIMENTS["initializers"].settings())["Network"].values()))
    assert "7 × (<b>dense 64, He</b> · ReLU)" in he


def test_what_is_not_here_is_said_before_the_start(app, monkeypatch):
    monkeypatch.setattr(imagenet, "found", lambda file: None)
    app.session_state["experiment"] = "fifty"
    run(app)
    assert "The weights of MobileNetV2 are not on this machine yet: “transferred” downloads about 9 MB" in markdown(app)
    assert "the others are trained all the same" in markdown(app)
    app.session_state["experiment"] = "vehicles"
    run(app)
    assert "is not on this machine yet: the first run downloads 170 MB" in markdown(app)


def test_an_experiment_that_is_over_is_found_by_its_address(app, done):
    app.query_params["group"] = GROUP
    run(app)
    assert app.session_state["experiment"] == "turned"
    text = re.sub(r"\\(.)", r"\1", markdown(app))
    assert "**Over.** 2 done." in text
    results = [outcome.read(one) for one in done]
    experiment = EXPERIMENTS["turned"]
    for sentence in outcome.sentences(results, experiment.remarks, experiment.measure):
        assert f"- {sentence}" in text
    first = np.mean(done[0].answers()["turned"] == done[0].answers()["labels"])
    assert f"names {100 * first:.1f}\u00a0% of the 100 turned test pictures right" in text
    assert done[0].evaluation()["test"]["turned_accuracy"] == pytest.approx(first)
    assert button(app, "Stop") is None and not button(app, "Start again").disabled
    assert app.query_params["group"] == GROUP
    # Another experiment has no runs yet; back at this one, they are there again.
    app.session_state["experiment"] = "dense"
    run(app)
    assert "group" not in app.query_params and "**Over.**" not in markdown(app)
    app.session_state["experiment"] = "turned"
    run(app)
    assert app.query_params["group"] == GROUP and "**Over.**" in markdown(app)


def test_a_network_of_it_opens_in_other_pages(app, done):
    app.query_params["group"] = GROUP
    run(app)
    app.selectbox(key=f"experiment_network_{GROUP}").set_value("turned while learning")
    run(app)
    button(app, "Open in Kernels").click()
    app.run()
    assert not app.exception
    assert app.session_state["network"] == f"run/{done[1].id}"


def test_an_address_of_no_experiment_gets_one_sentence(app):
    app.query_params["group"] = "../../etc"
    run(app)
    [said] = app.info
    assert "There is no experiment" in said.value and "may have been deleted" in said.value
    assert "group" not in app.query_params and button(app, "Start") is not None


def test_only_its_owner_may_stop_it(app, monkeypatch):
    runs = [
        RunFolder.create(settings, owner=TOKEN, part=Part("pixels", "f" * 20, name))
        for name, settings in EXPERIMENTS["pixels"].settings().items()
    ]
    try:
        runs[0].write_status(Status(state="running", epoch=2, epochs=10, batch=5, of=36, per_batch=0.01, seconds=1.0))
        app.query_params["group"] = "f" * 20
        run(app)
        assert button(app, "Stop") is None and "Only the browser in which it was started" in markdown(app)
        assert "learning, epoch 3 of 10" in html(app) and button(app, "Start again").disabled
        assert "**Learning:** run 1 of 3, “0 to 1”" in markdown(app)
        app.session_state["owner_token"] = TOKEN
        run(app)
        button(app, "Stop").click()
        run(app)
        assert all(one.control().stop for one in runs)
    finally:
        for one in runs:
            one.delete()


def test_it_can_be_stopped_when_its_first_run_is_deleted_meanwhile(root, monkeypatch):
    def page(paths):
        from cnnviz.train import RunFolder
        from cnnviz.ui.experiments import running

        running._live("pixels", [RunFolder(path) for path in paths])

    runs = [
        RunFolder.create(settings, owner=TOKEN, part=Part("pixels", "e" * 20, name))
        for name, settings in EXPERIMENTS["pixels"].settings().items()
    ]
    runs[0].delete()
    try:
        app = AppTest.from_function(page, kwargs={"paths": [str(one.path) for one in runs]}, default_timeout=PATIENCE)
        app.session_state["owner_token"] = TOKEN
        app.run()
        assert not app.exception and "You watch" not in markdown(app)
        button(app, "Stop").click()
        app.run()
        assert all(one.control().stop for one in runs[1:])
    finally:
        for one in runs:
            one.delete()


def test_the_run_that_learns_is_named_before_one_that_was_left_paused(done):
    results = [outcome.read(one) for one in done]
    parked, learns = Status(state="paused", parked=True), Status(state="running")
    assert running.standing(results, [parked, learns]) == "**Learning:** run 2 of 2, “turned while learning”."
    assert running.standing(results, [parked, Status()]) == "**Paused:** run 1 of 2, “upright only”."
    assert running.are_over([RunFolder(home() / "runs" / "deleted")])


def test_what_is_left_counts_the_runs_that_wait():
    at_work = Status(state="running", epoch=1, epochs=4, of=10, per_batch=0.5, seconds=5.0)
    assert at_work.remaining == 15
    assert running.remaining([Status(state="done"), at_work, Status(), Status()]) == 15 + 2 * 20
    assert running.remaining([Status(), Status()]) is None


def test_a_run_that_failed_and_one_that_waits_have_their_line(done):
    results = [outcome.read(one) for one in done]
    table = figures.table(results, [Status(state="failed", epochs=2), Status(epochs=2)], measure="turned")
    assert ">failed<" in table and ">waiting<" in table and "Turned test pictures" in table
    assert figures.table([], [], measure="accuracy").count("<th ") == 7
