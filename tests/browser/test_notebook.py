"""The stage in a real JupyterLab: it stands, plays, answers keys, says its moment, follows Python and the theme."""

import json
import os
import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from nnviz.figures.style.template import DARK, LIGHT
from tests.browser.running import ROOT, free_port, stop, wait_for

pytest.importorskip("anywidget")
pytest.importorskip("jupyterlab")
pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHOWN = """import ipywidgets, nnviz, traitlets
widget = nnviz.show(nnviz.Experiment(epochs=20), nnviz.Experiment(epochs=20, kernel_initializer="zeros"))
said = ipywidgets.Label()
for name in ("moment", "drawn"):
    widget.observe(lambda _: setattr(said, "value", f"moment {widget.moment}, drawn {widget.drawn}"), name)
ipywidgets.VBox([widget, said])"""
CELLS = [SHOWN, "widget.moment = 3"]


def write(path, sources):
    cells = [
        {"cell_type": "code", "id": str(i), "source": source, "metadata": {}, "outputs": [], "execution_count": None}
        for i, source in enumerate(sources)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(book), encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    write(folder / "stage.ipynb", CELLS)
    return folder


@pytest.fixture(scope="module")
def environment(folder):
    """Settings of its own, so that nobody's JupyterLab is touched, and the checkout in the kernel's path."""
    own = {f"JUPYTER_{name}_DIR": str(folder / f".{name.lower()}") for name in ("CONFIG", "DATA", "RUNTIME")}
    own |= {"JUPYTERLAB_SETTINGS_DIR": str(folder / ".settings"), "JUPYTERLAB_WORKSPACES_DIR": str(folder / ".spaces")}
    own |= {"IPYTHONDIR": str(folder / ".ipython"), "PYTHONPATH": str(ROOT)}
    return os.environ | own


@pytest.fixture(scope="module")
def lab(folder, environment):
    port, log = free_port(), folder / "lab.log"
    options = [
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=",
    ]
    options += [
        "--LabApp.news_url=None",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    with log.open("w") as file:
        command = [sys.executable, "-m", "jupyterlab", *options, f"--notebook-dir={folder}"]
        process = subprocess.Popen(command, cwd=folder, stdout=file, stderr=subprocess.STDOUT, env=environment)
    wait_for(f"http://localhost:{port}/api", process, log)
    yield f"http://localhost:{port}"
    stop(process)


def run(page, cell):
    """Run a cell."""
    page.locator(".jp-Notebook .jp-CodeCell .jp-InputArea-editor").nth(cell).click()
    page.keyboard.press("Control+Enter")


def test_the_stage_stands_plays_answers_keys_follows_the_theme_and_speaks_with_python_both_ways(lab, chromium):
    page = chromium.new_page()
    page.set_viewport_size({"width": 1400, "height": 1100})
    errors = []
    page.on("pageerror", lambda error: errors.append(f"{error} {error.stack}"))
    page.goto(f"{lab}/lab/tree/stage.ipynb")
    expect(page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")).to_be_visible()
    run(page, 0)
    stage = page.locator(".jp-OutputArea-output .stage")
    time, said = stage.locator("input[type=range]"), page.locator(".jp-OutputArea-output .widget-label")
    expect(stage.locator("canvas.picture")).to_have_count(2)
    expect(said).to_have_text(re.compile(r"moment \d+, drawn True"))
    stage.get_by_role("button", name="pause").click()  # it plays by itself
    stage.press("Home")
    stage.press("ArrowRight")
    expect(said).to_have_text("moment 1, drawn True")

    run(page, 1)
    expect(said).to_have_text("moment 3, drawn True")
    expect(time).to_have_js_property("value", "3")

    stage.scroll_into_view_if_needed()
    for theme, background in (("Dark", DARK.background), ("Light", LIGHT.background)):
        page.evaluate(
            "(name) => jupyterapp.commands.execute('apputils:change-theme', {theme: name})", f"JupyterLab {theme}"
        )
        expect(stage).to_have_css("--nnviz-background", background)
    expect(time).to_have_js_property("value", "3")  # the moment stays
    page.close()
    assert not [error for error in errors if "nnviz" in error or "stage" in error], errors


def test_a_saved_page_plays_in_an_exported_notebook_without_a_network(folder, environment, chromium):
    cell = "import nnviz\nnnviz.show(nnviz.Experiment(epochs=5), saved=True)"
    write(folder / "saved.ipynb", [cell])
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--execute", "saved.ipynb"]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    page = chromium.new_page()
    page.route(re.compile("^https?:"), lambda route: route.abort())
    page.goto((folder / "saved.html").as_uri(), wait_until="domcontentloaded")
    stage = page.frame_locator("iframe[title=nnviz]").locator(".stage")
    expect(stage.locator("canvas.picture")).to_have_count(1)
    expect(stage.locator(".epoch")).to_have_text("epoch 5 of 5")  # it played to its end
    page.close()
