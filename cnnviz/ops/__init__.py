"""The arithmetic of convolutional networks, with NumPy alone: convolution, pooling, activations, sizes, kernels."""

from cnnviz.ops.activations import ACTIVATIONS, Activation, activate
from cnnviz.ops.convolution import convolve
from cnnviz.ops.kernels import KERNELS, Kernel
from cnnviz.ops.makers import box, centre_surround, checker, gabor, gaussian, grid, laplacian_of_gaussian, motion
from cnnviz.ops.pooling import POOLINGS, Pooling, global_pool, pool
from cnnviz.ops.shapes import never_visited, output_size, padding_amounts, receptive_field

__all__ = [
    "ACTIVATIONS",
    "KERNELS",
    "POOLINGS",
    "Activation",
    "Kernel",
    "Pooling",
    "activate",
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
    "never_visited",
    "output_size",
    "padding_amounts",
    "pool",
    "receptive_field",
]
