"""The page Class activation, without a browser."""

import io

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.data.samples import load_sample
from cnnviz.explain import METHODS, explain, explain_batch
from cnnviz.models import Network
from cnnviz.ui import looked, navigation
from cnnviz.ui.class_activation import choice, files, page, remarks, through
from cnnviz.ui.preparation import Seen

from .test_pages import PATIENCE, run


def plain(text):
    return text.replace("\u00a0", " ").replace("**", "").replace("\\", "")


@pytest.fixture
def shown(monkeypatch):
    """What the page gives to its components, the newest last."""
    seen = {"heats": [], "ladder": []}
    monkeypatch.setattr(page, "heats", lambda pixels, tiles, **given: seen["heats"].append((tiles, given)))
    monkeypatch.setattr(through, "ladder", lambda pixels, rungs, **given: seen["ladder"].append((rungs, given)))
    return seen


@pytest.fixture
def app(root, digits):
    return AppTest.from_file(str(root / "app.py"), default_timeout=PATIENCE)


@pytest.fixture
def activation(app, shown):
    run(app)
    run(app.switch_page("pages/explain/class_activation.py"))
    return app


@pytest.fixture
def batch(activation, digits):
    return digits.prepare(load_sample("digit_7"))


def words(app):
    return plain("\n".join(element.value for element in app.markdown))


def titles(shown):
    return [tile.title for tile in shown["heats"][-1][0]]


def test_the_page_starts_with_the_three_likeliest_classes_at_the_last_layer(activation, shown, digits, batch):
    tiles, given = shown["heats"][-1]
    order = np.argsort(-digits.predict(batch)[0])[:3]
    assert titles(shown) == [digits.class_names[index] for index in order]
    assert not given["signed"] and not given["one_scale"]
    for tile, index in zip(tiles, order, strict=True):
        one = explain(digits, batch, target=int(index))
        np.testing.assert_allclose(tile.grid, one.grid, atol=1e-5)
        assert one.layer == "relu_3" and tile.before == pytest.approx(digits.predict(batch)[0, index], abs=1e-6)
        assert any("score before softmax" in line for line in tile.lines)
        assert tile.kept is None
    assert "relu_3 has 7 × 7 cells for 28 × 28 pixels: one stands for 4 × 4 of them" in words(activation)
    assert "A cell sees 18 × 18 pixels around it" in words(activation)


def test_chosen_classes_stay_and_an_empty_choice_follows_the_picture_again(activation, shown):
    likeliest = titles(shown)
    (classes,) = [each for each in activation.multiselect if each.label == "Classes"]
    run(classes.set_value([3, 5]))
    assert titles(shown) == ["3", "5"]
    assert activation.query_params[choice.CLASSES] == ["3", "5"]
    activation.switch_page("pages/start/about.py")
    run(activation)
    run(activation.switch_page("pages/explain/class_activation.py"))
    assert titles(shown) == ["3", "5"]
    (classes,) = [each for each in activation.multiselect if each.label == "Classes"]
    run(classes.set_value([]))
    assert titles(shown) == likeliest and choice.CLASSES not in activation.query_params


def test_classes_come_from_the_address(app, shown):
    app.query_params[choice.CLASSES] = ["8", "no such class", "1"]
    run(app)
    app.query_params[choice.CLASSES] = ["8", "no such class", "1"]
    run(app.switch_page("pages/explain/class_activation.py"))
    assert titles(shown) == ["8", "1"]


def test_layer_method_sign_and_scale(activation, shown, digits, batch):
    run(activation.select_slider(key=choice.LAYER).set_value("conv_2"))
    run(activation.selectbox(key=choice.METHOD).set_value("hires_cam"))
    run(activation.toggle(key=choice.SIGNED).set_value(True))
    run(activation.toggle(key=choice.ONE_SCALE).set_value(True))
    tiles, given = shown["heats"][-1]
    assert given["signed"] and given["one_scale"]
    one = explain(digits, batch, "hires_cam", tiles[0].title, "conv_2", True)
    np.testing.assert_allclose(tiles[0].grid, one.grid, atol=1e-4 * np.abs(one.grid).max())
    assert tiles[0].grid.min() < 0 and METHODS["hires_cam"].summary in words(activation)


