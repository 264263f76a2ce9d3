"""A visitor's own file in a browser: uploaded, understood, ranked; its words plain text, and nowhere else."""

import csv
import io
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from nnviz.pages.your_data.sections import PRESETS

pytestmark = pytest.mark.browser

IMAGE = "<img src=x onerror=document.title='gone'>"
NAMES = (IMAGE, "$$x^2$$ **b** :material/delete:", "=1+sesame", "kind")
QUICK = "your_data?epochs=10&seeds=2&splits=5&hidden=4"


def own_file(rows=60):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(NAMES)
    for i in range(rows):
        writer.writerow(
            [f"{i * 7 % 11}.25", ("<b>red</b>", "$blue$", "")[i % 3], i % 4, ("sesame", "poppy")[i * 7 % 11 > 5]]
        )
    return {"name": "<i>seeds</i>.csv", "mimeType": "text/csv", "buffer": text.getvalue().encode("utf-16")}


def settle(page):
    expect(page.locator("[data-test-script-state=notRunning]")).to_have_count(1)


@pytest.mark.parametrize("width", [1400, 390])
def test_a_file_is_uploaded_and_starts_are_ranked_on_it(visit, server, width):
    visitor = visit(width=width)
    page = visitor.page
    page.goto(f"{visitor.address}/{QUICK}")
    page.locator("input[type=file]").set_input_files(own_file())
    expect(page.locator("p.finding")).to_contain_text("Over 5 splits of the rows")
    expect(page.locator(".st-key-chart-ranking .main-svg").first).to_be_visible()
    settle(page)
    expect(page.get_by_text("“<i>seeds</i>.csv”")).to_be_visible()
    expect(page.get_by_text("60 rows of 4 columns, separated by commas.")).to_be_visible()
    page.get_by_text("What became of each column").click()
    for name in NAMES:
        expect(page.locator(".fates th", has_text=name)).to_be_visible()
    page.get_by_label("What shall the network answer?").click()
    for name in NAMES:
        expect(page.get_by_role("option", name=name, exact=True)).to_be_visible()
    page.get_by_role("option", name=NAMES[2], exact=True).click()
    expect(page.get_by_text("the answer: 4 classes")).to_be_visible()
    settle(page)
    best = page.locator(".st-key-chart-ranking .annotation-text").first.text_content()
    expect(page.get_by_label("Code that starts from")).to_have_value(f"{best}, lowest here")
    assert page.locator("img[src=x], i:text('seeds'), .katex").count() == 0
    assert page.title() != "gone"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert "sesame" not in page.url
    with page.expect_download() as download:
        page.get_by_role("button", name="Columns as CSV").click()
    rows = list(csv.reader(io.StringIO(download.value.path().read_text(encoding="utf-8"))))
    assert [row[0] for row in rows[1:]] == [IMAGE, NAMES[1], "'=1+sesame", "kind"]
    page.get_by_role("button", name="Forget this table").click()
    expect(page.locator("input[type=file]")).to_have_count(1)
    assert "sesame" not in server[1].read_text()


def test_training_is_stopped_right_after_the_upload(visit):
    page = (visitor := visit()).page
    page.goto(f"{visitor.address}/your_data?epochs=1000")
    page.locator("input[type=file]").set_input_files(own_file())
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    expect(page.get_by_text("splits trained, then stopped.")).to_be_visible()


def test_a_file_that_is_too_large_or_no_text_is_refused_in_words(visit):
    page = (visitor := visit()).page
    page.goto(f"{visitor.address}/{QUICK}")
    files = page.locator("input[type=file]")
    files.set_input_files({"name": "big.csv", "mimeType": "text/csv", "buffer": b"1,2\n" * 1_400_000})
    expect(page.get_by_text("must be 5.0MB or smaller")).to_be_visible()
    files.set_input_files({"name": "sheet.csv", "mimeType": "text/csv", "buffer": b"PK\x03\x04" + bytes(100)})
    expect(page.locator(".remarks")).to_contain_text("It is a spreadsheet or an archive, not a CSV file")


def test_settings_and_pages_change_while_the_table_stays(visit):
    page = (visitor := visit()).page
    page.goto(f"{visitor.address}/{QUICK}")
    page.get_by_role("button", name="Try it with an example").click()
    expect(page.locator("p.finding")).to_be_visible()
    settle(page)
    page.get_by_role("link", name="small to large").click()
    expect(page.locator(".st-key-chart-ranking text", has_text="random_normal 5")).to_be_visible()
    expect(page).to_have_url(f"{visitor.address}/your_data?{urlencode(PRESETS[1].query)}")
    settle(page)
    page.get_by_role("link", name="References").click()
    expect(page.get_by_role("heading", name="References")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("178 rows of 14 columns")).to_be_visible()
    expect(page.locator(".st-key-chart-ranking text", has_text="random_normal 5")).to_be_visible()
