"""Which flags every sub-command of deno takes, and how their values are written.

Source: `deno json_reference` and `deno SUB --help` of deno 2.9.8, and its
answers to lines with every hidden flag; a test asks the binary again.

A table is a list of flags, `;` between them.  A flag is its names
(`canonical/alias/...`), then in any order

    X          the short form -X
    =,         a list, only after `=`: --allow-net=a,b
    =?         one value, only after `=`: --check=all
    ?          one value, after `=` or the next word unless that starts with -
    *          any number of values: the next words up to one that starts with -
    :          one value, always: after `=` or the next word
    (a|b)      the values it accepts; (u16), (nonzero-u8), (percent) ... are numbers, (bool) true and false
    !name      cannot stand beside that flag
    +name      needs that flag

No mark for a value means a switch: a value after `=` is ignored.
"""
from __future__ import annotations

from typing import NamedTuple

GLOBAL = '''
    env-file/env =?; help h =?; version V; quiet q; log-level L : (trace|debug|info)
'''

PERMISSIONS = '''
    allow-all A; no-prompt; permission-set P =?; allow-hrtime; deny-hrtime;
    allow-read R =,; deny-read =,; ignore-read =,; allow-write W =,; deny-write =,;
    allow-net N =,; deny-net =,; allow-env E =,; deny-env =,; ignore-env =,;
    allow-run =,; deny-run =,; allow-sys S =,; deny-sys =,; allow-ffi =,; deny-ffi =,;
    allow-import I =,; deny-import =,
'''
IMPORTS = 'allow-import I =,; deny-import =,'
SCRIPTS = 'allow-scripts =,'

LOCK = 'lock ?; no-lock; frozen-lockfile/frozen =? (bool)'
CONFIG = 'config c :; no-config !config'
GRAPH = f'''
    no-check =? !check; import-map/importmap :; no-remote; no-npm;
    node-modules-dir =? (auto|true|manual|none|false); vendor =? (bool);
    node-modules-linker/linker : (isolated|hoisted); {CONFIG}; reload r =,; {LOCK}; cert :;
    unsafely-ignore-certificate-errors =,; min-dep-age/minimum-dependency-age :
'''
INSPECTOR = 'inspect =?; inspect-brk =?; inspect-wait =?; inspect-publish-uid :'
RUNTIME = '''
    cached-only; location :; v8-flags =,; seed : (u64); trace-ops =,;
    enable-testing-features-do-not-use/enable-testing-features; eszip-internal-do-not-use;
    preload/import :; require :; conditions :
'''
PROFILER = '''
    cpu-prof; cpu-prof-dir :; cpu-prof-name :; cpu-prof-interval : (u32); cpu-prof-md;
    cpu-prof-flamegraph
'''
UNSTABLE = '''
    unstable; unstable-bare-node-builtins; unstable-broadcast-channel; unstable-bundle;
    unstable-byonm; unstable-cron; unstable-detect-cjs; unstable-ffi; unstable-fs; unstable-http;
    unstable-kv; unstable-lazy-dynamic-imports; unstable-lockfile-v5; unstable-net;
    unstable-no-legacy-abort; unstable-node-globals; unstable-npm-lazy-caching; unstable-otel;
    unstable-process; unstable-raw-imports; unstable-sloppy-imports/sloppy-imports;
    unstable-subdomain-wildcards; unstable-temporal; unstable-tsgo;
    unstable-unsafe-proto/unsafe-proto; unstable-vsock; unstable-webgpu; unstable-worker-options
'''

CHECK = 'check =?'
EXT = 'ext : (ts|tsx|js|jsx|mts|mjs|cts|cjs)'
TEXTS = (
    'ts|tsx|js|jsx|mts|mjs|cts|cjs|md|json|jsonc|css|scss|less|html|xml|svg|svelte|vue|astro|yml|yaml|'
    'ipynb|sql|vto|njk'
)
WATCH = 'watch =,; watch-exclude =,; no-clear-screen +watch'
TARGETS = (
    'x86_64-unknown-linux-gnu|aarch64-unknown-linux-gnu|x86_64-pc-windows-msvc|'
    'aarch64-pc-windows-msvc|x86_64-apple-darwin|aarch64-apple-darwin'
)
COVERAGE = 'coverage =? !inspect !inspect-brk !inspect-wait'

RUN = f'''
    {CHECK}; {WATCH}; hmr/watch-hmr/unstable-hmr =, !watch; {EXT}; no-code-cache;
    {COVERAGE}; tunnel/connected; use-env-proxy !no-use-env-proxy; no-use-env-proxy !use-env-proxy;
    {PERMISSIONS}; {GRAPH}; {INSPECTOR}; {RUNTIME}; {PROFILER}; {SCRIPTS}
'''
PROGRAM = f'{PERMISSIONS}; {GRAPH}; {INSPECTOR}; {RUNTIME}; {CHECK}'
MANIFEST = 'lockfile-only; package-json'


