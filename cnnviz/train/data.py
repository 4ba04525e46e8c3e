"""The pictures of a run: loaded, drawn from, parted, as its settings say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cnnviz.data.datasets import DATASETS, Dataset, Progress, find_entry, load_dataset
from cnnviz.data.own_pictures import PREFIX, SIDE, about_samples
from cnnviz.data.split import some_of, split_rows, stretched
from cnnviz.errors import SettingsError
from cnnviz.models.stack import walk
from cnnviz.train.settings import FOLDS, TrainingSettings

MOST_GIGABYTES = 3  # Of pixels in bytes; what the network gets of them are numbers of four bytes.
LARGE = 60  # Pictures for each class of the catalogue, above which a draw leaves no class with less than `split.FEW`.


@dataclass(frozen=True, eq=False)
class TrainingData:
    """Pictures `(n, height, width, channels)`, uint8, and their classes `(n,)`, int64, in three parts.

    Attributes:
        x: To train on.
        y: Their classes; drawn by chance if the settings say so.
        x_validation: Kept aside.
        y_validation: Their classes.
        x_test: To be tested on; never any of the others.
        y_test: Their classes.
        class_names: What each class is called.
    """

    x: np.ndarray
    y: np.ndarray
    x_validation: np.ndarray
    y_validation: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]


def gather(settings: TrainingSettings, *, on_progress: Progress | None = None) -> TrainingData:
    """The pictures of a run.

    Args:
        settings: Of the run.
        on_progress: Called now and then during a download.

    Raises:
        DatasetUnavailable: If the data are not to be had.
        SettingsError: If the settings do not fit the data.
    """
    dataset = _load(settings, on_progress)
    x, y = dataset.x_train, dataset.y_train
    rows = some_of(len(x), count_used(settings, len(x)), settings.seed)
    if rows is not None:
        x, y = x[rows], y[rows]
    x_test, y_test = _test_part(settings, dataset)
    check_room(settings, len(x) + len(x_test))
    x, x_test = _sized(settings, x), _sized(settings, x_test)
    if settings.random_labels:
        y = np.random.default_rng(settings.seed).integers(0, len(dataset.class_names), len(y))
    train, aside = split_rows(y, settings.validation_share, settings.seed)
    _check(settings, x.shape[1:], len(train), len(dataset.class_names))
    return TrainingData(x[train], y[train], x[aside], y[aside], x_test, y_test, dataset.class_names)


def test_pictures(settings: TrainingSettings) -> np.ndarray:
    """The test pictures of a run alone, as `gather` has them.

    Raises:
        DatasetUnavailable: If the data are not to be had.
        SettingsError: If the settings do not fit the data.
    """
    return _sized(settings, _test_part(settings, _load(settings, None))[0])


def check_room(settings: TrainingSettings, count: int) -> None:
    """Refuse more pixels than a machine has room for.

    Args:
        settings: Of the run.
        count: Pictures of all its parts.

    Raises:
        SettingsError: If they are.
    """
    height, width, channels = picture_shape(settings)
    gigabytes = count * height * width * channels / 1e9
    if gigabytes > MOST_GIGABYTES:
        raise SettingsError(
            f"{count:,} pictures of {height} × {width} take {gigabytes:.1f} GB of memory, and at most {MOST_GIGABYTES} "
            "GB are allowed. Choose a smaller size, or a smaller share of the pictures."
        )


def _load(settings: TrainingSettings, on_progress: Progress | None) -> Dataset:
    """All pictures, those of a catalogued data set not stretched yet: what is left out needs no room."""
    own = settings.dataset.startswith(PREFIX)
    dataset = load_dataset(settings.dataset, size=size_of(settings) if own else None, on_progress=on_progress)
    return dataset if settings.fold is None else fold_of(dataset, settings.fold)


def _test_part(settings: TrainingSettings, dataset: Dataset) -> tuple[np.ndarray, np.ndarray]:
    rows = some_of(len(dataset.x_test), settings.test_limit, settings.seed)
    return (dataset.x_test, dataset.y_test) if rows is None else (dataset.x_test[rows], dataset.y_test[rows])


def _sized(settings: TrainingSettings, x: np.ndarray) -> np.ndarray:
    size = size_of(settings)
    return x if size is None or x.shape[1:3] == (size, size) else stretched(x, size)


def check_batch(settings: TrainingSettings) -> None:
    """Refuse a batch that is larger than the data, as far as that is known without opening a catalogued data set.

    Raises:
        DatasetUnavailable: If there is no such data set.
        SettingsError: If there are fewer training pictures than a batch has.
    """
    if settings.dataset in DATASETS:
        entry = DATASETS[settings.dataset]
        count = sum(entry.counts) if settings.fold is not None else entry.counts[0]
        classes = len(entry.class_names)
    else:
        count, classes = len(_own_labels(settings.dataset)), 0
    used = count_used(settings, count)
    _check_batch(settings, used, "pictures that are used")
    if settings.fold is not None or settings.random_labels:
        return  # The parts depend on chance; the run itself checks them.
    if classes == 0:
        labels = _own_labels(settings.dataset)
        rows = some_of(count, used, settings.seed)
        train, _ = split_rows(labels if rows is None else labels[rows], settings.validation_share, settings.seed)
        _check_batch(settings, len(train), "training pictures")
    elif used >= LARGE * classes:  # So no class is split by itself.
        _check_batch(settings, used - int(used * settings.validation_share), "training pictures")


def count_used(settings: TrainingSettings, count: int) -> int:
    """How many of so many pictures to learn from are used, those kept aside included."""
    wanted = max(1, round(settings.share * count))
    return min(wanted, settings.limit or wanted)


def _check_batch(settings: TrainingSettings, count: int, what: str) -> None:
    if settings.batch_size > count:
        raise SettingsError(
            f"A batch of {settings.batch_size:,} is larger than the {count:,} {what}; choose less as the batch size, "
            "or more pictures."
        )


def fold_of(dataset: Dataset, fold: int) -> Dataset:
    """The pictures of both parts, parted anew: a fifth to be tested on, with each class in proportion.

    Args:
        dataset: Any.
        fold: Which fifth, 0 to 4; each picture is in one of them.

    Raises:
        SettingsError: If a class has fewer pictures than there are folds.
    """
    from sklearn.model_selection import StratifiedKFold

    x = np.concatenate([dataset.x_train, dataset.x_test])
    y = np.concatenate([dataset.y_train, dataset.y_test])
    counts = np.bincount(y, minlength=len(dataset.class_names))
    if counts.min() < FOLDS:
        raise SettingsError(
            f"Cross-validation needs {FOLDS} pictures of each class; “{dataset.class_names[int(counts.argmin())]}” has "
            f"{counts.min()}. Add some, or choose no fold."
        )
    parts = StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(y, y)
    train, test = list(parts)[fold]
    return Dataset(x[train], y[train], x[test], y[test], dataset.class_names)


def size_of(settings: TrainingSettings) -> int | None:
    """What the pictures are stretched to: the settings' size, else what one's own pictures or a frozen network need."""
    entry = settings.entry()
    if settings.size is None and (settings.dataset.startswith(PREFIX) or entry.base is not None):
        return entry.input_shape[0]
    return settings.size


def shape_of(settings: TrainingSettings) -> tuple[tuple[int, int, int], int]:
    """The shape of a picture as the network gets it, and the number of classes; of a catalogued data set, unopened.

    Raises:
        DatasetUnavailable: If there is no such data set.
    """
    shape, classes = _found(settings)
    return ((28, 28, 1) if settings.preparation == "digit" else shape), classes


def picture_shape(settings: TrainingSettings) -> tuple[int, int, int]:
    """The shape of a picture of the data, before it is prepared.

    Raises:
        DatasetUnavailable: If there is no such data set.
    """
    return _found(settings)[0]


def _found(settings: TrainingSettings) -> tuple[tuple[int, int, int], int]:
    size = size_of(settings)
    if settings.dataset.startswith(PREFIX):
        about = about_samples(settings.dataset)
        side = size or SIDE
        return (side, side, 1 if about.is_gray else 3), len(about.class_names)
    entry = find_entry(settings.dataset)
    height, width, channels = entry.shape
    return (size or height, size or width, channels), len(entry.class_names)


@lru_cache(maxsize=64)
def _own_labels(key: str) -> np.ndarray:
    """The classes of the pictures of one's own that are learned from."""
    return load_dataset(key, size=4).y_train


def _check(settings: TrainingSettings, shape: tuple[int, ...], count: int, classes: int) -> None:
    _check_batch(settings, count, "training pictures")
    if settings.preparation == "digit" and shape[2] != 1:
        raise SettingsError(
            'The preparation "digit" is for grey pictures of digits, and these are in colour; choose "none".'
        )
    height, width, channels = (28, 28, 1) if settings.preparation == "digit" else map(int, shape)
    _check_network(settings, (height, width, channels), classes)


def check_network(settings: TrainingSettings) -> None:
    """Refuse a network that cannot work on these pictures.

    Raises:
        DatasetUnavailable: If there is no such data set.
        SettingsError: If it cannot.
    """
    _check_network(settings, *shape_of(settings))


def _check_network(settings: TrainingSettings, shape: tuple[int, int, int], classes: int) -> None:
    entry = settings.entry()
    entry.check(shape, classes)
    if entry.layers is not None:
        gone = walk(entry.layers(shape), shape, classes)
        if gone.fault is not None:
            raise SettingsError(gone.sentence)
