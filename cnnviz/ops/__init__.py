"""The arithmetic of convolutional networks, with NumPy alone: convolution, pooling, activations, sizes, kernels."""

from cnnviz.ops.activations import ACTIVATIONS, Activation, activate
from cnnviz.ops.convolution import convolve
from cnnviz.ops.kernels import KERNELS, Kernel
from cnnviz.ops.makers import box, centre_surround, checker, gabor, gaussian, grid, laplacian_of_gaussian, motion
from cnnviz.ops.pooling import POOLINGS, Pooling, global_pool, pool
from cnnviz.ops.relatives import Relative, as_many_by_chance, nearest, nearest_of_all, share_by_chance
from cnnviz.ops.shapes import Axis, never_visited, output_size, padding_amounts, receptive_field, slide
from cnnviz.ops.signal_kernels import SIGNAL_KERNELS, SignalKernel
from cnnviz.ops.volume_kernels import VOLUME_KERNELS, VolumeKernel

__all__ = [
    "ACTIVATIONS",
    "KERNELS",
    "POOLINGS",
    "SIGNAL_KERNELS",
    "VOLUME_KERNELS",
    "Activation",
    "Axis",
    "Kernel",
    "Pooling",
    "Relative",
    "SignalKernel",
    "VolumeKernel",
    "activate",
    "as_many_by_chance",
    "box",
    "centre_surround",
    "checker",
    "convolve",
    "gabor",
    "gaussian",
    "global_pool",
    "grid",
    "laplacian_of_gaussian",
    "motion",
    "nearest",
    "nearest_of_all",
    "never_visited",
    "output_size",
    "padding_amounts",
    "pool",
    "receptive_field",
    "share_by_chance",
    "slide",
]
