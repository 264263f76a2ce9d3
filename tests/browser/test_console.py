"""No page leaves an error or a warning on the console, or asks for what is not there; `Visitor` notes all of them."""

import pytest
from playwright.sync_api import expect

from tests.browser.running import ROOT, Visitor

pytestmark = pytest.mark.browser

NAMES = sorted({script.parent.name for script in (ROOT / "nnviz" / "pages").glob("*/page.py")} - {"playground"})
BELOW = "school/nnviz"


@pytest.fixture(scope="module", params=["", BELOW], ids=["root", "path"])
def address(request, start):
    """Where the app is: at the root of its host, or below a path."""
    if not request.param:
        return request.getfixturevalue("server")[0]
    port, _ = start(STREAMLIT_SERVER_BASE_URL_PATH=BELOW)
    return f"http://localhost:{port}/{BELOW}"


def test_the_console_is_clean_on_every_page_opened_loaded_anew_and_come_to_by_a_click(chromium, address):
    visitor = Visitor(chromium, address)
    page, heading = visitor.page, visitor.page.get_by_role("heading", level=1).first
    found = {}

    def look(what):
        expect(heading).to_be_visible()
        expect(page.locator("html:not([data-leaving])")).to_have_count(1)  # it is there, and knows it
        found[what], visitor.errors = visitor.errors, []

    for name in ["", *NAMES]:
        page.goto(f"{address}/{name}")
        look(f"/{name}")
        assert page.url.partition("?")[0] == f"{address}/{name}"
    page.reload()
    look("loaded anew")
    for name in ["Lessons", "Depth", "Playground"]:
        page.get_by_test_id("stTopNavLink").filter(has_text=name).click()
        expect(page.get_by_test_id("stTopNavLink").filter(has_text=name)).to_have_attribute("aria-current", "page")
        look(f"a click on {name}")
    page.reload()
    look("loaded anew after a click")
    page.close()
    assert not {what: errors for what, errors in found.items() if errors}
    assert not visitor.foreign()
    sockets = {url for url in visitor.requests if url.startswith("ws")}
    assert sockets == {f"{address.replace('http', 'ws')}/_stcore/stream"}
