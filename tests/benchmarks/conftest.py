"""Benchmarks run with `--benchmark-enable`; otherwise only what takes a moment runs, once, to see that it works."""

import pytest


@pytest.fixture(scope="session")
def measuring(request):
    """Skips what only measures, unless measuring was asked for."""
    if not request.config.getoption("benchmark_enable"):
        pytest.skip("It only measures; run it with --benchmark-enable.")
