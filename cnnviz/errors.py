"""Every error that cnnviz raises on purpose.

CnnvizError
├── PictureError (ValueError)          a picture or drawing that cannot be read
├── ArrayError (ValueError)            a file of numbers (CSV, NPY) that cannot be read
├── DatasetUnavailable (LookupError)   a data set that is neither here nor to be had
├── SamplesError (ValueError)          pictures of one's own that cannot be learned from
├── NetworkError (ValueError)          a network that cannot be opened or used so
├── SettingsError (ValueError)         training settings that contradict themselves
├── RunError (RuntimeError)            a training run that cannot be kept, found or changed
└── EngineError (RuntimeError)         a training run that is refused, or workers that cannot be reached

The text of each says what is wrong, what was received and what to do; pages show it as it is.
"""


class CnnvizError(Exception):
    """The root: catch it to catch everything that cnnviz raises on purpose."""


class PictureError(CnnvizError, ValueError):
    """A picture or drawing that cannot be read."""


class ArrayError(CnnvizError, ValueError):
    """A file of numbers, a table or a volume, that cannot be read."""


class DatasetUnavailable(CnnvizError, LookupError):  # noqa: N818 - the public API's name
    """A data set that is neither on this machine nor to be downloaded now."""


class SamplesError(CnnvizError, ValueError):
    """Pictures of one's own, or a zip of them, that cannot be learned from."""


class NetworkError(CnnvizError, ValueError):
    """A network that cannot be opened, or a request that it cannot answer."""


class SettingsError(CnnvizError, ValueError):
    """Training settings that contradict themselves or this version."""


class RunError(CnnvizError, RuntimeError):
    """A training run whose folder cannot be written, found or changed."""


class EngineError(CnnvizError, RuntimeError):
    """A training run that is more than is allowed here, or workers that cannot be reached."""
