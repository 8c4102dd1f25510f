"""The names of the months as publishers write them in dates, in forty languages, and which month each means."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

LETTER = r"[^\W\d_]"

# How the name of each month begins, in letters without accents. The longest beginning wins; where two
# languages disagree ("listopad" is November in Polish, October in Croatian), the one with more readers.
_MONTHS = (
    # Latin: English, French, Spanish, Portuguese, Italian, German, Dutch, Nordic, Romanian, Turkish, Finnish,
    # Polish, Czech, Croatian, Hungarian, Indonesian, Malay, Estonian, Lithuanian, Azerbaijani; Greek; Cyrillic:
    # Russian, Ukrainian, Bulgarian, Serbian, Kazakh; Georgian; Armenian
    "jan ene gen xan ian oca tamm sty led sij jaan saus yanv ιαν янв січ яну јан қаң იან հունվ",
    "feb fev lut uno velj sub helm veeb vasari φεβ фев лют ақп თებ փետ",
    "mar mae mrz mrt maa maerz bre ozu kovo μαρ мар бер наур მარ մար",
    "apr avr abr kwi dub tra nis huht baland απρ апр кві сәу აპრ ապր",
    "may mai mei maj mag kve svi touk geguz μαι μαι мая маи мај тра мамыр მაი մայ",
    "jun juin giu iun cze cer lipa lipn haz kesa juun birz iyun ιουν июн чер юни јун маус ივნ հունիս",
    "jul juil lug iul lip cervenec cervence srpanj srpnj tem hein juul liep iyul ιουλ июл лип юли јул шіл ივლ հուլ",
    "aug aou ago agu agt sie srp kol elok ogos rugp avq αυγ авг сер тамыз აგვ օգո",
    "sep set wrz zar ruj eyl syys sze rugs senty sentab σεπ сен вер сеп қырк სექ սեպ",
    "oct okt ott out paz rij eki loka spal οκτ окт жов қазан ოქტ հոկ",
    "nov noi lis stu kas marra lapk noy νοε ноя лис ное нов қараш ნოე նոյ",
    "dec dez dic des gru pro ara joul dets dise gruod dek δεκ дек гру желт დეკ դեկ",
)
_WHOLE_MONTHS = (
    # Arabic, Levantine Arabic, Persian, Urdu, Hebrew, Hindi, Bengali; Thai; Tamil, Telugu, Gujarati, Kannada,
    # Malayalam, Marathi
    "يناير|كانون الثاني|ژانويه|جنوری|ינואר|जनवरी|জানুয়ারি|জানুয়ারী|มกราคม|ม.ค.|ஜனவரி|జనవరి|જાન્યુઆરી|ಜನವರಿ|ജനുവരി",
    "فبراير|شباط|فوريه|فروری|פברואר|फरवरी|फ़रवरी|ফেব্রুয়ারি|กุมภาพันธ์|ก.พ.|பிப்ரவரி|ఫిబ్రవరి|ફેબ્રુઆરી|ಫೆಬ್ರವರಿ|ഫെബ്രുവരി|फेब्रुवारी",
    "مارس|اذار|مارچ|מרץ|मार्च|মার্চ|มีนาคม|มี.ค.|மார்ச்|మార్చి|માર્ચ|ಮಾರ್ಚ್|മാർച്ച്",
    "ابريل|نيسان|اوريل|اپریل|אפריל|अप्रैल|এপ্রিল|เมษายน|เม.ย.|ஏப்ரல்|ఏప్రిల్|એપ્રિલ|ಏಪ್ರಿಲ್|ഏപ്രിൽ|एप्रिल",
    "مايو|ماي|ايار|مه|می|مئی|מאי|मई|মে|พฤษภาคม|พ.ค.|மே|మే|મે|ಮೇ|മേയ്|मे",
    "يونيو|يونيه|حزيران|جوان|ژوين|ژوئن|جون|יוני|जून|জুন|มิถุนายน|มิ.ย.|ஜூன்|జూన్|જૂન|ಜೂನ್|ജൂൺ",
    "يوليو|يوليه|تموز|جويليه|ژوييه|ژوئیه|جولائی|יולי|जुलाई|জুলাই|กรกฎาคม|ก.ค.|ஜூலை|జులై|జూలై|જુલાઈ|ಜುಲೈ|ജൂലൈ|जुलै",
    "اغسطس|اب|اوت|اگست|אוגוסט|अगस्त|আগস্ট|สิงหาคม|ส.ค.|ஆகஸ்ட்|ఆగస్టు|ઑગસ્ટ|ಆಗಸ್ಟ್|ഓഗസ്റ്റ്|ऑगस्ट",
    "سبتمبر|ايلول|سپتامبر|ستمبر|ספטמבר|सितंबर|सितम्बर|সেপ্টেম্বর|กันยายน|ก.ย.|செப்டம்பர்|సెప్టెంబర్|સપ્ટેમ્બર|ಸೆಪ್ಟೆಂಬರ್|സെപ്റ്റംബർ|सप्टेंबर",
    "اكتوبر|تشرين الاول|اکتبر|اکتوبر|אוקטובר|अक्टूबर|अक्तूबर|অক্টোবর|ตุลาคม|ต.ค.|அக்டோபர்|అక్టోబర్|ઑક્ટોબર|ಅಕ್ಟೋಬರ್|ഒക്ടോബർ|ऑक्टोबर",
    "نوفمبر|تشرين الثاني|نوامبر|نومبر|נובמבר|नवंबर|नवम्बर|নভেম্বর|พฤศจิกายน|พ.ย.|நவம்பர்|నవంబర్|નવેમ્બર|ನವೆಂಬರ್|നവംബർ|नोव्हेंबर",
    "ديسمبر|كانون الاول|دسامبر|دسمبر|דצמבר|दिसंबर|दिसम्बर|ডিসেম্বর|ธันวาคม|ธ.ค.|டிசம்பர்|డిసెంబర్|ડિસેમ્બર|ಡಿಸೆಂಬರ್|ഡിസംബർ|डिसेंबर",
)


def fold(text: str) -> str:
    """Lower case, plain digits, no accents on Latin, Greek, Cyrillic and Arabic letters, single spaces."""
    text = unicodedata.normalize("NFKD", text).lower()
    text = re.sub(r"[\u0300-\u036f\u0653-\u0655\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]", "", text)
    text = re.sub(r"\d", lambda digit: str(unicodedata.decimal(digit[0])), unicodedata.normalize("NFC", text))
    return " ".join(text.replace("ي", "ی").replace("ى", "ی").split())


@cache
def _month_names() -> tuple[re.Pattern[str], dict[str, int]]:
    starts = {start: number for number, row in enumerate(_MONTHS, 1) for start in row.split()}
    whole = {fold(name): number for number, row in enumerate(_WHOLE_MONTHS, 1) for name in row.split("|")}
    longest_first = sorted(starts, key=len, reverse=True)
    whole_first = sorted(whole, key=len, reverse=True)
    pattern = (
        rf"(?<!{LETTER})(?:(?P<start>{'|'.join(longest_first)}){LETTER}*"
        rf"|ב?(?P<whole>{'|'.join(map(re.escape, whole_first))})(?!\w)"
        r"|(?:thang|thg)\.? ?(?P<number>\d{1,2}))\.?"
    )
    return re.compile(pattern), starts | whole


def months_in(text: str) -> list[tuple[int, int, int]]:
    """The months that `text`, which was folded, names: where each name starts and ends, and its number."""
    return [(*found.span(), _number(found)) for found in _month_names()[0].finditer(text)]


def _number(found: re.Match[str]) -> int:
    return int(found["number"] or _month_names()[1][found["start"] or found["whole"]])
