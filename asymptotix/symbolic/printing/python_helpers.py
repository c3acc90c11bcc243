"""The functions that exported Python source defines for itself, as source text; each needs NumPy and `math` only.

They are read as text and executed by the reader of an exported formula, and by the tests.
"""

from __future__ import annotations

import re

__all__ = ["HELPERS", "required_helpers", "vanishing_helpers"]

_PHI = '''def Phi(x):
    """Standard normal distribution function."""
    return np.vectorize(lambda t: 0.5 * math.erfc(-t / math.sqrt(2.0)), otypes=[float])(x)
'''

_OWEN_T = '''def owen_t(h, a):
    """Owen's T(h, a), the integral of exp(-h^2 (1 + x^2) / 2) / (2 pi (1 + x^2)) over 0 < x < a."""
    h, a, sign = np.abs(h), np.abs(a), np.sign(a)
    far = a > 1.0  # there T(h, a) + T(h a, 1/a) is a product of tails
    with np.errstate(invalid="ignore", divide="ignore"):
        steep = np.where(h == 0.0, 0.0, h * a)
        u, b = np.where(far, steep, h), np.where(far, 1.0 / a, a)
    nodes, weights = np.polynomial.legendre.leggauss(60)
    x = b[..., None] * (nodes + 1.0) / 2.0
    t = b * np.sum(weights * np.exp(-0.5 * u[..., None] ** 2 * (1.0 + x * x)) / (1.0 + x * x), axis=-1) / (4.0 * np.pi)
    tails = (Phi(-h) + Phi(-steep)) / 2.0 - Phi(-h) * Phi(-steep)
    return sign * np.where(h == 0.0, np.arctan(a) / (2.0 * np.pi), np.where(far, tails - t, t))
'''

_PHI2 = '''def Phi2(h, k, sine, cosine):
    """P(Z1 <= h, Z2 <= k) for standard normals of correlation r = sine / sqrt(sine^2 + cosine^2), by Owen's T."""
    h, k, sine, cosine = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (h, k, sine, cosine)))
    r, root = sine / np.hypot(sine, cosine), cosine / np.hypot(sine, cosine)
    with np.errstate(invalid="ignore", divide="ignore"):
        a, b = (k - r * h) / (h * root), (h - r * k) / (k * root)
        apart = np.where((h * k < 0.0) | ((h * k == 0.0) & (h + k < 0.0)), 0.5, 0.0)
        value = (Phi(h) + Phi(k)) / 2.0 - owen_t(h, a) - owen_t(k, b) - apart
    both = np.where(r > 0.0, Phi(np.minimum(h, k)), np.maximum(Phi(h) - Phi(-k), 0.0))
    value = np.where((h == 0.0) & (k == 0.0), 0.25 + np.arctan2(sine, cosine) / (2.0 * np.pi), value)
    return np.where(root == 0.0, both, value)
'''

_DIFFERENCE = '''def difference(*terms):
    """Their sum; 0 where it is rounding only, as q1 q2 - c^2 is at correlations 1 and -1."""
    total, size = sum(terms), sum(np.abs(term) for term in terms)
    return np.where(total <= TOLERANCE * size, 0.0, total)
'''

_QUOTIENT = '''def quotient(terms, denominator):
    """sum(terms) / denominator, with the limit 0 of 0/0 at correlations 1 and -1."""
    total, size = sum(terms), sum(np.abs(term) for term in terms)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = total / denominator
    return np.where((denominator == 0.0) & (np.abs(total) <= 1e-9 * size), 0.0, value)
'''

_GAMMA = '''def gamma_product(arguments, powers):
    """The product of Gamma(argument)**power, by Stirling's series at one reference point: no dimension overflows."""

    def one(*arguments):
        if any(x <= 0.0 and x == math.floor(x) for x in arguments):  # a pole
            return math.nan if any(p > 0 and x <= 0.0 and x == math.floor(x) for x, p in zip(arguments, powers)) else 0.0
        logarithm, sign, shifted = 0.0, 1.0, []
        for x, p in zip(arguments, powers):
            while x < 15.0:  # Gamma(x) = Gamma(x + 1) / x
                logarithm, sign, x = logarithm - p * math.log(abs(x)), sign * math.copysign(1.0, x) ** p, x + 1.0
            shifted.append((x, p))
        base = max(x for x, _ in shifted)
        for x, p in shifted:
            y = 1.0 / (x * x)
            tail = (1.0 / 12.0 - y * (1.0 / 360.0 - y * (1.0 / 1260.0 - y * (1.0 / 1680.0 - y / 1188.0)))) / x
            logarithm += p * ((x - 0.5) * math.log1p((x - base) / base) + tail + 0.5 * math.log(2.0 * math.pi))
        logarithm += math.log(base) * math.fsum(p * (x - 0.5) for x, p in shifted) - math.fsum(p * x for x, p in shifted)
        return sign * math.exp(logarithm) if logarithm < 709.0 else sign * math.inf

    return np.vectorize(one, otypes=[float])(*arguments)
'''

_HE = '''def He(k, x):
    """The probabilists' Hermite polynomial of degree k, by its recurrence."""

    def one(degree, t):
        previous, current = 0.0, 1.0
        for j in range(int(degree)):
            previous, current = current, t * current - j * previous
        return current

    return np.vectorize(one, otypes=[float])(k, x)
'''

_HYPER = '''def hyper(above, below, z):
    """The hypergeometric series of arguments z; converges for fewer or equally many parameters above as below."""

    def one(z, *parameters):
        total, term, n = 1.0, 1.0, 0
        while abs(term) > 1e-18 * abs(total) and n < 100000:
            up = math.prod(a + n for a in parameters[: len(above)])
            term *= up / math.prod(b + n for b in parameters[len(above):]) * z / (n + 1)
            total, n = total + term, n + 1
        return total if n < 100000 else math.nan

    return np.vectorize(one, otypes=[float])(z, *above, *below)
'''

HELPERS = {
    "Phi": _PHI, "owen_t": _OWEN_T, "Phi2": _PHI2, "difference": _DIFFERENCE, "quotient": _QUOTIENT,
    "gamma_product": _GAMMA, "He": _HE, "hyper": _HYPER,
}  # fmt: skip
_NEEDS = {"Phi2": ("Phi", "owen_t"), "owen_t": ("Phi",)}


def required_helpers(body: str) -> list[str]:
    """Names of the helpers that a source text calls, each after those it needs."""
    called = {name for name in HELPERS if re.search(rf"\b{name}\(", body)}
    called |= {needed for name in called for needed in _NEEDS.get(name, ())}
    return [name for name in HELPERS if name in called]


def vanishing_helpers(names: list[str]) -> bool:
    """Whether a helper among them needs TOLERANCE, the distance to correlations 1 and -1 that counts as none."""
    return "difference" in names
