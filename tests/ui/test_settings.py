"""What the server may do, as .streamlit/config.toml and Streamlit's defaults say together."""

import pytest
from streamlit import config

from nnviz.analysis.tables.decoding import MOST_BYTES


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("browser.gatherUsageStats", False),
        ("client.showErrorDetails", "none"),
        ("logger.enableRich", False),
        ("logger.messageFormat", "%(message)s"),
        ("server.enableXsrfProtection", True),
        ("server.enableCORS", True),
        ("server.enableAgentApi", False),
        ("server.enableStaticServing", False),
        ("server.maxUploadSize", MOST_BYTES // 10**6),
    ],
)
def test_the_server_is_set_up_to_be_safe(option, value):
    assert config.get_option(option) == value
