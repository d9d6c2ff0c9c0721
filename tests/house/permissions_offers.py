"""Which action, in whose `availableActions`, stands for each id that a mutation takes; and how the offer is read."""

from typing import Any

from schema.graph import ids
from tests.town.documents import Api
from tests.town.world import Person

# By mutation and input: the type, and its action; two where the mutation asks which.
OFFERED: dict[str, tuple[str, ...]] = {
    "agreementEdit.agreementId": ("Agreement", "EDIT"),
    "agreementEnd.agreementId": ("Agreement", "END"),
    "agreementSign.agreementId": ("Agreement", "SIGN"),
    "discountApprove.discountId": ("Discount", "APPROVE"),
    "discountDraft.shopId": ("Shop", "DRAFT_DISCOUNT"),
    "discountEdit.discountId": ("Discount", "EDIT"),
    "discountEnd.discountId": ("Discount", "END"),
    "discountPause.discountId": ("Discount", "PAUSE"),
    "discountResume.discountId": ("Discount", "RESUME"),
    "discountReturn.discountId": ("Discount", "RETURN"),
    "discountRevise.discountId": ("Discount", "REVISE"),
    "discountSubmit.discountId": ("Discount", "SUBMIT"),
    "disputeReject.disputeId": ("Dispute", "REJECT"),
    "disputeUphold.disputeId": ("Dispute", "UPHOLD"),
    "grantGive.headId": ("HouseholdHead", "GRANT"),
    "grantRevoke.grantId": ("Grant", "REVOKE"),
    "headChangePhone.headId": ("HouseholdHead", "CHANGE_PHONE"),
    "headJoinBoard.headId": ("HouseholdHead", "JOIN_BOARD"),
    "headLeave.headId": ("HouseholdHead", "LEAVE"),
    "headLeaveBoard.headId": ("HouseholdHead", "LEAVE_BOARD"),
    "headResume.headId": ("HouseholdHead", "RESUME"),
    "headShowCode.headId": ("HouseholdHead", "SHOW_CODE"),
    "headSuspend.headId": ("HouseholdHead", "SUSPEND"),
    "honourRevoke.nominationId": ("Nomination", "REVOKE"),
    "nominationConsent.nominationId": ("Nomination", "CONSENT"),
    "nominationDecline.nominationId": ("Nomination", "DECLINE"),
    "nominationObject.nominationId": ("Nomination", "OBJECT"),
    "nominationPassOver.nominationId": ("Nomination", "PASS_OVER"),
    "nominationPropose.seasonId": ("Season", "NOMINATE"),
    "nominationShortlist.nominationId": ("Nomination", "SHORTLIST"),
    "nominationStrike.nominationId": ("Nomination", "STRIKE"),
    "nominationSupport.nominationId": ("Nomination", "SUPPORT"),
    "nominationWithdraw.nominationId": ("Nomination", "WITHDRAW"),
    "seasonCancel.seasonId": ("Season", "CANCEL"),
    "seasonConclude.seasonId": ("Season", "CONCLUDE"),
    "seasonEdit.seasonId": ("Season", "EDIT"),
    "seasonObjectionAnswer.objectionId": ("SeasonObjection", "ANSWER"),
    "seasonOpen.seasonId": ("Season", "OPEN"),
    "seasonPublish.seasonId": ("Season", "PUBLISH"),
    "householdChangePhone.householdId": ("Household", "CHANGE_PHONE"),
    "householdJoinDecide.joinId": ("HouseholdJoin", "CONFIRM", "REFUSE"),
    "householdJoinVouch.joinId": ("HouseholdJoin", "VOUCH"),
    "householdJoinWithdraw.joinId": ("HouseholdJoin", "WITHDRAW"),
    "householdShowCode.householdId": ("Household", "SHOW_CODE"),
    "householdsMove.householdIds": ("Household", "MOVE"),
    "notificationsRead.notificationIds": ("Notification", "READ"),
    "notificationsRead.upToId": ("Notification", "READ"),
    "passCancel.passId": ("Pass", "CANCEL"),
    "pointsReverse.wishId": ("RewardExplanation", "REVERSE"),  # of the wish's `reward`
    "redemptionConfirm.token": ("Preparation", "CONFIRM"),
    "redemptionDispute.redemptionId": ("Redemption", "DISPUTE"),
    "redemptionRevoke.redemptionId": ("Redemption", "REVOKE"),
    "redemptionThank.redemptionId": ("Redemption", "THANK"),
    "roleEnd.membershipId": ("Membership", "END"),
    "rewardRuleWithdraw.rewardRuleId": ("RewardRule", "WITHDRAW"),
    "sessionEnd.sessionId": ("Session", "END"),
    "shopApprove.shopId": ("Shop", "APPROVE"),
    "shopChangeApprove.changeId": ("ShopChange", "APPROVE"),
    "shopChangeReject.changeId": ("ShopChange", "REJECT"),
    "shopChangeWithdraw.changeId": ("ShopChange", "WITHDRAW"),
    "shopEdit.shopId": ("Shop", "EDIT"),
    "shopInvitationShowCode.invitationId": ("ShopInvitation", "SHOW_CODE"),
    "shopInvitationWithdraw.invitationId": ("ShopInvitation", "WITHDRAW"),
    "shopLeave.shopId": ("Shop", "LEAVE"),
    "shopReject.shopId": ("Shop", "REJECT"),
    "shopResume.shopId": ("Shop", "RESUME"),
    "shopSetCeiling.shopId": ("Shop", "SET_CEILING"),
    "shopStaffAdd.shopId": ("Shop", "ADD_STAFF"),
    "shopStaffMakeCashier.staffId": ("ShopStaff", "MAKE_CASHIER"),
    "shopStaffMakeOwner.staffId": ("ShopStaff", "MAKE_OWNER"),
    "shopStaffRemove.staffId": ("ShopStaff", "REMOVE"),
    "shopStaffShowCode.staffId": ("ShopStaff", "SHOW_CODE"),
    "shopStaffSignOut.staffId": ("ShopStaff", "SIGN_OUT"),
    "shopSuspend.shopId": ("Shop", "SUSPEND"),
    "signalJudge.signalId": ("Signal", "JUDGE"),
    "statementAcknowledge.statementId": ("Statement", "ACKNOWLEDGE"),
    "webhookCreate.shopId": ("Shop", "CREATE_WEBHOOK"),
    "webhookEdit.endpointId": ("WebhookEndpoint", "EDIT"),
    "webhookEnd.endpointId": ("WebhookEndpoint", "END"),
    "webhookPause.endpointId": ("WebhookEndpoint", "PAUSE"),
    "webhookRedeliver.deliveryId": ("WebhookDelivery", "REDELIVER"),
    "webhookResume.endpointId": ("WebhookEndpoint", "RESUME"),
    "webhookRotateSecret.endpointId": ("WebhookEndpoint", "ROTATE_SECRET"),
    "wishAccept.wishId": ("Wish", "ACCEPT"),
    "wishCancel.wishId": ("Wish", "CANCEL"),
    "wishComplete.wishId": ("Wish", "COMPLETE"),
    "wishDecline.wishId": ("Wish", "DECLINE"),
    "wishDispatch.wishId": ("Wish", "DISPATCH"),
    "wishHandBack.wishId": ("Wish", "HAND_BACK"),
    "wishRate.wishId": ("Wish", "RATE"),
    "wishRecall.wishId": ("Wish", "RECALL"),
    "wishRedo.wishId": ("Wish", "REDO"),
    "wishReject.wishId": ("Wish", "REJECT"),
    "wishSubmit.householdId": ("Household", "SUBMIT_WISH"),
}
# Ids that no action stands for, and what says whether they will do.
NOT_OFFERED = {
    "agreementDraft.areaId": "a place: any community or subdistrict in reach",
    "agreementDraft.partnerId": "with whom: any of Query.partners where one does not work",
    "grantGive.discountId": "what is to be given: of discountsToGrant, while Discount.grantable is above 0",
    "headLeave.successorId": "who takes over: any active head in reach, of Area.heads",
    "householdsMove.headId": "who takes over: any active head in reach, of Area.heads",
    "nominationPropose.nomineeId": "who is of the season's area: Season.candidates among them",
    "passIssue.discountId": "Discount.obstacle is null",
    "seasonDraft.areaId": "a place: any in reach, from the community up",
    "roleGive.areaId": "a place: any grid or community in reach, as the role",
    "shopApply.areaId": "a place: any community",
    "shopEdit.areaId": "a place: any community in reach",
    "shopEnter.areaId": "a place: any community in reach",
    "wishComplete.partnerIds": "who helped: those of agreements in force that concern the wish's grid",
    "wishDispatch.headId": "to whom: Wish.candidates",
    "wishRevealContact.wishId": "Wish.revealableContacts, by the kind of contact",
}
# Values of actions that no mutation stands for: steps of time, and of the wish's submission, which made it; the codes
# of a pass are read.
NO_MUTATION = {"Wish.SUBMIT", "Wish.EXPIRE", "Wish.RATE_AUTOMATICALLY", "Pass.SHOW"} | {
    "Season.CLOSE", "Nomination.HONOUR", "Nomination.LAPSE",  # by time, and with a step of the season
}  # fmt: skip


async def offered(api: Api, who: Person | None, name: str, prepared: dict[str, Any]) -> list[bool]:
    """Whether each object that the input names offers this mutation to somebody now; none where it names none."""
    found = []
    for given, value in prepared.items():
        kind, *actions = OFFERED.get(f"{name}.{given}", ("Preparation",))
        if kind != "Preparation":  # of which only who made it reads anything
            for key in value if isinstance(value, list) else [value]:
                possible = await _actions(api, who, kind, key)
                found.append(set(actions) <= possible)
                assert found[-1] or not set(actions) & possible, "one decides either way"
    return found


async def _actions(api: Api, who: Person | None, kind: str, key: str) -> set[str]:
    asked = "availableActions" if kind != "RewardExplanation" else "reward { availableActions }"
    (of, _) = ids.split(key) or (kind, None)
    document = f"query($id: ID!) {{ node(id: $id) {{ ... on {of} {{ {asked} }} }} }}"
    node = (await api.query(who.token if who else None, document, id=key))["node"] or {}
    row = node if kind != "RewardExplanation" else node.get("reward") or {}
    return set(row.get("availableActions", ()))
