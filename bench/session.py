"""A browser tab as the server sees it: one websocket, and Streamlit's own messages on it.

It does what the browser does to the server, and no more: it opens a link, changes a control, answers for the stage
that it stands on the screen, and keeps what it was sent, so that it need not be sent again.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

MOST_BYTES = 200_000_000  # of one message
PATIENCE = 120  # seconds until a run counts as failed
SETTLED = 0.05  # seconds in which nothing more comes
SENT_ONCE = 2  # runs for which a browser keeps a message that is not sent again


@dataclass
class Run:
    """What came of one message to the server.

    Attributes:
        seconds: from the message until everything was there.
        first: until the verdicts were there, where the page has any; the answer that the student waits for.
        elements: what the page was made of at the end, in its order.
        size: the bytes that came.
        waited: whether the page said that it waits for others.
        query: the URL's, afterwards.
    """

    seconds: float = 0.0
    first: float = 0.0
    elements: list[Element] = field(default_factory=list)
    size: int = 0
    waited: bool = False
    query: dict[str, str] = field(default_factory=dict)

    def texts(self, kind: str = "html") -> list[str]:
        """The bodies of all its elements of a kind."""
        return [getattr(element, kind).body for element in self.elements if element.WhichOneof("type") == kind]

    @property
    def verdicts(self) -> str:
        """The verdicts' markup; nothing where there are none."""
        return next((text for text in self.texts() if 'class="verdict' in text), "")

    @property
    def stage(self) -> bytes:
        """What the stage was sent; nothing where there is none."""
        return next((e.bidi_component.bytes for e in self.elements if e.bidi_component.bytes), b"")

    @property
    def failed(self) -> bool:
        """Whether the page shows an error."""
        return any(element.WhichOneof("type") == "exception" for element in self.elements)


