"""Problem descriptions. The theory reads `model.spectrum` and `model.target`, the experiment reads `model.design`."""
