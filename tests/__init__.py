"""A package, so that nothing that a library installs under the name `tests` is found instead."""
