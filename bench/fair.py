"""What one student's huge experiment costs the others, and how soon a place is free that nobody wants any more."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import AsyncExitStack
from statistics import median

from bench.measure import Row, Table, against
from bench.server import Server, serving
from bench.session import Session

HUGE = {"hidden": "64,64", "epochs": "8000", "samples": "1000"}  # many times what work may take in the line
TIMES = 10
TIMES_SLOWER = 3.0
FREE_GOAL = 50.0  # milliseconds


def fair() -> Iterator[Table]:
    """Seconds of a press beside huge experiments, and milliseconds until a given-up training is another's place."""
    with serving() as server:
        yield asyncio.run(_beside(server))
        yield asyncio.run(_given_up(server))


async def _beside(server: Server) -> Table:
    table = Table(
        "Seconds from a press to the whole page, beside others' huge experiments",
        [f"The default pair, another seed each time, {TIMES} times."],
    )
    async with AsyncExitStack() as stack:
        tab = await stack.enter_async_context(Session(server.host))
        await tab.open()
        seeds = iter(range(1000, 2000))
        alone = 0.0
        for others in range(4):
            if others:
                other = await stack.enter_async_context(Session(server.host))
                await other.ask("", {**HUGE, "seed": str(others)})
                await other.see("progress")
            seconds = []
            for _ in range(TIMES):
                seconds.append((await tab.set("Seed", next(seeds))).seconds)
            alone = alone or median(seconds)
            middle, load = median(seconds), os.getloadavg()[0]
            row: Row = {"huge ones": f"{others}", "median": middle, "most": max(seconds), "load": load}
            table.rows.append(row | against(middle, TIMES_SLOWER * alone, at_least=False))
    return table


async def _given_up(server: Server) -> Table:
    table = Table(
        "Milliseconds until a training that nobody wants any more has made place for one that waits",
        [
            "Both are huge. The waiting one, which was stopped as there was no place for it, goes on: that is told "
            "from its next word of progress, which comes up to 20 ms later.",
        ],
    )
    for what in ("another choice", "the tab is gone"):
        took = []
        for turn in range(TIMES):
            async with Session(server.host) as one, Session(server.host) as two:
                await one.ask("", {**HUGE, "seed": f"{turn}1"})
                await one.see("progress")
                await asyncio.sleep(1)  # past its moment in the line
                await two.ask("", {**HUGE, "seed": f"{turn}2"})
                await two.see("markdown")  # it waits, and says so
                began = asyncio.get_running_loop().time()
                if what == "another choice":
                    await one.ask("references", {})
                else:
                    one.socket.transport.abort()  # as a laptop that is shut
                await two.see("progress")
                took.append((asyncio.get_running_loop().time() - began) * 1e3)
                two.socket.transport.abort()  # it still has much to say
        row: Row = {"after": what, "median": median(took), "most": max(took), "load": os.getloadavg()[0]}
        table.rows.append(row | against(median(took), FREE_GOAL, at_least=False))
    return table
