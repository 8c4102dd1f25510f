"""Addresses: which name the same article, which lead to another one, and which networks may be contacted. Pure."""
