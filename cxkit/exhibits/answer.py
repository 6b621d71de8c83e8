"""The first page's answer: the primary estimate in one sentence, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.display import message, text
from cxkit.exhibits.wording import linkage_message, sure_messages
from cxkit.models.checks import Check
from cxkit.models.linkage import LinkageFamily


def answer(
    family: LinkageFamily,
    truth: dict[str, Any] | None = None,
    language: str = "en",
    reason: Mapping[str, Any] | None = None,
    checks: Sequence[Check] = (),
    lent: tuple[dict[str, Any], list[dict[str, Any]], str] | None = None,
) -> dict[str, Any]:
    """`answer` of results.json; where the primary estimate is missing it says why.

    truth holds planted effects by outcome for simulated clients, reason says why error in the
    score was dealt with as it was; lent is what a benchmark says in place of a missing estimate.
    """
    main = family.main
    earned = main.grade if main else None
    if main is None and lent is not None:
        headline, sure, earned = lent
        sure = [*sure, _why_missing(family)]
    elif main is None:
        headline = message("linkage.no_primary")
        sure = [_why_missing(family)]
    else:
        headline, sure = linkage_message(main), sure_messages(main, truth, reason, checks)
    return {
        "message": headline,
        "headline": text(headline, language),
        "sure": sure,
        "sure_text": [text(s, language) for s in sure],
        "grade": earned,
    }


def _why_missing(family: LinkageFamily) -> dict[str, Any]:
    """The reason the primary estimate could not be made."""
    primary = family.primary
    why = family.left_out.loc[family.left_out["id"] == primary.id, "reason"]
    return message(
        "linkage.no_primary_why",
        outcome=primary.outcome,
        lag=f"lag{primary.lag}",
        specification=primary.specification,
        why=why.iloc[0] if len(why) else message("linkage.cannot_unasked"),
    )
