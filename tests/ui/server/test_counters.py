"""The counters, as another reader of Prometheus's text form finds them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from nnviz.ui.server import counters

HOSTING = Path(__file__).parents[3] / "HOSTING.md"


def families():
    return {
        family.name: family for family in text_string_to_metric_families(generate_latest(counters.REGISTRY).decode())
    }


def test_every_counter_is_there_from_the_start_says_what_it_is_and_stands_in_the_documentation():
    found = {name: family for name, family in families().items() if name.startswith("nnviz_")}
    documented = HOSTING.read_text()
    assert len(found) > 10
    names = set()
    for name, family in found.items():
        assert family.documentation
        assert family.type in ("counter", "gauge", "histogram")
        names.add(f"{name}_total" if family.type == "counter" else name)
    assert {name for name in names if f"`{name}`" not in documented} == set()
    assert {name.removesuffix("_bucket") for name in re.findall(r"nnviz_[a-z_]+", documented)} == names


def test_no_label_is_made_of_what_a_visitor_sends():
    labels = {label for family in families().values() for sample in family.samples for label in sample.labels}
    assert labels <= {"le", "page", "outcome", "what", "found", "level"}


def test_worker_processes_are_counted_with_their_memory(monkeypatch):
    for gauge in (counters.WORKERS, counters.WORKERS_MEMORY):
        monkeypatch.setattr(gauge, "_child_samples", gauge._child_samples)
    code = "import sys; print(flush=True); sys.stdin.read()"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        process.stdout.readline()
        counters.look_at(lambda: [process.pid, 2**22 + 1])  # the second has ended
        found = {name: family.samples[0].value for name, family in families().items() if family.type == "gauge"}
        assert found["nnviz_workers"] == 2
        if not Path("/proc/self/statm").exists():
            pytest.skip("The system does not say what a process holds.")
        assert 1e6 < found["nnviz_workers_resident_memory_bytes"] < 1e9
    finally:
        process.communicate()
