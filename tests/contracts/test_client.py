"""The client object, how a client is named, and the clients that ship with the project."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from cxkit.contracts import Client, check_client, project_root, read_client, resolve_client
from cxkit.errors import ConfigError
from tests.contracts.folders import CLIENT, SCORES, TINY, write_client


@pytest.fixture
def client(tmp_path: Path) -> Client:
    return read_client(str(write_client(tmp_path)))


def test_tables_that_were_not_sent_are_empty(client: Client) -> None:
    assert client.has("scores")
    assert not client.has("events")
    assert client.table("events").empty
    assert "assignment" in client.table("events")
    with pytest.raises(KeyError, match="scores"):
        client.table("score")


def test_a_table_can_be_changed_without_changing_the_client(client: Client) -> None:
    scores = client.table("scores")
    scores["value"] = 0.0
    scores.loc[0, "company_id"] = "x"
    assert client.table("scores")["value"].tolist() == [12, 0]
    assert client.table("scores")["company_id"].tolist() == ["a1", "b2"]


def test_every_file_that_was_read_has_its_digest(client: Client) -> None:
    assert [(file.name, file.rows) for file in client.files] == [
        ("assessments.csv", 3),
        ("client.yml", None),
        ("companies.csv", 2),
        ("pnl.csv", 2),
        ("scores.csv", 2),
        ("tiny.yml", None),
    ]
    for file in client.files:
        digest = hashlib.sha256((client.folder / file.name).read_bytes()).hexdigest()
        assert file.sha256 == digest


def test_another_date_of_the_run_takes_the_place_of_the_files(tmp_path: Path) -> None:
    folder = write_client(tmp_path, {"scores.csv": SCORES + "b2,2023-06-30,index,5\n"})
    later, earlier = read_client(str(folder)), read_client(str(folder), as_of="2022-12-31")
    assert (later.config.as_of, earlier.config.as_of) == ("2024-12-31", "2022-12-31")
    assert (len(later.table("scores")), len(earlier.table("scores"))) == (3, 2)
    with pytest.raises(ConfigError, match="as_of must be a date"):
        read_client(str(folder), as_of="31.12.2022")


def test_a_client_is_a_name_or_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXKIT_ROOT", str(tmp_path))
    shipped = write_client(tmp_path / "data" / "clients")
    other = write_client(tmp_path / "elsewhere", name="other")
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert resolve_client("acme") == shipped
    assert resolve_client("other") == resolve_client(str(other)) == other
    assert resolve_client("../data/clients/acme") == shipped
    with pytest.raises(ConfigError, match='did you mean "acme"'):
        resolve_client("acne")
    (tmp_path / "data" / "clients" / "bare").mkdir()
    with pytest.raises(ConfigError, match=r"has no client.yml"):
        resolve_client("bare")


@pytest.mark.parametrize("name", ["", "a\x00b", "../..", "/nowhere", "x" * 300, "no\nwhere"])
def test_names_of_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError):
        resolve_client(name)


def test_the_instrument_may_not_be_a_path_nor_a_link_out(tmp_path: Path) -> None:
    elsewhere = tmp_path / "tiny.yml"
    elsewhere.write_text(TINY)
    text = CLIENT.replace("instrument: tiny", "instrument: ../tiny")
    with pytest.raises(ConfigError, match="instrument: must be of a-z"):
        check_client(str(write_client(tmp_path, {"client.yml": text}, "one")))
    folder = write_client(tmp_path, {"tiny.yml": None}, "two")
    (folder / "tiny.yml").symlink_to(elsewhere)
    with pytest.raises(ConfigError, match="a link out of the client's folder"):
        check_client(str(folder))


def test_the_same_folder_gives_the_same_findings(tmp_path: Path) -> None:
    folder = write_client(tmp_path, {"scores.csv": SCORES.replace("b2", "b3"), "x.txt": ""})
    assert check_client(str(folder)).equals(check_client(str(folder)))


def test_service_brands_is_as_given(shared_data: Path) -> None:
    for file in (shared_data / "clients" / "service-brands").iterdir():
        copy = project_root() / "data" / "clients" / "service-brands" / file.name
        assert copy.read_bytes() == file.read_bytes()


def test_service_brands_fits() -> None:
    client = read_client("service-brands")
    rows = {name: len(client.table(name)) for name in ("companies", "scores", "pnl")}
    assert rows == {"companies": 23, "scores": 202, "pnl": 221}
    assert set(client.findings["severity"]) == {"warn"}


def test_us_brands_fits(shared_data: Path) -> None:
    client = read_client(str(shared_data / "clients" / "us-brands"))
    rows = {name: len(client.table(name)) for name in ("companies", "scores", "pnl")}
    assert rows == {"companies": 221, "scores": 2933, "pnl": 4135}
    assert set(client.findings["severity"]) == {"warn"}


def _client_yml(name: str, as_of: str) -> str:
    return (
        f'schema_version: 1\nclient: {name}\ninstrument: {name}\nas_of: "{as_of}"\ncurrency: USD\n'
    )


def test_a_survey_of_eighteen_items_loads_without_code(shared_data: Path, tmp_path: Path) -> None:
    given = shared_data / "clients" / "management-mexico"
    folder = tmp_path / "wms"
    folder.mkdir()
    for name in ("companies.csv", "assessments.csv"):
        (folder / name).write_bytes((given / name).read_bytes())
    answers = (given / "assessments.csv").read_text().splitlines()[1:]
    items = sorted({line.split(",")[4] for line in answers})
    lines = "".join(f"      - {{id: {item}, text: {{en: {item}}}}}\n" for item in items)
    (folder / "wms.yml").write_text(
        "id: wms\nversion: 1\ntitle: {en: Management}\nprovenance: published\n"
        "scale: {minimum: 1, maximum: 5}\nindex: {minimum: 1, maximum: 5, method: mean-of-items}\n"
        f"blocks:\n  - id: all\n    title: {{en: All}}\n    items:\n{lines}"
    )
    (folder / "client.yml").write_text(_client_yml("wms", "2013-12-31"))
    client = read_client(str(folder))
    assert len(items) == 18
    assert len(client.table("assessments")) == len(answers) == 5400
    assert client.findings["kind"].tolist() == ["unknown_column"]


def test_blocks_without_items_load_without_code(shared_data: Path, tmp_path: Path) -> None:
    given = shared_data / "clients" / "reputation-2022"
    folder = tmp_path / "reputation"
    folder.mkdir()
    for name in ("companies.csv", "scores.csv"):
        (folder / name).write_bytes((given / name).read_bytes())
    scores = (given / "scores.csv").read_text().splitlines()[1:]
    measures = sorted({line.split(",")[2] for line in scores})
    blocks = "".join(f"  - {{id: {name}, title: {{en: {name}}}}}\n" for name in measures)
    (folder / "reputation.yml").write_text(
        "id: reputation\nversion: 1\ntitle: {en: Reputation}\nprovenance: published\n"
        "scale: {minimum: 0, maximum: 100}\n"
        f"index: {{minimum: 0, maximum: 100, method: mean-of-blocks}}\nblocks:\n{blocks}"
    )
    (folder / "client.yml").write_text(_client_yml("reputation", "2022-12-31"))
    client = read_client(str(folder))
    assert len(client.table("scores")) == 700
    assert client.findings.empty
