"""The frame of the app: page settings and navigation."""

import streamlit as st

from nnviz.ui import page

st.set_page_config(page_title="nnviz", layout="wide")
page.dress()
st.navigation(
    {
        "": [
            st.Page(page.PLAYGROUND, title="Playground", default=True),
            st.Page("nnviz/pages/initializers.py", title="Initializers"),
            st.Page("nnviz/pages/depth.py", title="Depth"),
            st.Page("nnviz/pages/claims.py", title="Claims"),
            st.Page("nnviz/pages/references.py", title="References"),
        ],
        "Restart lab": [
            st.Page("nnviz/pages/restarts.py", title="Restarts"),
            st.Page("nnviz/pages/pinch.py", title="How little is enough?"),
            st.Page("nnviz/pages/starts.py", title="Random or different?"),
            st.Page("nnviz/pages/order.py", title="Start or order?"),
            st.Page("nnviz/pages/basins.py", title="Which starts end where?"),
            st.Page("nnviz/pages/landscape.py", title="Loss landscape"),
            st.Page("nnviz/pages/seeds.py", title="When to fix the seed"),
        ],
    },
    position="top",
).run()
