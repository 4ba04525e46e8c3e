"""Networks: Keras models with what they eat and what their classes are called."""

from cnnviz.models.code import code_files, convolution_code
from cnnviz.models.layers import LayerInfo
from cnnviz.models.library import NETWORKS, load_network, network_card
from cnnviz.models.network import Network
from cnnviz.models.zoo import ARCHITECTURES

__all__ = [
    "ARCHITECTURES",
    "NETWORKS",
    "LayerInfo",
    "Network",
    "code_files",
    "convolution_code",
    "load_network",
    "network_card",
]
