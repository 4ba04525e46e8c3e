"""The processes that train: one here, or those of a Dask scheduler elsewhere, spoken with in the same way."""

from __future__ import annotations

import logging
import os
import secrets
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import dask.config
from distributed import Client, Future, KilledWorker, LocalCluster, Security, WorkerPlugin

from cnnviz.errors import EngineError
from cnnviz.train.engine import task
from cnnviz.train.engine.process import METHOD

NICENESS = 10
PATIENCE = 10.0  # Seconds that an answer of the scheduler is waited for.
GIVEN_UP = ("lost", "cancelled")  # How a future says that nothing will come of it.
ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # The server's own TensorFlow may use the same GPU.
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",
}

__all__ = ["GIVEN_UP", "Future", "KilledWorker", "Workers"]


class Prepared(WorkerPlugin):
    """Every worker, a restarted one too, gives way to the server and has Keras loaded before its first run.

    Args:
        niceness: 0 to leave its priority alone.
    """

    name = "cnnviz-prepared"

    def __init__(self, niceness: int) -> None:
        self.niceness = niceness

    def setup(self, worker: Any) -> None:
        if self.niceness:
            # This thread's; those that it starts, and theirs, inherit it.
            os.nice(self.niceness)
        # In the thread that trains, so that a run waits for it and the worker answers meanwhile.
        worker.executors["default"].submit(task.warm_up)


class Workers:
    """A connection to workers.

    Args:
        address: Of a Dask scheduler; None for one worker on this machine.
        home: The user's folder, which the workers must share.
        on_event: Called, in a thread of its own, with what a run tells.

    Raises:
        EngineError: If they cannot be reached or started.
    """

    def __init__(self, address: str | None, home: Path, on_event: Callable[[Mapping[str, Any]], None]) -> None:
        self.address, self.home = address, home
        self._cluster: LocalCluster | None = None
        self._shared: dict[str, str] = {}  # What the probe said of each worker.
        self._lock = threading.Lock()
        try:
            if address is None:
                self._cluster = _local_cluster()
            self.client = Client(self._cluster or address, timeout=PATIENCE, set_as_default=False)
            self.client.register_plugin(Prepared(NICENESS if address is None else 0))
            self.client.subscribe_topic(task.TOPIC, lambda event: on_event(event[1]))
        except Exception as error:  # Sockets, time-outs, certificates and versions each have kinds of their own.
            self.close()
            logging.getLogger(__name__).warning("No workers.", exc_info=True)
            if address is None:
                sentence = f"The worker that trains could not be started ({type(error).__name__}: {error})."
            else:
                sentence = (
                    f"The scheduler at {address} cannot be reached. Check that it runs, and CNNVIZ_DASK_SCHEDULER."
                )
            raise EngineError(sentence) from error

    @property
    def is_connected(self) -> bool:
        """Whether the scheduler still answers."""
        return self.client.status == "running"

    def addresses(self) -> tuple[str, ...]:
        """The workers there are."""
        return tuple(self.client.scheduler_info()["workers"])

    def stranger(self) -> str:
        """A sentence if a worker does not share the user's folder; else empty. The worker here always does."""
        if self.address is None:
            return ""
        with self._lock:
            new = [address for address in self.addresses() if address not in self._shared]
            if new:
                self._shared |= self._probed(new)
            trouble = {address: self._shared[address] for address in self.addresses() if self._shared.get(address)}
        for address, problem in trouble.items():
            return (
                f"The worker at {address} {problem}: CNNVIZ_HOME must be one folder that the server and all workers "
                "share under the same name."
            )
        return ""

    def _probed(self, addresses: list[str]) -> dict[str, str]:
        file, secret = self.home / f"probe-{secrets.token_hex(8)}", secrets.token_hex(16)
        try:
            file.write_text(secret)
            answers: Any = self.client.run(task.probe, str(file), secret, workers=addresses)
            return answers
        finally:
            with suppress(OSError):
                file.unlink()

    def submit(self, path: Path, *, park_after: float, seconds: float) -> Future:
        """Have the run in a folder trained; the result is that of `task.train_run`."""
        return self.client.submit(
            task.train_run,
            str(path),
            str(self.home),
            park_after=park_after,
            seconds=seconds,
            key=f"train-{path.name}-{secrets.token_hex(4)}",
            pure=False,
        )

    def close(self) -> None:
        """Let go of the scheduler, and end the worker that is ours."""
        for one, patience in ((getattr(self, "client", None), 2), (self._cluster, PATIENCE)):
            if one is not None:
                with suppress(Exception):
                    one.close(timeout=patience)


def _local_cluster() -> LocalCluster:
    """One process with one thread on loopback, behind TLS."""
    dask.config.set(
        {
            "distributed.worker.multiprocessing-method": METHOD,
            # How often a run may lose its worker before it is to blame.
            "distributed.scheduler.allowed-failures": 3,
            # Without a dashboard Dask still answers there, orders to retire workers included, to whoever asks.
            "distributed.scheduler.http.routes": [],
            "distributed.worker.http.routes": [],
        }
    )
    return LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        scheduler_kwargs={"dashboard": False},
        security=Security.temporary(),
        # By default a worker that takes its share of the memory is ended; pictures and a network may well need more.
        memory_limit=None,
        env=ENVIRONMENT,
        silence_logs=logging.ERROR,
    )
