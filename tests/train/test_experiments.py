"""Every experiment can be run on every data set that it offers, and its runs differ in what it is about alone."""

import dataclasses

import pytest

from cnnviz.data import DATASETS
from cnnviz.errors import SettingsError
from cnnviz.models.stack import walk
from cnnviz.models.stack_layers import Dropout, Normalisation
from cnnviz.train import EXPERIMENTS, TrainingSettings
from cnnviz.train.data import shape_of
from cnnviz.train.durations import known
from cnnviz.train.engine import Limits
from cnnviz.train.outcome import REMARKS
from cnnviz.train.runs import COLUMNS, Part, RunFolder, Status

EVERYWHERE = [(key, dataset) for key, one in EXPERIMENTS.items() for dataset in one.datasets]

# Written by hand, beside what the catalogue's changes come to.
ABOUT = {
    "pixels": {"scaled", "learning_rate"},
    "fifty": {"augmentation", "architecture", "size"},
    "dropout": {"layers"},
    "batch_normalisation": {"layers"},
    "l2": {"layers"},
    "initializers": {"layers"},
    "vehicles": {"layers"},
    "turned": {"augmentation"},
    "learning_rate": {"learning_rate"},
    "dense": {"layers"},
    "random_labels": {"random_labels"},
    "windows": {"layers"},
}


def differing(settings):
    first, *others = settings
    names = [field.name for field in dataclasses.fields(TrainingSettings)]
    return {name for name in names for one in others if getattr(one, name) != getattr(first, name)}


def layers_of(one):
    return one.entry().layers(shape_of(one)[0])


@pytest.mark.parametrize(("key", "dataset"), EVERYWHERE)
def test_every_run_can_be_trained_here(key, dataset):
    experiment = EXPERIMENTS[key]
    settings = experiment.settings(dataset, seed=5)
    assert len(settings) >= 2 and len(settings) == len(set(settings.values()))
    for one in settings.values():
        assert (one.dataset, one.seed) == (dataset, 5)
        Limits().check(one)
        shape, classes = shape_of(one)
        entry = one.entry()
        entry.check(shape, classes)
        if entry.layers is not None:
            assert walk(entry.layers(shape), shape, classes).fault is None
        used = min(one.limit or 10**9, DATASETS[dataset].counts[0])
        assert one.batch_size <= used * (1 - one.validation_share)


@pytest.mark.parametrize("key", EXPERIMENTS)
def test_runs_differ_in_what_the_experiment_is_about_alone(key):
    assert differing(list(EXPERIMENTS[key].settings().values())) == ABOUT[key]


@pytest.mark.parametrize("key", EXPERIMENTS)
def test_an_entry_is_whole(key):
    one = EXPERIMENTS[key]
    assert one.question.endswith("?") and one.why.endswith(".") and one.look.endswith(".")
    assert 2 <= one.why.count(". ") + 1 <= 3 and one.source
    assert set(one.remarks) <= set(REMARKS) and one.remarks
    assert one.chart in COLUMNS and (one.common.validation_share or not one.chart.startswith("val_"))
    assert next(iter(one.datasets.values())), "the first data set's time is measured"
    assert one.measure == ("turned" if one.common.test_turn else "accuracy")


def test_nothing_but_the_layer_in_question_comes_in():
    for key, kind, count in (("dropout", Dropout, 1), ("batch_normalisation", Normalisation, 5)):
        without, with_it = map(layers_of, EXPERIMENTS[key].settings().values())
        assert tuple(layer for layer in with_it if not isinstance(layer, kind)) == without
        assert sum(isinstance(layer, kind) for layer in with_it) == count


def test_l2_and_first_weights_change_nothing_else():
    for key, field, neutral in (("l2", "l2", 0.0), ("initializers", "initializer", "he_normal")):
        lists = [layers_of(one) for one in EXPERIMENTS[key].settings().values()]
        plain = {
            tuple(dataclasses.replace(layer, **{field: neutral}) if hasattr(layer, field) else layer for layer in one)
            for one in lists
        }
        assert plain == {lists[0]} and len(set(lists)) == len(lists)


def test_the_one_sigmoid_unit_is_the_tutorials_network():
    settings = EXPERIMENTS["vehicles"].settings()["one sigmoid unit"]
    tutorial = dataclasses.replace(settings, architecture="d1", layers=None)
    assert layers_of(settings) == layers_of(tutorial)


def test_a_data_set_that_it_is_not_made_for_is_refused():
    with pytest.raises(SettingsError, match="“Vehicle or not” is not made for the data set 'shapes'"):
        EXPERIMENTS["vehicles"].settings("shapes")


def test_the_time_that_runs_took_here_is_found_whatever_their_seed(tmp_path):
    settings = EXPERIMENTS["turned"].settings(seed=3)

    def left(name, seconds, state="done", **changes):
        part = Part("turned", "group", name)
        run = RunFolder.create(dataclasses.replace(settings[name], **changes), part=part, runs=tmp_path)
        run.write_json("time.json", {"seconds": seconds})
        run.write_status(Status(state=state))
        return run

    upright, askew = settings
    runs = [
        left(upright, 90.0, state="stopped"),
        left(upright, 70.0, epochs=2),
        left(upright, 12.5, seed=8),
        left(upright, 50.0),
    ]
    assert known(settings, runs) == {upright: 12.5}
    assert known(settings, [*runs, left(askew, 20.0)]) == {upright: 12.5, askew: 20.0}
    assert known(settings, [RunFolder.create(settings[upright], runs=tmp_path)]) == {}
