"""Who looks after a run, and who trains it: shown by locks, which go with the process, however that ends."""

from __future__ import annotations

import fcntl
import json
import secrets
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from cnnviz.errors import RunError
from cnnviz.train.runs import ENDED, RunFolder

CLAIM = "engine.json"  # In a run's folder: which server looks after it, and since when it waits.


class Claims:
    """Which runs this server looks after, for other servers that share the folder to see.

    Args:
        home: The user's folder.
    """

    def __init__(self, home: Path) -> None:
        self.folder = home / "engines"
        self.name = secrets.token_hex(8)
        self._file: Any = None

    def open(self) -> None:
        """Show that this server lives, and forget servers that no longer do.

        Raises:
            OSError: If the folder cannot be written.
        """
        if self._file is not None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in self.folder.iterdir():
            if not self._lives(path.name):
                path.unlink(missing_ok=True)
        file = (self.folder / self.name).open("w")
        fcntl.flock(file, fcntl.LOCK_EX)
        self._file = file

    def close(self) -> None:
        """This server looks after nothing any more."""
        if self._file is not None:
            (self.folder / self.name).unlink(missing_ok=True)
            self._file.close()
            self._file = None

    def claim(self, run: RunFolder) -> None:
        """This server looks after a run from now on.

        Raises:
            RunError: If the run's folder cannot be written.
        """
        with run.sentences():
            run.write_json(CLAIM, {"engine": self.name, "asked": self.asked(run)})

    def is_taken(self, run: RunFolder) -> bool:
        """Whether another server that lives looks after a run."""
        name = str(_read(run.path / CLAIM).get("engine", ""))
        return bool(name) and name != self.name and self._lives(name)

    def asked(self, run: RunFolder) -> float:
        """Since when a run waits, seconds since 1970: its place in the line after a restart."""
        try:
            return float(_read(run.path / CLAIM)["asked"])
        except (KeyError, TypeError, ValueError):
            return time.time()

    def _lives(self, name: str) -> bool:
        try:
            with (self.folder / Path(name).name).open() as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False


def is_being_trained(run: RunFolder) -> bool:
    """Whether any process trains it now."""
    try:
        with (run.path / "lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def is_gone(run: RunFolder) -> bool:
    """Whether somebody has deleted it."""
    return not (run.path / "settings.json").is_file()


def is_over(run: RunFolder) -> bool:
    """Whether nothing more will come of it."""
    return is_gone(run) or run.status().state in ENDED


def note(run: RunFolder, **changes: Any) -> bool:
    """Write how a run stands, unless it is over, or somebody trains it, who knows better.

    Args:
        run: Its folder.
        changes: In its status.

    Returns:
        Whether there is nothing more to write; not so on a full disk.
    """
    if is_gone(run):
        return True
    try:
        with run.sentences(), run.locked():
            status = run.status()
            if status.state not in ENDED:
                run.write_status(replace(status, **changes))
    except RunError as error:
        return "is being trained already" in str(error)
    return True


def _read(path: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        values = json.loads(path.read_text())
        if isinstance(values, dict):
            return values
    return {}
