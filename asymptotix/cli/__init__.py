"""The command line: parse, call, print. No command computes anything itself.

Everything heavy is imported inside the commands: `asymptotix --help` loads no NumPy.
"""
