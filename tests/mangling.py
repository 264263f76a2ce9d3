"""Links as they should not be: real ones cut, repeated, mixed up, and filled with what people and machines try."""

from random import Random

from nnviz.core.experiment import field_names
from nnviz.ui.state import frame, lesson_state
from nnviz.ui.state.state import PREFIX

NAMES = (*field_names(), *(PREFIX + name for name in field_names()), *frame.NAMES, *lesson_state.NAMES,
         "draw", "answers", "question", "runs", "starts", "seeds", "embed", "", "__class__", PREFIX * 2)  # fmt: skip
VALUES = (
    "", "nan", "inf", "-inf", "-1", "-0", "0.0", "1e999", "1e-400", "0x10", "1_0", "9" * 400, "true", "none", "[]",
    "{}", "%00", "%00%01", "%", "%zz", "%FF%FE", "%ED%A0%80", "%C0%80", "%E2%80%AE", "%0a%0d", "%D9%A3", "%E2%85%A7",
    "\\u0000", "<script>document.title='gone'</script>", "<img src=https://example.invalid/x.png onerror=alert(1)>",
    "%27%22%3E%3Cb%3E", "$$x^2$$ **b** :material/delete:", "{{7*7}}", "javascript:alert(1)", "https://example.invalid/",
    "../../etc/passwd", "..%2f..%2fetc", "__import__('os')", "zeros(", "constant(value=", "constant(value=nan)",
    "listed(values=" + "1 " * 3000 + ")", "8," * 40, "8,8,8,8,8,8,8,8,8,8,8,8", "a" * 100_000, "1," * 50_000,
    "%F0%9F%92%A3" * 50, "1 " * 5000, "=&=&", "none none", "zeros ones zeros",
)  # fmt: skip
SPLINTERS = ("%", "%0", "\0", "é", "💣", "-", " ", ",", "(", ")", "=", "<", "9")


def mangled(dice: Random, links: list[tuple[str, str]]) -> tuple[str, str]:
    """A page and a query that was made from those of real links, each a page and its query."""
    page, query = dice.choice(links)
    pairs = [part.partition("=")[::2] for part in query.split("&") if part]
    for _ in range(dice.choice((1, 1, 2, 4))):
        place = dice.randrange(len(pairs)) if pairs else 0
        way = dice.choice(("value", "cut", "more", "repeated", "strange", "others", "order"))
        if way == "value" and pairs:
            pairs[place] = (pairs[place][0], dice.choice(VALUES))
        elif way == "cut" and pairs:
            name, value = pairs[place]
            at = dice.randrange(len(value) + 1)
            pairs[place] = (name, value[:at] + dice.choice(SPLINTERS) + value[at + dice.randrange(2) :])
        elif way == "repeated" and pairs:
            pairs += [(dice.choice(pairs)[0], dice.choice(VALUES)[:1000])] * dice.choice((1, 3, 300))
        elif way == "strange":
            pairs.append((dice.choice(VALUES)[:1000], dice.choice(VALUES)))
        elif way == "others":
            pairs += [part.partition("=")[::2] for part in dice.choice(links)[1].split("&")]
        elif way == "order":
            dice.shuffle(pairs)
        else:
            pairs.append((dice.choice(NAMES), dice.choice(VALUES)))
    return page, "&".join(f"{name}={value}" for name, value in pairs)
