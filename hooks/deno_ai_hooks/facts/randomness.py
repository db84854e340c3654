"""Whether text was drawn by a machine: entropy that grows with length and depends on the alphabet."""
from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from math import log2

from deno_ai_hooks.facts.patterns import pattern

FLOORS = {
    'hex': ((16, 2.5), (20, 2.74), (32, 3.14), (40, 3.26), (48, 3.40), (64, 3.55)),
    'lower': ((16, 2.9), (20, 3.25), (32, 3.74), (40, 4.00), (48, 4.15), (64, 4.36)),
    'letters': ((16, 3.0), (20, 3.44), (32, 4.02), (40, 4.24), (48, 4.43), (64, 4.65)),
    'mixed': ((16, 3.1), (20, 3.52), (32, 4.08), (40, 4.35), (48, 4.52), (64, 4.81)),
}
"""Bits a character that all but one of a thousand random strings of a length have, by alphabet."""

CHANGES = {'hex': 0.2, 'lower': 0.17, 'letters': 0.25, 'mixed': 0.36}
"""Changes between small letters, capitals, digits and marks, a character; words and names change less."""

WORDY = 0.6
"""The share of small letters in a row above which text of both cases is an identifier."""

HUMP = pattern('[A-Z]?[a-z]{3,}')
LONGEST = 64
SEGMENT = pattern(r'[^\W_]+')
UUID = pattern(r'(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}')


def entropy(text: str) -> float:
    """Return the Shannon entropy of `text` in bits a character."""
    size = len(text)
    return -sum(count / size * log2(count / size) for count in Counter(text).values()) if text else 0.0


def alphabet(text: str) -> str:
    """Return which alphabet `text` is written in: a key of FLOORS."""
    if re.fullmatch('[0-9a-f]+|[0-9A-F]+', text):
        return 'hex'
    if text.isalpha() and not (text.islower() or text.isupper()):
        return 'letters'
    return 'lower' if re.fullmatch('[0-9a-z]+|[0-9A-Z]+', text) else 'mixed'


def floor(text: str) -> float:
    """Return the entropy below which hardly any random text of this length and alphabet lies."""
    size = min(len(text), LONGEST)
    points = FLOORS[alphabet(text)]
    for (low, least), (high, most) in pairwise(points):
        if size <= high:
            return max(0.0, least + (most - least) * (size - low) / (high - low))
    return points[-1][1]


def is_random(text: str) -> bool:
    """Return whether `text` looks drawn: digits among letters, no words, no order, no identifier."""
    body = text.rstrip('=')
    if len(body) < 16 or body.isdigit() or not any(map(str.isdigit, body)) or not any(map(str.isalpha, body)):
        return False
    return entropy(body) >= floor(body) and _changes(body) >= CHANGES[alphabet(body)] and not is_wordy(body)


def _changes(text: str) -> float:
    kinds = [_kind(character) for character in text]
    return sum(a != b for a, b in pairwise(kinds)) / len(text)


def _kind(character: str) -> int:
    return 1 if character.islower() else 2 if character.isupper() else 3 if character.isdigit() else 4


def is_wordy(text: str) -> bool:
    """Return whether most of `text` is words, with marks or capitals between them: a name, a path, a model."""
    if not text.islower() and sum(map(len, HUMP.findall(text))) > WORDY * len(text):
        return True
    segments = SEGMENT.findall(text)
    if len(segments) < 3:
        return len(segments) == 2 and all(segment.isalpha() and len(segment) < 20 for segment in segments)
    words = [segment for segment in segments if segment.isalpha() or segment.isdigit() or len(segment) < 4]
    return sum(map(len, words)) * 2 > sum(map(len, segments))
