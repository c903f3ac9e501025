"""Boolean minimization of a truth table: the conservative, the parsimonious and the intermediate solution."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from numbers import Real
from typing import Literal, cast, get_args

import numpy as np

from equifinal import InputError
from equifinal.errors import did_you_mean, listing
from equifinal_qca.engine import search
from equifinal_qca.engine.cubes import Cube
from equifinal_qca.engine.reaching import FitCutoffs, Reaching
from equifinal_qca.engine.search import Found, Problem
from equifinal_qca.inputs import check_shares, is_whole
from equifinal_qca.model import Model, Pair, TermFit
from equifinal_qca.solution import Solution, SolutionType
from equifinal_qca.space import Expectation
from equifinal_qca.table import TruthTable


def minimize(
    table: TruthTable,
    solution: SolutionType = "conservative",
    expectations: Mapping[str, Expectation] | Sequence[str] | None = None,
    exclude: Sequence[str | int] = (),
    all_covers: bool = False,
    max_models: int = 1000,
    max_seconds: float | None = None,
    effort: float = 1.0,
    include: Literal["", "C"] = "",
    term_consistency_cutoff: float = 0.0,
    model_consistency_cutoff: float = 0.0,
    model_coverage_cutoff: float | None = None,
) -> Solution:
    """Minimize a truth table.

    A search that would take longer than about half a minute is cut short, always at the same point; so is one that takes
    longer than `max_seconds`. The solution then holds the models found so far, is `truncated`, and its notes say what is
    not proved.

    Parameters
    ----------
    table
        From :func:`truth_table`.
    solution
        ``"conservative"`` uses no remainder (unobserved configuration), ``"parsimonious"`` any that shortens the result,
        ``"intermediate"`` of these only those in line with the expectations (Ragin 2008).
    expectations
        Condition to ``1`` or ``"present"`` (its presence should help the outcome), ``0`` or ``"absent"``, ``None``
        (nothing is expected; the default). Used by the intermediate solution. A conjunction such as ``"A*~B"`` may be
        expected to be present: a counterfactual is easy when it follows from a configuration that a conservative term covers
        by bringing about what is expected, all conditions of the conjunction together, while everything else stays and the
        parsimonious term still holds (conjunctural directional expectations, Schneider & Wagemann 2013). A list says what is
        expected to be present: ``["A", "~B"]`` is ``{"A": 1, "B": 0}``.
    exclude
        What no term may match: expressions over the conditions, or row numbers (1 to 2^k, the first condition counting most).
        A remainder is then not assumed to have the outcome. An observed ``1`` row becomes ``0`` in the solution's table
        and is not explained, as for simultaneous subset relations in the enhanced standard analysis (Schneider & Wagemann
        2012, ch. 8); a note names it.
    all_covers
        All irredundant models instead of those with the fewest terms.
    max_models
        The most models to list; the same ones every time.
    max_seconds
        The approximate time limit for the search of covers; by default only the amount of work is limited. How much is
        found in a given time depends on the machine.
    effort
        The share of the usual amount of work before a search is cut short: 10 for ten times as much, 0.1 for a tenth.
    include
        ``"C"`` lets every solution match contradictions, the ``C`` rows, where that shortens it; none has to be explained
        (Ragin 1987, ch. 7). The conservative solution then still uses no remainder. By default no term may match a ``C`` row.
        `exclude` bars a contradiction all the same.
    term_consistency_cutoff
        The consistency, 0 to 1, from which a prime implicant is used as a term. A ``1`` row that only others match is not
        explained, which a note says.
    model_consistency_cutoff
        The consistency, 0 to 1, from which terms together are a model.
    model_coverage_cutoff
        The coverage, 0 to 1, from which terms together are a model, whether or not they match every ``1`` row. By default
        every ``1`` row must be matched, whatever the coverage.

    Returns
    -------
    Solution
        With cutoffs of models, these are the sets of usable prime implicants that reach them: those with the fewest terms
        or, with `all_covers`, those of which no part reaches them. There may be none. An intermediate solution lies between
        the conservative and the parsimonious one without these cutoffs.

    Raises
    ------
    InputError
        For an unknown solution, condition or row, an unknown ``include``, or cutoffs that are not numbers from 0 to 1.

    Notes
    -----
    The cutoffs of terms and models are those of Duşa's package QCA for R (``pi.cons``, ``sol.cons``, ``sol.cov``), held to
    its results on Lipset's data and to all sets of terms on small tables.

    Examples
    --------
    >>> import pandas as pd
    >>> from equifinal_qca import minimize, truth_table
    >>> frame = pd.DataFrame({"A": [1, 1, 0], "B": [1, 0, 1], "Y": [1, 0, 0]})
    >>> [model.terms for model in minimize(truth_table(frame, outcome="Y"), "parsimonious").models]
    [('A*B',)]
    """
    _check(table, solution, expectations, max_models, max_seconds, effort)
    wanted = _fit_cutoffs(term_consistency_cutoff, model_consistency_cutoff, model_coverage_cutoff)
    if not isinstance(expectations, Mapping):
        expectations = dict.fromkeys(expectations or (), "present")
    present, absent, together = table.space.expected(expectations)
    if include not in ("", "C"):
        raise InputError(
            f"include = {include!r} is unknown. Give 'C' to let terms match contradictions; remainders are the choice of solution."
        )
    table, barred = table.barring(exclude)
    closed = ("0",) if include else ("0", "C")
    free = [
        corner for corner in table.corners_with("C") if include and not any(each.matches(corner) for each in barred)
    ]
    problem = Problem(
        everything=table.space.everything,
        groups=table.space.groups,
        positive=tuple(table.corners_with("1")),
        off=(*map(table.space.region, table.corners_with(*closed)), *barred),
        present=present,
        absent=absent,
        together=together,
        all_covers=all_covers,
        max_models=max_models,
        max_seconds=max_seconds,
        effort=effort,
        free=tuple(free),
    )
    if free:
        table = table.noting("Contradictions that terms may match (include = 'C'), without having to", free)
    reaching = None if wanted == FitCutoffs() else Reaching(wanted, table.memberships, table.outcome_membership)
    behind: tuple[Solution, Solution] | tuple[()] = ()
    if solution == "conservative":
        problem = problem.without_remainders()
    elif solution == "parsimonious":
        problem = problem.without_theory()
    else:
        behind = (
            _solution("conservative", table, search.conservative(problem.without_remainders()), max_models),
            _solution("parsimonious", table, search.parsimonious(problem.without_theory()), max_models),
        )
    usual, by = _SEARCHES[solution]
    found = by(reaching, problem) if reaching else usual(problem)
    return _solution(solution, table, found, max_models, *behind, reaching=reaching)


_SEARCHES: dict[SolutionType, tuple[Callable[[Problem], Found], Callable[[search.Choice, Problem], Found]]] = {
    "conservative": (search.conservative, search.conservative_by),
    "parsimonious": (search.parsimonious, search.parsimonious_by),
    "intermediate": (search.intermediate, search.intermediate_by),
}


def _check(
    table: object, solution: object, expectations: object, max_models: object, max_seconds: object, effort: object
) -> None:
    """Raise an error for an argument that :func:`minimize` cannot use."""
    if not isinstance(table, TruthTable):
        raise InputError(
            f"minimize takes a truth table, not {type(table).__name__}. Give it truth_table(frame, outcome, ...)."
        )
    if solution not in get_args(SolutionType):
        raise InputError(f"The solution {solution!r} is unknown. {did_you_mean(str(solution), get_args(SolutionType))}")
    if not is_whole(max_models):
        raise InputError(f"max_models = {max_models!r} is not a number of models. Give a whole number, 1 or more.")
    if max_seconds is not None and not (isinstance(max_seconds, Real) and float(max_seconds) > 0):
        raise InputError(f"max_seconds = {max_seconds!r} leaves no time. Give more than 0, or None.")
    if not (isinstance(effort, Real) and 0 < float(effort) < float("inf")):
        raise InputError(f"effort = {effort!r} is not a share of the usual work. Give more than 0; 1 is usual.")
    if isinstance(expectations, str):
        literals = [each.strip() for each in expectations.split(",")]
        raise InputError(f"expectations = {expectations!r} is a single text. Give a list, {literals!r}, or a dict.")


def _fit_cutoffs(term_consistency: object, consistency: object, coverage: object) -> FitCutoffs:
    """The cutoffs of terms and models, checked."""
    check_shares(term_consistency_cutoff=term_consistency, model_consistency_cutoff=consistency)
    if coverage is not None:
        check_shares(model_coverage_cutoff=coverage)
    return FitCutoffs(
        float(cast(float, term_consistency)),
        float(cast(float, consistency)),
        None if coverage is None else float(cast(float, coverage)),
    )


def _solution(
    kind: SolutionType,
    table: TruthTable,
    found: Found,
    max_models: int,
    conservative: Solution | None = None,
    parsimonious: Solution | None = None,
    *,
    reaching: Reaching | None = None,
) -> Solution:
    """The solution in words."""
    if reaching:
        table = _noting_fit(table, found, reaching)
    used = {cube for cubes, _ in found.models for cube in cubes}  # many models share few terms
    texts = {cube: cube.text(table.conditions) for cube in used.union(found.primes)}
    long_ones, short_ones = (
        {frozenset(model.cubes): model for model in behind.models} if behind else {}
        for behind in (conservative, parsimonious)
    )
    terms_fit: dict[Cube, TermFit] = {}
    models = []
    for cubes, sources in found.models:
        ordered = sorted(cubes, key=texts.__getitem__)
        pairs = tuple(
            Pair(long_ones[frozenset(source.conservative)], short_ones[frozenset(source.parsimonious)], source.easy)
            for source in sorted(sources)
        )
        models.append(Model(tuple(texts[cube] for cube in ordered), tuple(ordered), table, pairs, terms_fit))
    models.sort(key=lambda model: (model.literals, model.terms))
    return Solution(
        kind=kind,
        table=table,
        models=models,
        cubes=tuple(sorted(found.primes, key=lambda cube: (cube.literals, texts[cube]))),
        truncated=found.truncated,
        models_at_least=found.at_least,
        proved=found.bound is None,
        notes=(*table.notes, *_notes(kind, table, models, found, max_models, reaching)),
        conservative=conservative,
        parsimonious=parsimonious,
    )


def _noting_fit(table: TruthTable, found: Found, reaching: Reaching) -> TruthTable:
    """The same table with notes on the prime implicants and rows that cutoffs of terms and models leave out."""
    rows, wanted = np.array(table.corners_with("1"), dtype=np.int64), reaching.cutoffs
    dropped = sorted((cube.text(table.conditions), share) for cube, share in reaching.dropped.items())
    if dropped:
        named = listing([f"{text} ({share:.3f})" for text, share in dropped])
        said = f"Below the consistency of {wanted.term_consistency:g} that terms must reach, so not used: {named}."
        table = replace(table, notes=(*table.notes, said))
    matched = search.chart(found.primes, rows).any(axis=0)
    if not matched.all():
        table = table.noting("Not explained, as no term that reaches the cutoff matches it", rows[~matched].tolist())
    in_every_model = matched.copy()
    for cubes, _ in found.models:
        in_every_model &= search.chart(cubes, rows).any(axis=0)
    if (missed := matched & ~in_every_model).any():
        words = f"Not explained by every model, as a coverage of {wanted.coverage:g} is enough"
        table = table.noting(words, rows[missed].tolist())
    return table


def _notes(
    kind: SolutionType, table: TruthTable, models: list[Model], found: Found, max_models: int, reaching: Reaching | None
) -> list[str]:
    """Notes for the reader: no model, a constant, several models, anything that is not proved."""
    said, outcome = [], table.outcome
    if not models and table.corners_with("1"):
        said.append(f"No set of terms reaches the cutoffs of terms and models for {outcome}: the solution is empty.")
    elif not models:
        said.append(f"No row of the truth table passes the cutoffs for {outcome}: the solution is empty.")
    elif any(model.terms == ("1",) for model in models):
        said.append(
            f"No observed row speaks against {outcome}: "
            f"without a 0 row, the {kind} solution is the constant 1, which explains nothing."
        )
    if not found.complete:
        said.append(
            "There are too many prime implicants to find them all: the models are made of some of them. "
            "Fewer conditions, or more cases for each, would help."
        )
    if found.bound is not None:
        fewest = f"; none can have fewer than {found.bound}" if found.bound > 1 else ""
        said.append(
            f"The search was cut short: it is not proved that the {kind} models have the fewest terms possible{fewest}."
        )
    elif found.truncated and len(models) >= max_models:
        said.append(
            f"There are more {kind} models than max_models = {max_models}, at least {found.at_least}; these are the first found."
        )
    elif found.truncated:
        said.append(
            f"The search was cut short: these {kind} models are right, but there may be more, or more models behind them."
        )
    if len(models) > 1 and not found.truncated:
        alike = "reach the coverage wanted" if reaching and reaching.cutoffs.coverage is not None else None
        said.append(f"Model ambiguity: {len(models)} {kind} models {alike or 'explain the truth table equally well'}.")
    return said
