"""Which of the frames on a wire are lost: at random, in bursts, by number, or by what they are."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable

import attrs

from foxpy.testing.lab.frames import tcp_text


def _probability(instance: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{attribute.name}: {value:g} is not a probability; write 0 to 1, like 0.02")


class Losing(ABC):
    """A loss model at work on one direction of one link."""

    __slots__ = ()

    @abstractmethod
    def lost(self, frame: bytes) -> bool:
        """Whether ``frame`` is lost. Asked once for each frame that is put on the wire, in their order."""


class Loss(ABC):
    """A loss model: what it is, not what it has done. One may be given to any number of links."""

    @abstractmethod
    def losing(self, generator: random.Random) -> Losing:
        """The model at work, anew. ``generator`` is its own: what it draws changes nothing else."""


@attrs.frozen
class Uniform(Loss):
    """Every frame is lost with the same probability, whatever happened to the others. Raises ValueError outside 0..1"""

    probability: float = attrs.field(validator=_probability)

    def losing(self, generator: random.Random) -> Losing:
        return _Uniform(self.probability, generator)


class _Uniform(Losing):
    __slots__ = ("_draw", "_probability")

    def __init__(self, probability: float, generator: random.Random) -> None:
        self._probability = probability
        self._draw = generator.random

    def lost(self, frame: bytes) -> bool:
        return self._draw() < self._probability


@attrs.frozen
class Burst(Loss):
    """Gilbert's and Elliott's channel (Bell System Technical Journal 39, 1960, and 42, 1963): good and bad times.

    All four are probabilities for each frame. ``of`` reckons the first two from what people measure.
    """

    worsen: float = attrs.field(validator=_probability)
    """A good time ends."""
    mend: float = attrs.field(validator=_probability)
    """A bad time ends: the mean length of a bad time is 1 / mend, in frames."""
    good: float = attrs.field(default=0.0, validator=_probability)
    """A frame is lost in a good time: 0 is Gilbert's channel."""
    bad: float = attrs.field(default=1.0, validator=_probability)
    """A frame is lost in a bad time: 1 is the simplest channel of all."""

    @classmethod
    def of(cls, loss: float, length: float) -> Burst:
        """A channel that loses the share ``loss`` of all frames, in bursts of ``length`` frames in the mean.

        Raises ValueError unless ``loss`` is a share below 1 and ``length`` at least 1.
        """
        if not 0.0 <= loss < 1.0 or length < 1.0:
            raise ValueError(f"bursts of {length:g} frames that make a loss of {loss:g}: write Burst.of(0.01, 5)")
        mend = 1.0 / length
        return cls(min(1.0, mend * loss / (1.0 - loss)), mend)

    def losing(self, generator: random.Random) -> Losing:
        return _Burst(self, generator)


class _Burst(Losing):
    __slots__ = ("_bad", "_config", "_draw")

    def __init__(self, config: Burst, generator: random.Random) -> None:
        self._config = config
        self._draw = generator.random
        self._bad = False

    def lost(self, frame: bytes) -> bool:
        config, draw = self._config, self._draw
        if self._bad:
            self._bad = draw() >= config.mend
        else:
            self._bad = draw() < config.worsen
        return draw() < (config.bad if self._bad else config.good)


class Segments(Loss):
    """TCP segments with text are lost by their number in the order of sending, the first being 1: ``Segments(3, 7)``.

    What is sent again counts again. Acknowledgements, handshakes and what is not TCP neither count nor are lost.
    """

    def __init__(self, *numbers: int) -> None:
        """Raises ValueError for a number below 1."""
        self.numbers = _numbers(numbers)

    def losing(self, generator: random.Random) -> Losing:
        return _Numbered(self.numbers, lambda frame: tcp_text(frame) > 0)


class Frames(Loss):
    """Frames are lost by their number in the order of sending, the first being 1. ARP's count, too."""

    def __init__(self, *numbers: int) -> None:
        """Raises ValueError for a number below 1."""
        self.numbers = _numbers(numbers)

    def losing(self, generator: random.Random) -> Losing:
        return _Numbered(self.numbers, _every)


def _every(frame: bytes) -> bool:
    return True


def _numbers(numbers: Iterable[int]) -> frozenset[int]:
    found = frozenset(numbers)
    if any(number < 1 for number in found):
        raise ValueError(f"{min(found)}: frames are counted from 1")
    return found


class _Numbered(Losing):
    __slots__ = ("_counts", "_numbers", "_passed")

    def __init__(self, numbers: frozenset[int], counts: Callable[[bytes], bool]) -> None:
        self._numbers = numbers
        self._counts = counts
        self._passed = 0

    def lost(self, frame: bytes) -> bool:
        if not self._counts(frame):
            return False
        self._passed += 1
        return self._passed in self._numbers


@attrs.frozen
class When(Loss):
    """Frames are lost for which ``predicate`` says so. It is shared by all links that this is given to."""

    predicate: Callable[[bytes], bool]

    def losing(self, generator: random.Random) -> Losing:
        return _When(self.predicate)


class _When(Losing):
    __slots__ = ("_predicate",)

    def __init__(self, predicate: Callable[[bytes], bool]) -> None:
        self._predicate = predicate

    def lost(self, frame: bytes) -> bool:
        return self._predicate(frame)
