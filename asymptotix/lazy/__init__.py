"""Networks beside their linearization: when training stays in the lazy regime, and what a linearized network cannot learn."""
