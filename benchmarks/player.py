"""How fast is an episode on the screen, and what does watching cost?

    python benchmarks/player.py

In a real Chromium against the real server, on the Test page: from the click on “Watch an episode”
to the first picture and to all of them, the bytes that came, the rate at which an episode plays,
the messages exchanged while it plays and is scrubbed, and the memory of browser and server after
many episodes. The episode is as long as the agent makes it: 500 steps of CartPole for one that
balances.
"""

import argparse
import re
from pathlib import Path
from statistics import median
from typing import Any

from page import chromium
from playwright.sync_api import Page, WebSocket
from report import ROOT, Report, arguments
from serve import Server, serving

from dqn_core.base.compute import set_threads

TRAINED = ROOT / "assets" / "agents" / "CartPole-v1.safetensors"

# From the click on, each animation frame looks whether the new film shows a picture, and all.
TIME_FILM = """() => {
  const player = () => [...document.querySelectorAll("*")]
    .map((node) => node.shadowRoot?.querySelector(".player")).find(Boolean)
  const before = player()?.querySelector("canvas.picture")
  window.times = {}
  document.addEventListener("click", (event) => {
    const look = (now) => {
      const canvas = player()?.querySelector("canvas.picture")
      const isNew = canvas && canvas !== before
      if (isNew && canvas.width === 600) times.first ??= now - event.timeStamp
      const readout = player()?.querySelector(".readout").textContent
      if (times.first && !readout.endsWith("…")) times.all = now - event.timeStamp
      else requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  }, { capture: true, once: true })
}"""
SAMPLE_CLOCK = """async (slider) => {
  const samples = []
  while (samples.length < 2 || Number(slider.value) < Number(slider.max)) {
    const now = await new Promise(requestAnimationFrame)
    samples.push([now, Number(slider.value)])
  }
  // Only moments at which the picture changed: between them the clock is not seen.
  const changed = samples.filter(([, t], i) => i && t !== samples[i - 1][1])
  const [[begin, first], [end, last]] = [changed[0], changed.at(-1)]
  return 1000 * (last - first) / (end - begin)
}"""


class Traffic:
    """Frames and bytes of a page's websocket, both ways."""

    def __init__(self, page: Page) -> None:
        self.frames = 0
        self.received = 0
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda _: self._count(0))
        socket.on("framereceived", lambda frame: self._count(len(frame)))

    def _count(self, size: int) -> None:
        self.frames += 1
        self.received += size


def watch(page: Page, traffic: Traffic) -> dict[str, float]:
    """Milliseconds to the first picture and to all, and the bytes received until then."""
    before = traffic.received
    page.evaluate(TIME_FILM)
    page.locator(".st-key-watch button").click()
    page.wait_for_function("window.times?.all", timeout=60_000)
    times: dict[str, float] = page.evaluate("window.times")
    return times | {"bytes": float(traffic.received - before)}


def slider_of(page: Page) -> Any:
    return page.locator(".player .slider").element_handle()


def set_playing(page: Page, playing: bool) -> None:
    page.locator(".player .play").evaluate(
        "(node, wanted) => (node.ariaLabel === 'Pause') !== wanted && node.click()", playing
    )


def seek(page: Page, step: int) -> None:
    page.locator(".player .slider").evaluate(
        "(slider, t) => { slider.value = t; slider.dispatchEvent(new Event('input')) }", step
    )


def heap(page: Page) -> float:
    """Used JavaScript memory in MB, after a collection of garbage."""
    tools = page.context.new_cdp_session(page)
    tools.send("HeapProfiler.enable")
    tools.send("HeapProfiler.collectGarbage")
    tools.send("Performance.enable")
    metrics = {m["name"]: m["value"] for m in tools.send("Performance.getMetrics")["metrics"]}
    tools.detach()
    return float(metrics["JSHeapUsedSize"]) / 2**20


def measure_browser(report: Report, server: Server, agent_file: Path, quick: bool) -> None:
    watched = 3 if quick else 30
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        traffic = Traffic(page)
        page.goto(f"http://{server.address}/test", timeout=120_000)
        page.locator(".duel .start").wait_for(timeout=120_000)
        page.locator("input[type=file]").set_input_files(agent_file)
        page.get_by_text(re.compile("^Uploaded: ")).first.wait_for(timeout=60_000)
        page.wait_for_timeout(4_000)

        films, memory = [], []
        for _ in range(watched):
            films.append(watch(page, traffic))
            page.wait_for_timeout(300)
            memory.append((heap(page), server.memory()))
        steps = int(page.locator(".player .slider").get_attribute("max") or 0)

        page.wait_for_timeout(1_500)
        set_playing(page, False)
        seek(page, 0)
        quiet = traffic.frames
        set_playing(page, True)
        rate = page.evaluate(SAMPLE_CLOCK, slider_of(page))
        for step in range(0, steps, max(1, steps // 50)):
            seek(page, step)
            page.wait_for_timeout(20)
        messages = traffic.frames - quiet

        first, everything, size = (
            median(film[name] for film in films) for name in ("first", "all", "bytes")
        )
        third = len(memory) // 3
        report.table(
            ("measure", "measured", "bar"),
            [
                ("steps of the episode", steps, "500"),
                ("click to first picture, s", first / 1000, "≤ 1.5"),
                ("click to all pictures, s", everything / 1000, "≤ 3"),
                ("bytes received, MB", size / 1e6, "≤ 1.5"),
                ("messages while playing and scrubbing", messages, "0"),
                ("pictures a second at 1×", rate, "49 to 51"),
                (f"browser MB after {third + 1} episodes", memory[third][0], ""),
                (f"browser MB after {watched} episodes", memory[-1][0], "flat"),
                (f"server MB after {third + 1} episodes", memory[third][1], ""),
                (f"server MB after {watched} episodes", memory[-1][1], "flat"),
            ],
        )


def main(options: argparse.Namespace) -> None:
    set_threads()
    report = Report("Watching an episode")
    with serving() as server:
        measure_browser(report, server, options.agent, options.quick)
    print(report.markdown)


if __name__ == "__main__":
    parser = arguments(__doc__)
    parser.add_argument("--agent", type=Path, default=TRAINED, help="a saved agent to watch")
    main(parser.parse_args())
