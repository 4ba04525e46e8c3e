"""How good a trained network is, on pictures that it has never seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

FIRST = 24  # Test pictures whose predictions are named.
WORST = 24  # Mistakes that are named, the surest first.


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a network answers to the test pictures.

    Attributes:
        summary: Accuracy, confusion matrix (rows: what a picture is; columns: what it was taken for), precision and
            recall of each class, the worst mistakes and the first predictions, as JSON knows them.
        predicted: Shape `(n,)`, the class with the largest probability.
        certainty: Shape `(n,)`, that probability.
    """

    summary: dict[str, Any]
    predicted: np.ndarray
    certainty: np.ndarray


def probabilities(answers: np.ndarray, output: str) -> np.ndarray:
    """Answers as probabilities.

    Args:
        answers: Shape `(n, classes)`, or `(n, 1)` of a single unit.
        output: What they are, a key of `OUTPUTS`; sigmoids stay as they are, each speaks for itself.

    Returns:
        Shape `(n, classes)`, float32.
    """
    answers = np.asarray(answers, np.float32)
    if output == "binary":
        return np.concatenate([1 - answers, answers], axis=1)
    if output == "logits":
        answers = np.exp(answers - answers.max(axis=1, keepdims=True))
        return answers / answers.sum(axis=1, keepdims=True)
    return answers


def evaluate(chances: np.ndarray, labels: np.ndarray, class_names: Sequence[str]) -> Evaluation:
    """Compare what a network answers with what the pictures are.

    Args:
        chances: Shape `(n, classes)`, probabilities.
        labels: Shape `(n,)`, the classes.
        class_names: What they are called.
    """
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    predicted = chances.argmax(axis=1)
    certainty = chances.max(axis=1)
    classes = np.arange(len(class_names))
    nothing: Any = np.nan
    precision, recall, f1, support = precision_recall_fscore_support(
        labels, predicted, labels=classes, zero_division=nothing
    )
    wrong = np.flatnonzero(predicted != labels)
    # Worst is where the picture's own class got least beside the one that it was taken for.
    worst = wrong[np.argsort(chances[wrong, labels[wrong]] - certainty[wrong], kind="stable")][:WORST]

    def named(rows: np.ndarray) -> list[dict[str, Any]]:
        return [
            {
                "row": int(row),
                "label": int(labels[row]),
                "predicted": int(predicted[row]),
                "certainty": float(certainty[row]),
                "own": float(chances[row, labels[row]]),
            }
            for row in rows
        ]

    summary = {
        "pictures": len(labels),
        "accuracy": float((predicted == labels).mean()),
        "class_names": list(class_names),
        "confusion": confusion_matrix(labels, predicted, labels=classes).tolist(),
        # None where there is nothing to divide by: a class that was never predicted has no precision.
        "precision": _known(precision),
        "recall": _known(recall),
        "f1": _known(f1),
        "support": [int(count) for count in np.asarray(support)],
        "worst": named(worst),
        "first": named(np.arange(min(FIRST, len(labels)))),
    }
    return Evaluation(summary, predicted, certainty)


def _known(values: Any) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in np.asarray(values, np.float64)]
