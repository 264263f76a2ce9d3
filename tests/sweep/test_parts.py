"""The folder of finished portions."""

import errno
import os
import time
from contextlib import suppress

import pyarrow.parquet as pq
import pytest

from nnviz.command_line import written_at_once
from nnviz.core.experiment import Experiment
from nnviz.sweep import parts as module
from nnviz.sweep import portion as portions
from nnviz.sweep.parts import PortionFolder
from nnviz.sweep.portion import train_portion

PORTION = Experiment(restarts=3, epochs=2, samples=40, snapshots=3)


@pytest.fixture
def parts(tmp_path):
    parts = PortionFolder(tmp_path / "sweep.parquet.parts")
    parts.prepare()
    return parts


def test_what_is_put_is_got(parts):
    table = train_portion(PORTION)
    assert parts.get(PORTION) is None
    with pytest.raises(FileNotFoundError, match="has gone"):
        parts.whole(PORTION)
    parts.put(table)
    assert parts.get(PORTION).equals(table, check_metadata=True)
    assert parts.get(PORTION.replace(seed=1)) is None
    assert parts.get(PORTION.replace(restarts=2)) is None


def test_another_version_s_portion_is_not_this_one_s(parts, monkeypatch):
    parts.put(train_portion(PORTION))
    monkeypatch.setattr(module, "made_by", lambda: {"nnviz": "another"})
    assert parts.get(PORTION) is None
    assert parts.strangers([PORTION]) == 1


def test_a_file_that_is_not_what_its_name_says_is_not_believed(parts, monkeypatch):
    other = PORTION.replace(seed=50)
    parts.put(train_portion(other))
    parts.path(other).rename(parts.path(PORTION))
    assert parts.get(PORTION) is None
    monkeypatch.setattr(portions, "made_by", lambda: {"nnviz": "another"})
    made_elsewhere = train_portion(PORTION)
    monkeypatch.undo()
    pq.write_table(made_elsewhere, parts.path(PORTION))
    assert parts.get(PORTION) is None
    parts.put(train_portion(PORTION))
    assert parts.get(PORTION) is not None


def test_a_flipped_bit_is_noticed(parts):
    parts.put(train_portion(PORTION))
    path = parts.path(PORTION)
    content = bytearray(path.read_bytes())
    for place in range(4, len(content), 97):
        content[place] ^= 1
        path.write_bytes(content)
        found = parts.get(PORTION)
        assert found is None or found.equals(train_portion(PORTION))  # some bytes, of statistics, carry no value
        content[place] ^= 1


def test_a_name_stands_for_a_whole_file_or_for_the_one_before(tmp_path):
    path = tmp_path / "file"
    path.write_text("before")
    with suppress(KeyboardInterrupt), written_at_once(path) as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
    with written_at_once(path) as file:
        file.write(b"after")
    assert path.read_text() == "after"


def test_a_full_disk_is_told_with_the_file_s_name(tmp_path):
    with pytest.raises(OSError, match="space") as caught, written_at_once(tmp_path / "file"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert caught.value.filename == str(tmp_path / "file")


def test_leftovers_of_killed_writers_go_after_a_while(parts):
    old, young = parts.folder / "a.parquet.1.tmp", parts.folder / "b.parquet.2.tmp"
    for leftover in (old, young):
        leftover.touch()
    os.utime(old, (time.time() - 2 * module.LEFTOVER_SECONDS,) * 2)
    parts.prepare()
    assert list(parts.folder.iterdir()) == [young]
