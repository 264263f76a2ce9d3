"""What an operator sees of a server with visitors: the log's lines, the counters, its health; and nothing of theirs."""

import asyncio
import functools
import json
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from prometheus_client.parser import text_string_to_metric_families
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from bench import session
from bench.session import Session
from tests.browser.running import free_port

pytestmark = pytest.mark.browser

PLANTED = "sesame"  # in everything that a visitor sends
NUMBER = "203.0.113.77"
TABLE = "\n".join([f"{PLANTED},kind", *(f"{i * 7 % 11},{'ab'[i * 7 % 11 > 5]}{PLANTED}" for i in range(40))])


METRICS = free_port()


@pytest.fixture(scope="module")
def observed(start):
    """The host of a server that logs all it can and shows its counters, and its log."""
    port, log = start(
        STREAMLIT_LOGGER_LEVEL="debug", STREAMLIT_SERVER_BASE_URL_PATH="", NNVIZ_METRICS_PORT=str(METRICS)
    )
    return f"localhost:{port}", log


def ask(address, method="GET", **headers):
    """The status, the headers and the body of an answer."""
    request = urllib.request.Request(
        address, method=method, headers={n.replace("_", "-"): v for n, v in headers.items()}
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers, ""


def counters():
    """By name and the values of its labels, in the order of their names, the value of each."""
    status, _, text = ask(f"http://localhost:{METRICS}/metrics")
    assert status == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def lines(log):
    """The log from its start line on, parsed."""
    text = log.read_text()
    return [json.loads(line) for line in text[text.index('{"time"') :].splitlines()]


def soon(true):
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def run(visit):
    """In a thread of its own: Playwright holds the loop of this one."""
    with ThreadPoolExecutor() as pool:
        return pool.submit(asyncio.run, visit).result()


async def lesson(host, meanwhile):
    """A visitor who opens a link, changes a control, pastes a table, sends what no browser would, and goes."""
    async with Session(host) as tab:
        await tab.open(seed="4", epochs="30", sesame="sesame")
        meanwhile()
        await tab.set("Seed", 5)
        await tab.set("Seed", 4)
        assert (await tab.open("lessons", sesame="sesame")).elements
        table = await tab.open("your_data")
        areas = [element.text_area for element in table.elements if element.WhichOneof("type") == "text_area"]
        buttons = {element.button.label: element.button.id for element in table.elements if element.button.id}
        tab.states[areas[0].id] = WidgetState(id=areas[0].id, string_value=TABLE)
        paste = buttons["Read what I pasted"]
        tab.states[paste] = WidgetState(id=paste, trigger_value=True)
        shown = await tab.answer(await tab.ask())
        assert any(PLANTED.encode() in element.SerializeToString() for element in shown.elements)
        tab.states.clear()
        await tab.open(seed="4")
        tab.states["seed"] = WidgetState(id=tab.widgets["Seed"], string_value=PLANTED)
        assert (await tab.answer(await tab.ask())).failed
        await tab.socket.send(PLANTED.encode())


@pytest.fixture(scope="module")
def visited(observed):
    """The counters before a lesson, in it and after it."""
    host, _ = observed
    with pytest.MonkeyPatch.context() as patch:
        headers = {"X-Forwarded-For": NUMBER, "Cookie": f"a={PLANTED}", "X-Nnviz-Session": PLANTED}
        patch.setattr(
            session, "connect",
            functools.partial(session.connect, user_agent_header=PLANTED, additional_headers=headers),
        )  # fmt: skip
        seen = [counters()]
        run(lesson(host, lambda: seen.append(counters())))
    with pytest.raises(InvalidStatus):
        connect(f"ws://{host}/_stcore/stream", origin="http://elsewhere.example", subprotocols=["streamlit"])
    assert ask(f"http://{host}/_stcore/upload_file/{PLANTED}/{PLANTED}", "PUT", X_Forwarded_For=NUMBER)[0] == 403
    soon(lambda: counters()["nnviz_sessions_open",] == 0)
    return *seen, counters()


def test_the_counters_follow_a_lesson(visited):
    before, meanwhile, after = visited
    assert [shot["nnviz_sessions_open",] for shot in visited] == [0, 1, 0]
    assert [shot["nnviz_sessions_total",] for shot in visited] == [0, 1, 1]
    assert before["nnviz_page_seconds_count",] == 0
    assert meanwhile["nnviz_page_runs_total", "finished", "playground"] == 1
    assert after["nnviz_page_runs_total", "finished", "playground"] >= 4
    assert after["nnviz_page_runs_total", "finished", "lessons"] == 1
    assert after["nnviz_page_runs_total", "finished", "your_data"] >= 1
    assert meanwhile["nnviz_results_total", "miss"] == meanwhile["nnviz_trainings_total", "finished"] == 1  # the pair
    assert after["nnviz_results_total", "hit"] >= 2  # back at the first seed
    assert after["nnviz_results_bytes",] > meanwhile["nnviz_results_bytes",] > 1e4
    assert after["nnviz_training_seconds_count",] == after["nnviz_trainings_total", "finished"] >= 2
    assert after["nnviz_workers",] >= 2
    assert after["nnviz_trainings_running",] == after["nnviz_waiting",] == 0
    for what in ("connection", "message", "upload"):
        assert after["nnviz_refused_total", what] == 1
    assert after["nnviz_log_lines_total", "error"] >= 1
    assert not [name for name in after if name[:2] == ("nnviz_page_runs_total", "failed")]


def test_the_log_tells_what_happened_and_nothing_of_whom(observed, visited):
    _, log = observed
    written = lines(log)
    ours = [line for line in written if "from" not in line]
    events = [line["event"] for line in ours if line["event"] not in ("page", "slow page", "training")]
    assert events == ["start", "session opened", "message refused", "session closed", "upload refused"]
    number = ours[1]["session"]
    assert {line["session"] for line in written if "session" in line} == {number}
    assert {line["page"] for line in ours if line["event"] in ("page", "slow page")} == {
        "playground",
        "lessons",
        "your_data",
    }
    errors = [line for line in written if line["level"] == "error"]
    assert errors
    for error in errors:
        assert error["error"] == "ValueError"
        assert error["at"][-1].startswith("streamlit/elements/widgets/number_input.py:")
    assert [line["event"] for line in written if "elsewhere" in line["event"]] == [
        "Rejecting WebSocket connection with disallowed Origin or Host header: "
        f"origin=http://elsewhere.example, host={observed[0]}"
    ]
    for private in (PLANTED, NUMBER, "127.0.0.1", "::1", "upload_file"):
        assert private not in log.read_text()


def test_a_page_of_another_site_makes_the_server_ask_nobody(observed, visited):
    """Streamlit would ask for its own address outside, and say here that it got no answer, or have got one."""
    host, log = observed
    began = time.monotonic()
    for _ in range(3):
        assert ask(f"http://{host}/_stcore/health", Origin="http://elsewhere.example")[0] == 200
    assert time.monotonic() - began < 1
    assert not [line for line in lines(log) if "external IP" in line["event"]]


def test_the_counters_are_not_for_visitors(observed):
    host, _ = observed
    status, headers, _ = ask(f"http://localhost:{METRICS}/metrics")
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain; version=")
    for path in ("/_nnviz/metrics", "/_stcore/metrics"):
        assert ask(f"http://{host}{path}")[0] == 404


def test_it_answers_in_the_middle_of_a_lesson(observed):
    """Eight people press at once; whoever watches the server hears from it meanwhile."""
    host, _ = observed

    async def press(seed):
        async with Session(host) as tab:
            await tab.open(seed=str(seed), b_seed=str(seed + 1))

    async def everybody():
        await asyncio.gather(*map(press, range(100, 108)))

    took, waits = [], counters()["nnviz_wait_seconds_count",]
    with ThreadPoolExecutor() as pool:
        class_ = pool.submit(asyncio.run, everybody())
        while not class_.done():
            began = time.monotonic()
            assert ask(f"http://{host}/_stcore/health")[::2] == (200, "ok")
            assert counters()["nnviz_sessions_open",] <= 8
            took.append(time.monotonic() - began)
            time.sleep(0.05)
        class_.result()
    assert len(took) > 3
    assert max(took) < 5, took  # as long as the probes of deploy/kubernetes.yaml and the Dockerfile wait
    soon(lambda: counters()["nnviz_sessions_open",] == 0)
    assert counters()["nnviz_wait_seconds_count",] > waits
