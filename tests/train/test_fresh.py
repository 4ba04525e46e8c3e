"""What was made of files is made anew when they change, and only then."""

import os

from cnnviz.train.fresh import Fresh


def test_a_value_is_made_once_until_a_file_changes(tmp_path):
    kept, made = Fresh(10), []
    file = tmp_path / "a"

    def value():
        made.append(file.read_text() if file.exists() else None)
        return made[-1]

    assert [kept.get("a", [file], value) for _ in range(2)] == [None, None]
    file.write_text("one")
    assert [kept.get("a", [file], value) for _ in range(2)] == ["one", "one"]
    file.write_text("two")  # As long as before: only its time tells.
    os.utime(file, ns=(1, file.stat().st_mtime_ns + 1))
    assert kept.get("a", [file], value) == "two"
    file.unlink()
    assert kept.get("a", [file], value) is None
    assert made == [None, "one", "two", None]


def test_only_so_many_are_kept_those_that_were_asked_for_last():
    kept, made = Fresh(2), []
    for key in ("a", "b", "a", "c", "a", "b"):
        kept.get(key, [], lambda key=key: made.append(key))
    assert made == ["a", "b", "c", "b"]


def test_what_is_written_while_it_is_made_is_seen_the_next_time(tmp_path):
    kept, file = Fresh(2), tmp_path / "a"
    file.write_text("old")

    def value():
        found = file.read_text()
        file.write_text("newer")
        return found

    assert kept.get("a", [file], value) == "old"
    assert kept.get("a", [file], value) == "newer"
