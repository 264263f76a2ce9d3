"""The log: one JSON object a line, whoever writes it, and nothing of a visitor's in it."""

import io
import json
import logging
import re
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nnviz.ui.server import counters, log

ROOT = Path(__file__).parents[3]


@pytest.fixture
def written(monkeypatch):
    """What is written from here on by `nnviz`, Streamlit and uvicorn, parsed."""
    factory = logging.getLogRecordFactory()
    stream = io.StringIO()
    loggers = [logging.getLogger(name) for name in ("nnviz", "streamlit.some", "streamlit.config", "uvicorn.error")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        monkeypatch.setattr(logger, "handlers", [logging.StreamHandler(stream)])
        monkeypatch.setattr(logger, "filters", [])
        monkeypatch.setattr(logger, "propagate", False)
        logger.setLevel(logging.DEBUG)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    logging.setLogRecordFactory(log.JsonRecord)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.setLogRecordFactory(factory)
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def test_an_event_is_one_line_with_its_numbers_and_what_the_thread_is_about(written):
    with log.about(page="lessons"), log.about(session="1a"):
        log.tell("page", ms=12, outcome='"odd"\nvalue')
        with ThreadPoolExecutor() as other:
            other.submit(log.tell, "elsewhere").result()
    log.tell("after")
    page, elsewhere, after = written()
    assert page.pop("time").endswith("+00:00")
    assert page == {
        "level": "info", "event": "page", "page": "lessons", "session": "1a", "ms": 12, "outcome": '"odd"\nvalue',
    }  # fmt: skip
    assert set(elsewhere) == set(after) == {"time", "level", "event"}


def test_of_others_lines_the_wording_is_kept_without_what_it_is_filled_in_with(written):
    theirs = logging.getLogger("streamlit.some")
    theirs.warning('%s - "WebSocket %s"', "192.0.2.7:1", "/?seed=sesame")
    theirs.warning(ValueError("sesame"))
    theirs.warning("Rejecting WebSocket connection: origin=%s", "https://moodle.example")
    logging.getLogger("streamlit.config").warning("Port %s is not available", 8501)
    assert [line["event"] for line in written()] == [
        '… - "WebSocket …"',
        "ValueError",
        "Rejecting WebSocket connection: origin=https://moodle.example",
        "Port 8501 is not available",
    ]
    assert {line["from"] for line in written()} == {"streamlit.some", "streamlit.config"}


def test_an_error_is_its_types_and_where_it_came_from_and_nothing_that_it_says(written):
    def fail():
        try:
            int("sesame")
        except ValueError as error:
            error.add_note('In a worker process:\n  File "/x/site-packages/numpy/core.py", line 7, in dot\n    sesame')
            raise KeyError("sesame") from error

    try:
        fail()
    except KeyError as error:
        error.add_note('  File "/x/site-packages/numpy/core.py", line 7, in dot\n    sesame')
        logging.getLogger("streamlit.some").error("Uncaught app execution", exc_info=error)
    (line,) = written()
    assert line["error"] == "KeyError < ValueError"
    assert [frame.split(":")[0] for frame in line["at"]] == ["tests/ui/server/test_log.py"] * 2 + ["numpy/core.py"]
    assert line["at"][1].endswith(" fail")
    assert line["at"][2] == "numpy/core.py:7 dot"
    assert "sesame" not in json.dumps(line)


def test_a_lost_thread_a_warning_and_uvicorn_s_errors_are_lines_too(written, capsys):
    log.begin("info")
    thread = threading.Thread(target=lambda: int("sesame"))
    thread.start()
    thread.join()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = log._warned
        warnings.warn("sesame", RuntimeWarning, stacklevel=1)
    server = logging.getLogger("uvicorn.error")
    server.info('%s - "WebSocket %s" [accepted]', "192.0.2.7:1", "/?seed=sesame")
    server.error("Exception in %s", "sesame")
    text = capsys.readouterr().err
    lost, warned, failed = map(json.loads, text.splitlines())
    assert lost["error"] == "ValueError"
    assert warned["error"] == "RuntimeWarning"
    assert warned["at"][0].startswith("tests/ui/server/test_log.py:")
    assert (failed["from"], failed["event"]) == ("uvicorn", "Exception in …")
    assert "sesame" not in text


def test_what_ends_a_process_and_what_nobody_can_catch_are_lines_too(written):
    log.begin("info")
    log._log.handlers[0].stream = stream = io.StringIO()

    class Untidy:
        def __del__(self):
            raise OSError("sesame")

    Untidy()
    try:
        int("sesame")
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(line["level"], line["error"]) for line in lines] == [("error", "OSError"), ("critical", "ValueError")]
    assert "sesame" not in stream.getvalue()


def test_no_place_in_the_code_fills_the_log_and_the_next_line_says_how_many_were_left_out(written, monkeypatch):
    now = 1000.0
    monkeypatch.setattr(log.time, "monotonic", lambda: now)
    log._log.addFilter(log.Limit(3))
    counted = counters.REGISTRY.get_sample_value("nnviz_log_lines_total", {"level": "warning"})
    for minute in range(2):
        for number in range(10):
            log.tell("again", logging.WARNING, number=number)
        log.tell("else")
        now += 61 * (minute + 1)
    lines = [(line["event"], line.get("number"), line.get("left_out")) for line in written()]
    first = [("again", number, None) for number in range(3)] + [("else", None, None)]
    assert lines == [*first, ("again", 0, 7), *first[1:]]
    assert counters.REGISTRY.get_sample_value("nnviz_log_lines_total", {"level": "warning"}) == counted + 20


def test_the_documentation_names_every_event_and_shows_lines_as_they_are():
    documented = (ROOT / "HOSTING.md").read_text()
    code = "".join(path.read_text() for path in (ROOT / "nnviz").rglob("*.py"))
    events = set(re.findall(r'(?:\btell|_log\.(?:error|critical))\(\s*"([a-z ]+)"', code)) | {"page", "slow page"}
    assert len(events) > 8
    assert {event for event in events if f"`{event}`" not in documented} == set()
    examples = [json.loads(line) for line in documented.split("```json\n")[1].split("\n```")[0].splitlines()]
    assert {line["event"] for line in examples} <= events | {"Uncaught app execution"}
    assert all(list(line)[:3] == ["time", "level", "event"] for line in examples)
