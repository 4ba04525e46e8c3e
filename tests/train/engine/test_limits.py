"""What is allowed, and who says so."""

import json
import subprocess
import sys
from dataclasses import fields, replace

import pytest

from cnnviz.errors import EngineError, SettingsError
from cnnviz.models import ARCHITECTURES
from cnnviz.models.stack import walk
from cnnviz.train import TrainingSettings
from cnnviz.train.engine import Limits

from .helpers import (
    QUICK,
)


def test_limits_come_from_the_environment_and_say_what_they_are():
    environment = {"CNNVIZ_MAX_EPOCHS": "7", "CNNVIZ_RUNS_PER_USER": " 3 ", "CNNVIZ_MAX_PICTURES": ""}
    limits = Limits.from_environment(environment)
    assert (limits.epochs, limits.per_user, limits.pictures) == (7, 3, Limits().pictures)
    assert "A run has at most 7 epochs." in limits.sentences() and len(limits.sentences()) == 9
    for text in ("many", "0", "-3", "1.5"):
        with pytest.raises(EngineError, match=r"CNNVIZ_MAX_EPOCHS is .* from 1 up, or leave it out for 200"):
            Limits.from_environment({"CNNVIZ_MAX_EPOCHS": text})


def test_the_readme_names_every_limit_and_its_default(root):
    text = (root / "README.md").read_text()
    for one in fields(Limits):
        assert f"| `{one.metadata['variable']}` | {one.default:,} |" in text, one.name


@pytest.mark.parametrize(
    ("settings", "error", "sentence"),
    [
        (replace(QUICK, epochs=201), EngineError, r"asks for 201 epochs; at most 200 .* raise CNNVIZ_MAX_EPOCHS"),
        (
            TrainingSettings(dataset="cifar10", architecture="e1"),
            EngineError,
            r"learns from 50,000 pictures; at most 1,000 .* raise CNNVIZ_MAX_PICTURES",
        ),
        (
            TrainingSettings(architecture="digits", share=0.01),
            EngineError,
            r"has 257,162 parameters; at most 100,000 .* raise CNNVIZ_MAX_PARAMETERS",
        ),
        (TrainingSettings(architecture="lenex"), SettingsError, "no architecture called 'lenex'"),
    ],
)
def test_more_than_is_allowed_is_refused(settings, error, sentence):
    with pytest.raises(error, match=sentence):
        Limits(pictures=1000 if settings.dataset == "cifar10" else 100_000, parameters=100_000).check(settings)
    Limits().check(QUICK)


def test_importing_the_engine_loads_neither_dask_nor_keras():
    code = (
        "import sys; import cnnviz.train.engine; "
        "print([name for name in ('distributed', 'dask', 'keras', 'tensorflow') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(found.stdout.replace("'", '"')) == []


@pytest.mark.parametrize("name", [name for name, entry in ARCHITECTURES.items() if entry.layers is not None])
def test_every_list_of_layers_is_allowed_on_the_pictures_it_was_made_for(name):
    entry = ARCHITECTURES[name]
    gone = walk(entry.layers(entry.input_shape), entry.input_shape, entry.classes or 10)
    assert gone.fault is None and gone.parameters <= Limits().parameters
