"""What a worker does: train one run, and tell every step of it; it knows a page as little as `train` does."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from cnnviz.errors import CnnvizError, RunError
from cnnviz.train.loop import train
from cnnviz.train.runs import RunFolder

TOPIC = "cnnviz-training"  # What workers tell under.
TOLD = 0.03  # Seconds between two batches that are told; the folder has every one.
NOTED = 5.0  # Seconds between two notes of how long a run has been at work.
TIME = "time.json"

# A worker with several threads still trains one network at a time: Keras' seed and session belong to the process.
_TURN = threading.Lock()


def train_run(path: str, home: str, *, park_after: float, seconds: float) -> dict[str, str]:
    """Train the run in a folder, or take it up where it was left.

    Args:
        path: The folder, which this machine shares with the server.
        home: The user's folder on the server: data sets and models are looked for there.
        park_after: Seconds of pause after which the run is left to be taken up later.
        seconds: That the run may occupy workers in all.

    Returns:
        "state", as `Status` has it, or "busy" if somebody else trains it; and "sentence".
    """
    os.environ["CNNVIZ_HOME"] = home
    run = RunFolder(path)
    with _TURN:
        clock = _Clock(run, seconds)
        try:
            ended = train(
                run.settings,
                folder=run.path,
                on_event=_Teller(run.id),
                should_stop=clock.why,
                park_after=park_after,
            )
            state, sentence = ended.state, ended.sentence
        except RunError as error:
            state, sentence = "failed", str(error)
            if "is being trained already" in sentence:
                state = "busy"
        except CnnvizError as error:
            state, sentence = "failed", str(error)
        except Exception as error:
            logging.getLogger(__name__).exception("A run ended unexpectedly.")
            state = "failed"
            sentence = f"The run ended unexpectedly: {type(error).__name__}. The log of the worker has more."
        finally:
            clock.note()
            _tidy()
    return {"state": state, "sentence": sentence}


def warm_up() -> None:
    """Load Keras and train something tiny, so that the first run need not wait for either."""
    try:
        import keras
        import numpy as np
        import sklearn.metrics  # noqa: F401 - loaded ahead, as the end of a run will want it.

        layers = [keras.Input((8, 8, 1)), keras.layers.Conv2D(2, 3, activation="relu"), keras.layers.Flatten()]
        model = keras.Sequential([*layers, keras.layers.Dense(2, activation="softmax")])
        model.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        model.fit(np.zeros((4, 8, 8, 1), np.float32), np.zeros(4, np.int64), batch_size=2, verbose=0)  # pyright: ignore[reportArgumentType]
    except Exception:
        # A run will meet the same trouble, and say so in its folder.
        logging.getLogger(__name__).exception("The worker could not be warmed up.")
    finally:
        _tidy()


def probe(path: str, secret: str) -> str:
    """Whether this machine shares a folder with the server.

    Args:
        path: A file there.
        secret: What the server wrote into it.

    Returns:
        Empty, or what does not work, to go after “the worker”.
    """
    file = Path(path)
    try:
        if file.read_text() != secret:
            return f"finds another file in {file.parent}"
        answer = file.with_name(f"{file.name}-{os.getpid()}-{threading.get_ident()}")
        answer.write_text(secret)
        answer.unlink()
    except FileNotFoundError:
        return f"does not see {file.parent}"
    except OSError as error:
        return f"cannot write in {file.parent} ({error.strerror})"
    return ""


def _tidy() -> None:
    """Give back what Keras keeps of a network that is done with: the process lives on."""
    with suppress(Exception):
        import keras

        keras.utils.clear_session(free_memory=True)


class _Teller:
    """Tells the server what happens in a run."""

    def __init__(self, run: str) -> None:
        from distributed import get_worker

        self.run = run
        self.tell: Callable[[str, Any], None] = get_worker().log_event
        self.told = -TOLD

    def __call__(self, event: Mapping[str, Any]) -> None:
        now = time.perf_counter()
        if event["kind"] in ("batch", "prepare"):
            is_last = event.get("batch", 0) + 1 == event.get("of")
            if now - self.told < TOLD and not is_last:
                return
            self.told = now
        plain = {key: value.item() if hasattr(value, "item") else value for key, value in event.items()}
        self.tell(TOPIC, {**plain, "run": self.run, "time": time.time()})


class _Clock:
    """How long a run has occupied workers, pauses included; a note in its folder outlives the worker."""

    def __init__(self, run: RunFolder, allowed: float) -> None:
        self.path, self.allowed = run.path / TIME, allowed
        self.before = 0.0
        with suppress(OSError, ValueError, KeyError, TypeError):
            self.before = float(json.loads(self.path.read_text())["seconds"])
        self.began = self.noted = time.monotonic()

    def why(self) -> str:
        """Why the run must end, as a sentence; empty while it may go on."""
        now = time.monotonic()
        if now - self.noted > NOTED:
            self.note()
        if self.before + now - self.began <= self.allowed:
            return ""
        return (
            f"The run was ended after {self.allowed / 60:g} minutes at work, the longest that is allowed here; "
            "what it had learned by then is kept. Choose fewer epochs or fewer pictures."
        )

    def note(self) -> None:
        self.noted = time.monotonic()
        # On a full disk the run itself ends with a sentence; this note is not worth one.
        with suppress(OSError):
            partial = self.path.with_suffix(".partial")
            partial.write_text(json.dumps({"seconds": self.before + self.noted - self.began}))
            partial.replace(self.path)
