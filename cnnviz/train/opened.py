"""A trained network as every page uses it: it gets pictures as it got them while it learned."""

from __future__ import annotations

import cv2
import numpy as np

from cnnviz.data.datasets import DATASETS
from cnnviz.data.drawing import prepare_digit
from cnnviz.data.pictures import to_gray
from cnnviz.models import Network
from cnnviz.models.own import card, open_file, read_model
from cnnviz.models.scaling import rgb, stretched
from cnnviz.train.data import picture_shape, size_of
from cnnviz.train.runs import RunFolder
from cnnviz.train.settings import TrainingSettings

WHOLE = 28  # Pixels a side of what `prepare_digit` gives.
SMALL = 20  # Below so many, known digits have no margin.


def open_run(run: RunFolder) -> Network:
    """The network of a run.

    Raises:
        NetworkError: If its file is damaged or gone.
        RunError: If the run is gone.
    """
    settings = run.settings
    if not reads_digits(settings):
        return open_file(run.model)
    said = card(run.model)
    model = read_model(run.model)
    return DigitReader(model, class_names=said.get("class_names"), scaling=said.get("scaling")).warm()


def reads_digits(settings: TrainingSettings) -> bool:
    """Whether it learned from grey digits, bright on black, so that drawings must be made such first."""
    entry = DATASETS.get(settings.dataset)
    return entry is not None and entry.shape[2] == 1 and entry.class_names == tuple("0123456789")


def recentres(settings: TrainingSettings) -> bool:
    """Whether what `prepare_digit` gives is what it learned from, number by number."""
    side = size_of(settings) or (WHOLE if settings.preparation == "digit" else DATASETS[settings.dataset].shape[0])
    return reads_digits(settings) and side == WHOLE and settings.scaled


class DigitReader(Network):
    """A network that has learned from bright digits on black, of any size, those of 8 × 8 without a margin."""

    def fitted(self, picture: np.ndarray) -> np.ndarray:
        """A drawing as `prepare_digit` prepares it, at the network's own size; otherwise as `Network.fitted`."""
        height, width, channels = self.input_shape
        return np.repeat(_as_digit(picture, height, width)[..., None], channels, axis=2)


def as_data(settings: TrainingSettings, picture: np.ndarray) -> np.ndarray:
    """A picture of any size as those that a run learns from: a drawing of a digit made one of theirs, others stretched.

    Args:
        settings: Of the run.
        picture: Shape `(height, width, 3)`, uint8.

    Returns:
        Shape `(height, width, channels)` of the data set, uint8.
    """
    height, width, channels = picture_shape(settings)
    if reads_digits(settings):
        return _as_digit(picture, height, width)[..., None]
    return stretched(picture, (height, width, channels))


def _as_digit(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    digit = np.rint(255 * prepare_digit(to_gray(rgb(picture)))).astype(np.uint8)
    if min(height, width) < SMALL:
        digit = _box(digit)
    if digit.shape != (height, width):
        shrinks = digit.shape[0] > height
        digit = cv2.resize(digit, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return digit


def _box(digit: np.ndarray) -> np.ndarray:
    """The square that the ink fills; all of it where there is none."""
    rows, columns = (np.flatnonzero(digit.max(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return digit
    side = int(max(np.ptp(rows), np.ptp(columns))) + 1
    top, left = (
        int(np.clip(round((places[0] + places[-1] + 1 - side) / 2), 0, WHOLE - side)) for places in (rows, columns)
    )
    return digit[top : top + side, left : left + side]