class Command(NamedTuple):
    """A sub-command: the shape of its positional words and its table of flags.

    Shapes: `script` one word, the rest are the program's, `--` kept; `code`
    the same, `--` dropped; `one`, `two`, `none` that many words and no more;
    `many` words and flags in any order, the words after `--` are the
    program's; `rest` everything from the first word on, flags or not, is
    positional; `raw` nothing is parsed at all.  `required` names a word that
    must be there, `choices` what the first word may be.
    """

    shape: str
    flags: str
    required: str = ''
    choices: str = ''


COMMANDS = {
    'run': Command('script', RUN),
    'watch': Command('script', RUN),
    'serve': Command('script', f'''
        port : (u16); host :; open; tunnel/connected t; parallel; {CHECK}; {WATCH};
        watch-hmr/unstable-hmr =, !watch; {EXT}; no-code-cache;
        {PERMISSIONS}; {GRAPH}; {INSPECTOR}; {RUNTIME}; {PROFILER}; {SCRIPTS}'''),
    'eval': Command('code', f'print p; {EXT}; {PROGRAM}; {PROFILER}'),
    'fmt': Command('many', f'''
        check; fail-fast/failfast +check; permit-no-files; {WATCH}; ignore =,;
        ext +files : ({TEXTS});
        use-tabs/options-use-tabs =? (bool); line-width/options-line-width : (nonzero-u32);
        indent-width/options-indent-width : (nonzero-u8); single-quote/options-single-quote =? (bool);
        prose-wrap/options-prose-wrap : (always|never|preserve);
        no-semicolons/options-no-semicolons =? (bool); config c :; no-config; no-editorconfig;
        unstable-component; unstable-sql; unstable-css; unstable-html; unstable-yaml'''),
    'lint': Command('many', f'''
        rules; fix; rules-tags =,; rules-include =, !rules; rules-exclude =, !rules; json;
        compact !json; ignore =,; {WATCH}; permit-no-files; config c :; no-config; {EXT}; {IMPORTS}'''),
    'test': Command('many', f'''
        doc; no-run; {COVERAGE}; clean; fail-fast =? (nonzero-u64); filter :; shuffle =? (u64);
        parallel; sanitize-ops; sanitize-resources; coverage-threshold : (percent) +coverage;
        update-snapshots u; trace-leaks; watch =, !no-run !coverage; watch-exclude =,;
        no-clear-screen +watch; reporter : (pretty|dot|junit|tap); junit-path :; hide-stacktraces;
        retry : (u32); repeats : (u32); shard : (shard); changed =? !watch; related : !watch;
        coverage-raw-data-only; ignore =,; permit-no-files; {EXT}; {PROGRAM}; {SCRIPTS}'''),
    'upgrade': Command('two', '''
        dry-run; force f; canary; release-candidate/rc !canary !version; version :; output o :;
        cert :; unsafely-ignore-certificate-errors *; pr :; checksum :; branch :; no-delta'''),
    'cache': Command('many', f'{CHECK}; {EXT}; {GRAPH}; {INSPECTOR}; {IMPORTS}; {SCRIPTS}'),
    'check': Command('many', f'''
        all !no-remote; remote !no-remote; doc; doc-only !doc; check-js; desktop; no-code-cache;
        {WATCH}; {GRAPH}; {RUNTIME}; {IMPORTS}'''),
    'info': Command('one', f'json; location : !<file>; {GRAPH}; {IMPORTS}'),
    'doc': Command('many', f'''
        json; private; lint; html !json; name :; output :; category-docs : +html;
        symbol-redirect-map : +html; default-symbol-map : +html; strip-trailing-html +html;
        filter : !json !lint !html; builtin; {GRAPH}; {IMPORTS}'''),
    'task': Command('script', '''
        cwd :; config c :; recursive r; members !recursive !filter; filter f :; eval; if-present;
        no-prefix; jobs/concurrency j : (jobs); node-modules-dir =?; tunnel; lock ?; no-lock;
        frozen-lockfile/frozen =?'''),
    'bench': Command('many', f'''
        filter :; json; no-run; permit-no-files; {WATCH}; ignore =,; {EXT}; {PROGRAM}'''),
    'compile': Command('script', f'''
        output o :; target : ({TARGETS}); engine : (v8|quickjs); no-terminal; icon :; include :;
        exclude :; no-code-cache; {EXT}; self-extracting; bundle; minify +bundle; app-name :;
        exclude-unused-npm; {WATCH}; {PROGRAM}'''),
    'coverage': Command('many', '''
        ignore =,; include =,; exclude =,; lcov; html; detailed; threshold : (percent);
        output : +lcov'''),
    'repl': Command('none', f'eval :; eval-file :; json; {PERMISSIONS}; {GRAPH}; {INSPECTOR}; {RUNTIME}'),
    'install': Command('many', f'''
        global g; name n : +global; root : +global; force f +global; dev D !entrypoint !global;
        save-optional O !entrypoint !global !dev; no-save !entrypoint !global !dev !save-optional;
        prod/production !global !dev; skip-types +prod; entrypoint e !global; compile +global;
        lockfile-only !global; npm !jsr !entrypoint !global; jsr !entrypoint !global;
        save-exact/exact !entrypoint !global; unscoped !entrypoint !global;
        package-json !entrypoint !global;
        os : !global (aix|android|darwin|freebsd|linux|openbsd|sunos|win32);
        arch : !global (arm|arm64|ia32|mips|mipsel|ppc|ppc64|s390|s390x|x64); {PROGRAM}; {SCRIPTS}'''),
    'uninstall': Command('many', f'''
        global g; root : +global; lockfile-only; package-json !global; {GRAPH}''', 'packages'),
    'types': Command('none', ''),
    'completions': Command('one', 'dynamic', choices='bash|fish|powershell|zsh|fig'),
    'init': Command('rest', '''
        lib; serve !lib; npm !lib !serve !empty !jsr; jsr !lib !serve !empty !npm;
        empty !lib !serve !npm !jsr; yes y'''),
    'create': Command('one', 'npm !jsr; jsr; yes y', 'package'),
    'jupyter': Command('none', '''
        install !kernel; name n : !kernel; display d : +install; kernel !install +conn;
        conn : !install; force +install'''),
    'publish': Command('none', f'''
        token :; dry-run; allow-slow-types; allow-dirty; no-provenance; set-version :; {CHECK};
        {GRAPH}'''),
    'add': Command('many', f'''
        dev D; save-optional O !dev; no-save !dev !save-optional; save-exact/exact; unscoped;
        npm !jsr; jsr; {MANIFEST}; {IMPORTS}; {SCRIPTS}; {GRAPH}''', 'packages'),
    'remove': Command('many', f'''
        global g; root : +global; lockfile-only !global; package-json !global; {GRAPH}''', 'packages'),
    'outdated': Command('many', f'''
        recursive r; compatible; update u; latest !compatible; interactive i +update;
        lockfile-only; {GRAPH}'''),
    'update': Command('many', f'''
        recursive r; latest; compatible; lockfile-only; interactive i; {GRAPH}'''),
    'deploy': Command('raw', ''),
    'sandbox': Command('raw', ''),
    'clean': Command('many', '''
        except e; dry-run; node-modules-dir =?; vendor =?; node-modules-linker/linker : +except'''),
    'list': Command('many', 'depth : (u16); prod !dev; dev; recursive r'),
    'link': Command('many', f'lockfile-only; {LOCK}', 'paths'),
    'unlink': Command('many', f'lockfile-only; {LOCK}', 'names_or_paths'),
    'approve-scripts': Command('many', f'lockfile-only; {GRAPH}'),
    'lsp': Command('none', ''),
    'vendor': Command('none', ''),
    'bundle': Command('many', f'''
        output o :; outdir :; format :; packages :; platform :; sourcemap =? (linked|inline|external);
        external *; watch; minify; keep-names; code-splitting; inline-imports =?; declaration;
        {CHECK}; {GRAPH}; {IMPORTS}; {SCRIPTS}'''),
    'audit': Command('one', f'''
        level/audit-level/severity : (low|moderate|high|critical); ignore-unfixable;
        ignore-registry-errors; socket; fix; ignore =,; {LOCK}''', choices='fix'),
    'why': Command('one', LOCK, 'package'),
    'transpile': Command('many', f'''
        output o : !outdir; outdir :; source-map : (none|inline|separate); declaration; {GRAPH}''', 'file'),
    'bump-version': Command('one', '''
        workspace w; no-workspace; dry-run; start :; base :; import-map :; release-notes :;
        config c : !workspace''', choices='major|minor|patch|premajor|preminor|prepatch|prerelease'),
    'ci': Command('none', 'prod/production; skip-types +prod'),
    'desktop': Command('many', f'''
        inspect-renderer =?; include :; exclude :; exclude-unused-npm; output o :;
        target : ({TARGETS}); no-code-cache; icon :; hmr; backend : (webview|cef|raw);
        engine : (v8|quickjs); all-targets; compress ? (xz|lzma|zstd); {EXT}; {PROGRAM};
        {PROFILER}; {SCRIPTS}'''),
    'pack': Command('many', f'''
        output o :; dry-run; allow-slow-types; allow-dirty; set-version :; no-source-maps;
        ignore =,; {CONFIG}'''),
    'x': Command('rest', f'''
        yes y !install-alias; package p : !install-alias;
        ignore-scripts =, !allow-scripts !install-alias; install-alias ? !<script_arg>;
        {PROGRAM}; {SCRIPTS}'''),
    'json_reference': Command('none', ''),
    'help': Command('one', ''),
}

ALIASES = {'i': 'install', 'rm': 'remove', 'approve-builds': 'approve-scripts'}

# Only these two do not know the --unstable-* flags
PLAIN = frozenset({'json_reference', 'help'})
