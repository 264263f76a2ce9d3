"""How long a class waits: many real sessions at one server, each speaking as a browser does.

The figures are those of the server and of the way to it: what a browser then needs to draw is in the section `page`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from statistics import median, quantiles

from bench.measure import Row, Table, against
from bench.server import Server, serving
from bench.session import Run, Session
from nnviz.figures.style.sides import traced_sides
from nnviz.figures.style.template import LIGHT
from nnviz.stage.payload import payload
from nnviz.ui import markup
from nnviz.ui.state.state import Comparison
from nnviz.ui.work import compute

CLASS, CROWD = 30, 60
ROUNDS = 3
THINK = (5.0, 15.0)  # seconds between two presses
THINKING = 60.0  # seconds
LESSON, SCREENS = "zero", 4
SAME = (70_001, 70_002)  # seeds that everybody looks at

Runs = dict[int, list[Run]]  # what came of each seed


def load() -> Iterator[Table]:
    """Seconds from a press to the whole page, for a class that presses at once and for a crowd that thinks."""
    table = Table(
        "Seconds from a press to the whole page, with many at one server",
        [
            "A press: another seed of the Playground's default pair, which is two trainings if nobody chose it before.",
            "Verdicts: until these are there. All: until the page is whole; it holds back its charts for 0.15 s.",
            "Page, workers, bench: milliseconds of processor time a press, of the server itself, its workers and this.",
            "A guess: of everybody at the same screen of a lesson, which was measured before for another session.",
            "Load: the machine's load average afterwards; what else runs there makes all figures larger.",
        ],
    )
    with serving() as server:
        yield asyncio.run(_measure(server, table))


async def _measure(server: Server, table: Table) -> Table:
    seeds = iter(range(1000, 10_000))
    runs_by_seed: Runs = {}

    async def press(tab: Session, seed: int) -> Run:
        run = await tab.set("Seed", seed)
        runs_by_seed.setdefault(seed, []).append(run)
        return run

    async with AsyncExitStack() as stack:

        async def enter() -> Session:
            return await stack.enter_async_context(Session(server.host))

        tabs = [await enter() for _ in range(CLASS)]
        clock = _Clock(server)
        opened = await asyncio.gather(*(tab.open() for tab in tabs))
        table.rows.append(clock.row(f"{CLASS} open the page at once", opened))

        clock, runs = _Clock(server), []
        for _ in range(ROUNDS):
            runs += await asyncio.gather(*(press(tab, next(seeds)) for tab in tabs))
        row = clock.row(f"{CLASS} press at once, all different", runs)
        table.rows += [row | _goal(runs, median, 1.5), _again(row) | _goal(runs, _late, 3.0)]

        await _guess(tabs[:1])
        clock = _Clock(server)
        runs = await _guess(tabs[1:])
        table.rows.append(clock.row(f"{CLASS - 1} guess at once, the same lesson", runs) | _goal(runs, median, 0.4))
        await asyncio.gather(*(tab.open(seed=str(SAME[-1])) for tab in tabs))

        for seed in SAME:
            await press(tabs[0], seed)
        clock, runs = _Clock(server), []
        for i in range(ROUNDS):
            runs += await asyncio.gather(*(press(tab, SAME[i % 2]) for tab in tabs[1:]))
        table.rows.append(clock.row(f"{CLASS - 1} press at once, the same", runs))

        tabs += [await enter() for _ in range(CROWD - CLASS)]
        for tab in tabs[CLASS:]:
            await tab.open()
        clock, runs = _Clock(server), []
        end = time.monotonic() + THINKING

        async def think(tab: Session) -> None:
            chance = random.Random(tabs.index(tab))
            await asyncio.sleep(chance.uniform(0, THINK[1]))
            while time.monotonic() < end:
                runs.append(await press(tab, next(seeds)))
                await asyncio.sleep(chance.uniform(*THINK))

        await asyncio.gather(*map(think, tabs))
        table.rows.append(clock.row(f"{CROWD} press every ten seconds, all different", runs) | _goal(runs, _late, 0.5))
    table.notes.append(_verify(runs_by_seed))
    return table


async def _guess(tabs: list[Session]) -> list[Run]:
    """Walk through a lesson together: at each screen all choose the same option at the same moment.

    Raises:
        AssertionError: they do not all see the same, or not what was measured.
    """
    presses = []
    await asyncio.gather(*(tab.open("lessons", lesson=LESSON) for tab in tabs))
    for screen in range(1, SCREENS + 1):
        runs = await asyncio.gather(*(tab.press("**1**") for tab in tabs))
        pages = {tuple(run.texts()) for run in runs}
        assert len(pages) == 1, f"screen {screen}: not all see the same"
        assert 'class="because"' in "".join(pages.pop()), f"screen {screen}: nothing was measured"
        assert not any(run.failed for run in runs), f"screen {screen}: the page shows an error"
        presses += runs
        await asyncio.gather(*(tab.press("Next") for tab in tabs))
    return presses


class _Clock:
    """What a scenario costs, from when it was made."""

    def __init__(self, server: Server) -> None:
        self.server, self.before = server, (server.processor_seconds(), time.process_time())

    def row(self, what: str, runs: list[Run]) -> Row:
        page, workers = (
            now - before for now, before in zip(self.server.processor_seconds(), self.before[0], strict=True)
        )
        bench = time.process_time() - self.before[1]
        return {
            "what": what,
            "presses": float(len(runs)),
            "verdicts, median": median(run.first for run in runs) or "",
            "all, median": median(run.seconds for run in runs),
            "all, 95 %": _late([run.seconds for run in runs]),
            "most": max(run.seconds for run in runs),
            "page": page / len(runs) * 1e3,
            "workers": workers / len(runs) * 1e3,
            "bench": bench / len(runs) * 1e3,
            "load": os.getloadavg()[0],
            "goal": "",
            "reached": "",
        }


def _again(row: Row) -> Row:
    """A line below a row, for another goal."""
    return dict.fromkeys(row, "")


def _late(seconds: list[float]) -> float:
    """What 95 of 100 do not exceed."""
    return quantiles(seconds, n=20, method="inclusive")[-1]


def _goal(runs: list[Run], of: Callable[[list[float]], float], goal: float) -> Row:
    return against(of([run.seconds for run in runs]), goal, at_least=False)


def _verify(runs_by_seed: Runs) -> str:
    """Hold what each session was sent against the library itself, and say so.

    Raises:
        AssertionError: a session was sent something else.
    """
    logging.disable(logging.WARNING)  # Streamlit says of each call that there is no browser
    for seed, runs in runs_by_seed.items():
        pair = Comparison(*(side.replace(seed=seed) for side in (Comparison().a, Comparison().b)))
        traces = compute.traces_of(pair)
        sentences = compute.verdicts(traces)
        verdicts, stage = markup.verdicts(traced_sides(traces, LIGHT), sentences), payload(traces, LIGHT, sentences)
        for run in runs:
            assert not run.failed, f"seed {seed}: the page shows an error"
            assert run.query == {"seed": str(seed)}, f"seed {seed}: the URL says {run.query}"
            assert run.verdicts == verdicts, f"seed {seed}: other verdicts: {run.verdicts}"
            assert run.stage == stage, f"seed {seed}: another stage"
    count = sum(map(len, runs_by_seed.values()))
    return f"All {count:,} presses were answered with their own seed's verdicts and stage, to the byte; none failed."
