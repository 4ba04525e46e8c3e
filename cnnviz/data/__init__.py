"""What goes into a network: pictures, drawings, data sets."""

from cnnviz.data.datasets import DATASETS, load_dataset
from cnnviz.data.drawing import Step, digit_steps, prepare_digit
from cnnviz.data.own_pictures import Samples, load_samples, make_samples, read_samples, store_samples, write_samples
from cnnviz.data.pictures import open_picture, reduced, resized, to_gray
from cnnviz.data.series import SIGNALS, Signal
from cnnviz.data.shapes import Shapes, make_shapes
from cnnviz.data.split import Dataset, split_rows
from cnnviz.data.tables import Table, read_table
from cnnviz.data.volumes import Volume, phantom, read_volume
from cnnviz.errors import ArrayError, DatasetUnavailable, PictureError, SamplesError

__all__ = [
    "DATASETS",
    "SIGNALS",
    "ArrayError",
    "Dataset",
    "DatasetUnavailable",
    "PictureError",
    "Samples",
    "SamplesError",
    "Shapes",
    "Signal",
    "Step",
    "Table",
    "Volume",
    "digit_steps",
    "load_dataset",
    "load_samples",
    "make_samples",
    "make_shapes",
    "open_picture",
    "phantom",
    "prepare_digit",
    "read_samples",
    "read_table",
    "read_volume",
    "reduced",
    "resized",
    "split_rows",
    "store_samples",
    "to_gray",
    "write_samples",
]
