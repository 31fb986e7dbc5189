"""How much memory is free, as Linux says it of the machine and of a container."""

from pathlib import Path

import pytest

from dqn_core.base.memory import free_memory, in_words

MIB = 2**20


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for what the system says: 8,000 MiB are available."""
    monkeypatch.setattr("dqn_core.base.memory._MEMINFO", tmp_path / "meminfo")
    paths = (tmp_path / "memory.max", tmp_path / "memory.current")
    monkeypatch.setattr("dqn_core.base.memory._GROUPS", (paths,))
    (tmp_path / "meminfo").write_text(
        "MemTotal: 9 kB\nMemAvailable:    8192000 kB\nBuffers: 1 kB\n"
    )
    return tmp_path


def contained(system: Path, limit: str) -> None:
    (system / "memory.max").write_text(f"{limit}\n")
    (system / "memory.current").write_text(f"{900 * MIB}\n")
    (system / "memory.stat").write_text(f"anon 5\ninactive_file {300 * MIB}\n")


def test_without_a_container_it_is_what_the_machine_has_available(system: Path) -> None:
    assert free_memory() == 8_000 * MIB


def test_a_containers_limit_counts_less_what_is_in_use_and_no_mere_cache(system: Path) -> None:
    contained(system, str(1_000 * MIB))
    assert free_memory() == 400 * MIB


def test_a_container_without_a_limit_has_what_the_machine_has(system: Path) -> None:
    contained(system, "max")
    assert free_memory() == 8_000 * MIB


@pytest.mark.parametrize("said", ["", "MemAvailable:", "MemAvailable: much kB"])
def test_where_the_machine_does_not_say_it_is_all_that_it_has(system: Path, said: str) -> None:
    (system / "meminfo").write_text(said)
    whole = free_memory()
    assert whole is None or whole > 2**27


def test_sizes_are_written_in_the_unit_that_fits() -> None:
    assert in_words(3 * 2**30 // 2) == "1.5 GiB"
    assert in_words(MIB) == "1 MiB"
    assert in_words(210 * 2**30) == "210 GiB"
