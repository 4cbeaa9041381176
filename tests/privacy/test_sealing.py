"""Sealed values open where they were sealed, and nowhere else."""

import pickle
from uuid import UUID, uuid4

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from xiachen.privacy.classes import DataClass
from xiachen.privacy.sealing import (
    PADDING,
    Keyring,
    Master,
    NeverIndexed,
    Tampered,
    WrongKey,
    WrongShares,
    blind_index,
    key_id,
    open_sealed,
    seal,
)

INCIDENT = UUID(int=1)
KEYRING = Keyring.new(INCIDENT, DataClass.REGISTER)
OTHER_KEYRING = Keyring.new(INCIDENT, DataClass.REGISTER)

names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
values = st.dictionaries(st.text(max_size=12), st.text(max_size=40), max_size=6)
communities = st.integers(0, 2**63 - 1)
places = st.fixed_dictionaries(
    {"table": names, "column": names, "community": communities, "row": st.uuids()}
)
HERE = {
    "table": "people_resident",
    "column": "sealed",
    "community": 420106001001,
    "row": UUID(int=7),
}


@given(values, places)
def test_what_was_sealed_opens_at_its_place(content, place):
    sealed = seal(KEYRING, content, **place)
    assert open_sealed(KEYRING, sealed, **place) == content
    assert open_sealed(KEYRING, memoryview(sealed), **place) == content


def test_text_that_is_not_valid_unicode_comes_back_as_it_was():
    content = {"name": "\ud800王", "note": '"\\\n\x00'}
    assert open_sealed(KEYRING, seal(KEYRING, content, **HERE), **HERE) == content


@given(st.data(), values)
def test_no_byte_can_be_changed(data, content):
    sealed = bytearray(seal(KEYRING, content, **HERE))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises((Tampered, WrongKey)):
        open_sealed(KEYRING, bytes(sealed), **HERE)


@given(st.data(), values)
def test_no_byte_can_be_cut_off_or_added(data, content):
    sealed = seal(KEYRING, content, **HERE)
    cut = sealed[: data.draw(st.integers(0, len(sealed) - 1))]
    longer = sealed + data.draw(st.binary(min_size=1, max_size=8))
    for damaged in (cut, longer):
        with pytest.raises(Tampered):
            open_sealed(KEYRING, damaged, **HERE)


@given(places, places, st.sampled_from(["table", "column", "community", "row"]))
def test_a_value_moved_to_another_place_does_not_open(place, elsewhere, what):
    assume(place[what] != elsewhere[what])
    sealed = seal(KEYRING, {"name": "王芳"}, **place)
    with pytest.raises(Tampered):
        open_sealed(KEYRING, sealed, **{**place, what: elsewhere[what]})


def test_table_and_column_do_not_run_into_each_other():
    sealed = seal(KEYRING, {}, **{**HERE, "table": "ab", "column": "c"})
    with pytest.raises(Tampered):
        open_sealed(KEYRING, sealed, **{**HERE, "table": "a", "column": "bc"})


def test_the_same_values_never_look_the_same():
    assert seal(KEYRING, {"name": "王芳"}, **HERE) != seal(KEYRING, {"name": "王芳"}, **HERE)


def test_short_and_long_words_have_the_same_length():
    lengths = {len(seal(KEYRING, {"state": state}, **HERE)) for state in ("疑似", "确诊", "密接者")}
    assert len(lengths) == 1
    assert len(seal(KEYRING, {"note": "x" * PADDING}, **HERE)) == lengths.pop() + PADDING


def test_another_keyring_does_not_open_it():
    with pytest.raises(WrongKey):
        open_sealed(OTHER_KEYRING, seal(KEYRING, {"name": "王芳"}, **HERE), **HERE)


def test_a_forged_key_id_does_not_help():
    sealed = seal(KEYRING, {"name": "王芳"}, **HERE)
    forged = sealed[:1] + OTHER_KEYRING.id + sealed[9:]
    with pytest.raises(Tampered):
        open_sealed(OTHER_KEYRING, forged, **HERE)


def test_a_sealed_value_names_its_keyring():
    assert key_id(seal(KEYRING, {}, **HERE)) == KEYRING.id


def test_only_text_is_sealed():
    with pytest.raises(TypeError):
        seal(KEYRING, {"age": 3}, **HERE)


@given(st.text(min_size=3, max_size=20))
def test_no_error_tells_the_value(secret):
    assume(secret not in "it does not open here sealed under another keyring")
    sealed = seal(KEYRING, {"name": secret}, **HERE)
    for keyring, place in ((OTHER_KEYRING, HERE), (KEYRING, {**HERE, "row": UUID(int=8)})):
        with pytest.raises((Tampered, WrongKey)) as caught:
            open_sealed(keyring, sealed, **place)
        assert secret not in str(caught.value)
        assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_after_forgetting_a_keyring_derives_the_same_keys_again():
    keyring = Keyring.new(INCIDENT, DataClass.REGISTER)
    sealed = seal(keyring, {"name": "王芳"}, **HERE)
    keyring.forget()
    assert open_sealed(keyring, sealed, **HERE) == {"name": "王芳"}


