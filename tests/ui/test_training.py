"""The page Train without a browser: its controls, a run that is over, who may do what."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.data.samples import load_sample
from cnnviz.errors import SettingsError
from cnnviz.figures.learning import Curve, over_epochs
from cnnviz.home import home
from cnnviz.models import ARCHITECTURES
from cnnviz.models.stack import to_data, walk
from cnnviz.models.stack_layers import Activation, Convolution, Dense, Flatten, Pooling
from cnnviz.train import RunFolder, Status, TrainingSettings, gather, train
from cnnviz.train.engine import Engine, the_engine
from cnnviz.train.opened import as_data
from cnnviz.train.settings import BUILDER
from cnnviz.ui import networks, state
from cnnviz.ui.components.owner import read_token
from cnnviz.ui.training import afterwards, curves, looks, own_layers, taken, tested, watched, words
from cnnviz.ui.training.controls import rate

from .elements import button, html, markdown
from .test_pages import PATIENCE, run

ROOT = Path(__file__).parents[2]
TOKEN = "0123456789abcdef0123456789abcdef"
SETTINGS = TrainingSettings(dataset="digits_8x8", architecture="a3", epochs=2, batch_size=32, seed=3)


@pytest.fixture(scope="module")
def done():
    """A run that is over, of the browser with `TOKEN`."""
    made = RunFolder.create(SETTINGS, name="A test", owner=TOKEN)
    train(SETTINGS, folder=made.path)
    yield made
    made.delete()


@pytest.fixture
def app(root, digits, monkeypatch):
    """The page; no worker is started, which would take up the runs that these tests only describe."""
    monkeypatch.setattr(Engine, "prepare", lambda self: None)
    app = AppTest.from_file(str(root / "app.py"), default_timeout=PATIENCE)
    run(app)
    app.switch_page("pages/train/train.py")
    return app


@pytest.fixture
def started(monkeypatch):
    """What the engine is asked for; the engine itself is tested elsewhere."""
    asked = []

    def start(settings, **others):
        asked.append((settings, others))
        return RunFolder.create(settings, name=others["name"], owner=others["owner"])

    monkeypatch.setattr(the_engine(), "start", start)
    return asked


def opened(app, found, token=TOKEN):
    """The page with a run in its address."""
    app.session_state["owner_token"] = token
    app.query_params["run"] = found.id
    return run(app)


def test_a_fresh_page_shows_the_network_with_its_parameters(app):
    run(app)
    assert [one.value for one in app.title] == ["Can it learn this?"]
    table = html(app)
    assert "3,210" in table  # 320 of the convolution, 2,890 of the dense layer.
    assert "6 × 6 × 32" in table
    assert not app.error
    assert not button(app, "Start").disabled
    assert button(app, "Pause") is None


def test_a_network_that_cannot_work_is_explained_and_refused(app):
    run(app)
    app.selectbox(key="train_architecture").set_value("b1")
    run(app)
    [problem] = app.error
    assert "window does not fit into maps of 1" in problem.value
    button(app, "Start").click()
    run(app)
    assert any("does not fit" in one.value for one in app.error)
    assert "run" not in app.query_params


def test_beside_a_run_where_it_is_folded_away_it_is_explained_too(app, done):
    opened(app, done)
    assert not app.error
    app.selectbox(key="train_architecture").set_value("b1")
    run(app)
    said = [one.value for one in app.error if "does not fit into maps of 1" in one.value]
    assert len(said) == 2  # There, and where it lies.


def test_an_architecture_is_a_list_of_layers_to_begin_from(app):
    run(app)
    app.selectbox(key="train_architecture").set_value("lenet")
    run(app)
    button(app, "Change its layers").click()
    run(app)
    assert app.selectbox(key="train_architecture").value == BUILDER
    layers = own_layers.unpacked(app.query_params["layers"])
    assert layers == ARCHITECTURES["lenet"].layers((8, 8, 1))
    assert button(app, "Change its layers") is None
    app.toggle(key="own_layers_code").set_value(True)
    run(app)
    while not app.code:  # Keras is asked once the page has been on screen for a moment.
        run(app)
    [code] = app.code
    made = {}
    exec(code.value, made)
    assert made["model"].count_params() == walk(layers, (8, 8, 1), 10).parameters
    app.selectbox(key=state.DATA_SET).set_value("shapes")  # They stay with other pictures.
    run(app)
    assert own_layers.unpacked(app.query_params["layers"]) == layers
    app.selectbox(key="train_architecture").set_value("a3")
    run(app)
    assert "layers" not in app.query_params


def test_layers_are_found_in_the_address_and_trained(app, started):
    layers = (Flatten(), Dense(12, l2=0.5), Activation("tanh"), Dense(), Activation("softmax"))
    app.query_params["train_architecture"] = "Own layers"
    app.query_params["layers"] = own_layers.packed(layers)
    run(app)
    button(app, "Start").click()
    run(app)
    [(settings, others)] = started
    assert (settings.architecture, settings.layers) == (BUILDER, layers)
    assert others["name"] == "Own layers on Handwritten digits, 8 × 8"


def test_layers_that_cannot_work_are_not_started(app):
    app.query_params["train_architecture"] = "Own layers"
    app.query_params["layers"] = own_layers.packed((Flatten(), Pooling(), Dense(), Activation("softmax")))
    run(app)
    button(app, "Start").click()
    run(app)
    [problem] = app.error
    assert problem.value.replace("\\", "").startswith("Layer 2, pooling, cannot work: it needs maps with rows")
    assert "run" not in app.query_params


@pytest.mark.parametrize("text", ["x", "eJyr", "%%", own_layers.packed((Flatten(),) * 60)[:-20], "W10", ""])
def test_a_damaged_address_has_a_sentence(text):
    with pytest.raises(SettingsError, match="The layers in this page's address cannot be read"):
        own_layers.unpacked(text)


def test_layers_come_back_from_the_address():
    for entry in ARCHITECTURES.values():
        if entry.layers is not None:
            layers = entry.layers(entry.input_shape)
            assert own_layers.unpacked(own_layers.packed(layers)) == layers


def test_the_longest_list_fits_into_the_address():
    layers = [Convolution(1000 - n, 60, 60, "same", "glorot_uniform", 0.1 + n / 7, False) for n in range(5)] * 12
    assert own_layers.unpacked(own_layers.packed(layers)) == tuple(layers)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "“my.json” is not JSON: "),
        ("[" * 100_000, "“my.json” is not JSON: "),
        ("7", "“my.json” cannot be used: Layers are a list, not int; "),
        ("{}", "“my.json” cannot be used: Layers are a list, not dict; "),
        ('[{"kind": "lambda"}]', "“my.json” cannot be used: Layer 1 is of the kind 'lambda'; "),
        ('[{"kind": "conv", "filters": 0}]', "“my.json” cannot be used: The setting filters of the convolution is 0; "),
    ],
)
def test_a_file_that_is_no_list_of_layers_has_a_sentence(text, sentence):
    with pytest.raises(SettingsError) as caught:
        own_layers.from_file("my.json", text)
    assert str(caught.value).startswith(sentence) and "stay as they" in str(caught.value)


def test_a_file_of_layers_or_of_settings_is_read():
    layers = ARCHITECTURES["b1"].layers((28, 28, 1))
    assert own_layers.from_file("a.json", json.dumps(to_data(layers))) == layers
    settings = TrainingSettings(architecture=BUILDER, layers=layers)
    assert own_layers.from_file("a.json", settings.to_json()) == layers


TAKEN = [
    TrainingSettings(dataset="digits_8x8", architecture="lenet", epochs=3, optimizer="momentum", schedule="cosine"),
    TrainingSettings(dataset="shapes", architecture="resnet", learning_rate=0.003, batch_size=48, size=40, seed=12),
    TrainingSettings(
        dataset="mnist", architecture="digits", augmentation=("handwriting",), preparation="digit", share=0.25
    ),
    TrainingSettings(
        dataset="digits_8x8",
        architecture=BUILDER,
        layers=(Flatten(), Dense(), Activation("softmax")),
        augmentation=("move", "turn"),
        patience=4,
        validation_share=0.3,
        scaled=False,
    ),
    TrainingSettings(
        dataset="shapes",
        epochs=5000,
        batch_size=32,
        augmentation=("turn", "move"),
        patience=77,
        share=0.123,
        validation_share=0.11,
        seed=123456,
        limit=50,
        test_limit=60,
        fold=2,
        random_labels=True,
        test_turn=30.0,
    ),
    TrainingSettings(dataset="digits_8x8", architecture="a3", preparation="digit"),
]


@pytest.mark.parametrize("settings", TAKEN, ids=lambda one: f"{one.architecture}_{one.dataset}")
def test_the_settings_of_a_run_are_taken_over_whole_and_stay(app, started, settings):
    made = RunFolder.create(settings, owner=TOKEN)
    made.write_status(Status(state="stopped", epochs=2))
    try:
        opened(app, made)
        button(app, "Take over the settings of this run").click()
        run(app)
        assert app.selectbox(key="train_size").value == (settings.size or 0)
        button(app, "Start").click()
        run(app)
        assert [asked for asked, _ in started] == [settings]
        # The page is loaded again: what the controls cannot show is in the address.
        again = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE)
        run(again)
        again.switch_page("pages/train/train.py")
        for name, value in app.query_params.items():
            again.query_params[name] = value
        run(again)
        assert not [one for one in again.error if "cannot be read" in one.value]
        if button(app, "Leave that out") is not None:
            assert markdown(again).count("Taken over beside these controls: ") == 1
            button(app, "Leave that out").click()
            run(app)
            assert "also" not in app.query_params
    finally:
        made.delete()


def test_a_control_wins_over_what_was_kept_beside_it(app, started):
    app.query_params["also"] = '{"seed":123456,"limit":50}'
    run(app)
    app.number_input(key="data_seed").set_value(7)
    run(app)
    button(app, "Start").click()
    run(app)
    [(settings, _)] = started
    assert (settings.seed, settings.limit) == (7, 50)


@pytest.mark.parametrize("text", ["{", "[]", '{"colour": 1}', '{"limit": 0}', '{"seed": "x"}', "7"])
def test_an_address_that_says_nonsense_has_a_sentence(app, text):
    app.query_params["also"] = text
    run(app)
    assert ["What this page's address says under" in one.value for one in app.error] == [True]
    assert not button(app, "Start").disabled


FILES = [
    ("{", "“mine.json” cannot be used: The settings are not JSON"),
    ("\xff", "“mine.json” cannot be used: "),
    ('{"version": 3, "speed": 7}', "“mine.json” cannot be used: These settings are of version 3"),
    ('{"learning_rate": 0}', "“mine.json” cannot be used: A learning rate of 0 cannot work"),
    ('{"learning_rate": -1}', "“mine.json” cannot be used: A learning rate of -1 cannot work"),
    ('{"learning_rate": 1e9}', "“mine.json” cannot be used: A learning rate of 1000000000.0 cannot work"),
    ('{"architecture": "skynet"}', "“mine.json” cannot be used: There is no architecture called 'skynet'"),
    ('{"dataset": "faces"}', "“mine.json” cannot be used: There is no data set called 'faces'"),
    ('{"dataset": "own/abc"}', "“mine.json” cannot be used: The pictures own/abc are not on this machine"),
    ('{"layers": [{"kind": "conv"}]}', "“mine.json” cannot be used: Layers go with the architecture"),
]


@pytest.mark.parametrize(("text", "sentence"), FILES)
def test_a_file_of_settings_that_cannot_work_changes_nothing(app, text, sentence):
    run(app)
    before = app.selectbox(key="train_architecture").value
    app.file_uploader(key="train_settings_file").set_value(("mine.json", text.encode("latin-1"), "application/json"))
    run(app)
    [problem] = app.error
    assert problem.value.replace("\\", "").startswith(sentence)
    assert app.selectbox(key="train_architecture").value == before
    assert not button(app, "Start").disabled


def test_a_file_of_settings_sets_the_controls(app, started):
    run(app)
    text = TAKEN[1].to_json().encode()
    app.file_uploader(key="train_settings_file").set_value(("mine.json", text, "application/json"))
    run(app)
    button(app, "Start").click()
    run(app)
    assert [asked for asked, _ in started] == [TAKEN[1]]


def test_settings_that_contradict_each_other_get_one_sentence(app):
    run(app)
    app.slider(key="train_patience").set_value(3)
    app.slider(key="validation_percent").set_value(0)
    run(app)
    assert ["Stopping early watches" in one.value for one in app.error] == [True]
    assert button(app, "Start").disabled


def test_a_batch_larger_than_the_data_is_refused_before_the_start(app):
    run(app)
    app.select_slider(key="train_batch").set_value(512)
    app.slider(key="data_percent").set_value(25)
    run(app)
    [problem] = [one.value for one in app.error]
    assert problem.startswith("A batch of 512 is larger than the 359 pictures that are used; choose less as the batch")
    assert button(app, "Start").disabled
    app.slider(key="data_percent").set_value(100)
    run(app)
    assert not app.error
    assert not button(app, "Start").disabled


def test_a_run_that_is_over_is_found_by_its_address(app, done):
    opened(app, done)
    text = markdown(app)
    accuracy = done.evaluation()["accuracy"]
    assert "**Done** after 2 epochs" in text
    assert f"**{words.html.ratio(accuracy)}** of the 360 test pictures" in text
    assert button(app, "Pause") is None
    assert [one.label for one in app.button if one.label.startswith("Open in")][:3] == [
        "Open in Draw",
        "Open in Kernels",
        "Open in Feature maps",
    ]
    assert "Its worst mistakes" in text


def test_its_network_is_in_the_menu_and_opens(app, done):
    opened(app, done)
    assert f"A test ({done.id[:4]})" in app.selectbox(key="network").options
    button(app, "Open in Kernels").click()
    app.run()
    assert [one.value for one in app.title] == ["What has this network learned to look for?"]
    assert app.session_state["network"] == f"run/{done.id}"
    assert not app.exception
    net = networks.open_trained(f"run/{done.id}")
    assert net.input_shape == (8, 8, 1)
    assert net.class_names == tuple("0123456789")


def test_the_slider_plays_it_back(app, done):
    opened(app, done)
    [slider] = [one for one in app.slider if one.label == "Finished epochs"]
    assert slider.value == 2
    app.segmented_control(key="train_view").set_value("Predictions")
    run(app)
    said = {}
    for epoch in (0, 1, 2):
        next(one for one in app.slider if one.label == "Finished epochs").set_value(epoch)
        run(app)
        [said[epoch]] = [one.value for one in app.markdown if "test pictures are named right" in one.value]
    for epoch, text in said.items():
        right = (done.snapshot(epoch)["predictions"].argmax(1) == done.pictures()["y"]).sum()
        assert text.startswith(f"**{right} of 16**")


def test_it_plays_from_the_first_weights_to_the_last(app, done, monkeypatch):
    opened(app, done)
    now = [100.0]
    monkeypatch.setattr(looks.time, "monotonic", lambda: now[0])
    button(app, "Play").click()
    seen = []
    for _ in range(2):
        run(app)
        seen.append(next(one for one in app.slider if one.label == "Finished epochs").value)
        assert button(app, "Halt") is not None and button(app, "Play") is None
        now[0] += looks.FRAME + 0.01
    now[0] += looks.FRAME
    run(app)
    seen.append(next(one for one in app.slider if one.label == "Finished epochs").value)
    assert seen == [0, 1, 2]
    assert button(app, "Play") is not None


def test_a_run_whose_pictures_are_gone_can_be_looked_at_still(app, done):
    made = RunFolder(shutil.copytree(done.path, done.path.with_name("f" * 20)))
    try:
        made.write_settings(replace(SETTINGS, dataset="own/0123456789abcdef01234567"))
        app.session_state["train_view"] = "Predictions"
        opened(app, made)
        assert "test pictures are named right after epoch 2" in markdown(app)
        assert "There is no code that repeats this run. The pictures own/" in markdown(app)
    finally:
        made.delete()


@pytest.mark.parametrize("view", ["Kernels", "Feature maps", "Predictions", "Norms"])
def test_every_view_says_what_it_shows(app, done, view):
    opened(app, done)
    app.segmented_control(key="train_view").set_value(view)
    run(app)
    expected = {
        "Kernels": "32 kernels of 3 × 3 of the first layer, after epoch 2.",
        "Feature maps": "all on one scale",
        "Predictions": "test pictures are named right after epoch 2",
        "Norms": "the root of the sum of its squared weights",
    }
    assert expected[view] in markdown(app)


def test_a_cell_shows_its_pictures(app, done):
    opened(app, done)
    menu = app.selectbox(key="train_cell")
    counts, answers = done.evaluation()["confusion"], done.answers()
    chosen = menu.options[0]
    label, taken = (int(name) for name in chosen.split(" taken for "))
    menu.set_value(chosen)
    run(app)
    count = int(((answers["labels"] == label) & (answers["predicted"] == taken)).sum())
    assert count == counts[label][taken] > 0
    assert f"**{label} taken for {taken}**: {count} test picture" in markdown(app)
    # The menu wins over a cell that was selected before it, and a cell over the menu before it.
    app.session_state[f"train_confusion_{done.id}"] = {"selection": {"points": [{"x": 4, "y": 4}], "point_indices": []}}
    run(app)
    assert f"**{label} taken for {taken}**" in markdown(app)
    app.session_state["train_cell_by_menu"] = False  # As the matrix itself does.
    run(app)
    assert "**4 taken for 4**" in markdown(app)


def test_a_test_picture_goes_to_another_page_with_this_network(app, done):
    opened(app, done)
    row = done.evaluation()["worst"][0]["row"]
    app.session_state[tested.SHOWN] = (done.id, "The worst mistakes", row)
    run(app)
    answers = done.answers()
    label, taken = answers["labels"][row], answers["predicted"][row]
    assert f"Test picture {row + 1:,} is **{label}**, taken for **{taken}**" in markdown(app)
    button(app, "This picture in Feature maps").click()
    app.run()
    assert not app.exception
    assert app.session_state["network"] == f"run/{done.id}"
    shown = app.session_state["picture_last"]
    assert (shown.name, shown.size) == (f"Test picture {row + 1}", (8, 8))
    np.testing.assert_array_equal(shown.pixels[..., :1], gather(SETTINGS).x_test[row])


@pytest.mark.parametrize("kind", [watched.TEST, watched.CURRENT])
def test_the_picture_to_watch_is_chosen_before_the_start(app, monkeypatch, kind):
    asked = []

    def start(settings, **others):
        asked.append(others["watched"])
        return RunFolder.create(settings, name=others["name"], owner=others["owner"], watched=others["watched"])

    monkeypatch.setattr(the_engine(), "start", start)
    run(app)
    app.selectbox(key="train_watched").set_value(kind)
    run(app)
    if kind == watched.TEST:
        app.number_input(key="train_watched_number").set_value(12)
    button(app, "Start").click()
    run(app)
    kept = RunFolder(home() / "runs" / app.query_params["run"]).watched()
    if kind == watched.TEST:
        assert asked == [11] == [kept]
    else:  # The sample 7, as small and bright as the data set's own.
        assert kept.shape == (8, 8, 1) and kept.dtype == np.uint8 and kept.max() > 200
        np.testing.assert_array_equal(kept, as_data(SETTINGS, load_sample("digit_7")))


def test_another_picture_can_be_watched_while_it_learns(app, done):
    made = RunFolder.create(SETTINGS, name="Goes on", owner=TOKEN)
    made.write_status(Status(state="running", epochs=2, epoch=1, batch=9, of=36, per_batch=0.02, learning_rate=0.001))
    made.write_arrays("snapshots/pictures.npz", done.pictures())
    made.write_arrays("snapshots/epoch-0001.npz", done.snapshot(1))
    try:
        opened(app, made, token="f" * 32)
        app.segmented_control(key="train_view").set_value("Feature maps")
        run(app)
        assert button(app, "From the next epoch on") is None
        opened(app, made)
        app.number_input(key="train_watched_now_number").set_value(5)
        run(app)
        button(app, "From the next epoch on").click()
        run(app)
        assert made.watched() == 4
    finally:
        made.delete()


def test_only_the_owner_may_delete(app, done):
    opened(app, done, token="f" * 32)
    assert button(app, "Delete for good") is None
    opened(app, done)
    assert button(app, "Delete for good") is not None


def test_a_run_that_goes_on_can_be_paused_and_stopped_by_its_owner_alone(app):
    made = RunFolder.create(SETTINGS, name="Goes on", owner=TOKEN)
    made.write_status(Status(state="running", epochs=2, epoch=1, batch=9, of=36, per_batch=0.02, learning_rate=0.001))
    try:
        opened(app, made, token="f" * 32)
        assert "You watch this run." in markdown(app)
        assert button(app, "Stop") is None
        opened(app, made)
        assert "**Learning** in epoch 2 of 2, 9 of 36 batches." in markdown(app)
        assert "about 1 s left" in markdown(app)
        button(app, "Pause").click()
        run(app)
        assert RunFolder(made.path).control().pause
        button(app, "One batch").click()
        run(app)
        assert RunFolder(made.path).control().batches == 1
        button(app, "Resume").click()
        run(app)
        assert not RunFolder(made.path).control().pause
        button(app, "Rewind").click()
        run(app)
        assert RunFolder(made.path).control().rewinds == 1
        button(app, "Stop").click()
        run(app)
        assert RunFolder(made.path).control().stop
    finally:
        made.delete()


def test_deleting_takes_it_away_and_leaves_the_page(app):
    made = RunFolder.create(SETTINGS, owner=TOKEN)
    made.write_status(Status(state="stopped", epochs=2))
    opened(app, made)
    button(app, "Delete for good").click()
    run(app)
    assert not made.path.exists()
    assert "run" not in app.query_params


def test_only_its_owner_may_have_a_stopped_run_go_on(app):
    made = RunFolder.create(SETTINGS, owner=TOKEN)
    made.write_status(Status(state="stopped", epochs=2))
    try:
        opened(app, made, token="f" * 32)
        assert button(app, "Go on") is None
        opened(app, made)
        assert button(app, "Go on") is not None
        with made.locked():  # As by a worker that tests it.
            opened(app, made)
            assert button(app, "Go on") is None and "The test pictures are shown to it now" in markdown(app)
    finally:
        made.delete()


def test_a_run_that_is_gone_is_said_to_be(app):
    app.query_params["run"] = "no-such-run"
    run(app)
    assert ["There is no run" in one.value for one in app.info] == [True]
    assert button(app, "Start") is not None


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (Status(state="waiting", sentence="Waiting: it is next."), "**Waiting:** it is next"),
        (Status(state="running", epochs=3, epoch=3, of=9, sentence="Testing the network."), "**Finishing.** Testing"),
        (Status(state="running", epochs=3), "The worker gets ready."),
        (Status(state="running", epochs=3, sentence="Loading the pictures."), "Loading the pictures"),
        (Status(state="running", epochs=3, of=9), "The first of 9 batches is on its way"),
        (Status(state="running", epochs=3, epoch=1, batch=4, of=9), "epoch 2 of 3, 4 of 9 batches"),
        (Status(state="paused", epochs=3, epoch=1, of=9, parked=True), "It has left its place to others"),
        (Status(state="done", epochs=9, epoch=4, seconds=61), "after 4 epochs in 1 min 1 s. The validation loss"),
        (Status(state="failed", sentence="The disk is full."), "The disk is full"),
        (Status(state="stopped", epoch=1), "1 epoch was finished"),
    ],
)
def test_every_state_has_a_sentence(status, said):
    assert said in words.doing(status).replace("\\", "")


def test_a_download_and_a_frozen_network_say_how_far_they_are():
    told = [{"kind": "prepare", "what": "download", "done": 3 * 2**20, "of": 11 * 2**20}]
    assert "3 of 11 MB" in words.doing(Status(state="running", epochs=1), told)
    told.append({"kind": "prepare", "what": "features", "done": 64, "of": 2000})
    assert "64 of 2,000" in words.doing(Status(state="running", epochs=1), told)


def test_the_rate_in_force_is_that_of_the_schedule():
    status = Status(state="running", of=9, per_batch=0.1, learning_rate=0.001, rate_now=0.00034567)
    assert "learning rate 0.000346" in words.figures(status)
    assert "learning rate 0.001" in words.figures(replace(status, rate_now=None))
    assert "learning rate" not in words.figures(replace(status, state="done"))


def test_what_is_left_is_said_in_steps_of_about_a_tenth():
    said = [words.time(words.coarse(seconds)) for seconds in (0.2, 7.4, 33, 127, 700, 4000)]
    assert said == ["1 s", "7 s", "35 s", "2 min 0 s", "12 min 0 s", "1 h 5 min"]


def test_where_the_learning_rate_was_changed_is_drawn_and_said():
    rates = ((2.5, 0.0002), (4.0, 0.1))
    curve = {"validation": Curve(np.array([1.0, 5.0]), np.array([0.5, 0.25]))}
    figure = over_epochs(curve, y_title="Loss", notes=[(at, rate(value)) for at, value in rates])
    assert [one["x0"] for one in figure.layout.shapes] == [2.5, 4.0]
    assert [one["text"] for one in figure.layout.annotations] == ["0.0002", "0.1"]
    told = curves.in_words(curve, "loss", rates)
    assert told.endswith("Learning rate changed to 0.0002 from 2.5 epochs on; 0.1 from 4.0 epochs on.")


def test_a_first_loss_that_dwarfs_the_others_is_noticed():
    def curve(*values):
        return {"validation": Curve(np.empty(0), np.empty(0)), "training": Curve(np.arange(5.0), np.array(values))}

    assert curves.dwarfs(curve(30, 1, 1.2, 0.9, np.nan)) and not curves.dwarfs(curve(2.3, 1, 0.2, 0.1, 0.05))
    assert not curves.dwarfs({}) and not curves.dwarfs(curve(0, 0, 0, 0, 0))


def test_the_share_that_is_done():
    assert words.share(Status()) == 0
    assert words.share(Status(epochs=4, epoch=1, batch=5, of=10)) == pytest.approx(0.375)


def test_smoothing_has_no_bias_and_follows():
    np.testing.assert_allclose(curves.smoothed(np.full(50, 2.0)), 2.0)
    step = curves.smoothed(np.r_[np.zeros(50), np.ones(100)])
    assert np.all(np.diff(step[50:]) > 0)
    assert step[-1] > 0.99


def test_long_runs_send_few_points_and_keep_their_place():
    i = np.arange(5000.0)
    rows = {"epoch": i // 100, "batch": i % 100, "loss": i}
    made = curves.by_batch(rows, [], "loss", 100)
    raw = made["training, each batch"]
    assert len(raw.x) <= curves.MOST
    np.testing.assert_allclose(raw.x * 100 - 1, raw.y)


@pytest.mark.parametrize("part", ["_over", "_live"])
def test_a_run_that_is_deleted_meanwhile_has_the_page_say_so(part):
    def page(part):
        import streamlit as st

        from cnnviz.train import RunFolder
        from cnnviz.ui.training import looks, running

        gone = RunFolder("no/such/folder")
        turn = st.session_state["turn"] = st.session_state.get("turn", 0) + 1
        if turn == 1:
            getattr(running, part)(gone, [])
        elif turn == 2:
            (looks._played if part == "_over" else looks._live_look)(gone)
        else:
            st.write("The whole page")

    app = AppTest.from_function(page, kwargs={"part": part}, default_timeout=PATIENCE).run()
    assert [one.value for one in app.markdown] == ["The whole page"] and not app.exception


ALSO = [
    ('{"limit": null, "fold": null, "test_limit": null}', {}),
    ('{"augmentation": "mirror"}', {"augmentation": ("mirror",)}),
    ('{"augmentation": ["shift", "mirror"], "limit": 9}', {"augmentation": ("shift", "mirror"), "limit": 9}),
    ('{"preparation": "none"}', {"preparation": "none"}),
    ('{"patience": null}', {"patience": None}),
]


@pytest.mark.parametrize(("text", "kept"), ALSO)
def test_what_an_address_says_is_read_as_settings_are(text, kept):
    try:
        found = taken._read(text)
    except SettingsError as problem:
        assert "augmentation" in text and "cannot be read" in str(problem)
    else:
        assert found == kept
        assert all("None" not in taken.WORDS[name](value) for name, value in found.items())


def test_the_matrix_in_words_names_the_commonest_mistake():
    said = afterwards.in_words(np.array([[5, 1], [3, 7]]), ["cat", "dog"])
    assert "12 of 16" in said
    assert "The commonest mistakes: dog taken for cat 3; cat taken for dog 1." in said


@pytest.mark.parametrize("sent", [None, 7, "", "x" * 32, "A" * 32, TOKEN + "0", [TOKEN]])
def test_a_token_of_another_shape_is_none(sent):
    assert read_token(sent) is None
    assert read_token(TOKEN) == TOKEN


def test_what_is_started_is_what_the_controls_say(app, started):
    run(app)
    app.number_input(key="train_epochs").set_value(7)
    app.selectbox(key="train_optimizer").set_value("momentum")
    button(app, "Start").click()
    run(app)
    [(settings, others)] = started
    wanted = TrainingSettings(dataset="digits_8x8", architecture="a3", epochs=7, batch_size=32, optimizer="momentum")
    assert settings == wanted
    assert others["name"] == "One convolution on Handwritten digits, 8 × 8"
    key = app.query_params["run"]
    assert RunFolder(home() / "runs" / key).is_of(others["owner"])
