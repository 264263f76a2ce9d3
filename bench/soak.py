"""What the app's memory does while sessions come, act, upload tables and go, for ten minutes."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from statistics import linear_regression

from bench.measure import Row, Table, against
from bench.server import Server, serving
from bench.session import Session

SECONDS = 600
AT_ONCE = 10  # tabs open at any time
SEEDS = range(40)  # what is looked at; the caches hold all of it after a while
PRESSES = 4
PAUSE = (0.5, 3.0)  # seconds between two acts
EVERY = 10.0  # seconds between two looks at the memory
WARM = 0.4  # of the time, until the caches are full
PAGES = ("lessons", "initializers", "claims", "references")
UPLOADERS = 3  # of the tabs, beside those: each brings a table of its own
TABLE_ROWS = (200, 20_000)
OWN = {"epochs": "2", "seeds": "1", "splits": "5", "hidden": "2", "starts": "zeros+he_normal"}
MOST_GROWTH = 20.0  # kilobytes a session


def soak() -> Iterator[Table]:
    """Megabytes over time, and kilobytes that a session leaves behind."""
    table = Table(
        "Memory while sessions come and go, megabytes of the server's own process and of its workers",
        [
            f"{AT_ONCE} tabs at any time. Each opens the Playground, presses {PRESSES} times, sees another page, goes.",
            f"{UPLOADERS} more upload a table each, of {TABLE_ROWS[0]:,} to {TABLE_ROWS[1]:,} rows, see the ranking, "
            "and go, or forget it and upload another.",
            "Streamlit keeps who went for two minutes more, should the tab come back.",
        ],
    )
    with serving() as server:
        seen, gone, tables, failed = asyncio.run(_come_and_go(server))
    for at, page, workers, sessions in seen[:: max(1, round(60 / EVERY))]:
        row: Row = {"minute": f"{at / 60:.0f}", "sessions gone": float(sessions), "page": page, "workers": workers}
        table.rows.append(row)
    yield table

    late = [(sessions, page + workers) for at, page, workers, sessions in seen if at > WARM * SECONDS]
    slope = linear_regression(*zip(*late, strict=True)).slope * 1e3
    row = {"sessions": float(gone), "tables": float(tables), "failed": float(failed), "KB a session": slope}
    yield Table(
        "What a session leaves behind",
        [f"The slope of the memory over the sessions gone, once the caches are full: after {WARM:.0%} of the time."],
        [row | against(slope, MOST_GROWTH, at_least=False)],
    )


async def _come_and_go(server: Server) -> tuple[list[tuple[float, float, float, int]], int, int, int]:
    """Watch the server while tabs come and go.

    Returns:
        Looks at it: when, megabytes of the server and of its workers, sessions gone; then how many sessions went, how
        many tables were brought, and how many answers showed an error, or no ranking of a table.
    """
    began, gone, tables, failed = time.monotonic(), 0, 0, 0
    seen: list[tuple[float, float, float, int]] = []

    async def visit(chance: random.Random) -> None:
        nonlocal gone, failed
        while time.monotonic() - began < SECONDS:
            async with Session(server.host) as tab:
                runs = [await tab.open(seed=str(chance.choice(SEEDS)))]
                for _ in range(PRESSES):
                    await asyncio.sleep(chance.uniform(*PAUSE))
                    runs.append(await tab.set("Seed", chance.choice(SEEDS)))
                runs.append(await tab.open(chance.choice(PAGES)))
                await asyncio.sleep(chance.uniform(*PAUSE))
            gone += 1
            failed += sum(run.failed for run in runs)

    async def bring(chance: random.Random) -> None:
        nonlocal gone, tables, failed
        while time.monotonic() - began < SECONDS:
            async with Session(server.host) as tab:
                for again in range(chance.randint(1, 2)):
                    run = await (tab.press("Forget this table") if again else tab.open("your_data", **OWN))
                    failed += run.failed
                    run = await tab.upload(_table(chance))
                    tables += 1
                    failed += run.failed or not any('class="finding"' in text for text in run.texts())
                    await asyncio.sleep(chance.uniform(*PAUSE))
            gone += 1

    async def look() -> None:
        while (at := time.monotonic() - began) < SECONDS:
            seen.append((at, *server.megabytes(), gone))
            await asyncio.sleep(EVERY)

    tabs = [*(visit(random.Random(i)) for i in range(AT_ONCE)), *(bring(random.Random(i)) for i in range(UPLOADERS))]
    await asyncio.gather(look(), *tabs)
    return seen, gone, tables, failed


def _table(chance: random.Random) -> bytes:
    """Two numbers and a class, of another length and other values each time."""
    rows = ((chance.random(), chance.random()) for _ in range(chance.randint(*TABLE_ROWS)))
    return "\n".join(["a,b,kind", *(f"{a:.4f},{b:.4f},{'up' if a > b else 'down'}" for a, b in rows)]).encode()
