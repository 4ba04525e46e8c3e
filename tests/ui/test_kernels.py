"""The page Kernels: what it takes from a network, what it says of it, and what it sends to the browser."""

import io
import json
import struct
import time

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.models import Network
from cnnviz.ops import KERNELS, Relative, convolve, nearest_of_all
from cnnviz.ui import kernels, preparation
from cnnviz.ui.components.gallery import MOST, Gallery, Relation, gallery_bytes, thin

PATIENCE = 60  # Seconds in which the network must have been opened.


@pytest.fixture(scope="module")
def net():
    """A network on colour with kernels of every kind: 5 × 4, depthwise with a multiplier, 1 × 1, and after ReLU."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((12, 10, 3)),
            layers.Conv2D(6, (5, 4), name="first"),
            layers.DepthwiseConv2D(3, depth_multiplier=2, name="depth", bias_initializer="ones"),
            layers.Conv2D(4, 1, activation="relu", name="point"),
            layers.GlobalAveragePooling2D(name="mean"),
            layers.Dense(3, activation="softmax", name="scores"),
        ]
    )
    return Network(model)


@pytest.fixture(scope="module")
def batch():
    return np.random.default_rng(0).random((1, 12, 10, 3), dtype=np.float32)


@pytest.fixture(scope="module")
def dense():
    """A network without a convolution."""
    import keras
    from keras import layers

    return Network(keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10, "softmax")]))


# ---- what is taken from a network


def test_every_layer_with_kernels_is_found(net, digits):
    found = kernels.banks(net)
    assert {name: bank.kernels.shape for name, bank in found.items()} == {
        "first": (5, 4, 3, 6),
        "depth": (3, 3, 1, 12),
        "point": (1, 1, 12, 4),
    }
    assert [bank.on_colour for bank in found.values()] == [True, False, False]
    assert list(kernels.banks(digits)) == ["conv_1", "conv_2", "conv_3"]
    assert not any(bank.on_colour for bank in kernels.banks(digits).values())


def test_a_network_without_kernels_has_none(dense):
    assert kernels.banks(dense) == {}


@pytest.mark.parametrize("name", ["first", "depth"])
def test_each_kernel_is_the_one_that_makes_its_map(net, batch, name):
    bank = kernels.banks(net)[name]
    given = net.received(batch, name)[0]
    maps = net.features(batch, [name])[name][0]
    count = bank.kernels.shape[3]
    for kernel in range(count):
        # Depthwise kernels see one channel each, in turn.
        seen = given if name == "first" else given[..., [kernel * given.shape[2] // count]]
        made = convolve(seen, bank.kernels[..., [kernel]])[..., 0] + net.weights(name)[1][kernel]
        np.testing.assert_allclose(maps[..., kernel], made, atol=1e-5)


def test_what_can_be_shown_of_a_kernel(net, digits):
    found = kernels.banks(net)
    assert kernels.ways(found["first"]) == ["colour", "strongest", "sum", 0, 1, 2]
    assert kernels.ways(found["depth"]) == [0]
    assert kernels.ways(found["point"]) == ["strongest", "sum", *range(12)]
    assert kernels.ways(kernels.banks(digits)["conv_1"]) == [0]


def test_slices_against_plain_loops(net):
    bank = kernels.banks(net)["first"]
    rows, columns, channels, count = bank.kernels.shape
    for kernel in range(count):
        stack = [bank.kernels[:, :, channel, kernel] for channel in range(channels)]
        norms = [float(np.sqrt((one**2).sum())) for one in stack]
        strongest = norms.index(max(norms))
        expected = {
            "colour": sum(stack) / 3,
            "sum": sum(stack),
            "strongest": stack[strongest],
            0: stack[0],
            2: stack[2],
        }
        for way, matrix in expected.items():
            shown, names = kernels.sliced(bank, way)
            assert shown.shape == (count, rows, columns) and len(names) == count
            np.testing.assert_allclose(shown[kernel], matrix, atol=1e-6)
        colour = ("red", "green", "blue")[strongest]
        assert (
            kernels.sliced(bank, "strongest")[1][kernel] == f"Shown: the {colour} channel, its strongest of 3 by norm."
        )
    assert kernels.sliced(bank, 2)[1][0] == "Shown: the blue channel, one of 3."
    assert kernels.sliced(kernels.banks(net)["depth"], 0)[1] == [""] * 12
    assert kernels.sliced(kernels.banks(net)["point"], "sum")[1][0] == "Shown: the sum over its 12 channels."


def test_where_a_map_is_taken(net, digits):
    assert kernels.stage_of(net.layer("first")) == "before any activation"
    assert kernels.stage_of(net.layer("point")) == "after ReLU"
    assert kernels.stage_of(digits.layer("conv_1")) == "before any activation"


# ---- words


@pytest.mark.parametrize(
    ("correlation", "text"),
    [
        (0.93, "0.93"),
        (0.6999, "0.69"),
        (-0.7999, "−0.79"),
        (0.7, "0.70"),
        (0.99999999, "1.00"),
        (-1, "−1.00"),
        (0.29, "0.29"),
    ],
)
def test_correlations_are_cut_not_rounded(correlation, text):
    assert kernels.cut(correlation) == text


@pytest.mark.parametrize(
    ("correlation", "short", "sentence"),
    [
        (0.93, "like Sobel x", "Like Sobel x, r = 0.93."),
        (0.7, "like Sobel x", "Like Sobel x, r = 0.70."),
        (-0.91, "reverse of Sobel x", "The reverse of Sobel x, r = −0.91."),
        (0.699, "none close", "None of ours is close; nearest: Sobel x, r = 0.69."),
        (-0.4, "none close", "None of ours is close; nearest: Sobel x, r = −0.40."),
    ],
)
def test_a_relative_in_words(correlation, short, sentence):
    made = kernels.related(Relative("sobel_x", correlation), np.ones((3, 3)))
    assert (made.short, made.sentence) == (short, sentence)
    np.testing.assert_array_equal(made.matrix, KERNELS["sobel_x"].matrix)
    assert bool(made.summary) == (short != "none close")
    assert made.summary.endswith("Here the sign is turned.") == (short == "reverse of Sobel x")


def test_a_smaller_relative_says_where_it_lies():
    made = kernels.related(Relative("roberts_rising", 0.8, 1, 0), np.ones((3, 4)))
    assert made.sentence == "Like Roberts / (at row 1, column 0), r = 0.80."
    assert made.matrix.tolist() == [[0, 0, 0, 0], [-1, 0, 0, 0], [0, 1, 0, 0]]


def test_nothing_to_compare_is_said():
    assert kernels.related(None, np.ones((1, 1))).sentence == "A single cell has no pattern to compare."
    assert kernels.related(None, np.zeros((3, 3))).sentence == "There is no pattern to compare."
    assert "weigh channels and see no neighbours" in kernels.verdict((None, None), (1, 1), centred=False)


def plain(text):
    return text.replace("\u00a0", " ").replace("**", "")


def test_the_verdict_counts_and_compares_with_chance():
    close = tuple(Relative("sobel_x", r) for r in (0.95, -0.8, 0.79, 0.1))
    said = plain(kernels.verdict(close, (3, 3), centred=False))
    assert said.startswith(
        "2 of 4 kernels (50 %) are close to a hand-picked one, |r| ≥ 0.8. Of 10,000 random kernels of "
    )
    assert "3 × 3, 23 % are, too" in said and said.endswith("no more than chance would give.")
    assert kernels.verdict(close * 20, (3, 3), centred=False).endswith(": it is more than chance would give.")
    # Random kernels of 5 × 5 are hardly ever close, so that few are enough.
    assert kernels.verdict(close, (5, 5), centred=False).endswith(": it is more than chance would give.")
    assert kernels.verdict(close[2:], (5, 5), centred=False).endswith("no more than chance would give.")


def test_the_first_kernels_of_the_digits_are_more_than_chance(digits):
    bank = kernels.banks(digits)["conv_1"]
    relatives = nearest_of_all(kernels.sliced(bank, 0)[0])
    assert plain(kernels.verdict(relatives, (3, 3), centred=False)).startswith("16 of 32 kernels (50 %)")


def test_random_kernels_are_no_more_than_chance():
    random = nearest_of_all(np.random.default_rng(8).standard_normal((64, 3, 3)))
    assert kernels.verdict(random, (3, 3), centred=False).endswith("no more than chance would give.")


# ---- what the browser is sent


def unpacked(data):
    """Header and arrays, as shared/unpack.js reads them."""
    length = struct.unpack("<I", data[:4])[0]
    header = json.loads(data[4 : 4 + length])
    arrays = {}
    for name, entry in header["arrays"].items():
        kind = {"int16": "<i2", "uint8": "u1"}[entry["kind"]]
        raw = np.frombuffer(data, kind, int(np.prod(entry["shape"])), 4 + length + entry["offset"])
        arrays[name] = raw.reshape(entry["shape"]) * entry["scale"]
    return header, arrays


def many(count, side, maps):
    """A layer of random kernels and maps."""
    rng = np.random.default_rng(0)
    slices = rng.standard_normal((count, side, side))
    return Gallery(
        layer="conv",
        slices=slices,
        names=[""] * count,
        colour=None,
        norms=np.linalg.norm(slices, axis=(1, 2)),
        maps=rng.standard_normal((maps, maps, count)).astype(np.float32),
        stage="before any activation",
        relations=[kernels.related(one, slices[0]) for one in nearest_of_all(slices)],
        opens=True,
    )


def test_what_is_sent_is_what_is_there():
    sent = many(5, 3, 6)
    header, arrays = unpacked(gallery_bytes(sent))
    np.testing.assert_allclose(arrays["slices"], sent.slices, atol=1e-3)
    np.testing.assert_allclose(arrays["maps"], np.moveaxis(sent.maps, 2, 0), atol=1e-3)
    for number in range(5):
        one = sent.maps[..., number]
        assert header["responses"][number] == pytest.approx(one.max(), rel=1e-4)
        assert header["peaks"][number] == list(np.unravel_index(one.argmax(), one.shape))
        relation = header["relations"][number]
        assert relation["sentence"] == sent.relations[number].sentence
        np.testing.assert_allclose(arrays[f"relative.{relation['matrix']}"], sent.relations[number].matrix, atol=1e-3)
    assert header["thinned"] == 1 and header["size"] == [6, 6] and "colour" not in arrays


def test_equal_relatives_are_sent_once():
    sent = many(512, 3, 4)
    _, arrays = unpacked(gallery_bytes(sent))
    assert len([name for name in arrays if name.startswith("relative.")]) < 70


@pytest.mark.parametrize(
    ("count", "side", "maps", "most"), [(64, 3, 28, 130_000), (512, 3, 28, 1_200_000), (64, 7, 224, 1_200_000)]
)
def test_large_layers_stay_small_on_the_way(count, side, maps, most):
    assert len(gallery_bytes(many(count, side, maps))) < most


def test_thinned_maps_are_means():
    maps = np.random.default_rng(0).random((2, 7, 5))
    thinned, side = thin(maps, most=12)
    assert side == 3 and thinned.shape == (2, 3, 2)
    for row in range(3):
        for column in range(2):
            square = maps[:, 3 * row : 3 * row + 3, 3 * column : 3 * column + 3]
            np.testing.assert_allclose(thinned[:, row, column], square.mean(axis=(1, 2)))
    same, side = thin(maps, most=70)
    assert side == 1 and same is maps
    assert thin(np.zeros((512, 112, 112)))[0].size <= MOST
    assert thin(np.zeros((9, 2, 2)), most=3)[0].shape == (9, 1, 1)


def test_64_kernels_are_quick():
    slices = np.random.default_rng(0).standard_normal((64, 3, 3))
    kernels.verdict(nearest_of_all(slices), (3, 3), centred=False)  # Chance is worked out once.
    began = time.perf_counter()
    gallery_bytes(many(64, 3, 28))
    assert time.perf_counter() - began < 0.5


# ---- the page


@pytest.fixture
def shown(monkeypatch):
    """What the page gives to the gallery; `picks` holds what the gallery answers, once each."""

    class Shown(list):
        picks: list[int]

    seen = Shown()
    seen.picks = []

    def note(given, *, key):
        seen.append(given)
        return seen.picks.pop() if seen.picks else None

    monkeypatch.setattr(kernels, "gallery", note)
    return seen


@pytest.fixture
def app(root, digits):
    return AppTest.from_file(str(root / "app.py"), default_timeout=PATIENCE)


def run(app):
    deadline = time.monotonic() + PATIENCE
    app = app.run()
    while any("being opened" in element.value for element in app.markdown):
        assert time.monotonic() < deadline, "the network was never opened"
        time.sleep(0.2)
        app.run()
    assert not app.exception
    return app


def words(app):
    return plain("\n".join(element.value for element in app.markdown))


@pytest.fixture
def page(app, shown):
    run(app)
    run(app.switch_page("pages/inspect/kernels.py"))
    return app


def test_the_page_starts_with_the_first_layer(page, shown, digits):
    assert page.title[0].value == "What has this network learned to look for?"
    assert "16 of 32 kernels (50 %) are close" in words(page)
    assert "is its map of the picture, bias included, before any activation." in words(page)
    given = shown[-1]
    assert given.layer == "conv_1" and given.opens and given.maps.shape == (28, 28, 32)
    weights = digits.weights("conv_1")[0]
    np.testing.assert_allclose(given.norms[4], np.sqrt((weights[..., 4] ** 2).sum()), rtol=1e-5)
    # The picture on every page that has none yet.
    sight = preparation.digit_steps(preparation.to_gray(kernels.state.load_sample("digit_7")))[-1].picture
    batch = sight[None, ..., None].astype(np.float32) / 255
    np.testing.assert_allclose(given.maps, digits.features(batch, ["conv_1"])["conv_1"][0], atol=1e-5)


def test_a_deeper_layer_shows_slices(page, shown):
    run(page.selectbox(key="kernels_layer").set_value("conv_2"))
    assert shown[-1].layer == "conv_2" and len(shown[-1].names) == 64
    assert shown[-1].names[0].endswith("its strongest of 32 by norm.")
    run(page.selectbox(key="kernels_way_conv_2").set_value(5))
    assert set(shown[-1].names) == {"Shown: channel 5, one of 32."}
    run(page.selectbox(key="kernels_way_conv_2").set_value("sum"))
    assert set(shown[-1].names) == {"Shown: the sum over its 32 channels."}
    # Another layer has choices of its own.
    run(page.selectbox(key="kernels_layer").set_value("conv_3"))
    assert shown[-1].names[0].endswith("its strongest of 64 by norm.")


def test_without_means_everything_is_compared_again(page, shown):
    before = [relation.correlation for relation in shown[-1].relations]
    run(page.toggle(key="kernels_centred").set_value(True))
    after = [relation.correlation for relation in shown[-1].relations]
    assert before != after and max(map(abs, after)) <= 1
    assert "18 of 32" in words(page) and "34 % are, too" in words(page) and "less their means" in words(page)


def test_a_kernel_goes_to_the_page_convolution(page, shown):
    shown.picks = [7]
    page.run()
    assert page.session_state["kernel_from"] == "Learned" and page.session_state["learned_layer"] == "conv_1"
    assert page.session_state["learned_kernels_conv_1"] == [7]
    assert page.title[0].value == "What does a kernel respond to?"


def test_a_network_without_convolution_is_told(app, shown, dense, monkeypatch):
    run(app)
    monkeypatch.setattr("cnnviz.ui.opening.current_network", lambda: dense)
    run(app.switch_page("pages/inspect/kernels.py"))
    (error,) = app.error
    assert error.value.startswith("This network has no convolution layer") and "choose another network" in error.value
    assert not shown


def test_downloads_hold_every_kernel(monkeypatch, net):
    made = {}
    monkeypatch.setattr(
        kernels.st, "download_button", lambda label, data, file_name, **_: made.update({file_name: data()})
    )
    bank = kernels.banks(net)["first"]
    kernels._download(bank, kernels.sliced(bank, "colour")[0], "colour")
    np.testing.assert_array_equal(np.load(io.BytesIO(made["first_kernels.npy"])), bank.kernels)
    assert made["first_kernels.png"].startswith(b"\x89PNG")


def test_a_relation_needs_no_relative():
    sent = many(1, 3, 2)
    alone = Gallery(**{**vars(sent), "relations": [Relation("nothing to compare", "There is no pattern to compare.")]})
    assert unpacked(gallery_bytes(alone))[0]["relations"][0]["matrix"] is None
