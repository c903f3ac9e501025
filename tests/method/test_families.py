"""Which kind of method a method is: summaries count families, not variants."""

import pytest

import equifinal as eq
from core_toys import Mean


def test_families_of_the_built_in_methods() -> None:
    found = {name: each.cls.family for name, each in eq.methods().items()}
    assert {"fsqca": "qca", "csqca": "qca", "mvqca": "qca"}.items() <= found.items()
    assert {"regression": "regression", "clustering": "clustering", "nca": "nca"}.items() <= found.items()
    assert [name for name, each in eq.methods().items() if not each.cls.uses_outcome] == ["clustering"]


def test_a_strangers_method_is_a_family_of_its_own_and_its_variants_belong_to_it() -> None:
    class Variant(Mean):
        """A variant."""

        name = "mean-variant"

    assert (Mean.family, Variant.family) == (Mean.name, Mean.name)


def test_a_family_that_users_could_change_is_refused() -> None:
    with pytest.raises(TypeError, match="family has a type annotation"):

        class Wrong(Mean):
            name = "wrong"
            family: str = "mine"


@pytest.mark.parametrize("strength", [-0.1, float("nan"), float("inf")])
def test_a_strength_is_a_finite_number_from_0_up(strength: float) -> None:
    assert eq.Verdict("supported", strength=0.25).strength == 0.25
    with pytest.raises(ValueError, match="strength"):
        eq.Verdict("supported", strength=strength)
