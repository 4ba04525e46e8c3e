"""Files through the real uploader: every format that is promised, and everything that people upload by mistake."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from cnnviz.data.samples import load_sample

from .conftest import Server
from .helpers import choose_source, digit_png, encoded, expect_answer, settle, upload, upload_digit

SEVEN = Image.fromarray(load_sample("digit_7"))


def turned_by_exif() -> bytes:
    """Lying on its side, with the remark that it is to be turned upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(SEVEN.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif)


def transparent() -> bytes:
    """Black everywhere; only its opacity shows the digit."""
    picture = Image.new("RGBA", SEVEN.size, "black")
    picture.putalpha(SEVEN.convert("L").point(lambda value: 255 - value))
    return encoded(picture, "PNG")


def animated() -> bytes:
    """The digit, and an empty page after it."""
    return encoded(SEVEN, "GIF", save_all=True, append_images=[Image.new("RGB", SEVEN.size, "white")])


def sixteen_bits() -> bytes:
    return encoded(Image.fromarray(np.asarray(SEVEN.convert("L")).astype(np.uint16) * 257), "PNG")


FORMATS = {
    "plain.png": lambda: encoded(SEVEN, "PNG"),
    "plain.jpg": lambda: encoded(SEVEN, "JPEG"),
    "plain.webp": lambda: encoded(SEVEN, "WEBP"),
    "plain.bmp": lambda: encoded(SEVEN, "BMP"),
    "animated.gif": animated,
    "plain.tiff": lambda: encoded(SEVEN, "TIFF"),
    "turned_by_exif.jpg": turned_by_exif,
    "transparent.png": transparent,
    "palette.png": lambda: encoded(SEVEN.quantize(16), "PNG"),
    "cmyk.jpg": lambda: encoded(SEVEN.convert("CMYK"), "JPEG"),
    "sixteen_bits.png": sixteen_bits,
}


@pytest.mark.parametrize("name", FORMATS)
def test_digit_in_each_format_is_read(page: Page, name: str) -> None:
    choose_source(page, "Upload")
    upload(page, name, FORMATS[name]())
    expect_answer(page, "7")
    expect(page.get_by_role("main").get_by_role("img", name=f"The picture {name}.")).to_be_visible()


def huge_png() -> bytes:
    """20,000 × 20,000 white pixels of one bit, in a few kB."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 20_000, 20_000, 1, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xff" * 2500) * 20_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def cut_jpeg() -> bytes:
    whole = encoded(SEVEN, "JPEG")
    return whole[: len(whole) // 2]


BAD = {
    "empty.png": (lambda: b"", "This file is empty"),
    "text.png": (lambda: b"This is not a picture at all.\n" * 9, "This file holds text, not a picture"),
    "cut.jpg": (cut_jpeg, "ends too early or is damaged"),
    "huge.png": (huge_png, "This picture is 20,000 × 20,000 pixels, 400 million in all"),
    "dot.png": (lambda: encoded(Image.new("L", (1, 1)), "PNG"), "This picture is 1 × 1 pixels"),
    "line.png": (lambda: encoded(Image.new("L", (1, 5000)), "PNG"), "This picture is 1 × 5,000 pixels"),
    "shapes.svg": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG is a drawing made of shapes"),
    "phone.heic": (lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200), "This is an HEIC picture"),
    "paper.pdf": (lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(200), "This is a PDF, not a picture"),
}
STACK_TRACE = ("Traceback", "Error:", "Exception", ".py")


@pytest.mark.parametrize("name", BAD)
def test_bad_file_gets_one_sentence_and_changes_nothing(page: Page, server: Server, name: str) -> None:
    upload_digit(page, "digit_7", "7")
    make, sentence = BAD[name]
    upload(page, name, make())
    expect(page.get_by_role("alert")).to_have_count(1)
    expect(page.get_by_role("alert")).to_contain_text(sentence)
    expect_answer(page, "7")
    shown = page.get_by_role("main").inner_text()
    assert not [word for word in STACK_TRACE if word in shown]
    assert server.is_healthy()
    upload(page, "digit_3.png", digit_png("digit_3"))
    expect_answer(page, "3")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_large_file_is_refused_in_the_browser(page: Page) -> None:
    upload_digit(page, "digit_7", "7")
    upload(page, "large.png", digit_png("digit_3") + bytes(10 * 2**20))
    expect(page.get_by_text("File must be 10.0MB or smaller.")).to_be_visible()
    expect_answer(page, "7")
    upload(page, "digit_3.png", digit_png("digit_3"))
    expect_answer(page, "3")


def test_taking_the_file_away_keeps_the_answer(page: Page) -> None:
    upload_digit(page, "digit_7", "7")
    page.get_by_role("button", name="Remove digit_7.png").click()
    settle(page)
    expect_answer(page, "7")


def test_picture_without_ink_is_not_read(page: Page) -> None:
    choose_source(page, "Upload")
    upload(page, "white.png", encoded(Image.new("L", (100, 100), 255), "PNG"))
    expect(page.get_by_text("There is no ink in this picture")).to_be_visible()
    expect(page.get_by_text("Predicted: ")).to_have_count(0)
