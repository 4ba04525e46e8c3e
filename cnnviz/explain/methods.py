"""Ways to ask a network where it looked: one catalogue for menus, tests and documentation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnnviz.explain import cam, masking, slopes
from cnnviz.models.network import Network

# The kinds of pass through a network, named after what `Network` calls them; "guided_gradients" are `input_gradients`
# with guided ReLUs, which are compiled on their own.
PASSES = ("forward", "gradients", "input_gradients", "guided_gradients")


@dataclass(frozen=True)
class Option:
    """A number that a method takes.

    Attributes:
        summary: What it is.
        default: Its value if none is given; None where it depends on the picture.
        lowest: The least that is allowed.
        highest: The most that is allowed.
        whole: Whether it is a whole number.
        many: Whether an array of the picture's shape will do, too.
    """

    summary: str
    default: float | None
    lowest: float
    highest: float
    whole: bool = True
    many: bool = False

    def check(self, name: str, value: Any) -> Any:
        """The value, as a plain number or array.

        Raises:
            ValueError: If it is not allowed.
        """
        if value is None and self.default is None:
            return None
        array = np.asarray(value)
        kind = "a whole number" if self.whole else "a number"
        fits = array.dtype.kind in ("iu" if self.whole else "iuf") and (self.many or array.ndim == 0)
        if not fits or not ((array >= self.lowest) & (array <= self.highest)).all():
            given = repr(value) if array.ndim == 0 else f"an array of shape {array.shape}"
            limits = f"from {self.lowest} to {self.highest}"
            raise ValueError(f"{name}={given} is not possible; give {kind} {limits}.")
        return array if array.ndim else array.item()


@dataclass(frozen=True)
class Method:
    """One line of the catalogue.

    Attributes:
        title: Its name for people.
        summary: A sentence on what it shows.
        source: The paper.
        explain: From what is asked and the options to numbers with their signs: on the layer's grid,
            `(n, rows, columns)`, or `(n, height, width, channels)` where it works on the input.
        count: From a network, a layer and the options to how many pictures it sends through the network, by kind of
            pass (`PASSES`), to explain one picture by itself.
        on_layer: Whether it works on the grid of a layer, which can be chosen, or on the picture itself.
        needs_gradients: Whether it follows gradients; without, the answers alone are enough.
        per_class: Whether its map depends on the class that is asked for.
        evidence: Whether a negative number speaks against the class. Where it does not, as with a gradient, the size
            counts whatever the sign.
        passes: Roughly how many passes through the network it takes, in words; "" for one.
        options: What can be set, by name.
        completeness: How far the numbers are from adding up to what they should, as a share; None where they need not.
        known_failure: A sentence on where it is known to mislead; "" where nothing is known.
    """

    title: str
    summary: str
    source: str
    explain: Callable[..., np.ndarray]
    count: Callable[..., dict[str, int]]
    on_layer: bool = True
    needs_gradients: bool = True
    per_class: bool = True
    evidence: bool = True
    passes: str = ""
    options: Mapping[str, Option] = field(default_factory=dict)
    completeness: Callable[..., np.ndarray] | None = None
    known_failure: str = ""

    @property
    def is_slow(self) -> bool:
        """Whether it takes many passes."""
        return bool(self.passes)

    def settings(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Every option with its value: those given, checked, and the defaults.

        Raises:
            ValueError: If there is no such option, or its value is not allowed.
        """
        for name in given:
            if name not in self.options:
                known = f"it has: {', '.join(self.options)}" if self.options else "it has none"
                raise ValueError(f"{self.title} has no option called {name!r}; {known}.")
        return {
            name: option.check(name, given[name]) if name in given else option.default
            for name, option in self.options.items()
        }

    def counted(self, net: Network, layer: str | None = None, **options: Any) -> dict[str, int]:
        """How many pictures it sends through a network to explain one by itself, by kind of pass.

        Args:
            net: The network.
            layer: As in `explain`.
            **options: As in `explain`.

        Raises:
            NetworkError: If it works on a layer's grid and this layer does not exist.
            ValueError: If an option does not exist or fit.
        """
        if self.on_layer and layer is None:
            layer = net.grids[-1]
        return self.count(net, layer, **self.settings(options))


def _once(**passes: int) -> Callable[..., dict[str, int]]:
    """Counts that depend on nothing."""
    return lambda net, layer: passes


