"""Made-up households for the tests of the reports. Nobody of these exists; every page they make says 样张."""

from __future__ import annotations

import io
import random
from dataclasses import replace

from PIL import Image, ImageDraw

from cpdesk.reports.household_content import (
    NOTHING,
    RETROFIT,
    Agreement,
    Balance,
    Bar,
    BillBar,
    Change,
    Choice,
    Choices,
    Closing,
    Comfort,
    Consent,
    Contact,
    FactorRow,
    Figure,
    FreeAct,
    Frontier,
    HouseholdContent,
    Identity,
    InputRow,
    Loss,
    MeasureRow,
    Method,
    Month,
    NearMiss,
    Occasion,
    Photo,
    Point,
    Reason,
    Step,
    Tile,
)
from cpdesk.reports.rounding import parts_of


def yuan(value: int | None, *, signed: bool = False, unconfirmed: bool = False) -> Figure:
    return Figure(value, signed=signed, unconfirmed=unconfirmed)


def tenths(value: int | None) -> Figure:
    return Figure(value, 1)


IDENTITY = Identity(
    site="CP-YS-YL-017",
    record="019aa1d2-7e80-7c3a-9d5b-5f0c2b7d1e44",
    household="赵春梅家",
    address="昌平区延寿镇样例村 17 号",
    visited_on="2026-11-20",
    visit=1,
    surveyor="孙立（样）",
    phone="010-0000 0000",
    form="farmhouse",
    form_version="2026110301",
    program="0.1.0",
    sample=True,
)

MEASURES = (
    MeasureRow("门窗密封，门 2 樘、窗 5 樘", yuan(480), yuan(0), yuan(480), yuan(290), yuan(190), tenths(25)),
    MeasureRow("吊顶铺岩棉 120 mm，102 m²{M}", yuan(4900), yuan(1900), yuan(3000), yuan(610), yuan(420), tenths(71)),
    MeasureRow(
        "外墙贴石墨聚苯 80 mm，71 m²{M}", yuan(13800), yuan(5400), yuan(8400), yuan(1020), yuan(690), tenths(122)
    ),
)
TOTAL = MeasureRow("", yuan(19180), yuan(7300), yuan(11880), yuan(1920), yuan(1300), tenths(91))

CHOICES = (
    Choice("A", "推荐", "密封 + 吊顶 + 外墙", yuan(11880), yuan(7300), yuan(1300), yuan(1010), yuan(1580), tenths(91),
           tenths(156), tenths(26), "煤炉照用", "外墙施工 6–8 天"),
    Choice("B", "少花钱", "吊顶 + 换北窗", yuan(8900), yuan(3100), yuan(820), yuan(600), yuan(1030), tenths(109),
           tenths(147), tenths(17), "煤炉照用", "换窗当天要腾屋子"),
    Choice("C", "最暖和", "A + 空气源热泵", yuan(14300), yuan(31000), yuan(1560), yuan(1120), yuan(1990), tenths(92),
           tenths(180), tenths(51), "用电，不再买煤", "电表要 9 kW 以上{D}"),
)  # fmt: skip


def _frontier() -> Frontier:
    chance = random.Random(17)
    line = ((0, 0), (480, 380), (3480, 1310), (7600, 2010), (11880, 2600), (14300, 5100), (18200, 5390), (21700, 5560))
    cloud = []
    for _ in range(400):
        own = chance.randint(300, 22500)
        best = next(
            co2 + (own - x) * (after - co2) / (after_x - x)
            for (x, co2), (after_x, after) in zip(line, (*line[1:], (23000, 5600)), strict=True)
            if x <= own <= after_x
        )
        cloud.append(Point(own, round(best * chance.uniform(0.3, 0.98) ** 0.8)))
    return Frontier(
        combinations=4608,
        line=tuple(Point(x, y) for x, y in line),
        cloud=tuple(cloud),
        packages=(Point(11880, 2600, "A"), Point(8900, 1700, "B"), Point(14300, 5100, "C")),
        budget_yuan=15000,
    )


