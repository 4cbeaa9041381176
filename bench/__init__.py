"""
Measurements and the fault harness; neither is part of the product.

`python -m bench` measures speed and memory beside the bare limits, `python -m bench.soak` kills
and fills and restores, and looks whether anything that was acknowledged is missing.
"""
