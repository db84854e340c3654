"""Files from the web: over HTTPS alone, from who proves to be who they say, whole, and not without end."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import IO
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from urllib.request import OpenerDirector

SILENCE = 30.0
"""Seconds that a server may say nothing."""

LONGEST = 30 * 60.0
"""Seconds that a file may take altogether."""

LARGEST = 2 * 1024 ** 3
"""Bytes of a file that are taken at the most; all of OSV's databases together had fewer in 2026."""

PAUSES = (1.0, 3.0)
"""Seconds before what failed is tried once more."""

PASSING = frozenset((408, 425, 429, 500, 502, 503, 504))
"""Status codes that another try may change."""

CHUNK = 1024 * 1024


class WebError(OSError):
    """A file that cannot be had, or not whole; where it is `passing`, perhaps at another time."""

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


def download(url: str, file: IO[bytes], largest: int = LARGEST) -> None:
    """Write what stands at `url` to `file`, from its start; raises WebError with one line that says why not.

    Proxies and certificates are those of the environment: `HTTPS_PROXY`, `SSL_CERT_FILE`.
    """
    from time import sleep

    _hold(url)
    for pause in (*PAUSES, None):
        try:
            _fetch(url, file, largest)
            return
        except WebError as e:
            if pause is None or not e.passing:
                raise
        sleep(pause)
        file.seek(0)
        file.truncate()


def _hold(url: str) -> None:
    """Raise WebError for a URL that is not fetched; what may be a password in it is not said."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        host, user = parts.hostname, parts.username
    except ValueError:
        raise WebError('no URL') from None
    if user is not None:
        raise WebError(f'{parts.scheme}://…@{host}: a URL with a user or a password in it is not fetched')
    if parts.scheme != 'https' or not host:
        raise WebError(f'{url}: only https:// is fetched')


def _fetch(url: str, file: IO[bytes], largest: int) -> None:
    from http.client import HTTPException
    from time import monotonic
    from urllib.error import HTTPError

    try:
        with closing(_opener().open(url, timeout=SILENCE)) as answer:
            _copy(url, answer, file, largest, monotonic() + LONGEST)
    except HTTPError as e:
        raise WebError(f'{url}: the server answered {e.code} {e.reason}', passing=e.code in PASSING) from e
    except WebError:
        raise
    except (OSError, HTTPException, ValueError) as e:
        reason = getattr(e, 'reason', None) or str(e) or type(e).__name__
        raise WebError(f'{url}: {reason}', passing='CERTIFICATE_VERIFY_FAILED' not in str(reason)) from e


def _copy(url: str, answer: Any, file: IO[bytes], largest: int, end: float) -> None:
    from time import monotonic

    told = answer.headers.get('content-length')
    if told is not None and told.isdecimal() and int(told[:20]) > largest:
        raise WebError(f'{url}: {int(told[:20]) // 1024 ** 2} MiB, more than the {largest // 1024 ** 2} that are taken')
    size = 0
    for chunk in _chunks(answer):
        size += len(chunk)
        if size > largest:
            raise WebError(f'{url}: more than the {largest // 1024 ** 2} MiB that are taken')
        if monotonic() > end:
            raise WebError(f'{url}: takes longer than {LONGEST / 60:.0f} minutes')
        file.write(chunk)
    if told is not None and told != str(size):
        raise WebError(f'{url}: ended after {size} of {told[:20]} bytes', passing=True)


def _chunks(answer: Any) -> Iterator[bytes]:
    while chunk := answer.read1(CHUNK):
        yield chunk


def _opener() -> OpenerDirector:
    """Return what opens https:// URLs and nothing else, wherever it is led."""
    from urllib import request

    class Redirects(request.HTTPRedirectHandler):
        def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
            _hold(newurl)
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    opener = request.OpenerDirector()
    opener.addheaders = [('User-Agent', 'deno-ai-hooks'), ('Accept-Encoding', 'identity')]
    for handler in (
        request.ProxyHandler(), request.HTTPSHandler(), request.HTTPDefaultErrorHandler(), Redirects(),
        request.HTTPErrorProcessor(), request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener
