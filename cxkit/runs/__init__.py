"""Runs: parameters, papermill, kernels, staging and publication; no statistics."""
