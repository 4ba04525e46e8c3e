"""Why a network said what it said."""

from cnnviz.explain.explanation import Explanation, explain, explain_batch, layers_with_grid
from cnnviz.explain.methods import METHODS

__all__ = ["METHODS", "Explanation", "explain", "explain_batch", "layers_with_grid"]
