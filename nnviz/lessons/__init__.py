"""The lessons: what they say, ask and measure. Pure; `nnviz.ui.lesson` puts them on a page."""
