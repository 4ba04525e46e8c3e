"""Every kind of file that people upload: read as it is meant, or refused with a sentence that helps."""

import gc
import io
import os
import struct
import tracemalloc
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from cnnviz.data.pictures import DRAFT_PIXELS, MAX_BYTES, open_picture, reduced, to_gray
from cnnviz.errors import PictureError

# Pillow warns of it, and goes on.
IGNORE_DAMAGED_METADATA = pytest.mark.filterwarnings("ignore::UserWarning:PIL")
COLOUR = np.random.default_rng(0).integers(0, 256, (12, 20, 3), dtype=np.uint8)


def encode(image: Image.Image | np.ndarray, kind: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(file, kind, **options)
    return file.getvalue()


def png(width: int, height: int, raw: bytes = b"") -> bytes:
    """A grey PNG written by hand, so that its header may claim anything."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


def refusal(source) -> str:
    """The sentence with which `source` is refused, which shows nothing of Python or Pillow."""
    with pytest.raises(PictureError) as caught:
        open_picture(source)
    sentence = str(caught.value)
    assert sentence.endswith(".") and len(sentence) < 250
    assert not any(word in sentence.lower() for word in ("traceback", "errno", "pil", "cannot identify", "none"))
    return sentence


def flat(image: Image.Image, kind: str = "PNG", **options) -> list[int]:
    """The one colour of a picture of one colour, after a round trip."""
    picture = open_picture(encode(image, kind, **options))
    assert picture.shape == (image.height, image.width, 3)
    colours = np.unique(picture.reshape(-1, 3), axis=0)
    assert len(colours) == 1
    return colours[0].tolist()


# ---- what is read


@pytest.mark.parametrize(
    ("kind", "options"),
    [("PNG", {}), ("BMP", {}), ("TIFF", {}), ("TIFF", {"compression": "tiff_lzw"}), ("WEBP", {"lossless": True})],
)
def test_lossless_formats_keep_every_pixel(kind, options):
    picture = open_picture(encode(COLOUR, kind, **options))
    assert picture.dtype == np.uint8
    assert picture.flags.writeable
    np.testing.assert_array_equal(picture, COLOUR)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_lossy_formats_keep_the_colour(kind):
    np.testing.assert_allclose(
        flat(Image.new("RGB", (16, 24), (200, 100, 50)), kind, quality=95), (200, 100, 50), atol=3
    )


def test_gif_gives_its_first_frame():
    frames = [Image.new("RGB", (10, 9), colour) for colour in ("red", "lime", "blue")]
    data = encode(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert (open_picture(data) == [255, 0, 0]).all()


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("1", 1, [255, 255, 255]),
        ("1", 0, [0, 0, 0]),
        ("L", 77, [77, 77, 77]),
        ("LA", (100, 255), [100, 100, 100]),
        ("LA", (100, 0), [255, 255, 255]),
        ("RGBA", (10, 20, 30, 255), [10, 20, 30]),
        ("RGBA", (10, 20, 30, 0), [255, 255, 255]),
        ("RGBA", (255, 0, 0, 51), [255, 204, 204]),  # A fifth of red, four fifths of white.
        ("I;16", 65535, [255, 255, 255]),
        ("I;16", 257 * 100, [100, 100, 100]),
        ("I;16", 300, [1, 1, 1]),  # Clipping would have made it white.
    ],
)
def test_png_modes(mode, colour, expected):
    assert flat(Image.new(mode, (9, 11), colour)) == expected


def test_palette_with_transparency_lies_on_white():
    image = Image.new("P", (16, 8), 0)
    image.putpalette([200, 0, 0, 0, 0, 200])
    image.paste(1, (8, 0, 16, 8))
    picture = open_picture(encode(image, transparency=0))
    assert picture[0, 0].tolist() == [255, 255, 255]
    assert picture[0, 15].tolist() == [0, 0, 200]


def test_colour_named_as_transparent_lies_on_white():
    assert flat(Image.new("RGB", (8, 8), (1, 2, 3)), transparency=(1, 2, 3)) == [255, 255, 255]


@pytest.mark.parametrize(("kind", "tolerance"), [("TIFF", 0), ("JPEG", 3)])
def test_cmyk(kind, tolerance):
    # Full cyan and no other ink reflects green and blue.
    np.testing.assert_allclose(flat(Image.new("CMYK", (16, 16), (255, 0, 0, 0)), kind), (0, 255, 255), atol=tolerance)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.linspace(0, 1, 64, dtype=np.float32), [0, 255]),
        (np.linspace(0, 255, 64, dtype=np.float32), [0, 255]),
        (np.linspace(0, 51, 64, dtype=np.float32), [0, 51]),
        (np.linspace(-2, 2, 64, dtype=np.float32), [0, 255]),
        (np.linspace(0, 65535, 64).astype(np.int32), [0, 255]),
        (np.linspace(0, 10**6, 64).astype(np.int32), [0, 255]),
        (np.linspace(0, 200, 64).astype(np.int32), [0, 200]),
        (np.array([0, *[np.nan] * 62, 1], np.float32), [0, 255]),
        (np.array([0, *[0.2] * 62, np.inf], np.float32), [0, 255]),
        (np.full(64, -3, np.float32), [0, 0]),
    ],
)
def test_deep_grey_is_scaled_and_not_clipped(values, expected):
    picture = open_picture(encode(values.reshape(8, 8), "TIFF"))
    assert picture[0, 0].tolist() == [expected[0]] * 3
    assert picture[-1, -1].tolist() == [expected[1]] * 3


def test_every_level_of_sixteen_bits_is_rounded_to_the_nearest():
    levels = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    np.testing.assert_array_equal(open_picture(encode(levels))[:, :, 1], np.rint(levels / 257))


# How a picture must be stored so that the orientation's instruction brings it upright (EXIF 2.32, tag 274).
STORED = {
    1: lambda x: x,
    2: lambda x: x[:, ::-1],
    3: lambda x: x[::-1, ::-1],
    4: lambda x: x[::-1],
    5: lambda x: x.swapaxes(0, 1),
    6: lambda x: x.swapaxes(0, 1)[::-1],
    7: lambda x: x.swapaxes(0, 1)[::-1, ::-1],
    8: lambda x: x.swapaxes(0, 1)[:, ::-1],
}


@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("TIFF", {}), ("WEBP", {"lossless": True}), ("JPEG", {})])
@pytest.mark.parametrize("orientation", STORED)
def test_exif_orientation(orientation, kind, options):
    exif = Image.Exif()
    exif[274] = orientation
    upright = np.zeros((16, 32, 3), np.uint8)
    upright[:8, :8] = 255
    upright[:8, 24:] = 128
    stored = np.ascontiguousarray(STORED[orientation](upright))
    np.testing.assert_allclose(open_picture(encode(stored, kind, exif=exif, **options)), upright, atol=2)


@IGNORE_DAMAGED_METADATA
def test_damaged_exif_costs_only_the_rotation():
    picture = open_picture(encode(COLOUR, exif=b"Exif\0\0II*\0\xff\xff\xff\xff"))
    np.testing.assert_array_equal(picture, COLOUR)


def test_a_very_large_jpeg_comes_at_half_its_size():
    data = encode(Image.new("L", (5000, 4000), 90), "JPEG")
    assert DRAFT_PIXELS < 5000 * 4000
    assert open_picture(data).shape == (2000, 2500, 3)


# ---- where it comes from


def test_sources_agree_and_are_left_as_they_should_be(tmp_path):
    data = encode(COLOUR)
    path = tmp_path / "a picture.png"
    path.write_bytes(data)
    file = io.BytesIO(data)
    file.seek(5)
    for source in (data, bytearray(data), memoryview(data), path, str(path), file, file):
        np.testing.assert_array_equal(open_picture(source), COLOUR)
    assert not file.closed


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc to count open files")
def test_no_file_stays_open(tmp_path):
    path = tmp_path / "x.tif"
    path.write_bytes(encode(COLOUR, "TIFF"))
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    kept = [open_picture(path) for _ in range(5)]
    assert len(kept) == 5
    assert len(os.listdir("/proc/self/fd")) == before


def test_threads_do_not_disturb_each_other():
    files = [encode(np.full((40, 40, 3), level, np.uint8)) for level in range(40)]
    with ThreadPoolExecutor(4) as pool:
        assert [picture[0, 0, 0] for picture in pool.map(open_picture, files)] == list(range(40))


@pytest.mark.parametrize("source", [None, 7, ["a.png"], io.StringIO("text")])
def test_what_is_no_source_is_a_mistake_in_the_program(source):
    with pytest.raises(TypeError, match=r"binary"):
        open_picture(source)


def test_paths_that_lead_nowhere(tmp_path):
    assert "no file “cat.png”" in refusal(tmp_path / "cat.png")
    assert "is a folder" in refusal(str(tmp_path))
    refusal("a\0b.png")
    refusal("x" * 5000)


# ---- what is refused


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", ["empty", "0 bytes"]),
        ("Grüße, kein Bild".encode(), ["text", "not a picture"]),
        ("Grüße, kein Bild".encode("utf-16"), ["text", "not a picture"]),
        (b"BMW,Audi\n1,2\n", ["text", "not a picture"]),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", ["SVG", "export it as png"]),
        (b"\n<!DOCTYPE html><html><body><svg></svg>", ["web page"]),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(50), ["HEIC", "iPhone", "Most Compatible", "JPEG"]),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic" + bytes(50), ["HEIC"]),
        (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + bytes(50), ["AVIF", "PNG"]),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + bytes(50), ["video"]),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", ["PDF", "screenshot", "PNG"]),
        (b"PK\x03\x04" + bytes(30), ["ZIP", "Office"]),
        (bytes(range(256)), ["256 bytes", "PNG, JPEG, WebP"]),
        (bytes(MAX_BYTES + 1), ["10.1 MB", "at most 10 MB"]),
        (png(1, 5000), ["1 × 5,000", "8 × 8"]),
        (png(7, 8), ["7 × 8 pixels"]),
        (png(10_000, 5_000), ["10,000 × 5,000", "50 million", "at most 40 million"]),
    ],
)
def test_sentences(data, words):
    sentence = refusal(data)
    for word in words:
        assert word.lower() in sentence.lower()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
@pytest.mark.parametrize("share", [0.15, 0.5, 0.9])
def test_cut_files_are_refused(kind, share):
    data = encode(np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8), kind)
    assert "ends too early" in refusal(data[: int(len(data) * share)])


def test_a_damaged_file_that_has_its_end():
    data = bytearray(encode(COLOUR))
    data[45:90] = bytes(45)
    assert "is damaged" in refusal(bytes(data)) and "too early" not in refusal(bytes(data))


def test_the_smallest_and_the_largest():
    assert open_picture(png(8, 8, b"\0" * 9 * 8)).shape == (8, 8, 3)
    assert "ends too early" not in refusal(png(8000, 5001))


@pytest.mark.parametrize("side", [10_000, 20_000])
def test_a_bomb_costs_no_memory_and_no_warning(side):
    data = png(side, side, bytes(10**6))
    tracemalloc.start()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sentence = refusal(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert f"{side:,} × {side:,}" in sentence
    assert peak < 1_000_000


def test_more_data_than_the_header_says_is_not_inflated():
    assert open_picture(png(10, 10, bytes(5 * 10**7))).shape == (10, 10, 3)


def test_a_stream_without_end_is_left_at_the_limit():
    class Endless:
        taken = 0

        def read(self, size):
            self.taken += min(size, 65536)
            return bytes(min(size, 65536))

    endless = Endless()
    assert "larger than 10 MB" in refusal(endless)
    assert endless.taken == MAX_BYTES + 1


def opens_or_refuses(data: bytes) -> None:
    try:
        picture = open_picture(data)
    except PictureError:
        return
    assert picture.dtype == np.uint8
    assert picture.ndim == 3 and picture.shape[2] == 3 and min(picture.shape[:2]) >= 8


@IGNORE_DAMAGED_METADATA
@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"II*\0", b"GIF89a"]))
def test_arbitrary_bytes(data, beginning):
    opens_or_refuses(beginning + data)


EXAMPLES = [encode(COLOUR, kind) for kind in ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP")]


@IGNORE_DAMAGED_METADATA
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(EXAMPLES),
    st.lists(st.tuples(st.integers(0, 10**4), st.integers(0, 255)), min_size=1, max_size=8),
    st.integers(0, 40),
)
def test_mutated_files(data, changes, cut):
    mutated = bytearray(data)
    for position, value in changes:
        mutated[position % len(mutated)] = value
    opens_or_refuses(bytes(mutated[: len(mutated) - cut]))


# ---- grey


def test_gray_is_bt601_luma_rounded():
    expected = np.rint(COLOUR @ np.array([0.299, 0.587, 0.114]))
    np.testing.assert_allclose(to_gray(COLOUR), expected, atol=1)
    corners = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]], np.uint8)
    assert to_gray(corners).tolist() == [[76, 150, 29, 255]]
    assert to_gray(COLOUR[:, ::-1]).tolist() == to_gray(COLOUR)[:, ::-1].tolist()


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 4), (0, 8, 3)])
def test_gray_of_something_else(shape):
    with pytest.raises(ValueError, match=r"height, width, 3"):
        to_gray(np.zeros(shape, np.uint8))


def test_a_large_picture_is_reduced_to_means():
    pixels = np.zeros((8, 4, 3), np.uint8)
    pixels[::2] = 200
    small = reduced(pixels, 4)
    assert small.shape == (4, 2, 3) and (small == 100).all()
    assert reduced(pixels, 8) is pixels
