"""Lines that stand among an article's paragraphs and are none: links to others, appeals, credits, bylines, dates.

The tables hold what news sites write in the languages that we serve. A phrase alone condemns a short line only; where
it may begin a sentence of the article, the line must also be mostly a link, or the whole of it.
"""

from __future__ import annotations

import re

from collector.extract.blocks import Block, Kind
from collector.extract.titles import comparable

_A_LINE = 220  # letters; longer ones are paragraphs
_A_NOTE = 400  # letters of an appeal or a biography
_LABEL = 60

_SEE_ALSO = re.compile(
    r"""\W*(?:
    (?:also\ )?read\ (?:more|also|next|the\ full)|see\ also|also\ see|more\ (?:on|from|about|stories|coverage)|
    more\ ?:|related|recommended|
    must[- ]read|most\ (?:read|popular)|what\ to\ read\ next|you\ (?:may|might)\ (?:also\ )?like|don['’]t\ miss|
    watch\ ?[:|]|listen\ ?[:|]|
    also\ read|keep\ reading|continue\ reading|trending|can\ also\ read|up\ next|editor['’]s\ picks?|
    (?:lesen|sehen|hören)\ sie\ (?:auch|hier|dazu|mehr)|lesen\ sie|mehr\ (?:zum\ thema|dazu|zu|lesen)|
    (?:das\ könnte|auch)\ (?:sie\ )?(?:auch\ )?interess\w+|
    lese?t?\ auch|weiterlesen|zum\ weiterlesen|meistgelesen|passend\ dazu|siehe\ auch|
    (?:à\ )?lire\ (?:aussi|également|la\ suite)|à\ lire|voir\ aussi|à\ voir|sur\ le\ même\ (?:sujet|thème)|
    nos\ derniers\ articles|
    (?:lee|leer|lea|ver|vea|mira)\ (?:también|más)|te\ puede\ interesar|más\ (?:información|noticias)|
    noticias?\ relacionadas?|relacionad[ao]s?|
    (?:leia|veja|saiba)\ (?:também|mais)|mais\ lidas|leggi\ (?:anche|tutto)|ti\ potrebbe\ interessare|
    per\ approfondire|
    lees\ (?:ook|meer|verder)|les\ (?:også|mer)|læs\ (?:også|mere)|läs\ (?:också|mer|även)|lue\ (?:myös|lisää)|
    lestu\ (?:líka|meira)|
    czytaj\ (?:więcej|też|także|dalej)|zobacz\ (?:też|także|również)|przeczytaj|čtěte\ (?:také|více)|
    přečtěte\ si|čítajte\ (?:aj|viac)|prečítajte\ si|
    pročitajte|citește\ și|citiți\ și|olvas(?:sa|d)\ el|kapcsolódó|διαβάστε\ (?:επίσης|ακόμη|περισσότερα)|
    skaitykite|loe\ (?:ka|lisaks)|lasi\ arī|
    читайте\ (?:также|також|ещё|больше)|читать\ (?:далее|также|еще)|смотрите\ также|по\ теме|
    материалы\ по\ теме|дивіться\ також|вижте\ (?:още|също)|прочетете|
    ilgili\ haber|ayrıca\ (?:bkz|okuyun)|devamını\ oku|baca\ (?:juga|selengkapnya)|lihat\ juga|xem\ thêm|
    đọc\ thêm|basahin\ din|soma\ (?:pia|zaidi)|
    相关(?:阅读|新闻|报道|文章)|延伸阅读|相關(?:閱讀|新聞|報導)|延伸閱讀|推荐阅读|更多(?:新闻|相关)|看更多|
    関連(?:記事|リンク|ニュース)|あわせて読みたい|
    おすすめ(?:記事|情報)|続きを読む|관련\ ?기사|함께\ 보면|더\ 보기|많이\ 본|
    اقرأ\ (?:أيضا|أيضاً|ايضا|المزيد)|إقرأ\ أيضا|مواضيع\ ذات\ صلة|بیشتر\ بخوانید|مطالب\ مرتبط|همچنین\ بخوانید|
    مزید\ پڑھیں|یہ\ بھی\ پڑھیں|קראו\ (?:גם|עוד)|
    यह\ भी\ पढ़ें|ये\ भी\ पढ़ें|आगे\ पढ़ें|और\ पढ़ें|আরও\ পড়ুন|மேலும்\ படிக்க|อ่านเพิ่มเติม|อ่านต่อ|
    ข่าวที่เกี่ยวข้อง
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_APPEAL = re.compile(
    r"""\b(?:sign\ up\ (?:for|to|here|now)|subscribe\ (?:to|now|here|today|for)|(?:our|free|daily|weekly)\ newsletters?|
    follow\ (?:us|\w+(?:\ \w+)?)\ on|join\ (?:our|us\ on)|download\ (?:our|the)\ app|get\ in\ touch\ at|
    support\ (?:our|independent)\ (?:work|journalism)|make\ a\ donation|already\ (?:a\ subscriber|
    have\ an\ account)|log\ in\ (?:or|to)|add\ us\ as|
    (?:become|are\ you)\ a\ (?:member|subscriber)|unlimited\ access|confirm\ your\ (?:public\ )?display\ name|
    click\ here\ (?:to|for)|
    all\ rights\ reserved|share\ this\ (?:article|story|post)|contributed\ to\ this\ (?:report|story|article)|
    get\ in\ touch\ with\ our|whatsapp\ (?:channel|kanal)|
    (?:est|sont)\ réservée?s?\ aux\ abonn|il\ vous\ reste\ [\d.,]+\s?%|(?:jetzt|hier)\ weiterlesen|
    für\ abonnenten|solo\ para\ suscriptores|riservat[oa]\ agli\ abbonati|
    this\ (?:article|story)\ (?:was|is)\ (?:originally|first|also)\ (?:published|appeared)|
    first\ published\ (?:in|by|on)|views\ expressed|invitation-only\ community|have\ (?:a|any)\ (?:story|tip|news)|
    newsletter\ (?:abonnieren|anmelden|bestellen)|kostenlos\ testen|jetzt\ (?:abonnieren|testen|anmelden|
    unterstützen)|(?:folgen|abonnieren)\ sie|folgst\ du|
    whatsapp-kanal|fehler\ gefunden|unabhängige[rn]?\ journalismus|(?:dieses|mehr\ zum)\ thema\ im\ programm|
    dieser\ (?:artikel|text)\ (?:ist|wurde|erschien)\ (?:\w+\ )?(?:zuerst|eine|im\ original)|
    abonnez-vous|inscrivez-vous|suivez-nous|recevez\ (?:nos|notre)|suscríbete|suscríbase|síguenos|
    assine|inscreva-se|siga\ o|iscriviti|seguici|
    abonneer\ u|meld\ je\ aan|volg\ ons|prenumerera|abonner\ på|tilmeld\ dig|følg\ oss|tilaa\ uutiskirje|
    zapisz\ się|subskrybuj|obserwuj\ nas|dołącz\ do|
    přihlaste\ se\ k|odebírejte|iratkozz(?:on)?\ fel|kövess(?:en)?\ minket|abonează-te|urmărește-ne|εγγραφείτε|
    ακολουθήστε|
    подпи(?:шитесь|сывайтесь|шись|саться)|подписка\ на|підпи(?:шіться|суйтесь|суйтеся)|абонирайте\ се|
    нашли\ (?:ошибку|опечатку)|
    abone\ ol|takip\ edin|berlangganan|ikuti\ kami|đăng\ ký
    )|订阅|訂閱|关注我们|關注我們|转载请注明|版权所有|無断(?:転載|複製)|メールマガジン|無料会員|会員登録|
    有料会員|구독|무단\ ?전재|재배포\ ?금지|
    اشترك|تابعنا|تابعونا|عضو شوید|دنبال کنید|सब्सक्राइब|फॉलो\ करें|ติดตาม(?:เรา|ข่าว)""",
    re.VERBOSE | re.IGNORECASE,
)
_CREDIT = re.compile(
    r"""[\W_]*(?:
    (?:photo(?:graph)?s?|images?|pictures?|pics?|credits?|source|illustration|graphic|video|with\ (?:files|
    reporting|additional)|additional\ reporting|reporting\ by|
    edited\ by|editing\ by|translated\ by|foto|fotos|bild(?:er)?|quellen?|verwendete\ quellen|übersetzung|
    redaktion|crédits?\ ?photo|photos?|légende|fuente|
    imagen|fonte|imagem|bron|beeld|kilde|källa|lähde|kuva|źródło|fot\.?|zdroj|forrás|sursa|πηγή|источник|фото|
    джерело|снимка|kaynak|fotoğraf|sumber|ảnh|nguồn|
    来源|來源|责任编辑|責任編輯|编辑|编輯|図|図版|写真|提供|사진|출처|المصدر|صورة|منبع|عکس|मूल)\s*[:：/]|
    (?:with\ files\ from|mit\ material\ von|mit\ agenturmaterial|©|\(c\)|copyright\b|getty\ images|\(quelle)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_BYLINE = re.compile(
    r"\W*(?:by|von|par|por|di|da|door|av|af|text|autor(?:in|a|es)?|auteur|author|written by|words by|"
    r"автор|текст|作者|記者|记者|文|"
    r"yazan|penulis|tác giả|کاتب|بقلم|كتب)\s*[:：]?\s+\S",
    re.IGNORECASE,
)
_LABELS = frozenset(
    {
        *(
            "advertisement",
            "advertising",
            "ad",
            "anzeige",
            "werbung",
            "publicité",
            "publicidad",
            "publicidade",
            "pubblicità",
        ),
        *(
            "реклама",
            "reklama",
            "reklam",
            "annonse",
            "annonce",
            "mainos",
            "iklan",
            "広告",
            "广告",
            "廣告",
            "광고",
            "إعلان",
            "διαφήμιση",
        ),
        *(
            "hauptinhalt",
            "placeholder",
            "facebook",
            "twitter",
            "whatsapp",
            "email",
            "copy link",
            "share",
            "teilen",
            "comments",
        ),
        *(
            "kommentare",
            "print",
            "drucken",
            "tags",
            "themen",
            "thema",
            "etiketler",
            "topics",
            "loading",
            "embed",
            "click here",
        ),
        *("learn more", "sponsored", "in this article", "table of contents", "save", "read more", "find out more"),
    }
)
_DATED = re.compile(
    r"\d{1,2}[.:h時시]\d{2}\b|\d{1,2}\.? ?(?:[^\W\d_]{3,12}\.?|de [^\W\d_]+ de|[./-] ?\d{1,2} ?[./-])"
    r" ?,? ?(?:19|20)?\d{2}\b|"
    r"[^\W\d_]{3,12}\.? \d{1,2}, (?:19|20)\d{2}|(?:19|20)\d{2} ?[./年년-] ?\d{1,2}|"
    r"\b\d+ ?(?:min|mins|hours?|hrs|stunden|sec)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w")
_WORD = re.compile(r"[^\W\d_]+")
_MOST_WORDS = 7


def is_boilerplate(block: Block) -> bool:
    """Whether the line is none of the article's, wherever it stands."""
    text = block.text
    if len(text) > _A_NOTE or block.kind in (Kind.CODE, Kind.ROW):
        return False
    if len(text) <= _LABEL and text.strip(" :.|-–—>»0123456789").casefold() in _LABELS:
        return True
    if len(text) <= _A_LINE and _SEE_ALSO.match(text) and _is_all_of_it(block, _SEE_ALSO):
        return True
    if len(text) <= _A_LINE // 2 and _CREDIT.match(text):
        return True
    return (len(text) <= _A_LINE or block.link_share > 0.2) and _APPEAL.search(text) is not None


def is_at_an_end(block: Block) -> bool:
    """Whether a line before the first paragraph or behind the last one is a byline, a date or a label."""
    text = block.text
    if len(text) > 3 * _LABEL or block.kind in (Kind.ROW, Kind.HEADING):
        return False
    words = _WORD.findall(text)
    if "@" in text and len(text) <= 2 * _LABEL and _ADDRESS.search(text):
        return True
    if sum(map(str.isdigit, text)) > 0.4 * len(text):
        return True
    if len(text) <= 2 * _LABEL and _DATED.search(text) and len(words) <= _MOST_WORDS + 2 and text[-1] not in ".!?。":
        return True
    return len(text) <= _LABEL and len(words) <= _MOST_WORDS and _BYLINE.match(text) is not None


def is_about_author(block: Block, authors: frozenset[str]) -> bool:
    """Whether the line is an author's name (comparable), or what is told of them behind an article."""
    key = comparable(block.text[:200])
    if not any(name and name in key for name in authors):
        return False
    longest = max((len(name) for name in authors if name in key), default=0)
    return len(comparable(block.text)) <= 2 * longest + 12 or (
        len(block.text) <= 2 * _A_NOTE and any(key.startswith(name) for name in authors)
    )


def _is_all_of_it(block: Block, phrase: re.Pattern[str]) -> bool:
    """Whether the phrase is the whole line, or the line is mostly a link, or a colon follows it."""
    rest = block.text[phrase.match(block.text).end() :].lstrip()
    return block.link_share > 0.4 or len(rest) < 25 or rest[:1] in (":", "：", "|", ">", "»", "→")
