"""Where in a file a credential may begin: what RE2 looks for before anything else is done or imported.

MARKS and BEGINNINGS are rendered from the table of formats, so that a hook need not read it to start;
the tests compare them.
"""
from __future__ import annotations

from typing import Any

MARKS = (
    r'AzSe',
    r'JQQJ9',
    r'T3BlbkFJ',
)
"""What stands inside a credential and nowhere else."""

BEGINNINGS = (
    r'(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{12}',
    r'(?:ak|oak)_[A-Za-z0-9_-]{12}',
    r'(?:pa|al)-[A-Za-z0-9_-]{12}',
    r'ABSK[A-Za-z0-9+/]{12}',
    r'AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{12}',
    r'AIza[A-Za-z0-9_-]{12}',
    r'AQ\.Ab8RN6[A-Za-z0-9_-]{12}',
    r'AccountKey=([A-Za-z0-9+/]{12})',
    r'BSA[A-Za-z0-9_-]{12}',
    r'FlyV1 [A-Za-z0-9=_/+,-]{12}',
    r'GOCSPX-[A-Za-z0-9_-]{12}',
    r'SG\.[A-Za-z0-9_-]{12}',
    r'SK[0-9a-f]{12}',
    r'[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{12}',
    r'[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6,7}\.[A-Za-z0-9_-]{12}',
    r'[sr]k_(?:live|test|prod)_[A-Za-z0-9]{12}',
    r'\d{8,10}:AA[A-Za-z0-9_-]{12}',
    r'api_org_[A-Za-z0-9]{12}',
    r'apify_api_[A-Za-z0-9]{12}',
    r'bedrock-api-key-[Y]mVkcm9jay5hbWF6b25hd3MuY29t[A-Za-z0-9+/]*={0,2}',
    r'cf[ua]t_[A-Za-z0-9]{12}',
    r'cfk_[A-Za-z0-9]{12}',
    r'cog_[a-z2-7]{12}',
    r'csk-[0-9a-z]{12}',
    r'dapi[0-9a-f]{12}',
    r'dckr_oat_[A-Za-z0-9_-]{12}',
    r'dckr_pat_[A-Za-z0-9_-]{12}',
    r'ddo_[A-Za-z0-9]{12}',
    r'ddp_[A-Za-z0-9]{12}',
    r'ddw_[A-Za-z0-9]{12}',
    r'do[opr]_v1_[0-9a-f]{12}',
    r'dp\.(?:pt|st|sa|ct)\.[A-Za-z0-9._-]{12}',
    r'e2b_[0-9a-f]{12}',
    r'fc-[0-9a-f]{12}',
    r'figd_[A-Za-z0-9_-]{12}',
    r'flp_[A-Za-z0-9]{12}',
    r'fw_[A-Za-z0-9]{12}',
    r'gh[pousr]_[A-Za-z0-9]{12}',
    r'ghs_\d{1,20}_[A-Za-z0-9_-]{8}',
    r'github_pat_[A-Za-z0-9]{12}',
    r'glpat-[A-Za-z0-9_-]{12}',
    r'gsk_[A-Za-z0-9]{12}',
    r'hf_[A-Za-z0-9]{12}',
    r'hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{12}',
    r'hv[sb]\.[\w-]{12}',
    r'jina_[A-Za-z0-9_-]{12}',
    r'jsr[pdw]_[A-Za-z0-9]{12}',
    r'key_[0-9a-f]{12}',
    r'lin_api_[A-Za-z0-9]{12}',
    r'llx-[A-Za-z0-9]{12}',
    r'lsv2_pt_[0-9a-f]{12}',
    r'lsv2_sk_[0-9a-f]{12}',
    r'm0-[A-Za-z0-9]{12}',
    r'mdb_sa_sk_[A-Za-z0-9_-]{12}',
    r'napi_[A-Za-z0-9]{12}',
    r'npm_[A-Za-z0-9]{12}',
    r'ntn_\d{11}',
    r'nvapi-[A-Za-z0-9_-]{12}',
    r'ops_(eyJ[A-Za-z0-9+/]{12})',
    r'pcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{12}',
    r'phx_[A-Za-z0-9_-]{12}',
    r'polar_(?:at|oat|pat)_[A-Za-z0-9_-]{12}',
    r'pplx-[A-Za-z0-9]{12}',
    r'pscale_(?:pw|tkn|oauth)_[\w.=-]{12}',
    r'r8_[A-Za-z0-9]{12}',
    r're_[1-9A-HJ-NP-Za-km-z]{8}',
    r'rnd_[A-Za-z0-9]{12}',
    r'rpa_[A-Z0-9]{12}',
    r'sb_secret_[A-Za-z0-9_-]{12}',
    r'sbp_(?:v0_)?[0-9a-f]{12}',
    r'secret_[A-Za-z0-9]{12}',
    r'sk-[0-9a-f]{12}',
    r'sk-[A-Za-z0-9]{12}',
    r'sk-ant-admin\d{2}-[A-Za-z0-9_-]{12}',
    r'sk-ant-api\d{2}-[A-Za-z0-9_-]{12}',
    r'sk-ant-oat\d{2}-[A-Za-z0-9_-]{12}',
    r'sk-ant-ort\d{2}-[A-Za-z0-9_-]{12}',
    r'sk-ant-sid\d{2}-[A-Za-z0-9_-]{12}',
    r'sk-api-[A-Za-z0-9_-]{12}',
    r'sk-lf-[0-9a-f]{8}',
    r'sk-or-v\d-[0-9a-f]{12}',
    r'sk_[0-9a-f]{12}',
    r'sk_car_[A-Za-z0-9_]{12}',
    r'sk_e2b_[0-9a-f]{12}',
    r'sntrys_(eyJ[A-Za-z0-9+/]{12})',
    r'sntryu_[0-9a-f]{12}',
    r'tgp_v1_[A-Za-z0-9_-]{12}',
    r'tvly-(?:dev-|prod-)?[A-Za-z0-9]{12}',
    r'uak_[A-Za-z0-9_-]{12}',
    r'v1\.0-[0-9a-f]{12}',
    r'vc[piar]_[A-Za-z0-9]{12}',
    r'vck_[A-Za-z0-9_-]{12}',
    r'vtwn_[A-Za-z0-9_-]{12}',
    r'wandb_v1_[A-Za-z0-9_]{12}',
    r'whsec_[A-Za-z0-9+/]{12}',
    r'xai-[A-Za-z0-9]{12}',
    r'xai-token-[A-Za-z0-9]{12}',
    r'xapp-\d-[A-Z0-9]{8}',
    r'xox[pears]-[0-9A-Za-z-]{12}',
    r'xoxb-\d{10}',
    r'ya29\.[A-Za-z0-9_-]{12}',
)
"""What a credential begins with, and a few characters of what follows."""

