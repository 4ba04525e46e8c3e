"""A list of layers is counted as Keras counts it, refused where Keras refuses it, and goes to JSON and back."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.errors import SettingsError
from cnnviz.models import receptive, stack_layers
from cnnviz.models.stack import build, from_data, output_kind, to_data, walk
from cnnviz.models.stack_layers import (
    Activation,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    GlobalPooling,
    Normalisation,
    Pooling,
)
from cnnviz.models.stack_rules import Choice, Number, Whole, rules
from cnnviz.train import TrainingSettings

END = (Flatten(), Dense(), Activation("softmax"))
PADDINGS = st.sampled_from(stack_layers.PADDINGS)
SMALL = st.integers(1, 5)
GRID = st.one_of(
    st.builds(Convolution, SMALL, SMALL, SMALL, PADDINGS, bias=st.booleans()),
    st.builds(Pooling, st.sampled_from(stack_layers.POOLINGS), SMALL, st.none() | SMALL, PADDINGS),
    st.builds(Normalisation),
    st.builds(Dropout, st.floats(0, 0.9)),
    st.builds(Activation, st.sampled_from(["relu", "tanh", "gelu", "softmax", "leaky_relu"])),
)
ROW = st.one_of(st.builds(Dense, SMALL, bias=st.booleans()), st.builds(Normalisation), st.builds(Flatten))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(GRID, max_size=5),
    st.sampled_from([Flatten(), GlobalPooling(), GlobalPooling("max")]),
    st.lists(ROW, max_size=3),
    st.tuples(st.integers(4, 12), st.integers(4, 12), st.integers(1, 3)),
)
def test_shapes_and_parameters_are_those_of_keras(maps, joint, row, shape):
    layers = (*maps, joint, *row, Dense(), Activation("softmax"))
    gone = walk(layers, shape, 3)
    import keras

    made = [
        layer.keras(step, 3) for step, layer in zip([f"layer_{n}" for n in range(len(layers))], layers, strict=True)
    ]
    x = keras.Input(shape)
    fields = receptive.of_picture(*shape[:2])
    for index, layer in enumerate(made):
        if gone.fault == index:
            with pytest.raises(ValueError, match=r"."):
                layer(x)
            return
        x = layer(x)
        assert tuple(x.shape[1:]) == gone.steps[index].shape
        assert layer.count_params() == gone.steps[index].parameters
        fields = receptive.after(layer, [fields], tuple(x.shape[1:]))
        assert fields.size == gone.steps[index].sees
    assert gone.fault is None
    assert build(layers, shape, 3).count_params() == gone.parameters


BAD = [
    ((), 0, "There is no layer yet; add flatten and a dense layer"),
    (
        (Convolution(kernel_size=9), *END),
        0,
        "Layer 1, convolution, cannot work: its 9 × 9 window does not fit into maps",
    ),
    ((Pooling(), Pooling(), Pooling(), Pooling(), *END), 3, "Layer 4, pooling, cannot work: its 2 × 2 window"),
    (
        (Flatten(), Convolution(), *END),
        1,
        "Layer 2, convolution, cannot work: it needs maps with rows and columns, but",
    ),
    ((GlobalPooling(), GlobalPooling(), *END), 1, "Layer 2, global pooling, cannot work: it needs maps with rows"),
    (
        (Convolution(), Dense(), Activation("softmax")),
        1,
        "Layer 2, dense layer, cannot work: it needs a row of numbers,",
    ),
    ((Flatten(), Dense(8192), Dense(8192), *END), 2, "Layer 3, dense layer, cannot work: with it the network has 67,"),
    (
        (Flatten(), Dense(5), Activation("softmax")),
        2,
        "The network ends in a row of 5, but there are 3 classes; end it",
    ),
    (
        (Flatten(), Dense(), Activation("relu")),
        2,
        "Layer 3, ReLU, cannot be the last: the answer is read after softmax",
    ),
    ((Flatten(), Dense(), Dropout()), 2, "The network ends without a dense layer before its answer, in 3; end it"),
    ((Convolution(),), 0, "The network ends without a dense layer before its answer, in 6 × 6 × 32; end it with"),
    ((Flatten(),) * 61, 60, "Layer 61, flatten, cannot work: there are more than 60 layers; remove some."),
]


@pytest.mark.parametrize(("layers", "fault", "sentence"), BAD)
def test_the_first_layer_that_cannot_work_is_named(layers, fault, sentence):
    gone = walk(layers, (8, 8, 1), 3)
    assert gone.fault == fault and gone.sentence.startswith(sentence)
    assert len(gone.steps) >= min(fault, len(layers))
    with pytest.raises(SettingsError) as caught:
        build(layers, (8, 8, 1), 3)
    assert str(caught.value) == gone.sentence


def test_too_much_of_every_picture_is_refused():
    gone = walk((Convolution(1024, padding="same"), *END), (100, 100, 3), 2)
    assert "it makes 10,240,000 numbers of every picture, more than 8,000,000" in gone.sentence


@pytest.mark.parametrize(
    ("ending", "classes", "kind"),
    [
        ((Dense(), Activation("softmax")), 3, "softmax"),
        ((Dense(),), 3, "logits"),
        ((Dense(), Activation("sigmoid")), 3, "sigmoids"),
        ((Dense(1), Activation("sigmoid")), 2, "binary"),
    ],
)
def test_what_the_last_numbers_are(ending, classes, kind):
    layers = (Flatten(), *ending)
    assert walk(layers, (4, 4, 1), classes).fault is None and output_kind(layers) == kind


def test_one_unit_needs_a_sigmoid_and_two_classes():
    layers = (Flatten(), Dense(1))
    assert "has one unit, which tells two classes apart after sigmoid" in walk(layers, (4, 4, 1), 2).sentence
    assert (
        "ends in a row of 1, but there are 3 classes" in walk((*layers, Activation("sigmoid")), (4, 4, 1), 3).sentence
    )


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Convolution(0), "The setting filters of the convolution is 0; choose a whole number from 1 to 1024."),
        (lambda: Convolution(True), "The setting filters of the convolution is True; choose a whole number"),
        (
            lambda: Convolution(kernel_size=2.5),
            "The setting kernel_size of the convolution is 2.5; choose a whole number",
        ),
        (
            lambda: Convolution(padding="full"),
            "The setting padding of the convolution is 'full'; choose one of valid, same.",
        ),
        (
            lambda: Convolution(initializer="best"),
            "The setting initializer of the convolution is 'best'; choose one of glorot",
        ),
        (lambda: Convolution(l2=-1), "The setting l2 of the convolution is -1; choose a number from 0 to 1."),
        (lambda: Dense(bias=1), "The setting bias of the dense layer is 1; choose true or false."),
        (lambda: Pooling("sum"), "The setting pooling of the pooling is 'sum'; choose one of max, average."),
        (lambda: Dropout(1), "The setting share of the dropout is 1; choose a number from 0 to 0.95."),
        (lambda: Activation("step"), "The setting activation of the activation is 'step'; choose one of"),
        (lambda: from_data("conv"), "Layers are a list, not str; each is an object with a kind."),
        (lambda: from_data([{"kind": "lambda"}]), "Layer 1 is of the kind 'lambda'; there are: conv, pool,"),
        (lambda: from_data([3]), "Layer 1 is of the kind None; there are: conv"),
        (lambda: from_data([{"kind": "flatten", "axis": 1}]), "Layer 1, flatten, has no axis; there are: none."),
        (lambda: from_data([{"kind": "flatten"}] * 61), "There are 61 layers; at most 60 can be trained here."),
    ],
)
def test_values_that_cannot_work_are_refused(make, sentence):
    with pytest.raises(SettingsError) as caught:
        make()
    assert str(caught.value).startswith(sentence)


@given(st.lists(st.one_of(GRID, ROW, st.builds(GlobalPooling), st.builds(Dense)), max_size=8))
def test_layers_come_back_from_json(layers):
    assert from_data(json.loads(json.dumps(to_data(layers)))) == tuple(layers)


def test_every_kind_is_in_the_catalogue():
    assert {one.kind for one in stack_layers.Layer.__subclasses__()} == set(stack_layers.KINDS)
    assert all(dataclasses.is_dataclass(kind) and kind.title for kind in stack_layers.KINDS.values())


@pytest.mark.parametrize("kind", stack_layers.KINDS.values())
def test_what_a_form_offers_is_what_a_layer_takes(kind):
    for name, rule in rules(kind).items():
        if isinstance(rule, Choice):
            offered = rule.options
            assert len(rule.labels) == len(offered) and all(rule.labels)
        elif isinstance(rule, (Whole, Number)):
            offered = (rule.least, rule.most)
            for beyond in (rule.least - 1, rule.most + 1):
                with pytest.raises(SettingsError, match=f"The setting {name} of the {kind.title} is {beyond}; choose"):
                    kind(**{name: beyond})
        else:
            offered = (True, False)
        for value in (*offered, *([None] if rule.unset else [])):
            assert getattr(kind(**{name: value}), name) == value
        assert rule.title and not rule.title.endswith(".")
        if not rule.unset:
            with pytest.raises(SettingsError):
                kind(**{name: None})


def test_the_cap_on_parameters_names_the_layer_that_exceeds_it():
    layers = (Flatten(), Dense(10), Activation("relu"), Dense(), Activation("softmax"))
    gone = walk(layers, (4, 4, 1), 3, most_parameters=180)
    assert gone.fault == 3 and "with it the network has 203 parameters, more than 180;" in gone.sentence
    assert walk(layers, (4, 4, 1), 3, most_parameters=203).fault is None


@pytest.mark.parametrize("layers", [(), (Flatten(), Activation("sigmoid")), (Activation("relu"),)])
def test_layers_that_cannot_work_have_an_entry_all_the_same(layers):
    assert TrainingSettings(architecture="builder", layers=layers).entry().layers is not None


def test_l2_and_initializers_reach_keras():
    model = build((Flatten(), Dense(4, "he_normal", l2=0.5), *END[1:]), (2, 2, 1), 3)
    kernel = model.layers[1].kernel
    assert float(model.losses[0]) == pytest.approx(0.5 * float((np.asarray(kernel) ** 2).sum()), rel=1e-5)
    assert type(model.layers[1].kernel_initializer).__name__ == "HeNormal"
