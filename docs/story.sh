: 'A wish, its points and a discount, played against a served demo: sh docs/story.sh, in the folder of the project.
PORT is the one that the demo is served on, SET (1 to 50) whose story is played.
Elsewhere than on a demo, give GRAPHQL_URL and RESIDENT_TOKEN, STAFF_TOKEN, HEAD_TOKEN, CASHIER_TOKEN.
This can also be pasted into a shell, so it has no comments: zsh would run them.'
(
set -eu
export PYTHONUTF8=1
URL=${GRAPHQL_URL:-http://127.0.0.1:${PORT:-8000}/graphql}

if test -x .venv/bin/python; then :; else
  printf '%s\n' 'Change into the folder of 红城星店, where make demo was typed. 请先进入项目文件夹。' >&2
  exit 1
fi

ask() {
  .venv/bin/python -c '
import json, pathlib, sys, urllib.error, urllib.request

url, token, operation, variables, wanted = sys.argv[1:]
query = pathlib.Path(f"docs/operations/{operation}.graphql").read_text(encoding="utf-8")
sent = json.dumps({"query": query, "variables": json.loads(variables)}).encode()
headers = {"Content-Type": "application/json"}
if token:
    headers["Authorization"] = f"Bearer {token}"
try:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(urllib.request.Request(url, sent, headers), timeout=30) as response:
        answer = json.load(response)
    data = answer.get("data") or {}
    refusals = list(answer.get("errors") or [])
    for payload in data.values():
        if isinstance(payload, dict):
            refusals += payload.get("errors") or []
except urllib.error.HTTPError as error:
    if error.code == 401:
        sys.exit(f"{url} does not know these tokens: is it served from this folder, with the same DATA_DIR? 令牌不属于这个服务。")
    sys.exit(f"{url} answered HTTP {error.code}: on which PORT is the demo being served? 该地址的答复不正常，请核对端口 PORT。")
except OSError:
    sys.exit(f"Nothing answers at {url}: is the demo being served (make demo), on which PORT? 没有服务在此应答：请先运行 make demo，并核对端口 PORT。")
except (ValueError, AttributeError):
    sys.exit(f"What answers at {url} is not 红城星店: on which PORT is the demo being served? 该地址不是本系统，请核对端口 PORT。")
except Exception as error:
    sys.exit(f"{url} is not usable ({type(error).__name__}): on which PORT is the demo being served? 请核对端口 PORT。")
if refusals:
    first = refusals[0]
    code = first.get("code") or (first.get("extensions") or {}).get("code", "")
    message = first.get("message")
    sys.exit(f"{operation} was refused: {code} {message}".strip())
try:
    print(wanted.format_map(data))
except (KeyError, IndexError, TypeError):
    sys.exit(f"What {url} answered to {operation} lacks {wanted}: on which PORT is the demo being served? 答复不完整，请核对端口 PORT。")
' "$URL" "$@"
}
token() { .venv/bin/python app.py token --role "$1" --set "${SET:-1}"; }
number() { .venv/bin/python -c 'import uuid; print(uuid.uuid4())'; }
yuan() { printf '%d.%02d' "$(($1 / 100))" "$(($1 % 100))"; }
say() { printf '%s\n' "$*"; }

ask '' RewardRules '{}' '{rewardRules}' > /dev/null

RESIDENT=${RESIDENT_TOKEN:-$(token RESIDENT)}
STAFF=${STAFF_TOKEN:-$(token COMMUNITY_STAFF)}
HEAD=${HEAD_TOKEN:-$(token HOUSEHOLD_HEAD)}
CASHIER=${CASHIER_TOKEN:-$(token SHOP_STAFF)}

HOUSEHOLD=$(ask "$RESIDENT" Viewer '{}' '{viewer[household][id]}')
HEAD_ID=$(ask "$HEAD" Viewer '{}' '{viewer[householdHead][id]}')
DISCOUNT=$(ask "$CASHIER" Viewer '{}' '{viewer[shop][discounts][edges][0][node][id]}')
COMMUNITY=$(ask "$STAFF" Viewer '{}' '{viewer[areas][edges][0][node][id]}')

WISH=$(ask "$RESIDENT" WishSubmit '{"input": {"householdId": "'"$HOUSEHOLD"'", "category": "REPAIR", "title": "厨房水龙头漏水",
  "requestNo": "'"$(number)"'"}}' '{wishSubmit[wish][id]}')
say '点单  The resident submits a wish: 厨房水龙头漏水 (the kitchen tap drips)'

ask "$STAFF" WishDispatch '{"input": {"wishId": "'"$WISH"'", "headId": "'"$HEAD_ID"'"}}' \
  '派单  The community dispatches it to the household head: {wishDispatch[wish][state]}'
ask "$HEAD" WishAccept '{"input": {"wishId": "'"$WISH"'"}}' '接单  The head accepts it: {wishAccept[wish][state]}'
ask "$HEAD" WishComplete '{"input": {"wishId": "'"$WISH"'", "note": "已更换垫圈"}}' \
  '办结  The head completes it, with a new washer: {wishComplete[wish][state]}'

STARS=$(ask "$RESIDENT" WishRate '{"input": {"wishId": "'"$WISH"'", "stars": 5, "comment": "来得快，修得好"}}' \
  '{wishRate[wish][stars]}')
REWARD=$(ask "$HEAD" ExplainReward '{"wishId": "'"$WISH"'"}' \
  '{explainReward[points]} {explainReward[dailyCap][cut]} {explainReward[monthlyHouseholdCap][cut]}')
POINTS=${REWARD%% *}
say "评单  The resident rates it: ${STARS}★ → +${POINTS} points"
case $REWARD in
  *' 0 0') ;;
  *) say '      Fewer than usual, for there are limits: a head has so many points a day, and a month from one household.'
    say '      有上限：每天、每月每户。SET=2 sh docs/story.sh is about other people 换一组人物再试' ;;
esac

CODE=$(ask "$HEAD" PassIssue '{"input": {"discountId": "'"$DISCOUNT"'", "requestNo": "'"$(number)"'"}}' \
  '{passIssue[pass][shortCode]}')
say "领码  The head takes a pass for a shop's discount; its code now: $CODE"

PREPARED=$(ask "$CASHIER" RedemptionPrepare '{"input": {"code": "'"$CODE"'", "billFen": 8800}}' \
  '{redemptionPrepare[preparation][token]}')
PAID=$(ask "$CASHIER" RedemptionConfirm '{"input": {"token": "'"$PREPARED"'", "requestNo": "'"$(number)"'"}}' \
  '{redemptionConfirm[redemption][payableFen]} {redemptionConfirm[redemption][savedFen]}')
SAVED=${PAID#* }
say "核销  The cashier verifies it, bill 88.00 yuan: the head pays $(yuan "${PAID% *}"), and saves $(yuan "$SAVED")"

BOARD='{"areaId": "'"$COMMUNITY"'", "period": "MONTH", "first": 5}'
case $(ask "$HEAD" Leaderboard "$BOARD" '{leaderboard[me]}') in
  None) say '积分榜 The head is not on the board: joining it is the head'"'"'s own choice.' ;;
  *) ask "$HEAD" Leaderboard "$BOARD" \
    "积分榜 The community's board this month: {leaderboard[me][points]} points, rank {leaderboard[me][rank]}" ;;
esac
say ''
say "${STARS}★ → +${POINTS} points → $(yuan "$SAVED") yuan saved"
say "${STARS}★ → 积分 +${POINTS} → 省下 $(yuan "$SAVED") 元"
)
