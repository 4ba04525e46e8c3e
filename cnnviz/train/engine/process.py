"""How the worker here is started: without importing the main module, which in Streamlit is the page that runs.

All of multiprocessing's own ways that start a fresh interpreter import it; loky's does not.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from contextlib import suppress
from typing import Any

from loky.backend.context import LokyContext
from loky.backend.popen_loky_posix import Popen
from loky.backend.process import LokyProcess

METHOD = "cnnviz"


class _Popen(Popen):
    __module__ = Popen.__module__  # What the child starts with, by its name.

    def kill(self) -> None:
        """End it at once: Dask asks for this where a worker does not end by itself, and loky's cannot."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


class _Process(LokyProcess):
    @staticmethod
    def _Popen(process_obj: Any) -> _Popen:  # noqa: N802 - multiprocessing's name
        return _Popen(process_obj)


class _Context(LokyContext):
    _name = METHOD
    Process = _Process


# As loky makes its own ways known.
multiprocessing.context._concrete_contexts[METHOD] = _Context()  # type: ignore[attr-defined]
