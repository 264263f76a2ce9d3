"""What all tests share. The marks `reference` and `browser` are declared in pyproject.toml."""

from hypothesis import settings

# The same examples on every machine and every time: a red test is a change in the code, not in the dice.
# (`--hypothesis-profile=explore` rolls them.) Shared machines are slow at times, so no deadline.
settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile("steady")
