"""The randomisation test, and the rank correlation it rests on."""

import numpy as np
import pytest
from scipy import stats

from cnnviz.explain import CONTROLS, METHODS, Stopped, by, explain_batch, randomise, similarity, spearman
from cnnviz.explain.randomisation import MOST, every, forget, layers_with_weights


@pytest.mark.parametrize("levels", [3, 10, 10_000])
def test_rank_correlation_equals_scipys(levels):
    rng = np.random.default_rng(levels)
    for shape in ((5,), (7, 7), (28, 28)):
        one = rng.integers(0, levels, shape).astype(float)
        other = one + rng.integers(0, levels, shape)
        assert spearman(one, other) == pytest.approx(stats.spearmanr(one.ravel(), other.ravel()).statistic, abs=1e-12)
    assert spearman(one, np.exp(one / levels)) == pytest.approx(1)
    assert spearman(one, -one) == pytest.approx(-1)


def test_maps_without_an_order_are_like_or_unlike():
    flat, other = np.zeros((3, 3)), np.arange(9).reshape(3, 3)
    assert similarity(flat, flat + 1) == 1 and similarity(flat, other) == similarity(other, flat) == 0
    assert similarity(other, other) == pytest.approx(1)
    with pytest.raises(ValueError, match="All values of an array are the same"):
        spearman(flat, other)
    with pytest.raises(ValueError, match=r"shapes \(3, 3\) and \(2, 3\) cannot be compared"):
        spearman(flat, other[:2])


def test_layers_are_shuffled_from_the_last_on(digits, drawings):
    seen = []

    def note(net, batch, targets):
        seen.append((net, targets))
        return net.features(batch, ["relu_1"])["relu_1"].sum(axis=3)

    stages = randomise(digits, drawings, note, on_progress=lambda *one: seen.append(one))
    layers = ["dense_2", "dense_1", "conv_3", "conv_2", "conv_1"]
    assert list(layers_with_weights(digits)) == layers[::-1]
    assert [stage.layer for stage in stages] == layers
    # What the first layers see stays the same until they are shuffled themselves.
    np.testing.assert_allclose([stage.mean for stage in stages[:4]], 1)
    assert stages[4].mean < 0.98
    nets = [one[0] for one in seen if not isinstance(one[0], int)]
    assert nets[0] is digits
    for count, net in enumerate(nets[1:], start=1):
        for layer in layers:
            changed = any(
                (one != other).any() for one, other in zip(net.weights(layer), digits.weights(layer), strict=True)
            )
            assert changed == (layer in layers[:count]), (count, layer)
    assert [one for one in seen if isinstance(one[0], int)] == [(count, 5) for count in range(1, 6)]
    # Every stage is asked about the classes that the network itself named.
    assert all((targets == range(6)).all() for _, targets in (one for one in seen if not isinstance(one[0], int)))
    coarse = randomise(digits, drawings, by("grad_cam"), every=2)
    assert [stage.layer for stage in coarse] == ["dense_1", "conv_2", "conv_1"]


def test_several_methods_forget_as_each_would_alone(digits, drawings):
    told = []
    done = forget(
        digits,
        batch=drawings,
        methods={"grad_cam": "conv_2", "gradient": None},
        on_progress=lambda *news: told.append(news),
    )
    assert every(digits) == 1 and done.counts == (1, 2, 3, 4, 5)
    assert [(count, total, len(so_far.counts)) for count, total, so_far in told] == [(n, 5, n) for n in range(1, 6)]
    np.testing.assert_array_equal(done.targets, range(6))
    for key, layer in (("grad_cam", "conv_2"), ("gradient", None)):
        alone = randomise(digits, drawings, by(key, layer))
        first = explain_batch(digits, drawings[:1], key, 0, layer)[0].grid
        np.testing.assert_allclose(done.before[key][0], first, atol=1e-5 * first.max())
        for one, other in zip(done.stages[key], alone, strict=True):
            assert one.layer == other.layer and len(one.maps) == 1
            np.testing.assert_allclose(one.maps[0], other.maps[0])
            np.testing.assert_allclose(one.correlations, other.correlations)
    np.testing.assert_allclose([stage.mean for stage in done.stages["edges"]], 1)
    asked = iter([False, True])
    with pytest.raises(Stopped, match="Stopped after 2 of 5 comparisons"):
        randomise(digits, drawings, by("grad_cam"), should_stop=lambda: next(asked))


@pytest.mark.parametrize("layers", [1, 11, 12, 23, 105, 320])
def test_about_as_many_stages_whatever_the_depth(layers, monkeypatch):
    monkeypatch.setattr("cnnviz.explain.randomisation.layers_with_weights", lambda net: ("layer",) * layers)
    stages = -(-layers // every(None))
    assert stages <= MOST and (stages >= 6 or stages == layers)


def test_shuffled_copies_trace_nothing_anew_and_share_what_is_not_shuffled(digits, drawings):
    forget(digits, batch=drawings, methods={"grad_cam": None})
    compiled = set(digits._passes._compiled)
    forget(digits, batch=drawings, methods={"grad_cam": None}, seed=1)
    assert set(digits._passes._compiled) == compiled
    some, more = digits.shuffled(["dense_2"]), digits.shuffled(["dense_2", "conv_1"])
    for name in layers_with_weights(digits):
        same = all((one == other).all() for one, other in zip(some.weights(name), more.weights(name), strict=True))
        assert same == (name != "conv_1")


def test_explanations_of_a_shuffled_network_are_others(digits, mnist):
    """Adebayo et al. 2018, on 100 digits. What ignores the network does not change at all."""
    pictures = mnist["x_test"][:100, ..., None].astype(np.float32) / 255
    before = [one.raw for one in explain_batch(digits, pictures)]
    last = randomise(digits, pictures, by("grad_cam"), every=5)[-1]
    assert last.layer == "conv_1" and last.correlations.shape == (100,)
    assert last.correlations == pytest.approx([similarity(a, b) for a, b in zip(before, last.maps, strict=True)])
    print(f"\nGrad-CAM, every layer shuffled: mean rank correlation {last.mean:.2f}", end="")
    assert last.mean < 0.6
    control = randomise(digits, pictures, lambda net, batch, targets: CONTROLS["edges"](batch), every=5)[-1]
    np.testing.assert_allclose(control.correlations, 1)


@pytest.mark.parametrize("method", ["hires_cam", "layer_cam", "gradient", "smooth_grad"])
def test_other_methods_pass_it_too(method, digits, mnist):
    pictures = mnist["x_test"][:20, ..., None].astype(np.float32) / 255
    last = randomise(digits, pictures, by(method), every=5)[-1]
    print(f"\n{method}: {last.mean:.2f}", end="")
    assert last.mean < 0.6


@pytest.mark.parametrize("method", ["gradient_x_input", "integrated_gradients"])
def test_where_only_ink_can_count_the_ink_is_seen_whatever_was_learned(method, digits, mnist):
    """As the catalogue says of both: the picture is a factor of the map."""
    pictures = mnist["x_test"][:20, ..., None].astype(np.float32) / 255
    assert randomise(digits, pictures, by(method), every=5)[-1].mean > 0.9
    assert "shuffled" in METHODS[method].known_failure
