"""Many visitors at once: how long does a refresh take, and does anything stay behind?

    python benchmarks/visitors.py [--minutes 30]
    python benchmarks/visitors.py --room

20 sessions open on the real server, 8 of them training at full speed: the time of a refresh, from
the question to the whole answer. Then tabs that close at random moments, and the training threads
left five seconds later. Then one run at full speed for some minutes: the server's memory from the
moment on at which the replay buffer is full.

A visitor speaks as the page does: over a websocket it runs the script and presses Start, and it
asks each feed that the page then has for news when its time has come. Twenty browsers would measure
themselves.

With --room a class: 25 students take a lesson in a room, 8 of them train at full speed, and their
teacher's board is open.
"""

import asyncio
import contextlib
import http.client
import json
import random
import re
import struct
import time
from collections.abc import AsyncIterator, Sequence
from statistics import median
from urllib.parse import urlencode

import numpy as np
import websockets
from report import Report, arguments
from serve import Server, serving
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from dqn_core import preset
from dqn_core.base.compute import set_threads

OPEN, TRAINING = 20, 8
STUDENTS = 25
LESSON = "how-far-it-looks"
GRACE_SECONDS = 5
RUNNER = "dqn-lab-runner"
ENDLESS = "total_steps=10000000"
KEY = re.compile(r"\$\$ID-[0-9a-f]{32}-(?:FormSubmitter:)?(.*)")
"""What Streamlit makes of a widget's key."""


class Visitor:
    """One open page. ``refreshes`` are the seconds that answers took, ``env_step`` its run's last
    step shown."""

    def __init__(self, address: str, query: str, page: str = "") -> None:
        self.refreshes: list[float] = []
        self.env_step = 0
        self.link = ""  # the one that the page gives away, if it gives one
        self._address = address
        self._query = query
        self._page = page
        self._ids: dict[str, str] = {}  # of buttons and fields, by their keys
        self._rendered = asyncio.Event()
        self._feeds: dict[str, asyncio.Task[None]] = {}
        self._rows: dict[str, int | str] = {}

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator["Visitor"]:
        """The page is open, though nothing may be on it yet, until the end of the block."""
        address = f"ws://{self._address}/_stcore/stream"
        async with websockets.connect(
            address,
            origin=websockets.Origin(f"http://{self._address}"),
            subprotocols=[websockets.Subprotocol("streamlit")],
            max_size=None,
        ) as self._socket:
            reader = asyncio.create_task(self._read())
            try:
                await self._run(ClientState())
                yield self
            finally:
                for task in (reader, *self._feeds.values()):
                    task.cancel()

    async def rendered(self) -> None:
        """Wait for the end of the first script run."""
        await self._rendered.wait()

    async def start(self) -> None:
        """Press Start."""
        await self.press("start")

    async def press(self, key: str, **fields: str) -> None:
        """Press a button, with what is typed into ``fields``."""
        state = ClientState()
        for field, text in fields.items():
            typed = state.widget_states.widgets.add()
            typed.id, typed.string_value = self._ids[field], text
        widget = state.widget_states.widgets.add()
        widget.id, widget.trigger_value = self._ids[key], True
        self._rendered.clear()
        await self._run(state)

    async def _run(self, state: ClientState) -> None:
        state.query_string, state.page_name = self._query, self._page
        await self._socket.send(BackMsg(rerun_script=state).SerializeToString())

    async def _read(self) -> None:
        async for data in self._socket:
            assert isinstance(data, bytes)
            message = ForwardMsg.FromString(data)
            kind = message.WhichOneof("type")
            if kind == "delta":
                self._look_at(message.delta)
            elif kind == "script_finished":
                self._rendered.set()

    def _look_at(self, delta: Delta) -> None:
        element = delta.new_element
        for name in (element.button.id, element.text_input.id):
            if found := KEY.fullmatch(name):
                self._ids[found[1]] = name
        data = element.bidi_component.json
        if '"name": "link"' in data:
            self.link = json.loads(data)[0]["text"]
        if '"address"' in data:
            feed, *_ = json.loads(data)
            earlier = self._feeds.pop(feed["address"], None)
            if earlier:
                earlier.cancel()
            asking = self._ask(feed["address"], feed["period"] / 1e3)
            self._feeds[feed["address"]] = asyncio.create_task(asking)

    async def _ask(self, address: str, period: float) -> None:
        """As `assets/shared/feed.js` does."""
        connection = http.client.HTTPConnection(self._address, timeout=60)
        with contextlib.closing(connection):
            while True:
                began = time.perf_counter()
                question = urlencode(self._rows) if address.endswith("/curves") else ""
                answer = await asyncio.to_thread(_get, connection, f"/{address}?{question}")
                taken = time.perf_counter() - began
                if not period:
                    return
                self.refreshes.append(taken)
                if address.endswith("/curves"):
                    self._take(answer)
                await asyncio.sleep(max(0, period - taken))

    def _take(self, answer: bytes) -> None:
        (length,) = struct.unpack_from("<I", answer)
        header = json.loads(answer[4 : 4 + length])
        self.env_step = header["beside"]["budget"]["done"]  # that of steps is the only one
        which = {"columns": header["columns"], "run": header["run"]}
        known = self._rows if which.items() <= self._rows.items() else {}
        assert all(part["start"] == known.get(t, 0) for t, part in header["tables"].items())
        rows = {name: part["start"] + part["rows"] for name, part in header["tables"].items()}
        self._rows = {**which, **rows}


