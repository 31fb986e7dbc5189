"""Which agent the Test page shows and tests, and under which conditions."""

from streamlit.testing.v1 import AppTest

from dashboard.session.agents import available as available_agents
from dqn_core.files.checkpoint import agent_bytes
from dqn_core.files.packing import pack
from tests.balancing import balancing_agent
from tests.pages.sessions import session
from tests.pages.test_page.acts import (
    NOW,
    TRAINED,
    box,
    choose,
    chosen,
    headlines,
    results,
    showings,
    shown,
    train,
    upload,
)


def test_the_agent_that_the_train_page_sends_for_is_shown_although_another_one_trains(
    page: AppTest,
) -> None:
    train(page)
    (trained,) = (c for c in available_agents(session(page)).values() if c.name == TRAINED)
    session(page).to_watch = trained.key
    page.run()
    assert shown(page) == [(TRAINED, 1000)]
    assert chosen(page, "agent") == TRAINED
    choose(page, "agent", NOW)
    assert [title for title, _ in shown(page)] == ["In training, at step 100"]


def test_results_belong_to_the_agents_that_were_tested(page: AppTest) -> None:
    page.text_input(key="test_episodes").set_value("4").run()
    page.button(key="run_test").click().run()
    assert headlines(page) == [f"**{TRAINED}**: 4 episodes from seed 1000"]
    assert set(page.table[0].value.columns) >= {"mean return", "median", "smallest"}
    assert any("discounted by γ 0.985" in caption.value for caption in page.caption)
    values = (
        "B 64, Train every 1, γ 0.985, n 3, α 0.001, Clipping limit 10, other values as in "
        "Recommended"
    )
    assert any(values in caption.value for caption in page.caption), "what the agent is"
    assert len(page.dataframe[0].value) == 4
    page.button(key="worst_0").click().run()
    assert shown(page) == [(TRAINED, results(page)[0].worst_seed)]
    upload(page, "mine.safetensors", agent_bytes(balancing_agent()))
    assert headlines(page) == []
    choose(page, "agent", TRAINED)
    assert len(headlines(page)) == 1
    page.slider(key="test_epsilon").set_value(0.2).run()
    assert headlines(page) == [f"**{TRAINED}**: 4 episodes from seed 1000"]  # still how it was


def test_side_by_side_is_tested_and_filmed_together(page: AppTest) -> None:
    upload(page, "mine.safetensors", agent_bytes(balancing_agent()))
    choose(page, "beside", TRAINED)
    assert shown(page) == [("Uploaded: mine.safetensors", 1000), (TRAINED, 1000)]
    page.text_input(key="test_episodes").set_value("3").run()
    page.button(key="run_test").click().run()
    assert len(headlines(page)) == 2
    assert len(page.table) == 1, "one comparison"
    assert any("from the same starts:" in text.value for text in page.markdown)
    assert results(page)[0].evaluation.mean_return == 500
    assert page.button(key="worst_1")


def test_an_agent_in_training_comes_first_and_shows_at_which_step(page: AppTest) -> None:
    train(page)
    page.run()
    assert shown(page) == [("In training, at step 100", 1000)]
    train(page)
    page.button(key="watch").click().run()
    assert shown(page) == [("In training, at step 200", 1000)]
    assert any("step 200 in CartPole-v1" in caption.value for caption in page.caption)


def test_every_member_can_be_chosen(page: AppTest) -> None:
    session(page).set_typed("members", "2")
    train(page)
    page.run()
    assert box(page, "agent").options[:2] == [
        "In training, seed 0, as it is now",
        "In training, seed 1, as it is now",
    ]
    choose(page, "agent", "In training, seed 1, as it is now")
    assert showings(page)[0].chosen.agent.config.seed == session(page).config.seed + 1


def test_a_choice_that_is_gone_is_said_and_the_page_goes_on(page: AppTest) -> None:
    train(page)
    page.run()
    choose(page, "agent", "In training, at step 0")
    choose(page, "beside", NOW)
    session(page).reset()
    page.run()
    assert shown(page) == [("cartpole-1, at its end", 1000)]
    assert [info.value for info in page.info] == [
        f"“{name}” is no longer there: the run was reset or undone."
        for name in ("In training, at step 0", NOW)
    ]
    assert box(page, "beside").value is None
    page.run()
    assert not page.info


def test_an_earlier_state_stays_as_long_as_it_is_picked(page: AppTest) -> None:
    train(page)
    run = session(page).run
    run.passed_agents.append(run.trainer.agent())
    page.run()
    early = "In training, at step 100"
    choose(page, "agent", early)
    choose(page, "beside", "In training, at step 0")
    train(page)
    run.passed_agents = [run.trainer.agent()]  # as when there are many
    page.button(key="another_start").click().run()
    assert shown(page) == [(early, 1001), ("In training, at step 0", 1001)]
    assert not page.info
    choose(page, "agent", TRAINED)
    assert early not in box(page, "agent").options


def test_another_environment_brings_its_own_conditions(page: AppTest) -> None:
    session(page).set("env_id", "MountainCar-v0")
    train(page, 30)
    page.run()
    assert shown(page)[0][0] == "In training, at step 30"
    assert page.slider(key="physics_MountainCar_force").value == 0.001
    assert page.button(key="game_begin").label == "Play"
    assert box(page, "beside").options == [
        "no other agent",
        "In training, at step 0",
        "Trained MountainCar-v0 agent",
    ]
    choose(page, "agent", TRAINED)
    assert shown(page) == [(TRAINED, 1000)]
    assert page.slider(key="physics_CartPole_length").value == 0.5


def test_a_refused_upload_is_one_sentence_and_what_was_there_stays(page: AppTest) -> None:
    upload(page, "good.safetensors", agent_bytes(balancing_agent()))
    before = showings(page)[0]
    upload(page, "bad.safetensors", b"not an agent at all, but long enough to look")
    assert not page.exception
    assert [error.value for error in page.error] == [
        "bad.safetensors was not loaded. The file is not a DQN Lab checkpoint, or is cut off."
    ]
    assert chosen(page, "agent") == "Uploaded: good.safetensors"
    assert showings(page)[0] is before
    upload(page, "better.safetensors", agent_bytes(balancing_agent()))
    assert not page.error
    assert chosen(page, "agent") == "Uploaded: better.safetensors"


def test_the_one_beside_can_be_sent_away_again(page: AppTest) -> None:
    train(page)
    page.run()
    choose(page, "beside", TRAINED)
    assert len(shown(page)) == 2
    box(page, "beside").select_index(0).run()
    assert len(shown(page)) == 1
    page.run()
    assert len(shown(page)) == 1


def test_an_uploaded_run_offers_its_members(page: AppTest) -> None:
    session(page).set_typed("members", "3")
    train(page, 50)
    content = pack("run", session(page).run.state_dict())
    upload(page, "run.safetensors", content)
    choose(page, "agent", "Uploaded: run.safetensors, agent 3")
    assert shown(page) == [("Uploaded: run.safetensors, agent 3", 1000)]
    assert showings(page)[0].chosen.agent.config.seed == session(page).config.seed + 2
