"""Settings travel through JSON unchanged, and what cannot work is refused with a sentence."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.errors import SettingsError
from cnnviz.models import ARCHITECTURES
from cnnviz.train import TrainingSettings
from cnnviz.train.augment import AUGMENTATIONS
from cnnviz.train.settings import OPTIMIZERS, PREPARATIONS, SCHEDULES, VERSION

ANY = st.builds(
    TrainingSettings,
    dataset=st.text(),
    architecture=st.text().filter(lambda text: text not in ("builder", "transfer")),
    epochs=st.integers(1, 10**6),
    batch_size=st.integers(1, 10**6),
    optimizer=st.sampled_from(OPTIMIZERS),
    learning_rate=st.floats(0, 10, exclude_min=True),
    schedule=st.sampled_from(SCHEDULES),
    augmentation=st.lists(st.sampled_from([one for one in AUGMENTATIONS if one != "handwriting"]), unique=True),
    scaled=st.booleans(),
    size=st.none() | st.integers(4, 512),
    share=st.floats(0, 1, exclude_min=True),
    test_limit=st.none() | st.integers(1),
    random_labels=st.booleans(),
    fold=st.none() | st.integers(0, 4),
    test_turn=st.floats(-360, 360),
    preparation=st.sampled_from(PREPARATIONS),
    validation_share=st.floats(0, 1, exclude_max=True),
    limit=st.none() | st.integers(1),
    seed=st.integers(0, 2**32 - 1),
)

BAD = [
    ({"fold": 5}, "The fold is 5; choose 0 to 4, or none."),
    ({"fold": True}, "The fold is True; choose 0 to 4, or none."),
    ({"optimizer": "lion"}, "The optimizer is 'lion'; choose one of sgd, momentum, rmsprop, adam, adamw."),
    ({"schedule": ""}, "The schedule is ''; choose one of constant, cosine, exponential, steps, warmup."),
    ({"augmentation": None}, "The augmentation is None; choose some of mirror, move, turn, zoom, light, photographs,"),
    ({"preparation": "digits"}, "The preparation is 'digits'; choose one of none, digit."),
    ({"epochs": 0}, "The setting epochs is 0; choose a whole number from 1 up."),
    ({"epochs": 1.5}, "The setting epochs is 1.5; choose a whole number from 1 up."),
    ({"epochs": True}, "The setting epochs is True; choose a whole number from 1 up."),
    ({"batch_size": -3}, "The setting batch_size is -3; choose a whole number from 1 up."),
    ({"batch_size": "64"}, "The setting batch_size is '64'; choose a whole number from 1 up."),
    ({"learning_rate": 0}, "A learning rate of 0 cannot work; choose one above 0 and at most 10."),
    ({"learning_rate": 11.0}, "A learning rate of 11.0 cannot work; choose one above 0 and at most 10."),
    ({"learning_rate": float("nan")}, "A learning rate of nan cannot work; choose one above 0 and at most 10."),
    ({"validation_share": 1.0}, "A validation share of 1.0 leaves nothing to learn from; choose 0 to 0.9."),
    ({"validation_share": -0.1}, "A validation share of -0.1 leaves nothing to learn from; choose 0 to 0.9."),
    ({"limit": 0}, "The limit is 0 pictures; choose a whole number from 1 up, or none."),
    ({"limit": 10.5}, "The limit is 10.5 pictures; choose a whole number from 1 up, or none."),
    ({"seed": -1}, "The seed is -1; choose a whole number from 0 up."),
    ({"version": 3}, "These settings are of version 3; this program reads versions 1 and 2. Set them up anew"),
    ({"learning_rate": -1}, "A learning rate of -1 cannot work;"),
    ({"learning_rate": 1e9}, "A learning rate of 1000000000.0 cannot work;"),
    ({"learning_rate": float("nan")}, "A learning rate of nan cannot work;"),
    ({"patience": 2, "validation_share": 0}, "Stopping early watches the validation loss, but"),
    ({"augmentation": ["mirror", "mirror"]}, "An augmentation is named twice in mirror, mirror;"),
    ({"augmentation": "handwriting"}, 'The augmentation "handwriting" goes with the preparation "digit"'),
    ({"architecture": "transfer", "scaled": False}, "“MobileNetV2, frozen” computes what it sees of each picture once"),
    ({"architecture": "builder"}, 'Layers go with the architecture "builder", and only with it'),
    ({"layers": [{"kind": "flatten"}]}, 'Layers go with the architecture "builder", and only with it'),
    ({"share": 0}, "A share of 0 of the data cannot be used;"),
    ({"size": 3}, "The size is 3; choose 4 to 512 pixels."),
]


@given(ANY)
def test_settings_come_back_from_json(settings):
    assert TrainingSettings.from_json(settings.to_json()) == settings


def test_json_holds_every_setting_and_the_version():
    values = json.loads(TrainingSettings().to_json())
    assert set(values) == {field.name for field in dataclasses.fields(TrainingSettings)}
    assert values["version"] == VERSION
    assert TrainingSettings.from_json("{}") == TrainingSettings()


@pytest.mark.parametrize(("wrong", "sentence"), BAD)
def test_what_cannot_work_is_refused(wrong, sentence):
    for attempt in (lambda: TrainingSettings(**wrong), lambda: TrainingSettings.from_json(json.dumps(wrong))):
        with pytest.raises(SettingsError) as caught:
            attempt()
        assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The settings are not JSON: "),
        ("{'epochs': 3}", "The settings are not JSON: "),
        ("[1, 2]", "Settings are a JSON object, not list; take a file that “Settings (JSON)” of a run has given."),
        ('{"epoch": 3, "colour": 1}', "There are no settings called colour, epoch; there are: architecture, "),
        ('{"limit": "many"}', "The limit is 'many' pictures; choose "),
        ('{"learning_rate": null}', "A learning rate of None cannot work;"),
    ],
)
def test_other_text_is_refused(text, sentence):
    with pytest.raises(SettingsError) as caught:
        TrainingSettings.from_json(text)
    assert str(caught.value).startswith(sentence)


def test_settings_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        TrainingSettings().epochs = 3


def test_version_1_is_read():
    old = {"version": 1, "dataset": "mnist", "augmentation": "photographs", "limit": 70, "optimizer": "adamw"}
    upgraded = TrainingSettings.from_json(json.dumps(old))
    assert upgraded == TrainingSettings(augmentation=("photographs",), limit=70, test_limit=70, optimizer="adamw")
    assert TrainingSettings.from_json('{"version": 1, "augmentation": "none"}') == TrainingSettings()


def test_layers_travel_too():
    layers = tuple(ARCHITECTURES["b1"].layers((28, 28, 1)))
    settings = TrainingSettings(architecture="builder", layers=layers)
    assert TrainingSettings.from_json(settings.to_json()) == settings and settings.entry().output == "softmax"
