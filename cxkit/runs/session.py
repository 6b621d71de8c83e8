"""The run a notebook opens: its client, its measures, and what it leaves behind.

Driven by the runner, a notebook writes its fragment into the staging folder named by the run
context (`CXKIT_RUN`). Opened by hand or by plain papermill it works the same and writes to
`outputs/.scratch/<client>/<notebook>/`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from cxkit.contracts import Client, project_root, read_client
from cxkit.display import text
from cxkit.errors import ConfigError, nearest
from cxkit.exhibits import Exhibit, Gallery, gathered
from cxkit.exhibits.answer import answer
from cxkit.exhibits.common import block_titles
from cxkit.exhibits.lent import lent
from cxkit.measures import Accounts, Maturity, Panel, accounts, maturity, panel
from cxkit.measures.panel import LAGS
from cxkit.measures.score_choice import INDEX
from cxkit.models import Check, LinkageFamily, LinkageSpec
from cxkit.models.benchmark import Benchmark
from cxkit.models.certainty import Certainty
from cxkit.models.declared import declared
from cxkit.models.linkage import LATER
from cxkit.models.pnl_view import PnlView
from cxkit.models.specification_curve import SpecificationCurve
from cxkit.runs.compared import benchmark_of, lender_of
from cxkit.runs.own_pnl import own_pnl
from cxkit.runs.tested import checks_of, curve_of

CONTEXT = "CXKIT_RUN"
TRUTH = Path("data") / "truth"


class Run:
    """One notebook's part of a report.

    client is the checked client folder; scores and accounts are computed when first asked for.
    What is shown or recorded here, in that order, is what `save` writes.
    """

    def __init__(
        self, notebook: str, client: Client, seed: int, context: dict[str, Any] | None
    ) -> None:
        self.notebook = notebook
        self.client = client
        self.seed = seed
        self._context = context
        self._exhibits: list[Exhibit] = []
        self._estimates: dict[str, dict[str, object]] = {}
        self._checks: list[Check] = []
        self._excluded: list[dict[str, Any]] = []
        self._answer: dict[str, Any] | None = None
        self._resolved: dict[str, Any] = {}
        self.correction_reason: Mapping[str, Any] | None = None

    def __repr__(self) -> str:
        return f"Run({self.notebook}, {self.client.config.client}, as of {self.as_of})"

    @property
    def as_of(self) -> str:
        """The last day of the data, as an ISO date."""
        return str(self.client.config.as_of)

    @property
    def language(self) -> str:
        return self.client.config.language

    def company(self, company_id: str = "") -> str:
        """The company to show among the others: the one named, else the client's own, else ""."""
        chosen = company_id or self.client.config.company or ""
        known = self.client.table("companies")["company_id"]
        if chosen and not (known == chosen).any():
            raise ConfigError(f'no company "{chosen}" in companies{nearest(chosen, known)}')
        return chosen

    @cached_property
    def scores(self) -> Maturity:
        """Index, blocks and stage of every company and wave."""
        return maturity(self.client)

    @cached_property
    def benchmark(self) -> Benchmark:
        """What the client is compared with: the benchmark it names, else its own companies."""
        return benchmark_of(self.client, self.scores)

    @cached_property
    def certainty(self) -> Certainty:
        """How sure the scores are: intervals, stages as probabilities, changes."""
        return Certainty(self.scores, lender_of(self.client, self.scores))

    @cached_property
    def accounts(self) -> Accounts:
        """Growth and margins of every fiscal period."""
        return accounts(self.client)

    @cached_property
    def outcomes(self) -> tuple[str, ...]:
        """The outcomes the client asks for; those of the kit that the accounts hold, else."""
        if self.client.config.outcomes:
            return tuple(self.client.config.outcomes)
        table = self.accounts.table
        known = ("revenue_growth", "gross_margin", "operating_margin", "net_margin")
        return tuple(o for o in known if table[o].notna().any()) or ("revenue_growth",)

    def panel(self, outcome: str = "", lag: int | None = None, measure: str = "") -> Panel:
        """Scores joined with an outcome; by default the primary one of the client."""
        asked = self.client.config.primary
        years = (1 if asked.lag is None else asked.lag) if lag is None else lag
        first = asked.outcome or self.outcomes[0]
        return panel(
            self.client, self.scores, self.accounts, outcome or first, years, measure or INDEX
        )

    def panels(
        self, lags: Iterable[int] = (1, 0), primary: LinkageSpec | None = None
    ) -> list[Panel]:
        """One panel per outcome and lag: the primary outcome, then the client's in their order.

        The primary estimate's own lag is always among them.
        """
        first = [primary.outcome] if primary else []
        outcomes = dict.fromkeys([*first, *self.outcomes])
        asked = tuple(dict.fromkeys([*([primary.lag] if primary else []), *lags]))
        measure = primary.measure if primary else INDEX
        return [self.panel(outcome, lag, measure) for outcome in outcomes for lag in asked]

    def explored(self, primary: LinkageSpec) -> list[Panel]:
        """The panels of exploratory estimates: later years of each outcome, each block's score."""
        outcomes = dict.fromkeys([primary.outcome, *self.outcomes])
        later = [
            self.panel(outcome, lag, primary.measure)
            for outcome in outcomes for lag in LAGS if lag >= LATER and lag != primary.lag
        ]  # fmt: skip
        blocks = self.scores.instrument.block_ids if primary.measure == INDEX else ()
        return later + [self.panel(primary.outcome, primary.lag, block) for block in blocks]

    def primary(
        self,
        outcome: str = "",
        lag: int = -1,
        specification: str = "",
        clip: tuple[float, float] = (0.01, 0.99),
        correction: str = "",
        measure: str = "",
    ) -> LinkageSpec:
        """The one estimate declared before the run: arguments, else client.yml, else defaults.

        "" and a lag of -1 stand for what client.yml says, or next year's first outcome within
        companies, error in the score dealt with as well as the scores allow. What the scores
        allow is read from who was scored how often and by whom, never from an outcome's values.
        """
        asked = self.client.config.primary
        own = self.panel(outcome, None if lag == -1 else lag, measure or asked.measure or "")
        chosen, self.correction_reason = declared(
            own, self.scores, specification or asked.specification,
            correction or asked.correction, clip, self.seed,
        )  # fmt: skip
        self._resolved |= {"outcome": chosen.outcome, "lag": chosen.lag,
                           "specification": chosen.specification,
                           "correction": chosen.correction, "measure": chosen.measure}  # fmt: skip
        return chosen

    def curve(self, primary: LinkageSpec) -> SpecificationCurve | None:
        """Every defensible way to ask the primary question; None where none can be answered."""
        return curve_of(primary, self.panel, self.scores)

    def check(
        self, panel: Panel, family: LinkageFamily, curve: SpecificationCurve | None = None
    ) -> list[Check]:
        """Every check of the primary estimate, on the panel it was fitted to."""
        same_year = self.panel(panel.outcome, 0, panel.measure)
        return checks_of(panel, family, self.scores, same_year, curve)

    def own_pnl(self, family: LinkageFamily, points: float) -> PnlView | Mapping[str, Any]:
        """What so many points of score go with in the reader's own accounts, or why not."""
        primary = family.primary
        return own_pnl(
            family, lambda outcome: self.panel(outcome, primary.lag, primary.measure),
            self.scores, self.accounts, self.company(), points,
        )  # fmt: skip

    @cached_property
    def block_titles(self) -> dict[str, str]:
        """Titles of the instrument's blocks by id, in the report's language."""
        return block_titles(self.client)

    @cached_property
    def truth(self) -> dict[str, Any]:
        """Planted effects per score point by outcome, for a simulated client of the project.

        Empty for every other client: a client folder elsewhere has no truth file.
        """
        root, slug = project_root(), self.client.config.client
        path = root / TRUTH / f"{slug}.json"
        home = root / "data" / "clients" / slug
        if self.client.folder.resolve() != home.resolve() or not path.is_file():
            return {}
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return dict(found.get("effects_per_point", {}))

    def show(self, *shown: Exhibit | Gallery) -> Exhibit | Gallery:
        """Keep an exhibit, or several, for the report, and hand them back to be looked at."""
        several = [one.exhibits if isinstance(one, Gallery) else (one,) for one in shown]
        exhibits = tuple(exhibit for part in several for exhibit in part)
        for exhibit in exhibits:
            self._exhibits = [e for e in self._exhibits if e.id != exhibit.id]
            self._exhibits.append(exhibit)
        return shown[0] if len(shown) == 1 else Gallery(exhibits)

    def record(self, *found: LinkageFamily | Check | Panel | Sequence[Any]) -> None:
        """Keep estimates, checks and what fell out of a panel for results.json."""
        for one in found:
            if isinstance(one, LinkageFamily):
                self._estimates |= {r.spec.id: r.as_row() for r in one.results}
                self._excluded += _left_out(one)
            elif isinstance(one, Check):
                self._checks = [c for c in self._checks if c.id != one.id] + [one]
            elif isinstance(one, Panel):
                self._excluded += _excluded(one)
            elif isinstance(one, (list, tuple)):
                self.record(*one)
            else:
                raise ConfigError(f"a run keeps estimates, checks and panels, not {type(one)}")

    def conclude(self, family: LinkageFamily) -> dict[str, Any]:
        """Make the primary estimate the report's answer; returns it to be read."""
        self._answer = answer(
            family, self.truth, self.language, self.correction_reason, self._checks,
            self._lent(family) if family.main is None else None,
        )  # fmt: skip
        return self._answer

    def _lent(self, family: LinkageFamily) -> Any:
        """What the benchmark that the client names says of the primary question."""
        if self.benchmark.own:
            return None
        primary, books = family.primary, self.accounts.table
        own = books[(books["company_id"] == self.company()) & (books["period_months"] == 12)]
        known = own["revenue"].dropna()
        revenue = float(known.iloc[-1]) if len(known) else None
        companies = self.panel(primary.outcome, primary.lag, primary.measure).companies
        return lent(self.benchmark, primary, companies, revenue, self.client.config.currency)

    def save(self) -> str:
        """Write the fragment, complete or not at all; its place is the run's marker of success."""
        folder = self._folder()
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.notebook}.json"
        partial = path.with_suffix(".tmp")
        content = json.dumps(self._fragment(), ensure_ascii=False, allow_nan=False, default=_plain)
        partial.write_text(content, encoding="utf-8")
        partial.replace(path)
        return path.relative_to(path.parents[2]).as_posix()

    def _folder(self) -> Path:
        if self._context:
            return Path(self._context["staging"]) / "fragments"
        return project_root() / "outputs" / ".scratch" / self.client.config.client / self.notebook

    def _fragment(self) -> dict[str, Any]:
        section = {"section": self.notebook}
        return {
            "notebook": self.notebook,
            "token": (self._context or {}).get("token"),
            "complete": True,
            "estimates": [_clean(row) | section for row in self._estimates.values()],
            "checks": [c.as_row() | section for c in self._checks],
            "exhibits": [_clean(e.as_row()) for e in gathered(self._exhibits)],
            "excluded": [row | section for row in self._excluded],
            "analysis": {"maturity": self._analysis(), "members": []},
            "answer": self._answer,
            "resolved": {
                **self._resolved,
                "client": self.client.config.client,
                "as_of": self.as_of,
            },
        }

    def _analysis(self) -> list[dict[str, Any]]:
        """Scores by company and wave; only the maturity notebook leaves them."""
        if self.notebook != "02_maturity":
            return []
        blocks, sure = _by_company(self.scores.blocks), self.certainty
        errors = sure.index[["conf_low", "conf_high", "error_source"]].to_dict("records")
        rows = []
        for row, error, chances in zip(
            self.scores.table.to_dict("records"), errors, sure.stages.tolist(), strict=True
        ):
            wave = row["wave"].date().isoformat()
            known = bool(chances) and not any(map(pd.isna, chances))
            rows.append({
                "company_id": row["company_id"], "wave": wave, "index": _number(row["index"]),
                "conf_low": _number(error["conf_low"]), "conf_high": _number(error["conf_high"]),
                "error_source": error["error_source"],
                "stage": None if pd.isna(row["stage"]) else int(row["stage"]),
                "stage_probability": chances if known else None,
                "blocks": blocks.get((row["company_id"], wave), {}),
            })  # fmt: skip
        return rows