def _balance() -> Balance:
    shares = (0.14, 0.24, 0.28, 0.21, 0.13)
    gains = {"炉子": 13870, "太阳": 5920, "人和电器": 2810}
    losses = {"外墙": 8588, "屋顶吊顶": 4746, "门窗": 4068, "漏风": 2938, "地面": 2260}
    gain_parts = [parts_of(total, [total * share for share in shares]) for total in gains.values()]
    loss_parts = [parts_of(total, [total * share for share in shares]) for total in losses.values()]
    months = tuple(
        Month(
            f"{name} 月",
            tuple(Figure(parts[index]) for parts in gain_parts),
            tuple(Figure(parts[index]) for parts in loss_parts),
        )
        for index, name in enumerate((11, 12, 1, 2, 3))
    )
    return Balance(
        gains=tuple(gains),
        losses=tuple(losses),
        gain_totals=tuple(map(Figure, gains.values())),
        loss_totals=tuple(map(Figure, losses.values())),
        months=months,
    )


def _method() -> Method:
    return Method(
        inputs=(
            InputRow("建筑面积、层高{M}", "102 m²，3.00 m", "—", "—"),
            InputRow("外墙（后墙、山墙）{D}", "370 砖，U = 1.6", "1990 年代砖房 F4 †{U}", "−170 到 +230 元"),
            InputRow("吊顶保温厚度{M}", "40 mm，U = 0.81", "—", "—"),
            InputRow("窗：北{M}", "木框单玻，U = 4.7{U}", "—", "—"),
            InputRow("换气次数{E}", "0.9 次/h", "门缝能感到风", "−80 到 +70 元"),
            InputRow("炉子效率{D}", "0.60", "炉型和烟温档 †{U}", "−140 到 +110 元"),
            InputRow("全年用煤{B}", "3.22 t，3,860 元", "购煤票 2025-11", "和账单比，见 4"),
        ),
        counts=(29, 8, 11, 6),
        grade="B",
        balance=_balance(),
        factors=(
            FactorRow("洁净型煤热值{U}", "25.1 GJ/t", "2025", "区里送检报告（样）"),
            FactorRow("型煤 CO₂{U}", "2.45 t/t", "2024", "省级温室气体清单编制指南"),
            FactorRow("电网 CO₂{U}", "0.558 kgCO₂/kWh", "2024", "北京市生态环境局公告"),
            FactorRow("煤价{B}", "1,200 元/t", "2025", "本户购煤票"),
            FactorRow("气候", "采暖度日数 2,812", "2025", "延寿镇月均值生成的逐时年"),
            FactorRow("补贴{U}", "吊顶 39%，外墙 39%", "2026", "镇里试点办法（征求意见）"),
        ),
        bills=(
            BillBar("只按资料算", Figure(358, 2, "t"), "modelled"),
            BillBar("校准以后", Figure(324, 2, "t"), "calibrated"),
            BillBar("购煤票{B}", Figure(322, 2, "t"), "billed"),
        ),
        bill_note="调了两处：炉子效率 0.57→0.60，夜里封火时长 6→8 h。差 +0.6%，在 ±10% 以内，可用。",
        check="热损失 22,600 − 太阳 5,920 − 人和电器 2,810 = 13,870 kWh；÷ 0.60 ÷ 7,179 kWh/t = 3.22 t；"
        "3.22 t × 1,200 元/t = 3,860 元。逐时模型：ISO 13790 简化小时法，程序 0.1.0。",
        notes=("{U}：数值还没核到原文，核到后可能改。", "† 程序自定的规则，区里可以改。", "U 的单位 W/(m²·K)。"),
    )


def _closing(photos: tuple[Photo, ...]) -> Closing:
    return Closing(
        photos=photos,
        photos_note="2026-11-20 拍；屋里的照片住户同意后才印",
        agreements=(
            Agreement("do", "A：密封、吊顶、外墙，2027 年 5–9 月施工", "住户"),
            Agreement("leave", "换南窗（2019 年已换）；不拆土炕", "住户"),
            Agreement("open", "4 月 30 日前镇里通知补贴结果", "镇规建办"),
            Agreement("open", "开工前撬开一处后墙看断面，再算一次", "孙立（样）"),
        ),
        consents=(
            Consent("听过告知书（2026-03 版），同意登记", True),
            Consent("同意印屋内照片", True),
            Consent("同意登记冬天不在家的天数", False),
        ),
        data_note="资料加密保存 5 年。想看、想改、想删，或者不同意了，随时打下面的电话，不影响现有待遇。",
        changes=(
            Change("煤价每涨 100 元/t", "年省 +108 元"),
            Change("屋里多烧高 1 ℃", "−140 元"),
            Change("冬天比常年冷 1 ℃", "年省 +80 元"),
            Change("外墙其实已有薄保温", "−170 元"),
            Change("补贴没批下来", "自家出 19,180 元"),
        ),
        contact=Contact("延寿镇人民政府", "延寿镇规建办", "010-0000 0000", "周一到周五 9:00–17:00"),
    )


