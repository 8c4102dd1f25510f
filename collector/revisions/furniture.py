"""Lines of a page that belong to its furniture: how many read it or said something to it, and when it was touched.

They differ at every visit, and say nothing of what happened.
"""

from __future__ import annotations

import re

from collector.text.dates import parse_date
from collector.text.months import fold, months_in

_LONGEST = 80  # characters: what is longer says more
_WORDS = 8
_SENTENCE = re.compile(r"[.!?…。！？؟।]\W*$")

# The beginnings of words, folded, in the languages that are served.
_COUNTED = (
    r"views?\b|reads?\b|min\b|minutes? read|comment|repl(?:y|ies)\b|shares?\b|likes?\b|reactions?\b|followers?\b|"
    "aufruf|kommentar|leser|gelesen|vue|lecture|commentaire|partage|visualiza|vista|lectura|comentario|compartid|"
    "me gusta|leitura|compartilh|lettur|condivision|просмотр|прочт|комментар|перегляд|коментар|wyswietl|komentarz|"
    "reacties|gelezen|okunma|goruntulen|yorum|مشاهد|تعليق|قراءه|بازدید|نظر|צפיות|תגובות|luot xem|binh luan|dibaca|"
    "komentar|阅读|閱讀|浏览|瀏覽|评论|評論|点赞|次播放|閲覧|コメント|いいね|조회|댓글|공감|추천"
)
_TOUCHED = (
    "updated|last updated|published|posted|modified|last modified|as of|aktualisiert|zuletzt|stand|veroffentlicht|"
    "mis a jour|publie|modifie|actualizado|publicado|ultima|atualizado|aggiornato|pubblicato|обновлен|опубликован|"
    "изменен|оновлен|опубл|aktualizacja|opublikowan|bijgewerkt|gepubliceerd|guncelle|yayin|تحدیث|نشر|به ?روز|تاریخ|"
    "עודכן|פורסם|अपडेट|प्रकाशित|cap nhat|diperbarui|更新|发布|發布|發佈|公開|配信|入力|입력|수정|등록|승인|게시"
)
_AGO = (
    r"\d+ ?(?:s|m|h|d|sec|min|hour|day|week|hr)[a-z]* ago\b|\bvor \d+ |il y a \d+|hace \d+|ha \d+|\d+ \w+ fa\b|"
    r"\d+ \w+ (?:назад|тому)\b|\d+ \w+ temu\b|\d+ \w+ geleden\b|\d+ \w+ once\b|منذ \d+|قبل \d+|\d+ \w+ (?:قبل|پیش)|"
    r"לפני \d+|\d+ ?(?:分钟|分鐘|小时|小時|天|秒|周|分|時間|日)前|\d+ ?(?:초|분|시간|일|주) ?전|"
    r"\d+ \w+ (?:truoc|yang lalu|lalu)\b"
)
_COUNT = re.compile(rf"\d(?:[\d.,]*\d)? ?[km]? ?(?:{_COUNTED})|(?:{_COUNTED})\w* ?[:(：（]? ?\d")
_TOUCH = re.compile(rf"\W*(?:{_TOUCHED})")
_MOMENT = re.compile(rf"\d{{1,2}}[:.h]\d\d|\d{{1,4}}[-/.年년]\d{{1,2}}|\d ?[月월]|{_AGO}")
_ONLY_AGO = re.compile(rf"\W*(?:{_AGO})\W*\w*\W*")
_TIME = re.compile(r"\W*\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?: ?(?:am|pm|a\.m|p\.m|gmt|utc|uhr|[a-z]{1,2}t))?\W*")
_YEAR = re.compile(r"(?<!\d)(?:19|20|25)\d\d(?!\d)")
# What stands in a date beside numbers and the month.
_OF_DATES = re.compile(
    r"\d+(?:st|nd|rd|th)?|[年月日时時分년월일시분]|\b(?:am|pm|a\.m\.|p\.m\.|gmt|utc|[a-z]{1,2}t|uhr|h|z|t)\b|г\.|\W|_"
)


def is_furniture(line: str) -> bool:
    """Whether a line is no part of the text: it counts readers or comments, or tells a date and nothing else."""
    if len(line) > _LONGEST or not any(map(str.isdigit, line)) or "%" in line or _SENTENCE.search(line):
        return False
    folded = fold(line)
    if len(folded.split()) > _WORDS:
        return False
    if _ONLY_AGO.fullmatch(folded) or _COUNT.search(folded):
        return True
    if _TOUCH.match(folded) and (_MOMENT.search(folded) or months_in(folded)):
        return True
    return _TIME.fullmatch(folded) is not None or (_YEAR.search(folded) is not None and _is_date(folded))


def _is_date(folded: str) -> bool:
    """Whether nothing but a date is left, the name of a day included."""
    if parse_date(folded) is None:
        return False
    months = months_in(folded)
    for start, end, _ in reversed(months):
        folded = f"{folded[:start]} {folded[end:]}"
    return len(_OF_DATES.sub(" ", folded).split()) <= bool(months)
