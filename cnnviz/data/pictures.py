"""From whatever a person uploads to one kind of array: uint8, red, green and blue, upright, on white.

Everything here happens in memory and touches nothing global, so several threads may open pictures at once.
"""

from __future__ import annotations

import codecs
import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from PIL import Image, ImageOps
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from cnnviz.errors import PictureError

MAX_BYTES = 10 * 2**20  # What Streamlit calls 10 MB: an upload that it lets through is not refused here.
MAX_PIXELS = 40_000_000  # 120 MB as an array; cameras of up to 40 megapixels.
MIN_SIDE = 8  # Pixels. Smaller ones have no shape left to recognise; a few 3 × 3 kernels already cover them.
DRAFT_PIXELS = 16_000_000  # A JPEG with more is decoded at half its width and height: a quarter of time and memory.

HEAD = 4096  # Bytes that suffice to tell what a file is.
DEEP_MODES = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")  # Pillow's grey modes of more than eight bits.
ADVICE = "Open a PNG, JPEG, WebP, GIF, BMP or TIFF."


def open_picture(source: bytes | bytearray | memoryview | str | Path | BinaryIO) -> np.ndarray:
    """Open a PNG, JPEG, WebP, GIF, BMP or TIFF, safely.

    The picture is turned upright as its EXIF data ask, and whatever is transparent is laid on white. Of an animation
    or a file of several pages it is the first. Sixteen bits a channel become eight by division by 257 (in colour, by
    keeping the higher eight). Colour profiles are not applied. A JPEG of more than 16 million pixels comes at half
    its width and height.

    Args:
        source: The file's bytes, its path, or a file opened in binary mode, which is read from its beginning if it can
            be rewound, and left open.

    Returns:
        Shape `(height, width, 3)`, uint8; an array of its own that may be written to.

    Raises:
        PictureError: If there is no such file, it is larger than `MAX_BYTES`, not a picture, damaged, cut off, of more
            than `MAX_PIXELS` pixels, or has a side under `MIN_SIDE` pixels. The text is meant for the person.
        TypeError: If `source` is none of the above.
    """
    data = _read(source)
    name = _recognise(data)
    kind = FORMATS[name]
    try:
        # Not Image.open: it warns of a large picture, or refuses it, before it can be asked for its size; only
        # changing its global limit would prevent that. The plugin itself reads the header, and load() decodes.
        image = kind.plugin(io.BytesIO(data))
        _check_size(*image.size)
        width, height = image.size
        if isinstance(image, JpegImageFile) and width * height > DRAFT_PIXELS:
            image.draft(None, (width // 2, height // 2))
        image.load()
        return _to_rgb(_upright(image))
    except PictureError:
        raise
    except Image.DecompressionBombError as error:
        # WebP and GIF find out themselves while reading the header, before the size can be asked for.
        raise PictureError(
            f"This picture has more than {MAX_PIXELS // 10**6} million pixels, too many to open. Make it smaller first."
        ) from error
    except Exception as error:  # Pillow answers damaged data with a dozen different exceptions.
        fault = "is damaged" if kind.is_complete(data) else "ends too early or is damaged"
        raise PictureError(
            f"This {name} file ({_readable(len(data))}) {fault}. Copy or download it again, or save it anew."
        ) from error


def to_gray(picture: np.ndarray) -> np.ndarray:
    """Brightness of every pixel: luma, 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601).

    Args:
        picture: Shape `(height, width, 3)`, uint8.

    Returns:
        Shape `(height, width)`, uint8, rounded to the nearest.

    Raises:
        ValueError: If `picture` is of another shape or type, or empty.
    """
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or not picture.size:
        raise ValueError(
            f"A picture is uint8 of shape (height, width, 3); this is {picture.dtype} of shape {picture.shape}."
        )
    return cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY)


def reduced(pixels: np.ndarray, longest: int) -> np.ndarray:
    """A picture no larger than needed; each new pixel is the mean of those it replaces.

    Args:
        pixels: Shape `(height, width)` or `(height, width, 3)`, uint8.
        longest: Pixels of its longer side, at most.
    """
    return pixels if longest >= max(pixels.shape[:2]) else resized(pixels, longest)


def resized(pixels: np.ndarray, longest: int) -> np.ndarray:
    """A picture of a given size, its proportions kept: averaged where it shrinks, interpolated where it grows.

    Args:
        pixels: Shape `(height, width)` or `(height, width, 3)`, uint8.
        longest: Pixels of its longer side; the other has at least one.
    """
    share = longest / max(pixels.shape[:2])
    if share == 1:
        return pixels
    height, width = (max(1, round(size * share)) for size in pixels.shape[:2])
    return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA if share < 1 else cv2.INTER_LINEAR)


