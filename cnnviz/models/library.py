"""Networks that can be opened: those shipped with cnnviz, those trained on ImageNet, and files of the user's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.data.datasets import DATASETS
from cnnviz.data.drawing import prepare_digit
from cnnviz.data.pictures import to_gray
from cnnviz.errors import NetworkError
from cnnviz.home import asset
from cnnviz.models import imagenet, own
from cnnviz.models.imagenet import Pretrained, Progress
from cnnviz.models.network import Network

SHAPE = "shape"  # In place of a sample: a picture that `cnnviz.data.make_shapes` draws.


@dataclass(frozen=True)
class NetworkEntry:
    """One line of the catalogue.

    Attributes:
        title: Its name for people.
        summary: A sentence on what it recognises.
        knows: The only thing that it has ever seen: "This network has only ever seen …".
        class_names: What its classes are called; None for those of ImageNet, whose names come with the weights.
        prepare: From a picture, uint8 `(height, width, 3)`, to what the network expects; None if it is only resized
            and scaled.
        recentres: Whether its pictures are drawings that may be cropped and centred first.
        sample: What to show it until there is a picture: a key of `cnnviz.data.samples.SAMPLES`, or `SHAPE`.
        pretrained: How it is built and where its weights are, for one that is not shipped.
    """

    title: str
    summary: str
    knows: str = "the pictures that it was trained on"
    class_names: tuple[str, ...] | None = None
    prepare: Callable[[np.ndarray], np.ndarray] | None = None
    recentres: bool = False
    sample: str = "digit_7"
    pretrained: Pretrained | None = None

    @property
    def megabytes(self) -> int:
        """How much must be downloaded before it opens; 0 if nothing."""
        network = self.pretrained
        return network.megabytes if network and imagenet.found(network.file) is None else 0


def load_network(name: str | Path, *, on_progress: Progress | None = None) -> Network:
    """Open a network and warm it up.

    Args:
        name: A key of `NETWORKS`, or the path of a `.keras` file; `name.json` beside it may say what its classes are
            called and how its pixels are scaled.
        on_progress: Called with the bytes that are there and how many there will be, while weights are downloaded.

    Raises:
        NetworkError: If there is no such network, Keras refuses the file, or the weights are not to be had.
    """
    entry = NETWORKS.get(str(name))
    if entry is not None and entry.pretrained is not None:
        model = imagenet.build(entry.pretrained, on_progress=on_progress)
        names, scaling = imagenet.class_names(), imagenet.scaling(entry.pretrained)
        return Network(model, class_names=names, scaling=scaling).warm()
    if entry is not None:
        model = own.read_model(asset("networks", str(name), "model.keras"))
        return Network(model, class_names=entry.class_names, scaling="0..1", preparation=entry.prepare).warm()
    path = Path(name)
    if path.suffix != ".keras":
        raise NetworkError(
            f"There is no network called {str(name)!r}; there are: {', '.join(NETWORKS)}, or the path of a .keras file."
        )
    return own.open_file(path)


def network_card(name: str) -> dict[str, Any]:
    """What is known of a shipped network: data, settings, measured accuracies, date.

    Args:
        name: A key of `NETWORKS` whose weights are shipped.

    Raises:
        NetworkError: If there is no such network.
    """
    shipped = [key for key, entry in NETWORKS.items() if entry.pretrained is None]
    if name not in shipped:
        raise NetworkError(f"There is no network called {name!r} with a card; there are: {', '.join(shipped)}.")
    return json.loads(asset("networks", name, "card.json").read_text(encoding="utf-8"))


def _prepare_digit(picture: np.ndarray) -> np.ndarray:
    return prepare_digit(to_gray(picture))


def _imagenet(title: str, source: str, network: Pretrained) -> NetworkEntry:
    summary = (
        f"Names one of 1,000 kinds of animals and things. {source}; as Keras documents it, it names "
        f"{100 * network.accuracy:.1f} % of ImageNet's validation pictures right."
    )
    knows = "photographs of the 1,000 kinds of things in ImageNet"
    return NetworkEntry(title=title, summary=summary, knows=knows, sample="cat", pretrained=network)


_KERNELS = "weights_tf_dim_ordering_tf_kernels"  # As in the names of Keras' files.

NETWORKS: dict[str, NetworkEntry] = {
    "digits": NetworkEntry(
        title="Digits",
        summary="Reads a handwritten digit.",
        knows="single handwritten digits",
        class_names=tuple("0123456789"),
        prepare=_prepare_digit,
        recentres=True,
    ),
    "shapes": NetworkEntry(
        title="Shapes",
        summary="Names the shape in a small picture full of clutter: circle, square, triangle, star, cross or ring.",
        knows="pictures with one of these shapes, made by a program",
        class_names=DATASETS["shapes"].class_names,
        sample=SHAPE,
    ),
    "objects": NetworkEntry(
        title="Objects",
        summary="Names what a small photograph shows: an airplane, automobile, bird, cat, deer, dog, frog, horse, ship "
        "or truck.",
        knows="small photographs of these ten kinds of things",
        class_names=DATASETS["cifar10"].class_names,
        sample="cat",
    ),
    "mobilenet_v2": _imagenet(
        "MobileNetV2",
        "Sandler et al. 2018",
        Pretrained("MobileNetV2", "mobilenet_v2", f"mobilenet_v2_{_KERNELS}_1.0_224.h5", 224, 14, 0.713),
    ),
    "mobilenet": _imagenet(
        "MobileNet",
        "Howard et al. 2017",
        Pretrained("MobileNet", "mobilenet", "mobilenet_1_0_224_tf.h5", 224, 16, 0.704),
    ),
    "efficientnet_b0": _imagenet(
        "EfficientNetB0",
        "Tan and Le 2019",
        Pretrained("EfficientNetB0", "efficientnet", "efficientnetb0.h5", 224, 29, 0.771),
    ),
    "resnet50": _imagenet(
        "ResNet50",
        "He et al. 2016",
        Pretrained("ResNet50", "resnet50", f"resnet50_{_KERNELS}.h5", 224, 98, 0.749),
    ),
    "vgg16": _imagenet(
        "VGG16",
        "Simonyan and Zisserman 2015",
        Pretrained("VGG16", "vgg16", f"vgg16_{_KERNELS}.h5", 224, 528, 0.713),
    ),
    "xception": _imagenet(
        "Xception",
        "Chollet 2017",
        Pretrained("Xception", "xception", f"xception_{_KERNELS}.h5", 299, 88, 0.790),
    ),
    "inception_v3": _imagenet(
        "InceptionV3",
        "Szegedy et al. 2016",
        Pretrained("InceptionV3", "inception_v3", f"inception_v3_{_KERNELS}.h5", 299, 92, 0.779),
    ),
}
