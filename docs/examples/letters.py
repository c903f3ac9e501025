"""A letter to each case without the outcome: which path is nearest, and what it would take."""

import re
from pathlib import Path

import pandas as pd
import pydantic

import equifinal as eq

equifinal_api = 1


class Letters(eq.Output):
    """One text file for each case without the outcome, with the advice for it."""

    name = "letters"
    most: int = pydantic.Field(default=2, ge=1, description="The most paths to tell a case of, the nearest first.")

    def write(self, comparison: eq.Comparison, directory: Path) -> list[Path]:
        folder = directory / "letters"
        folder.mkdir(exist_ok=True)
        written = []
        for number, (case, rows) in enumerate(comparison.advice.groupby("case", sort=True), start=1):
            name = re.sub(r"\W+", "-", str(case)).strip("-")
            path = folder / f"{number:03}-{name}.txt"  # the number tells names apart that differ in signs only
            path.write_text(self._letter(comparison, f"To {case}", rows.head(self.most)), encoding="utf-8")
            written.append(path)
        if not written:
            path = folder / "none.txt"
            path.write_text(
                self._letter(comparison, "There is no case to advise.", comparison.advice), encoding="utf-8"
            )
            written.append(path)
        return written

    def _letter(self, comparison: eq.Comparison, title: str, rows: pd.DataFrame) -> str:
        lines = [comparison.calibrated.title, *filter(None, [comparison.banner]), "", title]
        for _, row in rows.iterrows():
            lines += ["", f"{row['path']}, a path that {row['method']} found:"]
            for column in ("has", "lacks", "raw_targets", "note"):
                if pd.notna(row[column]) and row[column]:
                    lines.append(f"  {column.replace('_', ' ')}: {row[column]}")
        about = comparison.manifest
        lines += ["", "This is arithmetic on what goes together in the data, and no promise."]
        lines += [
            f"Methods: {', '.join(comparison.analyses)}.",
            *(f"Failed: {each}" for each in comparison.failures.values()),
        ]
        lines += [f"Study {about['study']}, equifinal {about['version']}, data SHA-256 {about['data_sha256']}."]
        return "\n".join(lines) + "\n"


@eq.hookimpl
def equifinal_outputs():
    return [Letters]
