"""Earlier runs behind: which, in which colours, and that they say what their folders say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.figures.learning import over_epochs
from cnnviz.train import RunFolder, Status, TrainingSettings
from cnnviz.train.runs import BATCH_COLUMNS, COLUMNS
from cnnviz.train.summary import summary
from cnnviz.ui.training import curves, ghosts
from cnnviz.ui.training.ghosts import Wish

THERE = list("abcdef")
SOME = st.lists(st.sampled_from(THERE), unique=True)


@given(SOME, SOME, st.integers(0, 4))
def test_what_is_chosen_is_shown_whatever_was_chosen_before(before, chosen, few):
    usual = THERE[:few]
    wish = Wish().changed(before, usual).changed(chosen, usual)
    assert wish.of(THERE, usual) == [one for one in THERE if one in chosen]


def test_a_run_that_was_added_stays_and_the_next_one_comes_by_itself():
    wish = Wish().changed(["a", "e"], ["a", "b", "c"])
    assert wish.of(["new", *THERE], ["new", "a", "b"]) == ["new", "a", "e"]


def test_whoever_wants_none_gets_none_next_time():
    assert Wish().changed([], ["a"]).of(["new", "a"], ["new", "a"]) == []


@pytest.fixture
def run(tmp_path):
    made = RunFolder.create(TrainingSettings(dataset="shapes", architecture="a3"), name="Earlier", runs=tmp_path)
    epochs = [{"epoch": one, "loss": 1 / one, "accuracy": 0.5, "val_loss": 2 / one} for one in (1, 2)]
    made.write_rows("metrics.csv", COLUMNS, epochs, anew=True)
    batches = [{"epoch": one // 1000, "batch": one % 1000, "loss": 2.0, "accuracy": 0.5} for one in range(2000)]
    made.write_rows("batches.csv", BATCH_COLUMNS, batches, anew=True)
    made.write_status(Status(state="done", epoch=2, epochs=2, of=1000))
    return made


def test_an_earlier_run_has_one_line_in_the_legend_and_few_points(run):
    row = summary(run)
    made = ghosts.curves([row], {row.id: "Earlier"}, "loss", batches=True)
    assert list(made) == ["Earlier, training", "Earlier, validation"]
    assert len(made["Earlier, training"].x) <= curves.MOST
    np.testing.assert_allclose(made["Earlier, training"].y, 2.0)
    np.testing.assert_allclose(made["Earlier, validation"].y, [2.0, 1.0])
    drawn = over_epochs(made, y_title="loss").data
    assert [one.showlegend for one in drawn] == [True, False]
    assert {one.name for one in drawn} == {"Earlier"}
    assert drawn[0].line.color == drawn[1].line.color and drawn[0].line.dash != drawn[1].line.dash
    assert "Earlier runs behind: Earlier, training 2.000" in curves.in_words(made, "loss")


def test_a_table_is_read_alike_by_rows_and_by_columns(run):
    for _ in range(2):
        found = run.columns("batches.csv")
        for name in ("epoch", "batch", "loss", "accuracy"):
            np.testing.assert_array_equal(found[name], [row[name] for row in run.rows("batches.csv")])
        full = [{"epoch": 3, "batch": one, "loss": 2.5, "accuracy": 0.5, "seconds": 0.1} for one in range(3)]
        run.write_rows("batches.csv", BATCH_COLUMNS, full, anew=True)  # Without an empty cell the second time.
        with (run.path / "batches.csv").open("a") as file:
            file.write("3,4,2.")  # Somebody is still writing.
    assert run.columns("none.csv") == {}


def test_a_look_at_a_run_that_has_not_grown_reads_nothing(run, monkeypatch):
    first = curves.of_run(run, "loss", 1000, batches=True)
    with monkeypatch.context() as patch:
        patch.setattr(RunFolder, "columns", lambda self, name: pytest.fail("read again"))
        again = curves.of_run(run, "loss", 1000, batches=True)
    assert again == first and len(again["training, smoothed"].x) <= curves.MOST
    more = [{"epoch": 2, "batch": one, "loss": 9.0, "accuracy": 0.5} for one in range(20)]
    run.write_rows("batches.csv", BATCH_COLUMNS, more, anew=False)
    assert curves.of_run(run, "loss", 1000, batches=True)["training, each batch"].y[-1] == 9.0


def test_a_name_that_looks_like_markup_is_shown_as_it_is(run):
    row = summary(run)
    made = ghosts.curves([row], {row.id: "<b>R&D</b>"}, "loss", batches=False)
    assert {one.name for one in over_epochs(made, y_title="loss").data} == {"&lt;b&gt;R&amp;D&lt;/b&gt;"}


def test_it_is_read_again_only_when_it_has_changed(run, monkeypatch):
    row = summary(run)
    first = ghosts.curves([row], {row.id: "Earlier"}, "loss", batches=False)
    np.testing.assert_allclose(first["Earlier, training"].y, [1.0, 0.5])
    with monkeypatch.context() as patch:
        patch.setattr(RunFolder, "rows", lambda self, name: pytest.fail("read again"))
        ghosts.curves([row], {row.id: "Earlier"}, "loss", batches=False)
    run.write_rows("metrics.csv", COLUMNS, [{"epoch": 3, "loss": 0.25}], anew=False)
    again = ghosts.curves([row], {row.id: "Earlier"}, "loss", batches=False)
    np.testing.assert_allclose(again["Earlier, training"].y, [1.0, 0.5, 0.25])
