"""The page Runs without a browser: whose runs it lists, what it compares, who may rename and delete."""

from dataclasses import fields, replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.models.stack_layers import Activation, Convolution, Dense, Flatten
from cnnviz.train import RunFolder, Status, TrainingSettings
from cnnviz.train.comparison import NAMES
from cnnviz.train.engine import Engine
from cnnviz.train.runs import COLUMNS
from cnnviz.train.summary import summary
from cnnviz.ui.runs import comparing, page, words

from .elements import button, html, markdown
from .test_pages import PATIENCE, run

MINE, OTHER = "0123456789abcdef0123456789abcdef", "f" * 32
SETTINGS = TrainingSettings(dataset="digits_8x8", architecture="a3", epochs=2, batch_size=32)


@pytest.fixture
def make(tmp_path, monkeypatch):
    """A function that makes a run that is over: its curves are made up, nothing is trained."""
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))

    def make(name, *, accuracy=0.5, owner=MINE, state="done", **changes):
        settings = replace(SETTINGS, **changes)
        made = RunFolder.create(settings, name=name, owner=owner)
        rows = [
            {"epoch": one, "loss": 1 / one, "accuracy": 0.9, "val_accuracy": accuracy / (3 - one), "val_loss": 1.0}
            for one in (1, 2)
        ]
        made.write_rows("metrics.csv", COLUMNS, rows, anew=True)
        made.write_json("evaluation.json", {"accuracy": accuracy})
        made.write_status(Status(state=state, epochs=2, epoch=2, seconds=61, parameters=3210))
        return made

    return make


@pytest.fixture
def app(root, digits, monkeypatch, tmp_path):
    """The page in a browser that is known; no worker is started."""
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))
    monkeypatch.setattr(Engine, "prepare", lambda self: None)
    app = AppTest.from_file(str(root / "app.py"), default_timeout=PATIENCE)
    run(app)
    app.switch_page("pages/train/runs.py")
    app.session_state["owner_token"] = MINE
    return app


def names(app):
    """The lines of the table."""
    return [] if not app.dataframe else list(app.dataframe[0].value["Name"])


def select(app, *runs):
    app.multiselect(key="runs_menu").set_value([one.id for one in runs])
    return run(app)


def test_without_runs_it_shows_the_way_to_them(app):
    run(app)
    assert "There are no runs yet." in markdown(app)
    assert not app.dataframe
    button(app, "Go to Train").click()
    run(app)
    assert [one.value for one in app.title] == ["Can it learn this?"]


def test_a_browser_that_has_not_answered_is_waited_for(app, make):
    make("Mine")
    del app.session_state["owner_token"]
    run(app)
    assert "This browser is asked which runs are its own." in markdown(app)


def test_ones_own_runs_come_first_and_all_at_a_switch(app, make):
    make("Mine")
    make("Theirs", owner=OTHER)
    run(app)
    assert names(app) == ["Mine"]
    assert "Yours" not in app.dataframe[0].value
    app.segmented_control(key="runs_of").set_value(page.ALL)
    run(app)
    assert names(app) == ["Theirs", "Mine"]
    assert list(app.dataframe[0].value["Yours"]) == [False, True]


def test_only_others_have_runs(app, make):
    make("Theirs", owner=OTHER)
    run(app)
    assert "This browser has started no run that is still here." in markdown(app)


def test_a_line_says_how_a_run_does(app, make):
    make("Plain", accuracy=0.8)
    make("Fast", learning_rate=0.1, state="stopped")
    make("Third")
    run(app)
    [plain] = [row for _, row in app.dataframe[0].value.iterrows() if row["Name"] == "Plain"]
    assert (plain["Test"], plain["Best validation"]) == (80, 80)
    assert (plain["Parameters"], plain["Time (s)"], plain["State"], plain["Unlike most"]) == (3210, 61, "done", "")
    assert list(app.dataframe[0].value["Unlike most"]) == ["", "learning rate 0.1", ""]


