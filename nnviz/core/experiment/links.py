"""What a link holds on the way: settings, and what mailers, advertisers and Streamlit add to every link.

Writers escape `&` as `&amp;` where they write HTML, and some mailers then send that on: the settings after it arrive
under names that begin with `amp;`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

Given = TypeVar("Given")

# Lists of such names are kept by browsers and by blockers; these are the ones that teachers' links meet.
NOT_SETTINGS = frozenset(
    (
        *("fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid"),  # adverts
        *("igshid", "igsh", "li_fat_id", "ref", "ref_src", "ref_url", "srsltid", "_ga", "_gl"),  # networks and search
        *("mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi"),  # newsletters
        *("embed", "embed_options"),  # Streamlit
    )
)
CAMPAIGNS = ("utm_", "mtm_", "pk_", "hsa_")  # Google's, Matomo's (new and old), HubSpot's
ESCAPED = "amp;"


def is_setting(name: str) -> bool:
    """Whether a name in a link may be meant for nnviz."""
    return not (name.lower() in NOT_SETTINGS or name.lower().startswith(CAMPAIGNS))


def plain_name(name: str) -> str:
    """The name as the link's writer meant it.

    >>> plain_name("amp;epochs")
    'epochs'
    """
    while name.startswith(ESCAPED):
        name = name.removeprefix(ESCAPED)
    return name


def settings(query: Mapping[str, Given]) -> dict[str, Given]:
    """A link's query without what is nobody's setting, under the names that were meant; of two the last counts.

    >>> settings({"epochs": "50", "amp;seed": "3", "utm_source": "mail", "amp;fbclid": "x"})
    {'epochs': '50', 'seed': '3'}
    """
    named = {plain_name(name) if isinstance(name, str) else name: given for name, given in query.items()}
    return {name: given for name, given in named.items() if not isinstance(name, str) or is_setting(name)}
