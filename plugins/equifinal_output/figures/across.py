"""Figures across methods: verdicts, agreement, importance."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import equifinal as eq
from equifinal.errors import did_you_mean
from equifinal.plain import KEY, UNTESTED_KEY, counted
from equifinal_output.figures.source import comparison_of, labelled
from equifinal_output.figures.style import BLUE, COLOURS, INK, MARKERS, VERMILLION, clean, drawn, finish, sized, wrapped
from equifinal_output.words.importance import importances
from equifinal_output.words.names import capitalized
from equifinal_output.words.propositions import full_texts
from equifinal_output.words.wording import AGREEMENT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The colour of each verdict and its opacity: Okabe & Ito's colours, pale enough for text on light and dark.
STYLES = {
    "supported": ("#009E73", 0.42),
    "contradicted": ("#D55E00", 0.42),
    "inconclusive": ("#E69F00", 0.3),
    "silent": ("#808080", 0.12),
}


# -------------------------------------------------------------------------------------------------- verdicts


@drawn
def plot_verdicts(comparison: eq.Comparison, ax: "Axes | None" = None) -> "Axes":
    """Draw the verdict matrix: propositions in rows, methods in columns.

    Beside each sign stands how often chance alone gives the same (of a denial: how often resampled case sets do). What is not
    firm is grey and in brackets, with the number that fails; without evidence nothing is known to be firm.

    Parameters
    ----------
    comparison
        What to draw; its study must state propositions.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output.figures import plot_verdicts
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca", "regression"]))
    >>> ax = plot_verdicts(comparison)
    >>> [label.get_text() for label in ax.get_xticklabels()]
    ['fsqca', 'regression']
    """
    from matplotlib.patches import FancyBboxPatch

    verdicts, marks = comparison_of(comparison).verdicts, comparison.marks.to_numpy()
    loose = comparison.loose.to_numpy()
    rows, columns = verdicts.shape
    if not rows:
        raise eq.InputError(
            f"Study {comparison.calibrated.name!r} states no propositions, so there are no verdicts to draw. "
            "Give it some ([[proposition]] in its study.toml)."
        )
    texts = [wrapped(text, 52, lines=3) for text in full_texts(comparison.propositions)]
    heights = [max(0.42, 0.17 + 0.155 * (text.count("\n") + 1)) for text in texts]
    ax, own = sized(ax, 1.2 * columns, sum(heights))
    tops = np.concatenate([[0.0], np.cumsum(heights)])
    middles = (tops[:-1] + tops[1:]) / 2
    for row, (middle, height) in enumerate(zip(middles, heights, strict=True)):
        for column, answer in enumerate(verdicts.iloc[row]):
            colour, strength = STYLES["silent" if loose[row, column] else answer]
            ax.add_patch(
                FancyBboxPatch(
                    (column - 0.46, middle - height / 2 + 0.025),
                    0.92,
                    height - 0.05,
                    boxstyle="round,pad=0,rounding_size=0.05",
                    fc=(colour, strength),
                    ec="none",
                )
            )
            said = "silent" if answer == "silent" else marks[row, column]
            alpha = 0.7 if loose[row, column] else 1.0
            ax.text(column, middle, said, ha="center", va="center", fontsize=9, alpha=alpha, in_layout=False)
    ax.set(xlim=(-0.5, columns - 0.5), ylim=(tops[-1], 0))
    ax.set_yticks(middles, texts)
    ax.set_xticks(range(columns), [wrapped(label, 13) for label in verdicts.columns])
    ax.tick_params(axis="x", top=True, labeltop=True, bottom=False, labelbottom=False)
    ax.tick_params(length=0, labelsize=9)
    ax.spines[:].set_visible(False)
    key = UNTESTED_KEY if comparison.demands is None else KEY
    return finish(ax, own, comparison, "What each method says to each proposition", note=key)


def verdicts_in_words(comparison: eq.Comparison) -> str:
    verdicts, firm = comparison.verdicts, comparison.firm.to_numpy()
    counts = {answer: int((verdicts == answer).to_numpy().sum()) for answer in STYLES}
    said = [f"{counted(len(verdicts), 'proposition')}, {counted(verdicts.shape[1], 'method')}:"]
    said.append(", ".join(f"{count} {answer}" for answer, count in counts.items()) + ".")
    said.append(f"{int(firm.sum())} are firm." if comparison.demands is not None else "No evidence was computed.")
    for text, answers, marks in zip(full_texts(comparison.propositions), verdicts.to_numpy(), firm, strict=True):
        cells = zip(verdicts.columns, answers, marks, strict=True)
        each = ", ".join(f"{label} {'firmly ' if mark else ''}{answer}" for label, answer, mark in cells)
        said.append(f"{clean(text).rstrip('.')}: {each}.")
    return " ".join(said)


# ------------------------------------------------------------------------------------------------- agreement


def agreement_title(kind: str) -> str:
    return f"Agreement of {AGREEMENT[kind][0]}" if kind in AGREEMENT else f"Agreement: {kind}"


def _meaning(kind: str) -> str:
    return capitalized(AGREEMENT.get(kind, ("", ""))[1])


def has_agreement(comparison: eq.Comparison, kind: str) -> bool:
    """Whether any two different methods have a figure."""
    table = comparison.agreement[kind].to_numpy(dtype=float)
    return bool(np.isfinite(table[~np.eye(len(table), dtype=bool)]).any())


@drawn
def plot_agreement(comparison: eq.Comparison, kind: str = "predictions", ax: "Axes | None" = None) -> "Axes":
    """Draw how far the methods agree, as a heat map of methods × methods.

    Parameters
    ----------
    kind
        A key of ``comparison.agreement``: ``"predictions"``, ``"groups"``, ``"importance"``, ``"directions"`` or
        ``"verdicts"``; figures lie between -1 and 1.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output.figures import plot_agreement
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca", "csqca"]))
    >>> ax = plot_agreement(comparison, "verdicts")
    >>> sorted({text.get_text() for text in ax.texts})
    ['0.81', '1.00']
    """
    if kind not in comparison_of(comparison).agreement:
        raise eq.InputError(f"There is no agreement {kind!r}. {did_you_mean(kind, comparison.agreement)}")
    table: pd.DataFrame = comparison.agreement[kind]
    labels = [wrapped(label, 13) for label in table.index]
    count = len(labels)
    ax, own = sized(ax, 0.86 * count, 0.48 * count)
    for row, values in enumerate(table.to_numpy(dtype=float)):
        for column, value in enumerate(values):
            colour = (
                ("#808080", 0.08)
                if np.isnan(value)
                else (BLUE if value >= 0 else VERMILLION, 0.62 * min(1, abs(value)))
            )
            ax.add_patch(_square(column, row, colour))
            said = "–" if np.isnan(value) else f"{value:z.2f}"
            ax.text(column, row, said, ha="center", va="center", fontsize=9, color=INK, in_layout=False)
    ax.set(xlim=(-0.5, count - 0.5), ylim=(count - 0.5, -0.5))
    ax.set_xticks(range(count), labels)
    ax.set_yticks(range(count), labels)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_xlabel(wrapped(_meaning(kind), 22 + 9 * count), labelpad=8)
    return finish(ax, own, comparison, agreement_title(kind))


def _square(column: int, row: int, colour: Any) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((column - 0.48, row - 0.47), 0.96, 0.94, fc=colour, ec="none")


def agreement_in_words(comparison: eq.Comparison, kind: str) -> str:
    table = comparison.agreement[kind]
    values = table.to_numpy(dtype=float)
    pairs = [
        f"{table.index[row]} and {table.columns[column]} {values[row, column]:z.2f}"
        for row in range(len(table))
        for column in range(row + 1, len(table))
        if np.isfinite(values[row, column])
    ]
    return f"{_meaning(kind) or kind}: {', '.join(pairs)}."


# ------------------------------------------------------------------------------------------------ importance


@drawn
def plot_importance(comparison: eq.Comparison, ax: "Axes | None" = None) -> "Axes":
    """Draw the importance of each condition to each method, with its interval where evidence was gathered.

    Parameters
    ----------
    comparison
        What to draw: permutation importance, as in ``comparison.conditions``.

    Examples
    --------
    >>> import equifinal as eq
    >>> from equifinal_output.figures import plot_importance
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca", "regression"]))
    >>> ax = plot_importance(comparison)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['fsqca', 'regression']
    """
    found = importances(comparison_of(comparison))
    if not found:
        raise eq.InputError(
            f"No method of study {comparison.calibrated.name!r} has importances; methods that predict have them."
        )
    names = [str(name) for name in comparison.conditions.index]
    step = 0.8 / max(len(found), 3)
    ax, own = sized(ax, 4.2, max(0.45, 0.13 * len(found) + 0.12) * len(names))
    for number, (label, each) in enumerate(found.items()):
        rows = np.arange(len(names)) + (number - (len(found) - 1) / 2) * step
        ax.errorbar(
            each["importance"],
            rows,
            xerr=[(each["importance"] - each["low"]).clip(lower=0), (each["high"] - each["importance"]).clip(lower=0)],
            fmt=MARKERS[number % len(MARKERS)],
            color=COLOURS[number % len(COLOURS)],
            ms=4.5,
            label=clean(label),
        )
    for row in range(1, len(names)):
        ax.axhline(row - 0.5, color=INK, lw=0.4, alpha=0.3)
    ax.axvline(0, color=INK, lw=0.8, alpha=0.7)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_yticks(
        range(len(names)), [wrapped(labelled(comparison.calibrated.variable(name), 56), 32, lines=2) for name in names]
    )
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("Rise in mean squared error of cases not seen (memberships), 95 % interval")
    note = "How much worse a method predicts cases not seen when they take the condition's value from other cases."
    return finish(ax, own, comparison, "Importance of the conditions", note=note, legend={"ncols": 3})
