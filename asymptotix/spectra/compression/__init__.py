"""A long spectrum replaced by a short table, with a proved bound of what that changes.

`compressing.compress` is the way in for users; it reads `chunks`, lets them be `absorb`ed into an `OctaveTable` (compiled or in
NumPy), and returns a `CompressedSpectrum`.

What a solver may rely on. `replacement.compressed_levels(values, multiplicities, energies)` gives `CompressedLevels`, and a
`CompressedSpectrum` carries the same as `.levels`:

- `values` are nodes, decreasing, at most 17 an octave; `weights` has a row for the multiplicities and, with energies, one for
  them. The weights of single nodes may be negative; sums over an octave of positive functions of the kinds in `bound` are not.
- `starts` are the indices at which octaves start. Octaves end at powers of two: the eigenvalues that a node stands for are
  within a factor of two of it. `counts` are the exact sums of the multiplicities over each octave, if they are whole.
- Zero eigenvalues leave no trace in `CompressedLevels`; in a `CompressedSpectrum` they are its last level, with their energy.
- Eigenvalues that repeat are one node, as long as an octave has at most 17 different ones; such an octave is exact.
- Spectra over hundreds of decades keep up to 17 nodes in each octave that they touch, some thousands in all, or their own
  eigenvalues where these are fewer.
"""
