"""Which formulas from outside are drawn: those that only write mathematics.

KaTeX, which draws them, has commands that make links, colours and gaps of any size, and macros
that call themselves. So only the commands that are listed here are allowed.
"""

import re

_COMMANDS = """
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi
    pi rho varrho sigma tau upsilon phi varphi chi psi omega
    Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega
    frac dfrac tfrac binom sqrt sum prod int oint limits nolimits lim limsup liminf
    max min sup inf arg argmax argmin log ln exp sin cos tan tanh Pr det dim mod bmod pmod
    left right middle big Big bigl bigr Bigl Bigr langle rangle lfloor rfloor lceil rceil lVert
    rVert lvert rvert vert Vert mid
    cdot cdots ldots dots vdots ddots times div pm mp ast star circ oplus otimes
    le leq ge geq ne neq ll gg approx sim simeq equiv propto in notin ni subset subseteq supset
    supseteq cup cap setminus emptyset forall exists neg land lor implies iff not
    to gets rightarrow leftarrow leftrightarrow Rightarrow Leftarrow Leftrightarrow mapsto
    longrightarrow uparrow downarrow
    infty partial nabla ell hbar prime top bot perp parallel angle
    hat bar tilde vec dot ddot widehat widetilde overline underline overbrace underbrace
    overset underset stackrel substack
    text textbf textit textrm mathrm mathbf mathit mathsf mathtt mathbb mathcal mathscr mathfrak
    boldsymbol operatorname displaystyle textstyle quad qquad
    begin end
"""
_ENVIRONMENTS = """
    cases matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix aligned gathered
"""
_SIGNS = "\\{}|,;:!_%&# "
"""What may follow a backslash in place of a name."""
_MOST_DEPTH = 8
"""Levels of braces in braces: each level may make a formula higher."""


def is_formula(content: str) -> bool:
    """Whether ``content``, without its dollar signs, only writes mathematics."""
    names, kinds = {*_COMMANDS.split(), *_SIGNS}, _ENVIRONMENTS.split()
    commands = re.findall(r"\\([A-Za-z]+|.?)", content)
    environments = re.findall(r"\\(?:begin|end) *(\{\w*\}|)", content)
    return (
        names.issuperset(commands)
        and all(name[1:-1] in kinds for name in environments)
        and not re.search(r"\\\\ *\[", content)  # a gap of any size after a line
        and _depth(content) <= _MOST_DEPTH
    )


def _depth(content: str) -> int:
    """The largest number of braces that are open at once."""
    depth = most = 0
    for brace in re.findall(r"\\.|[{}]", content):
        depth += {"{": 1, "}": -1}.get(brace, 0)
        most = max(most, depth)
    return most
