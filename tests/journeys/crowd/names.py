"""Names and titles that are longer than anybody should need."""

# Fifteen characters each.
MORE = tuple(
    f"阿布都热合曼·艾合买提江{tens}{ones}儿"
    for tens in "甲乙丙丁戊"
    for ones in "子丑寅卯辰巳午未申酉"
)[:49]
LONG = (
    "关于协助居家老人、残疾人、孕产妇、透析患者和一线医护人员家属代购生活物资与药品并逐户送到门口"
    * 2
)
