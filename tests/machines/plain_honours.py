"""Seasons of honours as the specification tells them, without a database: what the services must agree with."""

from dataclasses import dataclass, field

HOUR = 1
REVIEWED_FOR, NOTICE = 48 * HOUR, 7 * 24 * HOUR
MAX_OBJECTIONS = 3


@dataclass
class PlainNomination:
    """One nomination: its state, who proposed it, and objections: whose, and the state of each."""

    proposer: str
    state: str = "PROPOSED"
    public: bool = True
    objections: list[list[str]] = field(default_factory=list)


@dataclass
class PlainSeason:
    """One season, with a clock in hours since it was opened. Nominating ends when it is told to."""

    quota: int
    opener: str
    state: str = "OPEN"
    publisher: str = ""
    now: int = 0
    reviewed_at: int = 0
    notice_until: int = 0
    nominations: dict[str, PlainNomination] = field(default_factory=dict)
    supports: dict[str, str] = field(default_factory=dict)

    def propose(self, who: str, nominee: str, *, works: bool) -> bool:
        if self.state != "OPEN" or nominee in self.nominations:
            return False
        if not works and any(one.proposer == who for one in self.nominations.values()):
            return False
        self.nominations[nominee] = PlainNomination(who)
        return True

    def answer(self, nominee: str, *, consents: bool) -> bool:
        one, to = self.nominations.get(nominee), "CONSENTED" if consents else "LAPSED"
        if one is not None and one.state == to:
            return True
        if self.state != "OPEN" or one is None or one.state != "PROPOSED":
            return False
        one.state = to
        return True

    def support(self, household: str, nominee: str) -> bool:
        one = self.nominations.get(nominee)
        if self.state != "OPEN" or one is None or one.state != "CONSENTED":
            return False
        return self.supports.setdefault(household, nominee) == nominee

    def close(self) -> None:
        if self.state == "OPEN":
            self.state, self.reviewed_at = "REVIEW", self.now
            for one in self.nominations.values():
                if one.state == "PROPOSED":
                    one.state = "LAPSED"

    def decide(self, who: str, nominee: str, *, lists: bool) -> bool:
        one, to = self.nominations.get(nominee), "SHORTLISTED" if lists else "PASSED_OVER"
        if one is not None and one.state == to:
            return True
        if self.state != "REVIEW" or one is None or one.proposer == who:
            return False
        if one.state not in {"CONSENTED", "SHORTLISTED", "PASSED_OVER"}:
            return False
        one.state = to
        return True

    def withdraw(self, nominee: str) -> bool:
        one = self.nominations.get(nominee)
        if one is None or self.state == "CANCELLED":
            return False
        if one.state in {"CONSENTED", "SHORTLISTED", "PASSED_OVER"}:
            one.state = "WITHDRAWN"
            self._end_objections(one)
            return True
        if one.state == "HONOURED":
            one.public = False
            return True
        return one.state == "WITHDRAWN"  # done already

    def object(self, who: str, nominee: str) -> bool:
        """By somebody of the area, during the notice, at most three times a season."""
        one = self.nominations.get(nominee)
        if self.state != "NOTICE" or one is None or one.state != "SHORTLISTED" or self.now >= self.notice_until:
            return False
        made = [objection for each in self.nominations.values() for objection in each.objections if objection[0] == who]
        if [who, "OPEN"] in one.objections or len(made) >= MAX_OBJECTIONS:
            return False
        one.objections.append([who, "OPEN"])
        return True

    def reply(self, who: str, nominee: str, *, upheld: bool) -> bool:
        one = self.nominations.get(nominee)
        if one is None or one.proposer == who:
            return False
        for objection in one.objections:
            if objection[1] == "OPEN":
                objection[1] = "UPHELD" if upheld else "REJECTED"
                return True
        return False

    def _upheld(self, one: PlainNomination) -> bool:
        return any(state == "UPHELD" for _, state in one.objections)

    def strike(self, who: str, nominee: str) -> bool:
        one = self.nominations.get(nominee)
        if one is not None and one.state == "STRUCK":
            return True
        if one is None or self.state != "NOTICE" or one.proposer == who or who in {self.opener, self.publisher}:
            return False
        if one.state != "SHORTLISTED" or not self._upheld(one):
            return False
        self._end_objections(one)
        one.state = "STRUCK"
        return True

    def _end_objections(self, one: PlainNomination) -> None:
        for objection in one.objections:
            objection[1] = "WITHDRAWN" if objection[1] == "OPEN" else objection[1]

    def _listed(self) -> list[PlainNomination]:
        return [one for one in self.nominations.values() if one.state == "SHORTLISTED"]

    def publish(self, who: str) -> bool:
        if self.state == "NOTICE":
            return True
        listed = self._listed()
        if self.state != "REVIEW" or who == self.opener or any(one.proposer == who for one in listed):
            return False
        if any(one.state == "CONSENTED" for one in self.nominations.values()):
            return False
        if not 0 < len(listed) <= self.quota or self.now < self.reviewed_at + REVIEWED_FOR:
            return False
        self.state, self.publisher, self.notice_until = "NOTICE", who, self.now + NOTICE
        return True

    def conclude(self, who: str) -> bool:
        if self.state == "CONCLUDED":
            return True
        listed = self._listed()
        if self.state != "NOTICE" or who in {self.opener, self.publisher}:
            return False
        if any(one.proposer == who for one in listed) or self.now < self.notice_until:
            return False
        waiting = any(state == "OPEN" for one in self.nominations.values() for _, state in one.objections)
        if waiting or any(map(self._upheld, listed)):
            return False
        for one in listed:
            one.state = "HONOURED"
        self.state = "CONCLUDED"
        return True
