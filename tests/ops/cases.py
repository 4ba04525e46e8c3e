"""What hypothesis draws: ways to slide a window over an input of 1, 2 or 3 spatial axes that make sense."""

import re
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st


@dataclass(frozen=True)
class Slide:
    sizes: tuple
    windows: tuple
    strides: tuple
    dilations: tuple
    padding: object  # As the user gives it.

    @property
    def paddings(self):
        """The same for each axis: "valid", "same" or (before, after)."""
        if isinstance(self.padding, str):
            return (self.padding,) * len(self.sizes)
        if isinstance(self.padding, int):
            return ((self.padding, self.padding),) * len(self.sizes)
        return self.padding


@st.composite
def slides(draw):
    axes = draw(st.sampled_from((1, 2, 2, 3)))
    largest = {1: 24, 2: 9, 3: 5}[axes]

    def each(least, most):
        return tuple(draw(st.integers(least, most)) for _ in range(axes))

    windows, strides, dilations = each(1, 4 if axes < 3 else 3), each(1, 3), each(1, 3)
    padding = draw(
        st.one_of(
            st.just("valid"),
            st.just("same"),
            st.integers(0, 3),
            st.tuples(*[st.tuples(st.integers(0, 3), st.integers(0, 3))] * axes),
        )
    )
    sizes = []
    for axis in range(axes):
        around = 0 if isinstance(padding, str) else 2 * padding if isinstance(padding, int) else sum(padding[axis])
        span = (windows[axis] - 1) * dilations[axis] + 1
        least = 1 if padding == "same" else max(1, span - around)
        sizes.append(draw(st.integers(least, max(least, largest))))
    return Slide(tuple(sizes), windows, strides, dilations, padding)


def exactly(sentence):
    """A pattern that matches this sentence and nothing more."""
    return f"^{re.escape(sentence)}$"


def numbers(shape, seed=0, kind=np.float32):
    """Normal random numbers."""
    return np.random.default_rng(seed).standard_normal(shape).astype(kind)


def assert_near(found, expected, tolerance=1e-5):
    """Within so much of the largest magnitude."""
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= tolerance * max(np.abs(expected).max(), 1e-30)
