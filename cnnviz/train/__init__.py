"""Learning: from settings to a trained network in a folder."""

from cnnviz.train.loop import Run, train
from cnnviz.train.settings import TrainingSettings

__all__ = ["Run", "TrainingSettings", "train"]
