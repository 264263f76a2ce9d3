from nnviz.ui.server import processors


def test_cores_are_those_that_the_process_may_use(monkeypatch, tmp_path):
    limit = tmp_path / "cpu.max"
    monkeypatch.setattr(processors, "CGROUP", limit)
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: set(range(8)), raising=False)
    assert processors.cores() == 8
    for text, expected in (("max 100000", 8), ("250000 100000", 2), ("50000 100000", 1), ("1600000 100000", 8)):
        limit.write_text(text)
        assert processors.cores() == expected
