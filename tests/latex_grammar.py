"""The grammar of printed formulas: a recursive descent from LaTeX tokens to functions of an environment of numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import mpmath

from tests.latex_meaning import FUNCTIONS, OPERATIONS, Env, Environment, Functions, Unreadable, hermite, phi2

__all__ = ["Parser"]

_TOKEN = re.compile(r"\\[a-zA-Z]+|\\[^a-zA-Z]|\d+(?:\.\d+)?|[a-zA-Z]|\S")
_SPACE = (r"\,", r"\;", r"\!", r"\:", r"\ ", r"\displaystyle", "&")
_SIZES = (r"\left", r"\right", r"\bigl", r"\bigr", r"\Bigl", r"\Bigr", r"\biggl", r"\biggr")
_GREEK = ("alpha", "beta", "theta", "rho", "kappa", "lambda", "Delta", "Sigma", "Theta", "pi", "ell", "mu", "sigma", "vartheta")
_GREEK += ("psi", "chi", "zeta", "nu", "tau")
_OPEN, _CLOSE = {"(": ")", "[": "]"}, {")", "]"}


class Parser:
    def __init__(self, text: str) -> None:
        text = re.sub(r"\\mathrm\{(erfc?|sgn|NT|RF)\}", lambda m: "\\mathrm{" + m[1] + "}", text)
        tokens = []
        for match in re.finditer(r"\\mathrm\{\w+\}|" + _TOKEN.pattern, text):
            if match.group() not in _SPACE:
                tokens.append(match.group())
        self.tokens, self.position = tokens, 0
        self.functions: Functions = {}

    # -- tokens
    def peek(self, ahead: int = 0) -> str:
        index = self.position + ahead
        return self.tokens[index] if index < len(self.tokens) else ""

    def take(self, expected: str = "") -> str:
        token = self.peek()
        if not token or (expected and token != expected):
            where = " ".join(self.tokens[max(self.position - 5, 0) : self.position + 5])
            raise Unreadable(f"{expected or 'something'} expected at {where}")
        self.position += 1
        return token

    def skip_size(self) -> None:
        while self.peek() in _SIZES:
            self.take()

    # -- grammar
    def sum(self) -> Callable[[Env], Any]:
        sign = self.take() if self.peek() in ("-", "+") else "+"
        terms = [(sign, self.product())]
        while self.peek() in ("+", "-"):
            terms.append((self.take(), self.product()))
        return lambda env: mpmath.fsum(term(env) if s == "+" else -term(env) for s, term in terms)

    def product(self) -> Callable[[Env], Any]:
        parts: list[tuple[str, Callable[[Env], Any]]] = [("*", self.power())]
        while self.starts_factor() or self.peek() in ("/", r"\cdot", r"\bmod"):
            operator = self.take() if self.peek() in ("/", r"\cdot", r"\bmod") else "*"
            parts.append((operator, self.power()))

        def value(env: Env) -> Any:
            total = mpmath.mpf(1)
            for operator, part in parts:
                total = OPERATIONS[operator](total, part(env))
            return total

        return value

    def starts_factor(self) -> bool:
        token, ahead = self.peek(), 0
        while token in _SIZES:
            if token in (r"\right", r"\bigr", r"\biggr", r"\Bigr"):
                return False
            ahead += 1
            token = self.peek(ahead)
        if token in ("(", "[", "{", "|") or re.fullmatch(r"[a-zA-Z]|\d.*", token):
            return not (token == "|" and self.inside_bars)
        known = (r"\frac", r"\tfrac", r"\sqrt", r"\dot", r"\begin", r"\mathbf", r"\lfloor", r"\Phi_2", r"\binom")
        return token in known or token in FUNCTIONS or token[1:] in _GREEK

    inside_bars = False

    def power(self) -> Callable[[Env], Any]:
        base = self.atom()
        while self.peek() in ("^", "!", "_") and not (self.peek() == "_" and self.peek(1) != "+"):
            mark = self.take()
            if mark == "!":
                double = self.peek() == "!" and bool(self.take())
                base = (lambda b, f: lambda env: f(b(env)))(base, mpmath.fac2 if double else mpmath.factorial)
            elif mark == "_":
                self.take("+")
                base = (lambda b: lambda env: max(b(env), mpmath.mpf(0)))(base)
            else:
                base = (lambda b, e: lambda env: mpmath.power(b(env), e(env)))(base, self.group())
        return base

    def group(self) -> Callable[[Env], Any]:
        """{...} or one token."""
        if self.peek() == "{":
            self.take()
            inner = self.sum()
            self.take("}")
            return inner
        return self.atom()

    def bracketed(self) -> list[Callable[[Env], Any]]:
        """A bracket of any size, its entries apart at commas and semicolons."""
        self.skip_size()
        closing = _OPEN[self.take()]
        bars, self.inside_bars = self.inside_bars, False
        entries, row = [], []
        while True:
            self.skip_size()
            if self.peek() in (",", ";", closing):
                token = self.take()
                if token == closing:
                    entries.append(row)
                    break
                if token == ";":
                    entries.append(row)
                    row = []
                continue
            row.append(self.sum())
        self.inside_bars = bars
        return entries if len(entries) > 1 else entries[0]

    def atom(self) -> Callable[[Env], Any]:
        self.skip_size()
        token = self.peek()
        if token in _OPEN:
            (inner,) = self.bracketed()
            return inner
        if token == "|":
            return self.bars()
        if token == "{":
            if self.peek(1) == "}":
                return self.hypergeometric()
            return self.group()
        if re.fullmatch(r"\d.*", token):
            self.take()
            return lambda env: mpmath.mpf(token)
        special = {r"\frac": self.fraction, r"\tfrac": self.fraction, r"\sqrt": self.root, r"\mathbf": self.indicator,
                   r"\begin": self.cases, r"\lfloor": self.floor, r"\binom": self.binomial}  # fmt: skip
        if token in special:
            return special[token]()
        if token == "H" and self.peek(1) == "e":
            return self.hermite()
        if token in FUNCTIONS:
            return self.call()
        return self.name()

    def bars(self) -> Callable[[Env], Any]:
        self.take("|")
        self.inside_bars = True
        inner = self.sum()
        self.skip_size()
        self.take("|")
        self.inside_bars = False
        return lambda env: abs(inner(env))

    def fraction(self) -> Callable[[Env], Any]:
        self.take()
        upper, lower = self.group(), self.group()
        return lambda env: upper(env) / lower(env)

    def binomial(self) -> Callable[[Env], Any]:
        self.take()
        upper, lower = self.group(), self.group()
        return lambda env: mpmath.binomial(upper(env), lower(env))

    def root(self) -> Callable[[Env], Any]:
        self.take()
        degree = None
        if self.peek() == "[":
            (degree,) = self.bracketed()
        inner = self.group()
        return lambda env: mpmath.sqrt(inner(env)) if degree is None else mpmath.root(inner(env), int(degree(env)))

    def floor(self) -> Callable[[Env], Any]:
        self.take()
        inner = self.sum()
        self.skip_size()
        self.take(r"\rfloor")
        return lambda env: mpmath.floor(inner(env))

    def indicator(self) -> Callable[[Env], Any]:
        for token in (r"\mathbf", "{", "1", "}", "_", "{"):
            self.take(token)
        condition = self.condition()
        self.take("}")
        return lambda env: mpmath.mpf(int(condition(env)))

    def condition(self) -> Callable[[Env], bool]:
        left = self.sum()
        tests: list[tuple[str, Any]] = []
        operators: dict[str, Callable[[Any, Any], bool]] = {
            ">": lambda a, b: a > b, "<": lambda a, b: a < b, "=": lambda a, b: a == b, r"\ge": lambda a, b: a >= b,
            r"\geq": lambda a, b: a >= b, r"\le": lambda a, b: a <= b, r"\leq": lambda a, b: a <= b, r"\ne": lambda a, b: a != b,
        }  # fmt: skip
        while self.peek() in operators:
            tests.append((self.take(), self.sum()))
        if self.peek() == r"\notin":
            excluded = self.excluded()
            tests += [(r"\ne", number) for number in excluded]
            operators[r"\ne"] = lambda a, b: a != b
        if not tests:
            raise Unreadable("a condition needs a relation")

        def holds(env: Env) -> bool:
            value, result = left(env), True
            for operator, right in tests:
                other = right(env)
                result, value = result and operators[operator](value, other), other
            return result

        return holds

    def excluded(self) -> list[Callable[[Env], Any]]:
        """The numbers of a set behind \\notin."""
        for token in (r"\notin", r"\{"):
            self.take(token)
        found = [self.sum()]
        while self.peek() == ",":
            self.take()
            found.append(self.sum())
        self.take(r"\}")
        return found

    def cases(self) -> Callable[[Env], Any]:
        for token in (r"\begin", "{", *"cases", "}"):
            self.take(token)
        rows: list[tuple[Callable[[Env], Any], Callable[[Env], bool]]] = []
        while self.peek() != r"\end":
            value = self.sum()
            self.take(",")
            if self.peek() == r"\text":
                while self.peek() not in (r"\\", r"\end"):
                    self.take()
                rows.append((value, lambda env: True))
            else:
                rows.append((value, self.condition()))
            if self.peek() == r"\\":
                self.take()
        for token in (r"\end", "{", *"cases", "}"):
            self.take(token)
        return lambda env: next(value(env) for value, condition in rows if condition(env))

    def hypergeometric(self) -> Callable[[Env], Any]:
        for token in ("{", "}", "_"):
            self.take(token)
        first = self.group()
        self.take("F")
        self.take("_")
        second = self.group()
        power = self.exponent()
        rows = self.bracketed()

        def value(env: Env) -> Any:
            upper, lower, (z,) = ([entry(env) for entry in row] for row in rows)
            if (len(upper), len(lower)) != (int(first(env)), int(second(env))):
                raise Unreadable("the indices of F do not count its parameters")
            return mpmath.hyper(upper, lower, z) ** power(env)

        return value

    def hermite(self) -> Callable[[Env], Any]:
        for token in ("H", "e", "_"):
            self.take(token)
        degree = self.group()
        power = self.exponent()
        (argument,) = self.bracketed()
        return lambda env: hermite(degree(env), argument(env)) ** power(env)

    def exponent(self) -> Callable[[Env], Any]:
        if self.peek() != "^":
            return lambda env: 1
        self.take()
        return self.group()

    def call(self) -> Callable[[Env], Any]:
        name = self.take()
        if name == r"\Phi" and self.peek() == "_":
            self.take()
            self.take("2")
            power, ((h, k), (r,)) = self.exponent(), self.bracketed()
            return lambda env: phi2(h(env), k(env), r(env)) ** power(env)
        function, power = FUNCTIONS[name], self.exponent()
        ahead = 0
        while self.peek(ahead) in _SIZES:
            ahead += 1
        arguments = self.bracketed() if self.peek(ahead) in _OPEN else [self.atom()]
        return lambda env: function(*(a(env) for a in arguments)) ** power(env)

    def name(self) -> Callable[[Env], Any]:
        name = self.identifier()
        if name == "pi":
            return lambda env: +mpmath.pi
        if name in ("e", "i"):
            return lambda env: mpmath.e if name == "e" else mpmath.mpc(0, 1)
        ahead = 0
        while self.peek(ahead) in _SIZES:
            ahead += 1
        if name in self.functions and self.peek(ahead) == "(":
            arguments = self.bracketed()
            definitions = self.functions[name]

            def applied(env: Env) -> Any:
                assert isinstance(env, Environment)
                numbers = [a(env) for a in arguments]
                for names, body in reversed(definitions):  # k(q, q, q) is for equal arguments
                    bound = dict(zip(names, numbers, strict=True))
                    if all(bound[n] == x for n, x in zip(names, numbers, strict=True)):
                        return body(Environment(env.statement, bound))
                raise Unreadable(f"no definition of {name} for these arguments")

            return applied

        def value(env: Env) -> Any:
            key = name
            if "_i" in name and env.get("_i"):
                key = name.replace("_i", f"_{env['_i']}")
            return env[key]

        return value

    def identifier(self) -> str:
        """A letter with its index and, for a layer, its superscript (0), (\\ell) or (\\ell-1)."""
        token = self.take()
        if token == r"\dot":
            self.take("{")
            name = "dot " + self.take()
            self.take("}")
        elif re.fullmatch(r"[a-zA-Z]", token) or token[1:] in _GREEK:
            name = token.lstrip("\\")
        else:
            raise Unreadable(f"{token} is not read")
        if self.peek() == "_" and self.peek(1) != "+":
            self.take()
            name += "_" + self.index()
        following = " ".join(self.tokens[self.position : self.position + 8])
        if re.match(r"\^ \{ \( (\d+|\\ell|\\ell - 1) \) \}", following):
            self.take()
            name += "^" + self.index()
        return name

    def index(self) -> str:
        if self.peek() != "{":
            return self.take().lstrip("\\")
        depth, text = 0, ""
        while True:
            token = self.take()
            depth += (token == "{") - (token == "}")
            if depth == 0:
                return text[1:]
            text += token.lstrip("\\")
