"""Regular expressions that are compiled when they are first used.

Compiling the patterns of all modules would take longer than most commits take to be looked at, and a
process uses few of them.
"""
from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import Any
from typing import AnyStr

if TYPE_CHECKING:
    def pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
        """Return the pattern `text`, as re.compile does; what is wrong with it shows at its first use."""
        raise NotImplementedError
else:
    class pattern:  # noqa: N801 (reads as the function that the type checker sees)
        """A pattern that becomes a compiled one by being used."""

        def __init__(self, text: Any, flags: int = 0) -> None:
            self._made_of = text, flags

        def __getattr__(self, name: str) -> Any:
            if name.startswith('__'):
                raise AttributeError(name)
            value = getattr(re.compile(*self._made_of), name)
            setattr(self, name, value)
            return value
