"""The ridge and the number of random features of least error."""
