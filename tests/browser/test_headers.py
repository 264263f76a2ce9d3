"""The headers in a browser: what is not ours does not run, and who may frame the app is the operator's to say.

That the pages work under them, all other browser tests show: a violation is an error on the console.
"""

import urllib.error
import urllib.request
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import expect

from tests.browser.running import PATIENCE_SECONDS

pytestmark = pytest.mark.browser

TRIES = {
    "eval": "() => { eval('1'); }",
    "inline script": """() => {
        const script = document.createElement("script");
        script.textContent = "window.ran = true";
        document.body.append(script);
    }""",
    "inline handler": "() => { document.body.insertAdjacentHTML('beforeend', '<img src=x: onerror=\"ran = true\">'); }",
    "foreign script": """() => {
        const script = document.createElement("script");
        script.src = "https://example.invalid/x.js";
        document.body.append(script);
    }""",
    "foreign picture": "() => { new Image().src = 'https://example.invalid/x.png'; }",
    "foreign request": "() => { fetch('https://example.invalid/').catch(() => {}); }",
    "frame": """() => {
        const frame = document.createElement("iframe");
        frame.src = "https://example.invalid/";
        document.body.append(frame);
    }""",
}


@pytest.mark.parametrize("what", TRIES)
def test_what_is_not_ours_is_refused(server, chromium, what):
    page = chromium.new_page()
    page.goto(f"{server[0]}/references")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.evaluate("""() => {
        window.refused = [];
        document.addEventListener("securitypolicyviolation", (event) => window.refused.push(event.violatedDirective));
    }""")
    try:
        # As a page's own script would; Playwright's own way in is not under the policy.
        page.evaluate(f"() => setTimeout({TRIES[what]})")
        page.wait_for_function("() => window.refused.length > 0")
        assert not page.evaluate("() => Boolean(window.ran)")
    finally:
        page.close()


@pytest.mark.parametrize("path", ["/", "/depth", "/_stcore/health", "/static/index.html", "/media/none"])
def test_every_answer_has_the_headers(server, path):
    try:
        answer = urllib.request.urlopen(server[0] + path)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers.get_all("X-Content-Type-Options") == ["nosniff"]
        assert answer.headers["Referrer-Policy"] == "same-origin"


@pytest.fixture(scope="module")
def course():
    """The address of a server with one page of a course, for the app on a port named in its query."""

    class Course(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            port = self.path.partition("?")[2]
            frame = f"<iframe src='http://localhost:{port}/references?embed=true' width=900 height=600></iframe>"
            self.wfile.write(f"<title>A course</title>{frame}".encode())

        def log_message(self, *words):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Course) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def elsewhere(start, course):
    """The port of an app that the course's page may frame, and that answers to some host names only."""
    hosts = "localhost nnviz.example *.school.example"
    return start(NNVIZ_FRAME_ANCESTORS=f"self {course}", STREAMLIT_SERVER_ALLOWED_HOSTS=hosts)[0]


def test_a_course_page_shows_the_app_in_a_frame_only_where_it_is_allowed(server, elsewhere, chromium, course):
    refused = server[0].rpartition(":")[2]
    page = chromium.new_page()
    try:
        inside = page.frame_locator("iframe")
        page.goto(f"{course}/?{elsewhere}")
        expect(inside.get_by_role("heading", name="References", level=1)).to_be_visible()
        with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
            page.goto(f"{course}/?{refused}")
        expect(inside.get_by_role("heading", name="References", level=1)).to_have_count(0)
    finally:
        page.close()


@pytest.mark.parametrize(
    ("host", "status"),
    [("nnviz.example", 101), ("a.school.example:8501", 101), ("school.example", 403), ("evil.example", 403)],
)
def test_a_connection_under_another_host_name_is_refused(elsewhere, host, status):
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    connection = HTTPConnection("localhost", elsewhere, timeout=PATIENCE_SECONDS)
    try:
        headers = {"Host": host, "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", **upgrade}
        connection.request("GET", "/_stcore/stream", headers=headers)
        assert connection.getresponse().status == status
    finally:
        connection.close()


def test_an_upload_without_the_visitors_token_is_refused(elsewhere):
    connection = HTTPConnection("localhost", elsewhere, timeout=PATIENCE_SECONDS)
    try:
        connection.request("PUT", "/_stcore/upload_file/session/file", body=b"x")
        assert connection.getresponse().status == 403
    finally:
        connection.close()
