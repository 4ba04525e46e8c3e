"""The page Compare, without a browser: every map, time, score and sentence is that of this network and picture."""

import csv
import io
import time
from collections import OrderedDict

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnnviz.data import digit_steps, to_gray
from cnnviz.data.samples import load_sample
from cnnviz.data.shapes import make_shapes
from cnnviz.explain import CONTROLS, METHODS, Explanation, Scores, Stopped, explain, scores, similarity
from cnnviz.explain.quality import kept_curve
from cnnviz.figures import coloured
from cnnviz.models import load_network
from cnnviz.ui import cost, html, jobs, state
from cnnviz.ui.classes import class_labels
from cnnviz.ui.compare import agreement, files, page, question, results
from cnnviz.ui.compare.results import Entry
from cnnviz.ui.compare.work import Found, explain_each
from cnnviz.ui.digest import digest

from .test_pages import PATIENCE, run

ON_INPUT = [key for key, method in METHODS.items() if not method.on_layer]


def plain(text):
    return text.replace("\u00a0", " ").replace("**", "").replace("\\", "")


@pytest.fixture
def shown(monkeypatch):
    """What the page gives to its heatmaps and to the panel at its end, the newest last."""
    seen = {"heats": [], "quality": []}
    monkeypatch.setattr(page, "heats", lambda picture, tiles, **given: seen["heats"].append((picture, tiles, given)))
    monkeypatch.setattr(page.quality, "show", lambda *given, **named: seen["quality"].append(given))
    return seen


@pytest.fixture
def app(root, digits):
    return AppTest.from_file(str(root / "app.py"), default_timeout=PATIENCE)


def opened(app, network="digits"):
    app.session_state["network"] = network
    run(app)
    return run(app.switch_page("pages/explain/compare.py"))


@pytest.fixture
def compared(app, shown, monkeypatch):
    """The page with all that is quick; a busy moment in which a pass is timed makes nothing slow."""
    monkeypatch.setattr(cost, "_pass_of", lambda *_: cost.Pass(0.001, 0.001))
    return opened(app)


def words(app):
    return plain("\n".join(element.value for element in app.markdown))


def tiles(shown):
    return {tile.title: tile for tile in shown["heats"][-1][1]}


def labels(app):
    return [plain(button.label) for button in app.button]


def slow_passes(monkeypatch, seconds=1.0):
    """Let every pass seem to take this long."""
    monkeypatch.setattr(cost, "_pass_of", lambda *_: cost.Pass(seconds, seconds))


@pytest.fixture
def seven(digits):
    return digit_steps(to_gray(load_sample("digit_7")))[-1].picture.astype(np.float32)[None, ..., None] / 255


# ---- what is quick


def test_every_method_and_both_controls_at_once(compared, shown, digits, seven):
    _, found, given = shown["heats"][-1]
    titles = [*(method.title for method in METHODS.values()), "Edges (control)", "Centre (control)"]
    assert [tile.title for tile in found] == titles and given == {"signed": False, "key": "compare_heats"}
    for key, tile in zip(METHODS, found, strict=False):
        expected = explain(digits, seven, key, 7)
        np.testing.assert_allclose(tile.heatmap, expected.heatmap, atol=1e-4)
        np.testing.assert_allclose(tile.grid, expected.grid, atol=1e-4 * np.abs(expected.grid).max())
        assert tile.lines[0].startswith("took ") and METHODS[key].known_failure in tile.note
    for key, tile in zip(CONTROLS, found[len(METHODS) :], strict=True):
        np.testing.assert_allclose(tile.heatmap, CONTROLS[key](seven)[0], atol=1e-6)
        assert "Knows nothing of the network" in tile.note and not tile.lines[0].startswith("took")
    assert not [label for label in labels(compared) if "about" in label]
    assert "Evidence for 7, probability > 99.9 %" in words(compared)
    assert list(shown["quality"][-1][2]) == titles[:-2]


def test_scores_are_those_of_the_maps(compared, shown, digits, seven):
    for tile in tiles(shown).values():
        expected = scores(digits, seven, tile.heatmap, 7)
        assert f"deletion {expected.deletion:.2f} · insertion {expected.insertion:.2f}" in tile.lines
    table = compared.dataframe[0].value
    assert list(table["Method"]) == list(tiles(shown))
    assert table["Deletion"].iloc[-1] == pytest.approx(scores(digits, seven, CONTROLS["centre"](seven)[0], 7).deletion)
    error = explain(digits, seven, "integrated_gradients", 7).completeness
    assert f"completeness error {html.ratio(error)}" in tiles(shown)["Integrated gradients"].lines


