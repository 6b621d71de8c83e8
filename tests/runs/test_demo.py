"""The demo makes its simulated client once, and ends as its runs end."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cxkit import simulate
from cxkit.contracts import project_root
from cxkit.errors import CxkitError
from cxkit.runs import demo


@pytest.fixture
def generated(home: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every call of the generator, which here only copies the small client."""
    monkeypatch.delenv("CXKIT_ROOT")
    monkeypatch.chdir(Path(__file__).parent)
    shipped = project_root() / "data" / "instruments" / "cx95.yml"
    monkeypatch.setenv("CXKIT_ROOT", str(home))
    shutil.copy(shipped, home / "data" / "instruments")
    calls: list[Path] = []

    def write_shipped(root: Path) -> list[Path]:
        calls.append(root)
        clients = root / "data" / "clients"
        shutil.copytree(clients / "tiny", clients / "simulated", dirs_exist_ok=True)
        config = clients / "simulated" / "client.yml"
        config.write_text(config.read_text().replace("client: tiny", "client: simulated"))
        return [config]

    monkeypatch.setattr(simulate, "write_shipped", write_shipped)
    return calls


def test_the_simulated_client_is_made_once(
    home: Path, generated: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    assert demo.make_simulated(home, said.append)
    assert not demo.make_simulated(home, said.append)
    assert (generated, len(said)) == ([home], 1)
    monkeypatch.setattr(simulate, "SEED", simulate.SEED + 1)
    assert demo.make_simulated(home, said.append)
    (home / "data" / "clients" / "simulated" / "client.yml").unlink()
    assert demo.make_simulated(home, said.append)
    assert len(generated) == 3


def test_reports_on_both(
    home: Path, generated: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "EXAMPLES", ("tiny", "simulated"))
    made = demo.demo(None, print)
    assert [path.parent.parent.name for path in made] == ["tiny", "simulated"]
    assert all(path.is_file() for path in made)


def test_ends_as_its_runs_end(
    home: Path, generated: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "EXAMPLES", ("tiny", "nobody"))
    with pytest.raises(CxkitError, match="failed for nobody") as caught:
        demo.demo(None, print)
    assert caught.value.exit_code == 2
