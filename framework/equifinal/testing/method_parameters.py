"""What holds with the parameters as they are must hold with others that are allowed."""

from equifinal.method.analysis import Method
from equifinal.testing.checks import Property, doing, fail, property_of
from equifinal.testing.common import needs
from equifinal.testing.method_differences import apart
from equifinal.testing.method_steps import generator, predict, result_or_refusal
from equifinal.testing.parameters import variants
from equifinal.testing.samples import sample_study

PARAMETER_PROPERTIES: list[Property] = []


@property_of(
    PARAMETER_PROPERTIES,
    "Parameters",
    "parameters validated",
    "predict agrees with predicted",
    "refit predicts as analyze",
)
def other_parameters(method: Method) -> None:
    """With other values that are allowed (bounds, choices, switches) it gives a result, and ``refit`` predicts as ``analyze``."""
    tried = [_holds(other, said) for said, other in variants(method)]
    needs(any(tried), "there is no other value to try, or it refuses all of them in a sentence")


def _holds(method: Method, said: str) -> bool:
    """Fail when something goes wrong with these parameters; whether there is a result, and no refusal."""
    calibrated = sample_study().calibrate()
    analysis = result_or_refusal(method, calibrated, f"with {said}")
    if analysis is None:
        return False
    if not method.predicts():
        return True
    column, found = analysis.cases["predicted"].astype(float), predict(method, analysis, calibrated)
    for case in apart(method, found, column):
        fail(
            f"with {said}, for {case}, analyze says {column[case]:g} in the column 'predicted' and predict says {found[case]:g}"
        )
    if type(method).refit is Method.refit:
        return True
    with doing(f"with {said} refit"):
        quick = predict(method, method.refit(calibrated.protected(), generator()), calibrated)
    for case in apart(method, found, quick):
        fail(
            f"with {said}, for {case}, predict says {found[case]:g} after analyze and {quick[case]:g} after refit. Does refit "
            "read every parameter?"
        )
    return True