def _read(source: object) -> bytes:
    """All bytes of `source`, of which there are at most `MAX_BYTES`."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        _check_bytes(memoryview(source).nbytes)
        return bytes(source)
    if isinstance(source, (str, Path)):
        return _read_path(Path(source))
    if not hasattr(source, "read"):
        raise TypeError(f"A picture comes as bytes, a path or a binary file; this is of type {type(source).__name__}.")
    return _read_file(source)


def _read_path(path: Path) -> bytes:
    name = (path.name or str(path))[:60]
    try:
        if path.is_dir():
            raise PictureError(f"“{name}” is a folder, not a picture. Choose a file in it.")
        if not path.is_file():  # Neither pipes nor devices: they may never end.
            raise PictureError(f"There is no file “{name}” at that place. Check its name and folder.")
        with path.open("rb") as file:
            return _read_file(file)
    except (OSError, ValueError) as error:
        if isinstance(error, PictureError):
            raise
        raise PictureError(f"The file “{name}” cannot be read. Check that it may be opened.") from error


def _read_file(file) -> bytes:
    """At most `MAX_BYTES + 1` bytes of an open file: a stream without an end must not fill the memory."""
    rewinds = hasattr(file, "seekable") and file.seekable()
    if rewinds:
        file.seek(0)  # Streamlit hands out the same upload on every rerun.
    parts, missing = [], MAX_BYTES + 1
    while missing and (part := file.read(missing)):
        if not isinstance(part, bytes):
            raise TypeError('This file was opened as text; open it in binary mode, "rb".')
        parts.append(part)
        missing -= len(part)
    if not missing:
        _check_bytes(file.seek(0, io.SEEK_END) if rewinds else None)
    return b"".join(parts)


def _check_bytes(size: int | None) -> None:
    """Refuse more than `MAX_BYTES`; None stands for more, it is not known how much."""
    if size is None or size > MAX_BYTES:
        found = "larger than 10 MB" if size is None else _readable(size)
        raise PictureError(f"This file is {found}; at most 10 MB can be opened. Save the picture smaller, or as JPEG.")


def _check_size(width: int, height: int) -> None:
    size = f"This picture is {width:,} × {height:,} pixels"
    if width * height > MAX_PIXELS:
        raise PictureError(
            f"{size}, {width * height / 1e6:,.0f} million in all; at most {MAX_PIXELS // 10**6} million can be opened. "
            "Make it smaller first; 1,000 pixels a side are plenty."
        )
    if min(width, height) < MIN_SIDE:
        raise PictureError(f"{size}; at least {MIN_SIDE} × {MIN_SIDE} are needed to see anything. Choose a larger one.")


def _readable(size: int) -> str:
    """A number of bytes for people, rounded up, so that what is over a limit also reads so."""
    if size < 1000:
        return f"{size} bytes"
    if size < 2**20:
        return f"{-(-size // 1024)} kB"
    return f"{-(-size * 10 // 2**20) / 10:.1f} MB"


def _recognise(data: bytes) -> str:
    """The key in `FORMATS` of what these bytes are, by their first few."""
    for name, kind in FORMATS.items():
        if kind.is_this(data):
            return name
    if not data:
        raise PictureError("This file is empty (0 bytes). Copy or download it again, or choose another one.")
    for is_this, sentence in NOT_PICTURES.values():
        if is_this(data):
            raise PictureError(sentence)
    raise PictureError(f"Nothing in this file ({_readable(len(data))}) looks like a picture. {ADVICE}")


def _brands(data: bytes) -> set[bytes]:
    """Names that a file of the ISO family (HEIC, AVIF, MP4) gives itself in its first box; none for other files."""
    if data[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(data[:4], "big"), HEAD)
    return {data[8:12]} | {data[start : start + 4] for start in range(16, end, 4)}


def _text(data: bytes) -> str:
    """The file's beginning in small letters, if it is text (UTF-8, or UTF-16 with its mark); otherwise nothing."""
    encoding = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        # Incremental, since the last character may be cut in two.
        text = codecs.getincrementaldecoder(encoding)().decode(data[:HEAD])
    except UnicodeDecodeError:
        return ""
    is_text = all(letter.isprintable() or letter.isspace() for letter in text)
    return text.strip().lower() if is_text else ""


def _upright(image: ImageFile) -> ImageFile:
    """Turn and mirror a loaded picture as its EXIF orientation asks."""
    with contextlib.suppress(Exception):  # Damaged EXIF data must not cost the picture.
        ImageOps.exif_transpose(image, in_place=True)
    return image


