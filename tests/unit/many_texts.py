"""More than a thousand texts that tokenizers find hard, the same ones in every run."""

from __future__ import annotations

import random
import unicodedata

SENTENCES = [
    "The ferry leaves at a quarter past six, whatever the weather.",
    "She'd said they'll come; I'm sure we've been here before, haven't we?",
    "Das Fährgeschäft wächst; größere Schiffe müssen übermorgen nach Lübeck.",
    "L'élève n'a pas reçu sa note d'août, où qu'elle soit rangée.",
    "¿Quién pidió el menú de mañana? ¡Nadie lo sabía!",
    "A manhã começou com chuva, mas o pão já estava quente.",
    "Perché la città è così silenziosa di lunedì?",
    "Het ijs smolt vóór de middag, zei mevrouw 's-Gravenmade.",
    "Zażółcona gęś szła łąką, a źrebię piło wodę.",
    "Příliš tichý kůň stál u řeky a čekal na žně.",
    "A tűzoltó őrült sebességgel futott át a hídon.",
    "Şoför iğneyi çantasına koydu; ılık bir akşamdı.",
    "Mẹ tôi thường uống cà phê sữa đá vào buổi sáng.",
    "Поезд пришёл вовремя, но съёмочная группа опоздала.",
    "Їжак з'їв яблуко під ґанком.",
    "Το τρένο έφυγε πριν από την ώρα του, κι εμείς μείναμε.",
    "האוטובוס עבר ליד הים בשעה שבע בערב.",
    "وصل القطار متأخرًا، ثم عاد السائق إلى بيته.",
    "کتاب‌های او روی میز چوبی ماند.",
    "बारिश के बाद बच्चों ने गली में नावें चलाईं।",
    "বৃষ্টি থামলে আমরা বাজারে যাব।",
    "மழை நின்றதும் குழந்தைகள் விளையாடினர்.",
    "ฝนหยุดแล้วเราจึงเดินกลับบ้านด้วยกัน",
    "ឆ្មាដេកនៅលើតុ។",
    "წვიმა შეწყდა და ბავშვები გარეთ გავიდნენ.",
    "Անձրևից հետո փողոցը լուռ էր։",
    "雨が上がったので、犬と川まで歩いた。「また明日」と彼は言った。",
    "火车晚点了二十分钟，站台上只剩下我们三个人。",
    "火車誤點了，月臺上只剩我們三個人。",
    "비가 그치자 아이들이 골목으로 뛰어나왔다.",
    "ዝናቡ ሲያቆም ልጆቹ ወጡ።",
    "ལམ་ཁར་འགྲོ་བ་མང་པོ་འདུག",
    "Mvua ilipokoma, watoto walitoka nje kucheza.",
    "Ọmọ náà ń ṣeré ní àgbàlá.",
]
CODE = [
    "def area(w: float, h: float) -> float:\n    return w * h  # metres\n",
    'for (let i = 0; i < n; ++i) {\n\tsum += rows[i]["net"] ?? 0;\n}',
    "SELECT id, SUM(total) FROM orders WHERE day >= '2031-04-05' GROUP BY 1;",
    "#include <vector>\r\nint main() { return std::vector<int>{1,2,3}.size(); }\r\n",
    '{"a": [1, 2.50, -3e-7, null], "b": {"c": "\\u00e9\\n"}}',
    "grep -rn 'x == y' src/ | awk '{print $2}' > out.txt 2>&1",
    "<div class=\"card\" id='k7'>&nbsp;&copy; 2031</div>",
    r"\begin{align} \frac{a_1}{b^{2}} &= \sqrt{x+1} \\ \end{align}",
    "| a | b |\n|---|--:|\n| 1 | 2 |\n\n- [x] done\n- [ ] open\n",
    "fn main() -> Result<(), Box<dyn Error>> { Ok(()) }",
]
ODDMENTS = [
    "🙂", "👩🏽‍🚒", "🇫🇷🇩🇪", "🏳️‍🌈", "❤️", "1️⃣", "𝒳", "ﬁ", "①", "²", "½", "Ⅷ", "\u200b",
    "\u00a0", "\u3000", "\u2028", "\ufeff", "\u0301", "e\u0301", "A\u030a", "\u1100\u1161\u11a8",
    "١٢٣", "१२", "１２３", "…", "—", "«»", "“q”", "it’s", "'S", "'LL", "don'T", "İ", "ß", "ſ",
    "$", "€5", "%", "10%", "3.14", "1,234,567", "007", "1234567890", "v2.0.1", "x²+y²",
    "a@b.example", "https://w.example/p?q=1&r=%20#s", "C:\\dir\\f.txt", "__init__", "camelCaseWord",
    "SHOUTING", "\x00", "\x07", "\x7f", "\ufffd", "\U0010fffd", "{x}", "{{x}}", "%s", "#tag", "@me",
    "<|im_end|>", "<|im_start|>user", "<s>", "</s>", "<tool_call>", "</tool_call>", "<unk>", "[INST]",
    "<|endoftext|>", "<0x0A>", "▁", "Ġ", "Ċ", "\u2581\u2581",
]  # fmt: skip
GAPS = [
    "",
    " ",
    "  ",
    "   ",
    "       ",
    "\n",
    "\n\n",
    " \n",
    "\n ",
    "\t",
    "\t\t ",
    "\r\n",
    " \t\n \n  ",
]


def texts(number: int = 1500) -> list[str]:
    """Return `number` different texts: sentences, code, and seeded mixtures of both."""
    pick = random.Random(20311)
    found = dict.fromkeys(["", *SENTENCES, *CODE, *ODDMENTS, *GAPS])
    for sentence in SENTENCES:
        found[unicodedata.normalize("NFD", sentence)] = None
        found[f"  {sentence.upper()} "] = None
    for length in (1, 2, 3, 7, 15, 16, 17, 31, 63, 100, 257):
        for unit in (" ", "\n", "\t", "-", "=", "0", "a", "é", "字", "🙂"):
            found[unit * length] = None
    words = [word for sentence in SENTENCES for word in sentence.split()]
    while len(found) < number:
        parts = []
        for _ in range(pick.randrange(1, 14)):
            kind = pick.random()
            if kind < 0.5:
                parts.append(pick.choice(words))
            elif kind < 0.7:
                parts.append(pick.choice(ODDMENTS))
            elif kind < 0.8:
                parts.append(str(pick.randrange(10 ** pick.randrange(1, 12))))
            elif kind < 0.9:
                code = pick.choice(CODE)
                start = pick.randrange(len(code))
                parts.append(code[start : start + pick.randrange(1, 20)])
            else:
                parts.append(chr(pick.choice([*range(0x20, 0xD800), *range(0x1F300, 0x1FB00)])))
            parts.append(pick.choice(GAPS) if pick.random() < 0.4 else " ")
        found["".join(parts)] = None
    return list(found)
