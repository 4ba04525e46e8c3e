"""Architectures that can be trained: each a function from an input shape and a number of classes to a Keras model."""

from __future__ import annotations

from cnnviz.models.architectures import classics, shipped, transfer, tutorials
from cnnviz.models.architectures.entry import Architecture, stacked

__all__ = ["ARCHITECTURES", "Architecture"]

ARCHITECTURES: dict[str, Architecture] = {
    "digits": Architecture(
        title="Three convolutions for digits",
        summary="Three “same” convolutions with ReLU, two max poolings, two dense layers, softmax.",
        source="After the tutorials' MNIST network; their padding is “valid”.",
        input_shape=(28, 28, 1),
        build=shipped.digits,
    ),
    "objects": Architecture(
        title="Six convolutions for objects",
        summary="Three pairs of “same” convolutions of 32, 64 and 128 kernels, each with batch normalisation and ReLU, "
        "a max pooling and dropout after each pair, two dense layers, softmax.",
        source="After a tutorial's CIFAR-10 network; normalised before every ReLU, and with less dropout.",
        input_shape=(32, 32, 3),
        build=shipped.objects,
        least=8,
    ),
    "shapes": Architecture(
        title="Five convolutions for shapes",
        summary="Five “same” convolutions with batch normalisation and ReLU, two max poolings, the mean of every map, "
        "one dense layer, softmax.",
        source="Means of whole maps after Lin, Chen and Yan 2014, “Network in network”, section 3.2.",
        input_shape=(32, 32, 3),
        build=shipped.shapes,
    ),
    "c1": stacked(
        "Dense alone",
        "Every pixel is weighed once for each class; ten sigmoids, no convolution.",
        "A tutorial's first MNIST network: 92.62 % of the training pictures after 5 epochs.",
        (28, 28, 1),
        tutorials.c1,
    ),
    "a3": stacked(
        "One convolution",
        "One convolution of 32 kernels with ReLU, a max pooling, one dense layer, softmax.",
        "A tutorial's MNIST network; it reports no result.",
        (28, 28, 1),
        tutorials.a3,
    ),
    "b1": stacked(
        "Three convolutions",
        "Three “valid” convolutions of 32, 64 and 64 kernels with ReLU, two max poolings, two dense layers, softmax.",
        "A tutorial's MNIST network: 99.26 % of the test pictures after 20 epochs in batches of 64.",
        (28, 28, 1),
        tutorials.b1,
    ),
    "a1": stacked(
        "Two convolutions with logits",
        "Two convolutions of 32 and 64 kernels with ReLU, a max pooling between them, two dense layers; the last gives "
        "scores without a softmax.",
        "A tutorial's CIFAR-10 network, 10 epochs; it reports no result.",
        (32, 32, 3),
        tutorials.a1,
    ),
    "e1": stacked(
        "Six convolutions",
        "Three pairs of “same” convolutions of 32, 64 and 128 kernels with ReLU and batch normalisation, a max pooling "
        "and dropout after each pair, two dense layers, softmax.",
        "A tutorial's CIFAR-10 network: 83.00 % of the test pictures after 12 epochs in batches of 32.",
        (32, 32, 3),
        tutorials.e1,
    ),
    "d1": stacked(
        "Two classes, 64 × 64",
        "Two convolutions of 32 and 64 kernels with ReLU and max pooling, a dense layer, one sigmoid unit for two "
        "classes.",
        "A tutorial's network for two folders of pictures, 10 epochs in batches of 32; it reports no result.",
        (64, 64, 3),
        tutorials.d1,
        classes=2,
    ),
    "a2": stacked(
        "Two classes, 150 × 150",
        "The same layers as in “Two classes, 64 × 64”, on pictures of 150 × 150.",
        "A tutorial's network for vehicle or not, and cats or dogs, in batches of 32; it reports no result.",
        (150, 150, 3),
        tutorials.d1,
        classes=2,
    ),
    "lenet": stacked(
        "LeNet-like",
        "Two 5 × 5 convolutions with ReLU and max pooling, three dense layers, softmax.",
        "After LeCun, Bottou, Bengio and Haffner 1998, LeNet-5, which had tanh and average pooling.",
        (28, 28, 1),
        classics.lenet,
    ),
    "alexnet": stacked(
        "AlexNet-like",
        "Five convolutions with ReLU, three overlapping max poolings, two dense layers with dropout, softmax.",
        "After Krizhevsky, Sutskever and Hinton 2012, for small pictures.",
        (32, 32, 3),
        classics.alexnet,
    ),
    "vgg": stacked(
        "VGG-like",
        "Seven 3 × 3 convolutions with batch normalisation and ReLU in three blocks, a max pooling after each, two "
        "dense layers, softmax.",
        "After Simonyan and Zisserman 2015, for small pictures.",
        (32, 32, 3),
        classics.vgg,
    ),
    "resnet": Architecture(
        title="ResNet-like",
        summary="Six residual blocks: what goes around two convolutions is added to what went through them.",
        source="After He, Zhang, Ren and Sun 2016, section 4.2.",
        input_shape=(32, 32, 3),
        build=classics.resnet,
    ),
    "inception": Architecture(
        title="Inception-like",
        summary="Three modules, in each of which windows of 1, 3 and 5 and a pooling look at the same maps.",
        source="After Szegedy et al. 2015, for small pictures.",
        input_shape=(32, 32, 3),
        build=classics.inception,
    ),
    "xception": Architecture(
        title="Xception-like",
        summary="Three residual blocks of separable convolutions: each channel by itself, then all at each place.",
        source="After Chollet 2017, for small pictures.",
        input_shape=(32, 32, 3),
        build=classics.xception,
    ),
    "transfer": Architecture(
        title="MobileNetV2, frozen",
        summary="A network trained on ImageNet, unchanged, and one new dense layer that learns from what it sees.",
        source="Sandler et al. 2018, with the weights of Keras.",
        input_shape=(224, 224, 3),  # For which its weights were learned.
        build=transfer.build,
        base=transfer.mobilenet_v2,
        scaling="-1..1",
        least=32,
    ),
}