class Session:
    """One tab. To be used with `async with`: leaving it closes the tab."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.query = self.page = ""
        self.states: dict[str, WidgetState] = {}
        self.widgets: dict[str, str] = {}  # by label: its identifier
        self.kept: dict[str, tuple[int, Element]] = {}  # by hash: large messages, and when they were last used
        self.runs = 0
        self.id = ""  # as the server calls this session

    async def __aenter__(self) -> Self:
        self.socket: ClientConnection = await connect(
            f"ws://{self.host}/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            origin=f"http://{self.host}",  # type: ignore[arg-type]
            compression=None,
            max_size=MOST_BYTES,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.socket.close()

    async def open(self, page: str = "", **query: str) -> Run:
        """Open a link; the page's name is what stands in the URL."""
        return await self.answer(await self.ask(page, query))

    async def set(self, label: str, value: int) -> Run:
        """Change a control that holds a whole number."""
        self.states[self.widgets[label]] = WidgetState(id=self.widgets[label], int_value=value)
        return await self.answer(await self.ask())

    async def press(self, label: str) -> Run:
        """Press the button whose label begins so."""
        name = next(self.widgets[each] for each in self.widgets if each.startswith(label))
        self.states[name] = WidgetState(id=name, trigger_value=True)
        began = await self.ask()
        del self.states[name]
        return await self.answer(began)

    async def place(self, files: int = 1) -> list[str]:
        """Ask where to send so many files, as a page with a place for one does; each is an identifier."""
        message = BackMsg()
        message.file_urls_request.request_id = "files"
        message.file_urls_request.file_names.extend(["own.csv"] * files)
        message.file_urls_request.session_id = self.id
        await self.socket.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            while True:
                answer = ForwardMsg.FromString(await self.socket.recv())
                if answer.WhichOneof("type") == "file_urls_response":
                    return [urls.file_id for urls in answer.file_urls_response.file_urls]

    async def send(self, file: str, content: bytes) -> int:
        """Send a file under an identifier; the status of the answer."""
        return await asyncio.to_thread(self._send, file, content)

    async def upload(self, content: bytes) -> Run:
        """Bring a table as a file.

        Raises:
            RuntimeError: it is not taken.
        """
        (file,) = await self.place()
        status = await self.send(file, content)
        if status != 204:
            raise RuntimeError(f"The file is not taken: {status}.")
        name = self.widgets["file"]
        state = WidgetState(id=name)
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.name, info.size, info.file_id = "own.csv", len(content), file
        info.file_urls.file_id = file
        self.states[name] = state
        run = await self.answer(await self.ask())
        del self.states[name]  # the page has no place for a file any more
        return run

    def _send(self, file: str, content: bytes) -> int:
        connection = HTTPConnection(self.host, timeout=PATIENCE)
        try:
            connection.request("GET", "/_stcore/health")
            answer = connection.getresponse()
            answer.read()
            token = answer.headers["Set-Cookie"].partition(";")[0].partition("=")[2]
            head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="own.csv"\r\n\r\n'
            headers = {
                "Content-Type": "multipart/form-data; boundary=x",
                "Cookie": f"_streamlit_xsrf={token}",
                "X-Xsrftoken": token,
            }
            address = f"/_stcore/upload_file/{self.id}/{file}"
            connection.request("PUT", address, b"%b%b\r\n--x--\r\n" % (head, content), headers)
            return connection.getresponse().status
        finally:
            connection.close()

    async def ask(self, page: str | None = None, query: dict[str, str] | None = None) -> float:
        """Send a message that runs the page, and say when; `answer` waits for what comes of it."""
        message = BackMsg()
        state = message.rerun_script
        if query is not None:
            self.query = urlencode(query)
        if page is not None:
            state.page_name = page
        else:
            state.page_script_hash = self.page
        state.query_string = self.query
        state.widget_states.widgets.extend(self.states.values())
        state.cached_message_hashes.extend(self.kept)
        state.context_info.url = self.host
        state.context_info.timezone = "Europe/Berlin"
        state.context_info.locale = "de-DE"
        state.context_info.color_scheme = "light"
        began = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        return began

    async def answer(self, began: float) -> Run:
        """All that comes of the message sent then.

        Raises:
            TimeoutError: it is not there in time.
            RuntimeError: the server says that the page does not run.
        """
        run, shown, script = Run(), {}, ""
        async with asyncio.timeout(PATIENCE):
            while True:
                data = await self.socket.recv()
                message = ForwardMsg.FromString(data)
                run.size += len(data)
                kind = message.WhichOneof("type")
                if kind == "new_session":
                    script, shown = message.metadata.run.script_run_id, {}
                    self.widgets = {}
                    self.page = message.new_session.page_script_hash
                    self.id = message.new_session.initialize.session_id or self.id
                    self.runs += 1
                elif kind in ("delta", "ref_hash"):
                    element = self._element(message)
                    if element is None:
                        continue
                    shown[tuple(message.metadata.delta_path)] = element
                    self._note(element, run, began)
                    if self._draw(element):
                        await self.ask()  # another run follows, in this one's place
                        script = ""
                elif kind == "navigation":
                    self.page = message.navigation.page_script_hash
                elif kind == "page_info_changed":
                    self.query = message.page_info_changed.query_string
                elif kind == "script_finished" and script and message.metadata.run.script_run_id == script:
                    if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                        continue
                    if message.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
                        raise RuntimeError(f"The page does not run: {message.script_finished}")
                    break
        run.seconds = time.perf_counter() - began
        run.elements = [shown[path] for path in sorted(shown)]
        run.query = {name: values[-1] for name, values in parse_qs(self.query).items()}
        self.kept = {name: kept for name, kept in self.kept.items() if self.runs - kept[0] < SENT_ONCE}
        return run

    async def see(self, kind: str) -> float:
        """Wait until the page shows an element of a kind, and say when it did."""
        async with asyncio.timeout(PATIENCE):
            while True:
                message = ForwardMsg.FromString(await self.socket.recv())
                if message.WhichOneof("type") == "delta" and message.delta.new_element.WhichOneof("type") == kind:
                    return time.perf_counter()

    def _element(self, message: ForwardMsg) -> Element | None:
        """The element that a message brings, by itself or by its hash."""
        if message.WhichOneof("type") == "ref_hash":
            element = self.kept[message.ref_hash][1]
            self.kept[message.ref_hash] = self.runs, element
            return element
        if message.delta.WhichOneof("type") != "new_element":
            return None
        element = message.delta.new_element
        if message.metadata.cacheable:
            self.kept[message.hash] = self.runs, element
        return element

    def _note(self, element: Element, run: Run, began: float) -> None:
        """Keep what later messages, or those who measure, need to know of an element."""
        kind = element.WhichOneof("type")
        if kind == "html" and not run.first and 'class="verdict' in element.html.body:
            run.first = time.perf_counter() - began
        elif kind == "number_input":
            self.widgets[element.number_input.label] = element.number_input.id
            if element.number_input.set_value:  # the server knows better now
                self.states.pop(element.number_input.id, None)
        elif kind == "button":
            self.widgets[element.button.label] = element.button.id
        elif kind == "file_uploader":
            self.widgets["file"] = element.file_uploader.id
        elif kind == "markdown" and element.markdown.body.startswith("Waiting"):
            run.waited = True

    def _draw(self, element: Element) -> bool:
        """Say of a stage that it stands on the screen, unless that was said before."""
        name = element.bidi_component.id
        if element.bidi_component.component_name != "nnviz_stage" or name in self.states:
            return False
        self.states[name] = WidgetState(id=name, json_value=json.dumps({"drawn": True}))
        return True
