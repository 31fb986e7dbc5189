"""Is every way to train as fast as the command line while other programs are busy?

    python benchmarks/threads.py

In turns, each way in a process of its own with the same work, beside as many busy processes as
there are cores: the command line, `Trainer.run`, the script that a page's run leaves as, the
README's example; then 20 greedy episodes by the command line and by `evaluate`. Told are the
seconds of the work alone, without the start of Python.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from report import ROOT, Report, arguments

from dashboard.session.run import Run
from dashboard.train_page.run_files import script
from dqn_core import DQNConfig, load_agent, save_agent

AGENT = ROOT / "assets" / "agents" / "CartPole-v1.safetensors"
EPISODES = 20
TIMED = """\
import os, subprocess, sys, time
from dqn_core import DQNConfig, Trainer, evaluate, load_agent
from dqn_core.__main__ import main
counting = [sys.executable, "-c", "print(flush=True)\\nwhile True: pass"]
busy = [subprocess.Popen(counting, stdout=subprocess.PIPE) for _ in range(os.cpu_count())]
try:
    for process in busy:
        process.stdout.readline()  # it has begun
    started = time.perf_counter()
    exec({work!r})
    seconds = time.perf_counter() - started
finally:
    for process in busy:
        process.kill()
print("\\n" + str(seconds))
"""
COMMAND_LINE = "command line"


def main() -> None:
    options = arguments(__doc__).parse_args()
    steps, repeats = (1_100, 1) if options.quick else (4_000, 5)
    report = Report("Beside busy programs")
    with tempfile.TemporaryDirectory() as folder:
        for name, ways in (("training", training(steps)), ("evaluating", evaluating(Path(folder)))):
            seconds: dict[str, list[float]] = {way: [] for way in ways}
            for _ in range(repeats):
                for way, work in ways.items():
                    seconds[way].append(timed(work))
            report.table(
                name,
                [name, "s", f"÷ {COMMAND_LINE}"],
                [
                    [way, median(times), ratio(times, seconds[COMMAND_LINE])]
                    for way, times in seconds.items()
                ],
            )
    report.finish(options.json)


def training(steps: int) -> dict[str, str]:
    """The ways to train with seed 3 for so many environment steps, as Python."""
    run = Run([DQNConfig(seed=3, total_steps=steps)])
    run.trainer.env_step = steps  # as far as its script is to go
    example = (ROOT / "README.md").read_text().partition("```python\n")[2].partition("```")[0]
    for long, short in (
        ("seed=3", f"seed=3, total_steps={steps}"),
        ("10_000", str(steps // 2)),
        ("episodes=100", "episodes=1"),
    ):
        example = example.replace(long, short)
    command = ["train", "--seed", "3", "--total-steps", str(steps), "--eval-episodes", "1"]
    return {
        COMMAND_LINE: f"main({command})",
        "`Trainer.run`": f"Trainer(DQNConfig(seed=3, total_steps={steps})).run()",
        "exported script": script(run, "recommended"),
        "README's example": example,
    }


def evaluating(folder: Path) -> dict[str, str]:
    """The ways to play greedy episodes with an agent that balances to the time limit."""
    path = folder / "agent.safetensors"
    save_agent(path, load_agent(AGENT))
    command = ["evaluate", str(path), "--episodes", str(EPISODES)]
    return {
        COMMAND_LINE: f"main({command})",
        "`evaluate`": f"evaluate(load_agent({str(path)!r}), {EPISODES})",
    }


def timed(work: str) -> float:
    """Seconds that some Python takes beside busy processes, in one of its own, its imports made."""
    command = [sys.executable, "-c", TIMED.format(work=work)]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return float(process.stdout.split()[-1])


def ratio(seconds: list[float], theirs: list[float]) -> float:
    """Within a turn: what else the machine does falls on both of a pair alike."""
    return median(a / b for a, b in zip(seconds, theirs, strict=True))


if __name__ == "__main__":
    main()
