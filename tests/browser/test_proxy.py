"""Two replicas behind a real nginx with deploy/nginx.conf, at the root and below a path."""

import os
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from tests.browser.running import PATIENCE_SECONDS, ROOT, Visitor, free_port, stop, wait_for

pytestmark = pytest.mark.browser

AROUND = """daemon off;
pid {folder}/pid;
error_log stderr;
events {{}}
http {{
    log_format replicas "$nnviz_visitor $upstream_addr";
    access_log {folder}/requests replicas;
    {temporary}
    {server}
}}
"""
KINDS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def find_nginx():
    path = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if not path and os.environ.get("NNVIZ_NO_SKIPS"):
        pytest.fail("No nginx found: apt-get install nginx-light.")
    return path or pytest.skip("No nginx found, so nothing was tried behind a proxy: apt-get install nginx-light.")


@pytest.fixture(scope="module", params=["", "school/nnviz"], ids=["root", "path"])
def proxied(request, start, tmp_path_factory):
    """The proxy's address, and the ports and logs of the two replicas behind it."""
    nginx = find_nginx()
    path = request.param
    replicas = [start(STREAMLIT_SERVER_BASE_URL_PATH=path, STREAMLIT_SERVER_COOKIE_SECRET="s" * 32) for _ in range(2)]
    port, folder = free_port(), tmp_path_factory.mktemp("nginx")
    server = (ROOT / "deploy" / "nginx.conf").read_text()
    for theirs, ours in [
        ("127.0.0.1:8501", f"127.0.0.1:{replicas[0][0]}"),
        ("127.0.0.1:8502", f"127.0.0.1:{replicas[1][0]}"),
        ("listen 80;", f"listen {port};"),
        ("location / {", f"location /{path}/ {{" if path else "location / {"),
    ]:
        assert server.count(theirs) == 1, f"deploy/nginx.conf has no line with {theirs!r}"
        server = server.replace(theirs, ours)
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in KINDS)
    config, log = folder / "nginx.conf", folder / "nginx.log"
    config.write_text(AROUND.format(folder=folder, temporary=temporary, server=server))
    with log.open("w") as out:
        process = subprocess.Popen([nginx, "-p", folder, "-c", config], stdout=out, stderr=out)
    address = f"http://localhost:{port}/{path}".rstrip("/")
    try:
        wait_for(f"{address}/_stcore/health", process, log)
        yield SimpleNamespace(address=address, replicas=replicas, log=log, requests=folder / "requests")
    finally:
        stop(process)


@pytest.fixture
def visit_proxied(proxied, chromium):
    """Opens the app through the proxy, each time as somebody new."""
    visitors = []

    def new():
        context = chromium.browser.new_context()
        context.set_default_timeout(1000 * PATIENCE_SECONDS)
        visitors.append(Visitor(context, proxied.address))
        return visitors[-1]

    yield new
    for visitor in visitors:
        visitor.page.context.close()
        assert not visitor.errors
        assert not visitor.foreign()
    for log in [proxied.log, *(log for _, log in proxied.replicas)]:
        assert not re.search(r"Traceback|[Ee]rror|Warning|warn", log.read_text()), log.read_text()


def test_a_changed_control_and_a_download(visit_proxied):
    visitor = visit_proxied()
    page = visitor.open("?epochs=30")
    visitor.choose("Activation", "ReLU")
    expect(page).to_have_url(re.compile("activation=relu"))
    visitor.settled()
    page.get_by_text("Take it with you").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="experiment B, JSON", exact=True).click()
    assert "relu" in Path(download.value.path()).read_text()


def test_a_table_is_uploaded_and_ranked(visit_proxied):
    visitor = visit_proxied()
    page = visitor.page
    lines = ["width,kind", *(f"{i * 7 % 11},{'ab'[i * 7 % 11 > 5]}" for i in range(60))]
    page.goto(f"{visitor.address}/your_data?epochs=10&seeds=6&hidden=4")
    page.locator("input[type=file]").set_input_files(
        {"name": "own.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    )
    expect(page.locator("p.finding")).to_contain_text("Over 10 splits")
    page.get_by_test_id("stTopNavLink").filter(has_text="Playground").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Why must a network start from random weights?")
    assert page.url.startswith(f"{visitor.address}/")


def test_visitors_spread_over_the_replicas_and_each_stays_with_one(proxied):
    """The proxy's log tells for every request, those of the tests above too, whose it was and who answered."""
    for _ in range(12):
        with urllib.request.urlopen(proxied.address + "/") as answer:
            cookie = answer.headers["Set-Cookie"].partition(";")[0]
        request = urllib.request.Request(f"{proxied.address}/_stcore/health", headers={"Cookie": cookie})
        for _ in range(3):
            urllib.request.urlopen(request).close()
    answered = defaultdict(set)
    for line in proxied.requests.read_text().splitlines():
        visitor, replica = line.split(" ", 1)
        answered[visitor].add(replica)
    assert len(answered) >= 12
    assert all(len(replicas) == 1 for replicas in answered.values()), answered
    assert set().union(*answered.values()) == {f"127.0.0.1:{port}" for port, _ in proxied.replicas}


@pytest.mark.parametrize("path", ["/_nnviz/metrics", "/_stcore/metrics", "/metrics"])
@pytest.mark.parametrize("headers", [{}, {"X-Real-IP": "127.0.0.1"}, {"Host": "localhost"}])
def test_the_counters_are_not_for_those_who_come_through_the_proxy(proxied, path, headers):
    """Whatever it and they say of where they come from; at an address that is no other thing's, they get the page."""
    try:
        with urllib.request.urlopen(urllib.request.Request(proxied.address + path, headers=headers)) as answer:
            words = answer.read()
    except urllib.error.HTTPError as error:
        words = error.read()
    assert b"_total" not in words
