"""Files and answers from the web: over HTTPS alone, from who proves to be who they say, whole, and not without end.

No credentials are sent.  Plain HTTP is spoken with this machine alone, and where an answer is asked for.
"""
from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from contextlib import closing
from contextlib import contextmanager
from typing import IO
from typing import TYPE_CHECKING
from typing import Any

from deno_ai_hooks.facts import urls

if TYPE_CHECKING:
    from urllib.request import BaseHandler
    from urllib.request import OpenerDirector
    from urllib.request import Request

SILENCE = 30.0
"""Seconds that a server may say nothing."""

LONGEST = 30 * 60.0
"""Seconds that a file may take altogether."""

LARGEST = 2 * 1024 ** 3
"""Bytes of a file that are taken at the most; all of OSV's databases together had fewer in 2026."""

PATIENCE = 120.0
"""Seconds that an answer may take altogether."""

ANSWER = 64 * 1024 ** 2
"""Bytes of an answer that are taken at the most, unpacked."""

PAUSES = (1.0, 3.0)
"""Seconds before what failed is tried once more."""

WAIT = 30.0
"""Seconds that a server may ask to be left alone before the next try."""

PASSING = frozenset((408, 425, 429, 500, 502, 503, 504))
"""Status codes that another try may change."""

CHUNK = 1024 * 1024


class WebError(OSError):
    """What cannot be had, or not whole; where it is `passing`, perhaps at another time, in `wait` seconds."""

    def __init__(self, message: str, *, passing: bool = False, wait: float = 0.0) -> None:
        super().__init__(message)
        self.passing = passing
        self.wait = wait


def download(url: str, file: IO[bytes], largest: int = LARGEST) -> None:
    """Write what stands at `url` to `file`, from its start; raises WebError with one line that says why not.

    Proxies and certificates are those of the environment: `HTTPS_PROXY`, `SSL_CERT_FILE`.
    """
    from urllib.request import Request

    def fetch() -> None:
        file.seek(0)
        file.truncate()
        with _asked(url, _redirected(), Request(url, headers={'Accept-Encoding': 'identity'})) as told:
            _copy(url, told, file, largest, LONGEST)

    _hold(url)
    _patiently(fetch)


def answer(url: str, body: object = None) -> Any:
    """Return what a server answers in JSON to `body`, or with None to being asked for what stands at `url`.

    Raises WebError as `download` does.  Whoever leads elsewhere is not followed.
    """
    from urllib.request import Request

    _hold(url, 'asked', loopback=True)
    request = Request(url, *_question(body))
    return _patiently(lambda: _answered(url, request))


def _patiently(work: Callable[[], Any]) -> Any:
    """Return what `work` returns, at the last try."""
    from time import sleep

    for pause in PAUSES:
        try:
            return work()
        except WebError as e:
            if not e.passing:
                raise
            sleep(min(max(pause, e.wait), WAIT))
    return work()