def _get(connection: http.client.HTTPConnection, address: str) -> bytes:
    connection.request("GET", address)
    response = connection.getresponse()
    content = response.read()
    assert response.status == 200, (address, response.status, content)
    return content


async def refresh_times(server: Server, seconds: float) -> list[float]:
    """Seconds of each refresh while ``OPEN`` pages are open and ``TRAINING`` of them train."""
    async with contextlib.AsyncExitStack() as pages:
        visitors = []
        for _ in range(OPEN):
            visitor = await pages.enter_async_context(Visitor(server.address, ENDLESS).opened())
            await visitor.rendered()
            visitors.append(visitor)
        await while_training(visitors, seconds)
        return [taken for visitor in visitors for taken in visitor.refreshes]


async def while_training(visitors: Sequence[Visitor], seconds: float) -> None:
    """Train the first ``TRAINING`` of them, and have all ask for so long once these learn."""
    for visitor in visitors[:TRAINING]:
        await visitor.start()
    learning = preset("recommended").learning_starts
    while min(visitor.env_step for visitor in visitors[:TRAINING]) <= learning:
        await asyncio.sleep(0.5)
    for visitor in visitors:
        visitor.refreshes.clear()
    await asyncio.sleep(seconds)


async def class_times(server: Server, seconds: float) -> tuple[list[float], list[float]]:
    """The same of ``STUDENTS`` in a room, and the seconds of each refresh of their board."""
    async with contextlib.AsyncExitStack() as pages:
        teacher = Visitor(server.address, "section=lessons", "learn")
        await pages.enter_async_context(teacher.opened())
        await teacher.rendered()
        await teacher.press(f"room_{LESSON}")
        await teacher.rendered()
        query = teacher.link.partition("?")[2]
        students = []
        for number in range(STUDENTS):
            student = Visitor(server.address, query)
            await pages.enter_async_context(student.opened())
            await student.rendered()
            await student.press("name_form-Come in", name_in_room=f"Student {number}")
            await student.rendered()
            students.append(student)
        teacher.refreshes.clear()
        await while_training(students, seconds)
        return [taken for one in students for taken in one.refreshes], teacher.refreshes


async def threads_left(server: Server, rounds: int) -> tuple[int, int, int]:
    """Tabs closed, training threads at their most, and how many are left at the end."""
    moments = random.Random(0)
    most = 0

    async def visit() -> None:
        async with Visitor(server.address, ENDLESS).opened() as visitor:
            await asyncio.sleep(moments.uniform(0, 1))
            # Some leave while the page is still coming.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(visitor.rendered(), moments.uniform(0, 4))
                await visitor.start()
                await asyncio.sleep(moments.uniform(0, 4))

    async def watch() -> None:
        nonlocal most
        while True:
            names = await asyncio.to_thread(server.threads)
            most = max(most, names.count(RUNNER))
            await asyncio.sleep(0.5)

    watcher = asyncio.create_task(watch())
    for _ in range(rounds):
        await asyncio.gather(*(visit() for _ in range(TRAINING)))
    await asyncio.sleep(GRACE_SECONDS)
    watcher.cancel()
    await asyncio.wait([watcher])
    return rounds * TRAINING, most, server.threads().count(RUNNER)


