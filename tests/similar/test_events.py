"""The same subject is not the same event: small cases in several languages, each as it may come in a day's news."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from collector.seeds import examples, read_corpus
from collector.similar import Article, Grouper, Stories

START = datetime(2024, 3, 1, 8, tzinfo=UTC)
CORPUS = Path(__file__).resolve().parents[2] / "corpus"


def a(event: str, language: str, hours: float, title: str, text: str = "") -> tuple[str, Article]:
    """An article and the event that it reports."""
    return event, Article(
        key="", title=title, text=text, language=language, published_at=START + timedelta(hours=hours)
    )


def grouped(reports: Sequence[tuple[str, Article]]) -> list[int]:
    grouper, stories = Grouper(), Stories()
    for number, (_, article) in enumerate(reports, 1):
        stories.follow(grouper.add(number, article, article.published_at or START))
    return [stories.of[number] for number in range(1, len(reports) + 1)]


def as_sets(labels: Sequence[object]) -> set[frozenset[int]]:
    return {frozenset(i for i, other in enumerate(labels) if other == label) for label in labels}


CASES = {
    "two visits of a minister, a year apart": [
        a("2024", "en", 0, "Lavrov arrives in Pyongyang for talks", "Russian Foreign Minister Sergey Lavrov arrived in Pyongyang "
          "on Friday for a two-day visit. He will meet his counterpart Choe Son Hui to discuss the treaty, the ministry said."),
        a("2024", "en", 3, "Russia's top diplomat visits North Korea", "Russian Foreign Minister Sergey Lavrov landed in Pyongyang "
          "on Friday for two days of talks with Choe Son Hui about the treaty between the two countries, the foreign ministry said."),
        a("2025", "en", 8_800, "Lavrov in North Korea for talks with Choe", "Foreign Minister Sergey Lavrov came to Wonsan on Saturday. "
          "He met North Korea's Choe Son Hui at the new beach resort; Kim Jong Un received him on a yacht."),
        a("2025", "en", 8_803, "Kim Jong Un receives Lavrov on yacht", "North Korean leader Kim Jong Un received Russian Foreign Minister "
          "Sergey Lavrov on his yacht off Wonsan, where the minister had met Choe Son Hui at a new beach resort."),
    ],
    "two visits of a minister, in Russian": [
        a("2024", "ru", 0, "Лавров прибыл в Пхеньян", "Министр иностранных дел России Сергей Лавров прибыл в Пхеньян с двухдневным "
          "визитом. Он встретится с главой МИД Цой Сон Хи, чтобы обсудить договор."),
        a("2024", "ru", 2, "Глава МИД России приехал в КНДР", "Сергей Лавров прилетел в Пхеньян на два дня. В программе визита "
          "переговоры с Цой Сон Хи о договоре между странами."),
        a("2025", "ru", 8_900, "Лавров посетил курорт в Вонсане", "Сергей Лавров прибыл в Вонсан, где на новом морском курорте провёл "
          "встречу с Цой Сон Хи. Ким Чен Ын принял министра на яхте."),
    ],
    "strikes on two cities": [
        a("kharkiv", "en", 0, "Missile strike on Kharkiv kills five", "A Russian missile hit a printing house in Kharkiv on Thursday, "
          "killing five workers, mayor Ihor Terekhov said. Fire fighters searched the ruins of the plant."),
        a("odesa", "en", 1, "Missile strike on Odesa kills four", "A Russian missile hit the port of Odesa on Thursday, killing four sailors "
          "on a grain ship, governor Oleh Kiper said. The ship flew the flag of Palau."),
        a("kharkiv", "en", 2, "Five dead after missile hits Kharkiv printing house", "Five workers of a printing house in Kharkiv died when "
          "a missile struck the plant, according to mayor Terekhov. Twenty others were wounded in the fire."),
        a("odesa", "en", 3, "Grain ship hit in port of Odesa", "Four sailors died when a missile struck a grain ship under the flag of "
          "Palau in the port of Odesa, governor Kiper wrote. The port works again."),
    ],
    "strikes on two cities, in Ukrainian": [
        a("kharkiv", "uk", 0, "Росіяни вдарили ракетою по Харкову: п'ятеро загиблих", "Ракета влучила у друкарню в Харкові, загинули п'ятеро "
          "працівників, повідомив мер Ігор Терехов. Рятувальники розбирають завали."),
        a("odesa", "uk", 1, "Росіяни вдарили ракетою по Одесі: четверо загиблих", "Ракета влучила в зерновоз під прапором Палау в порту Одеси, "
          "загинули четверо моряків, повідомив голова області Олег Кіпер."),
        a("kharkiv", "uk", 2, "У Харкові загинули п'ятеро працівників друкарні", "Унаслідок ракетного удару по друкарні в Харкові загинули "
          "п'ятеро людей, ще двадцять поранені, сказав Терехов."),
    ],
    "daily reports on one war": [
        a("day 1", "en", 0, "Russia says it took village of Orlivka", "Russia's defence ministry said on Monday that its forces captured the "
          "village of Orlivka. Ukraine's general staff reported 72 clashes along the front."),
        a("day 1", "en", 2, "Moscow claims capture of Orlivka", "The village of Orlivka is under Russian control, the defence ministry in Moscow "
          "said on Monday. Kyiv did not confirm the loss."),
        a("day 2", "en", 24, "Drones hit oil refinery in Ryazan", "Ukrainian drones set an oil refinery in Ryazan on fire on Tuesday, governor "
          "Pavel Malkov said. Two people were injured. Ukraine's general staff reported 81 clashes along the front."),
        a("day 2", "en", 26, "Ryazan refinery on fire after drone attack", "A refinery burns in the Russian city of Ryazan after an attack of "
          "Ukrainian drones on Tuesday. Two workers were hurt, said governor Malkov."),
        a("day 3", "en", 48, "Ukraine receives first frigate from allies", "The navy of Ukraine took over a frigate in the port of Constanta on "
          "Wednesday. Russia's defence ministry called it a legitimate target."),
    ],
    "opinion on yesterday's news": [
        a("news", "en", 0, "Parliament passes pension reform by two votes", "The lower house in Prague passed the pension reform on Tuesday with "
          "101 votes to 99. The retirement age will rise to 67 years from 2030, labour minister Jurecka said."),
        a("news", "en", 1, "Czech pension reform passes", "With 101 to 99 votes the lower house in Prague adopted the pension reform. From 2030 "
          "the retirement age rises to 67, said minister Jurecka."),
        a("opinion", "en", 27, "Our old age deserves better than haste", "My grandmother worked in a mill until she was seventy, and nobody asked "
          "whether she liked it. What troubles me in this debate about pensions is how little we speak of dignity. A society "
          "that counts only years forgets what they are for. We should ask what work does to people before we make more of it."),
    ],
    "headlines alone": [
        a("rate", "en", 0, "ECB raises key interest rate to 4.5 percent"),
        a("ceo", "en", 0.2, "Volvo names Håkan Samuelsson as chief executive"),
        a("rate", "en", 0.5, "ECB lifts interest rate to record 4.5 percent"),
        a("storm", "en", 1, "Storm Babet floods villages in Angus"),
        a("ceo", "en", 1.2, "Håkan Samuelsson returns as Volvo chief executive"),
        a("storm", "en", 2, "Villages in Angus under water after Storm Babet"),
    ],
    "headlines alone, in Russian": [
        a("rate", "ru", 0, "ЦБ повысил ключевую ставку до 16% годовых"),
        a("fire", "ru", 0.5, "Пожар на складе Ozon в Истре потушен"),
        a("rate", "ru", 1, "Банк России поднял ключевую ставку до 16%"),
        a("fire", "ru", 2, "В Истре потушили пожар на складе Ozon"),
    ],
    "headlines alone, in Chinese": [
        a("launch", "zh", 0, "神舟十七号载人飞船发射成功"),
        a("quake", "zh", 1, "甘肃积石山发生6.2级地震"),
        a("launch", "zh", 2, "神舟十七号载人飞船在酒泉发射成功 三名航天员进入太空"),
        a("quake", "zh", 3, "甘肃积石山县6.2级地震已致百人遇难"),
    ],
    "two fires, in Korean": [
        a("icheon", "ko", 0, "이천 물류창고 화재로 3명 사망", "경기도 이천시 물류창고에서 불이 나 작업자 3명이 숨졌다고 소방당국이 밝혔다. 불은 지하 1층에서 시작됐다."),
        a("ulsan", "ko", 1, "울산 화학공장 화재로 2명 부상", "울산 남구의 화학공장에서 폭발과 함께 불이 나 직원 2명이 다쳤다. 공장은 가동을 중단했다."),
        a("icheon", "ko", 2, "이천 물류창고 지하에서 불, 작업자 3명 숨져", "이천시 물류창고 지하 1층에서 난 불로 작업자 3명이 사망했다. 소방당국은 원인을 조사하고 있다."),
    ],
    "two earthquakes, in Arabic": [
        a("haouz", "ar", 0, "زلزال بقوة 6.8 درجات يضرب إقليم الحوز في المغرب", "ضرب زلزال قوي إقليم الحوز جنوب مراكش ليلة الجمعة وخلف مئات "
          "القتلى، وفق وزارة الداخلية المغربية."),
        a("herat", "ar", 5, "زلزال بقوة 6.3 درجات يضرب هرات في أفغانستان", "ضرب زلزال قوي ولاية هرات غرب أفغانستان يوم السبت ودمر قرى كاملة، "
          "بحسب هيئة إدارة الكوارث."),
        a("haouz", "ar", 6, "مئات القتلى في زلزال الحوز بالمغرب", "أعلنت وزارة الداخلية المغربية ارتفاع عدد قتلى الزلزال الذي ضرب إقليم الحوز "
          "قرب مراكش ليلة الجمعة بقوة 6.8 درجات."),
    ],
    "one event in four languages": [
        a("summit", "en", 0, "Putin and Kim sign treaty in Pyongyang", "Russian President Vladimir Putin and North Korean leader Kim Jong Un signed "
          "a partnership treaty in Pyongyang on 19 June 2024. Putin gave Kim an Aurus limousine; Foreign Minister Lavrov and Choe "
          "Son Hui attended. Putin then flew to Hanoi in Vietnam."),
        a("farm", "en", 1, "Farmers in Poland end border blockade", "Polish farmers opened the crossing of Medyka to Ukraine after talks with "
          "minister Siekierski in Warsaw about 1.4 million tonnes of grain."),
        a("summit", "ru", 2, "Путин и Ким подписали договор в Пхеньяне", "Президент России Владимир Путин и лидер КНДР Ким Чен Ын подписали в "
          "Пхеньяне договор о партнёрстве 19 июня 2024 года. Путин подарил Киму лимузин Aurus; присутствовали Лавров и Цой Сон "
          "Хи. Затем Путин вылетел в Ханой, Вьетнам."),
        a("summit", "de", 3, "Putin und Kim unterzeichnen Vertrag in Pjöngjang", "Der russische Präsident Wladimir Putin und der nordkoreanische "
          "Machthaber Kim Jong Un haben am 19. Juni 2024 in Pjöngjang einen Vertrag unterzeichnet. Putin schenkte Kim eine Limousine "
          "der Marke Aurus; Lawrow und Choe Son Hui waren dabei. Danach flog Putin nach Hanoi in Vietnam."),
        a("farm", "pl", 4, "Rolnicy kończą blokadę granicy w Medyce", "Polscy rolnicy odblokowali przejście w Medyce z Ukrainą po rozmowach z ministrem "
          "Siekierskim w Warszawie o 1,4 mln ton zboża."),
    ],
}  # fmt: skip


SLOW = [
    a("trial", "en", 0, "Trial of Costa Concordia captain Schettino opens in Grosseto", "Francesco Schettino, captain of the cruise ship "
          "Costa Concordia, went on trial for manslaughter in Grosseto on Monday. Thirty-two people died when the ship ran aground "
          "off the island of Giglio. Schettino is accused of leaving the ship before its passengers."),
    a("trial", "en", 30, "Schettino in court over Costa Concordia deaths", "The captain of the Costa Concordia, Francesco Schettino, sat in the "
          "theatre of Grosseto that serves as court for his manslaughter trial. Thirty-two people died when the cruise ship ran "
          "aground off Giglio; prosecutors say that he left the ship before the passengers."),
    a("cheese", "en", 60, "Cheese makers count losses", "After a dry summer the dairies of the upper valley made a third less than before."),
    a("trial", "en", 80, "Costa Concordia trial: Schettino's lawyer asks for plea bargain", "At the manslaughter trial in Grosseto the lawyer of "
          "captain Francesco Schettino asked for a plea bargain. The Costa Concordia ran aground off Giglio, and thirty-two people "
          "died. Prosecutors accuse Schettino of leaving the cruise ship before its passengers."),
]  # fmt: skip


@pytest.mark.parametrize("reports", CASES.values(), ids=CASES)
def test_each_event_is_one_story(reports):
    assert as_sets(grouped(reports)) == as_sets([event for event, _ in reports])


def test_related_seeds_are_stories_of_their_own():
    seeds = examples(read_corpus(CORPUS))
    for subject in ((), seeds):
        grouper = Grouper(subject=subject)
        found = [grouper.add(number, seed, START)[0].story for number, seed in enumerate(seeds, 1)]

        assert len(set(found)) == len(seeds)


def test_a_slow_story_goes_on_for_days():
    """Among other news: of what is known on the first day, little can be said of what comes days later."""
    syllables = [one + other for one in "bdfgklmnprstvz" for other in "aeiou"]
    dice = Random(3)
    others = [a(f"{n}", "en", n / 2, " ".join(dice.choices(syllables, k=9)), " ".join("".join(dice.choices(syllables, k=3)) for _ in range(40)))
              for n in range(60)]  # fmt: skip
    mixed = sorted([*others, *SLOW], key=lambda report: report[1].published_at)
    found = [story for story, (event, _) in zip(grouped(mixed), mixed, strict=True) if event == "trial"]

    assert len(set(found)) == 1


def test_a_burst_is_one_story_however_large():
    title, text = "Bridge collapses in Baltimore", (
        "The Francis Scott Key Bridge in Baltimore collapsed after the container ship Dali struck a pier at night. {} "
        "Governor Wes Moore declared an emergency; divers searched the Patapsco for six road workers."
    )  # fmt: skip
    sides = ("Witnesses heard a roar.", "The port is closed.", "Pilots had sent a mayday call.", "Insurers expect a record loss.",
             "The ship was bound for Colombo.", "Traffic is sent through the tunnel.", "Maersk had chartered the vessel.")  # fmt: skip
    reports = [a("bridge", "en", n / 60, f"{title}: {sides[n % 7]}", text.format(f"{sides[n % 7]} {sides[(n // 7 + 1 + n) % 7]}")) for n in range(60)]

    assert len(set(grouped(reports))) == 1


def test_a_late_report_finds_its_story():
    reports = CASES["strikes on two cities"]
    late = [*reports[1:], reports[0]]

    assert as_sets(grouped(late)) == as_sets([event for event, _ in late])


def test_reports_in_other_languages_change_nothing_within_one():
    """Whatever comes in Russian, the English reports are grouped as they are alone."""
    names = ("strikes on two cities", "daily reports on one war", "two visits of a minister, a year apart")
    english = [report for name in names for report in CASES[name]]
    others = [report for name in CASES for report in CASES[name] if report[1].language in ("ru", "uk", "de")]
    mixed = sorted([*english, *others], key=lambda report: report[1].published_at)
    alone = sorted(english, key=lambda report: report[1].published_at)
    found = grouped(mixed)

    assert as_sets([story for story, (_, article) in zip(found, mixed, strict=True) if article.language == "en"]) == as_sets(grouped(alone))
