"""Networks of the user's own: `.keras` files, each perhaps with a small JSON beside it that says more."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnviz.errors import NetworkError
from cnnviz.home import home
from cnnviz.models.network import Network
from cnnviz.models.scaling import SCALINGS

PREFIX = "own/"
AGAIN = 'Save it again with model.save("name.keras").'
# What the JSON beside a file may say, and what each must be.
CARD = {
    "title": "a text",
    "class_names": "a list of texts",
    "scaling": f"one of {', '.join(SCALINGS)}",
    "input": "a number from 0 up",
    "output": "a number from 0 up",
    "input_shape": "a list of height, width and channels",
}


@dataclass(frozen=True)
class OwnNetwork:
    """A file that can be tried.

    Attributes:
        path: Where it is.
        title: Its name for people: from the JSON beside it, or the file's name.
    """

    path: Path
    title: str


def own_networks(*folders: Path) -> dict[str, OwnNetwork]:
    """Every `.keras` file in the user's folders, by its key "own/<name>"; nothing is opened.

    Args:
        folders: Further folders, which come before `networks` in the user's own.
    """
    files: dict[str, OwnNetwork] = {}
    for folder in (*folders, home() / "networks"):
        for path in sorted(folder.glob("*.keras")) if folder.is_dir() else ():
            if path.is_file():
                files.setdefault(f"{PREFIX}{path.stem}", OwnNetwork(path, _title(path)))
    return files


def open_file(path: Path) -> Network:
    """A network from a `.keras` file, with what the JSON of the same name beside it says.

    No code inside the file is run.

    Args:
        path: Of the file; `name.json` beside `name.keras` may hold what `CARD` lists.

    Raises:
        NetworkError: If Keras refuses the file, or the network cannot be shown; the sentence says why.
    """
    said = card(path)
    said.pop("title", None)
    if "input_shape" in said:
        said["input_shape"] = tuple(said["input_shape"])
    model = read_model(path)
    try:
        network = Network(model, **said).warm()
        _ = network.class_names  # Whether there is one for each class is known only now.
        return network
    except NetworkError as error:
        raise NetworkError(f"{path.name} cannot be shown. {error}") from error
    except Exception as error:  # Whatever the layers of others raise.
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise NetworkError(f"{path.name} opens, but does not answer a picture: {first[:200]}") from error


def card(path: Path) -> dict[str, Any]:
    """What the JSON beside a network says; empty if there is none.

    Args:
        path: Of the network.

    Raises:
        NetworkError: If it is no such JSON.
    """
    file = path.with_suffix(".json")
    if not file.is_file():
        return {}
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise NetworkError(f"{file.name} is not JSON: {error}. Correct it, or take it away.") from error
    if not isinstance(said, dict):
        raise NetworkError(f'{file.name} holds no JSON object; write {{"class_names": […]}}, for example.')
    for name, value in said.items():
        if name not in CARD:
            raise NetworkError(f"{file.name} has {name!r}, which means nothing here; there are: {', '.join(CARD)}.")
        if not _fits(name, value):
            raise NetworkError(f"In {file.name}, {name} is {json.dumps(value)[:60]}; it must be {CARD[name]}.")
    return said


def _fits(name: str, value: Any) -> bool:
    if name == "class_names":
        return isinstance(value, list) and bool(value) and all(isinstance(one, str) and one for one in value)
    if name == "input_shape":
        return isinstance(value, list) and len(value) == 3 and all(type(one) is int and one > 0 for one in value)
    if name == "scaling":
        return isinstance(value, str) and value in SCALINGS
    return isinstance(value, str) and bool(value.strip()) if name == "title" else type(value) is int and value >= 0


def _title(path: Path) -> str:
    try:
        return card(path).get("title", path.stem)
    except NetworkError:  # Opening it says so.
        return path.stem


def read_model(path: Path) -> Any:
    """The Keras model in a file, without its optimiser; no code inside it is run.

    Args:
        path: Of a `.keras` file.

    Raises:
        NetworkError: If there is no such file, or Keras refuses it.
    """
    if not path.is_file():
        raise NetworkError(f"There is no file {path}; check the path.")
    if _is_damaged(path):
        raise NetworkError(f"Keras cannot open {path.name}: it is damaged, or no file that Keras wrote. {AGAIN}")
    import keras

    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises many kinds for a file that it cannot read.
        raise NetworkError(f"Keras cannot open {path.name}: {_why(path, error)}") from error


def _is_damaged(path: Path) -> bool:
    """Whether a file is no whole archive with a description in it; Keras itself would take changed weights."""
    try:
        with zipfile.ZipFile(path) as file:
            json.loads(file.read("config.json"))
            return file.testzip() is not None
    except Exception:  # The module raises many kinds, those of the decompressors included.
        return True


def _why(path: Path, error: Exception) -> str:
    """What is wrong with a whole file that Keras refuses, and what to do."""
    with zipfile.ZipFile(path) as file:
        nodes = list(_nodes(json.loads(file.read("config.json"))))
    kinds = [str(node["class_name"]) for node in nodes]
    if "Lambda" in kinds or "__lambda__" in kinds:
        return (
            "it has a Lambda layer, which holds program code, and no code from a file is run here. "
            "Put a layer of Keras in its place, and save it again."
        )
    foreign = [_name(node) for node in nodes if _is_foreign(node)]
    if foreign:
        return (
            f"it needs “{foreign[0]}”, which is its author's own and not known here. "
            "Build it from what Keras has, and save it again."
        )
    if any(word in str(error).lower() for word in ("weight", "variable", "shape", "could not be loaded")):
        return f"its weights do not fit its layers. {AGAIN}"
    import keras

    return f"Keras {keras.__version__} does not understand all of it; it may be of another version. {AGAIN}"


def _nodes(config: Any) -> Iterator[dict[str, Any]]:
    """Everything in a model's description that is made by a class or is a function."""
    if isinstance(config, dict):
        if "class_name" in config:
            yield config
        config = list(config.values())
    if isinstance(config, list):
        for inner in config:
            yield from _nodes(inner)


def _is_foreign(node: dict[str, Any]) -> bool:
    if node["class_name"] == "function":
        return True
    module = str(node.get("module") or "")
    return bool(module) and module.split(".")[0] not in ("keras", "builtins")


def _name(node: dict[str, Any]) -> str:
    return str(node.get("config") if node["class_name"] == "function" else node["class_name"])[:60]
