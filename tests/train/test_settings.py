"""Settings travel through JSON unchanged, and what cannot work is refused with a sentence."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.errors import SettingsError
from cnnviz.train import TrainingSettings
from cnnviz.train.settings import AUGMENTATIONS, OPTIMIZERS, PREPARATIONS, SCHEDULES, VERSION

ANY = st.builds(
    TrainingSettings,
    dataset=st.text(),
    architecture=st.text(),
    epochs=st.integers(1, 10**6),
    batch_size=st.integers(1, 10**6),
    optimizer=st.sampled_from(OPTIMIZERS),
    learning_rate=st.floats(0, 10, exclude_min=True),
    schedule=st.sampled_from(SCHEDULES),
    augmentation=st.sampled_from(AUGMENTATIONS),
    preparation=st.sampled_from(PREPARATIONS),
    validation_share=st.floats(0, 1, exclude_max=True),
    limit=st.none() | st.integers(1),
    seed=st.integers(0, 2**32 - 1),
)

BAD = [
    ({"optimizer": "lion"}, "The optimizer is 'lion'; choose one of sgd, adam, adamw."),
    ({"schedule": ""}, "The schedule is ''; choose one of constant, cosine."),
    ({"augmentation": None}, "The augmentation is None; choose one of none, handwriting, photographs."),
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
    ({"version": 2}, "These settings are of version 2, this program writes version 1;"),
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
        ("[1, 2]", "Settings are a JSON object, not list; write them with to_json."),
        ('{"epoch": 3, "colour": 1}', "There are no settings called colour, epoch; there are: architecture, "),
        ('{"limit": "many"}', "The limit is 'many' pictures; choose "),
        ('{"learning_rate": null}', "A setting has a value of the wrong type: "),
    ],
)
def test_other_text_is_refused(text, sentence):
    with pytest.raises(SettingsError) as caught:
        TrainingSettings.from_json(text)
    assert str(caught.value).startswith(sentence)


def test_settings_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        TrainingSettings().epochs = 3
