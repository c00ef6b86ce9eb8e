"""Which counts may be published one after the other, so that none of a small group follows from those that show.

Pure. A count is a sum over *atoms*, the finest groups that exist; whatever follows from published counts by adding and
subtracting is a linear combination of them. A count is published only while no group of fewer than ten persons is one:
neither a count of its own, nor what two of them share or differ by. Chin and Özsoyoğlu, *Auditing and inference control
in statistical databases* (IEEE Transactions on Software Engineering 8, 1982), which keeps a basis of what was answered.

Which atoms exist counts as known, so more is hidden than most readers could find out.
"""

from collections.abc import Hashable, Mapping, Sequence, Set
from typing import Any, TypeAlias

import numpy as np
from scipy import sparse

from tasks.disclosure import SMALLEST_CELL

Figure: TypeAlias = Hashable
DEPENDENT = 1e-9  # of a count's own square: what is left of one that follows from others
FOUND = 1e-6  # of a small group: what is left of one that follows


class Audit:
    """What has been published of a population, and whether one count more gives a small group away.

    ``sizes``: persons per atom. ``members``: the atoms that each count sums, for all that may ever be published.
    """

    def __init__(self, sizes: Sequence[int], members: Mapping[Any, Set[int]], smallest: int = SMALLEST_CELL) -> None:
        self._rows = {figure: row for row, figure in enumerate(members)}
        counts = _matrix(list(members.values()), len(sizes))
        small = _small_groups(counts, np.asarray(sizes), smallest)
        self._products = (counts @ counts.T).toarray().astype(float)
        self._shared = (counts @ small.T).toarray().astype(float)
        self._left = np.asarray(small.sum(axis=1), dtype=float).ravel()
        self._basis = np.zeros((0, len(members)))
        self._reach = np.zeros((0, small.shape[0]))

    def publish(self, figure: Figure, *, always: bool = False) -> bool:
        """Publish a count unless a small group would follow; returns whether it was. ``always``: it is known anyway."""
        row = self._rows[figure]
        along = self._basis[:, row]
        rest = self._products[row, row] - along @ along
        if rest <= DEPENDENT * max(self._products[row, row], 1.0):
            return True
        reach = (self._shared[row] - along @ self._reach) / np.sqrt(rest)
        left = self._left - reach**2
        if (left < FOUND).any() and not always:
            return False
        self._left = np.where(left < FOUND, np.inf, left)
        self._basis = np.vstack([self._basis, (self._products[row] - along @ self._basis) / np.sqrt(rest)])
        self._reach = np.vstack([self._reach, reach])
        return True


def _matrix(members: Sequence[Set[int]], atoms: int) -> sparse.csr_array:
    rows = [row for row, atoms_of in enumerate(members) for _ in atoms_of]
    columns = [atom for atoms_of in members for atom in sorted(atoms_of)]
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(members), atoms))


def _small_groups(counts: sparse.csr_array, sizes: np.ndarray, smallest: int) -> sparse.csr_array:
    """Return the groups of 1 to ``smallest`` - 1 persons among the counts, and of what two share or differ by."""
    persons = counts @ sizes
    shared = (counts @ sparse.diags_array(sizes.astype(float)) @ counts.T).toarray()
    groups = [counts[[row]] for row in np.flatnonzero((persons > 0) & (persons < smallest))]
    for first, second in zip(*np.nonzero((shared > 0) & (shared < smallest)), strict=True):
        if first < second:
            groups.append(counts[[first]].multiply(counts[[second]]))
    apart = persons[:, None] - shared
    for first, second in zip(*np.nonzero((apart > 0) & (apart < smallest) & (shared > 0)), strict=True):
        groups.append(counts[[first]] - counts[[first]].multiply(counts[[second]]))
    return sparse.csr_array(sparse.vstack(groups)) if groups else sparse.csr_array((0, counts.shape[1]))
