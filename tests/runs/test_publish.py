"""A run is shown whole or not at all; earlier runs stay until pruned."""

from __future__ import annotations

import multiprocessing
import os
import sys
from pathlib import Path

import pytest

from cxkit.errors import InfrastructureError
from cxkit.runs import publish
from cxkit.runs.lock import locked
from cxkit.runs.publish import MANIFEST, Site, open_staging


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "outputs", "tiny", "2024-12-31")


def one_run(site: Site, text: str, keep: int = 5) -> Path:
    staging = open_staging(site)
    (staging.work / "private").mkdir()
    (staging.tree / "report.html").write_text(text)
    (staging.tree / MANIFEST).write_text("{}")
    return publish.publish(site, staging, keep)


def shown(site: Site) -> str:
    return (site.published / "report.html").read_text()


def test_a_run_is_published_and_earlier_ones_stay(site: Site) -> None:
    assert one_run(site, "first") == site.published
    one_run(site, "second")
    assert shown(site) == "second"
    assert [p.name for p in site.kept()] == ["0001", "0002"]
    assert sorted(path.name for path in site.runs.iterdir()) == ["0001", "0002"]
    if sys.platform != "win32":
        assert site.published.readlink() == Path(".runs", "2024-12-31", "0002")


def test_pruning_keeps_the_newest(site: Site) -> None:
    for number in range(6):
        one_run(site, str(number), keep=2)
    assert [p.name for p in site.kept()] == ["0005", "0006"]
    assert shown(site) == "5"


def test_what_a_killed_run_left_is_removed(site: Site) -> None:
    one_run(site, "first")
    dead = open_staging(site)
    assert dead.tree.name == "0002.tmp"
    again = open_staging(site)
    assert again.tree.name == "0002.tmp"
    assert not list(again.tree.iterdir())
    assert shown(site) == "first"


def test_without_links_folders_are_renamed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    for text in ("first", "second", "third"):
        one_run(site, text)
        assert shown(site) == text
    assert site.published.is_dir()
    assert not site.published.is_symlink()
    assert [(p / "report.html").read_text() for p in site.kept()] == ["first", "second"]
    one_run(site, "fourth", keep=2)
    assert [(p / "report.html").read_text() for p in site.kept()] == ["third"]


def test_a_switch_cut_short_is_healed(site: Site) -> None:
    one_run(site, "first")
    site.published.unlink()
    publish.discard(open_staging(site))
    assert shown(site) == "first"


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "outputs").write_text("a file")
    site = Site(tmp_path / "outputs", "tiny", "2024-12-31")
    with pytest.raises(InfrastructureError):
        open_staging(site)
    with pytest.raises(InfrastructureError), locked(site.lock, print):
        pass


def test_a_second_run_ends_at_once(site: Site) -> None:
    said: list[str] = []
    with (
        locked(site.lock, said.append),
        pytest.raises(InfrastructureError, match=f"process {os.getpid()} .*tiny/2024-12-31"),
        locked(site.lock, said.append),
    ):
        pass
    assert said == []
    assert not site.lock.exists()


def _hold_and_die(path: str) -> None:
    with locked(Path(path), print):
        os._exit(1)


def test_the_lock_of_a_dead_process_is_taken_over(site: Site) -> None:
    child = multiprocessing.get_context("spawn").Process(target=_hold_and_die, args=(site.lock,))
    child.start()
    child.join()
    assert site.lock.exists()
    said: list[str] = []
    with locked(site.lock, said.append):
        assert len(said) == 1
        assert f"process {child.pid}" in said[0]
    with locked(site.lock, said.append):
        assert len(said) == 1


def _race(path: str, wins: str) -> None:
    import time

    try:
        with locked(Path(path), print):
            for word in ("in\n", "out\n"):
                with Path(wins).open("a") as file:
                    file.write(word)
                time.sleep(0.3)
    except InfrastructureError:
        pass


def test_of_many_at_once_one_runs_at_a_time(site: Site, tmp_path: Path) -> None:
    wins = tmp_path / "wins"
    context = multiprocessing.get_context("spawn")
    runs = [context.Process(target=_race, args=(str(site.lock), str(wins))) for _ in range(6)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    lines = wins.read_text().split()
    assert lines
    assert lines == ["in", "out"] * (len(lines) // 2)
