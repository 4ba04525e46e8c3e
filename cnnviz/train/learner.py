"""What learns in a run: the network, what it learns from, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from cnnviz.data.handwriting import rewrite
from cnnviz.models.architectures import transfer
from cnnviz.models.architectures.entry import OUTPUTS
from cnnviz.train.augment import turned
from cnnviz.train.data import TrainingData
from cnnviz.train.evaluation import Evaluation, evaluate, probabilities
from cnnviz.train.optimisers import optimiser
from cnnviz.train.pictures import batches, prepare, scaling
from cnnviz.train.runs import RunFolder
from cnnviz.train.settings import TrainingSettings
from cnnviz.train.snapshots import as_array

PORTION = 256  # Pictures that are answered at once where nothing is learned.


class Learner:
    """A network, compiled and with its first weights, and its pictures as it gets them.

    Where a part of it is frozen, `model` is only what comes after that, and learns from features computed once.

    Args:
        settings: Of the run.
        data: Its pictures.
        on_features: Called with how many pictures the frozen part has looked at, and of how many.

    Attributes:
        model: The Keras model that learns.
        loss: Keras' loss function.
        scale: The `keras.Variable` that the learning rate is multiplied by.
        examples: The batches of an epoch (`cnnviz.train.pictures.batches`).
        validation: The pictures kept aside, as the model gets them.
    """

    def __init__(
        self, settings: TrainingSettings, data: TrainingData, *, on_features: Callable[[int, int], None] | None = None
    ) -> None:
        import keras

        self.settings, self.data, self.on_features = settings, data, on_features
        self.entry = settings.entry()
        shape = prepare(data.x[:1], settings).shape[1:]
        self.shape = (int(shape[0]), int(shape[1]), int(shape[2]))
        keras.utils.set_random_seed(settings.seed)
        self.base: Any = self.entry.base(self.shape) if self.entry.base else None
        classes = len(data.class_names)
        if self.base is None:
            self.model = self.entry.build(self.shape, classes)
            self.examples = batches(data.x, data.y, settings)
            self.validation = prepare(data.x_validation, settings)
        else:
            self.model = transfer.head(int(self.base.output_shape[-1]), classes)
            self.examples = batches(self._features(data.x), data.y, settings)
            self.validation = self._features(data.x_validation)
        optimizer, self.scale = optimiser(settings, steps=self.examples.of * settings.epochs)
        kinds = {"binary_crossentropy": keras.losses.BinaryCrossentropy}
        kind = kinds.get(OUTPUTS[self.entry.output], keras.losses.SparseCategoricalCrossentropy)
        self.loss = kind(from_logits=self.entry.output == "logits")
        self.model.compile(optimizer, loss=self.loss, metrics=["accuracy"])
        optimizer.build(self.model.trainable_variables)
        self._build_metrics(classes)

    def _build_metrics(self, classes: int) -> None:
        """Make what Keras would else make within its first step: it would trace that step twice."""
        answer = np.full((1, 1 if self.entry.output == "binary" else classes), 0.5, np.float32)
        label = self.wanted(np.zeros(1, np.int64))
        self.model.compute_loss(y=label, y_pred=answer)
        self.model.compute_metrics(None, label, answer)
        self.model.reset_metrics()

    def given(self, pictures: np.ndarray) -> np.ndarray:
        """Pictures as the model that learns gets them."""
        prepared = prepare(pictures, self.settings)
        return prepared if self.base is None else np.asarray(self.base.predict_on_batch(prepared))

    def wanted(self, labels: np.ndarray) -> np.ndarray:
        """Classes as the loss gets them."""
        return labels[:, None] if self.entry.output == "binary" else labels

    def test(self) -> tuple[Evaluation, dict[str, float], dict[str, np.ndarray]]:
        """How good it is on the test pictures, in full and in a few numbers; and what it takes them for, if changed."""
        data = self.data
        chances, loss = self._answers(data.x_test)
        found = evaluate(chances, data.y_test, data.class_names)
        test = {"loss": loss, "accuracy": found.summary["accuracy"]}
        again: dict[str, np.ndarray] = {}
        if "handwriting" in self.settings.augmentation:
            rng = np.random.default_rng(0)
            rewritten = np.stack([rewrite(picture[..., 0], rng) for picture in data.x_test])[..., None]
            again["rewritten"] = self._predicted(rewritten)
        if self.settings.test_turn:
            again["turned"] = self._predicted(turned(data.x_test, self.settings.test_turn))
        test |= {f"{how}_accuracy": float((answers == data.y_test).mean()) for how, answers in again.items()}
        return found, test, again

    def save(self, run: RunFolder) -> None:
        """The network as a file that every page can open; without its optimiser, which would triple the size."""
        copy = self.entry.build(self.shape, len(self.data.class_names))
        if self.base is None:
            copy.set_weights(self.model.get_weights())
        else:
            copy.get_layer("dense").set_weights(self.model.get_layer("dense").get_weights())
        partial = run.path / "partial.keras"
        copy.save(partial)
        partial.replace(run.model)
        card = {
            "title": run.name,
            "class_names": list(self.data.class_names),
            "scaling": scaling(self.settings),
        }
        run.write_json("model.json", card)

    def numbers(self) -> dict[str, np.ndarray]:
        """All that changes while the model learns: weights, states of chance, and the optimiser's."""
        return {f"{number:04}": as_array(one) for number, one in enumerate(self._variables())}

    def load(self, numbers: Mapping[str, np.ndarray]) -> None:
        """Take back what `numbers` gave."""
        for number, variable in enumerate(self._variables()):
            variable.assign(numbers[f"{number:04}"])

    def _variables(self) -> list[Any]:
        return [*self.model.variables, *self.model.optimizer.variables]

    def _answers(self, pictures: np.ndarray) -> tuple[np.ndarray, float]:
        """Probabilities for pictures, and the mean loss beside the test classes."""
        answers, losses = [], 0.0
        for start in range(0, len(pictures), PORTION):
            given = self.given(pictures[start : start + PORTION])
            # Called, not predicted: on its way out of Keras an answer forgets the logits from which the loss is taken.
            output = self.model(given, training=False)
            labels = self.data.y_test[start : start + PORTION]
            losses += float(as_array(self.loss(self.wanted(labels), output))) * len(labels)
            answers.append(probabilities(as_array(output), self.entry.output))
        return np.concatenate(answers), losses / len(pictures)

    def _predicted(self, pictures: np.ndarray) -> np.ndarray:
        return self._answers(pictures)[0].argmax(axis=1)

    def _features(self, pictures: np.ndarray) -> np.ndarray:
        """What the frozen part sees of pictures, computed once."""
        parts = [np.zeros((0, int(self.base.output_shape[-1])), np.float32)]
        for start in range(0, len(pictures), 32):
            parts.append(self.given(pictures[start : start + 32]))
            if self.on_features:
                self.on_features(min(start + 32, len(pictures)), len(pictures))
        return np.concatenate(parts)
