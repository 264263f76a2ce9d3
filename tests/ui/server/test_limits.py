"""What a server takes on: as much as it is told, as far as the system lets it open files."""

import pytest

from nnviz.ui.server import limits


def test_limits_are_set_in_the_environment():
    found = limits.limits(
        {"NNVIZ_SESSIONS": " 50", "NNVIZ_UPLOADS_MB": "7", "NNVIZ_TABLES_MB": "8", "NNVIZ_REQUEST_SECONDS": "3"}
    )
    assert (found.sessions, found.connections, found.upload_bytes) == (50, 400, 7_000_000)
    assert (found.table_bytes, found.request_seconds, found.upload_seconds) == (8_000_000, 3, 18)
    assert limits.limits({}) == limits.Limits()


@pytest.mark.parametrize("variable", limits.SETTINGS)
@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "many", "²", "1e3", "9" * 5000])
def test_what_is_no_number_stops_the_start_with_a_sentence(variable, text):
    with pytest.raises(ValueError, match=f"^{variable} is .*; it must be a whole number from 1 on"):
        limits.limits({variable: text})


@pytest.mark.parametrize("files", [0, 256, 600, 1024, 4096, 65_536])
def test_no_more_is_taken_on_than_files_can_be_opened_for(files):
    found = limits.limits({"NNVIZ_SESSIONS": "100000"}, files)
    assert found.sessions >= 1
    kept = limits.FILES_OF_A_SESSION * (found.sessions + limits.KEPT_SESSIONS)
    if found.sessions > 1:
        assert limits.FILES_OF_THE_REST + kept + found.connections <= files