def test_a_method_without_classes_says_so(activation, shown):
    run(activation.selectbox(key=choice.METHOD).set_value("eigen_cam"))
    tiles, _ = shown["heats"][-1]
    np.testing.assert_array_equal(tiles[0].grid, tiles[2].grid)
    assert tiles[0].lines[1] != tiles[2].lines[1], "each keeps its own score"
    assert METHODS["eigen_cam"].known_failure in words(activation)
    assert "what most maps have in common" in tiles[0].alt


def test_every_layer_is_shown_and_a_selected_one_is_gone_to(activation, shown, digits, batch):
    rungs, given = shown["ladder"][-1]
    assert [rung.name for rung in rungs] == list(digits.grids) and given["selected"] == "relu_3"
    first = shown["heats"][-1][0][0].title
    for rung in rungs:
        one = explain(digits, batch, target=first, layer=rung.name)
        np.testing.assert_allclose(rung.grid, one.grid, atol=1e-5 * max(1, np.abs(one.grid).max()))
    # AppTest knows no components of version 2: their callback is called here.
    activation.session_state[choice.LADDER] = {"layer": "pool_1"}
    activation.session_state[choice.LAYER] = "pool_1"
    run(activation)
    assert shown["ladder"][-1][1]["selected"] == "pool_1" and shown["ladder"][-1][0] is rungs
    assert "in layer pool_1" in shown["heats"][-1][0][0].alt


def test_every_layer_is_asked_again_if_the_question_changes(activation, shown):
    plain_ones = shown["ladder"][-1][0]
    run(activation.toggle(key=choice.SIGNED).set_value(True))
    signed = shown["ladder"][-1][0]
    assert min(rung.grid.min() for rung in plain_ones) == 0 > min(rung.grid.min() for rung in signed)
    run(activation.selectbox(key=choice.METHOD).set_value("layer_cam"))
    assert shown["ladder"][-1][0] is not signed
    (classes,) = [each for each in activation.multiselect if each.label == "Classes"]
    run(classes.set_value([2]))
    assert shown["ladder"][-1][1]["label"].endswith("heat for 2")


def test_the_callback_of_the_small_pictures(monkeypatch):
    state = {choice.LADDER: {"layer": "conv_1"}}
    monkeypatch.setattr(choice.st, "session_state", state)
    choice.take_layer()
    assert state[choice.LAYER] == "conv_1"


def test_probabilities_of_what_is_kept_are_worked_out_where_they_are_read(activation, shown, monkeypatch):
    monkeypatch.setattr(page, "keeps", lambda key: key == page.HEATS)
    run(activation)
    for tile in shown["heats"][-1][0]:
        assert tile.kept.shape == (21, 2) and tile.kept[0, 1] == pytest.approx(tile.before, abs=1e-5)


def test_the_layer_of_another_network_is_forgotten(app, shown):
    run(app)
    app.session_state[choice.LAYER] = "block_3_expand"
    run(app.switch_page("pages/explain/class_activation.py"))
    assert "in layer relu_3" in shown["heats"][-1][0][0].alt


def test_a_network_without_a_grid_is_sent_to_compare(app, shown, monkeypatch):
    import keras
    from keras import layers

    dense = Network(keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10, "softmax")]))
    run(app)
    monkeypatch.setattr("cnnviz.ui.opening.current_network", lambda: dense)
    run(app.switch_page("pages/explain/class_activation.py"))
    assert "No layer of this network has rows and columns" in words(app) and not shown["heats"]
    opened = []
    monkeypatch.setattr(navigation, "go", opened.append)
    (button,) = [each for each in app.button if each.label == "Open Compare"]
    run(button.click())
    assert opened == ["explain/compare.py"]


# ---- remarks, layers and files by themselves


