"""How results show themselves in notebooks: small pieces of HTML without a style sheet, everything in them escaped."""

import numbers
from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from equifinal.errors import listing

if TYPE_CHECKING:
    from equifinal.analysis import Analysis
    from equifinal.calibrated_study import CalibratedStudy
    from equifinal.comparison import Comparison
    from equifinal.propositions import Verdict
    from equifinal.runs import Failure, Run
    from equifinal.study import Study

__all__ = ["bullets", "heading", "paragraph", "piece", "table"]

#: A sign beside each word, so that nothing hangs on colour.
_SIGNS = {"supported": "✔", "contradicted": "✘", "inconclusive": "?", "silent": "·"}
_DIRECTIONS = {1: "↑", -1: "↓", 0: "–"}
_BANNERS = {"reconstruction": "Reconstructed data", "simulated": "Simulated data"}
_MOST_ROWS, _MOST_ENTRIES = 12, 6


def piece(*parts: str) -> str:
    """Parts, each of them HTML, in one block that scrolls sideways where it is wider than the page."""
    return f'<div style="overflow-x: auto" tabindex="0">{"".join(parts)}</div>'


def heading(text: str) -> str:
    """A line in bold; no heading, which would enter the outline of the notebook."""
    return f"<p><strong>{escape(text)}</strong></p>"


def paragraph(text: str) -> str:
    """A paragraph; nothing for an empty text."""
    return f"<p>{escape(text)}</p>" if text else ""


def bullets(texts: Iterable[str]) -> str:
    """A list; nothing without entries."""
    entries = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f"<ul>{entries}</ul>" if entries else ""


def table(frame: pd.DataFrame, caption: str = "", most: int = _MOST_ROWS) -> str:
    """A frame as a table: three decimals, a dash for what is missing, long lists and tables cut and counted.

    Parameters
    ----------
    frame
        What to show; columns of one or two levels.
    caption
        Above it.
    most
        The most rows to show.

    Examples
    --------
    >>> import pandas as pd
    >>> print(table(pd.DataFrame({"<b>": [0.5]}, index=["=cmd()"])))
    <table><thead><tr><td></td><th scope="col" style="text-align: right">&lt;b&gt;\
</th></tr></thead><tbody><tr><th scope="row" \
style="text-align: left">=cmd()</th><td style="text-align: right">0.500</td></tr></tbody></table>
    """
    levels = [frame.index.get_level_values(number) for number in range(frame.index.nlevels)]
    head = "".join(
        f'<th scope="col" style="text-align: left">{escape(str(level.name))}</th>'
        if level.name is not None
        else "<td></td>"
        for level in levels
    )
    for column, label in enumerate(frame.columns):
        align = "right" if len(frame) and _is_number(frame.iloc[0, column]) else "left"
        head += f'<th scope="col" style="text-align: {align}">{escape(_heading(label))}</th>'
    lines = []
    for position in range(min(len(frame), most)):
        cells = [f'<th scope="row" style="text-align: left">{escape(_text(level[position]))}</th>' for level in levels]
        cells += [_cell(frame.iloc[position, column]) for column in range(frame.shape[1])]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    title = f'<caption style="text-align: left">{escape(caption)}</caption>' if caption else ""
    more = paragraph(f"... and {len(frame) - most} more rows.") if len(frame) > most else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>{more}"


def _heading(label: Any) -> str:
    parts = label if isinstance(label, tuple) else (label,)
    return " ".join(str(part) for part in parts if str(part))


def _cell(value: Any) -> str:
    return f'<td style="text-align: {"right" if _is_number(value) else "left"}">{escape(_text(value))}</td>'


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Number) and not isinstance(value, bool)


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return listing(value, _MOST_ENTRIES) or "–"
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return "–"
    if pd.api.types.is_bool(value):
        return "yes" if value else "no"
    if pd.api.types.is_float(value):
        number = float(value)
        return f"{number:.3f}" if abs(number) < 1e6 else f"{number:.3e}"
    return str(value)


def _banner(provenance: str, note: str) -> str:
    words = _BANNERS.get(provenance)
    return "" if words is None else heading(f"⚠ {words}. {' '.join(note.split())}".strip())


# -------------------------------------------------------------------------------------------------- the results


