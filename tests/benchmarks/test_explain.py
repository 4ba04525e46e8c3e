"""Explanations beside what they are measured against, in one run; see test_network for how to read it."""

import os
import shutil
import statistics

import numpy as np
import pytest

from cnnviz.data.samples import load_sample
from cnnviz.explain import METHODS, explain, explain_many

ONE_PASS = [key for key, method in METHODS.items() if method.on_layer and not method.is_slow]


@pytest.fixture(scope="module")
def drawing(digits):
    return digits.prepare(load_sample("digit_3"))


@pytest.fixture(scope="module")
def mobile(test_data):
    """MobileNetV2 as a Keras model with its own weights, without its softmax; and as a network."""
    from cnnviz.models import Network

    if not (test_data / "keras_home" / "models").is_dir():
        pytest.skip(f"The weights of MobileNetV2 are not in {test_data}.")
    models = os.path.join(os.environ["KERAS_HOME"], "models")
    shutil.copytree(test_data / "keras_home" / "models", models, dirs_exist_ok=True)
    for folder, _, files in os.walk(models):
        for file in files:
            os.chmod(os.path.join(folder, file), 0o644)
    import keras

    model = keras.applications.MobileNetV2(weights="imagenet")
    scores = keras.applications.MobileNetV2(weights="imagenet", classifier_activation=None)
    return Network(model, scaling="-1..1").warm(), scores


@pytest.fixture(scope="module")
def elephants(mobile, test_data):
    from cnnviz.data import open_picture

    return mobile[0].prepare(open_picture(test_data / "photos" / "elephants_chollet_book.jpg"))


def theirs(model, picture, layer, target):
    """Grad-CAM of tf-keras-vis, to a heatmap of the picture's size, as its documentation has it."""
    from tf_keras_vis.gradcam import Gradcam
    from tf_keras_vis.utils.scores import CategoricalScore

    asked = Gradcam(model, clone=False)
    return lambda: asked(
        CategoricalScore([target]), picture, penultimate_layer=layer, seek_penultimate_conv_layer=False
    )


def plain(digits):
    """The digits network for other libraries: functional, without softmax, called nowhere else."""
    import keras

    copy = keras.models.clone_model(digits.model)
    copy.set_weights(digits.model.get_weights())
    return keras.Model(copy.inputs, copy.layers[-2].output)


def times(in_turns, *functions, **counts):
    return list(map(statistics.median, in_turns(*functions, **counts)))


def test_grad_cam_on_digits(measuring, in_turns, digits, drawing):
    other = theirs(plain(digits), drawing, "relu_3", 3)
    ours, beside = times(in_turns, lambda: explain(digits, drawing).heatmap, other, rounds=4, calls=10)
    print(f"\nGrad-CAM, digits: tf-keras-vis / ours {beside / ours:.1f} ({beside * 1e3:.1f} and {ours * 1e3:.2f} ms)")
    np.testing.assert_allclose(other().shape, (1, 28, 28))
    assert beside / ours >= 8


def test_grad_cam_on_mobilenet(measuring, in_turns, mobile, elephants):
    net, scores = mobile
    other = theirs(scores, elephants, "out_relu", 386)
    ours, beside = times(in_turns, lambda: explain(net, elephants, target=386).heatmap, other, rounds=3, calls=5)
    print(f"\nGrad-CAM, MobileNetV2: tf-keras-vis / ours {beside / ours:.1f} ({beside * 1e3:.0f}, {ours * 1e3:.1f} ms)")
    # And it is the same map, stretched over the picture in another way.
    assert np.corrcoef(other().ravel(), explain(net, elephants, target=386).heatmap.ravel())[0, 1] > 0.98
    assert beside / ours >= 8


@pytest.mark.parametrize("which", ["digits", "mobile"])
def test_every_one_pass_method_together(which, measuring, in_turns, digits, drawing, request):
    net, batch = (digits, drawing)
    if which == "mobile":
        net, batch = request.getfixturevalue("mobile")[0], request.getfixturevalue("elephants")
    one, all_of_them = times(
        in_turns,
        lambda: explain(net, batch).heatmap,
        lambda: [each.heatmap for each in explain_many(net, batch, ONE_PASS).values()],
        rounds=6,
        calls=10,
    )
    print(f"\n{len(ONE_PASS)} methods together / Grad-CAM, {which}: {all_of_them / one:.2f}")
    assert all_of_them / one <= 2


@pytest.mark.parametrize(("method", "options"), [("score_cam", {}), ("occlusion", {"window": 6, "stride": 2})])
def test_in_batches_and_one_at_a_time(method, options, measuring, in_turns, digits, drawing, monkeypatch):
    def one_at_a_time():
        with monkeypatch.context() as patched:
            patched.setattr("cnnviz.explain.masking.LARGEST", 1)
            return explain(digits, drawing, method, **options)

    ours, single = times(
        in_turns, lambda: explain(digits, drawing, method, **options), one_at_a_time, rounds=3, calls=5
    )
    print(f"\n{method}: one at a time / in batches {single / ours:.1f} ({single * 1e3:.0f}, {ours * 1e3:.1f} ms)")
    assert single / ours >= 3


def test_a_change_of_class_costs_what_the_same_class_costs(measuring, in_turns, digits, drawing):
    classes = iter(range(10**6))
    same, another = times(
        in_turns,
        lambda: explain(digits, drawing, target=3),
        lambda: explain(digits, drawing, target=next(classes) % 10),
        rounds=6,
        calls=20,
    )
    print(f"\nAnother class / the same class: {another / same:.2f}")
    assert another / same <= 1.3


def test_200_changes_of_class_and_layer_leave_memory_where_it_was(measuring, mobile, elephants):
    import psutil

    net = mobile[0]
    process = psutil.Process()
    order = np.random.default_rng(0)

    def change():
        explain(net, elephants, target=int(order.integers(1000)), layer=str(order.choice(net.grids)))

    for _ in range(10):
        change()
    before = process.memory_info().rss
    for _ in range(200):
        change()
    grown = (process.memory_info().rss - before) / 1e6
    print(f"\n200 changes on MobileNetV2: {grown:+.0f} MB")
    assert abs(grown) <= 50