def _to_rgb(image: Image.Image) -> np.ndarray:
    if image.mode in DEEP_MODES:
        return np.repeat(_eight_bits(np.asarray(image))[:, :, None], 3, axis=2)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        return np.array(paper)
    return np.array(image if image.mode == "RGB" else image.convert("RGB"))


def _eight_bits(values: np.ndarray) -> np.ndarray:
    """Grey values of any depth on the scale 0 to 255; Pillow alone would clip them.

    For 16 bits white is 65,535. Files of 32 bits or floats do not say what white is: it is the first of 1, 255 and
    65,535 that no value exceeds, else the largest value. Black is 0, or the least value if that is negative. What is
    not a number is black.
    """
    if values.dtype.kind == "u":
        return ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)
    finite = values[np.isfinite(values)].astype(np.float64)
    black = min(finite.min(initial=0.0), 0.0)
    largest = finite.max(initial=black)
    white = next((level for level in (1.0, 255.0, 65535.0) if largest <= level), largest) if black == 0 else largest
    scaled = (values.astype(np.float64) - black) * (255 / ((white - black) or 1.0))
    return np.rint(np.clip(np.nan_to_num(scaled, nan=0.0), 0, 255)).astype(np.uint8)


# What people upload in good faith that is no picture, or none that is read here, and what to do instead. Web pages
# come before SVG, since a page may hold one.
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
NOT_PICTURES: dict[str, tuple[Callable[[bytes], bool], str]] = {
    "AVIF": (
        lambda data: bool(_brands(data) & {b"avif", b"avis"}),
        "This is an AVIF picture, which cannot be opened here. Save it as PNG or JPEG, or take a screenshot of it.",
    ),
    "HEIC": (
        lambda data: bool(_brands(data) & HEIC_BRANDS),
        "This is an HEIC picture, which cannot be opened here. Export it as JPEG; or, on an iPhone, choose Settings, "
        + "Camera, Formats, Most Compatible and take it again.",
    ),
    "video": (
        lambda data: bool(_brands(data)),
        "This file is a video, not a picture. Take a screenshot of one frame and open that.",
    ),
    "PDF": (
        lambda data: b"%PDF-" in data[:1024],
        "This is a PDF, not a picture. Take a screenshot, or export the page as PNG.",
    ),
    "archive": (
        lambda data: data.startswith(b"PK\x03\x04"),
        "This is a ZIP archive or an Office document, not a picture. Take the picture out of it and open that.",
    ),
    "web page": (
        lambda data: _text(data).startswith(("<!doctype html", "<html")),
        "This file is a web page, not a picture. Open the page in a browser and save the picture itself.",
    ),
    "SVG": (
        lambda data: "<svg" in _text(data),
        "SVG is a drawing made of shapes, not of pixels. Export it as PNG.",
    ),
    "text": (
        lambda data: bool(_text(data)),
        f"This file holds text, not a picture. {ADVICE}",
    ),
}


@dataclass(frozen=True)
class Format:
    """A kind of file that is read.

    Attributes:
        plugin: Pillow's class for it; called with an open file it reads the header. No other plugin is ever reached.
        is_this: Whether these bytes begin as such a file does.
        is_complete: Whether such a file, which could not be decoded, at least has its end.
    """

    plugin: Callable[[BinaryIO], ImageFile]
    is_this: Callable[[bytes], bool]
    is_complete: Callable[[bytes], bool]


FORMATS: dict[str, Format] = {
    "PNG": Format(PngImageFile, lambda data: data.startswith(b"\x89PNG\r\n\x1a\n"), lambda data: b"IEND" in data[-64:]),
    "JPEG": Format(
        JpegImageFile,
        lambda data: data.startswith(b"\xff\xd8\xff"),
        lambda data: b"\xff\xd9" in data[-64:],
    ),
    "WebP": Format(
        WebPImageFile,
        lambda data: data.startswith(b"RIFF") and data[8:12] == b"WEBP",
        lambda data: int.from_bytes(data[4:8], "little") + 8 <= len(data),
    ),
    "GIF": Format(
        GifImageFile,
        lambda data: data.startswith((b"GIF87a", b"GIF89a")),
        lambda data: b";" in data[-4:],
    ),
    # Two letters might also begin a text, but a header always holds zeros.
    "BMP": Format(
        BmpImageFile,
        lambda data: data.startswith(b"BM") and b"\0" in data[2:18],
        lambda data: int.from_bytes(data[2:6], "little") <= len(data),
    ),
    # Pieces may lie anywhere in the file, so its end shows nothing.
    "TIFF": Format(
        TiffImageFile,
        lambda data: data.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")),
        lambda data: False,
    ),
}
