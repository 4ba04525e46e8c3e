"""Is it any good? Measures of explanations, for the end of pages that show some."""

from cnnviz.explain import Scores
from cnnviz.ui.quality.panel import show
from cnnviz.ui.quality.taking import known_trials, scores
from cnnviz.ui.quality.working import digest

__all__ = ["Scores", "digest", "known_trials", "scores", "show"]
