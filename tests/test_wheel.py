"""The wheel, installed elsewhere, carries everything: it opens the shipped network and declares the components."""

import os
import subprocess
import sys
import zipfile

import pytest

UNAVAILABLE = ("No matching distribution found for hatchling", "Could not find a version that satisfies")

SCRIPT = """
import sys
from pathlib import Path

import numpy as np

import cnnviz
from cnnviz.data.samples import SAMPLES, load_sample
from cnnviz.home import asset
from cnnviz.models import load_network
from cnnviz.ui.components import heats, pad, strip

assert Path(cnnviz.__file__).is_relative_to(sys.argv[1]), cnnviz.__file__
assert asset("networks").is_relative_to(sys.argv[1]), asset("networks")
network = load_network("digits")
print(network.class_names[network.predict(network.prepare(load_sample("digit_7")))[0].argmax()])
"""


@pytest.fixture(scope="module")
def wheel(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", str(root), "--no-deps", "--quiet", "--wheel-dir", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    if done.returncode and any(words in done.stderr for words in UNAVAILABLE):
        pytest.skip("The wheel cannot be built: its build backend, hatchling, is not to be had from a registry.")
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("cnnviz-*.whl")
    return path


def test_the_wheel_holds_assets_scripts_and_styles_and_nothing_else(root, wheel):
    with zipfile.ZipFile(wheel) as file:
        names = {name for name in file.namelist() if ".dist-info/" not in name}
    hidden = ("__pycache__", ".DS_Store")
    shipped = {
        path.relative_to(root).as_posix()
        for folder in ("cnnviz", "assets")
        for path in (root / folder).rglob("*")
        if path.is_file() and not any(part in hidden for part in path.parts)
    }
    assert names == {name if name.startswith("cnnviz/") else f"cnnviz/{name}" for name in shipped}
    assert {"cnnviz/assets/networks/digits/model.keras", "cnnviz/ui/components/pad/pad.js"} <= names
    assert any(name.endswith(".css") for name in names)


def test_the_installed_wheel_opens_the_network(wheel, tmp_path):
    target = tmp_path / "site"
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet", "--target", str(target)]
    subprocess.run([*command, str(wheel)], check=True, timeout=120)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(target)],
        capture_output=True,
        text=True,
        timeout=240,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(target)},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["7"]
