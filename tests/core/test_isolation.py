"""The library runs where Streamlit and Plotly are not: proven in a process of its own."""

import subprocess
import sys

PROGRAM = """
import sys
import nnviz, nnviz.core.training, nnviz.analysis
print(*sorted(sys.modules))
"""


def test_neither_streamlit_nor_plotly_comes_along():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    modules = done.stdout.split()
    assert {"nnviz.core.training", "nnviz.analysis", "numpy"} <= set(modules)
    assert not {name.partition(".")[0] for name in modules} & {"streamlit", "plotly"}
    assert not [name for name in modules if name.startswith(("nnviz.figures", "nnviz.ui", "nnviz.pages"))]
