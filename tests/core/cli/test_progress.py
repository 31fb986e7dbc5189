"""How far a training is: lines in a log, and the numbers beside a bar."""

import pytest

from dqn_core import Trainer
from dqn_core.cli.progress import progress, standing
from tests.core.small_runs import SMALL


def test_a_log_gets_ten_lines_of_a_whole_budget(capsys: pytest.CaptureFixture[str]) -> None:
    trainer = Trainer(SMALL.replace(total_steps=150))
    with progress(trainer) as show:
        while not trainer.finished():
            trainer.run(max_steps=1)
            show()
    told = capsys.readouterr().err
    assert "\r" not in told
    assert [line.partition(", ")[0] for line in told.splitlines()] == [
        f"CartPole-v1: environment step {step} of 150" for step in range(15, 151, 15)
    ]


def test_a_run_that_goes_on_begins_its_log_where_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    trainer = Trainer(SMALL.replace(total_steps=150))
    trainer.run(max_steps=100)
    with progress(trainer) as show:
        trainer.run()
        show()
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_return_is_the_mean_of_the_newest_ten_episodes_a_member() -> None:
    trainer = Trainer([SMALL, SMALL.replace(seed=1)])
    assert standing(trainer) == "episode 0"
    trainer.run(max_steps=800)
    ended = trainer.history.episodes.frame()
    assert len(ended) > 20
    slowest = ended.groupby("member").size().min()
    mean = sum(ended["return"].tolist()[-20:]) / 20
    assert standing(trainer) == f"return {mean:.1f}, episode {slowest}"
    trainer.change(total_episodes=200)
    assert standing(trainer).endswith(f"episode {slowest}/200")
