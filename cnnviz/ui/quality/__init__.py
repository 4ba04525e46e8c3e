"""Is it any good? Measures of explanations, for the end of pages that show some."""

from cnnviz.ui.quality.panel import show
from cnnviz.ui.quality.taking import known_trials

__all__ = ["known_trials", "show"]