def test_what_is_left_of_the_hottest_part_is_asked_where_it_is_read_and_quick(app, shown, digits, seven, monkeypatch):
    monkeypatch.setattr(page, "keeps", lambda key: key == page.HEATS)
    opened(app)
    for tile in tiles(shown).values():
        np.testing.assert_allclose(tile.kept, kept_curve(digits, seven, tile.heatmap, 7), atol=1e-5)
        assert tile.before == pytest.approx(digits.predict(seven)[0, 7], abs=1e-5)
    slow_passes(monkeypatch, 0.1)
    run(app)
    assert all(tile.kept is None and tile.before is None for tile in tiles(shown).values())


def test_the_table_names_whom_each_agrees_with(compared, shown):
    table = compared.dataframe[0].value
    heatmaps = {tile.title: tile.heatmap for tile in tiles(shown).values()}
    for _, row in table.iterrows():
        own = heatmaps[row["Method"]]
        best = max(similarity(own, other) for title, other in heatmaps.items() if title != row["Method"])
        assert row["Rank correlation"] == pytest.approx(best, abs=1e-6)
        assert similarity(own, heatmaps[row["Agrees most with"]]) == pytest.approx(best, abs=1e-6)


def test_class_layer_and_sign(compared, shown, digits, seven):
    times = {title: tile.lines[0] for title, tile in tiles(shown).items()}
    run(compared.selectbox(key=question.LAYER).set_value("conv_2"))
    changed = tiles(shown)
    assert changed["Grad-CAM"].grid.shape == (14, 14)
    # What works on the picture is not asked again.
    assert all(changed[METHODS[key].title].lines[0] == times[METHODS[key].title] for key in ON_INPUT)
    run(compared.selectbox(key=question.CLASS).set_value("2"))
    run(compared.toggle(key=question.SIGNED).set_value(True))
    expected = explain(digits, seven, "occlusion", 2, signed=True)
    np.testing.assert_allclose(tiles(shown)["Occlusion"].heatmap, expected.heatmap, atol=1e-4)
    assert expected.heatmap.min() < 0 and shown["heats"][-1][2]["signed"]
    assert "Evidence for 2, probability" in words(compared) and "left out" not in words(compared)


def test_options_change_their_method_alone(compared, shown, digits, seven):
    before = tiles(shown)
    run(compared.number_input(key="compare_occlusion_window").set_value(9))
    expected = explain(digits, seven, "occlusion", 7, window=9)
    np.testing.assert_allclose(tiles(shown)["Occlusion"].heatmap, expected.heatmap, atol=1e-4)
    assert np.abs(before["Occlusion"].heatmap - expected.heatmap).max() > 0.1
    assert tiles(shown)["SmoothGrad"].heatmap is before["SmoothGrad"].heatmap


def test_an_option_that_does_not_fit_gets_a_sentence_and_the_maps_stay(compared, shown):
    run(compared.number_input(key="compare_occlusion_window").set_value(9))
    before = tiles(shown)["Occlusion"].heatmap
    run(compared.number_input(key="compare_occlusion_window").set_value(40))
    (error,) = compared.error
    assert "A window of 40 pixels does not fit in a 28 × 28 picture; choose at most 28" in plain(error.value)
    assert "Below is still the last result that worked" in error.value
    assert tiles(shown)["Occlusion"].heatmap is before


def test_a_blank_picture_is_not_explained(app, shown):
    white = np.full((50, 50, 3), 255, np.uint8)
    app.session_state["source"] = state.UPLOAD
    app.session_state["picture_Upload"] = state.Picture("white", "white", white, drawn=False, size=(50, 50))
    opened(app)
    assert "There is no ink in this picture" in words(app) and not shown["heats"]


# ---- what is slow


def test_what_is_slow_is_offered_with_its_time_and_not_computed(app, shown, monkeypatch):
    slow_passes(monkeypatch, 0.3)
    opened(app)
    computed = [title for title, tile in tiles(shown).items() if tile.heatmap is not None]
    # Five passes of 0.3 s each would be 1.5 s: three are done.
    assert len(computed) == 3 + len(CONTROLS) and set(computed) >= {"Edges (control)", "Centre (control)"}
    offered = [label for label in labels(app) if "about" in label]
    counts = METHODS["smooth_grad"].counted(load_network("digits"))
    assert f"SmoothGrad: about {0.3 * sum(counts.values()):.0f} s" in offered
    assert any(label.startswith("Compute all (about ") for label in offered)
    assert f"Score all: about {0.3 * 5 * 58:.0f} s" in offered
    assert tiles(shown)["SmoothGrad"].note == f"Not computed yet: about {0.3 * 26:.0f}\u00a0s."
    assert "deletion" not in str([tile.lines for tile in tiles(shown).values()])
    assert list(app.dataframe[0].value.columns) == ["Method", "Time (ms)", "Agrees most with", "Rank correlation"]