PHOTOS = (
    Photo("南面全景", "a" * 64),
    Photo("北窗，木框单玻", "b" * 64),
    Photo("墙厚 370 mm", "", "没拍到：后墙堆着柴火，12-02 再来补拍"),
    Photo("吊顶检查口", "c" * 64),
)


def retrofit() -> HouseholdContent:
    """A household for which three measures pay."""
    return HouseholdContent(
        identity=IDENTITY,
        kind=RETROFIT,
        answer="先堵门窗缝，再做吊顶保温和外墙保温。自家出 11,880 元，以后每年省约 1,300 元，"
        "最冷那几天屋里从 12.4 ℃ 升到 15.6 ℃。",
        tiles=(
            Tile("现在一个冬天取暖", yuan(3860), "元", ("烧煤 3.22 t{B}", "每吨 1,200 元{B}")),
            Tile("改造后自家出", yuan(11880), "元", ("总价 19,180 元", "补贴 7,300 元{U}")),
            Tile("每年省", yuan(1300), "元", ("多半在 1,010 元", "到 1,580 元之间"), strong=True),
            Tile("多少年回本", yuan(9), "年左右", ("快 8 年，慢 12 年", "没算煤价涨跌")),
        ),
        losses=(
            Loss("wall", yuan(38), "370 砖，没保温{D}"),
            Loss("roof", yuan(21), "吊顶上只有 40 mm{M}"),
            Loss("window", yuan(18), "北窗单玻璃{M}"),
            Loss("air", yuan(13)),
            Loss("floor", yuan(10)),
        ),
        steps=(
            Step("堵门窗缝、换门密封条", "半天，自家就能动手", yuan(480), yuan(190), yuan(3)),
            Step("吊顶上铺 120 mm 岩棉", "1 天，屋里不用搬东西", yuan(3000), yuan(420), yuan(7)),
            Step("后墙和两山墙贴 80 mm 保温", "6–8 天，11 月前完工", yuan(8400), yuan(690), yuan(12)),
        ),
        comfort=Comfort(
            tenths(124), tenths(156), yuan(18), "老人孩子宜", "想到 18 ℃：加空气源热泵，多出 2,420 元，见第 2 页 C。"
        ),
        free_acts=(),
        near_misses=(),
        occasions=(),
        notes=("省多少跟天气、煤价和屋里烧多热有关，所以给一个范围。补贴以镇里当年通知为准{U}。",),
        choices=Choices(
            choices=CHOICES,
            recommended="A",
            shown="A",
            measures=MEASURES,
            all_measures=(),
            total=TOTAL,
            bars=(
                Bar("现状", yuan(3860), "now"),
                Bar("密封", yuan(-290), "saving"),
                Bar("吊顶", yuan(-610), "saving"),
                Bar("外墙", yuan(-1020), "saving"),
                Bar("变暖用掉", yuan(620, signed=True), "warmth"),
                Bar("改后", yuan(2560), "after"),
            ),
            frontier=_frontier(),
            reasons=(
                Reason("为什么先推荐 A", "取暖设备不用换，自家出的钱在 15,000 元以内。家里愿意换电表、通电没问题，"
                       "C 更暖也更省，可以直接选 C。"),
                Reason("只能做一样", "先做第 2 项吊顶：自家出 3,000 元，7 年左右回本，最冷天高 1.0 ℃。"),
            ),
        ),
        method=_method(),
        closing=_closing(PHOTOS),
    )  # fmt: skip


