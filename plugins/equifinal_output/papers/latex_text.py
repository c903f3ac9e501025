"""Text that LaTeX prints as it is."""

import re
import unicodedata

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "^": r"\textasciicircum{}",
    "_": r"\_",
    "%": r"\%",
    "~": r"$\sim$",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\char34{}",
    "`": r"\textasciigrave{}",
    # After \\ these two would be arguments.
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
    "●": r"$\bullet$",
    "•": r"$\bullet$",
    "⊗": r"$\otimes$",
    "✓": r"\checkmark{}",
    "✔": r"\checkmark{}",
    "✗": r"$\times$",
    "✘": r"$\times$",
    "×": r"$\times$",
    "·": r"$\cdot$",
    "−": r"$-$",
    "±": r"$\pm$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "≠": r"$\neq$",
    "≈": r"$\approx$",
    "∞": r"$\infty$",
    "→": r"$\rightarrow$",
    "←": r"$\leftarrow$",
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
    "↔": r"$\leftrightarrow$",
    "∩": r"$\cap$",
    "∪": r"$\cup$",
    "⊂": r"$\subset$",
    "⊆": r"$\subseteq$",
    "¬": r"$\neg$",
    "∅": r"$\emptyset$",
    "²": r"$^{2}$",
    "³": r"$^{3}$",
    "¹": r"$^{1}$",
    "°": r"$^{\circ}$",
    "½": r"$\frac12$",
    "–": r"\textendash{}",
    "—": r"\textemdash{}",
    "…": r"\ldots{}",
    "‘": r"\textquoteleft{}",
    "’": r"\textquoteright{}",
    "“": r"\textquotedblleft{}",
    "”": r"\textquotedblright{}",
    "„": r"\quotedblbase{}",
    "«": r"\guillemotleft{}",
    "»": r"\guillemotright{}",
    "‹": r"\guilsinglleft{}",
    "›": r"\guilsinglright{}",
    "§": r"\S{}",
    "€": r"\texteuro{}",
    "£": r"\pounds{}",
    "ß": r"\ss{}",
    "æ": r"\ae{}",
    "Æ": r"\AE{}",
    "ø": r"\o{}",
    "Ø": r"\O{}",
    "å": r"\aa{}",
    "Å": r"\AA{}",
    "œ": r"\oe{}",
    "Œ": r"\OE{}",
    "ł": r"\l{}",
    "Ł": r"\L{}",
    "đ": r"\dj{}",
    "Đ": r"\DJ{}",
    "ð": r"\dh{}",
    "Ð": r"\DH{}",
    "þ": r"\th{}",
    "Þ": r"\TH{}",
    "ı": r"\i{}",
    "¡": r"\textexclamdown{}",
    "¿": r"\textquestiondown{}",
    "\u00a0": "~",
    "\u200b": r"\hspace{0pt}",
    "\u00ad": r"\-",
}
_ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0306": "u",
    "\u0307": ".",
    "\u0308": '"',
    "\u030a": "r",
    "\u030b": "H",
    "\u030c": "v",
    "\u0323": "d",
    "\u0327": "c",
    "\u0328": "k",
    "\u0331": "b",
}
_GREEK = "αalpha βbeta γgamma δdelta εepsilon ζzeta ηeta θtheta ιiota κkappa λlambda μmu νnu ξxi πpi ρrho σsigma τtau υupsilon "
_GREEK += "φphi χchi ψpsi ωomega ΓGamma ΔDelta ΘTheta ΛLambda ΞXi ΠPi ΣSigma ΦPhi ΨPsi ΩOmega"
_SPECIAL |= {each[0]: rf"$\{each[1:]}$" for each in _GREEK.split()}
#: A number's minus, and no hyphen.
_MINUS = re.compile(r"(?<![\w)\]~-])-(?=\d)")


def escaped(text: str) -> str:
    r"""Text that LaTeX prints as it is, on one line, in plain ASCII where LaTeX has a command for it.

    A character for which it has none is printed by LuaLaTeX and XeLaTeX, and as its number by pdfLaTeX.

    Examples
    --------
    >>> print(escaped("100% & _x_ A*~B ≥ -0.5 é"))
    100\% \& \_x\_ A{*}$\sim$B $\geq$ $-$0.5 \'{e}
    """
    line = _MINUS.sub("−", " ".join(text.split()))
    # Composed, so that an accent written on its own finds its letter.
    characters = "".join(map(_character, unicodedata.normalize("NFC", line)))
    # Two hyphens would become a dash, two apostrophes a quotation mark.
    return re.sub(r"(?<!\\)([-'])(?=\1)", r"\1{}", characters)


def _character(character: str) -> str:
    if character in _SPECIAL:
        return _SPECIAL[character]
    if character.isascii():
        return character if character.isprintable() else ""
    decomposed = unicodedata.normalize("NFD", character)
    base, accents = decomposed[0], decomposed[1:]
    if accents and base.isascii() and base.isalpha() and all(accent in _ACCENTS for accent in accents):
        letter = {"i": r"\i", "j": r"\j"}.get(base, base) if accents[0] not in "\u0323\u0327\u0328\u0331" else base
        for accent in accents:
            letter = rf"\{_ACCENTS[accent]}{{{letter}}}"
        return letter
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn"):
        return ""
    number = f"{{[}}U+{ord(character):04X}{{]}}"
    return rf"\ifdefined\Umathchar {character}\else {number}\fi{{}}"