def test_one_button_then_all_in_the_child_process(app, shown, monkeypatch, digits, seven):
    slow_passes(monkeypatch)
    opened(app)
    press(app, "SmoothGrad: about")
    until_over(app, "compare_maps")
    tile = tiles(shown)["SmoothGrad"]
    np.testing.assert_allclose(tile.heatmap, explain(digits, seven, "smooth_grad", 7).heatmap, atol=1e-4)
    assert tile.lines[0].startswith("took ") and not [label for label in labels(app) if label.startswith("SmoothG")]
    assert tiles(shown)["Occlusion"].heatmap is None
    press(app, "Compute all")
    until_over(app, "compare_maps")
    found = tiles(shown)
    for key, method in METHODS.items():
        np.testing.assert_allclose(found[method.title].heatmap, explain(digits, seven, key, 7).heatmap, atol=1e-4)
    assert not [label for label in labels(app) if label.startswith("Compute all")]
    press(app, "Score all")
    until_over(app, "compare_scores")
    for tile in tiles(shown).values():
        expected = scores(digits, seven, tile.heatmap, 7)
        assert f"deletion {expected.deletion:.2f} · insertion {expected.insertion:.2f}" in tile.lines
    # The panel at the end need not measure the same maps again.
    explanations = shown["quality"][-1][2]
    _, trials = app.session_state[f"{results.PANEL}_trials"]
    assert len(explanations) == len(METHODS) and all(digest(one.heatmap) in trials for one in explanations.values())
    # Another class has to be asked anew; the first is still known.
    run(app.selectbox(key=question.CLASS).set_value("2"))
    assert tiles(shown)["Occlusion"].heatmap is None
    run(app.selectbox(key=question.CLASS).set_value(question.PREDICTED))
    assert all(tile.heatmap is not None for tile in tiles(shown).values())


def press(app, label):
    run(next(button for button in app.button if button.label.startswith(label)).click())


def until_over(app, slot):
    deadline = time.monotonic() + PATIENCE
    while not app.session_state[f"job_{slot}"].is_over:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    run(app)


class Stub:
    """A job that has come so far."""

    slot, problem, result, position, is_open, done, total = "compare_maps", "", None, 0, True, 3, 9

    def __init__(self, state, partial=None, problem=""):
        self.state, self.partial, self.problem = state, partial, problem
        self.is_over = state in ("done", "stopped", "failed")

    def stop(self):
        self.state, self.is_over = "stopped", True


def with_job(app, monkeypatch, job, wanted=("occlusion", "score_cam")):
    monkeypatch.setattr(jobs, "current", lambda slot, key: job if slot == "compare_maps" else None)
    app.session_state[page.WANTED] = {"compare_maps": wanted}


def test_what_was_found_before_a_stop_stays(app, shown, monkeypatch, digits, seven):
    slow_passes(monkeypatch)
    found = {"occlusion": Found(explain(digits, seven, "occlusion", 7), 1.234)}
    with_job(app, monkeypatch, Stub("stopped", found))
    opened(app)
    assert tiles(shown)["Occlusion"].lines == ("took 1.2\u00a0s",)
    assert any(label.startswith("Score-CAM: about") for label in labels(app))
    assert not any(label.startswith("Occlusion: about") for label in labels(app))


def test_a_running_job_shows_how_far_it_is_and_takes_no_second_order(app, shown, monkeypatch):
    slow_passes(monkeypatch)
    with_job(app, monkeypatch, Stub("running"))
    opened(app)
    assert "Stop" in labels(app) and not [label for label in labels(app) if label.startswith("Score-CAM: about")]
    assert page._doing(["Occlusion", "Score-CAM"]) == "Passes for Occlusion, then 1 more"


def test_a_job_that_failed_says_why_and_can_be_begun_again(app, shown, monkeypatch):
    slow_passes(monkeypatch)
    with_job(app, monkeypatch, Stub("failed", problem="The process ended; start it again."))
    opened(app)
    assert [plain(error.value) for error in app.error] == ["The process ended; start it again."]
    assert any(label.startswith("Score-CAM: about") for label in labels(app))


