"""`python -m deno_ai_hooks`: the program, where its script is not on PATH."""
from deno_ai_hooks.program import main

raise SystemExit(main())
