"""What goes into a network: pictures, drawings, data sets."""

from cnnviz.data.datasets import DATASETS, Dataset, load_dataset
from cnnviz.data.drawing import Step, digit_steps, prepare_digit
from cnnviz.data.pictures import open_picture, reduced, resized, to_gray
from cnnviz.data.series import SIGNALS, Signal
from cnnviz.data.shapes import Shapes, make_shapes
from cnnviz.data.tables import Table, read_table
from cnnviz.data.volumes import Volume, phantom, read_volume
from cnnviz.errors import ArrayError, DatasetUnavailable, PictureError

__all__ = [
    "DATASETS",
    "SIGNALS",
    "ArrayError",
    "Dataset",
    "DatasetUnavailable",
    "PictureError",
    "Shapes",
    "Signal",
    "Step",
    "Table",
    "Volume",
    "digit_steps",
    "load_dataset",
    "make_shapes",
    "open_picture",
    "phantom",
    "prepare_digit",
    "read_table",
    "read_volume",
    "reduced",
    "resized",
    "to_gray",
]