def test_work_tells_what_it_has_and_stops(digits, seven):
    told = []
    asked = {"batch": seven, "target": 7, "layer": None, "signed": False, "options": {"smooth_grad": {"samples": 4}}}
    found = explain_each(
        digits,
        methods=("smooth_grad", "grad_cam", "occlusion"),
        on_progress=lambda *one: told.append(one),
        should_stop=lambda: False,
        **asked,
    )
    total = 4 + 1 + 1 + METHODS["occlusion"].counted(digits)["forward"]
    assert list(found) == ["smooth_grad", "grad_cam", "occlusion"] and all(one.seconds > 0 for one in found.values())
    assert {of for _, of, _ in told} == {total} and [done for done, _, _ in told] == sorted(d for d, _, _ in told)
    assert told[0][0] == 0 and told[-1][0] == total
    growing = [list(partial) for _, _, partial in told if partial is not None]
    assert growing == [list(found)[:count] for count in range(4)]
    with pytest.raises(Stopped):
        explain_each(digits, methods=("occlusion",), on_progress=lambda *_: None, should_stop=lambda: True, **asked)


# ---- other networks


def test_a_network_without_a_grid_has_the_methods_that_need_none(app, shown, tmp_path, monkeypatch):
    import keras
    from keras import layers

    (tmp_path / "networks").mkdir()
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))
    keras.utils.set_random_seed(2)
    keras.Sequential([keras.Input((8, 9, 3)), layers.Flatten(), layers.Dense(3, activation="softmax")]).save(
        tmp_path / "networks" / "dense.keras"
    )
    opened(app, "own/dense")
    assert list(tiles(shown))[: len(ON_INPUT)] == [METHODS[key].title for key in ON_INPUT]
    assert "No layer of this network has rows and columns" in words(app)
    assert not [box for box in app.selectbox if box.key == question.LAYER]


def test_a_generated_shape_whose_place_is_known(app, shown):
    opened(app, "shapes")  # Which starts with one.
    made = make_shapes(2, seed=state.SHAPES)
    for number in (0, 1):
        hits = {}
        for title, tile in tiles(shown).items():
            row, column = np.unravel_index(tile.heatmap.argmax(), tile.heatmap.shape)
            hits[title] = bool(made.masks[number, row, column])
            assert ("hottest pixel on the object" in tile.lines) == hits[title]
            assert ("hottest pixel beside the object" in tile.lines) != hits[title]
        assert list(app.dataframe[0].value["On the object"]) == list(hits.values())
        if number == 0:
            press(app, "Another generated shape")


def test_digits_offer_no_generated_shape(compared):
    assert not [label for label in labels(compared) if "generated" in label]


def test_two_classes_of_one_name_are_told_apart():
    class Birds:
        class_names = ("crane", "cat", "crane")

    assert class_labels(Birds()) == ["crane (0)", "cat", "crane (2)"]


# ---- agreement


def entry(key, heatmap):
    title = METHODS[key].title if key in METHODS else results.CONTROL_TITLES[key]
    found = None
    if key in METHODS:
        raw = np.asarray(heatmap, np.float32)
        found = Found(Explanation(raw, raw.shape, None, 0, "left", False, 1.0, key), 0.25)
    return Entry(key, title, np.asarray(heatmap, float), found, Scores(0.25, 0.75), True, 0.5)


def said(*entries):
    return [plain(one) for one in agreement.remarks(entries, agreement.correlations(entries))]


def test_a_map_without_heat_agrees_with_none_and_points_at_nothing(digits, seven, monkeypatch):
    empty, up = entry("grad_cam", np.zeros((2, 2))), entry("gradient", [[1, 2], [3, 4]])
    down = entry("edges", [[4, 3], [2, 1]])
    tables = []
    monkeypatch.setattr(page.st, "dataframe", lambda columns, **_: tables.append(columns))
    shown = [empty, up, down]
    page._table(shown, agreement.correlations(shown))
    page._table(shown[:2], agreement.correlations(shown[:2]))
    assert tables[0]["Agrees most with"] == [None, down.title, up.title]
    assert tables[0]["Rank correlation"] == [None, pytest.approx(-1), pytest.approx(-1)]
    assert tables[1]["Agrees most with"] == [None, None]

    class Asked:
        net, target, target_name = digits, 7, "7"

        class sight:  # noqa: N801
            batch = seven

    assert "object" not in str(page._tile(empty, Asked(), keeping=False).lines)
    assert "hottest pixel on the object" in page._tile(up, Asked(), keeping=False).lines


