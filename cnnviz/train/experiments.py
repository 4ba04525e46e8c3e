"""Experiments: a few runs that differ in one thing, to answer one question; to add one is one entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cnnviz.errors import SettingsError
from cnnviz.models.stack_layers import (
    Activation,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    GlobalPooling,
    Layer,
    Normalisation,
    Pooling,
)
from cnnviz.train.settings import BUILDER, TrainingSettings

Layers = tuple[Layer, ...]

RELU, SOFTMAX = Activation("relu"), Activation("softmax")


@dataclass(frozen=True)
class Experiment:
    """One line of the catalogue.

    Attributes:
        title: Its name for people.
        question: In one sentence.
        why: Why it is asked: two or three sentences.
        source: Whose idea it is.
        common: What all runs are made of.
        runs: From each run's name to what differs in it; the first is what the others are compared with.
        datasets: The data sets it makes sense on, the first by default; with the seconds of processor time that all
            its runs together took, None where that was not measured.
        look: What to look at while the networks learn.
        remarks: Which sentences there are to say of the outcome, keys of `cnnviz.train.outcome.REMARKS`.
        chart: Which curve of every run is drawn until another is chosen, a column of metrics.csv.
        measure: What the runs are compared by: "accuracy", or "turned" for the turned test pictures.
    """

    title: str
    question: str
    why: str
    source: str
    common: TrainingSettings
    runs: Mapping[str, Mapping[str, Any]]
    datasets: Mapping[str, int | None]
    look: str
    remarks: tuple[str, ...]
    chart: str
    measure: str = "accuracy"

    def settings(self, dataset: str | None = None, *, seed: int = 0) -> dict[str, TrainingSettings]:
        """The settings of every run, by its name.

        Args:
            dataset: One of `datasets`; by default the first.
            seed: Of everything left to chance, the same in every run.

        Raises:
            SettingsError: If the experiment makes no sense on that data set.
        """
        dataset = dataset or next(iter(self.datasets))
        if dataset not in self.datasets:
            raise SettingsError(
                f"“{self.title}” is not made for the data set {dataset!r}; choose one of {', '.join(self.datasets)}."
            )
        common = replace(self.common, dataset=dataset, seed=seed)
        return {name: replace(common, **changes) for name, changes in self.runs.items()}


def _own(layers: Layers, **values: Any) -> TrainingSettings:
    return TrainingSettings(architecture=BUILDER, layers=layers, **values)


def _convolutions(*between: Layer, l2: float = 0.0) -> Layers:
    """Two convolutions and two dense layers, with something before the last."""
    return (
        Convolution(16, padding="same"),
        RELU,
        Pooling(),
        Convolution(32, padding="same"),
        RELU,
        Pooling(),
        Flatten(),
        Dense(128, l2=l2),
        RELU,
        *between,
        Dense(),
        SOFTMAX,
    )


def _five(*, normalised: bool) -> Layers:
    """Five convolutions, each with or without batch normalisation."""
    blocks: list[Layer] = []
    for number, filters in enumerate((16, 16, 32, 32, 32), 1):
        blocks += [Convolution(filters, padding="same"), *[Normalisation()] * normalised, RELU]
        if number in (2, 4):
            blocks.append(Pooling())
    return (*blocks, GlobalPooling(), Dense(), SOFTMAX)


def _eight(initializer: str) -> Layers:
    """Eight dense layers whose weights all begin in the same way."""
    blocks: list[Layer] = [Flatten()]
    for _ in range(7):
        blocks += [Dense(64, initializer=initializer), RELU]
    return (*blocks, Dense(initializer=initializer), SOFTMAX)


def _windows(*, stride: int, padding: str, pooled: bool) -> Layers:
    """Two convolutions that step and end as wanted."""
    blocks: list[Layer] = []
    for filters in (16, 32):
        blocks += [Convolution(filters, stride=stride, padding=padding), RELU, *[Pooling()] * pooled]
    return (*blocks, Flatten(), Dense(64), RELU, Dense(), SOFTMAX)


def _vehicles(*answer: Layer) -> Layers:
    """A tutorial's network for two classes, with what answers at its end."""
    return (Convolution(32), RELU, Pooling(), Convolution(64), RELU, Pooling(), Flatten(), Dense(128), RELU, *answer)


