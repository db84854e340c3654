from __future__ import annotations

import os
import socket
import subprocess

import pytest
from deno_ai_hooks.common import kinds
from deno_ai_hooks.common import walk
from deno_ai_hooks.common.diagnostic import Skipped
from deno_ai_hooks.common.source import Source

LEAVES = 'a symbolic link that leaves the tree'
FOREIGN = 'a repository of its own'


def wanted(path):
    return kinds.named(path) is not None or kinds.unnamed(path) or path.endswith('.d.ts')


def found(*paths):
    return sorted(walk.find(paths, wanted).paths)


def passed(*paths):
    return {(skipped.path, skipped.reason) for skipped in walk.find(paths, wanted).skipped}


def load(path, *, named=True, script=False):
    return walk.read(path, walk.top(), named=named, script=script)


def write(*paths, data=b'x\n'):
    for path in paths:
        os.makedirs(os.path.dirname(path) or '.', exist_ok=True)
        with open(path, 'wb') as file:
            file.write(data)


def git(*arguments):
    subprocess.run(('git', *arguments), check=True, capture_output=True)


@pytest.fixture(autouse=True)
def outside(tmp_path, monkeypatch):
    """A folder that is no work tree, and git without anyone's settings."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith('GIT_'):
            monkeypatch.delenv(name)
    monkeypatch.setenv('GIT_CONFIG_GLOBAL', os.devnull)
    monkeypatch.setenv('GIT_CONFIG_NOSYSTEM', '1')
    return tmp_path


@pytest.fixture
def tree(outside):
    git('init', '-q')
    return outside


# Named files


def test_named_file_is_looked_at():
    write('main.ts', 'data.png')
    files = walk.find(['main.ts', 'data.png'], wanted)
    assert (files.paths, files.named, files.skipped) == (('main.ts',), {'main.ts'}, ())


def test_nothing_about_a_named_file_is_taken_for_generated(tree):
    write('node_modules/a/main.ts', 'dist/x.min.js', 'lib.deno.d.ts')
    paths = ('dist/x.min.js', 'lib.deno.d.ts', 'node_modules/a/main.ts')
    assert found(*paths) == sorted(paths)


@pytest.mark.parametrize(
    ('path', 'expected'),
    (
        ('./main.ts', 'main.ts'),
        ('sub//./main.ts', 'sub/main.ts'),
        ('sub/../main.ts', 'main.ts'),
        ('../{here}/main.ts', 'main.ts'),
        ('{root}/main.ts', 'main.ts'),
        ('{root}/sub/main.ts', 'sub/main.ts'),
        # names beside the working folder that begin like it
        ('{root}-more/main.ts', '{root}-more/main.ts'),
        ('/nowhere/main.ts', '/nowhere/main.ts'),
        ('../nowhere/./main.ts', '../nowhere/main.ts'),
    ),
)
def test_paths_are_told_from_the_working_folder(outside, path, expected):
    write('main.ts', 'sub/main.ts')
    path, expected = (p.replace('{root}', str(outside)).replace('{here}', outside.name) for p in (path, expected))
    assert walk.find([path], wanted).paths == (expected,)


def test_named_twice_is_looked_at_once(outside):
    write('main.ts')
    assert walk.find(['main.ts', './main.ts', str(outside / 'main.ts'), '.'], wanted).paths == ('main.ts',)


@pytest.mark.parametrize('path', ('gone.ts', 'gone.png', 'gone', 'gone/main.ts', ''))
def test_named_file_that_is_not_there_is_told(path):
    (only,) = walk.find([path], wanted).paths
    assert load(only) == Skipped(only, 'no such file or directory', broken=True)


# Folders outside a work tree


def test_folder_is_what_is_in_it():
    write('main.ts', 'sub/deep/a.json', 'sub/run', 'sub/picture.png', '.github/workflows/ci.yml')
    assert found('.') == ['.github/workflows/ci.yml', 'main.ts', 'sub/deep/a.json', 'sub/run']
    assert found('sub') == ['sub/deep/a.json', 'sub/run']
    assert found('sub/') == found('./sub') == found('sub')
    assert found() == found('.')


def test_folder_by_its_absolute_path(outside, tmp_path_factory):
    other = tmp_path_factory.mktemp('other')
    write('sub/a.ts', str(other / 'b.ts'))
    assert found(str(outside / 'sub'), str(other)) == sorted((str(other / 'b.ts'), 'sub/a.ts'))


def test_version_control_is_no_part_of_a_folder():
    write('.git/hooks/x.sh', '.hg/x.json', '.svn/x.json', '.jj/x.json', 'sub/.hg/a.json')
    assert found('.') == []
    assert passed('.') == set()


def test_repositories_in_a_folder_are_what_git_says(outside):
    write('one/main.ts', 'one/secret.ts', 'one/.gitignore', data=b'secret.ts\n')
    git('init', '-q', 'one')
    write('loose/main.ts')
    assert found('.') == ['loose/main.ts', 'one/main.ts']


@pytest.mark.parametrize('path', ('a/vendor/x.ts', 'a/node_modules/b/x.ts', 'dist/x.js', '.venv/x.py', '_fresh/x.js'))
def test_folders_that_others_wrote_are_named_once(path):
    write('main.ts', path, path.replace('x.', 'y.'), path.replace('x.', 'deep/z.'))
    top = next(part for part in path.split('/') if part in walk.GENERATED)
    folder = path[:path.index(top) + len(top)]
    for paths in ((), ('.',)):
        assert found(*paths) == ['main.ts']
        assert passed(*paths) == {(folder, walk.GENERATED[top])}
    # whoever names it wants to know
    assert path in found(folder) or not wanted(path)
    assert passed('.', folder) == set()


@pytest.mark.parametrize('name', ('x.min.js', 'x.bundle.mjs', 'lib.deno.d.ts', 'lib.deno.ns.d.ts', 'lib.es2020.d.ts'))
def test_files_that_others_wrote_are_named(name):
    write(f'a/{name}')
    assert found('.') == []
    assert passed('.') == {(f'a/{name}', 'generated')}


@pytest.mark.parametrize('name', ('min.js', 'admin.js', 'x.minimal.js', 'lib.d.ts', 'mylib.deno.d.ts', 'bundle.ts'))
def test_files_that_look_alike_are_not(name):
    write(f'a/{name}', 'distance/a.ts', 'vendors/a.ts', 'a/dist.ts')
    assert found('.') == sorted((f'a/{name}', 'distance/a.ts', 'vendors/a.ts', 'a/dist.ts'))


def test_folder_that_cannot_be_read_is_told(monkeypatch):
    write('shut/a.ts', 'b.ts')
    real = os.scandir

    def scandir(path):
        if path == 'shut/':
            raise PermissionError(13, 'Permission denied', path)
        return real(path)

    monkeypatch.setattr(os, 'scandir', scandir)
    files = walk.find(['.'], wanted)
    assert files.paths == ('b.ts',)
    assert files.skipped == (Skipped('shut', 'permission denied', broken=True),)


# Git work trees


def test_work_tree_is_what_git_tracks_or_would_track(tree):
    write('tracked.ts', 'untracked.ts', 'ignored.ts', 'deleted.ts', 'sub/a.ts', 'sub/ignored.ts')
    write('.gitignore', data=b'ignored.ts\n')
    git('add', 'tracked.ts', 'deleted.ts')
    os.unlink('deleted.ts')
    assert found() == found('.') == ['sub/a.ts', 'tracked.ts', 'untracked.ts']
    assert passed() == set()
    assert found('sub') == ['sub/a.ts']
    # what git ignores is looked at by its name
    assert found('ignored.ts') == ['ignored.ts']


def test_without_paths_it_is_the_tree_below_the_working_folder(tree, monkeypatch):
    write('main.ts', 'sub/a.ts')
    monkeypatch.chdir('sub')
    assert found() == ['a.ts']
    assert found('..') == ['../main.ts', '../sub/a.ts']


@pytest.mark.parametrize('in_git', (True, False))
def test_a_tree_is_listed_from_wherever_one_stands_in_it(outside, monkeypatch, in_git):
    if in_git:
        git('init', '-q')
    write('main.ts', 'sub/a.ts', 'sub/deep/b.png', 'subway/c.ts', 'node_modules/x/d.ts', 'e.min.js')
    root = str(outside)
    assert sorted(walk.listed(root)) == ['main.ts', 'sub/a.ts', 'sub/deep/b.png', 'subway/c.ts']
    monkeypatch.chdir('sub')
    assert sorted(walk.listed(root)) == ['../main.ts', '../subway/c.ts', 'a.ts', 'deep/b.png']


def test_tracked_though_ignored(tree):
    write('.env', 'a.ts')
    write('.gitignore', data=b'.env\n')
    git('add', '-f', '.env')
    assert found() == ['.env', 'a.ts']


def test_folder_that_git_ignores_is_looked_at_when_named(tree):
    write('out/a.ts', 'out/node_modules/b.ts', 'c.ts')
    write('.gitignore', data=b'out/\n')
    assert found() == ['c.ts']
    assert found('out') == ['out/a.ts']
    assert passed('out') == {('out/node_modules', 'vendored')}


def test_folder_of_ignored_files_is_empty(tree):
    write('.env', 'logs/a.json')
    write('.gitignore', data=b'.env\n*.json\n')
    assert found() == []
    assert found('logs') == []


def test_replaced_folder(tree):
    """Files that git tracks under a name that is no folder any more are gone."""
    write('sub/a.ts')
    git('add', '.')
    os.unlink('sub/a.ts')
    os.rmdir('sub')
    write('sub')
    assert found() == ['sub']
    assert passed() == set()


def test_repositories_within_are_named(tree):
    for name in ('untracked', 'three.js', 'sub/lib'):
        write(f'{name}/inner.ts')
        git('init', '-q', name)
    git('-C', 'sub/lib', 'add', '.')
    git('-C', 'sub/lib', '-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '-qm', 'a')
    git('add', 'sub/lib')
    write('main.ts')
    assert found() == ['main.ts']
    assert passed() == {('untracked', FOREIGN), ('three.js', FOREIGN), ('sub/lib', FOREIGN)}
    assert found('sub/lib') == ['sub/lib/inner.ts']
    assert passed('.', 'sub/lib') == {('untracked', FOREIGN), ('three.js', FOREIGN)}


def test_vendored_trees_that_are_tracked(tree):
    write('vendor/a.ts', 'vendor/sub/b.ts', 'src/dist/c.js', 'main.ts', 'images/vendor/a.png')
    git('add', '.')
    assert found() == ['main.ts']
    assert passed() == {('vendor', 'vendored'), ('src/dist', 'generated')}
    assert found('vendor/sub') == ['vendor/sub/b.ts']


def test_unmerged_files_are_looked_at_once(tree):
    write('a.ts')
    git('add', 'a.ts')
    blob = subprocess.run(('git', 'hash-object', '-w', 'a.ts'), capture_output=True, check=True).stdout.decode().strip()
    stages = ''.join(f'100644 {blob} {stage}\ta.ts\n' for stage in (1, 2, 3))
    git('rm', '-q', '--cached', 'a.ts')
    subprocess.run(('git', 'update-index', '--index-info'), input=stages.encode(), check=True)
    assert walk.find([], wanted).paths == ('a.ts',)


def test_without_git_all_is_looked_at(tree, monkeypatch):
    write('main.ts', 'ignored.ts', 'node_modules/a.ts')
    write('.gitignore', data=b'ignored.ts\n')
    monkeypatch.setenv('PATH', '')
    assert found() == ['ignored.ts', 'main.ts']
    assert passed() == {('node_modules', 'vendored')}


def test_broken_work_tree_is_a_folder(outside):
    write('.git', data=b'gitdir: /nowhere\n')
    write('main.ts')
    assert found() == ['main.ts']


def test_hook_environment_leads_nowhere_else(tree, tmp_path_factory, monkeypatch):
    other = tmp_path_factory.mktemp('other')
    write('main.ts')
    git('init', '-q', str(other))
    for name, value in (('DIR', other / '.git'), ('WORK_TREE', other), ('INDEX_FILE', '.git/none'), ('PREFIX', 'sub/')):
        monkeypatch.setenv(f'GIT_{name}', str(value))
    assert found() == ['main.ts']


@pytest.mark.parametrize('setting', ('core.fsmonitor', 'core.hooksPath', 'core.untrackedCache'))
def test_nothing_that_a_repository_names_is_run(tree, setting):
    write('spy/monitor', 'spy/post-index-change', data=b'#!/bin/sh\ntouch ran\n')
    for name in os.listdir('spy'):
        os.chmod(f'spy/{name}', 0o755)
    value = {'core.fsmonitor': 'spy/monitor', 'core.hooksPath': 'spy'}.get(setting, 'true')
    git('config', setting, str(tree / value) if '/' in value or value == 'spy' else value)
    write('main.ts')
    assert 'main.ts' in found()
    assert not os.path.exists('ran')


# Names


WEIRD = (
    b'we\nird.ts',
    b'-dash.ts', b'--flag.ts', b'\xff\xfe.ts', b' .ts', '中😀.ts'.encode(), b'"q\'.ts', b'$(x).ts', b'*.ts',
)


@pytest.mark.parametrize('in_git', (True, False))
@pytest.mark.parametrize('name', WEIRD)
def test_weird_names(outside, in_git, name):
    if in_git:
        git('init', '-q')
    path = os.fsdecode(name)
    write(path, f'-sub/{path}')
    assert found() == sorted((path, f'-sub/{path}'))
    assert found('-sub') == [f'-sub/{path}']
    assert found(path) == [path]
    assert load(path) == Source(path, b'x\n')


# Symbolic links


@pytest.fixture(params=(True, False), ids=('git', 'folder'))
def linked(request, outside, tmp_path_factory):
    """A tree, a work tree or not, and a folder outside it."""
    if request.param:
        git('init', '-q')
    other = tmp_path_factory.mktemp('other')
    write('main.ts', 'sub/a.ts', str(other / 'secret.ts'))
    return other


def test_links_inside_the_tree_are_not_followed(linked):
    os.symlink('main.ts', 'again.ts')
    os.symlink('sub', 'folder')
    assert found() == ['main.ts', 'sub/a.ts']
    assert passed() == set()


def test_links_between_folders_of_the_work_tree(tree):
    write('one/a.ts', 'two/b.ts')
    os.symlink('../two/b.ts', 'one/b.ts')
    assert found('one') == ['one/a.ts']
    assert passed('one') == set()


def test_links_out_of_the_tree_are_named(linked):
    os.symlink(linked / 'secret.ts', 'secret.ts')
    os.symlink(linked, 'folder')
    os.symlink(linked / 'secret.ts', 'picture.png')
    assert found() == ['main.ts', 'sub/a.ts']
    assert passed() == {('secret.ts', LEAVES), ('folder', LEAVES)}


def test_links_to_nothing_and_in_circles(linked):
    os.symlink('gone.ts', 'dangling.ts')
    os.symlink('loop.ts', 'loop.ts')
    os.symlink('.', 'sub/here')
    os.symlink('..', 'sub/up')
    assert found() == ['main.ts', 'sub/a.ts']
    assert passed() == set()


def test_tracked_files_behind_a_link_that_leaves(tree, tmp_path_factory):
    other = tmp_path_factory.mktemp('other')
    write('sub/deep/a.ts', 'main.ts', str(other / 'deep/a.ts'))
    git('add', '.')
    os.rename('sub', 'old')
    os.symlink(other, 'sub')
    assert found() == ['main.ts', 'old/deep/a.ts']
    assert passed() == {('sub', LEAVES)}


@pytest.mark.parametrize(
    ('target', 'link', 'expected'),
    (
        ('main.ts', 'inside.ts', None),
        ('{other}/secret.ts', 'outside.ts', LEAVES),
        ('{other}', 'folder/secret.ts', LEAVES),
        ('gone.ts', 'dangling.ts', 'a symbolic link to nothing'),
        ('loop.ts', 'loop.ts', 'too many levels of symbolic links'),
    ),
)
def test_named_links(linked, target, link, expected):
    os.symlink(target.replace('{other}', str(linked)), link.partition('/')[0])
    result = load(link)
    assert (result.reason if isinstance(result, Skipped) else None) == expected
    assert expected is not None or result == Source(link, b'x\n')


def test_a_link_outside_the_tree_is_not_followed(linked):
    os.symlink(linked / 'secret.ts', linked / 'link.ts')
    assert load(str(linked / 'secret.ts')) == Source(str(linked / 'secret.ts'), b'x\n')
    assert load(str(linked / 'link.ts')) == Skipped(str(linked / 'link.ts'), LEAVES)


# Reading


def test_fifos_sockets_and_devices(outside):
    os.mkfifo('pipe.ts')
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind('socket.ts')
        assert found('.') == []
        assert passed('.') == {('pipe.ts', 'not a regular file'), ('socket.ts', 'not a regular file')}
        assert not any(skipped.broken for skipped in walk.find(['.'], wanted).skipped)
        # a reader of a named pipe would wait for its writer
        assert load('pipe.ts') == Skipped('pipe.ts', 'not a regular file', broken=True)
        assert load('socket.ts').broken
    assert load('/dev/zero') == Skipped('/dev/zero', 'not a regular file', broken=True)


def test_folder_where_a_file_should_be():
    os.mkdir('folder.ts')
    assert load('folder.ts') == Skipped('folder.ts', 'a folder where a file should be', broken=True)


def test_file_that_is_gone_since_it_was_found():
    assert load('gone.ts', named=False) is None
    assert load('gone.ts').broken


@pytest.mark.parametrize('size', (0, 1, 70_000))
def test_reads_it_all(size):
    write('a.ts', data=b'x' * size)
    assert load('a.ts') == Source('a.ts', b'x' * size)


def test_files_whose_size_is_unknown():
    """What the kernel makes up as it is read has no size of its own."""
    assert walk.read('/proc/self/status', '/', named=True).data.startswith(b'Name:')


def test_too_large_files(monkeypatch):
    monkeypatch.setattr(walk, 'LIMIT', 3 * 1024 ** 2)
    write('fits.ts', data=b'x' * (3 * 1024 ** 2))
    write('large.ts', data=b'x' * (3 * 1024 ** 2 + 1))
    assert len(load('fits.ts').data) == 3 * 1024 ** 2
    assert load('large.ts') == Skipped('large.ts', '3 MiB, more than the 3 MiB that are read', broken=True)


@pytest.mark.parametrize(
    ('data', 'expected'),
    ((b'#!/bin/sh\nexit\n', True), (b'#!', True), (b'#', False), (b'', False), (b'\x7fELF', False)),
)
def test_files_without_an_extension_are_read_if_they_are_scripts(data, expected):
    write('run', data=data)
    assert load('run', script=True) == (Source('run', data) if expected else None)


@pytest.mark.parametrize(
    ('data', 'expected'),
    (
        (b'', None),
        (b'plain', None),
        ('\u4e2d\ufeff'.encode(), None),
        (b'\xef\xbb\xbfa', None),
        # a NUL far behind text is data that somebody wrote so
        (b'x' * 9000 + b'\0', None),
        (b'x\0y', 'binary'),
        (b'\xff\xfea\0', 'UTF-16 text; save it as UTF-8'),
        (b'\xfe\xff\0a', 'UTF-16 text; save it as UTF-8'),
        (b'a\nb\n\xe9t\xe9', 'not UTF-8 (line 3); save it as UTF-8'),
    ),
)
def test_what_is_no_text(data, expected):
    skipped = walk.unreadable(data)
    assert (skipped.reason if skipped else None) == expected
    assert skipped is None or skipped.broken == (expected != 'binary')


@pytest.mark.parametrize(
    ('path', 'data', 'expected'),
    (
        ('a.js', b'x' * 20_000, True),
        ('a.js', b'x' * 1000, False),
        ('a.ts', (b'x' * 60 + b'\n') * 400, False),
        ('a.mjs', (b'x' * 600 + b'\n') * 400, True),
        ('a.json', b'x' * 20_000, False),
        # nobody writes that much by hand
        ('a.js', (b'x' * 60 + b'\n') * 20_000, True),
        ('a.ts', (b'x' * 60 + b'\n') * 10_000, False),
        ('a.json', (b'x' * 60 + b'\n') * 20_000, False),
    ),
)
def test_bundled(path, data, expected):
    assert walk.bundled(path, data) is expected


# Speed


def test_asks_the_file_system_no_more_than_it_must(tree, monkeypatch):
    """One lstat a file that is wanted, none for the others, one a folder."""
    write(*(f'sub{n % 5}/{n}.ts' for n in range(100)), *(f'sub{n % 5}/{n}.png' for n in range(100)))
    git('add', '.')
    asked = []
    real = os.lstat
    monkeypatch.setattr(os, 'lstat', lambda path, **more: asked.append(os.fspath(path)) or real(path, **more))
    assert len(found()) == 100
    assert not [path for path in asked if str(path).endswith('.png')]
    assert len([path for path in asked if str(path).endswith('.ts')]) == 100
    assert len(asked) < 100 + 5 + 40


def test_git_tells_what_it_tracks_and_ignores(tree):
    write('.env', 'api/.env', 'a.ts', '.gitignore', data=b'.env\n')
    git('add', '-f', '.env', 'a.ts')
    assert walk.tracked('.env')
    assert walk.tracked('api/.env') is False
    assert walk.tracked('gone.ts') is False
    # whether a file is tracked makes no difference, nor whether it is there
    assert walk.ignored('.env')
    assert walk.ignored('new/.env')
    assert walk.ignored('a.ts') is False
    os.chdir('api')
    assert walk.tracked('../.env')
    assert walk.ignored('.env')


def test_what_only_this_user_ignores_does_not_count(tree, monkeypatch):
    write('mine', data=b'.env\n')
    git('config', 'core.excludesFile', os.path.abspath('mine'))
    assert walk.ignored('.env') is False


def test_without_a_work_tree_git_has_nothing_to_say(outside):
    write('.env')
    assert walk.tracked('.env') is None
    assert walk.ignored('.env') is None


@pytest.mark.parametrize('path', ('-x', ':(top)a.ts', ':!b.ts', '*.ts', 'we\nird.ts', 'gone/a.ts'))
def test_names_are_no_patterns_to_git(tree, path):
    write('a.ts')
    git('add', '.')
    assert walk.tracked(path) is False
    assert walk.ignored(path) is False


def commit(message='x'):
    git('-c', 'user.name=A', '-c', 'user.email=a@example.com', 'commit', '-q', '--no-gpg-sign', '-m', message)


def test_git_tells_what_a_file_was(tree, monkeypatch):
    write('deno.lock', 'api/deno.lock', 'gone.lock', data=b'old\r\n')
    git('add', '.')
    assert walk.committed('deno.lock') is None
    commit()
    write('deno.lock', 'new.lock', data=b'new\n')
    git('add', '.')
    os.remove('gone.lock')
    assert walk.committed('deno.lock') == walk.committed('api/deno.lock') == walk.committed('gone.lock') == b'old\r\n'
    assert walk.committed('./api/../deno.lock') == walk.committed(os.path.abspath('deno.lock')) == b'old\r\n'
    assert walk.committed('new.lock') is None
    assert walk.committed('api') is None
    os.chdir('api')
    assert walk.committed('../deno.lock') == b'old\r\n'
    # pre-commit was told from where to look
    commit()
    assert walk.committed('../deno.lock') == b'new\n'
    monkeypatch.setenv('PRE_COMMIT_FROM_REF', 'HEAD~1')
    assert walk.committed('../deno.lock') == b'old\r\n'
    for nowhere in ('gone', '0' * 40, '--textconv'):
        monkeypatch.setenv('PRE_COMMIT_FROM_REF', nowhere)
        assert walk.committed('../deno.lock') == (b'new\n' if nowhere.startswith('-') else None)


@pytest.mark.parametrize('name', WEIRD)
def test_git_tells_of_weird_names(tree, name):
    path = os.fsdecode(name)
    write(path, f'a/{path}', data=b'old')
    git('add', '--', '.')
    commit()
    write(path, data=b'new')
    git('add', '--', '.')
    assert walk.committed(path) == walk.committed(f'a/{path}') == b'old'


def test_nothing_is_run_to_tell_what_a_file_was(tree, tmp_path_factory):
    for name in ('clean', 'smudge', 'textconv', 'diff', 'fetch'):
        write(f'spy/{name}', data=b'#!/bin/sh\ntouch "%s"\n' % os.fsencode(tree / 'ran'))
        os.chmod(f'spy/{name}', 0o755)
    write('.gitattributes', data=b'deno.lock filter=spy diff=spy\n')
    write('deno.lock', data=b'old\n')
    git('add', 'deno.lock')
    commit()
    for key, value in (
        ('filter.spy.clean', 'clean'), ('filter.spy.smudge', 'smudge'), ('diff.spy.textconv', 'textconv'),
        ('diff.spy.command', 'diff'), ('diff.external', 'diff'), ('core.sshCommand', 'fetch'),
        ('remote.o.uploadpack', 'fetch'), ('remote.o.promisor', ''),
    ):
        git('config', key, os.path.abspath(f'spy/{value}') if value else 'true')
    git('config', 'filter.spy.required', 'true')
    git('config', 'remote.o.url', 'ssh://a.invalid/x')
    git('config', 'protocol.ssh.allow', 'always')
    git('config', 'extensions.partialClone', 'o')
    write('deno.lock', data=b'new\n')
    assert walk.committed('deno.lock') == b'old\n'
    # a blob that has to be fetched
    blob = subprocess.run(('git', 'rev-parse', 'HEAD:deno.lock'), capture_output=True, text=True, check=True).stdout
    os.remove(f'.git/objects/{blob[:2]}/{blob[2:].strip()}')
    assert walk.committed('deno.lock') is None
    assert not os.path.exists('ran')
    subprocess.run(('git', 'cat-file', 'blob', 'HEAD:deno.lock'), capture_output=True, timeout=20)
    assert os.path.exists('ran')


def test_without_a_work_tree_nobody_tells_what_a_file_was(outside):
    write('deno.lock')
    assert walk.committed('deno.lock') is None


def test_without_git_nobody_is_asked(tree, monkeypatch):
    monkeypatch.setenv('PATH', '')
    assert walk.committed('a.ts') is None
    assert walk.tracked('a.ts') is None
    assert walk.ignored('a.ts') is None
