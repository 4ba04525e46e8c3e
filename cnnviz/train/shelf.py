"""The runs in the user's folder: found, listed, cleaned up."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path

from cnnviz.data import own_pictures
from cnnviz.errors import RunError
from cnnviz.train.runs import RunFolder, runs_folder

DAY = 24 * 60 * 60


def find_run(key: str, *, runs: Path | None = None) -> RunFolder:
    """The run of this id.

    Raises:
        RunError: If there is none.
    """
    folder = (runs or runs_folder()) / key
    if not key or Path(key).name != key or key.startswith(".") or not (folder / "settings.json").is_file():
        raise RunError(f"There is no run {key[:40]!r}; it may have been deleted.")
    return RunFolder(folder)


def list_runs(*, runs: Path | None = None) -> list[RunFolder]:
    """All runs, the youngest first."""
    folder, found = runs or runs_folder(), []
    for path in folder.iterdir() if folder.is_dir() else ():
        if (path / "settings.json").is_file():
            with suppress(RunError):  # Just deleted.
                found.append((RunFolder(path).made, RunFolder(path)))
    return [run for _, run in sorted(found, key=lambda one: one[0], reverse=True)]


def find_group(group: str, *, runs: Path | None = None) -> list[RunFolder]:
    """The runs of an experiment, in their order; those that were deleted are missing.

    Raises:
        RunError: If there is none left.
    """
    found = [run for run in reversed(list_runs(runs=runs)) if (part := run.part) and part.group == group]
    if not found:
        raise RunError(f"There is no experiment {group[:40]!r}; its runs may have been deleted.")
    return found


def clean_up(*, days: float = 30, megabytes: float = 5000, runs: Path | None = None) -> list[str]:
    """Delete what has not changed for long, and the oldest of the rest until it fits; never what is being trained.

    Pictures that were stored for runs go a day after no run needs them any more.

    Returns:
        The ids of the runs that are gone.
    """
    now, gone, kept = time.time(), [], 0.0
    for run in sorted(list_runs(runs=runs), key=_changed, reverse=True):
        kept += run.bytes() / 2**20
        if now - _changed(run) > days * DAY or kept > megabytes:
            size = run.bytes() / 2**20
            with suppress(RunError, OSError):
                run.delete()
                gone.append(run.id)
                kept -= size
    forget_unused_pictures(runs=runs)
    return gone


def forget_unused_pictures(*, days: float = 1, runs: Path | None = None) -> list[str]:
    """Delete pictures of one's own that were stored for runs and that no run needs any more.

    Args:
        runs: Where the runs lie.
        days: Since they were stored: somebody may be about to start a run with younger ones.

    Returns:
        Their keys.
    """
    needed = {_dataset_of(run) for run in list_runs(runs=runs)}
    gone = [
        key for key, stored in own_pictures.stored().items() if key not in needed and time.time() - stored > days * DAY
    ]
    for key in gone:
        own_pictures.forget_samples(key)
    return gone


def _dataset_of(run: RunFolder) -> str:
    """The data set of a run, of another version, too; "" if nothing can be read."""
    with suppress(RunError, ValueError, AttributeError):
        return str(json.loads(run.read("settings.json")).get("dataset"))
    return ""


def _changed(run: RunFolder) -> float:
    return max((found.st_mtime for found in run.files()), default=0.0)
