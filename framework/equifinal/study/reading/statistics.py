"""Tables of statistics programs: Stata, SPSS, Arrow."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from equifinal.errors import InputError, listing
from equifinal.study.reading.options import Options, Reading
from equifinal.study.reading.workbook import cell_text, words_for


def statistics_file(path: Path, texts: Sequence[str], options: Options, where: str) -> Reading:
    """A table of Stata, SPSS or Arrow: codes as numbers, value labels in the columns that are to be text."""
    suffix = path.suffix.lower()
    try:
        if suffix == ".dta":
            codes = pd.read_stata(path, convert_categoricals=False)
            labelled = pd.read_stata(path, convert_categoricals=True) if texts else codes
        elif suffix == ".sav":
            codes = pd.read_spss(path, convert_categoricals=False)
            labelled = pd.read_spss(path, convert_categoricals=True) if texts else codes
        else:
            labelled = codes = pd.read_parquet(path) if suffix == ".parquet" else pd.read_feather(path)
    except OSError as error:
        raise InputError(f"{where}cannot be read: {error.strerror or error}. Check its permissions.") from None
    except Exception as error:  # whatever a reader raises on a damaged file
        raise InputError(f"{where}cannot be read as {words_for(suffix)} ({error}). Save it again, or as CSV.") from None
    frame = _with_names_in_columns(codes).copy()
    labelled = _with_names_in_columns(labelled)
    for name in (each for each in texts if each in frame.columns):
        cells = [cell_text(cell) for cell in labelled[name].astype(object)]
        frame[name] = pd.Series([cell or None for cell in cells], index=frame.index)
    frame, notes = _without_missing(frame, texts, options)
    return Reading(frame.set_axis([str(name) for name in frame.columns], axis=1).reset_index(drop=True), notes)


def _with_names_in_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with the index that Python programs keep names of cases in as columns."""
    counted = isinstance(frame.index, pd.RangeIndex) or (frame.index.names == [None] and frame.index.dtype.kind in "iu")
    return frame if counted else frame.reset_index()


def _without_missing(
    frame: pd.DataFrame, texts: Sequence[str], options: Options
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The table with further codes of no value taken out, and a note on them."""
    codes = {each for text in options.missing for each in (text, _number(text)) if each is not None}
    found = {name: frame[name].isin(codes) for name in frame.columns if codes and name not in texts}
    times = sum(int(each.sum()) for each in found.values())
    for name, each in found.items():
        frame[name] = frame[name].mask(each)
    return frame, (f"Read as missing: {listing(map(repr, options.missing))} ({times}).",) if times else ()


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
