"""The one guarded HTTP client: every outbound request of the program goes through `Fetcher.fetch`.

    request | address | turn at the host | connect (guarded) | head (bounded) | body (bounded, decoded) ->
    FetchResult
                 ^------------------------- redirect, at most ten, each checked anew ----'

A fetch ends in a value, never in an exception. What may not be contacted, how much is read and how long it
takes are decided here, so that no caller can forget them.
"""

from collector.fetch.client import Admission, Admit, Fetcher

__all__ = ["Admission", "Admit", "Fetcher"]
