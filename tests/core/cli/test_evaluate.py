"""Playing a saved agent by a command."""

from dqn_core.cli.command_line import main
from tests.core.commands import SMALL, ended, refusal


def test_a_saved_agent_plays_the_episodes_of_its_final_evaluation(capsys, tmp_path):
    path = tmp_path / "agent.safetensors"
    trained = ended(capsys, "train", *SMALL, "--save", path)[1]
    code, played, _ = ended(capsys, "evaluate", path, "--episodes", 2)
    assert code == 0
    assert trained["evaluation"].items() <= played.items()
    assert played["env_steps"] == 150
    assert played["lengths"] == played["returns"]
    other = ended(capsys, "evaluate", path, "--episodes", 2, "--seed", 50, "--epsilon", 1)[1]
    assert other["returns"] != played["returns"]


def test_of_a_run_with_several_agents_it_is_told_which_one_plays(capsys, tmp_path):
    run, agent = tmp_path / "run.safetensors", tmp_path / "agent.safetensors"
    main(["train", *SMALL, "--seed", "3", "--save", str(agent)])
    main(["train", *SMALL, "--seeds", "3,5", "--save-run", str(run)])
    capsys.readouterr()
    assert main(["evaluate", str(run)]) == 0
    of_run = capsys.readouterr()
    assert "is a run of 2 agents: the first one plays (seed 3)." in of_run.err
    assert main(["evaluate", str(agent)]) == 0
    assert capsys.readouterr() == (of_run.out, "")


def test_an_episode_becomes_a_video(capsys, tmp_path):
    agent, video = tmp_path / "agent.safetensors", tmp_path / "episode.gif"
    main(["train", *SMALL, "--save", str(agent)])
    assert main(["evaluate", str(agent), "--episodes", "1", "--video", str(video)]) == 0
    assert video.read_bytes().startswith(b"GIF8")
    capsys.readouterr()
    other = tmp_path / "episode.avi"
    assert "Episodes are saved as" in refusal(capsys, "evaluate", agent, "--video", other)
