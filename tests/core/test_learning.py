"""The claim that it learns, in small; `benchmarks/` has it in full."""

from dqn_core import DQNConfig, Trainer, evaluate


def test_the_recommended_values_learn_cartpole_far_beyond_chance() -> None:
    """A random policy has a return of 22, the notebook's program as written 11."""
    trainer = Trainer(DQNConfig(seed=101))
    best = 0.0
    while trainer.env_step < 20_000 and best < 300:
        trainer.run(max_steps=2_500)
        best = max(best, trainer.history.evaluations.frame()["mean_return"].max())
    assert best >= 300
    final = evaluate(trainer.agent(), episodes=20, seed=1_000)
    assert final.mean_return > 150
