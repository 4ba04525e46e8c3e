"""convolve beside TensorFlow and SciPy, and the memory that it takes, in one run.

`python -m pytest tests/benchmarks/test_ops.py --benchmark-enable -n 0 -s` prints the ratios.
"""

import statistics
import subprocess
import sys

import numpy as np
import pytest
from scipy.signal import correlate

from cnnviz.ops import convolve

CASES = {"28 × 28 × 1 → 32": (28, 1, 32), "224 × 224 × 3 → 32": (224, 3, 32)}

# The highest resident memory of a process of its own, what BLAS takes for itself included.
MEMORY = """
import re
import numpy as np
from cnnviz.ops import convolve

def highest():
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read())[1]) * 1024

x, kernels = np.ones((512, 512, 3), np.float32), np.ones((11, 11, 3, 64), np.float32)
before = highest()
maps = convolve(x, kernels)
print((highest() - before - maps.nbytes) / 1e6)
"""


def arrays(size, channels, filters):
    random = np.random.default_rng(0)
    x = random.standard_normal((size, size, channels)).astype(np.float32)
    return x, random.standard_normal((3, 3, channels, filters)).astype(np.float32)


@pytest.mark.parametrize("case", CASES)
def test_convolve_beside_tensorflow_and_scipy(measuring, in_turns, case):
    import tensorflow as tf

    x, kernels = arrays(*CASES[case])
    batch, weights = tf.constant(x[np.newaxis]), tf.constant(kernels)

    def theirs():
        return tf.nn.conv2d(batch, weights, 1, "VALID").numpy()

    def of_scipy():
        filters = range(kernels.shape[-1])
        return np.concatenate([correlate(x, kernels[..., f], mode="valid") for f in filters], axis=-1)

    assert np.allclose(convolve(x, kernels), theirs()[0], atol=1e-4)
    assert np.allclose(convolve(x, kernels), of_scipy(), atol=1e-4)
    ours, tensorflow = in_turns(lambda: convolve(x, kernels), theirs)
    beside, scipy = in_turns(lambda: convolve(x, kernels), of_scipy, rounds=3, calls=2)
    quicker = statistics.median(tensorflow) / statistics.median(ours)
    quickest = min(tensorflow) / min(ours)
    than_scipy = statistics.median(scipy) / statistics.median(beside)
    print(
        f"\n{case}: {statistics.median(ours) * 1e6:.0f} µs; tf.nn.conv2d / convolve {quicker:.2f} "
        f"(fastest calls {quickest:.2f}), scipy / convolve {than_scipy:.0f}"
    )
    assert quicker >= 1
    assert than_scipy >= 5


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux's")
def test_memory(measuring):
    done = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    print(f"\n512 × 512 × 3 → 64, 11 × 11: {float(done.stdout):.0f} MB above input and output")
    assert float(done.stdout) <= 400
