"""The bibliography. Docstrings cite by key, as in [ChoSaul2009]; every key used resolves here (a test walks them)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from unicodedata import normalize

from asymptotix.errors import InvalidInputError

__all__ = ["REFERENCES", "Reference", "bibtex", "reference"]


@dataclass(frozen=True)
class Reference:
    """One entry. `url_or_doi` is a DOI ("10...."), an arXiv identifier ("arXiv:....") or empty."""

    key: str
    authors: tuple[str, ...]
    title: str
    venue: str
    year: int
    url_or_doi: str = ""

    @property
    def kind(self) -> str:
        """The BibTeX entry type."""
        if self.venue.startswith(("Advances in Neural", "International Conference")):
            return "inproceedings"
        return "misc" if self.venue.startswith("arXiv") else "book" if self.venue.startswith("Springer") else "article"

    def bibtex(self) -> str:
        """The entry in BibTeX."""
        field = {"inproceedings": "booktitle", "misc": "howpublished", "book": "publisher", "article": "journal"}[self.kind]
        rows = [
            ("author", " and ".join(self.authors)),
            ("title", f"{{{self.title}}}"),
            (field, self.venue),
            ("year", str(self.year)),
        ]
        if self.url_or_doi.startswith("arXiv:"):
            rows += [("eprint", self.url_or_doi.removeprefix("arXiv:")), ("archivePrefix", "arXiv")]
        elif self.url_or_doi:
            rows.append(("doi", self.url_or_doi))
        body = ",\n".join(f"  {name} = {{{value}}}" for name, value in rows)
        return f"@{self.kind}{{{self.key},\n{body}\n}}"

    def __str__(self) -> str:
        link = f" {self.url_or_doi}." if self.url_or_doi else ""
        return f"[{self.key}] {_plain(', '.join(self.authors))} ({self.year}). {_plain(self.title)}. {self.venue}.{link}"


# TeX accents as Unicode combining characters
_ACCENTS = {"'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", '"': "\u0308", "v": "\u030c", "c": "\u0327"}


def _plain(text: str) -> str:
    r"""Text with its TeX accents as Unicode.

    >>> _plain(r"Zdeborov{\'a}, Mar{\v{c}}enko")
    'Zdeborová, Marčenko'
    """
    return re.sub(r"\{\\(['`^~\"vc])\{?(\w)\}?\}", lambda m: normalize("NFC", m[2] + _ACCENTS[m[1]]), text)


_NEURIPS = "Advances in Neural Information Processing Systems"
_ENTRIES = (
    Reference(
        "AbbeBoixAdseraMisiakiewicz2023", ("Abbe, Emmanuel", r"Boix-Adser{\`a}, Enric", "Misiakiewicz, Theodor"),
        "SGD learning on neural networks: leap complexity and saddle-to-saddle dynamics",
        "Conference on Learning Theory", 2023, "arXiv:2302.11055",
    ),
    Reference(
        "AdlamPennington2020", ("Adlam, Ben", "Pennington, Jeffrey"),
        "The neural tangent kernel in high dimensions: triple descent and a multi-scale theory of generalization",
        "International Conference on Machine Learning", 2020, "arXiv:2008.06786",
    ),
    Reference(
        "AliKolterTibshirani2019", ("Ali, Alnur", "Kolter, J. Zico", "Tibshirani, Ryan J."),
        "A continuous-time view of early stopping for least squares regression",
        "International Conference on Artificial Intelligence and Statistics", 2019, "arXiv:1810.10082",
    ),
    Reference(
        "BaErdogduSuzukiWangWuYang2022",
        ("Ba, Jimmy", "Erdogdu, Murat A.", "Suzuki, Taiji", "Wang, Zhichao", "Wu, Denny", "Yang, Greg"),
        "High-dimensional asymptotics of feature learning: how one gradient step improves the representation", _NEURIPS, 2022,
        "arXiv:2205.01445",
    ),
    Reference(
        "BartlettLongLugosiTsigler2020",
        ("Bartlett, Peter L.", "Long, Philip M.", "Lugosi, G{\\'a}bor", "Tsigler, Alexander"),
        "Benign overfitting in linear regression", "Proceedings of the National Academy of Sciences", 2020, "arXiv:1906.11300",
    ),
    Reference(
        "BartlettMontanariRakhlin2021", ("Bartlett, Peter L.", "Montanari, Andrea", "Rakhlin, Alexander"),
        "Deep learning: a statistical viewpoint", "Acta Numerica", 2021, "arXiv:2103.09177",
    ),
    Reference(
        "Bach2017", ("Bach, Francis",),
        "Breaking the curse of dimensionality with convex neural networks", "Journal of Machine Learning Research", 2017,
        "arXiv:1412.8690",
    ),
    Reference(
        "BaiSilverstein2004", ("Bai, Zhidong D.", "Silverstein, Jack W."),
        "CLT for linear spectral statistics of large-dimensional sample covariance matrices", "Annals of Probability", 2004,
        "10.1214/aop/1078415845",
    ),
    Reference(
        "BenArousGheissariJagannath2021", (r"Ben Arous, G{\'e}rard", "Gheissari, Reza", "Jagannath, Aukosh"),
        "Online stochastic gradient descent on non-convex losses from high-dimensional inference",
        "Journal of Machine Learning Research", 2021, "arXiv:2003.10409",
    ),
    Reference(
        "BenaychGeorgesNadakuditi2012", ("Benaych-Georges, Florent", "Nadakuditi, Raj Rao"),
        "The singular values and vectors of low rank perturbations of large rectangular random matrices",
        "Journal of Multivariate Analysis", 2012, "arXiv:1103.2221",
    ),
    Reference(
        "BerrutTrefethen2004", ("Berrut, Jean-Paul", "Trefethen, Lloyd N."),
        "Barycentric Lagrange interpolation", "SIAM Review", 2004, "10.1137/S0036144502417715",
    ),
    Reference(
        "BiettiBach2021", ("Bietti, Alberto", "Bach, Francis"),
        "Deep equals shallow for ReLU networks in kernel regimes", "International Conference on Learning Representations", 2021,
        "arXiv:2009.14397",
    ),
    Reference(
        "BordelonCanatarPehlevan2020", ("Bordelon, Blake", "Canatar, Abdulkadir", "Pehlevan, Cengiz"),
        "Spectrum dependent learning curves in kernel regression and wide neural networks",
        "International Conference on Machine Learning", 2020, "arXiv:2002.02561",
    ),
    Reference(
        "BrutzkusGloberson2017", ("Brutzkus, Alon", "Globerson, Amir"),
        "Globally optimal gradient descent for a ConvNet with Gaussian inputs",
        "International Conference on Machine Learning", 2017, "arXiv:1702.07966",
    ),
    Reference(
        "Chandrupatla1997", ("Chandrupatla, Tirupathi R.",),
        "A new hybrid quadratic/bisection algorithm for finding the zero of a nonlinear function without using derivatives",
        "Advances in Engineering Software", 1997, "10.1016/S0965-9978(96)00051-8",
    ),
    Reference(
        "ChengMontanari2024", ("Cheng, Chen", "Montanari, Andrea"),
        "Dimension free ridge regression", "The Annals of Statistics", 2024, "arXiv:2210.08571",
    ),
    Reference(
        "ChizatOyallonBach2019", ("Chizat, L{\\'e}na{\\\"i}c", "Oyallon, Edouard", "Bach, Francis"),
        "On lazy training in differentiable programming", _NEURIPS, 2019, "arXiv:1812.07956",
    ),
    Reference(
        "ChizatBach2018", ("Chizat, L{\\'e}na{\\\"i}c", "Bach, Francis"),
        "On the global convergence of gradient descent for over-parameterized models using optimal transport", _NEURIPS, 2018,
        "arXiv:1805.09545",
    ),
    Reference(
        "ChoSaul2009", ("Cho, Youngmin", "Saul, Lawrence K."),
        "Kernel methods for deep learning", _NEURIPS, 2009,
    ),
    Reference(
        "CuiEtAl2021", ("Cui, Hugo", "Loureiro, Bruno", "Krzakala, Florent", "Zdeborov{\\'a}, Lenka"),
        "Generalization error rates in kernel regression: the crossover from the noiseless to noisy regime", _NEURIPS, 2021,
        "arXiv:2105.15004",
    ),
    Reference(
        "DefilippisLoureiroMisiakiewicz2024", ("Defilippis, Leonardo", "Loureiro, Bruno", "Misiakiewicz, Theodor"),
        "Dimension-free deterministic equivalents and scaling laws for random feature regression", _NEURIPS, 2024,
        "arXiv:2405.15699",
    ),
    Reference(
        "DobribanWager2018", ("Dobriban, Edgar", "Wager, Stefan"),
        "High-dimensional asymptotics of prediction: ridge regression and classification", "The Annals of Statistics", 2018,
        "arXiv:1507.03003",
    ),
    Reference(
        "EfronStein1981", ("Efron, Bradley", "Stein, Charles"),
        "The jackknife estimate of variance", "Annals of Statistics", 1981, "10.1214/aos/1176345462",
    ),
    Reference(
        "GhorbaniMeiMisiakiewiczMontanari2021",
        ("Ghorbani, Behrooz", "Mei, Song", "Misiakiewicz, Theodor", "Montanari, Andrea"),
        "Linearized two-layers neural networks in high dimension", "The Annals of Statistics", 2021, "arXiv:1904.12191",
    ),
    Reference(
        "GolubHeathWahba1979", ("Golub, Gene H.", "Heath, Michael", "Wahba, Grace"),
        "Generalized cross-validation as a method for choosing a good ridge parameter", "Technometrics", 1979,
        "10.1080/00401706.1979.10489751",
    ),
    Reference(
        "GolubWelsch1969", ("Golub, Gene H.", "Welsch, John H."),
        "Calculation of Gauss quadrature rules", "Mathematics of Computation", 1969, "10.1090/S0025-5718-69-99647-1",
    ),
    Reference(
        "GoldtEtAl2022", ("Goldt, Sebastian", "Loureiro, Bruno", "Reeves, Galen", "Krzakala, Florent", "M{\\'e}zard, Marc",
        "Zdeborov{\\'a}, Lenka"),
        "The Gaussian equivalence of generative models for learning with shallow neural networks",
        "Mathematical and Scientific Machine Learning", 2022, "arXiv:2006.14709",
    ),
    Reference(
        "HastieMontanariRossetTibshirani2022",
        ("Hastie, Trevor", "Montanari, Andrea", "Rosset, Saharon", "Tibshirani, Ryan J."),
        "Surprises in high-dimensional ridgeless least squares interpolation", "The Annals of Statistics", 2022,
        "arXiv:1903.08560",
    ),
    Reference(
        "HuLuMisiakiewicz2024", ("Hu, Hong", "Lu, Yue M.", "Misiakiewicz, Theodor"),
        "Asymptotics of random feature regression beyond the linear scaling regime", "arXiv preprint", 2024, "arXiv:2403.08160",
    ),
    Reference(
        "JacotEtAl2020",
        ("Jacot, Arthur", "{\\c{S}}im{\\c{s}}ek, Berfin", "Spadaro, Francesco", "Hongler, Cl{\\'e}ment", "Gabriel, Franck"),
        "Implicit regularization of random feature models", "International Conference on Machine Learning", 2020,
        "arXiv:2002.08404",
    ),
    Reference(
        "JacotGabrielHongler2018", ("Jacot, Arthur", "Gabriel, Franck", "Hongler, Cl{\\'e}ment"),
        "Neural tangent kernel: convergence and generalization in neural networks", _NEURIPS, 2018, "arXiv:1806.07572",
    ),
    Reference(
        "LeeEtAl2018",
        ("Lee, Jaehoon", "Bahri, Yasaman", "Novak, Roman", "Schoenholz, Samuel S.", "Pennington, Jeffrey",
         "Sohl-Dickstein, Jascha"),
        "Deep neural networks as Gaussian processes", "International Conference on Learning Representations", 2018,
        "arXiv:1711.00165",
    ),
    Reference(
        "LeshnoEtAl1993", ("Leshno, Moshe", "Lin, Vladimir Ya.", "Pinkus, Allan", "Schocken, Shimon"),
        "Multilayer feedforward networks with a nonpolynomial activation function can approximate any function",
        "Neural Networks", 1993, "10.1016/S0893-6080(05)80131-5",
    ),
    Reference(
        "LoureiroEtAl2021", ("Loureiro, Bruno", "Gerbelot, C{\\'e}dric", "Cui, Hugo", "Goldt, Sebastian", "Krzakala, Florent",
        "M{\\'e}zard, Marc", "Zdeborov{\\'a}, Lenka"),
        "Learning curves of generic features maps for realistic datasets with a teacher-student model",
        "Advances in Neural Information Processing Systems", 2021, "arXiv:2102.08127",
    ),
    Reference(
        "MallinarEtAl2022",
        ("Mallinar, Neil", "Simon, James B.", "Abedsoltan, Amirhesam", "Pandit, Parthe", "Belkin, Mikhail", "Nakkiran, Preetum"),
        "Benign, tempered, or catastrophic: a taxonomy of overfitting", _NEURIPS, 2022, "arXiv:2207.06569",
    ),
    Reference(
        "MarchenkoPastur1967", ("Mar{\\v{c}}enko, Vladimir A.", "Pastur, Leonid A."),
        "Distribution of eigenvalues for some sets of random matrices", "Mathematics of the USSR-Sbornik", 1967,
        "10.1070/SM1967v001n04ABEH001994",
    ),
    Reference(
        "MeiMisiakiewiczMontanari2022", ("Mei, Song", "Misiakiewicz, Theodor", "Montanari, Andrea"),
        "Generalization error of random feature and kernel methods: hypercontractivity and kernel matrix concentration",
        "Applied and Computational Harmonic Analysis", 2022, "arXiv:2101.10588",
    ),
    Reference(
        "MeiMontanari2022", ("Mei, Song", "Montanari, Andrea"),
        "The generalization error of random features regression: precise asymptotics and the double descent curve",
        "Communications on Pure and Applied Mathematics", 2022, "arXiv:1908.05355",
    ),
    Reference(
        "MeiMontanariNguyen2018", ("Mei, Song", "Montanari, Andrea", "Nguyen, Phan-Minh"),
        "A mean field view of the landscape of two-layer neural networks",
        "Proceedings of the National Academy of Sciences", 2018, "arXiv:1804.06561",
    ),
    Reference(
        "MicchelliXuZhang2006", ("Micchelli, Charles A.", "Xu, Yuesheng", "Zhang, Haizhang"),
        "Universal kernels", "Journal of Machine Learning Research", 2006,
    ),
    Reference(
        "MisiakiewiczMontanari2023", ("Misiakiewicz, Theodor", "Montanari, Andrea"),
        "Six lectures on linearized neural networks", "arXiv preprint", 2023, "arXiv:2308.13431",
    ),
    Reference(
        "MontanariZhong2022", ("Montanari, Andrea", "Zhong, Yiqiao"),
        "The interpolation phase transition in neural networks: memorization and generalization under lazy training",
        "The Annals of Statistics", 2022, "arXiv:2007.12826",
    ),
    Reference(
        "Muller1966", ("M{\\\"u}ller, Claus",),
        "Spherical harmonics", "Springer, Lecture Notes in Mathematics 17", 1966,
    ),
    Reference(
        "Price1958", ("Price, Robert",),
        "A useful theorem for nonlinear devices having Gaussian inputs", "IRE Transactions on Information Theory", 1958,
    ),
    Reference(
        "SaadSolla1995", ("Saad, David", "Solla, Sara A."),
        "On-line learning in soft committee machines", "Physical Review E", 1995,
    ),
    Reference(
        "SchroderEtAl2023", ("Schr{\\\"o}der, Dominik", "Cui, Hugo", "Dmitriev, Daniil", "Loureiro, Bruno"),
        "Deterministic equivalent and error universality of deep random features learning",
        "International Conference on Machine Learning", 2023, "arXiv:2302.00401",
    ),
    Reference(
        "SilversteinChoi1995", ("Silverstein, Jack W.", "Choi, Sang-Il"),
        "Analysis of the limiting spectral distribution of large dimensional random matrices",
        "Journal of Multivariate Analysis", 1995,
    ),
    Reference(
        "Schoenberg1942", ("Schoenberg, Isaac J.",),
        "Positive definite functions on spheres", "Duke Mathematical Journal", 1942, "10.1215/S0012-7094-42-00908-6",
    ),
    Reference(
        "Simon2023", ("Simon, James B.", "Dickens, Madeline", "Karkada, Dhruva", "DeWeese, Michael R."),
        "The eigenlearning framework: a conservation law perspective on kernel ridge regression and wide neural networks",
        "Transactions on Machine Learning Research", 2023, "arXiv:2110.03922",
    ),
    Reference(
        "TrefethenWeideman2014", ("Trefethen, Lloyd N.", "Weideman, J. A. C."),
        "The exponentially convergent trapezoidal rule", "SIAM Review", 2014, "10.1137/130932132",
    ),
    Reference(
        "TrefethenWeidemanSchmelzer2006", ("Trefethen, Lloyd N.", "Weideman, J. A. C.", "Schmelzer, Thomas"),
        "Talbot quadratures and rational approximations", "BIT Numerical Mathematics", 2006,
    ),
    Reference(
        "TsiglerBartlett2023", ("Tsigler, Alexander", "Bartlett, Peter L."),
        "Benign overfitting in ridge regression", "Journal of Machine Learning Research", 2023, "arXiv:2009.14286",
    ),
    Reference(
        "Williams1998", ("Williams, Christopher K. I.",),
        "Computation with infinite neural networks", "Neural Computation", 1998, "10.1162/089976698300017412",
    ),
)  # fmt: skip

REFERENCES: dict[str, Reference] = {entry.key: entry for entry in _ENTRIES}


def reference(key: str) -> Reference:
    """The entry of a key.

    Raises:
        InvalidInputError: unknown key; names the keys that begin like it.
    """
    if key not in REFERENCES:
        near = [known for known in REFERENCES if known[:3].lower() == key[:3].lower()]
        hint = f"did you mean {', '.join(near)}" if near else f"known: {', '.join(REFERENCES)}"
        raise InvalidInputError("key", key, "a key of REFERENCES", hint)
    return REFERENCES[key]


def bibtex(keys: Iterable[str]) -> str:
    """The entries of some keys in BibTeX, in the order given, each once.

    Raises:
        InvalidInputError: unknown key.

    >>> bibtex(["Price1958"]).splitlines()[0]
    '@article{Price1958,'
    """
    return "\n\n".join(reference(key).bibtex() for key in dict.fromkeys(keys))