def test_a_rate_that_was_changed_while_a_run_learned_is_said(app, make):
    good, bad = make("Good", accuracy=0.9), make("Bad", accuracy=0.2, epochs=9)
    bad.ask(learning_rate=0.02)
    run(app)
    select(app, good, bad)
    said = markdown(app)
    assert "All other settings were the same when they began." in said
    assert "The learning rate of Bad was changed to 0.02 while it learned" in said and "rate of Good" not in said


def test_runs_are_compared_and_a_refresh_keeps_the_selection(app, make):
    good, bad = make("Good", accuracy=0.9), make("Bad", accuracy=0.2, learning_rate=0.5)
    run(app)
    select(app, good, bad)
    assert app.query_params["runs"] == f"{good.id},{bad.id}"
    said = markdown(app)
    assert "They differ in: learning rate. All other settings are the same." in said
    assert "**Good** names the most test pictures right: 90.0\u00a0%." in said
    assert "<strong>90.0\u00a0%</strong> after 2" in html(app)
    chart = next(one.proto for one in app.get("plotly_chart"))
    assert "Good 0.900 after 2 epochs, best 0.900 after 2; Bad 0.200" in chart.alt
    fresh = AppTest.from_file(str(page.__file__).replace("cnnviz/ui/runs/page.py", "app.py"), default_timeout=PATIENCE)
    run(fresh)
    fresh.switch_page("pages/train/runs.py")
    fresh.query_params["runs"] = f"{good.id},{bad.id}"
    fresh.session_state["owner_token"] = OTHER  # Whoever gets the address may look.
    run(fresh)
    assert "## 2 runs beside each other" in markdown(fresh)
    assert fresh.multiselect(key="runs_menu").value == [good.id, bad.id]


def test_what_is_shown_can_be_chosen(app, make):
    runs = make("Good"), make("Bad", validation_share=0.0)
    run(app)
    select(app, *runs)
    assert "No pictures were kept aside, so there is no validation: Bad." in markdown(app)
    app.segmented_control(key="runs_measure").set_value("Loss")
    app.pills(key="runs_parts").set_value(["Training", "Validation"])
    run(app)
    [chart] = app.get("plotly_chart")
    assert chart.proto.alt.startswith("Loss over epochs: Good, training 0.500 after 2 epochs, best 0.500 after 2;")
    app.pills(key="runs_parts").set_value([])
    run(app)
    assert "Select what to show" in markdown(app)


def test_a_selected_run_that_is_gone_is_said_to_be(app, make):
    kept = make("Kept")
    app.query_params["runs"] = f"{kept.id},no-such-run"
    run(app)
    assert [one.value for one in app.info] == ["One run that was selected cannot be found any more."]
    assert app.query_params["runs"] == kept.id


def test_a_run_whose_pictures_are_gone_has_no_code_and_says_so(app, make):
    made = make("Ours", dataset="own/0123456789abcdef01234567")
    run(app)
    select(app, made)
    assert "There is no code that repeats this run. The pictures own/" in markdown(app)


def test_the_owner_renames_and_an_empty_name_is_refused(app, make):
    made = make("Old")
    run(app)
    select(app, made)
    [field] = [one for one in app.text_input if one.label == "Name"]
    field.set_value("  New *name* ")
    run(app)
    assert summary(made).name == "New *name*"
    assert r"New \*name\*" in markdown(app)
    [field] = [one for one in app.text_input if one.label == "Name"]
    field.set_value("   ")
    run(app)
    assert [one.value for one in app.error] == [r"A run needs a name; it is still called “New \*name\*”\."]
    assert summary(made).name == "New *name*"


def test_another_browser_may_look_and_take_but_not_change(app, make):
    theirs = make("Theirs", owner=OTHER)
    app.query_params["runs"] = theirs.id
    run(app)
    assert "Another browser started this run" in markdown(app)
    assert not [one for one in app.text_input if one.label == "Name"]
    assert button(app, "Delete for good") is None
    assert "Whole run (zip)" in [one.label for one in app.get("download_button")]