STRUCTURES = (
    # a password in a URL, a JSON Web Token, a private key, a header, a JSON Web Key
    r'://[^\s:@/"\'`\\<>{}$]{0,80}:[^\s@/"\'`<>]{3,100}@',
    r'eyJ[A-Za-z0-9_-]{12}',
    r'-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY',
    r'[Bb]earer\s{1,4}[A-Za-z0-9._~+/=-]{20}',
    r'["\']?\b[dk]["\']?\s{0,4}:\s{0,4}["\'][A-Za-z0-9_-]{32}',
)
ANCHORS = '|'.join((*MARKS, r'(?:^|[^A-Za-z0-9]|\\[nrt])(?:' + '|'.join(BEGINNINGS) + ')', *STRUCTURES))
"""Where a shape of its own may begin."""

VALUES = (
    r'(?:(?i:key|token|secret|auth|credentials?|authorization|passw(?:or)?d|passwd|passphrase|pwd)[A-Za-z0-9_]{0,24}'
    r'["\'`\\\])!]{0,4}\s{0,8}(?::\s{0,2}string\s{0,2})?(?:=>|:=|={1,3}|[:,]|\?\?=?|\|\|=?|\s)\s{0,8}|[A-Za-z]\(\s{0,8})'
    r'(?:(?i:bearer|token|basic)\s)?\\?["\'`]?[A-Za-z_+/.~|:-]{0,30}[0-9][A-Za-z0-9_+/.~|:-]{14}'
)
"""Where a long value with a digit stands under a credential's name, or is handed to a function."""

PASSWORDS = (
    r'(?i)(?:passw(?:or)?d|passwd|passphrase|pwd|secret)["\'`\]]{0,2}\)?\s{0,4}(?::\s?string\s?)?'
    r'(?:=>|:=|[:=,]|\?\?|\|\|)\s{0,4}(?:["\'`][!#-&(-\[\]-_a-~]{8}|[A-Za-z0-9!#-&*+./?^_~-]{8})'
)
"""Where something is assigned to the name of a password."""

JOINED = (
    r'["\'`]\s{0,40}\+\s{0,40}["\'`][A-Za-z0-9_+/=.~|:-]{8}|["\'`]\s{0,8},?\s{0,8}\]\s{0,8}\.join\('
)
"""Where literals are put together."""

ENCODED = r'(?:atob|[Dd]ecodeBase64|[Bb]uffer\.from|b64decode|fromBase64)\(\s{0,8}["\'`][A-Za-z0-9+/_-]{20}'
"""Where base64 is decoded."""

OTHERS = (
    r'(?:^|[\s=:"\'`])AKC[A-Za-z0-9]{10}|(?:^|[^0-9a-z])[0-9a-z]{32}-us\d|sq0csp-|pypi-AgE|'
    r'gl(?:dt|ft|soat|rt|cbt)-[A-Za-z0-9_-]{12}|'
    r'GR1348941[A-Za-z0-9_-]{12}|(?i:cloudant|softlayer|ibm[_-]?c(?:loud|os))[^\n]{0,60}["\'=: ][A-Za-z0-9_-]{24}'
)
"""Where the detectors of detect-secrets may find what the table does not know."""

PLACES = (VALUES, PASSWORDS, JOINED, ENCODED, OTHERS)
NEEDS = (ANCHORS, *PLACES)
"""Patterns of which a file that holds a credential holds one."""


def scanner(pattern: str) -> Any:
    """Return an RE2 pattern over bytes, compiled once."""
    if pattern not in _scanners:
        import re2

        _scanners[pattern] = re2.compile(pattern.encode(), _options())
    return _scanners[pattern]


_scanners: dict[str, Any] = {}


def present(data: bytes) -> frozenset[str]:
    """Return the PLACES of which there is one in `data`, told in one pass."""
    if 'set' not in _scanners:
        import re2

        made = re2.Set.SearchSet(_options())
        for place in PLACES:
            made.Add(place)
        made.Compile()
        _scanners['set'] = made
    return frozenset(PLACES[index] for index in _scanners['set'].Match(data) or ())


def _options() -> Any:
    import re2

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    return options


def suspicious(data: bytes) -> bool:
    """Return whether a credential may stand in `data`."""
    return bool(present(data)) or scanner(ANCHORS).search(data) is not None
