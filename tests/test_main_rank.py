"""`python -m nnviz rank`: what it prints, and what it refuses."""

import json
from pathlib import Path

import pytest

import nnviz
from nnviz.__main__ import main

TABLE = Path(__file__).with_name("table.csv")
QUICK = ["--epochs", "30", "--splits", "5", "--seeds", "2", "--starts", "zeros", "he_normal", "glorot_uniform"]


def run(capsys, *arguments):
    status = main(["rank", *map(str, arguments)])
    return status, *capsys.readouterr()


def test_json_has_the_headline_the_winner_and_a_record_for_each_start(capsys):
    status, out, err = run(capsys, TABLE, "--target", "kind", "--json", *QUICK)
    assert (status, err) == (0, "")
    record = json.loads(out)
    assert record["beats_baseline"] is True
    assert record["winner"] is None
    assert "Over 5 splits of the rows and 2 seeds in each" in record["headline"]
    assert {each["initializer"] for each in record["ranking"]} == {"zeros", "he_normal", "glorot_uniform"}
    assert record["ranking"][-1]["initializer"] == "zeros"
    assert [each["name"] for each in record["baselines"]] == ["a guess", "logistic regression"]
    assert record["target"] == "kind"
    assert any("40 rows" in sentence for sentence in record["table"])


def test_a_table_says_the_same(capsys):
    record = json.loads(run(capsys, TABLE, "--json", *QUICK)[1])
    status, out, _ = run(capsys, TABLE, *QUICK)
    assert status == 0
    for text in (*record["sentences"], *record["table"], "logistic regression", "a guess", "too close to call"):
        assert text in out


def test_another_target_and_recipe(capsys):
    status, out, _ = run(capsys, TABLE, "--target", "height", "--hidden", "none", "--json", *QUICK)
    record = json.loads(out)
    assert (status, record["classes"]) == (0, [])
    assert record["baselines"][1]["name"] == "linear regression"
    assert record["ranking"][0]["accuracy"] is None


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--target", "kin"], 2, "--target 'kin': there is no such column; do you mean kind?"),
        (["--target", "xyz"], 2, "its columns are height, colour, kind."),
        (["--target", "colour", "--answer", "number"], 2, "holds texts"),
        (["--starts", "zeros", "zeros"], 2, "starts: one is named twice."),
        (["--epochs", "1000000"], 2, "times the work that is allowed"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(capsys, arguments, status, words):
    got, out, err = run(capsys, TABLE, *arguments)
    assert (got, out) == (status, "")
    assert words in err
    assert err.count("\n") == 1


def test_a_file_that_is_not_there_or_no_table_is_told_in_a_line(capsys, tmp_path):
    missing = tmp_path / "none.csv"
    assert run(capsys, missing) == (1, "", f"nnviz: {missing}: No such file or directory\n")
    sheet = tmp_path / "sheet.csv"
    sheet.write_bytes(b"PK\x03\x04" + bytes(100))
    status, _, err = run(capsys, sheet)
    assert status == 2
    assert "spreadsheet" in err
    big = tmp_path / "big.csv"
    big.write_bytes(b"1,2\n" * 1_400_000)
    assert "at most 5 MB" in run(capsys, big)[2]


def test_rank_is_loaded_only_when_asked_for():
    assert callable(nnviz.rank)
    with pytest.raises(AttributeError, match="'ranks'"):
        nnviz.ranks  # noqa: B018
