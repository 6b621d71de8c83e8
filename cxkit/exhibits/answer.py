"""The first page's answer: the primary estimate in one sentence, and how sure that is."""

from __future__ import annotations

from typing import Any

from cxkit.display import message, text
from cxkit.exhibits.wording import linkage_message, sure_messages
from cxkit.models.linkage import MIN_COMPANIES, LinkageFamily


def answer(
    family: LinkageFamily,
    truth: dict[str, Any] | None = None,
    companies: int = 0,
    language: str = "en",
) -> dict[str, Any]:
    """`answer` of results.json; where the primary estimate is missing it says why.

    truth holds planted effects by outcome for simulated clients; companies is the number that
    have both a score and the primary outcome.
    """
    main, primary = family.main, family.primary
    if main is None:
        values = {"outcome": primary.outcome, "lag": f"lag{primary.lag}", "least": MIN_COMPANIES,
                  "specification": primary.specification, "companies": companies}  # fmt: skip
        headline = message("linkage.no_primary")
        sure = [message("linkage.no_primary_why", **values)]
    else:
        headline, sure = linkage_message(main), sure_messages(main, truth)
    return {
        "message": headline,
        "headline": text(headline, language),
        "sure": sure,
        "sure_text": [text(s, language) for s in sure],
        "grade": main.grade if main else None,
    }
