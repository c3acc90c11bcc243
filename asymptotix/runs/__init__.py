"""Running many independent tasks: on any executor, with progress, interruptible. Knows no model."""
