r"""Closed forms of $E[s(u) s(v)]$ and $E[s'(u) s'(v)]$ for $s(x) = a\,f(bx)$, f = erf, Phi, sin, cos, exp, gauss or gelu.

Each formula is written once, in the stable form, over the namespace of NumPy or of mpmath. With $D = q_1 q_2 - c^2$:

* erf:   $\frac2\pi \arctan\frac{2b^2c}{R}$, $R^2 = 1 + 2b^2(q_1 + q_2) + 4 b^4 D$  (the arcsine form, without its cancellation)
* Phi:   $\frac{1}{2\pi}[\pi - \arg(b^2 c + iR)]$... written with atan2, $R^2 = 1 + b^2(q_1+q_2) + b^4 D$
* sin, cos, exp:  exponentials of $E(u \mp v)^2$;  gauss $e^{-b x^2}$: $(1 + 2b(q_1+q_2) + 4b^2 D)^{-1/2}$
"""
