"""Volumes: the generated one is what it says, and files are read safely or refused with a sentence."""

import io
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.data import files, volumes
from cnnviz.data.volumes import BODIES, phantom, read_volume
from cnnviz.errors import ArrayError

SMALL = np.arange(60, dtype=np.float64).reshape(3, 4, 5)


def npy(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def refusal(source):
    """The sentence with which a file is refused, which shows nothing of Python's own words."""
    with pytest.raises(ArrayError) as caught:
        read_volume(source)
    sentence = str(caught.value)
    assert sentence.endswith(".") and len(sentence) < 300
    assert not any(word in sentence.lower() for word in ("traceback", "allow_pickle", "cannot reshape", "buffer"))
    return sentence


# ---- the generated volume


@pytest.mark.parametrize("shape", [(24, 48, 48), (16, 32, 32), (1, 1, 1), (3, 5, 7)])
def test_the_phantom_is_in_range_and_the_same_at_every_call(shape):
    for noise in (0.0, 0.3):
        made = phantom(shape, noise=noise)
        assert made.shape == shape and made.dtype == np.float32
        assert made.min() >= 0 and made.max() <= 1
        np.testing.assert_array_equal(made, phantom(shape, noise=noise))


def test_the_phantom_by_the_slow_and_obvious_way():
    shape = (8, 9, 10)
    expected = np.zeros(shape)
    for index in np.ndindex(shape):
        place = [(2 * i + 1) / size - 1 for i, size in zip(index, shape, strict=True)]
        for body in BODIES:
            terms = zip(place, body.centre, body.radii, strict=True)
            if sum(((at - centre) / radius) ** 2 for at, centre, radius in terms) <= 1:
                expected[index] += body.brightness
    np.testing.assert_allclose(phantom(shape), expected.clip(0, 1), atol=1e-6)


def test_every_body_of_the_phantom_can_be_seen():
    whole = phantom((48, 96, 96))
    assert len(np.unique(whole.round(3))) >= 6
    middle = whole[24]
    assert middle[0, 0] == 0 and middle[4, 48] == pytest.approx(0.9) and middle[60, 48] == pytest.approx(0.3)


def test_noise_has_its_seed():
    assert (phantom(noise=0.1, seed=1) != phantom(noise=0.1, seed=2)).any()
    assert (phantom(noise=0.1) != phantom()).any()


@pytest.mark.parametrize("shape", [(0, 4, 4), (4, 4)])
def test_a_phantom_without_voxels_is_refused(shape):
    with pytest.raises(ValueError, match="three sides of at least 1 voxel"):
        phantom(shape)


# ---- files that are read


@pytest.mark.parametrize("kind", ["u1", "i2", ">i4", "f2", "f4", "<f8", ">f8", "?", "u8"])
def test_numbers_of_every_kind(kind):
    array = (SMALL % 2).astype(kind)
    volume = read_volume(npy(array))
    assert volume.values.dtype == np.float32 and volume.notes == () and volume.shape == (3, 4, 5)
    np.testing.assert_array_equal(volume.values, array.astype(np.float32))


def test_columns_first_is_read_as_it_is_meant():
    np.testing.assert_array_equal(read_volume(npy(np.asfortranarray(SMALL))).values, SMALL)


def test_version_2_of_the_format_is_read():
    file = io.BytesIO()
    np.lib.format.write_array(file, SMALL, version=(2, 0))
    np.testing.assert_array_equal(read_volume(file.getvalue()).values, SMALL)


@pytest.mark.parametrize("shape", [(1, 3, 4, 5), (3, 4, 5, 1), (1, 3, 4, 5, 1), (1, 1, 3, 4, 5)])
def test_axes_of_size_1_are_dropped_and_it_says_so(shape):
    volume = read_volume(npy(SMALL.reshape(shape)))
    np.testing.assert_array_equal(volume.values, SMALL)
    assert volume.notes == (f"Axes of size 1 were dropped: {' × '.join(map(str, shape))} became 3 × 4 × 5.",)


def test_large_slices_are_averaged_in_blocks_and_it_says_so():
    array = np.random.default_rng(0).normal(size=(3, 260, 400)).astype("f4")
    volume = read_volume(npy(array))
    assert volume.values.shape == (3, 65, 100) and volume.shape == (3, 260, 400)
    assert volume.values[1, 2, 3] == pytest.approx(array[1, 8:12, 12:16].mean(), abs=1e-6)
    assert volume.notes == ("Each 4 × 4 voxels of a slice are averaged to one, so that it can be shown.",)
    cut = read_volume(npy(array[:, :259]))
    assert cut.values.shape == (3, 64, 100) and "cut off" in cut.notes[0]


@settings(deadline=None, max_examples=25)
@given(st.tuples(*[st.integers(3, 12)] * 3), st.sampled_from(["u1", "f4", "i8"]), st.booleans())
def test_what_is_saved_is_read(shape, kind, fortran):
    array = np.random.default_rng(0).integers(0, 200, shape).astype(kind)
    array = np.asfortranarray(array) if fortran else array
    np.testing.assert_array_equal(read_volume(npy(array)).values, array)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_refused_with_a_sentence(data, begins_well):
    assert refusal((b"\x93NUMPY\x01\x00" if begins_well else b"") + data)


# ---- files that are refused


class Trap:
    """Says so if it is ever unpickled."""

    sprung = False

    def __setstate__(self, state):
        Trap.sprung = True


def test_objects_are_never_unpickled():
    trap = Trap()
    trap.inside = 1
    array = np.empty((3, 3, 3), object)
    array[:] = trap
    for data in (npy(array, allow_pickle=True), pickle.dumps(trap), pickle.dumps(array)):
        refusal(data)
    assert refusal(npy(array, allow_pickle=True)).startswith("This file holds Python objects")
    assert not Trap.sprung
    pickle.loads(pickle.dumps(trap))
    assert Trap.sprung, "the trap itself works"


def with_header(text):
    """An NPY file whose header claims anything."""
    header = text.encode().ljust(118) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header


def archive():
    file = io.BytesIO()
    np.savez(file, a=SMALL)
    return file.getvalue()


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (b"", "This file is empty (0 bytes)."),
        (b"1,2,3\n", "This is not an NPY file"),
        (archive(), "This is an NPZ or ZIP archive"),
        (npy(SMALL)[:-8], "This file should hold 3 × 4 × 5 numbers and does not"),
        (npy(SMALL) + b"more", "This file should hold 3 × 4 × 5 numbers and does not"),
        (npy(SMALL)[:20], "The header of this NPY file cannot be read."),
        (with_header("{'descr': '<f8', 'shape': (3, 4"), "The header of this NPY file cannot be read."),
        (
            with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (99999, 99999, 99999)}"),
            "This file should hold",
        ),
        (with_header("__import__('os').system('true')"), "The header of this NPY file cannot be read."),
        (npy(SMALL[0]), "This array has 2 axes (4 × 5); a volume has three"),
        (npy(SMALL[0, 0]), "This array has 1 axis (5); a volume has three"),
        (npy(np.float64(3)), "This array has 0 axes (no size); a volume has three"),
        (npy(np.zeros((2, 3, 4, 5))), "This array has 4 axes (2 × 3 × 4 × 5); a volume has three"),
        (npy(np.zeros((2, 4, 5))), "This volume has 2 × 4 × 5 voxels; each side must have 3 to 512."),
        (npy(np.zeros((3, 0, 5))), "This volume has 3 × 0 × 5 voxels"),
        (npy(np.zeros((3, 3, 513), "u1")), "This volume has 3 × 3 × 513 voxels"),
        (npy(np.zeros((3, 3, 512), "u1")), "The slices of this volume have 3 × 512 voxels, too narrow"),
        (npy(np.zeros((3, 3, 3), complex)), "This file holds complex numbers"),
        (npy(np.full((3, 3, 3), "a")), "This file holds text"),
        (npy(np.zeros((3, 3, 3), "M8[s]")), "This file holds values of type datetime64"),
        (npy(np.zeros((3, 3, 3), [("a", "f4")])), "This file holds values of type"),
        (npy(np.where(SMALL == 25, np.nan, SMALL)), "Slice 1 holds values that are NaN or infinite."),
        (npy(np.where(SMALL == 59, np.inf, SMALL)), "Slice 2 holds values that are NaN or infinite."),
        (npy(np.where(SMALL == 0, 1e31, SMALL)), "Slice 0 holds values beyond 1e+30"),
    ],
)
def test_refused_with_a_sentence(source, sentence):
    assert refusal(source).startswith(sentence)


def test_what_the_header_rules_out_is_not_read(monkeypatch):
    """A wrong shape is refused before its numbers are looked at."""
    monkeypatch.setattr(volumes.np, "frombuffer", None)
    assert refusal(npy(np.full((2, 4, 5), np.nan))).startswith("This volume has 2 × 4 × 5")


def test_a_file_over_64_mb_is_refused_unread(monkeypatch):
    monkeypatch.setattr(files, "MAX_BYTES", 100)
    assert refusal(npy(SMALL)).startswith("This file is larger than 64 MB")
