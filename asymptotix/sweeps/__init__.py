"""A problem file's grid through theory, experiment and verdict, with a store that keeps every finished cell."""