def of_study(study: "Study") -> str:
    sets = study.describe()[["role", "label", "column", "calibration", "expect", "minimum", "median", "maximum"]]
    about = f"{len(study.data)} cases, {len(study.conditions)} conditions, {len(study.propositions)} propositions."
    return piece(
        heading(study.title), _banner(study.provenance, study.note), paragraph(about), table(sets, most=len(sets))
    )


def of_calibrated_study(study: "CalibratedStudy") -> str:
    title = f"{study.title}: memberships of {len(study.cases)} cases"
    return piece(heading(title), _banner(study.provenance, study.note), table(study.fuzzy), bullets(study.notes))


def of_analysis(analysis: "Analysis") -> str:
    method = analysis.method
    given = ", ".join(f"{name} = {value!r}" for name, value in method.parameters().items())
    conditions = analysis.conditions.get(["role", "direction", "evidence"])
    parts = [heading(f"{method.title} ({method.name})"), paragraph(given)]
    if conditions is not None and len(conditions):
        shown = conditions.assign(direction=conditions["direction"].map(_DIRECTIONS))
        parts.append(table(shown, "Conditions", most=len(shown)))
    if len(analysis.configurations):
        found = analysis.configurations
        if (found["expression"].astype(str) == found.index.astype(str)).all():
            found = found.drop(columns="expression")
        found = found[[*(name for name in found.columns if name != "cases"), "cases"]]
        parts.append(table(found, "Paths and configurations"))
    parts.append(
        paragraph(", ".join(f"{name.replace('_', ' ')} {_text(value)}" for name, value in analysis.fit.items()))
    )
    if analysis.tables:
        parts.append(paragraph(f"Further tables: {', '.join(analysis.tables)}."))
    return piece(*parts, bullets(analysis.notes))


def of_run(run: "Run") -> str:
    from equifinal.analysis import Analysis

    rows = {
        label: {
            "method": run.methods[label].title,
            "result": f"{len(result.configurations)} configurations, {len(result.notes)} notes"
            if isinstance(result, Analysis)
            else f"failed: {result.exception}: {result.message}",
        }
        for label, result in run.items()
    }
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["method", "result"]).rename_axis("label")
    study = run.calibrated
    about = f"{len(study.cases)} cases, outcome {study.outcome.name}, seed {run.seed}."
    return piece(
        heading(study.title), _banner(study.provenance, study.note), paragraph(about), table(frame, most=len(frame))
    )


def of_comparison(comparison: "Comparison") -> str:
    from equifinal.summary import headline

    study, said = comparison.study, headline(comparison)
    parts = [heading(study.title), _banner(study.provenance, study.note), bullets([*said.agreed, *said.parted])]
    if len(comparison.verdicts):
        signs = comparison.verdicts.map(lambda answer: f"{_SIGNS[answer]} {answer}")
        columns = [comparison.propositions["text"], *(signs.iloc[:, number] for number in range(signs.shape[1]))]
        matrix = pd.concat(columns, axis="columns")
        matrix.columns = pd.Index(["proposition", *map(str, signs.columns)], dtype=object)
        parts.append(table(matrix, "Verdicts", most=len(matrix)))
    measures = ["consistency", "coverage", "balanced_accuracy", "mae", "mae_out_of_sample"]
    words = [name.replace("_", " ").replace("mae", "mean absolute error") for name in measures]
    fit = comparison.fit[measures].set_axis(words, axis="columns")
    parts.append(table(fit, "Predicted against actual membership", most=len(fit)))
    parts.append(bullets(str(failure) for failure in comparison.failures.values()))
    return piece(*parts)


def of_tables(
    title: str, tables: Mapping[str, pd.DataFrame], notes: Iterable[str] = (), study: "CalibratedStudy | None" = None
) -> str:
    """A result that is a few tables; with its study, the banner of data that were not observed."""
    banner = "" if study is None else _banner(study.provenance, study.note)
    parts = [table(frame, words) for words, frame in tables.items() if len(frame)]
    return piece(heading(title), banner, *parts, bullets(notes))


def of_verdict(verdict: "Verdict") -> str:
    sign = f"<strong>{_SIGNS[verdict.answer]} {escape(verdict.answer)}</strong>"
    return piece(f"<p>{sign} {escape(verdict.evidence)}</p>".replace(" </p>", "</p>"))


def of_failure(failure: "Failure") -> str:
    return piece(heading(f"✘ {failure.label} failed"), paragraph(str(failure)))