def _hold(url: str, done: str = 'fetched', *, loopback: bool = False) -> None:
    """Raise WebError for a URL that is not fetched; what may be a password in it is not said."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        host, user, _ = parts.hostname, parts.username, parts.port
    except ValueError:
        raise WebError('no URL') from None
    if user is not None:
        raise WebError(f'{parts.scheme}://…@{host}: a URL with a user or a password in it is not {done}')
    here = loopback and parts.scheme == 'http' and urls.kind(url) == urls.LOOPBACK
    if not host or not (parts.scheme == 'https' or here):
        raise WebError(f'{url}: only https:// is {done}')


@contextmanager
def _asked(url: str, opener: OpenerDirector, request: Request) -> Iterator[Any]:
    """Open a URL; whatever goes wrong while it is read is a WebError, too."""
    from http.client import HTTPException
    from urllib.error import HTTPError

    try:
        with closing(opener.open(request, timeout=SILENCE)) as told:
            yield told
    except HTTPError as e:
        said = f'{url}: the server answered {e.code} {e.reason}'
        raise WebError(said, passing=e.code in PASSING, wait=_wait(e.headers.get('retry-after') or '')) from e
    except WebError:
        raise
    except (OSError, HTTPException, ValueError) as e:
        reason = getattr(e, 'reason', None) or str(e) or type(e).__name__
        raise WebError(f'{url}: {reason}', passing='CERTIFICATE_VERIFY_FAILED' not in str(reason)) from e


def _wait(told: str) -> float:
    return float(told[:9]) if told.isdecimal() else 0.0


def _copy(url: str, answer: Any, file: IO[bytes], largest: int, longest: float) -> None:
    from time import monotonic

    end = monotonic() + longest
    told = answer.headers.get('content-length')
    if told is not None and told.isdecimal() and int(told[:20]) > largest:
        raise WebError(f'{url}: {int(told[:20]) // 1024 ** 2} MiB, more than the {largest // 1024 ** 2} that are taken')
    size = 0
    for chunk in _chunks(answer):
        size += len(chunk)
        if size > largest:
            raise WebError(f'{url}: more than the {largest // 1024 ** 2} MiB that are taken')
        if monotonic() > end:
            raise WebError(f'{url}: takes longer than {longest / 60:.0f} minutes')
        file.write(chunk)
    if told is not None and told != str(size):
        raise WebError(f'{url}: ended after {size} of {told[:20]} bytes', passing=True)


def _chunks(answer: Any) -> Iterator[bytes]:
    while chunk := answer.read1(CHUNK):
        yield chunk


# answers


def _question(body: object) -> tuple[bytes | None, dict[str, str]]:
    """Return the body and the headers of a request."""
    from json import dumps

    headers = {'Accept': 'application/json', 'Accept-Encoding': 'gzip'}
    if body is None:
        return None, headers
    return dumps(body, separators=(',', ':')).encode(), headers | {'Content-Type': 'application/json'}


def _answered(url: str, request: Request) -> Any:
    from io import BytesIO
    from json import loads

    packed = BytesIO()
    with _asked(url, _direct() if url.startswith('http:') else _proxied(), request) as told:
        form, coding = (told.headers.get(name) or '' for name in ('content-type', 'content-encoding'))
        if 'json' not in form or coding not in ('', 'identity', 'gzip'):
            raise WebError(f'{url}: the answer is not JSON')
        _copy(url, told, packed, ANSWER, PATIENCE)
    data = _unpacked(url, packed.getvalue()) if coding == 'gzip' else packed.getvalue()
    try:
        return loads(data)
    except (ValueError, RecursionError) as e:
        raise WebError(f'{url}: the answer is not JSON') from e


def _unpacked(url: str, packed: bytes) -> bytes:
    """Return what was packed with gzip; a small file may unpack to anything."""
    import zlib

    unpack = zlib.decompressobj(wbits=31)
    try:
        data = unpack.decompress(packed, ANSWER + 1)
    except zlib.error as e:
        raise WebError(f'{url}: the answer is damaged', passing=True) from e
    if len(data) > ANSWER:
        raise WebError(f'{url}: more than the {ANSWER // 1024 ** 2} MiB that are taken')
    if not unpack.eof:
        raise WebError(f'{url}: the answer ended too early', passing=True)
    return data


# who is asked


def _opener(*handlers: BaseHandler) -> OpenerDirector:
    """Return what opens the URLs that `handlers` open, and raises an error for what went wrong."""
    from urllib import request

    opener = request.OpenerDirector()
    opener.addheaders = [('User-Agent', 'deno-ai-hooks')]
    for handler in (
        *handlers, request.HTTPDefaultErrorHandler(), request.HTTPErrorProcessor(), request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener


def _direct() -> OpenerDirector:
    """Return what opens http:// URLs on this machine, and is led nowhere."""
    from urllib.request import HTTPHandler

    return _opener(HTTPHandler())


def _proxied() -> OpenerDirector:
    """Return what opens https:// URLs, and is led nowhere."""
    from urllib.request import HTTPSHandler
    from urllib.request import ProxyHandler

    return _opener(ProxyHandler(), HTTPSHandler())


def _redirected() -> OpenerDirector:
    """Return what opens https:// URLs and nothing else, wherever it is led."""
    from urllib import request

    class Redirects(request.HTTPRedirectHandler):
        def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
            _hold(newurl)
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    return _opener(request.ProxyHandler(), request.HTTPSHandler(), Redirects())
