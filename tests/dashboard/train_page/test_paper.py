"""What a run is, in words, on pictures of its charts and on paper."""

from dataclasses import replace

from dashboard.session.links import Link
from dashboard.session.run import Run
from dashboard.train_page.paper import caption, filename, values_html
from dqn_core import DQNConfig, preset, recommended

LINK = Link(config=DQNConfig(batch_size=32, seed=3), members=2)


def test_a_caption_names_environment_seeds_and_what_differs_from_the_preset() -> None:
    run = Run(LINK.member_configs)
    assert caption(run, LINK) == "CartPole-v1 · seeds 3 to 4 · Recommended with B 32"
    run.change(gamma=0.9)
    assert caption(run, LINK).endswith("Recommended with B 32, γ 0.99 → 0.9")
    assert caption(Run([DQNConfig()]), Link()) == "CartPole-v1 · seed 0 · Recommended"


def test_what_was_changed_and_changed_back_is_no_difference() -> None:
    run = Run([DQNConfig()])
    run.change(gamma=0.9)
    run.change(gamma=0.99)
    assert caption(run, Link()).endswith("Recommended")


def test_what_a_lesson_hides_is_neither_on_pictures_nor_on_paper() -> None:
    lesson = replace(LINK, hidden=("batch_size", "network"))
    assert caption(Run(lesson.member_configs), lesson).endswith("· Recommended")

    shown, kept = (values_html(Run(link.member_configs), link) for link in (LINK, lesson))
    assert "<dt>Batch size B</dt><dd>32</dd>" in shown
    assert "Hidden layers" in shown
    assert "Batch size" not in kept
    assert "Network" not in kept


def test_files_are_called_after_environment_seeds_and_what_differs_from_the_preset() -> None:
    run = Run(LINK.member_configs)
    assert filename(run, LINK) == "CartPole-v1_seeds3-4_batch_size=32"
    run.change(gamma=0.9, tau=0.5, n_step=1)
    assert filename(run, LINK) == (
        "CartPole-v1_seeds3-4_batch_size=32_gamma=0.99to0.9_n_step=5to1_1more"
    )
    raced = filename(run, LINK, foremost=["tau"])
    assert raced.startswith("CartPole-v1_seeds3-4_tau="), "of a race, what tells its files apart"
    notebook = Link("notebook", preset("notebook"))
    assert filename(Run(notebook.member_configs), notebook) == "CartPole-v0_notebook_seed0"


def test_values_that_are_recommended_for_the_environment_differ_from_no_preset() -> None:
    taxi = Link(config=recommended("Taxi-v4"))
    run = Run(taxi.member_configs)
    assert caption(run, taxi) == "Taxi-v4 · seed 0 · Recommended"
    assert filename(run, taxi) == "Taxi-v4_seed0"


def test_a_files_name_has_no_letters_that_a_system_refuses() -> None:
    run = Run([DQNConfig()])
    run.trainer.configs[0] = DQNConfig(env_id="a/b:C-v0")
    assert filename(run, Link("notebook")).startswith("a-b-C-v0_notebook_seed0")


def test_what_a_lesson_hides_is_not_in_a_files_name() -> None:
    lesson = replace(LINK, hidden=("batch_size",))
    assert "batch_size" not in filename(Run(lesson.member_configs), lesson)
