"""What one observed data set says about the risk: spectrum, energies, noise, and the learning curve to larger samples."""