def one_of(explanation, heatmap, name):
    """An explanation with another heatmap."""
    from dataclasses import replace

    return replace(explanation, raw=heatmap, target_name=name, size=heatmap.shape)


@pytest.fixture
def any_one(digits, drawings):
    return explain(digits, drawings[:1])


@pytest.fixture(scope="module")
def drawings(digits):
    return np.concatenate([digits.prepare(load_sample(f"digit_{number}")) for number in range(10)])


def square(columns):
    grid = np.zeros((4, 4), np.float32)
    grid[:, columns] = 1
    return grid


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (
            (slice(0, 2), slice(0, 3)),
            "a and b overlap: of the area with at least half of the largest heat for either, "
            "67 % is hot for both: both rest on the same part of the picture.",
        ),
        ((slice(0, 2), slice(1, 4)), "25 % is hot for both."),
        ((slice(0, 1), slice(2, 3)), "a and b share no place with at least half of the largest heat."),
        ((slice(0, 1), slice(0, 0)), ""),
        ((slice(0, 1), slice(3, 4), slice(2, 4)), "b and c are most alike: "),
    ],
)
def test_overlap_by_hand(any_one, columns, said):
    found = remarks.overlap([one_of(any_one, square(one), name) for one, name in zip(columns, "abc", strict=False)])
    assert (said in plain(found)) if said else found == ""


def test_where_all_speaks_against_a_class_no_place_is_called_strongest(digits, drawings, any_one):
    from dataclasses import replace

    against = replace(any_one, raw=-np.arange(1, 50, dtype=np.float32).reshape(7, 7), signed=True)
    assert looked.describe(against).endswith("no place above zero.")
    pixels = np.rint(drawings[0, ..., 0] * 255).astype(np.uint8)
    lines = [page._tile(digits, Seen(drawings[:1], pixels, ()), one, 0.5).lines for one in (any_one, against)]
    assert ["strongest" in str(each) for each in lines] == [True, False]


def test_two_classes_of_one_name_are_told_apart(digits, drawings):
    birds = Network(digits.model, class_names=("crane", "cat", "crane", *map(str, range(7))))
    for method in ("grad_cam", "eigen_cam"):
        asked = choice.Choice((0, 2), "relu_3", method, False, False)
        found = page.explained(birds, drawings[:1], asked)
        assert [one.target_name for one in found] == ["crane (0)", "crane (2)"]


def test_sharpness_is_that_of_the_grid(any_one):
    one = one_of(any_one, np.ones((7, 7), np.float32), "a")
    assert remarks.sharpness(one).endswith("has as many cells as the picture has pixels: nothing is stretched.")


def test_a_cell_that_sees_everything_says_so(digits):
    assert "the whole picture and more" in remarks.sight(digits, "relu_3", (14, 14))


@pytest.mark.parametrize(("count", "step"), [(8, 1), (24, 1), (25, 2), (153, 7)])
def test_many_layers_are_thinned_and_the_last_stays(count, step):
    names = tuple(f"layer {number}" for number in range(count))
    kept, every = through.thinned(names)
    assert every == step and len(kept) <= through.RUNGS and kept[-1] == names[-1]
    assert list(kept) == sorted(kept, key=names.index)


def test_files_hold_what_is_shown(digits, drawings):
    found = explain_batch(digits, np.repeat(drawings[3:4], 2, axis=0), target=[3, 5], signed=True)
    with np.load(io.BytesIO(files.as_numbers(found))) as file:
        assert list(file["classes"]) == ["3", "5"] and str(file["layer"]) == "relu_3"
        np.testing.assert_array_equal(file["raw"][1], found[1].raw)
        np.testing.assert_array_equal(file["heatmaps"][0], found[0].heatmap)
    pixels = np.rint(drawings[3, ..., 0] * 255).astype(np.uint8)
    sheet = files.as_sheet(Seen(drawings[3:4], pixels, ()), found)
    other = files.as_sheet(Seen(drawings[3:4], pixels, ()), found[::-1])
    assert sheet.startswith(b"\x89PNG") and sheet != other
