"""One step of a method, with what it returns checked."""

import contextlib
from collections.abc import Iterator

import cloudpickle
import numpy as np
import pandas as pd

from equifinal.errors import InputError
from equifinal.method.analysis import Analysis, Method
from equifinal.study.calibrated import CalibratedStudy
from equifinal.study.study import Study
from equifinal.testing.checks import ConformanceError, doing, fail
from equifinal.testing.samples import sample_study


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def analyze(method: Method, calibrated: CalibratedStudy, seed: int = 0) -> Analysis:
    with doing(f"analyze, on the study {calibrated.name!r},"):
        analysis = method.analyze(calibrated.protected(), generator(seed))
    if not isinstance(analysis, Analysis):
        fail(f"analyze must return an equifinal.Analysis, not {type(analysis).__name__}")
    analysis.check_against(calibrated)
    return analysis


def redrawn(method: Method, calibrated: CalibratedStudy) -> Iterator[Analysis]:
    """Analyses with other seeds: what differs between them as well is chance."""
    return (analyze(method, calibrated, seed) for seed in (1, 2, 3))


def result_or_refusal(method: Method, calibrated: CalibratedStudy, where: str) -> Analysis | None:
    """The analysis, or ``None`` when the method refuses the study in a sentence; `where` says what is hard about it."""
    try:
        analysis = method.analyze(calibrated.protected(), generator())
    except InputError as error:
        if len(str(error).split()) < 4:
            fail(f"{where} it raised InputError({str(error)!r}). Say what is missing and what to do")
        return None
    except ConformanceError:
        raise
    except Exception as error:
        with doing(f"{where} analyze"):
            raise error
    if not isinstance(analysis, Analysis):
        fail(f"{where} analyze returned {analysis!r}, which is not an equifinal.Analysis")
    analysis.check_against(calibrated)
    return analysis


#: The last method whose analysis of the sample study was asked for, and that analysis, pickled.
_sample: list[tuple[Method, bytes]] = []


def analysis_of_the_sample(method: Method) -> Analysis:
    """An analysis of the sample study, made once for several checks; a copy for each, so that none sees the changes of another."""
    if not _sample or _sample[0][0] is not method:
        analysis = analyze(method, sample_study().calibrate())
        try:
            _sample[:] = [(method, cloudpickle.dumps(analysis))]
        except Exception:  # another check reports it
            return analysis
    found: Analysis = cloudpickle.loads(_sample[0][1])
    return found


def predict(method: Method, analysis: Analysis, calibrated: CalibratedStudy) -> pd.Series:
    with doing("predict"):
        found = method.predict(analysis, calibrated.without_outcome())
    if not isinstance(found, pd.Series) or not found.index.equals(calibrated.cases):
        fail("predict must return a pandas Series with the index of the cases that it gets")
    values = found.to_numpy(dtype=float, na_value=np.nan)
    if ((values < -1e-9) | (values > 1 + 1e-9)).any():
        fail(f"predict returned {values[(values < -1e-9) | (values > 1 + 1e-9)][0]:g}; memberships lie between 0 and 1")
    return pd.Series(values, index=found.index)


def answers_of(method: Method, analysis: Analysis, made: Study) -> list[str | None]:
    """The verdicts on the study's propositions; ``None`` where there is none, which another check reports."""
    calibrated = made.calibrate()
    answers: list[str | None] = []
    for proposition in made.propositions:
        answers.append(None)
        with contextlib.suppress(Exception):
            answers[-1] = method.assess(analysis, proposition, calibrated.protected()).answer
    return answers
