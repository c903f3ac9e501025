"""A comparison in sentences, made from its tables alone: what is firm, where methods disagree, and on whom.

Nothing is added to the tables. Words for causes are left to the propositions and to those who write them.
"""

from equifinal.comparison.answer import answer
from equifinal.comparison.compared import Compared
from equifinal.comparison.fit_sentences import baselines, cases, constant, differences, failures, importances
from equifinal.comparison.headline import standing
from equifinal.comparison.verdict_sentences import directions, overview, verdicts


def summary(comparison: Compared, texts: bool = True, evidence: bool = True) -> list[str]:
    """What a comparison says, in sentences that hold line by line.

    Parameters
    ----------
    comparison
        From :func:`equifinal.compare`.
    texts
        Quote the propositions' texts; otherwise their ids alone stand for them.
    evidence
        Give each method's evidence where they disagree.

    Returns
    -------
    list of str
        The answer to the study's question (``analyses``, ``evidence``); how many verdicts are firm and how many chance alone would
        bring (``evidence``, ``by_chance_alone``); every decided verdict, firm or not (``verdicts``), firm directions and
        importances (``conditions``), the fit out of sample next to the mean (``fit``) and to other methods (``differences``),
        and the cases whose predictions lie furthest apart (``disagreements``). A sentence for which the tables hold nothing is
        left out.

    Examples
    --------
    >>> import equifinal as eq
    >>> comparison = eq.compare(eq.run(eq.load_study("heilongjiang"), methods=["fsqca", "regression"]), evidence=False)
    >>> print(summary(comparison, texts=False, evidence=False)[2])
    Of 16 propositions, kinds of methods: agree on 1; one kind alone decides 13; none decides 2.
    """
    return [
        *dict.fromkeys((*answer(comparison), *standing(comparison))),
        *overview(comparison),
        *verdicts(comparison, texts, evidence),
        *directions(comparison),
        *importances(comparison),
        *constant(comparison),
        *baselines(comparison),
        *differences(comparison),
        *cases(comparison.disagreements),
        *failures(comparison),
    ]
