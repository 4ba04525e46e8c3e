"""Engines with real workers: one of this machine, and two of a scheduler."""

from contextlib import suppress

import pytest

from cnnviz.errors import RunError
from cnnviz.train.engine import Engine

from .helpers import dask, free_port, wait_for


@pytest.fixture(scope="module")
def module_home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("home")
        patch.setenv("CNNVIZ_HOME", str(folder))
        yield folder


@pytest.fixture(scope="module", params=["local", "remote"])
def engine(request, module_home, tmp_path_factory):
    """An engine with its own worker, and one with the two of a scheduler."""
    if request.param == "local":
        engine = Engine()
        yield engine
        engine.close()
        return
    with dask(tmp_path_factory.mktemp("dask"), free_port()) as (address, _):
        engine = Engine(address)
        engine.prepare()
        wait_for(lambda: engine._foreman.capacity == 2)
        yield engine
        engine.close()


@pytest.fixture(autouse=True)
def leave_nothing(request):
    """What a failed test left in the line must not stand in the way of the next."""
    yield
    if "engine" in request.fixturenames:
        engine = request.getfixturevalue("engine")
        for entry in engine._line.of():
            with suppress(RunError):
                engine.ask(entry.run, stop=True)
        wait_for(lambda: not len(engine._line))
