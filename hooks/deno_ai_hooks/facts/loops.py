"""What is written in loops that ask a model: what counts their turns, what waits, what asks a person."""
from __future__ import annotations

from deno_ai_hooks.facts.patterns import pattern

ALWAYS = frozenset(('true', '1', '!0', '!false'))
"""Heads of loops that never end them."""

QUOTED = pattern(r'"[^"\n]{0,400}"|\'[^\'\n]{0,400}\'')

COUNTING = pattern(
    r'(?i)(?:^|[^a-z])_?(?:max|min|n|num|total|over|is|has|should|reached|too)?_?'
    r'(?:max(?:imum|ed)?|limits?|budget|deadline|attempts?|tries|retries|turns?|iterations?|iters?|rounds?|depth|expir\w*'
    r'|remaining|elapsed|time_?(?:out|d_?out|left|up)|abort\w*|cancel\w*|interrupt\w*|exceed\w*|quota|exhausted|shutdown|stopped|stop_?requested'
    r'|running|closed|steps_?(?:left|taken)?|step_?count|counter|credits?)(?![a-z])'
    r'|[a-z](?:Max|Limit|Budget|Deadline|Attempts?|Retries|Turns?|Iterations?|Iters?|Rounds?|Remaining|Elapsed|Timeout|TimedOut'
    r'|Aborted|Cancell?ed|Interrupted|Exceeded|Quota|Exhausted|Steps|Count|Counter)(?![a-z])'
    r'|\bmax[A-Z_]|Date\.now|performance\.now'
)
"""Names of what counts, or ends, turns."""

LIMIT = pattern(r'[2-9]|\d{2,}|[A-Z][A-Z0-9]*_[A-Z0-9_]+')
"""What a count is compared with: a number, or a constant by its name."""

BOUNDING = pattern(
    r'(?i)budget|deadline|quota|throwIfAborted|check(?:Limit|Abort|Cancel|Max)|enforce\w*Limit|rate_?limit'
)
"""Functions that end a loop by throwing."""

PERSON = pattern(
    r'(?i)^(?:question|prompts?_?user|ask_?(?:the_?)?(?:user|human|player)\w*|(?:get|read|wait_?for|await|request)_?'
    r'(?:user|human|player|console|terminal|stdin|line|approval|confirmation|permission)\w*|user_?input|readline(?:Sync)?'
    r'|confirm\w*|approve\w*|keyIn\w*|input)$'
)
"""Functions that ask a person."""

PERSON_MODULES = pattern(
    r'(?:npm:(?:@clack/prompts|@inquirer/|inquirer|enquirer|prompts|readline-sync|ink\b)|jsr:@cliffy/prompt|jsr:@std/cli'
    r'|https://deno\.land/x/(?:cliffy|ask)|node:readline)'
)
DIALOGS = frozenset(('prompt', 'confirm', 'alert'))

WAITING = pattern(
    r'(?i)accept|next(?:Request|Message|Event|Job|Task|Chunk)?|read(?:Line|Chunk|Message|Frame|Packet|Some)?|receive\w*|recv'
    r'|de_?queue\w*|pop|shift|take|consume|poll\w*|getUpdates|b[lr]?pop\w*|brpop|xread\w*|claim\w*|lease\w*|reserve\w*'
    r'|fetch(?:Job|Task|Message)s?|wait\w*|sleep\w*|delay\w*|setTimeout|timeout|get(?:Next)?(?:Job|Task|Message)s?|once'
)
"""What is awaited until something comes in, or some time has passed."""

AT_ONCE = pattern(r'^(?:map|forEach|flatMap|filter|reduce|for_?each|all|retry|with\w+)$')
"""Functions that run what they are given before they return."""

PUTTING = frozenset('push unshift add set append concat'.split())
TAKING = frozenset('shift pop splice delete'.split())

NAME = pattern(r'(?<![\w$.])[A-Za-z_$][\w$]*')
WORDS = frozenset(
    'await async const let var new return true false null undefined typeof instanceof in of as this if else for while '
    'function Object Array JSON String Number Boolean Math Promise console Date Deno process length'.split()
)
"""Names that hold nothing of an answer."""