def test_remarks_by_hand():
    up, down = [[1, 2], [3, 4]], [[4, 3], [2, 1]]
    nearly = [[1, 2], [4, 3]]  # 0.8 with `up`, −0.8 with `down`.
    most, least, edges = said(
        entry("grad_cam", up), entry("layer_cam", nearly), entry("gradient", down), entry("edges", down)
    )
    assert most == "Grad-CAM and Layer-CAM agree most (0.80)."
    assert least == "Least agree Grad-CAM and Gradient (−1.00)."
    assert edges == "Gradient (1.00) is nearer to the edge filter, which knows no network, than to any other method."
    *_, edges = said(entry("grad_cam", up), entry("gradient", down), entry("edges", nearly))
    assert edges.startswith("Grad-CAM (0.80) and Gradient (−0.80) are each nearer to the edge filter, ")
    same, *_ = said(entry("grad_cam", up), entry("hires_cam", up), entry("layer_cam", up), entry("edges", down))
    assert same.startswith("3 pairs put the pixels in all but the same order: ")
    *_, edges = said(entry("grad_cam", up), entry("layer_cam", up), entry("edges", down))
    assert edges.startswith("Each method agrees with another method more than with the edge filter")


def test_maps_without_heat_agree_with_nobody():
    empty = [[0, 0], [0, 0]]
    up = [[1, 2], [3, 4]]
    assert said(entry("grad_cam", up), entry("hires_cam", empty), entry("layer_cam", empty), entry("edges", up)) == []


def test_the_matrix_is_a_table_that_can_be_read():
    values = np.array([[1.0, -0.004], [-0.004, 1.0]])
    text = agreement.matrix(["A & B", "C"], values)
    assert text.count('scope="col"') == text.count('scope="row"') == 2 and "A &amp; B" in text
    assert text.count(">1.00<") == 2 and text.count(">0.00<") == 2 and "−0.00" not in text


@pytest.mark.parametrize("value", np.linspace(-1, 1, 21))
def test_numbers_stand_out_from_their_ground(value):
    def luminance(colour):
        share = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) if isinstance(colour, str) else colour
        linear = np.where(share / 255 <= 0.04045, share / 255 / 12.92, ((share / 255 + 0.055) / 1.055) ** 2.4)
        return linear @ (0.2126, 0.7152, 0.0722)

    for dark in (False, True):
        ground = coloured(np.array([value]), limit=1, signed=True, dark=dark)[0]
        light = sorted([luminance(ground), luminance(agreement._ink(ground))])
        assert (light[1] + 0.05) / (light[0] + 0.05) >= 4.5


# ---- files and memory


def test_files(digits, seven):
    class Asked:
        signed = False

        class sight:  # noqa: N801
            pixels = (255 * seven[0, ..., 0]).astype(np.uint8)

    maps = {"grad_cam": explain(digits, seven, "grad_cam", 7), "gradient": explain(digits, seven, "gradient", 7)}
    entries = [
        Entry(key, METHODS[key].title, one.heatmap, Found(one, 0.5), Scores(0.1, 0.9), None, 1.0)
        for key, one in maps.items()
    ] + [entry("edges", CONTROLS["edges"](seven)[0])]
    values = agreement.correlations(entries)
    sheet = np.asarray(Image.open(io.BytesIO(files.as_sheet(Asked(), entries))))
    assert sheet.shape[0] > 2 * 224 and sheet.shape[1] > 2 * 224  # The picture and three maps, two across.
    with np.load(io.BytesIO(files.as_numbers(entries))) as numbers:
        assert set(numbers) == {"grad_cam", "gradient", "edges", "raw_grad_cam", "raw_gradient"}
        np.testing.assert_array_equal(numbers["grad_cam"], maps["grad_cam"].heatmap)
        np.testing.assert_array_equal(numbers["raw_gradient"], maps["gradient"].raw)
    head, first, *_, last = csv.reader(io.StringIO(files.as_table(entries, values).decode()))
    assert head[:4] == ["method", "seconds", "deletion", "insertion"] and head[-1] == "correlation with Edges (control)"
    assert first[:6] == ["Grad-CAM", "0.5", "0.1", "0.9", "", ""]
    assert [float(one) for one in first[6:]] == pytest.approx(values[0])
    assert last[:6] == ["Edges (control)", "", "0.25", "0.75", "", "True"]


def test_a_session_forgets_the_oldest(monkeypatch):
    session = {}
    monkeypatch.setattr(results.st, "session_state", session)
    for number in range(results.MOST + 1):
        results._keep(("map", number), number)
        assert results._recalled(("map", 0)) == 0  # Used all the time.
    assert results._recalled(("map", 1)) is None and results._recalled(("map", 2)) == 2
    assert isinstance(session["compare_kept"], OrderedDict) and len(session["compare_kept"]) == results.MOST
