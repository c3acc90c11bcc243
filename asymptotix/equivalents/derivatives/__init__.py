"""How the effective ridge and every risk change with the ridge, with n_samples and with n_features."""
