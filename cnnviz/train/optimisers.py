"""Optimisers of Keras with a learning rate that follows a schedule and may be changed while a network learns."""

from __future__ import annotations

from typing import Any

from cnnviz.train.settings import TrainingSettings

END = 0.01  # The exponential schedule ends at this share of the first rate.


def optimiser(settings: TrainingSettings, *, steps: int) -> tuple[Any, Any]:
    """An optimiser, and the `keras.Variable` that its learning rate is multiplied by.

    Args:
        settings: Of the run.
        steps: That the run takes in all.
    """
    import keras

    class Scaled(keras.optimizers.schedules.LearningRateSchedule):
        def __init__(self) -> None:
            self.scale = keras.Variable(1.0, trainable=False, name="scale")
            self.rate = schedule(settings, steps=steps)

        def __call__(self, step: Any) -> Any:
            rate = self.rate(step) if callable(self.rate) else self.rate
            return keras.ops.multiply(rate, self.scale)

        def get_config(self) -> dict[str, Any]:
            return {}

    kinds = {
        "sgd": keras.optimizers.SGD,
        "momentum": lambda learning_rate: keras.optimizers.SGD(learning_rate, momentum=0.9),
        "rmsprop": keras.optimizers.RMSprop,
        "adam": keras.optimizers.Adam,
        "adamw": keras.optimizers.AdamW,
    }
    scaled = Scaled()
    return kinds[settings.optimizer](learning_rate=scaled), scaled.scale


def schedule(settings: TrainingSettings, *, steps: int) -> Any:
    """The learning rate as a number, or as a schedule of Keras."""
    from keras.optimizers import schedules

    rate, warm = settings.learning_rate, max(1, steps // 10)
    kinds = {
        "constant": lambda: rate,
        "cosine": lambda: schedules.CosineDecay(rate, steps),
        "exponential": lambda: schedules.ExponentialDecay(rate, steps, END),
        "steps": lambda: schedules.PiecewiseConstantDecay(
            [max(1, steps // 2), max(2, 3 * steps // 4)], [rate, rate / 10, rate / 100]
        ),
        "warmup": lambda: schedules.CosineDecay(0.0, max(1, steps - warm), warmup_target=rate, warmup_steps=warm),
    }
    return kinds[settings.schedule]()
