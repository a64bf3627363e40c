from concurrent.futures import ThreadPoolExecutor

import pytest

from config.keeping import Kept, Shelf


def test_the_same_bytes_are_read_once_until_others_take_their_place() -> None:
    read: list[bytes] = []

    def reading(stored: bytes) -> str:
        read.append(stored)
        return stored.decode()

    kept = Kept(reading, most=2)

    assert [kept.of(one) for one in (b"a", b"b", b"a", b"c", b"b", b"a")] == ["a", "b", "a", "c", "b", "a"]
    assert read == [b"a", b"b", b"c", b"a"]


def test_what_cannot_be_read_is_not_kept() -> None:
    kept = Kept(lambda stored: stored.decode("ascii"), most=2)

    for _ in range(2):
        with pytest.raises(UnicodeDecodeError):
            kept.of(b"\xff")


def test_threads_share_it() -> None:
    kept = Kept(bytes.decode, most=3)
    texts = [str(number) * 3_000 for number in range(8)]

    def ask(seed: int) -> bool:
        return all(kept.of(texts[at % seed].encode()) == texts[at % seed] for at in range(2_000))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(1, 9)))


def test_a_thing_put_again_takes_the_place_of_its_own() -> None:
    shelf: Shelf[str, int] = Shelf(most=2)

    assert [shelf.put("a", 1), shelf.put("b", 2), shelf.put("a", 3)] == [1, 2, 3]
    assert [shelf.get(key) for key in "abc"] == [3, 2, None]