METHODS: dict[str, Method] = {
    "grad_cam": Method(
        title="Grad-CAM",
        summary="The maps of one layer, each weighted by how much the class score rises with it, added up.",
        source="Selvaraju et al. 2017, “Grad-CAM: Visual explanations from deep networks”, ICCV",
        explain=cam.grad_cam,
        count=_once(gradients=1),
    ),
    "grad_cam_pp": Method(
        title="Grad-CAM++",
        summary="As Grad-CAM, but several places that speak for the class count alike, however small each of them is.",
        source="Chattopadhyay et al. 2018, “Grad-CAM++: Generalized gradient-based visual explanations for "
        "deep convolutional networks”, WACV",
        explain=cam.grad_cam_pp,
        count=_once(gradients=1),
    ),
    "hires_cam": Method(
        title="HiRes-CAM",
        summary="Features times gradients, cell by cell, so that each cell shows what the score really took from it.",
        source="Draelos and Carin 2020, “Use HiResCAM instead of Grad-CAM for faithful explanations of convolutional "
        "neural networks”, arXiv:2011.08891",
        explain=cam.hires_cam,
        count=_once(gradients=1),
    ),
    "layer_cam": Method(
        title="Layer-CAM",
        summary="Features times positive gradients, cell by cell; it stays sharp in early layers, too.",
        source="Jiang et al. 2021, “LayerCAM: Exploring hierarchical class activation maps for localization”, "
        "IEEE Transactions on Image Processing",
        explain=cam.layer_cam,
        count=_once(gradients=1),
    ),
    "score_cam": Method(
        title="Score-CAM",
        summary="The maps of one layer, each weighted by the class' probability if only what the map covers is left.",
        source="Wang et al. 2020, “Score-CAM: Score-weighted visual explanations for convolutional neural networks”, "
        "CVPR Workshops",
        explain=masking.score_cam,
        count=masking.score_cam_passes,
        needs_gradients=False,
        passes="one for each map of the layer",
    ),
    "eigen_cam": Method(
        title="Eigen-CAM",
        summary="What most of the layer's maps have in common, their first principal component; no class has a say.",
        source="Muhammad and Yeasin 2020, “Eigen-CAM: Class activation map using principal components”, IJCNN",
        explain=cam.eigen_cam,
        count=_once(gradients=1),
        needs_gradients=False,
        per_class=False,
        known_failure="It shows the same for every class, so it cannot say why the network chose this one.",
    ),
    "gradient": Method(
        title="Gradient",
        summary="How much the class score changes with each pixel: bright where a small change matters most.",
        source="Simonyan et al. 2014, “Deep inside convolutional networks: Visualising image classification models and "
        "saliency maps”, ICLR Workshops",
        explain=slopes.gradient,
        count=_once(input_gradients=1),
        on_layer=False,
        evidence=False,
    ),
    "gradient_x_input": Method(
        title="Gradient × input",
        summary="The gradient times the pixel: what each pixel would add to the score if the network were linear.",
        source="Shrikumar et al. 2016, “Not just a black box: Learning important features through propagating "
        "activation differences”, arXiv:1605.01713",
        explain=slopes.gradient_x_input,
        count=_once(input_gradients=1),
        on_layer=False,
        evidence=False,
        known_failure="A pixel that the network gets as 0 shows nothing, however much it matters. Where black is 0, "
        "only the ink of a drawing on black shows, even when the network's weights are shuffled.",
    ),
    "smooth_grad": Method(
        title="SmoothGrad",
        summary="The mean gradient over copies of the picture with noise on them, which evens out its speckles.",
        source="Smilkov et al. 2017, “SmoothGrad: removing noise by adding noise”, arXiv:1706.03825",
        explain=slopes.smooth_grad,
        count=slopes.smooth_grad_passes,
        on_layer=False,
        evidence=False,
        passes="one for each copy",
        options={
            "samples": Option("Copies of the picture.", 25, 1, 500),
            "noise": Option("Standard deviation, as a share of the picture's range.", 0.15, 0, 1, whole=False),
            "seed": Option("Of the noise.", 0, 0, 2**31),
        },
    ),
    "guided_backprop": Method(
        title="Guided backpropagation",
        summary="The gradient, but every ReLU on its way back lets only positive ones through.",
        source="Springenberg et al. 2015, “Striving for simplicity: The all convolutional net”, ICLR Workshops",
        explain=slopes.guided_backprop,
        count=_once(guided_gradients=1, forward=1),
        on_layer=False,
        evidence=False,
        known_failure="It draws the picture's edges almost whatever the class, and hardly changes when the upper "
        "layers' weights are shuffled (Adebayo et al. 2018; Nie et al. 2018): sharp, but no explanation.",
    ),
    "integrated_gradients": Method(
        title="Integrated gradients",
        summary="Gradients gathered on the way from a baseline to the picture; they add up to the score's difference.",
        source="Sundararajan et al. 2017, “Axiomatic attribution for deep networks”, ICML",
        explain=slopes.integrated_gradients,
        count=slopes.integrated_gradients_passes,
        on_layer=False,
        evidence=False,
        passes="one for each step",
        options={
            "steps": Option("Steps from the baseline to the picture.", 50, 1, 1000),
            "baseline": Option(
                "Where the way begins, in the network's own numbers.", 0.0, -1e6, 1e6, whole=False, many=True
            ),
        },
        completeness=slopes.completeness,
        known_failure="Where picture and baseline are the same, it can show nothing. With a black baseline, only the "
        "ink of a drawing on black shows, even when the network's weights are shuffled.",
    ),
    "occlusion": Method(
        title="Occlusion",
        summary="How far the class score falls when a square covers each place.",
        source="Zeiler and Fergus 2014, “Visualizing and understanding convolutional networks”, ECCV",
        explain=masking.occlusion,
        count=masking.occlusion_passes,
        on_layer=False,
        needs_gradients=False,
        passes="one for each place of the square",
        options={
            "window": Option("Side of the square, in pixels.", None, 1, 10_000),
            "stride": Option("From one square to the next, in pixels.", None, 1, 10_000),
            "value": Option("What covers, in the network's own numbers.", None, -1e6, 1e6, whole=False),
        },
    ),
}