def test_several_are_deleted_at_once_but_neither_those_of_others_nor_what_goes_on(app, make):
    first, second, third = make("First"), make("Second"), make("Third")
    theirs, live = make("Theirs", owner=OTHER), make("Live", state="running")
    app.query_params["runs"] = ",".join(one.id for one in (first, second, theirs, live))
    run(app)
    said = markdown(app)
    assert "- First\n- Second" in said and "- Theirs" not in said
    assert "What is not over yet can be deleted once it was stopped" in said
    button(app, "Delete for good").click()
    run(app)
    assert [one.path.exists() for one in (first, second, third, theirs, live)] == [False, False, True, True, True]
    assert app.query_params["runs"] == f"{theirs.id},{live.id}"


def test_it_opens_on_the_page_train(app, make):
    made = make("Mine", state="stopped")
    (made.path / "evaluation.json").unlink()
    run(app)
    select(app, made)
    button(app, "Curves, playback and mistakes on Train").click()
    run(app)
    assert [one.value for one in app.title] == ["Can it learn this?"]
    assert app.query_params["run"] == made.id


def test_damaged_runs_are_left_out_and_counted(app, make):
    make("Good")
    (make("Bad").path / "settings.json").write_text("{")
    run(app)
    assert names(app) == ["Good"]
    assert "1 run is left out" in markdown(app)


# ---- words and figures


def test_every_setting_has_a_title_and_a_value():
    layers = (Convolution(4, stride=2), Flatten(), Dense(), Activation("softmax"))
    for settings in (SETTINGS, replace(SETTINGS, architecture="builder", layers=layers), TrainingSettings()):
        for name in NAMES:
            assert words.TITLES[name] and words.value(name, getattr(settings, name))
    assert words.value("layers", layers).startswith("convolution (filters 4, stride 2), flatten, dense layer, ")
    assert set(words.TITLES) == {field.name for field in fields(TrainingSettings)} - {"version"}


def test_labels_are_the_only_ones(make):
    rows = [
        summary(make(name, **changes))
        for name, changes in (("A", {}), ("B", {}), ("B", {"seed": 7}), ("C", {}), ("C", {}))
    ]
    called = list(words.labels(rows).values())
    assert called[:3] == ["A", "B: seed 0", "B: seed 7"]
    assert called[3:] == [f"C ({row.id[:4]})" for row in rows[3:]]


def test_remarks_tell_what_cannot_be_compared_and_who_ties(make):
    one, two = summary(make("One", accuracy=0.7)), summary(make("Two", accuracy=0.7))
    other = summary(make("Other", dataset="shapes"))
    called = {row.id: row.name for row in (one, two, other)}
    same, best = comparing.remarks([one, two], called)
    assert same.startswith("All their settings are the same")
    assert best == "**One and Two** name the most test pictures right: 70.0\u00a0%."
    differ, unlike = comparing.remarks([one, other], called)
    assert "data set" in differ and "different pictures" in unlike
    # The best validation is bold; the best test only where both were tested on the same pictures.
    assert comparing.table([one, other], called).count("<strong>") == 1
    assert comparing.table([one, two], called).count("<strong>") == 4


def test_curves_are_those_of_the_folder_and_alike_for_one_run(make):
    rows = [summary(make("One", accuracy=0.8)), summary(make("Two"))]
    made = comparing.curves(rows, {row.id: row.name for row in rows}, "accuracy", comparing.PARTS)
    assert list(made) == ["One, training", "One, validation", "Two, training", "Two, validation"]
    np.testing.assert_allclose(made["One, validation"].y, [0.4, 0.8])
    np.testing.assert_array_equal(made["One, validation"].x, [1, 2])
    assert [one.like for one in made.values()] == [0, 0, 1, 1]
