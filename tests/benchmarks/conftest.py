"""Benchmarks run with `--benchmark-enable -n 0`; else only what takes a moment runs, once, to see that it works."""

import time

import pytest


@pytest.fixture(scope="session")
def measuring(request):
    """Skips what only measures, unless measuring was asked for."""
    if not request.config.getoption("benchmark_enable"):
        pytest.skip("It only measures; run it with --benchmark-enable -n 0.")


@pytest.fixture(scope="session")
def in_turns():
    """A function that times others: seconds of each call of each, as one list each.

    They take turns in rounds of several calls, each round on warm caches, so that all meet the same machine.
    """

    def measure(*functions, rounds=8, calls=10):
        times = [[] for _ in functions]
        for _ in range(rounds):
            for function, noted in zip(functions, times, strict=True):
                function()
                for _ in range(calls):
                    start = time.perf_counter()
                    function()
                    noted.append(time.perf_counter() - start)
        return times

    return measure
