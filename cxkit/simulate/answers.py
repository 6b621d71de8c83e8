"""Raters and their answers: rounded, bounded, some missing; never a zero for a missing one."""

from __future__ import annotations

import numpy as np

from cxkit.simulate.design import Design
from cxkit.simulate.layout import Floats, Ints, Layout


def draw_raters(design: Design, rng: np.random.Generator) -> Ints:
    """Company position of every rater, in order; a company's first rater comes first."""
    n = design.companies
    several = rng.random(n) < design.share_several
    count = np.where(several, rng.integers(design.raters[0], design.raters[1] + 1, n), 1)
    return np.repeat(np.arange(n), count)


def draw_answers(
    design: Design,
    shape: Layout,
    latent: Floats,
    company: Ints,
    rng: np.random.Generator,
) -> Floats:
    """Answers (raters, years, items) as whole numbers, missing as NaN.

    latent (n, years, items) is the company's state; company (raters,) says whose rater it is.
    """
    answers = latent[company]
    raters, years, _ = answers.shape
    answers += design.item_error_sd * rng.standard_normal(answers.shape)
    if design.halo_sd:
        answers += design.halo_sd * rng.standard_normal((raters, years, 1))
    if design.leniency_sd:
        answers += design.leniency_sd * rng.standard_normal((raters, 1, 1))
    np.rint(answers, out=answers)
    np.clip(answers, shape.minimum, shape.maximum, out=answers)
    if design.share_missing:
        answers[rng.random(answers.shape, dtype=np.float32) < design.share_missing] = np.nan
    return answers


def draw_importance(
    design: Design, shape: Layout, standing: Floats, company: Ints, years: int,
    rng: np.random.Generator,
) -> Floats:  # fmt: skip
    """Importance (raters, years, items) as whole numbers; standing (n, items) is standardised."""
    low, high = shape.importance
    middle = (low + high) / 2 + 0.5
    mean = middle + design.importance_sd * standing[company]
    values = mean[:, None, :] + 0.5 * rng.standard_normal((len(company), years, shape.items))
    return np.clip(np.rint(values), low, high)
