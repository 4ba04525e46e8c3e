"""Why a network said what it said."""

from cnnviz.explain.asked import Stopped
from cnnviz.explain.controls import CONTROLS
from cnnviz.explain.dreaming import dream, octave_sizes
from cnnviz.explain.explanation import (
    Explanation,
    explain,
    explain_batch,
    explain_layers,
    explain_many,
    layers_with_grid,
)
from cnnviz.explain.methods import METHODS, PASSES, Method, Option
from cnnviz.explain.optimise import Goal, Grown, channel_goal, class_goal, maximise, maximise_many, unit_goal
from cnnviz.explain.pointing import PointingGame, box_masks, pointing_game
from cnnviz.explain.quality import Curve, Kept, Scores, Trial, deletion, insertion, kept, kept_curve, scores
from cnnviz.explain.randomisation import Randomised, by, randomise, similarities, similarity, spearman

__all__ = [
    "CONTROLS",
    "METHODS",
    "PASSES",
    "Curve",
    "Explanation",
    "Goal",
    "Grown",
    "Kept",
    "Method",
    "Option",
    "PointingGame",
    "Randomised",
    "Scores",
    "Stopped",
    "Trial",
    "box_masks",
    "by",
    "channel_goal",
    "class_goal",
    "deletion",
    "dream",
    "explain",
    "explain_batch",
    "explain_layers",
    "explain_many",
    "insertion",
    "kept",
    "kept_curve",
    "layers_with_grid",
    "maximise",
    "maximise_many",
    "octave_sizes",
    "pointing_game",
    "randomise",
    "scores",
    "similarities",
    "similarity",
    "spearman",
    "unit_goal",
]
