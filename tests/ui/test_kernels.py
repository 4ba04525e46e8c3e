"""The page Kernels: what it says of a network's kernels, and how it is used."""

import io

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.models import Network
from cnnviz.ops import KERNELS, Relative, nearest_of_all
from cnnviz.ui import kernels, preparation
from cnnviz.ui.banks import Bank, banks, sliced

from .test_pages import PATIENCE, run


@pytest.fixture(scope="module")
def dense():
    """A network without a convolution."""
    import keras
    from keras import layers

    return Network(keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10, "softmax")]))


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
    assert "3 × 3, 23 % are, too" in said and "Chance alone would give as many or more in" in said
    assert kernels.verdict(close * 20, (3, 3), centred=False).endswith("has more of them than chance would give.")
    # Random kernels of 5 × 5 are hardly ever close, so that few are enough.
    assert kernels.verdict(close, (5, 5), centred=False).endswith("has more of them than chance would give.")
    assert "Chance alone would give as many or more in" in kernels.verdict(close[2:], (5, 5), centred=False)


def test_the_conv_1_kernels_of_the_digits_are_more_than_chance(digits):
    bank = banks(digits)["conv_1"]
    relatives = nearest_of_all(sliced(bank, 0)[0])
    assert plain(kernels.verdict(relatives, (3, 3), centred=False)).startswith("16 of 32 kernels (50 %)")


def test_random_kernels_are_no_more_than_chance():
    random = nearest_of_all(np.random.default_rng(8).standard_normal((64, 3, 3)))
    assert "Chance alone would give as many or more in" in kernels.verdict(random, (3, 3), centred=False)


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
    assert page.session_state["learned_kernels_digits_conv_1"] == [7]
    assert page.title[0].value == "What does a kernel respond to?"


def test_a_network_without_convolution_is_told(app, shown, dense, monkeypatch):
    run(app)
    monkeypatch.setattr("cnnviz.ui.opening.current_network", lambda: dense)
    run(app.switch_page("pages/inspect/kernels.py"))
    (error,) = app.error
    assert error.value.startswith("This network has no convolution layer") and "choose another network" in error.value
    assert not shown


def test_downloads_hold_every_kernel(monkeypatch, digits):
    made = {}
    monkeypatch.setattr(
        kernels.st, "download_button", lambda label, data, file_name, **_: made.update({file_name: data()})
    )
    first = banks(digits)["conv_1"]
    # As on colour.
    bank = Bank(first.layer, np.repeat(first.kernels, 3, axis=2), on_colour=True)
    kernels._download(bank, sliced(bank, "colour")[0], "colour")
    np.testing.assert_array_equal(np.load(io.BytesIO(made["conv_1_kernels.npy"])), bank.kernels)
    assert made["conv_1_kernels.png"].startswith(b"\x89PNG")
