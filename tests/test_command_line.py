"""What the commands share: every option with every mistake, every encoding, streams and places that fail."""

import errno
import json
import os
import subprocess
import sys
from argparse import _SubParsersAction
from contextlib import suppress
from pathlib import Path

import pytest

from nnviz import command_line
from nnviz.__main__ import _build_parser, main
from nnviz.command_line import check_place, written_at_once

pytestmark = pytest.mark.slow

QUICK = ["--epochs", "3", "--samples", "40"]
DIVERGES = ["--hidden", "64,64,64", "--activation", "relu", "--learning-rate", "1000"]


@pytest.fixture
def nnviz(capsys, tmp_path, monkeypatch):
    """Runs a command in a folder of its own: exit status, output, errors."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        try:
            status = main(arguments)
        except SystemExit as stop:
            status = int(stop.code or 0)
        return status, *capsys.readouterr()

    return run


def commands():
    """The parser of each command; the options before one are the app's."""
    (found,) = (action for action in _build_parser()._actions if isinstance(action, _SubParsersAction))
    return found.choices


TABLE = Path(__file__).with_name("table.csv")
REQUIRED = {"sweep": ["--out", "s.csv"], "rank": [str(TABLE)]}
OPTIONS = [
    (command, action.option_strings[-1])
    for command, parser in commands().items()
    for action in parser._actions
    if action.option_strings and action.nargs != 0
]
MISTAKES = ["", " ", "²", "٣", "-1", "nan", "9" * 5000, "\0", "<b>", "x" * 10_000, "2,²,3", "-inf"]
PYTHON_S_OWN = ["invalid literal", "could not convert", "invalid int value", "embedded null", "Traceback", "Error"]


@pytest.mark.parametrize(("command", "option"), OPTIONS)
@pytest.mark.parametrize("text", MISTAKES, ids=lambda text: repr(text)[:12])
def test_a_mistake_in_any_option_is_one_sentence(nnviz, tmp_path, command, option, text):
    required = [] if option == "--out" else REQUIRED.get(command, [])
    status, out, err = nnviz(command, *required, f"{option}={text}")
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert option in err or option.lstrip("-").replace("-", "_") in err
    assert len(err) < 12_000
    assert not [words for words in PYTHON_S_OWN if words in err]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_no_option_is_taken_twice(nnviz, command, option):
    value = {
        "--save": "p.html",
        "--out": "s.csv",
        "--shape": "2,3",
        "--scheduler": "tcp://127.0.0.1:1",
        "--seeds": "1",
        "--splits": "5",
        "--starts": "zeros",
        "--answer": "auto",
    }.get(option)
    name = option.lstrip("-").replace("-", "_")
    value = value or command_line.field_text(name, getattr(command_line.DEFAULT, name, 1))
    required = [] if option == "--out" else REQUIRED.get(command, [])
    status, out, err = nnviz(command, *required, option, value, option, value)
    assert (status, out) == (2, "")
    assert err == f"nnviz {command}: argument {option}: is given twice\n"


@pytest.mark.parametrize("save", ["", " ", ".", "p.txt", "p", ".html", "p.html.gz", "folder/"])
def test_a_page_has_the_ending_of_a_page(nnviz, save):
    status, out, err = nnviz("train", *QUICK, "--save", save)
    assert (status, out) == (2, "")
    assert "--save" in err
    assert err.count("\n") == 1


def test_what_is_no_option_is_asked_about(nnviz):
    words = "nnviz train: '--kernel-initialiser': there is no such option; do you mean --kernel-initializer?\n"
    assert nnviz("train", "--kernel-initialiser", "zeros") == (2, "", words)
    assert nnviz("train", "--wings") == (2, "", "nnviz train: '--wings': there is no such option.\n")


# Places.


def places(folder):
    """What a user may name, and the error."""
    (folder / "folder.html").mkdir()
    (folder / "file").touch()
    (folder / "loop.html").symlink_to("loop.html")
    return {
        "missing/p.html": errno.ENOENT,
        "folder.html": errno.EISDIR,
        "file/p.html": errno.ENOTDIR,
        "n" * 300 + ".html": errno.ENAMETOOLONG,
        "loop.html": errno.ELOOP,
    }


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other errors for these.")
def test_a_place_is_checked_before_any_training_and_named_as_the_user_did(nnviz, tmp_path, monkeypatch):
    monkeypatch.setattr("nnviz.train", pytest.fail)
    before = None
    for place, number in places(tmp_path).items():
        before = before or sorted(tmp_path.iterdir())
        status, out, err = nnviz("train", *QUICK, "--save", place)
        assert (status, out, err) == (1, "", f"nnviz: {place}: {os.strerror(number)}\n")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("place", ["taken.html", "pipe.html"])
def test_what_may_not_be_written_is_left_as_it_is(nnviz, tmp_path, monkeypatch, place):
    monkeypatch.setattr("nnviz.train", pytest.fail)
    (tmp_path / "taken.html").write_text("mine", encoding="utf-8")
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "taken.html")  # root may write all
    if place == "pipe.html":
        if not hasattr(os, "mkfifo"):
            pytest.skip("There are no such files here.")
        os.mkfifo(tmp_path / place)
    status, out, err = nnviz("train", *QUICK, "--save", place)
    assert (status, out, err) == (1, "", f"nnviz: {place}: {os.strerror(errno.EACCES)}\n")
    assert (tmp_path / "taken.html").read_text(encoding="utf-8") == "mine"


def test_checking_leaves_no_trace(tmp_path):
    (tmp_path / "there.html").write_text("mine", encoding="utf-8")
    check_place(tmp_path / "there.html")
    check_place(tmp_path / "new.html")
    assert [path.name for path in tmp_path.iterdir()] == ["there.html"]
    assert (tmp_path / "there.html").read_text(encoding="utf-8") == "mine"


