"""Learning: from settings to a trained network in a folder."""

from cnnviz.train.augment import AUGMENTATIONS
from cnnviz.train.data import TrainingData, gather
from cnnviz.train.experiments import EXPERIMENTS
from cnnviz.train.loop import Run, train
from cnnviz.train.runs import Control, Part, RunFolder, Status
from cnnviz.train.settings import TrainingSettings
from cnnviz.train.shelf import clean_up, find_group, find_run, list_runs

__all__ = [
    "AUGMENTATIONS",
    "EXPERIMENTS",
    "Control",
    "Part",
    "Run",
    "RunFolder",
    "Status",
    "TrainingData",
    "TrainingSettings",
    "clean_up",
    "find_group",
    "find_run",
    "gather",
    "list_runs",
    "train",
]
