"""What goes into a network: pictures, drawings, data sets."""

from cnnviz.data.datasets import DATASETS, Dataset, load_dataset
from cnnviz.data.drawing import Step, digit_steps, prepare_digit
from cnnviz.data.pictures import open_picture, reduced, to_gray
from cnnviz.errors import DatasetUnavailable, PictureError

__all__ = [
    "DATASETS",
    "Dataset",
    "DatasetUnavailable",
    "PictureError",
    "Step",
    "digit_steps",
    "load_dataset",
    "open_picture",
    "prepare_digit",
    "reduced",
    "to_gray",
]
