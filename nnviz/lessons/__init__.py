"""The lessons: what they say, ask and measure. Pure; `nnviz.pages.lessons.lesson` puts them on a page."""