def test_keys_are_neither_printed_nor_pickled():
    master = Master.new()
    for key, secret in ((master, master.hex()), (KEYRING, KEYRING._secret.hex())):
        assert secret not in repr(key)
        with pytest.raises(TypeError):
            pickle.dumps(key)


# Blind indexes


@given(st.text(), st.text())
def test_an_index_is_equal_for_equal_values_only(one, other):
    same = blind_index(KEYRING, field="phone", value=one) == blind_index(
        KEYRING, field="phone", value=other
    )
    assert same == (one == other)


def test_an_index_belongs_to_one_field_and_one_keyring():
    indexes = {
        blind_index(KEYRING, field="phone", value="13812345678"),
        blind_index(KEYRING, field="identity", value="13812345678"),
        blind_index(OTHER_KEYRING, field="phone", value="13812345678"),
    }
    assert len(indexes) == 3
    assert {len(index) for index in indexes} == {16}


@pytest.mark.parametrize(
    "field",
    ["name", "birth", "class", "full_name", "resident.name", "birth_date", "case_class", "age"],
)
def test_name_birth_and_class_are_never_indexed(field):
    with pytest.raises(NeverIndexed):
        blind_index(KEYRING, field=field, value="王芳")


@pytest.mark.parametrize("field", ["Name", "NAME", " name", "fullName", "", "姓名", "name\n"])
def test_a_field_in_disguise_is_not_indexed(field):
    with pytest.raises(NeverIndexed):
        blind_index(KEYRING, field=field, value="王芳")


# Wrapping


@given(st.uuids(), st.sampled_from(list(DataClass)[1:]))
def test_a_wrapped_keyring_opens_for_its_incident_and_class(incident, data_class):
    master, keyring = Master.new(), Keyring.new(incident, data_class)
    opened = master.unwrap(master.wrap(keyring), incident, data_class)
    sealed = seal(keyring, {"name": "王芳"}, **HERE)
    assert open_sealed(opened, sealed, **HERE) == {"name": "王芳"}


def test_a_wrapped_keyring_does_not_pass_for_another():
    master = Master.new()
    wrapped = master.wrap(KEYRING)
    for incident, data_class in ((uuid4(), DataClass.REGISTER), (INCIDENT, DataClass.SERVICE)):
        with pytest.raises(Tampered):
            master.unwrap(wrapped, incident, data_class)


@given(st.integers(0, 76), st.integers(1, 255))
def test_no_byte_of_a_wrapped_keyring_can_be_changed(at, change):
    master = Master.new()
    wrapped = bytearray(master.wrap(KEYRING))
    wrapped[at] ^= change
    with pytest.raises((Tampered, WrongKey)):
        master.unwrap(bytes(wrapped), INCIDENT, DataClass.REGISTER)


def test_another_master_does_not_open_it():
    with pytest.raises(WrongKey):
        Master.new().unwrap(Master.new().wrap(KEYRING), INCIDENT, DataClass.REGISTER)


def test_a_passphrase_makes_the_same_master_with_the_same_salt_only():
    one, again, salted = (
        Master.from_passphrase("百瑞景 3 栋", salt) for salt in (b"a" * 16, b"a" * 16, b"b" * 16)
    )
    assert one.id == again.id != salted.id


def test_data_of_no_class_have_no_keys():
    with pytest.raises(ValueError, match="has a class"):
        Keyring.new(INCIDENT, DataClass.NONE)


# Shares


@settings(max_examples=6, deadline=None)
@given(st.permutations([0, 1, 2]))
def test_any_two_shares_make_up_the_keyring(order):
    shares = KEYRING.split()
    chosen = [shares[index] for index in order[:2]]
    assert Keyring.join(INCIDENT, DataClass.REGISTER, chosen).id == KEYRING.id


def test_one_share_mixed_shares_and_misspelt_shares_are_refused():
    shares, others = KEYRING.split(), OTHER_KEYRING.split()
    misspelt = shares[0].replace(shares[0].split()[7], "academic", 1)
    for words in ([shares[0]], [shares[0], others[1]], [misspelt, shares[1]], [], ["", ""]):
        with pytest.raises(WrongShares):
            Keyring.join(INCIDENT, DataClass.REGISTER, words)


def test_shares_put_together_for_another_incident_open_nothing():
    stranger = Keyring.join(uuid4(), DataClass.REGISTER, KEYRING.split()[:2])
    with pytest.raises(WrongKey):
        open_sealed(stranger, seal(KEYRING, {"name": "王芳"}, **HERE), **HERE)
