"""TOML problem files: one schema part per model, each importing that model. Pydantic is imported on use."""
