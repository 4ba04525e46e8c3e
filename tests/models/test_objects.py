"""The shipped network of photographs names as well as its card says, on the copy of CIFAR-10 that the card names."""

import io

import numpy as np
import pytest
from PIL import Image

from cnnviz.data.samples import load_sample
from cnnviz.models import ARCHITECTURES, load_network, network_card

LEAST = 0.86


@pytest.fixture(scope="module")
def net():
    return load_network("objects")


@pytest.fixture(scope="module")
def photographs(test_data):
    """The test pictures, unpacked from the bytes of their JPEG files, and their classes."""
    path = test_data / "cifar10" / "cifar10_jpeg_bytes.npz"
    if not path.is_file():
        pytest.skip(f"CIFAR-10 is not at {path}.")
    with np.load(path) as file:
        header, data = file["header"].tobytes(), file["data_test"].tobytes()
        ends, classes = file["ends_test"], file["y_test"][:, 0]
    starts = [0, *ends[:-1]]
    pictures = [
        np.asarray(Image.open(io.BytesIO(header + data[start:end]))) for start, end in zip(starts, ends, strict=True)
    ]
    return np.stack(pictures), classes


def test_photographs_are_named_as_well_as_the_card_says(net, photographs):
    pictures, classes = photographs
    assert len(pictures) == 10_000
    answers = [net.logits(part / np.float32(255)).argmax(axis=1) for part in np.array_split(pictures, 20)]
    measured = (np.concatenate(answers) == classes).mean()
    assert measured >= LEAST
    assert network_card("objects")["measured"]["accuracy"] == pytest.approx(measured, abs=0.001)
    np.testing.assert_allclose(net.prepare(pictures[0])[0], pictures[0] / 255, atol=1e-6)


def test_the_card_names_the_copy(net):
    card = network_card("objects")
    assert "Trained and measured on a copy whose pictures were recompressed as JPEG at quality 75" in card["data"]
    assert net.class_names[3] == "cat" and len(net.class_names) == 10


def test_the_weights_are_those_of_the_architecture(net):
    """Layer by layer: the recipe builds what is shipped."""
    built = ARCHITECTURES["objects"].build((32, 32, 3), 10)
    shipped = net.model
    assert [layer.name for layer in built.layers] == [layer.name for layer in shipped.layers]
    assert [weight.shape for weight in built.weights] == [weight.shape for weight in shipped.weights]
    rates = [[layer.rate for layer in model.layers if hasattr(layer, "rate")] for model in (built, shipped)]
    assert rates[0] == rates[1] and len(rates[0]) == 4


def test_a_photograph_from_elsewhere_is_named(net):
    picture = load_sample("cat")
    assert net.class_names[net.predict(net.prepare(picture)).argmax()] == "cat"