def test_a_link_to_a_file_stays_one(tmp_path):
    (tmp_path / "link").symlink_to("file")
    with written_at_once(tmp_path / "link") as file:
        file.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"new"


def test_the_longest_name_can_be_written(tmp_path):
    place = tmp_path / ("n" * 250 + ".html")
    check_place(place)
    with written_at_once(place) as file:
        file.write(b"new")
    assert place.read_bytes() == b"new"


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_page_that_cannot_be_written_after_all_takes_no_result_with_it(nnviz, tmp_path, monkeypatch, form):
    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    status, out, err = nnviz("train", *QUICK, "--save", "p.html", *form)
    assert (status, err) == (1, "nnviz: p.html: No space left on device\n")
    assert "Saved" not in out
    assert json.loads(out)["runs"] if form else "60 samples in " in out
    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_another_file_keeps_its_name(tmp_path):
    with pytest.raises(FileNotFoundError) as caught, written_at_once(tmp_path / "p"):
        (tmp_path / "other").read_bytes()
    assert caught.value.filename == str(tmp_path / "other")
    assert list(tmp_path.iterdir()) == []


def test_want_of_memory_is_a_sentence(nnviz, monkeypatch):
    def short(*_):
        raise MemoryError

    monkeypatch.setattr("nnviz.train", short)
    assert nnviz("train", *QUICK) == (1, "", "nnviz: not enough memory\n")


# Encodings: in processes of their own, for a process keeps the one it began with.

ALL = """
import sys
from nnviz import __main__
for arguments in {commands}:
    try:
        status = __main__.main(arguments)
    except SystemExit as stop:
        status = stop.code
    print(f"== {{status}}")
"""
COMMANDS = [
    ["initializers"], ["datasets"], ["train", *QUICK], ["train", *QUICK, *DIVERGES], ["--help"], ["train", "--help"],
    ["sweep", "--help"], ["claims", "lecun_sums"], ["initializers", "--json"], ["datasets", "--json"],
    ["train", *QUICK, *DIVERGES, "--json"], ["train", "--epochs", "²₀"], ["claims", "²₀"],
]  # fmt: skip


def printed(tmp_path, **environment):
    code = ALL.format(commands=ascii(COMMANDS))
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONIOENCODING", "LC_ALL", "LANG")} | environment
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, cwd=tmp_path, env=environment, timeout=120
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    done = printed(tmp_path_factory.mktemp("whole"), PYTHONIOENCODING="utf-8", PYTHONPATH=str(Path.cwd()))
    return done.stdout.decode("utf-8"), done.stderr.decode("utf-8")


def comparable(text):
    """Without what a clock says, and columns as wide as that made them."""
    return [" ".join(line.split()) for line in text.splitlines() if " s" not in line and '"seconds"' not in line]


@pytest.mark.parametrize(
    ("encoding", "environment"),
    [
        ("cp1252", {"PYTHONIOENCODING": "cp1252"}),
        ("ascii", {"PYTHONIOENCODING": "ascii"}),
        ("latin-1", {"PYTHONIOENCODING": "latin-1"}),
        ("ascii", {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
    ],
)
def test_output_is_whole_in_any_encoding(tmp_path, whole, encoding, environment):
    done = printed(tmp_path, PYTHONPATH=str(Path.cwd()), **environment)
    out, err = done.stdout.decode(encoding), done.stderr.decode(encoding)
    expected = whole[0].encode(encoding, "replace").decode(encoding)
    assert comparable(out) == comparable(expected)
    assert [line for line in out.splitlines() if line.startswith("== ")] == ["== 0"] * 11 + ["== 2"] * 2
    assert [len(text.splitlines()) for text in (err, whole[1])] == [2, 2]
    assert "Traceback" not in err


def test_a_page_is_utf_8_whatever_the_locale(tmp_path):
    command = [sys.executable, "-m", "nnviz", "train", *QUICK, "--kernel-initializer", "zeros", "--save"]
    environment = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [*command, str(tmp_path / "ü.html")], capture_output=True, check=False, env=os.environ | environment
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert '<meta charset="utf-8">' in (tmp_path / "ü.html").read_text(encoding="utf-8").lower()


# Streams that are closed or full.


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such redirection.")
@pytest.mark.parametrize(
    ("redirection", "statuses"),
    [
        ("<&- >&- 2>&-", 0),
        ("> /dev/full", 1),
        ("2> /dev/full", 0),
        ("| head -1", 0),
    ],
)
@pytest.mark.parametrize(
    "command", [["--help"], ["train", *QUICK, "--save", "p.html"], ["sweep", "--out", "p.csv", *QUICK, "--jobs", "1"]]
)
def test_a_stream_that_fails_costs_at_most_a_line_and_never_the_file(tmp_path, command, redirection, statuses):
    if "/dev/full" in redirection and not Path("/dev/full").exists():
        pytest.skip("There is no such device here.")
    words = " ".join([sys.executable, "-m", "nnviz", *command])
    done = subprocess.run(
        ["sh", "-c", f"{words} {redirection}"],
        capture_output=True, text=True, check=False, cwd=tmp_path, timeout=120,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip
    assert done.returncode == statuses
    assert done.stderr == ("nnviz: No space left on device\n" if redirection == "> /dev/full" else "")
    for option in ("--save", "--out"):
        with suppress(ValueError):
            assert (tmp_path / command[command.index(option) + 1]).stat().st_size > 100


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such redirection.")
@pytest.mark.parametrize("redirection", ["2>&-", "2> /dev/full"])
def test_a_mistake_that_nobody_hears_is_status_2_and_not_printed_elsewhere(redirection):
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m nnviz train --epochs 0 {redirection}"],
        capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (2, b"", b"")
