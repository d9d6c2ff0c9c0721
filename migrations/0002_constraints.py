from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('models', '0001_initial')]

    initial = False

    operations = [
        ops.AddConstraint(
            model_name='Account',
            constraint=UniqueConstraint(fields=('phone_index',), name='accounts_phone_unique'),
        ),
        ops.AddConstraint(
            model_name='Account',
            constraint=CheckConstraint(check='(phone_encrypted IS NULL) = (phone_index IS NULL)', name='accounts_phone_with_index'),
        ),
        ops.AddConstraint(
            model_name='Area',
            constraint=CheckConstraint(check="kind IN ('DISTRICT', 'SUBDISTRICT', 'COMMUNITY', 'GRID', 'BUILDING')", name='areas_kind_known'),
        ),
        ops.AddConstraint(
            model_name='Area',
            constraint=UniqueConstraint(fields=('path',), name='areas_path_unique'),
        ),
        ops.AddConstraint(
            model_name='Area',
            constraint=CheckConstraint(check="(parent_id IS NULL) = (kind = 'DISTRICT')", name='areas_root_is_district'),
        ),
        ops.AddConstraint(
            model_name='Area',
            constraint=CheckConstraint(check="path LIKE '%/' AND path NOT LIKE '%//%'", name='areas_path_form'),
        ),
        ops.AddConstraint(
            model_name='ContactReveal',
            constraint=CheckConstraint(check="kind IN ('ADDRESS', 'PHONE')", name='contact_reveals_kind_known'),
        ),
        ops.AddConstraint(
            model_name='Discount',
            constraint=CheckConstraint(check="state IN ('ACTIVE', 'PAUSED', 'ENDED')", name='discounts_state_known'),
        ),
        ops.AddConstraint(
            model_name='Discount',
            constraint=CheckConstraint(check="CASE kind WHEN 'PERCENT_OFF' THEN percent_off BETWEEN 1 AND 100 AND amount_off_fen IS NULL AND gift IS NULL WHEN 'AMOUNT_OFF' THEN amount_off_fen > 0 AND percent_off IS NULL AND max_saved_fen IS NULL AND gift IS NULL WHEN 'GIFT' THEN gift IS NOT NULL AND percent_off IS NULL AND amount_off_fen IS NULL AND max_saved_fen IS NULL ELSE false END", name='discounts_kind_fits'),
        ),
        ops.AddConstraint(
            model_name='Discount',
            constraint=CheckConstraint(check='min_spend_fen >= 0 AND cost_points >= 0 AND min_star_level BETWEEN 1 AND 5 AND max_saved_fen > 0 IS NOT FALSE AND limit_per_day > 0 IS NOT FALSE AND limit_per_month > 0 IS NOT FALSE AND limit_total > 0 IS NOT FALSE AND stock_total >= 0 IS NOT FALSE', name='discounts_amounts'),
        ),
        ops.AddConstraint(
            model_name='Discount',
            constraint=CheckConstraint(check='weekdays BETWEEN 1 AND 127 AND valid_from <= valid_until IS NOT FALSE AND (from_minute IS NULL) = (until_minute IS NULL) AND from_minute BETWEEN 0 AND 1439 IS NOT FALSE AND until_minute BETWEEN 0 AND 1439 IS NOT FALSE', name='discounts_validity'),
        ),
        ops.AddConstraint(
            model_name='DiscountCounter',
            constraint=UniqueConstraint(fields=('discount_id',), name='discount_counters_once'),
        ),
        ops.AddConstraint(
            model_name='DiscountCounter',
            constraint=CheckConstraint(check='held >= 0 AND used >= 0', name='discount_counters_not_negative'),
        ),
        ops.AddConstraint(
            model_name='Household',
            constraint=CheckConstraint(check='(phone_encrypted IS NULL) = (phone_index IS NULL)', name='households_phone_with_index'),
        ),
        ops.AddConstraint(
            model_name='HouseholdHead',
            constraint=UniqueConstraint(fields=('phone_index',), name='household_heads_phone_unique'),
        ),
        ops.AddConstraint(
            model_name='HouseholdHead',
            constraint=CheckConstraint(check='(phone_encrypted IS NULL) = (phone_index IS NULL)', name='household_heads_phone_with_index'),
        ),
        ops.AddConstraint(
            model_name='HouseholdHead',
            constraint=CheckConstraint(check='points_earned >= 0 AND ratings_count >= 0 AND ratings_sum BETWEEN ratings_count AND 5 * ratings_count', name='household_heads_counts'),
        ),
        ops.AddConstraint(
            model_name='Membership',
            constraint=CheckConstraint(check="role IN ('RESIDENT', 'HOUSEHOLD_HEAD', 'GRID_WORKER', 'COMMUNITY_STAFF', 'SHOP_STAFF', 'DISTRICT_ADMIN', 'AUDITOR')", name='memberships_role_known'),
        ),
        ops.AddConstraint(
            model_name='Membership',
            constraint=CheckConstraint(check="CASE role WHEN 'RESIDENT' THEN household_id IS NOT NULL WHEN 'HOUSEHOLD_HEAD' THEN head_id IS NOT NULL WHEN 'SHOP_STAFF' THEN shop_id IS NOT NULL ELSE area_id IS NOT NULL END AND num_nonnulls(area_id, household_id, head_id, shop_id) = 1", name='memberships_scope_fits_role'),
        ),
        ops.AddConstraint(
            model_name='Membership',
            constraint=UniqueConstraint(fields=('account_id', 'role', 'area_id'), name='memberships_area_once', condition='revoked_at IS NULL AND area_id IS NOT NULL'),
        ),
        ops.AddConstraint(
            model_name='Membership',
            constraint=UniqueConstraint(fields=('account_id', 'household_id'), name='memberships_household_once', condition='revoked_at IS NULL AND household_id IS NOT NULL'),
        ),
        ops.AddConstraint(
            model_name='Membership',
            constraint=UniqueConstraint(fields=('head_id',), name='memberships_head_once', condition='revoked_at IS NULL AND head_id IS NOT NULL'),
        ),
        ops.AddConstraint(
            model_name='Membership',
            constraint=UniqueConstraint(fields=('account_id',), name='memberships_one_head_an_account', condition='revoked_at IS NULL AND head_id IS NOT NULL'),
        ),
        ops.AddConstraint(
            model_name='Membership',
            constraint=UniqueConstraint(fields=('account_id', 'shop_id'), name='memberships_shop_once', condition='revoked_at IS NULL AND shop_id IS NOT NULL'),
        ),
        ops.AddConstraint(
            model_name='Pass',
            constraint=CheckConstraint(check="state IN ('LIVE', 'SPENT', 'CANCELLED', 'EXPIRED')", name='passes_state_known'),
        ),
        ops.AddConstraint(
            model_name='Pass',
            constraint=UniqueConstraint(fields=('head_id', 'discount_id'), name='passes_one_live', condition="state = 'LIVE'"),
        ),
        ops.AddConstraint(
            model_name='Pass',
            constraint=UniqueConstraint(fields=('shop_id', 'slot'), name='passes_slot_live', condition="state = 'LIVE'"),
        ),
        ops.AddConstraint(
            model_name='Pass',
            constraint=CheckConstraint(check='slot BETWEEN 0 AND 9999', name='passes_slot_digits'),
        ),
        ops.AddConstraint(
            model_name='Pass',
            constraint=CheckConstraint(check='slot_misses BETWEEN 0 AND 5', name='passes_slot_misses'),
        ),
        ops.AddConstraint(
            model_name='PointsAccount',
            constraint=CheckConstraint(check="kind IN ('ISSUANCE', 'SPENT', 'PENDING', 'AVAILABLE', 'HELD', 'DEBT')", name='points_accounts_kind_known'),
        ),
        ops.AddConstraint(
            model_name='PointsAccount',
            constraint=UniqueConstraint(fields=('head_id', 'kind'), name='points_accounts_once_a_head'),
        ),
        ops.AddConstraint(
            model_name='PointsAccount',
            constraint=UniqueConstraint(fields=('kind',), name='points_accounts_system_once', condition='head_id IS NULL'),
        ),
        ops.AddConstraint(
            model_name='PointsAccount',
            constraint=CheckConstraint(check="(head_id IS NULL) = (kind IN ('ISSUANCE', 'SPENT'))", name='points_accounts_owner'),
        ),
        ops.AddConstraint(
            model_name='PointsAccount',
            constraint=CheckConstraint(check="CASE WHEN kind IN ('ISSUANCE', 'DEBT') THEN balance <= 0 ELSE balance >= 0 END", name='points_accounts_sign'),
        ),
        ops.AddConstraint(
            model_name='PointsTransfer',
            constraint=CheckConstraint(check="kind IN ('REWARD_PENDING', 'REWARD_POSTED', 'REWARD_VOIDED', 'REWARD_RETURNED', 'DEBT_REPAID', 'HOLD', 'RELEASE', 'SPEND', 'REFUND', 'REVERSAL')", name='points_transfers_kind_known'),
        ),
        ops.AddConstraint(
            model_name='PointsTransfer',
            constraint=UniqueConstraint(fields=('head_id', 'number'), name='points_transfers_number_once'),
        ),
        ops.AddConstraint(
            model_name='PointsTransfer',
            constraint=CheckConstraint(check='points > 0', name='points_transfers_positive'),
        ),
        ops.AddConstraint(
            model_name='PointsTransfer',
            constraint=CheckConstraint(check='from_account_id <> to_account_id', name='points_transfers_move'),
        ),
        ops.AddConstraint(
            model_name='PointsTransfer',
            constraint=CheckConstraint(check='available_after >= 0 AND debt_after <= 0', name='points_transfers_after'),
        ),
        ops.AddConstraint(
            model_name='Preparation',
            constraint=CheckConstraint(check="state IN ('LIVE', 'CONFIRMED', 'REPLACED', 'EXPIRED', 'CANCELLED')", name='preparations_state_known'),
        ),
        ops.AddConstraint(
            model_name='Preparation',
            constraint=UniqueConstraint(fields=('issued_pass_id',), name='preparations_one_live', condition="state = 'LIVE'"),
        ),
        ops.AddConstraint(
            model_name='Preparation',
            constraint=CheckConstraint(check='bill_fen >= 0 AND saved_fen BETWEEN 0 AND bill_fen AND payable_fen = bill_fen - saved_fen', name='preparations_amounts'),
        ),
        ops.AddConstraint(
            model_name='Preparation',
            constraint=CheckConstraint(check='cost_points >= 0', name='preparations_cost'),
        ),
        ops.AddConstraint(
            model_name='Redemption',
            constraint=CheckConstraint(check="state IN ('CONFIRMED', 'REVOKED')", name='redemptions_state_known'),
        ),
        ops.AddConstraint(
            model_name='Redemption',
            constraint=UniqueConstraint(fields=('preparation_id',), name='redemptions_one_a_preparation'),
        ),
        ops.AddConstraint(
            model_name='Redemption',
            constraint=UniqueConstraint(fields=('issued_pass_id',), name='redemptions_one_a_pass'),
        ),
        ops.AddConstraint(
            model_name='Redemption',
            constraint=CheckConstraint(check='bill_fen >= 0 AND saved_fen BETWEEN 0 AND bill_fen AND payable_fen = bill_fen - saved_fen', name='redemptions_amounts'),
        ),
        ops.AddConstraint(
            model_name='Redemption',
            constraint=CheckConstraint(check="(state = 'REVOKED') = (revoked_at IS NOT NULL) AND (state = 'REVOKED') = (revoke_reason IS NOT NULL)", name='redemptions_revoked'),
        ),
        ops.AddConstraint(
            model_name='Request',
            constraint=UniqueConstraint(fields=('owner_id', 'operation', 'request_no'), name='requests_once'),
        ),
        ops.AddConstraint(
            model_name='Request',
            constraint=CheckConstraint(check='octet_length(content_hash) = 32', name='requests_hashed'),
        ),
        ops.AddConstraint(
            model_name='Reward',
            constraint=CheckConstraint(check="state IN ('PENDING', 'POSTED', 'VOIDED', 'RETURNED', 'REVERSED')", name='rewards_state_known'),
        ),
        ops.AddConstraint(
            model_name='Reward',
            constraint=UniqueConstraint(fields=('wish_id',), name='rewards_one_a_wish'),
        ),
        ops.AddConstraint(
            model_name='Reward',
            constraint=CheckConstraint(check="points >= 0 AND base >= 0 AND bonus >= 0 AND capped_by_day >= 0 AND capped_by_month >= 0 AND used_by_day >= 0 AND used_by_month >= 0 AND points = CASE WHEN state IN ('PENDING', 'POSTED') AND NOT same_household THEN base + bonus - capped_by_day - capped_by_month ELSE 0 END", name='rewards_arithmetic'),
        ),
        ops.AddConstraint(
            model_name='Reward',
            constraint=CheckConstraint(check="board_points = CASE WHEN state = 'POSTED' THEN points ELSE 0 END", name='rewards_board_points'),
        ),
        ops.AddConstraint(
            model_name='Reward',
            constraint=CheckConstraint(check="(posted_at IS NOT NULL) = (state IN ('POSTED', 'REVERSED'))", name='rewards_posted'),
        ),
        ops.AddConstraint(
            model_name='RewardRule',
            constraint=UniqueConstraint(fields=('version',), name='reward_rules_version_unique'),
        ),
        ops.AddConstraint(
            model_name='RewardRule',
            constraint=UniqueConstraint(fields=('effective_from',), name='reward_rules_effective_unique'),
        ),
        ops.AddConstraint(
            model_name='RewardRule',
            constraint=CheckConstraint(check='daily_cap >= 0 AND monthly_household_cap >= 0', name='reward_rules_caps'),
        ),
        ops.AddConstraint(
            model_name='Session',
            constraint=UniqueConstraint(fields=('token_hash',), name='sessions_token_unique'),
        ),
        ops.AddConstraint(
            model_name='Session',
            constraint=CheckConstraint(check='octet_length(token_hash) = 32', name='sessions_token_hashed'),
        ),
        ops.AddConstraint(
            model_name='Shop',
            constraint=CheckConstraint(check="state IN ('ACTIVE', 'SUSPENDED', 'LEFT')", name='shops_state_known'),
        ),
        ops.AddConstraint(
            model_name='Shop',
            constraint=CheckConstraint(check="category IN ('FOOD', 'GROCERY', 'PHARMACY', 'CLINIC', 'HAIRDRESSING', 'REPAIR', 'CLOTHING', 'EDUCATION', 'LEISURE', 'OTHER')", name='shops_category_known'),
        ),
        ops.AddConstraint(
            model_name='Shop',
            constraint=CheckConstraint(check='latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180', name='shops_on_earth'),
        ),
        ops.AddConstraint(
            model_name='Shop',
            constraint=CheckConstraint(check='monthly_ceiling_fen >= 0', name='shops_ceiling'),
        ),
        ops.AddConstraint(
            model_name='ShopMonth',
            constraint=UniqueConstraint(fields=('shop_id', 'month'), name='shop_months_once'),
        ),
        ops.AddConstraint(
            model_name='ShopMonth',
            constraint=CheckConstraint(check='held_fen >= 0 AND given_fen >= 0', name='shop_months_not_negative'),
        ),
        ops.AddConstraint(
            model_name='ShopMonth',
            constraint=CheckConstraint(check='EXTRACT(day FROM month) = 1', name='shop_months_first_day'),
        ),
        ops.AddConstraint(
            model_name='Wish',
            constraint=CheckConstraint(check="state IN ('SUBMITTED', 'DISPATCHED', 'ACCEPTED', 'COMPLETED', 'RATED', 'REJECTED', 'CANCELLED')", name='wishes_state_known'),
        ),
        ops.AddConstraint(
            model_name='Wish',
            constraint=CheckConstraint(check="category IN ('ERRAND', 'REPAIR', 'CARE', 'COMPANY', 'STUDY', 'GOODS', 'OTHER')", name='wishes_category_known'),
        ),
        ops.AddConstraint(
            model_name='Wish',
            constraint=CheckConstraint(check="rating_source IN ('HOUSEHOLD', 'CALL_BACK', 'AUTOMATIC')", name='wishes_rating_source_known'),
        ),
        ops.AddConstraint(
            model_name='Wish',
            constraint=CheckConstraint(check='redo_count BETWEEN 0 AND 2', name='wishes_redo_at_most_twice'),
        ),
        ops.AddConstraint(
            model_name='Wish',
            constraint=CheckConstraint(check='stars BETWEEN 1 AND 5', name='wishes_stars'),
        ),
        ops.AddConstraint(
            model_name='Wish',
            constraint=CheckConstraint(check="(rated_at IS NOT NULL) = (state = 'RATED') AND (rating_source IS NOT NULL) = (state = 'RATED')", name='wishes_rated'),
        ),
        ops.AddConstraint(
            model_name='Wish',
            constraint=CheckConstraint(check="state NOT IN ('ACCEPTED', 'COMPLETED', 'RATED') OR head_id IS NOT NULL", name='wishes_taken_by_a_head'),
        ),
        ops.AddConstraint(
            model_name='Wish',
            constraint=CheckConstraint(check="state <> 'SUBMITTED' OR num_nonnulls(head_id, dispatched_at, accepted_at, deadline_at) = 0", name='wishes_in_the_queue_are_nobodys'),
        ),
        ops.AddConstraint(
            model_name='Wish',
            constraint=CheckConstraint(check="(completed_at IS NOT NULL) = (state IN ('COMPLETED', 'RATED')) AND (completed_by_id IS NOT NULL) = (completed_at IS NOT NULL)", name='wishes_completed'),
        ),
        ops.AddConstraint(
            model_name='Wish',
            constraint=CheckConstraint(check="(stars IS NOT NULL) = (rating_source IS NOT NULL AND rating_source <> 'AUTOMATIC') AND (rated_by_id IS NOT NULL) = (stars IS NOT NULL)", name='wishes_stars_are_somebodys'),
        ),
        ops.AddConstraint(
            model_name='Wish',
            constraint=CheckConstraint(check='on_behalf = (consent_note IS NOT NULL)', name='wishes_consent_recorded'),
        ),
        ops.AddConstraint(
            model_name='WishEvent',
            constraint=CheckConstraint(check="action IN ('SUBMIT', 'DISPATCH', 'ACCEPT', 'DECLINE', 'HAND_BACK', 'COMPLETE', 'RATE', 'REDO', 'REJECT', 'CANCEL', 'RECALL', 'EXPIRE', 'RATE_AUTOMATICALLY')", name='wish_events_action_known'),
        ),
        ops.AddConstraint(
            model_name='WishEvent',
            constraint=CheckConstraint(check="actor IN ('RESIDENT', 'REQUESTER', 'FILER', 'ASSIGNED_HEAD', 'OFFERED_HEAD', 'GRID_WORKER', 'STAFF', 'TICK')", name='wish_events_actor_known'),
        ),
        ops.AddConstraint(
            model_name='WishOffer',
            constraint=CheckConstraint(check="state IN ('OPEN', 'ACCEPTED', 'DECLINED', 'WITHDRAWN')", name='wish_offers_state_known'),
        ),
        ops.AddConstraint(
            model_name='WishOffer',
            constraint=UniqueConstraint(fields=('wish_id', 'head_id'), name='wish_offers_open_once', condition="state = 'OPEN'"),
        ),
    ]