EXPERIMENTS: dict[str, Experiment] = {
    "pixels": Experiment(
        title="Pixels not scaled",
        question="What happens when pixels stay between 0 and 255?",
        why="The gradient of a weight of the first layer is a sum of products with the pixels that go through it. "
        "Pixels of up to 255 make these products up to 255 times as large, so a learning rate that suits pixels of "
        "up to 1 takes steps that are far too wide. Hence the advice to bring what goes into a network to about the "
        "size of 1.",
        source="LeCun, Bottou, Orr and Müller 1998, “Efficient BackProp”, section 4.3",
        common=_own(_convolutions(), optimizer="sgd", learning_rate=0.1, epochs=10, batch_size=32, limit=2000),
        runs={
            "0 to 1": {},
            "0 to 255": {"scaled": False},
            "0 to 255, small steps": {"scaled": False, "learning_rate": 0.0001},
        },
        datasets={"digits_8x8": 15, "mnist": None},
        look="Whether the second curve ever rises, and whether steps a thousand times smaller make up for it.",
        remarks=("early", "compared", "guessing"),
        chart="accuracy",
    ),
    "fifty": Experiment(
        title="Fifty pictures",
        question="How far do fifty pictures go: from scratch, augmented, or with a network that knows others?",
        why="Pictures with a label are dear. Changing the few that there are at random, as the same thing would look "
        "a little moved or turned, makes more of them (Simard, Steinkraus and Platt 2003); a network trained on a "
        "million photographs already has kernels, and only its last layer must learn (Yosinski et al. 2014).",
        source="Simard, Steinkraus and Platt 2003; Yosinski et al. 2014; MobileNetV2: Sandler et al. 2018",
        common=TrainingSettings(
            architecture="lenet", epochs=60, batch_size=10, limit=50, test_limit=300, validation_share=0.0
        ),
        runs={
            "from scratch": {},
            "augmented": {"augmentation": ("move", "turn", "zoom")},
            "transferred": {"architecture": "transfer", "size": 96},
        },
        datasets={"shapes": 40, "digits_8x8": 30, "cifar10": None},
        look="How soon each training accuracy is at its highest, and what is left of it on the test pictures.",
        remarks=("gap", "compared", "guessing"),
        chart="accuracy",
    ),
    "dropout": Experiment(
        title="Dropout",
        question="Does a network that forgets at random while it learns depend less on its training pictures?",
        why="A network with many weights and few pictures can learn the pictures in place of what they have in "
        "common. Dropout sets half of a layer’s numbers to 0 at every step, others each time, so that no unit can "
        "rely on a single other one.",
        source="Srivastava et al. 2014, “Dropout: a simple way to prevent neural networks from overfitting”",
        common=_own(_convolutions(), epochs=15, batch_size=32, limit=1500),
        runs={
            "without dropout": {},
            "with dropout": {"layers": _convolutions(Dropout(0.5))},
        },
        datasets={"shapes": 28},
        look="How far training and validation come apart in each run. Training figures of the second are taken while "
        "half of the numbers are missing, validation figures with all of them.",
        remarks=("gap", "overfitted", "compared"),
        chart="val_loss",
    ),
    "batch_normalisation": Experiment(
        title="Batch normalisation",
        question="Does a network learn faster when each layer’s numbers are brought to mean 0 and variance 1?",
        why="While a network learns, what each layer gets from the one before keeps changing in size. Batch "
        "normalisation rescales it over every batch, which allows larger learning rates; why it helps as it does is "
        "still argued about (Santurkar et al. 2018).",
        source="Ioffe and Szegedy 2015, “Batch normalization: accelerating deep network training”",
        common=_own(_five(normalised=False), optimizer="sgd", learning_rate=0.1, epochs=6, batch_size=32, limit=3000),
        runs={
            "without": {},
            "with batch normalisation": {"layers": _five(normalised=True)},
        },
        datasets={"shapes": 33},
        look="The training loss of the first epochs: which curve begins to fall, and when.",
        remarks=("early", "compared", "guessing", "cost"),
        chart="loss",
    ),
    "l2": Experiment(
        title="L2",
        question="What does a price on large weights change?",
        why="L2 adds the sum of the squared weights of a layer, times a small factor, to the loss, so that weights "
        "become large only where that lowers the loss by more. With a linear network and noisy labels this can be "
        "proved to help; with others it is tried.",
        source="Krogh and Hertz 1992, “A simple weight decay can improve generalization”",
        common=_own(_convolutions(), epochs=15, batch_size=32, limit=1500),
        runs={
            "without L2": {},
            "factor 0.003": {"layers": _convolutions(l2=0.003)},
            "factor 0.03": {"layers": _convolutions(l2=0.03)},
        },
        datasets={"shapes": 35},
        look="How far training and test accuracy come apart. Look at accuracies here: with L2 the price of the "
        "weights is part of the loss that is drawn.",
        remarks=("gap", "compared"),
        chart="accuracy",
    ),
    "initializers": Experiment(
        title="First weights",
        question="Does it matter which weights a network begins with?",
        why="With weights that are too small, numbers and gradients shrink from layer to layer until nothing is left "
        "to learn from; with zeros, all units of a layer stay the same. Glorot and Bengio chose the spread of the "
        "first weights so that this does not happen, and He et al. adapted it to ReLU, which sets half of the "
        "numbers to 0.",
        source="Glorot and Bengio 2010, eq. 16; He et al. 2015, eq. 10",
        common=_own(_eight("he_normal"), optimizer="sgd", learning_rate=0.02, epochs=20, batch_size=32),
        runs={
            "He": {},
            "Glorot": {"layers": _eight("glorot_uniform")},
            "spread 0.05": {"layers": _eight("random_normal")},
            "zeros": {"layers": _eight("zeros")},
        },
        datasets={"digits_8x8": 20},
        look="Which curves of the loss begin to fall at once, which later, and which never do.",
        remarks=("early", "compared", "guessing"),
        chart="loss",
    ),
    "vehicles": Experiment(
        title="Vehicle or not",
        question="Vehicle or not: does it matter how two classes are answered, and are convolutions needed?",
        why="It is the task of a tutorial: photographs in two classes, and one unit with a sigmoid that answers. Two "
        "units with softmax can say the same, since only the difference of their scores counts. Four of CIFAR-10’s "
        "ten classes are vehicles, so an answer that is always “no vehicle” is right on 60 % of them.",
        source="A tutorial’s network (“d1” here) on the photographs of Krizhevsky 2009",
        common=_own(_vehicles(Dense(1), Activation("sigmoid")), epochs=5, batch_size=32, limit=5000, test_limit=2000),
        runs={
            "one sigmoid unit": {},
            "two units, softmax": {"layers": _vehicles(Dense(), SOFTMAX)},
            "no convolution": {"layers": (Flatten(), Dense(128), RELU, Dense(1), Activation("sigmoid"))},
        },
        datasets={"cifar10_vehicles": 35},
        look="Whether the first two curves part by more than chance, and where the third ends.",
        remarks=("compared", "guessing", "cost"),
        chart="val_accuracy",
    ),
    "turned": Experiment(
        title="Turned pictures",
        question="Does a network know a digit that lies askew, if it has only seen upright ones?",
        why="A convolution finds the same pattern anywhere in a picture, but not turned. Whoever wants turned "
        "pictures to be known can show turned pictures: augmentation turns each training picture by up to 15 "
        "degrees, and the test pictures are then turned by 25.",
        source="Simard, Steinkraus and Platt 2003, “Best practices for convolutional neural networks”, section 2",
        common=_own(_convolutions(), epochs=15, batch_size=32, test_turn=25.0, limit=2000),
        runs={
            "upright only": {},
            "turned while learning": {"augmentation": ("turn",)},
        },
        datasets={"digits_8x8": 13, "mnist": None},
        look="The curves, on upright validation pictures, hardly show it; the turned test pictures do or do not.",
        remarks=("compared", "gap"),
        chart="val_accuracy",
        measure="turned",
    ),
    "learning_rate": Experiment(
        title="Learning rate",
        question="What does a learning rate do that is too low, or too high?",
        why="The learning rate says how far the weights go at each step. With too low a rate a network hardly moves; "
        "with too high a rate each step goes beyond where the loss is lower. Of all that can be set, it is what to "
        "tune first, if only one thing can be tuned.",
        source="Goodfellow, Bengio and Courville 2016, “Deep Learning”, section 11.4.1",
        common=_own(_convolutions(), optimizer="sgd", learning_rate=0.1, epochs=10, batch_size=32, limit=2000),
        runs={
            "0.1": {},
            "0.001": {"learning_rate": 0.001},
            "1": {"learning_rate": 1.0},
            "10": {"learning_rate": 10.0},
        },
        datasets={"digits_8x8": 17, "mnist": None},
        look="Which curve falls quickly, which hardly, and which jumps.",
        remarks=("early", "compared", "guessing"),
        chart="loss",
    ),
    "dense": Experiment(
        title="Dense or convolution",
        question="What is gained by looking with the same small kernel everywhere?",
        why="A dense layer has a weight for every pixel and must learn a thing anew in every place where it may be. A "
        "convolution has one small kernel for all places, so it has fewer weights, and what it has learned in one "
        "place it knows in all.",
        source="LeCun et al. 1989, “Backpropagation applied to handwritten zip code recognition”",
        common=_own(
            (Flatten(), Dense(128), RELU, Dense(64), RELU, Dense(), SOFTMAX), epochs=6, batch_size=32, limit=4000
        ),
        runs={
            "dense": {},
            "convolution": {"layers": _windows(stride=1, padding="valid", pooled=True)},
        },
        datasets={"shapes": 23, "cifar10": None},
        look="Which of the two has more parameters, and which learns.",
        remarks=("compared", "guessing", "cost"),
        chart="val_accuracy",
    ),
    "random_labels": Experiment(
        title="Random labels",
        question="Can a network learn labels that mean nothing?",
        why="If a network can learn labels that were drawn by chance, then a low training loss alone does not say "
        "that it has understood anything. Zhang et al. trained large networks on 50,000 photographs with random "
        "labels until not one was wrong.",
        source="Zhang et al. 2017, “Understanding deep learning requires rethinking generalization”",
        common=_own(_convolutions(), epochs=60, batch_size=16, limit=400, learning_rate=0.002),
        runs={
            "true labels": {},
            "random labels": {"random_labels": True},
        },
        datasets={"digits_8x8": 25},
        look="The training accuracy of both, and then, in the menu above the curves, the validation accuracy.",
        remarks=("known", "gap", "guessing"),
        chart="accuracy",
    ),
    "windows": Experiment(
        title="Padding and stride",
        question="What do padding and stride change, in size, time and accuracy?",
        why="“Valid” windows stay inside the picture, so maps become smaller and the edge is seen less often; “same” "
        "adds zeros around it. A stride of 2 halves the maps without a pooling, with a quarter of the "
        "multiplications; Springenberg et al. showed that it can take the place of pooling.",
        source="Springenberg et al. 2015, “Striving for simplicity: the all convolutional net”",
        common=_own(_windows(stride=1, padding="valid", pooled=True), epochs=6, batch_size=32, limit=3000),
        runs={
            "valid, pooling": {},
            "same, pooling": {"layers": _windows(stride=1, padding="same", pooled=True)},
            "same, stride 2": {"layers": _windows(stride=2, padding="same", pooled=False)},
            "same, stride 4": {"layers": _windows(stride=4, padding="same", pooled=False)},
        },
        datasets={"shapes": 30},
        look="Parameters and time in the table, beside what each names right.",
        remarks=("compared", "guessing", "cost"),
        chart="val_accuracy",
    ),
}
