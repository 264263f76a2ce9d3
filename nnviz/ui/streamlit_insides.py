"""What nnviz leans on within Streamlit and joblib that neither promises: where an update would break it, and how.

`tests/ui/test_streamlit_insides.py` fails where a name here is gone from the installed version, and where the code uses
one that is not here.
"""

# In Streamlit's page: a name in its markup, and what it is used for. Where: nnviz/ui/*.css, *.js and frame.py.
MARKUP = {
    "stApp": "tells whether the server answers, and when a page was drawn anew",
    "stBaseButton-primary": "words on the chosen button that can be read",
    "stCaptionContainer": "captions dark enough to be read",
    "stCheckbox": "its focus ring; that on is told from off in forced colours",
    "stDialog": "what is said while the server does not answer",
    "stElementContainer": "space around controls, presets and charts",
    "stExpandSidebarButton": "taken away with the side bar",
    "stHorizontalBlock": "rows of claims, presets and solutions",
    "stMain": "its focus ring",
    "stMainBlockContainer": "the width of a page",
    "stMultiSelect": "its focus ring",
    "stNumberInputContainer": "its focus ring",
    "stPageLink": "links that break into lines",
    "stPageLink-NavLink": "links that break into lines",
    "stPlotlyChart": "a chart close to its finding",
    "stSelectbox": "its focus ring",
    "stSidebar": "its headings; taken away, or out of the reach of the Tab key",
    "stSidebarNavItems": "the menu of pages, made known to screen readers",
    "stTextInputRootElement": "its focus ring",
}

# Modules and names that no documentation names, and what for.
PYTHON = {
    "streamlit.delta_generator.DeltaGenerator": "the type of a place on a page: nnviz/ui/restarts_lab.py",
    "streamlit.net_util.get_external_ip": "kept from asking an outside host: serve.py",
    "starlette.formparsers.MultiPartParser.spool_max_size": "uploads stay in memory: serve.py",
    "joblib._dask.DaskDistributedBackend": "lets a cluster of one thread train: nnviz/sweep/cluster.py",
}
