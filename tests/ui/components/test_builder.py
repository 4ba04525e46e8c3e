"""What the builder is told of each layer and each kind, and what it may send."""

import json

import pytest

from cnnviz.errors import SettingsError
from cnnviz.models.stack import from_data, to_data, walk
from cnnviz.models.stack_layers import KINDS, Activation, Convolution, Dense, Flatten, Pooling
from cnnviz.ui.components.builder import Draft, facts, kinds, read_draft

LAYERS = (Convolution(8), Activation("relu"), Pooling(), Flatten(), Dense(), Activation("softmax"))


def test_every_layer_is_said_to_be_what_it_is():
    said = facts(LAYERS, walk(LAYERS, (8, 8, 1), 10))
    assert said[0] == {
        "words": "convolution, 8 kernels of 3 × 3, “valid”",
        "made": "6 × 6 × 8",
        "parameters": 80,
        "sees": "3 × 3",
    }
    assert [one["made"] for one in said[2:]] == ["3 × 3 × 8", "72", "10", "10"]
    assert said[2]["sees"] == "4 × 4"
    assert said[4] == {
        "words": "dense layer, one unit for each class",
        "made": "10",
        "parameters": 730,
        "sees": "8 × 8",
    }


def test_behind_the_first_that_cannot_work_nothing_is_counted():
    layers = (Flatten(), Pooling(), Dense())
    assert facts(layers, walk(layers, (8, 8, 1), 10))[1:] == [
        {"words": "max pooling, 2 × 2"},
        {"words": "dense layer, one unit for each class"},
    ]


def test_a_layer_with_the_values_of_its_kind_is_one():
    told = json.loads(json.dumps(kinds()))
    assert [kind["kind"] for kind in told] == list(KINDS)
    for kind in told:
        values = {rule["name"]: rule["value"] for rule in kind["settings"]}
        [layer] = from_data([{"kind": kind["kind"], **values}])
        assert layer == KINDS[kind["kind"]]()
    assert [kind["kind"] for kind in told if kind["learns"]] == ["conv", "dense"]


def test_what_is_sent_is_read():
    sent = {"layers": to_data(LAYERS), "number": 3, "token": 1}
    assert read_draft(json.loads(json.dumps(sent))) == Draft(LAYERS, 3, 1)


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        {},
        {"layers": []},
        {"layers": [], "number": "1", "token": 0},
        {"layers": [], "number": 1, "token": None},
        {"layers": None, "number": 1, "token": 0},
        {"layers": [{"kind": "conv", "filters": 0}], "number": 1, "token": 0},
        {"layers": [{"kind": ["conv"]}], "number": 1, "token": 0},
        {"layers": [{"kind": "activation", "activation": {}}], "number": 1, "token": 0},
    ],
)
def test_other_things_that_are_sent_are_refused(sent):
    with pytest.raises(SettingsError):
        read_draft(sent)
