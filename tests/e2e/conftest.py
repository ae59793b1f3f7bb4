"""A real server on made-up recordings, and a real browser to look at it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.parse import unquote_plus
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from core.model.bundle import load_bundle
from core.recordings.store import import_runs
from tests.dashboard_fixtures import odd_runs, runs, scored_bundles

__all__ = ["odd_runs", "runs", "scored_bundles"]

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_S = 60
# a job starts a program of its own, which has the cores when nothing else wants them
JOB_MS = 150_000
expect.set_options(timeout=PATIENCE_S * 1000)
# what Streamlit itself says in the console of a sound page
HARMLESS = ("Download the React DevTools", "preload")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; without one the tests are skipped, or fail where TOOLMARK_NEED_BROWSER is set."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        reason = "no chromium on this machine: apt-get install chromium"
        if os.environ.get("TOOLMARK_NEED_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def serving(log: Path, **environment: str) -> Iterator[str]:
    """The dashboard as `make run` starts it, with changes to the environment; "" takes a variable away."""
    changed = os.environ | {"OMP_NUM_THREADS": "1"} | environment
    with socket.socket() as free, log.open("w") as output:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "streamlit", "run", "dashboard/app.py"),
                *("--server.headless=true", f"--server.port={port}"),
            ],
            cwd=ROOT,
            env={name: value for name, value in changed.items() if value},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_up(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            # a busy machine takes its time
            process.wait(timeout=PATIENCE_S)


@pytest.fixture(scope="session")
def server(
    runs: Path, odd_runs: Path, scored_bundles: tuple[Path, object], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A dashboard on labelled and odd recordings and a scored bundle; yields its address."""
    folder = tmp_path_factory.mktemp("served") / "mill"
    shutil.copytree(runs, folder)
    shutil.copytree(odd_runs, folder, dirs_exist_ok=True)
    places = {
        "TOOLMARK_RECORDINGS": str(folder),
        "TOOLMARK_BUNDLES": str(scored_bundles[0]),
        "TOOLMARK_BUILD": str(tmp_path_factory.mktemp("build")),
    }
    with serving(tmp_path_factory.mktemp("log") / "server.log", **places) as address:
        yield address


@dataclass(frozen=True)
class Place:
    """A dashboard that the tests of whole journeys are on: its address, a link's end, and its build folder."""

    address: str
    link: str
    build: Path


@pytest.fixture(scope="session", params=["demo", "real recordings"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A dashboard on the demo, and one on the real runs that the shipped bundle never saw."""
    folder = tmp_path_factory.mktemp("place")
    build = folder / "build"
    places = {"TOOLMARK_RECORDINGS": "", "TOOLMARK_BUNDLES": "", "TOOLMARK_BUILD": str(build)}
    link = "data=demo&bundle=twin"
    if request.param != "demo":
        runs: Path = request.getfixturevalue("recordings_dir")
        held_out = load_bundle(ROOT / "assets" / "models" / "bantam").manifest.runs["test"]
        import_runs([file for run in held_out for file in runs.glob(f"{run}[_.]*")], folder / "mill")
        places["TOOLMARK_RECORDINGS"], link = str(folder / "mill"), "data=mill&bundle=bantam"
    with serving(folder / "server.log", **places) as address:
        yield Place(address, link, build)


def _wait_until_up(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"the dashboard did not start:\n{log.read_text()}")


def kill_server(port: str) -> None:
    """Kill the server that listens on a port, as a power cut would."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"--server.port={port}".encode() in (folder / "cmdline").read_bytes():
                os.kill(int(folder.name), signal.SIGKILL)
        except OSError:
            continue


def wait_for(page: Page, *parts: str) -> None:
    """Wait until the address says all of this."""
    page.wait_for_url(lambda url: all(part in unquote_plus(url) for part in parts))


class Desk:
    """One browser page on the dashboard; it fails a test for every error in the console and every foreign request."""

    def __init__(self, page: Page, server: str) -> None:
        self.page = page
        self.server = server
        self.complaints: list[str] = []
        page.set_default_timeout(PATIENCE_S * 1000)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._see(request.url))

    def _hear(self, message: ConsoleMessage) -> None:
        # a page's own address is first tried as the server's, which is not there
        probing = "/_stcore/" in message.location.get("url", "")
        harmless = probing or any(word in message.text for word in HARMLESS)
        if message.type == "error" and not harmless:
            self.complaints.append(message.text)

    def _see(self, url: str) -> None:
        if not url.startswith((self.server, self.server.replace("http", "ws"), "data:", "blob:")):
            self.complaints.append(f"asks {url}")

    def open(self, link: str = "") -> Page:
        """Open a link of the dashboard and wait until the page stands still."""
        self.page.goto(f"{self.server}/{link}")
        # before the script has begun, it is not running either
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        return self.settle()

    def settle(self) -> Page:
        """Wait until the script has run and nothing waits to be drawn again."""
        app = self.page.get_by_test_id("stApp")
        expect(app).to_have_attribute("data-test-script-state", "notRunning")
        expect(self.page.get_by_test_id("stSkeleton")).to_have_count(0)
        expect(self.page.get_by_test_id("stException")).to_have_count(0)
        return self.page


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> Callable[[int, str], BrowserContext]:
    """Browser contexts by width and colour scheme; tests share them, so that the page's scripts come from the cache."""
    made: dict[tuple[int, str], BrowserContext] = {}

    def context(width: int, scheme: str) -> BrowserContext:
        if (width, scheme) not in made:
            size = {"width": width, "height": 1000}
            made[width, scheme] = browser.new_context(viewport=size, color_scheme=scheme)
        return made[width, scheme]

    return context


@contextmanager
def sitting(context: BrowserContext, address: str) -> Iterator[Desk]:
    """A fresh page of a dashboard, closed at the end; what it complained of fails the test."""
    desk = Desk(context.new_page(), address)
    yield desk
    desk.page.close()
    assert not desk.complaints


@pytest.fixture
def desk(
    contexts: Callable[[int, str], BrowserContext], server: str, request: pytest.FixtureRequest
) -> Iterator[Desk]:
    """A fresh page, 1440 wide and light unless a test asks for another width and scheme through its parameter."""
    with sitting(contexts(*getattr(request, "param", (1440, "light"))), server) as desk:
        yield desk


@pytest.fixture(scope="session")
def all_read(contexts: Callable[[int, str], BrowserContext], server: str) -> None:
    """Every window is read, by the job that a person would begin on Sequences; other pages find it done."""
    with sitting(contexts(1440, "light"), server) as desk:
        page = desk.open("sequences")
        page.get_by_role("button", name="Read all windows").click()
        expect(page.locator(".lanes .scroll canvas")).to_be_visible(timeout=JOB_MS)
        expect(page.get_by_role("button", name="Cancel")).to_have_count(0, timeout=JOB_MS)
        desk.settle()


@pytest.fixture
def reader(all_read: None, desk: Desk) -> Desk:
    """A fresh page of a dashboard that has read every window."""
    return desk


@pytest.fixture
def demo(contexts: Callable[[int, str], BrowserContext], demo_server: str) -> Iterator[Desk]:
    """A fresh page of the demo, as the `demo_server` of the test's file shows it."""
    with sitting(contexts(1440, "light"), demo_server) as desk:
        yield desk


@pytest.fixture
def visitor(browser: Browser, place: Place) -> Iterator[Desk]:
    """A browser of its own at each place: nothing that another test left is remembered in it."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    desk = Desk(context.new_page(), place.address)
    yield desk
    context.close()
    assert not desk.complaints