def open_run(notebook: str, client: str, as_of: str = "", seed: int = 0) -> Run:
    """Open the run of one notebook for one client.

    client is a name below data/clients or a folder's path; as_of an ISO date, "" for the
    client's own. Rows dated after as_of are set aside. Data that do not fit their contract
    raise a ContractError with every finding.
    """
    where = os.environ.get(CONTEXT)
    context: dict[str, Any] | None = None
    if where:
        context = json.loads(Path(where).read_text(encoding="utf-8"))
        if context is not None and context.get("notebook") not in (None, notebook):
            raise ConfigError(
                f'the run expects notebook "{context["notebook"]}", but "{notebook}" was opened'
            )
    folder = context["client_dir"] if context else client
    return Run(notebook, read_client(folder, as_of=as_of or None), seed, context)


def _left_out(found: LinkageFamily) -> list[dict[str, Any]]:
    """Estimates that could not be made, and rows that say nothing under a specification."""
    rows = [
        {"reason": f"{row['id']}: {text(row['reason'])}", "rows": 0}
        for row in found.left_out.to_dict("records")
    ]
    for result in found.results:
        spec = result.spec
        rows += [
            {"reason": str(row["reason"]), "rows": int(row["rows"]), "outcome": spec.outcome,
             "lag": spec.lag, "specification": spec.specification}
            for row in result.excluded.to_dict("records")
        ]  # fmt: skip
    return rows


def _excluded(found: Panel) -> list[dict[str, Any]]:
    return [
        {"reason": row["reason"], "rows": int(row["rows"]), "outcome": found.outcome,
         "lag": found.lag} for row in found.excluded.to_dict("records")
    ]  # fmt: skip


def _by_company(blocks: pd.DataFrame) -> dict[tuple[str, str], dict[str, float | None]]:
    """Block scores by company and wave, missing ones as None."""
    wide = blocks.pivot(index=["company_id", "wave"], columns="block", values="performance")
    rows = wide.to_dict("records")
    keys = [(str(c), w.date().isoformat()) for c, w in wide.index]
    return {k: {str(b): _number(v) for b, v in r.items()} for k, r in zip(keys, rows, strict=True)}


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _plain(value: Any) -> Any:
    """numpy scalars as Python's; anything else is a defect that must be seen."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{type(value)} does not belong in results")


def _clean(value: Any) -> Any:
    """NaN and infinities become None, through mappings and lists."""
    if isinstance(value, dict):
        return {k: _clean(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(v) for v in value]
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    return value
