"""A whole run as one file, to take away."""

from __future__ import annotations

import io
import json
import re
import zipfile

from cnnviz.errors import CnnvizError
from cnnviz.train.code import run_code
from cnnviz.train.runs import RunFolder

# What is told of each file, in the order in which it is told; what is only of use while a run goes on is left out.
CONTENTS = {
    "settings.json": "what the run is made of; python -m cnnviz.train --settings settings.json repeats it",
    "metrics.csv": "a row for every finished epoch",
    "batches.csv": "a row for every batch",
    "evaluation.json": "how good the network is on the test pictures",
    "evaluation.npz": "for every test picture its class, the one it got, and with which probability",
    "model.keras": 'the network: keras.models.load_model("model.keras")',
    "model.json": "what its classes are called, and how it wants its pixels",
}
SNAPSHOTS = "snapshots/*.npz"


def file_name(run: RunFolder) -> str:
    """What the files of a run are called: its name in plain letters, and the beginning of its id."""
    plain = re.sub(r"[^a-z0-9]+", "-", run.name.lower()).strip("-")[:40].strip("-")
    return f"{plain or 'run'}-{run.id[:4]}"


def packed(run: RunFolder) -> bytes:
    """A zip with one folder: the files of a run, and the code that repeats it.

    Raises:
        RunError: If the run is gone.
        SettingsError: If its settings are of another version.
    """
    top, made = file_name(run), io.BytesIO()
    told = [f"{run.name}\n"]
    settings = run.settings
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, what in CONTENTS.items():
            if (run.path / name).is_file():
                file.write(run.path / name, f"{top}/{name}")
                told.append(f"{name}: {what}.")
        try:
            file.writestr(f"{top}/train.py", run_code(settings))
            told.append("train.py: Keras code that repeats the run; what was changed while it went on is not in it.")
        except CnnvizError as problem:
            told.append(f"There is no code that repeats this run. {problem}")
        # They are compressed already.
        for path in sorted(run.path.glob(SNAPSHOTS)):
            file.write(path, f"{top}/snapshots/{path.name}", zipfile.ZIP_STORED)
        told.append("snapshots: what the network looked like after each epoch, as NumPy arrays.")
        file.writestr(f"{top}/run.json", json.dumps({"name": run.name, "made": run.made}, indent=1))
        told.append("run.json: its name, and when it was made, in seconds since 1970.")
        file.writestr(f"{top}/README.txt", "\n".join(told) + "\n")
    return made.getvalue()