def nothing() -> HouseholdContent:
    """A household for which no retrofit pays."""
    base = retrofit()
    return replace(
        base,
        identity=replace(IDENTITY, site="CP-YS-YL-029", household="钱守义家", address="昌平区延寿镇样例村 29 号"),
        kind=NOTHING,
        answer="这房子保温已经不错，现在不建议再花钱改。一个冬天取暖 2,480 元，每平方米 19 元。",
        tiles=(
            Tile("现在一个冬天取暖", yuan(2480), "元", ("用电 6,360 kWh{B}", "每平方米 19 元")),
            Tile("最冷天屋里", tenths(193), "℃", ("已经够暖", "五天的平均")),
            Tile("算过的做法", yuan(768), "种", ("没有一种能在", "用坏之前回本")),
            Tile("不花钱还能省", yuan(170), "元/年", ("多半在 90 元", "到 240 元之间"), strong=True),
        ),
        losses=(),
        steps=(),
        comfort=None,
        free_acts=(
            FreeAct("热泵出水温度从 50 ℃ 调到 42 ℃", "最冷的几天再调回来", yuan(100)),
            FreeAct("白天没人的两间关小阀门", "留 12 ℃，防冻", yuan(50)),
            FreeAct("室外机前的柴堆挪开 1 m", "回风通畅，化霜少", yuan(20)),
        ),
        near_misses=(
            NearMiss("吊顶再加 50 mm", yuan(3300), yuan(110), yuan(30), yuan(25)),
            NearMiss("北窗换三玻", yuan(6700), yuan(140), yuan(48), yuan(25)),
            NearMiss("外墙再加 50 mm", yuan(15100), yuan(230), yuan(66), yuan(25)),
        ),
        occasions=(
            Occasion("窗户坏了要换时", "反正要换，多花 900 元换三玻，12 年回本"),
            Occasion("屋顶要翻修时", "顺手加保温，每平方米只多 22 元"),
            Occasion("电价或补贴变了", "镇里会重算，不用重新入户"),
        ),
        notes=("资料 86% 是实测或票据，数据质量 A。外墙夹层没看到{D}，按 2012 年抗震节能房取值{U}。",),
        choices=replace(
            base.choices,
            choices=(),
            recommended="",
            shown="",
            measures=(),
            total=None,
            bars=(),
            singles=(
                NearMiss("吊顶再加 50 mm", yuan(3300), yuan(110), yuan(30), yuan(25)),
                NearMiss("北窗换三玻", yuan(6700), yuan(140), yuan(48), yuan(25)),
                NearMiss("外墙再加 50 mm", yuan(15100), yuan(230), yuan(66), yuan(25)),
                NearMiss("地面铺保温", yuan(9800), yuan(90), yuan(109), yuan(30)),
                NearMiss("屋顶光伏 5 kW", yuan(16000), yuan(600), yuan(27), yuan(25)),
            ),
            frontier=replace(_frontier(), packages=()),
            reasons=(Reason("怎么看这张图", "线上的每个点是这笔钱里最省碳的搭法；没有一个能在用坏之前回本。"),),
        ),
    )


def photo_bytes(seed: int, *, size: tuple[int, int] = (1600, 1200), orientation: int = 1) -> bytes:
    """A made-up photo: a wall with a window, its upper edge blue."""
    image = Image.new("RGB", size, (190, 160 - seed * 12, 120 + seed * 9))
    pen = ImageDraw.Draw(image)
    width, height = size
    pen.rectangle((0, 0, width, height // 5), fill=(70, 130, 200))
    pen.rectangle(
        (width // 3, height // 3, width // 3 * 2, height // 4 * 3),
        fill=(80, 95, 110),
        outline=(250, 250, 250),
        width=20,
    )
    target = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.save(target, "JPEG", quality=90, exif=exif)
    return target.getvalue()


def signature_bytes(*, blank: bool = False) -> bytes:
    """A made-up signature on a transparent ground, as the screen gives it."""
    image = Image.new("RGBA", (900, 360), (0, 0, 0, 0))
    if not blank:
        ImageDraw.Draw(image).line([(200, 80), (420, 280), (500, 90), (700, 270)], fill=(20, 30, 60, 255), width=16)
    target = io.BytesIO()
    image.save(target, "PNG")
    return target.getvalue()


def photos() -> dict[str, bytes]:
    """The photos of `retrofit`, by the placeholders that stand for their SHA-256."""
    return {letter * 64: photo_bytes(number) for number, letter in enumerate("abc")}
