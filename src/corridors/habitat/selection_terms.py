"""Covariates of a selection model as columns of numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from corridors.foundation.arrays import Flags, Floats, Indices
from corridors.foundation.facts import Remark
from corridors.habitat.no_selection import NoSelectionError

LINEAR, QUADRATIC, CLASS, REFERENCE = "linear", "quadratic", "class", "reference"


@dataclass(frozen=True)
class Covariate:
    """A layer on the herd's grid that may explain where animals are.

    Parameters
    ----------
    name
        Name of the layer.
    of_cell
        Numbers, or class codes, of the cells, raveled (n_cells,); NaN: unknown.
    classes
        Class name -> codes; None: numbers.
    reference
        The class that others are compared with; None: the commonest available one.
    quadratic
        Numbers: also their square.
    """

    name: str
    of_cell: Floats
    classes: Mapping[str, Sequence[int]] | None = None
    reference: str | None = None
    quadratic: bool = False

    def class_of(self, cells: Indices) -> Indices:
        """Return the number of the class of each cell, -1 where unknown or in no class."""
        out = np.full(cells.size, -1, dtype=np.int64)
        for number, codes in enumerate((self.classes or {}).values()):
            out[np.isin(self.of_cell[cells], np.asarray(codes, dtype=np.float64))] = number
        return out


def class_covariate(
    name: str, of_cell: Floats, classes: Mapping[str, Sequence[int]], *, reference: str | None
) -> Covariate:
    """Return a covariate of classes; where none are named, each code is one."""
    named = dict(classes)
    if not named:
        codes = np.unique(of_cell[np.isfinite(of_cell)]).astype(int).tolist()
        named = {str(code): (code,) for code in codes}
    return Covariate(name, of_cell, named, reference)


@dataclass(frozen=True)
class Term:
    """A column of the model.

    Parameters
    ----------
    layer
        Name of the covariate.
    kind
        ``linear``, ``quadratic``, ``class`` or ``reference``.
    value
        Name of the class, "" for numbers.
    number
        Number of the class, -1 for numbers.
    centre, scale
        The column is (x - centre) / scale, or its square; for a class 0 and 1.
    low, high
        Numbers beyond these, the range available when the model was fitted, count as these.
    is_estimated
        False for the reference, and for a class that too few animals used.
    """

    layer: str
    kind: str
    value: str = ""
    number: int = -1
    centre: float = 0.0
    scale: float = 1.0
    low: float = -np.inf
    high: float = np.inf
    is_estimated: bool = True

    @property
    def name(self) -> str:
        """Name of the term: layer, layer^2 or layer:class."""
        if self.value:
            return f"{self.layer}:{self.value}"
        return f"{self.layer}^2" if self.kind == QUADRATIC else self.layer

    def column(self, covariate: Covariate, cells: Indices) -> Floats:
        """Return the term's value of cells, (n,)."""
        if self.kind in (CLASS, REFERENCE):
            is_class: Floats = (covariate.class_of(cells) == self.number).astype(np.float64)
            return is_class
        x = (np.clip(covariate.of_cell[cells], self.low, self.high) - self.centre) / self.scale
        return np.square(x) if self.kind == QUADRATIC else x


def terms_of(
    covariates: Sequence[Covariate],
    available: Indices,
    used: Indices,
    animal: Indices,
    *,
    min_class_animals: int,
) -> list[Term]:
    """Return all terms of a model, references included.

    Parameters
    ----------
    covariates
        At least one.
    available
        Cells that are available, known in all covariates, (m,).
    used, animal
        Cells that are used, and number of the animal, (n,).
    min_class_animals
        A class that fewer animals used is not estimated.

    Raises
    ------
    NoSelectionError
        The reference class has too few animals, or a layer is the same everywhere; the message is
        for the user.
    """
    terms: list[Term] = []
    for covariate in covariates:
        if covariate.classes is not None:
            terms += _class_terms(covariate, available, used, animal, min_class_animals)
            continue
        values = covariate.of_cell[available]
        scale = float(values.std())
        if scale <= 1e-9 * max(1.0, float(np.abs(values).max())):
            raise NoSelectionError(
                f"layer {covariate.name} is the same on all available ground",
                Remark.of("layer_is_even", layer=covariate.name),
            )
        term = Term(
            covariate.name, LINEAR, "", -1,
            float(values.mean()), scale, float(values.min()), float(values.max()),
        )  # fmt: skip
        terms.append(term)
        if covariate.quadratic:
            terms.append(replace(term, kind=QUADRATIC))
    return terms


def _class_terms(
    covariate: Covariate, available: Indices, used: Indices, animal: Indices, min_class_animals: int
) -> list[Term]:
    names = list(covariate.classes or {})
    of_available, of_used = covariate.class_of(available), covariate.class_of(used)
    n_cells = np.bincount(of_available[of_available >= 0], minlength=len(names))
    n_animals = [np.unique(animal[of_used == number]).size for number in range(len(names))]
    enough = np.array(n_animals) >= min_class_animals
    if covariate.reference is not None:
        reference = names.index(covariate.reference)
        if not enough[reference]:
            raise NoSelectionError(
                f"class {covariate.reference} of layer {covariate.name} cannot be the reference: "
                f"{n_animals[reference]} animals used it, fewer than {min_class_animals}",
                Remark.of(
                    "reference_of_too_few",
                    term=covariate.reference,
                    layer=covariate.name,
                    n_animals=int(n_animals[reference]),
                    min_animals=min_class_animals,
                ),
            )
    elif enough.any():
        reference = int(np.argmax(np.where(enough, n_cells, -1)))
    else:
        raise NoSelectionError(
            f"no class of layer {covariate.name} was used by {min_class_animals} animals",
            Remark.of("no_class_of_enough", layer=covariate.name, min_animals=min_class_animals),
        )
    return [
        Term(
            covariate.name,
            REFERENCE if number == reference else CLASS,
            name,
            number,
            is_estimated=bool(enough[number]) and number != reference,
        )
        for number, name in enumerate(names)
        if n_cells[number] or n_animals[number]
    ]


def columns(terms: Sequence[Term], covariates: Sequence[Covariate], cells: Indices) -> Floats:
    """Return the estimated terms' values of cells, (n, p)."""
    own = {covariate.name: covariate for covariate in covariates}
    found = [term.column(own[term.layer], cells) for term in terms if term.is_estimated]
    return np.stack(found, axis=1) if found else np.zeros((cells.size, 0))


def outside_model(terms: Sequence[Term], covariates: Sequence[Covariate], cells: Indices) -> Flags:
    """Return which cells are of a class that is not estimated, nor a reference, (n,)."""
    own = {covariate.name: covariate for covariate in covariates}
    outside = np.zeros(cells.size, dtype=np.bool_)
    for covariate in own.values():
        if covariate.classes is None:
            continue
        inside = [
            term.number
            for term in terms
            if term.layer == covariate.name and (term.is_estimated or term.kind == REFERENCE)
        ]
        outside |= ~np.isin(covariate.class_of(cells), inside)
    return outside
