"""What the Test page plays of an agent: the film, the game, files to take away."""

from streamlit.testing.v1 import AppTest

from dqn_core.files.checkpoint import agent_bytes
from tests.balancing import balancing_agent
from tests.pages.sessions import session
from tests.pages.test_page.acts import (
    NOW,
    TRAINED,
    box,
    choose,
    chosen,
    downloads,
    results,
    showings,
    shown,
    state,
    train,
    upload,
)


def test_a_newcomer_sees_an_episode_at_once(page: AppTest) -> None:
    assert shown(page) == [(TRAINED, 1000)]
    assert chosen(page, "agent") == TRAINED
    assert box(page, "beside").value is None
    assert not page.metric
    assert not page.error


def test_a_rerun_films_nothing_anew_and_a_condition_does(page: AppTest) -> None:
    first = showings(page)[0]
    page.run()
    page.toggle(key="film_overlay").set_value(True).run()
    page.text_input(key="test_episodes").set_value("5").run()
    assert showings(page)[0] is first
    page.slider(key="physics_CartPole_gravity").set_value(15.0).run()
    assert showings(page)[0] is not first
    assert showings(page)[0].conditions.parameters == {"gravity": 15.0}
    assert any("gravity 15 m/s²" in caption.value for caption in page.caption)
    page.button(key="usual_physics").click().run()
    assert showings(page)[0].conditions.parameters == {}
    assert page.slider(key="physics_CartPole_gravity").value == 9.8


def test_another_start_goes_on_from_the_shown_one(page: AppTest) -> None:
    page.button(key="another_start").click().run()
    page.button(key="another_start").click().run()
    assert shown(page) == [(TRAINED, 1002)]
    page.button(key="watch").click().run()
    assert shown(page) == [(TRAINED, 1000)]


def test_a_number_that_cannot_be_is_refused_and_the_last_good_one_stays(page: AppTest) -> None:
    page.text_input(key="test_episodes").set_value("5").run()
    page.text_input(key="test_episodes").set_value("2.5").run()
    assert [error.value for error in page.error] == ["Episodes must be a whole number, not 2.5."]
    assert page.text_input(key="test_episodes-1").value == "5"
    assert page.button(key="run_test").label == "Test 5 episodes"
    page.text_input(key="test_episodes-1").set_value("1e2").run()
    assert not page.error
    assert page.button(key="run_test").label == "Test 100 episodes"


def test_a_game_belongs_to_its_agent_and_its_start(page: AppTest) -> None:
    session(page).set("env_id", "FrozenLake-v1")
    train(page, 30)
    page.run()
    page.button(key="game_begin").click().run()
    game = state(page).game
    assert game is not None
    assert page.button(key="game_begin").label == "Play again"
    page.run()
    assert state(page).game is game
    page.button(key="another_start").click().run()
    assert game.over
    assert page.button(key="game_begin").label == "Play"
    assert not page.exception


def test_text_is_played_where_there_are_no_physics(page: AppTest) -> None:
    session(page).set("env_id", "Taxi-v4")
    train(page, 30)
    page.run()
    assert shown(page)[0][0] == "In training, at step 30"
    assert not [slider for slider in page.slider if slider.key != "test_epsilon"]


def test_films_to_take_away(page: AppTest) -> None:
    upload(page, "mine.safetensors", agent_bytes(balancing_agent(max_episode_steps=20)))
    showings(page)[0].film.wait_beyond(10**6, 30)
    page.segmented_control(key="film_form").set_value("GIF").run()
    page.button(key="make_film").click().run()
    film_file = state(page).film_file
    assert film_file is not None
    assert film_file.content.startswith(b"GIF")
    assert any(button.label.startswith("Save episode.gif") for button in downloads(page))
    page.button(key="another_start").click().run()
    assert not any(button.label.startswith("Save") for button in downloads(page))
    train(page)
    page.run()
    assert "make_growth" not in {button.key for button in page.button}, "of another agent"
    choose(page, "agent", NOW)
    page.button(key="make_growth").click().run()
    assert any(button.label.startswith("Save growth.gif") for button in downloads(page))


def test_the_worst_episode_is_one_click_away(page: AppTest) -> None:
    page.slider(key="test_epsilon").set_value(0.5).run()
    page.button(key="run_test").click().run()
    worst = results(page)[0].worst_seed
    page.button(key="worst_0").click().run()
    assert not page.exception
    assert shown(page) == [(TRAINED, worst)]
