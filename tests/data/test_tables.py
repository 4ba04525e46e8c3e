"""CSV files as programs and people write them: read as they are meant, or refused with a sentence that helps."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.data import files
from cnnviz.data.tables import MAX_ROWS, read_table
from cnnviz.errors import ArrayError


def read(text, encoding="utf-8"):
    return read_table(text.encode(encoding))


def columns(text, encoding="utf-8"):
    return {name: values.tolist() for name, values in read(text, encoding).columns.items()}


def refusal(source):
    """The sentence with which a file is refused, which shows nothing of Python."""
    with pytest.raises(ArrayError) as caught:
        read_table(source if isinstance(source, bytes) else source.encode())
    sentence = str(caught.value)
    assert sentence.endswith(".") and len(sentence) < 300
    assert not any(word in sentence.lower() for word in ("traceback", "codec", "delimiter", "none", "nan)"))
    return sentence


# ---- what is read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1\n2\n3\n", {"Column 1": [1, 2, 3]}),
        ("volts\n1.5\n−2\n", {"volts": [1.5, -2]}),
        ("volts\n1,5\n-2,25\n", {"volts": [1.5, -2.25]}),
        ("t,v\n0,1.5\n1,2.5\n", {"t": [0, 1], "v": [1.5, 2.5]}),
        ("t;v\n0,5;1,5\n1,0;2,5\n", {"t": [0.5, 1], "v": [1.5, 2.5]}),
        ("t;v\n0.5;1.234,5\n1;1,234.5\n", {"t": [0.5, 1], "v": [1234.5, 1234.5]}),
        ("t\tv\n0\t1\n1\t2\n", {"t": [0, 1], "v": [1, 2]}),
        ("t|v\n0|1\n1|2\n", {"t": [0, 1], "v": [1, 2]}),
        ("0 1.5\n1  2.5\n2 3.5\n", {"Column 1": [0, 1, 2], "Column 2": [1.5, 2.5, 3.5]}),
        ('"t","v"\n"0","1"\n"1","2"\n', {"t": [0, 1], "v": [1, 2]}),
        ("t,v\r\n0,1\r\n1,2\r\n", {"t": [0, 1], "v": [1, 2]}),
        ("t,v\r0,1\r1,2\r", {"t": [0, 1], "v": [1, 2]}),
        ("# a remark\n\nv\n\n1\n  \n2\n", {"v": [1, 2]}),
        ("sep=;\nv;w\n1;2\n3;4\n", {"v": [1, 3], "w": [2, 4]}),
        ("v;\n1;\n2;\n", {"v": [1, 2]}),
        ("v,v,\n1,2,3\n4,5,6\n", {"v": [1, 4], "v (2)": [2, 5], "Column 3": [3, 6]}),
        ("v\n1e3\n-2.5E-1\n+3\n", {"v": [1000, -0.25, 3]}),
        ("v\n1\n2", {"v": [1, 2]}),
    ],
)
def test_numbers_however_they_are_written(text, expected):
    assert columns(text) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16", "cp1252"])
def test_texts_however_they_are_encoded(encoding):
    assert columns("Länge;Größe\n1;2\n3;4\n", encoding) == {"Länge": [1, 3], "Größe": [2, 4]}


def test_columns_that_are_not_numbers_are_left_out_with_a_reason():
    table = read("day,v,w,x\nMon,1,,3\nTue,2,5,nan\n")
    assert list(table.columns) == ["v"]
    assert table.left_out == {"day": "row 2 holds “Mon”", "w": "row 2 is empty", "x": "row 3 holds “nan”"}
    assert table.separated == "commas"


@pytest.mark.parametrize("cell", ["nan", "inf", "-inf", "1e31", "1_000", "0x10", "--1"])
def test_cells_that_are_no_number(cell):
    assert read(f"a,b\n1,2\n3,{cell}\n").left_out == {"b": f"row 3 holds “{cell}”"}


@pytest.mark.parametrize("head", ["", "v\n", "sep=;\nv\n", "# a remark\n\nv\n"])
@pytest.mark.parametrize(("rows", "is_cut"), [(MAX_ROWS, False), (MAX_ROWS + 1, True), (MAX_ROWS + 500, True)])
def test_a_long_file_is_cut_and_says_so(head, rows, is_cut):
    table = read(head + "".join(f"{number}\n" for number in range(rows)))
    assert table.is_cut is is_cut
    (values,) = table.columns.values()
    np.testing.assert_array_equal(values, np.arange(MAX_ROWS))


def test_files_paths_and_bytes(tmp_path):
    data = b"v\n1\n2\n"
    (tmp_path / "a.csv").write_bytes(data)
    file = io.BytesIO(data)
    file.read()
    for source in (data, bytearray(data), memoryview(data), tmp_path / "a.csv", str(tmp_path / "a.csv"), file):
        assert read_table(source).columns["v"].tolist() == [1, 2]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.lists(st.floats(-1e20, 1e20), min_size=2, max_size=2), min_size=2, max_size=20),
    st.sampled_from([",", ";", "\t", "|"]),
    st.booleans(),
    st.booleans(),
)
def test_what_is_written_is_read(rows, separator, decimal_comma, names):
    comma = decimal_comma and separator != ","
    lines = [separator.join(repr(value).replace(".", "," if comma else ".") for value in row) for row in rows]
    table = read("\n".join(["first" + separator + "second", *lines] if names else lines))
    np.testing.assert_array_equal(np.stack(list(table.columns.values()), axis=1), rows)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_with_a_sentence(data):
    try:
        table = read_table(data)
    except ArrayError as problem:
        assert str(problem).endswith(".")
    else:
        assert table.columns and all(np.isfinite(column).all() for column in table.columns.values())


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet='0123456789.,;-eE "\n\t|#ab', max_size=200))
def test_any_text_is_read_or_refused_with_a_sentence(text):
    try:
        table = read_table(text.encode())
    except ArrayError as problem:
        assert str(problem).endswith(".")
    else:
        assert len({len(column) for column in table.columns.values()}) == 1


# ---- what is refused


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("", "This file is empty (0 bytes)."),
        ("\n  \n", "This file has no lines."),
        ("# only a remark\n", "This file has no lines."),
        (
            "name,town\nAnn,Rome\nBo,Paris\n",
            "No column of this file is numbers throughout: in “name”, row 2 holds “Ann”.",
        ),
        (
            "This is a letter.\nDear reader,\nhow are you?\n",
            "No column of this file is numbers throughout: in “This is a letter.”, row 2 holds “Dear reader,”.",
        ),
        ("Dear reader\nwhat is this, and why, then?\n", "There are no numbers in this file."),
        ("a,b\n1,2\n3\n", "Row 3 of this file has 1 cell, row 1 has 2"),
        ("a;b\n1,5;2,5\n3\n", "Row 3 of this file has 1 cell, row 1 has 2"),
        ("a,b\n", "This file has no row of numbers; a signal needs at least two."),
        ("1,2,3\n", "This file has one row; a signal needs at least two."),
        ("v\n1\nnan\n", "No column of this file is numbers throughout: in “v”, row 3 holds “nan”."),
        (",\n,\n,\n", "No column of this file is numbers throughout: all cells are empty."),
        (b"\x00\x01\x02\x03" * 50, "This file is not text: it holds 200 control characters at its beginning."),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "This file is not text"),
        (b"PK\x03\x04" + bytes(60), "This is an Excel workbook or a ZIP archive"),
        (",".join("1" * 201) + "\n" + ",".join("1" * 201), "This file has 201 columns; at most 200 can be read."),
        ("1," * 60_000, "A line of this file has more than 100,000 characters."),
    ],
)
def test_refused_with_a_sentence(source, sentence):
    assert refusal(source).startswith(sentence)


def test_a_file_over_64_mb_is_refused_unread(monkeypatch):
    monkeypatch.setattr(files, "MAX_BYTES", 10)
    assert refusal("v\n1\n2\n3\n4\n5\n") == (
        "This file is larger than 64 MB, the most that can be read. Save a part of it and open that."
    )
    assert files.read_bytes(b"1234567890") == b"1234567890"


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ArrayError, match=r"The file “gone.csv” cannot be read"):
        read_table(tmp_path / "gone.csv")
