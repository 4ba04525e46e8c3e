"""Why a network said what it said."""

from cnnviz.explain.asked import Stopped
from cnnviz.explain.dreaming import dream
from cnnviz.explain.explanation import Explanation, explain, explain_batch, explain_many, layers_with_grid
from cnnviz.explain.methods import METHODS, Method, Option
from cnnviz.explain.optimise import Goal, Grown, channel_goal, class_goal, maximise, unit_goal
from cnnviz.explain.quality import (
    CONTROLS,
    Curve,
    Kept,
    PointingGame,
    box_masks,
    deletion,
    insertion,
    kept,
    pointing_game,
)
from cnnviz.explain.randomisation import Randomised, by, randomise, similarity, spearman

__all__ = [
    "CONTROLS",
    "METHODS",
    "Curve",
    "Explanation",
    "Goal",
    "Grown",
    "Kept",
    "Method",
    "Option",
    "PointingGame",
    "Randomised",
    "Stopped",
    "box_masks",
    "by",
    "channel_goal",
    "class_goal",
    "deletion",
    "dream",
    "explain",
    "explain_batch",
    "explain_many",
    "insertion",
    "kept",
    "layers_with_grid",
    "maximise",
    "pointing_game",
    "randomise",
    "similarity",
    "spearman",
    "unit_goal",
]
