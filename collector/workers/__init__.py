"""Processes with a time and a memory limit, for what strangers send: `pool.py` is our side, `worker.py` theirs."""
