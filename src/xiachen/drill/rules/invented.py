"""Names for invented people: common surnames and given names, drawn by a seed."""

from collections.abc import Iterator
from random import Random

# The most common surnames, so that lists look and sort as real ones do.
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏"
    "吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万"
)
GIVEN = (
    "伟芳娜敏静丽强磊洋艳勇军杰娟涛超明霞平刚桂英华文辉建国玉兰红梅志春海波宁莉婷雪飞鹏浩宇欣悦"
    "晨阳子轩思远嘉怡俊哲雨桐若曦立新永康庆安光耀世昌德厚怀瑾书墨清源望舒云帆知行致远守正"
)


def names(seed: int) -> Iterator[str]:
    """
    Yield names without end; the same seed yields the same names.

    No name comes twice before some hundred thousand others.
    """
    random = Random(seed)
    seen: set[str] = set()
    while True:
        name = random.choice(SURNAMES) + "".join(random.choices(GIVEN, k=random.choice((1, 2, 2))))
        if len(name) == 2 and len(seen) > 2000:
            name += random.choice(GIVEN)
        if name not in seen or len(seen) > 300_000:
            seen.add(name)
            yield name