async def memory(server: Server, minutes: float, capacity: int) -> list[tuple[float, float, int]]:
    """Minutes since the buffer was full, MB, and environment steps, sampled every few seconds."""
    samples: list[tuple[float, float, int]] = []
    async with Visitor(server.address, f"{ENDLESS}&buffer_capacity={capacity}").opened() as visitor:
        await visitor.rendered()
        await visitor.start()
        while visitor.env_step < capacity:
            await asyncio.sleep(0.5)
        began = time.monotonic()
        while not samples or samples[-1][0] < minutes:
            passed = (time.monotonic() - began) / 60
            samples.append((passed, server.memory(), visitor.env_step))
            await asyncio.sleep(min(5, 3 * minutes))
    return samples


def report_class(seconds: float) -> None:
    """What a refresh takes in a class."""
    with serving() as server:
        refreshes, boards = asyncio.run(class_times(server, seconds))
    report = Report("A class in a room")
    rows = []
    for name, taken in (
        ("refresh of a student's page", refreshes),
        ("refresh of the board", boards),
    ):
        ms = [1e3 * one for one in taken]
        rows += [
            [f"{name}, {STUDENTS} students, {TRAINING} training, median (ms)", median(ms), ""],
            [f"the same, p95 of {len(ms)} (ms)", float(np.percentile(ms, 95)), "≤ 400"],
        ]
    report.table(["measure", "figure", "bar"], rows)
    print(report.markdown)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="of refreshes (60)")
    parser.add_argument("--rounds", type=int, default=6, help=f"of {TRAINING} tabs closed (6)")
    parser.add_argument(
        "--minutes", type=float, default=3, help="of training with a full buffer (3)"
    )
    parser.add_argument("--room", action="store_true", help="a class with a board instead")
    options = parser.parse_args()
    set_threads()
    if options.room:
        report_class(5 if options.quick else options.seconds)
        return
    seconds, rounds, minutes = options.seconds, options.rounds, options.minutes
    capacity = preset("recommended").buffer_capacity
    if options.quick:
        seconds, rounds, minutes, capacity = 5, 1, 0.1, 2_000

    with serving() as server:
        refreshes = asyncio.run(refresh_times(server, seconds))
        closed, most, left = asyncio.run(threads_left(server, rounds))
    with serving() as server:
        samples = asyncio.run(memory(server, minutes, capacity))

    report = Report("Many visitors")
    passed, megabytes, steps = np.array(samples).T
    slope = float(np.polyfit(passed, megabytes, 1)[0])
    # Single samples swing by several MB, as free memory is given back every ten seconds.
    tenth = max(1, len(samples) // 10)
    first, last = median(megabytes[:tenth]), median(megabytes[-tenth:])
    later = megabytes[len(samples) // 3 :]
    later_slope = float(np.polyfit(passed[len(samples) // 3 :], later, 1)[0])
    ms = [1e3 * taken for taken in refreshes]
    report.table(
        ["measure", "figure", "bar"],
        [
            [f"refresh, {OPEN} open, {TRAINING} training, median (ms)", median(ms), ""],
            [f"the same, p95 of {len(ms)} (ms)", float(np.percentile(ms, 95)), "≤ 300"],
            [f"training threads at their most while {closed} tabs opened and closed", most, ""],
            [f"training threads left {GRACE_SECONDS} s after the last one closed", left, "0"],
            ["memory once the replay buffer was full, median of a tenth (MB)", first, ""],
            [
                f"the same at the end of {passed[-1]:.1f} min and {steps[-1] - steps[0]:,.0f} "
                "steps from there (MB)",
                last,
                "flat",
            ],
            ["slope over them (MB/min)", slope, "flat"],
            ["slope over the last two thirds (MB/min)", later_slope, "flat"],
        ],
    )
    print(report.markdown)


if __name__ == "__main__":
    main()
