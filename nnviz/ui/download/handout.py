"""A lesson on paper: one web page of its own that prints on A4 and Letter, and needs no server and no network.

The student's copy asks first: all questions with boxes to tick and lines to write on, and only on later pages what was
measured. The teacher's has the answers in place, and what to ask in class.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from itertools import count
from typing import Any

from nnviz.analysis.references import registry as references
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.film import Film
from nnviz.figures.style.template import LIGHT
from nnviz.lessons.lesson import Lesson, Numbers, Picture, Reveal, Screen
from nnviz.ui import markup

STYLE = """
@page { margin: 13mm 15mm; }
:root { color-scheme: light; --line: #8A919B; }
body { max-width: 178mm; margin: 1rem auto; padding: 0 1rem; font: 11pt/1.4 sans-serif; color: #1C2430;
  background: #FFFFFF; }
h1 { margin: 0 0 0.2rem; font-size: 20pt; line-height: 1.2; }
h2 { margin: 1.2rem 0 0.3rem; font-size: 14pt; }
h3 { margin: 1rem 0 0.2rem; font-size: 12pt; }
h1, h2, h3, .question, .finding { break-after: avoid; text-wrap: balance; }
p, ul, ol { margin: 0 0 0.45rem; orphans: 3; widows: 3; }
a { color: inherit; }
.who { display: flex; gap: 2rem; margin: 0.8rem 0; }
.who span { flex: 1; border-bottom: 1px solid var(--line); }
.question { font-weight: 600; }
.box { break-inside: avoid; }
ul.options { list-style: none; padding: 0; }
ul.options li::before { content: ""; display: inline-block; width: 0.75em; height: 0.75em; margin-right: 0.6em;
  border: 1.2px solid #1C2430; }
ul.options li.measured { font-weight: 600; }
ul.options li.measured::before { content: "\\2713"; font-weight: 700; line-height: 0.75em; }
.write { height: 1.9em; border-bottom: 1px solid var(--line); }
.because { padding-left: 0.6rem; border-left: 3px solid #1C2430; }
.finding { margin: 0.6rem 0 0; font-weight: 600; }
.small { font-size: 9.5pt; color: #5A616C; overflow-wrap: anywhere; }
.remember { margin: 0.4rem 0; padding: 0.5rem 0; border-block: 1.5px solid #1C2430; font-size: 14pt;
  break-inside: avoid; }
figure { margin: 0.3rem 0 0.8rem; break-inside: avoid; }
figcaption { font-weight: 600; }
figure > div { max-width: 170mm; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; break-inside: avoid; }
th, td { padding: 0.15rem 1.2rem 0.15rem 0; text-align: left; vertical-align: top; font-weight: 400; }
thead th { font-weight: 600; }
tbody tr { border-top: 1px solid #D5D9DE; }
dt { font-weight: 600; break-after: avoid; }
dd { margin: 0 0 0.45rem; }
.page { break-before: page; }
@media print { body { max-width: none; margin: 0; padding: 0; } }
"""

HEIGHT = 280  # of a chart that says nothing else, in CSS pixels
LINES = 2  # to write a reason on
SOLID = frozenset(
    {"surface", "mesh3d", "scatter3d"}
)  # what Plotly draws through the graphics card, which not all print


def handout(lesson: Lesson, results: Sequence[Any], address: str, number: int = 0, teacher: bool = False) -> str:
    """A lesson as HTML to print.

    Args:
        lesson: which.
        results: what each screen's `measure` gave as it first opens, in the screens' order.
        address: of the lesson in the app, such as `https://host/lessons?lesson=zero`; printed, to be typed.
        number: of the lesson in the course; 0 leaves it out.
        teacher: whether the answers stand in place, with notes for the class.
    """
    reveals = [screen.reveal(result) for screen, result in zip(lesson.screens, results, strict=True)]
    pictures = [screen.pictures(result, LIGHT) for screen, result in zip(lesson.screens, results, strict=True)]
    places = [f"{address}&screen={place}" for place in range(1, len(lesson.screens) + 2)]
    draw = _painter()
    title = f"Lesson {number}: {lesson.title}" if number else lesson.title
    body = [f"<h1>{markup.text(title)}</h1><p>{markup.text(lesson.promise)}</p>"]
    if teacher:
        body += [_notes(lesson), *_answered(lesson, reveals, pictures, places, draw), _task(lesson, places[-1], False)]
        body += [_remember(lesson)]
    else:
        body += ['<p class="who"><span>Name</span><span>Date</span></p>', _how(address)]
        body += [_asked(screen, place) for place, screen in enumerate(lesson.screens, 1)]
        body += [_task(lesson, places[-1], True), '<h2 class="page">What was measured</h2>']
        body += ["<p>To read once you have guessed. All numbers were measured as this page was made.</p>"]
        body += [_measured(lesson, reveals, pictures, places, draw), _remember(lesson)]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>nnviz: {escape(title)}{' (teacher)' if teacher else ''}</title><style>{STYLE}</style></head><body>"
        f"<main>{''.join(body)}</main></body></html>"
    )


def _how(address: str) -> str:
    return (
        "<p>Guess first: tick a box and write down why. Then see what is measured, on the screen at "
        f"{_link(address)} or on the later pages.</p>"
    )


def _asked(screen: Screen, place: int) -> str:
    """A screen before its answer: words, the question, boxes, and room for a reason."""
    lines = '<div class="write"></div>' * LINES
    return (
        f'<section class="box"><h2>{place}. {markup.text(screen.title)}</h2>{markup.prose(screen.before)}'
        f'<p class="question">{markup.text(screen.question)}</p>{_options(screen, None)}'
        f'<p class="small">I think so, because</p>{lines}</section>'
    )


def _options(screen: Screen, right: int | None) -> str:
    items = "".join(
        f"<li{' class=measured' if i == right else ''}>{markup.text(option)}</li>"
        for i, option in enumerate(screen.options)
    )
    return f'<ul class="options">{items}</ul>'


def _measured(
    lesson: Lesson,
    reveals: Sequence[Reveal],
    pictures: Sequence[Sequence[Picture]],
    places: Sequence[str],
    draw: Callable[[Figure], str],
) -> str:
    """What came of each question, with its pictures, in a student's copy."""
    parts = []
    for i, (screen, reveal) in enumerate(zip(lesson.screens, reveals, strict=True)):
        parts.append(
            f"<h3>{i + 1}. {markup.text(screen.question)}</h3>{_revealed(screen, reveal)}"
            f"{_pictures(pictures[i], places[i], draw)}"
        )
    return "".join(parts)


def _answered(
    lesson: Lesson,
    reveals: Sequence[Reveal],
    pictures: Sequence[Sequence[Picture]],
    places: Sequence[str],
    draw: Callable[[Figure], str],
) -> Iterable[str]:
    """Each screen with its answer in place, in a teacher's copy."""
    for i, (screen, reveal) in enumerate(zip(lesson.screens, reveals, strict=True)):
        yield (
            f"<section><h2>{i + 1}. {markup.text(screen.title)}</h2>{markup.prose(screen.before)}"
            f'<div class="box"><p class="question">{markup.text(screen.question)}</p>'
            f"{_options(screen, reveal.right)}</div>{_revealed(screen, reveal)}"
            f"{_pictures(pictures[i], places[i], draw)}</section>"
        )


def _revealed(screen: Screen, reveal: Reveal) -> str:
    """The finding, and what stands behind it."""
    option = screen.options[reveal.right]
    stop = "" if option[-1] in ".!?" else "."
    return (
        f'<p class="because">Measured: <b>{markup.text(option)}{stop}</b> {markup.text(reveal.because)}</p>'
        f"{markup.prose(reveal.why)}"
    )


def _pictures(pictures: Sequence[Picture], address: str, draw: Callable[[Figure], str]) -> str:
    """What stands still as it is; of what moves or turns, its finding and its words, and where it can be seen."""
    parts, moving = [], False
    for picture in pictures:
        if isinstance(picture, Figure) and SOLID.isdisjoint(trace["type"] for trace in picture.spec["data"]):
            parts.append(draw(picture))
        elif isinstance(picture, Numbers):
            parts.append(f'<p class="finding">{markup.text(picture.title)}</p>{markup.table(picture.columns)}')
        elif isinstance(picture, Film | Figure):
            moving = True
            parts.append(f'<p class="finding">{markup.text(picture.title)}</p><p>{markup.text(picture.alt)}</p>')
        else:
            moving = True
    seen = "See it move, and change its settings, at" if moving else "See it live at"
    return "".join(parts) + f'<p class="small">{seen} {_link(address)}</p>'


def _task(lesson: Lesson, address: str, to_write: bool) -> str:
    """What to do in the Playground."""
    lines = f'<p class="small">What I found</p>{"<div class=write></div>" * (LINES + 1)}' if to_write else ""
    return (
        f'<section class="box"><h2>Now you</h2>{markup.prose(lesson.task.words)}'
        f'<p class="small">It is set up for you at {_link(address)}</p>{lines}</section>'
    )


def _remember(lesson: Lesson) -> str:
    """The sentence, and where it all comes from."""
    sources = [references[key] for key in lesson.sources]
    cited = "".join(
        f"<li>{markup.text(f'{source.short}, {source.title}')}{f' {_link(source.link)}' if source.link else ''}</li>"
        for source in sources
    )
    return (
        f'<section class="box"><h2>The sentence to remember</h2><p class="remember">{markup.text(lesson.remember)}</p>'
        f'</section><section class="box"><h3>Sources</h3><ul class="small">{cited}</ul></section>'
    )


def _notes(lesson: Lesson) -> str:
    """For the teacher: aim, minutes, what to ask, common wrong answers."""
    teaching = lesson.teaching
    wrong = "".join(f"<dt>“{markup.text(said)}”</dt><dd>{markup.text(reply)}</dd>" for said, reply in teaching.wrong)
    return (
        f"<p><b>Aim.</b> {markup.text(teaching.aim)} <b>{teaching.minutes} minutes.</b></p>"
        f"<h2>To ask</h2><ol>{''.join(f'<li>{markup.text(asked)}</li>' for asked in teaching.ask)}</ol>"
        f"<h2>Common wrong answers</h2><dl>{wrong}</dl>"
    )


def _painter() -> Callable[[Figure], str]:
    """Draws figures; with the first one comes the script that draws them all."""
    numbers = count(1)

    def draw(figure: Figure) -> str:
        number = next(numbers)
        plot = figure.plot.to_html(
            full_html=False, include_plotlyjs=number == 1, div_id=f"figure-{number}",
            default_height=figure.spec["layout"].get("height", HEIGHT),
            config={"staticPlot": True, "responsive": True},
        )  # fmt: skip
        return (
            f'<figure role="group" aria-label="{escape(figure.alt)}">'
            f"<figcaption>{markup.text(figure.title)}</figcaption>{plot}</figure>"
        )

    return draw


def _link(address: str) -> str:
    return f'<a href="{escape(address)}">{escape(address)}</a>'
