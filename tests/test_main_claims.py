"""`python -m nnviz claims`."""

import json

import pytest

from nnviz.__main__ import main
from nnviz.analysis import claims


def run(capsys, *arguments):
    try:
        status = main(["claims", *arguments])
    except SystemExit as stop:
        status = int(stop.code or 0)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_a_few_claims_as_a_table(capsys):
    status, out, err = run(capsys, "keras-truncated", "lecun_sums")
    lines = out.splitlines()
    assert (status, err) == (0, "")
    assert lines[0].split() == ["claim", "source", "verdict", "agree", "time", "measured"]
    assert lines[1].startswith("keras_truncated")
    assert "refuted" in lines[1]
    assert "7 of 7 seeds" in lines[1]
    assert "Asked for 0.05000, measured 0.04" in lines[1]
    assert "LeCun et al. 1998" in lines[2]
    assert lines[-1].startswith("2 claims in ")
    assert lines[-1].endswith(": 1 confirmed, 1 refuted.")


def test_json_holds_what_the_library_gives(capsys):
    status, out, _ = run(capsys, "xavier_normal", "--json")
    (record,) = json.loads(out, parse_constant=pytest.fail)["claims"]
    result = claims.check(claims.registry["xavier_normal"])
    assert status == 0
    assert record["numbers"] == dict(result.numbers)
    assert (record["verdict"], record["sentence"]) == (result.verdict, result.sentence)
    assert (record["agree"], record["cases"], record["cases_are"]) == (7, 7, "seeds")
    assert record["source"] == claims.OFTEN_SAID
    assert record["rule"] == claims.registry["xavier_normal"].formula


def test_without_keys_it_runs_them_all(capsys, monkeypatch):
    done = []

    def fake(claim, on_progress=None):
        on_progress(1.0)
        done.append(claim.key)
        return claims.Measured(claim.key, {}, "differs", "So so.", 1.0)

    monkeypatch.setattr(claims, "check", fake)
    status, out, _ = run(capsys)
    assert status == 0
    assert done == list(claims.registry)
    assert f"{len(done)} claims in {len(done)} s: {len(done)} differs." in out


def test_an_unknown_claim_is_one_line_and_status_2(capsys):
    status, out, err = run(capsys, "lecun_sums", "nonsense")
    assert (status, out) == (2, "")
    assert "claim='nonsense': must be one of lecun_sums" in err
    assert err.count("\n") == 1
