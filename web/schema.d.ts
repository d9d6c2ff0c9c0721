// The types of schema.graphql and of docs/operations, for TypeScript and for JSDoc. `make schema` writes this file.
//
// `Data<"MyWishes">` is what the document MyWishes gets, `Variables<"MyWishes">` what it is given. New values of enums
// and new members of unions come without notice (docs/api.md): have a branch for what is not here yet.

export as namespace Graph;

/** What a document of docs/operations gets; of a document of one's own, anything. */
export type Data<Name extends string> = Name extends keyof Operations ? Operations[Name]["data"] : any;

/** What a document of docs/operations is given; a document of one's own, anything. */
export type Variables<Name extends string> = Name extends keyof Operations ? Operations[Name]["variables"] : any;

/** 注销自己的账号，凭本人手机收到的验证码。To erase one's account, by a code to its phone. */
export interface AccountEraseInput {
  /** 短信里的验证码，用途为注销账号。The code of the text message. */
  code: string;
  /** 获取验证码时得到的。As given when the code was asked for. */
  handle: string;
}

/** 注销账号的结果。The result of erasing one's account. */
export interface AccountErasePayload {
  __typename?: "AccountErasePayload";
  /** 是否注销了；未完成时为空。Whether it was erased; null when refused. */
  erased: boolean | null;
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 共建协议：共建单位与社区或街道签订，双方各由一个账号签署后生效。An agreement of a partner with a community or subdistrict, in force once an account of each side has signed. */
export interface Agreement {
  __typename?: "Agreement";
  /** 社区或街道。The community or subdistrict. */
  area: Area;
  /** 社区或街道签署的时间；未签为空。When the area signed. */
  areaSignedAt: DateTime | null;
  /** 代表社区或街道签署的人；未签为空。Who signed for the area. */
  areaSignedByName: string | null;
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<AgreementAction>;
  /** 起草时间。When it was drafted. */
  draftedAt: DateTime | null;
  /** 终止的时间；没有终止、或刚到期为空。When it was ended. */
  endedAt: DateTime | null;
  /** 终止的原因。Why it ended. */
  endedReason: string | null;
  /** 一段时间内的实情；未签妥为空。What was done under it in a window; null before both have signed. */
  facts: AgreementFacts | null;
  /** 全局编号。The global id. */
  id: string;
  /** 共建单位。The partner. */
  partner: Shop;
  /** 共建单位签署的时间；未签为空。When the partner signed. */
  partnerSignedAt: DateTime | null;
  /** 代表共建单位签署的人；未签为空。Who signed for the partner. */
  partnerSignedByName: string | null;
  /** 内容的版次，改一次加一；签署时照填，表示签的是看过的这一版。The number of its text, to be named when signing. */
  revision: number | null;
  /** 双方签妥的日期；未签妥为空。The day of the second signature. */
  signedOn: Date | null;
  /** 状态。The state. */
  state: AgreementState;
  /** 协议内容。What was agreed. */
  text: string | null;
  /** 名称。The title. */
  title: string;
  /** 到期日，当天仍有效。The last day on which it holds. */
  until: Date;
}

/** 对共建协议的操作。What can be done to an agreement. */
export type AgreementAction =
  /** 修改，双方都还没有签署时。Change it, while nobody has signed. */
  | "EDIT"
  /** 终止，须写原因。End it, with a reason. */
  | "END"
  /** 签署。Sign it for one's side. */
  | "SIGN";

/** 分页列表。A page of rows. */
export interface AgreementConnection {
  __typename?: "AgreementConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<AgreementEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 起草共建协议。To draft an agreement. */
export interface AgreementDraftInput {
  /** 社区或街道，须在管理范围内。The community or subdistrict, in the viewer's reach. */
  areaId: string;
  /** 共建单位。The partner. */
  partnerId: string;
  /** 客户端自编的请求编号，最多 64 个字符；重发时不变，只算一次。The client's own number, for idempotent retries. */
  requestNo: string;
  /** 内容，可分行，最多 1000 字。What is agreed, at most 1,000 characters. */
  text: string;
  /** 名称，最多 60 字。The title, at most 60 characters. */
  title: string;
  /** 到期日，当天仍有效，今天起 5 年以内。The last day on which it holds, within 5 years from today. */
  until: Date;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface AgreementEdge {
  __typename?: "AgreementEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: Agreement;
}

/** 修改协议草稿，只填要改的。To edit a draft: what is to change. */
export interface AgreementEditInput {
  /** 协议编号。The agreement. */
  agreementId: string;
  /** 内容，最多 1000 字。What is agreed, at most 1,000 characters. */
  text?: string | null;
  /** 名称，最多 60 字。The title, at most 60 characters. */
  title?: string | null;
  /** 到期日，今天起 5 年以内。The last day, within 5 years from today. */
  until?: Date | null;
}

/** 终止协议，或未签作罢。To end an agreement, or give up a draft. */
export interface AgreementEndInput {
  /** 协议编号。The agreement. */
  agreementId: string;
  /** 原因，双方可见，最多 200 字。Why, at most 200 characters. */
  reason: string;
}

/** 共建协议在一段时间内的实情，由记录数出，无人填报，也不打分；各项最多数到 10000。What was done under an agreement, counted from what there is; at most 10,000 each. */
export interface AgreementFacts {
  __typename?: "AgreementFacts";
  /** 这一区域的联户长在该单位有效的核销次数，按营业日计，自签署之日起。Redemptions that stand, at the partner, by heads of the area, since the day of signing. */
  redemptions: number;
  /** 该单位参与帮忙办结的本区域心愿数，按办结时间计，自双方签署起。Wishes of the area that it helped to complete, since both had signed. */
  wishesHelped: number;
}

/** 对共建协议操作的结果。The result of a mutation. */
export interface AgreementPayload {
  __typename?: "AgreementPayload";
  /** 操作后的协议；未完成时为空。The agreement; null when refused. */
  agreement: Agreement | null;
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 签署协议。To sign an agreement. */
export interface AgreementSignInput {
  /** 协议编号。The agreement. */
  agreementId: string;
  /** 看过的是第几版（revision）。The revision that was read. */
  revision: number;
}

/** 共建协议的状态。The state of an agreement. */
export type AgreementState =
  /** 生效中。Signed by both, in force. */
  | "ACTIVE"
  /** 待签署，双方还没有都签。Not signed by both sides. */
  | "DRAFT"
  /** 已终止，或已到期、未签作罢。Ended, ran out, or was given up before both had signed. */
  | "ENDED";

/** 立减。An amount taken off the bill. */
export interface AmountOff {
  __typename?: "AmountOff";
  /** 减多少分。What is taken off, in fen. */
  amountFen: Fen;
}

/** 立减。An amount taken off the bill. */
export interface AmountOffInput {
  /** 减多少分。What is taken off, in fen. */
  amountFen: Fen;
}

/** 区域：区、街道、社区、网格或楼栋。A place in the district's tree. */
export interface Area {
  __typename?: "Area";
  /** 下级区域；楼栋仅工作人员可见。The places right below; buildings for who works there. */
  children: AreaConnection;
  /** 其中的联户长，含暂停和离任的；仅管理范围内的。The heads in it, active or not, within the viewer's reach. */
  heads: HouseholdHeadConnection | null;
  /** 其中的住户，可到楼栋；仅管理范围内的。The households in it, within the viewer's reach. */
  households: HouseholdConnection | null;
  /** 全局编号。The global id. */
  id: string;
  /** 区域级别。Which level of the tree. */
  kind: AreaKind;
  /** 其积分榜，无需登录；网格、楼栋已结束的一期为空，结束满 24 小时后按心愿、户数排的也为空。Its public leaderboard; null for a past window of a grid or building, and, from 24 hours after its end, by wishes or households. */
  leaderboard: Leaderboard | null;
  /** 名称。The name. */
  name: string;
  /** 上级区域；区没有上级。The place above. */
  parent: Area | null;
  /** 其中有进行中优惠的店铺，无需登录。The shops in it with live discounts, for everyone. */
  shops: ShopConnection | null;
  /** 其中的微心愿，由新到旧；仅管理范围内的。The wishes in it, newest first, within the viewer's reach. */
  wishes: WishConnection | null;
}

/** 与整体相比。How an area compares with the whole. */
export type AreaBand =
  /** 高于：超出偶然的范围。Above what chance makes of the whole's rate. */
  | "ABOVE"
  /** 低于：不到偶然的范围。Below it. */
  | "BELOW"
  /** 相近：差别可以是偶然的。Within what chance makes of it. */
  | "SIMILAR"
  /** 太少，无法比较。Too few wishes or households to compare. */
  | "TOO_FEW";

/** 区域对比：下级区域每千户的心愿数，与整体相比，按名称排列。The parts of an area, each beside the whole; by name. */
export interface AreaBoard {
  __typename?: "AreaBoard";
  /** 整体。The whole. */
  area: Area;
  /** 结束时间（不含）；全部为空。The first instant after it; null for all time. */
  endsAt: DateTime | null;
  /** 周期。The kind of window. */
  period: LeaderboardPeriod;
  /** 各社区，按名称；一个社区的，是其网格，只给在此工作或管理它的人。The communities, by name; of a community its grids, for who works in or above them. */
  rows: AreaRowConnection | null;
  /** 开始时间；全部为空。The first instant that counts; null for all time. */
  startsAt: DateTime | null;
  /** 整体的数字。The figures of the whole. */
  whole: AreaFigures;
}

/** 分页列表。A page of rows. */
export interface AreaConnection {
  __typename?: "AreaConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<AreaEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface AreaEdge {
  __typename?: "AreaEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: Area;
}

/** 一个区域一个周期的数字。What one area has in a window. */
export interface AreaFigures {
  __typename?: "AreaFigures";
  /** 今天的户数。The households of today. */
  households: number;
  /** 每千户心愿数；没有住户为空。Wishes per 1,000 households; null for none. */
  rate: number | null;
  /** 心愿数：评为三星以上或到期自动评单、没有冲正的。Wishes rated 3 stars or more, or by time, and not reversed. */
  wishes: number;
}

/** 区域级别。The levels of the tree of places. */
export type AreaKind =
  /** 楼栋。A building. */
  | "BUILDING"
  /** 社区。A community. */
  | "COMMUNITY"
  /** 区。The district. */
  | "DISTRICT"
  /** 网格。A grid. */
  | "GRID"
  /** 街道。A subdistrict. */
  | "SUBDISTRICT";

/** 对比中的一个区域，没有名次。One area beside the whole; it has no rank. */
export interface AreaRow {
  __typename?: "AreaRow";
  /** 区域。The area. */
  area: Area;
  /** 与整体相比；公众只看到“高于”，其余都是“相近”。How it compares with the whole; the public is told of ABOVE, and SIMILAR for all else. */
  band: AreaBand;
  /** 同样多的住户按整体水平该有的心愿数。What as many households have at the rate of the whole. */
  expected: number | null;
  /** 今天的户数。The households of today. */
  households: number;
  /** 偶然范围的下限（99%）。The least that chance makes of it, 99 times of 100. */
  least: number | null;
  /** 偶然范围的上限（99%）。The most that chance makes of it, 99 times of 100. */
  most: number | null;
  /** 上一周期；全部为空。The window before; null for all time. */
  previous: AreaFigures | null;
  /** 每千户心愿数；没有住户为空。Wishes per 1,000 households; null for none. */
  rate: number | null;
  /** 心愿数；只给在此工作或管理它的人。Wishes rated well; for who works in or above the area. */
  wishes: number | null;
}

/** 分页列表。A page of rows. */
export interface AreaRowConnection {
  __typename?: "AreaRowConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<AreaRowEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface AreaRowEdge {
  __typename?: "AreaRowEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: AreaRow;
}

/** 审计记录的一项细节。One detail of an audit entry. */
export interface AuditDetail {
  __typename?: "AuditDetail";
  /** 名称。What it is. */
  name: string;
  /** 内容。Its value; what is no text, as JSON. */
  value: string;
}

/** 一条审计记录。One change of state or reveal of contact data. */
export interface AuditEntry {
  __typename?: "AuditEntry";
  /** 操作账号的编号，可用于筛选。The account's id, to search by. */
  accountId: string | null;
  /** 做了什么，如 wish.accept。What was done. */
  action: string;
  /** 细节。What was noted beside it. */
  details: Array<AuditDetail>;
  /** 对象本身；没有全局编号或不可见为空。The thing itself; null for what is no node or not visible. */
  node: Node | null;
  /** 时间。When. */
  occurredAt: DateTime;
  /** 对象的种类，如 Wish。What kind of thing it was done to. */
  subject: string;
  /** 对象的全局编号，没有则为 UUID。Its global id, or its UUID where there is none. */
  subjectId: string;
  /** 操作人；系统自动或服务器命令行为空。Who did it; null for the system. */
  who: string | null;
}

/** 分页列表。A page of rows. */
export interface AuditEntryConnection {
  __typename?: "AuditEntryConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<AuditEntryEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface AuditEntryEdge {
  __typename?: "AuditEntryEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: AuditEntry;
}

/** 封榜存档：一期结束 24 小时以后的积分榜，不再改变；后来的冲正另记更正。A board as it was closed, 24 hours after its end: it never changes, and later reversals are appended as errata. */
export interface BoardClosing {
  __typename?: "BoardClosing";
  /** 范围。The area. */
  area: Area;
  /** 封榜时间。When it was closed. */
  closedAt: DateTime;
  /** 更正条数。How many errata it has. */
  corrections: number;
  /** 结束时间（不含）。The first instant after it. */
  endsAt: DateTime;
  /** 更正，按先后；可见范围同名次。The errata as they came; seen as the places are. */
  errata: BoardErratumConnection | null;
  /** 全局编号。The global id. */
  id: string;
  /** 我的名次；没有或已退出为空。The viewer's own place; null without one. */
  me: BoardPlace | null;
  /** 当时参加的人数。How many heads competed. */
  participants: number;
  /** 周期。The kind of window. */
  period: LeaderboardPeriod;
  /** 名次；不足 5 人时为空，管理此区域的人总能看到。The places; null while sparse, but for who works above. */
  places: BoardPlaceConnection | null;
  /** 同一区域同一周期上一次封榜的指纹；第一次为空。The hash of the closing before; null for the first. */
  previousSha256: string | null;
  /** 其中有积分的人数。How many of them had points. */
  scored: number;
  /** 指纹：规范格式的 SHA-256，十六进制。The SHA-256 of its canonical form, in hexadecimal. */
  sha256: string;
  /** 有积分的是否不足 5 人；不足时名次不公开。Whether fewer than 5 had points: then the places are not public. */
  sparse: boolean;
  /** 开始时间。The first instant that counts. */
  startsAt: DateTime;
}

/** 分页列表。A page of rows. */
export interface BoardClosingConnection {
  __typename?: "BoardClosingConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<BoardClosingEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface BoardClosingEdge {
  __typename?: "BoardClosingEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: BoardClosing;
}

/** 封榜以后的一条更正。One erratum of a closed board. */
export interface BoardErratum {
  __typename?: "BoardErratum";
  /** 更正时间。When it was appended. */
  at: DateTime;
  /** 原因。The cause. */
  cause: ErratumCause;
  /** 更正前的积分。The points before. */
  fromPoints: Points;
  /** 更正前的名次。The rank before. */
  fromRank: number;
  /** 联户长。Whose place it is. */
  head: LeaderboardHead;
  /** 序号，从 1 起，不跳号。Its number, from 1, without gaps. */
  number: number;
  /** 更正的是第几行。The position of the place. */
  position: number;
  /** 指纹，含上一条更正的指纹；第一条含封榜的指纹。The SHA-256 of its canonical form, which contains the hash before. */
  sha256: string;
  /** 更正后的积分。The points with it. */
  toPoints: Points;
  /** 更正后的名次；积分已全部冲正为空。The rank with it; null where no points are left. */
  toRank: number | null;
}

/** 分页列表。A page of rows. */
export interface BoardErratumConnection {
  __typename?: "BoardErratumConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<BoardErratumEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface BoardErratumEdge {
  __typename?: "BoardErratumEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: BoardErratum;
}

/** 封榜存档里的一个名次，封榜以后不再改变。One place of a closed board; it never changes. */
export interface BoardPlace {
  __typename?: "BoardPlace";
  /** 更正后的积分；没有更正为空。The points with all errata; null without any. */
  correctedPoints: Points | null;
  /** 更正后的名次；没有变动，或积分已全部冲正，为空。The rank with all errata; null where they change nothing, and where no points are left. */
  correctedRank: number | null;
  /** 联户长，姓名已脱敏；后来退出的写“已退出”。Whose place it is; 已退出 once the head has left the board. */
  head: LeaderboardHead;
  /** 帮助的户数。Of how many households. */
  households: number;
  /** 是否是我。Whether it is the viewer's own. */
  isMe: boolean;
  /** 这一行的键，随机生成，在指纹里代表这位联户长；不能用来查询。Drawn at random; it stands for the head in the hash, and leads to nobody. */
  key: string;
  /** 封榜时的积分。The points when it was closed. */
  points: Points;
  /** 行号，从 1 起。Its position, from 1. */
  position: number;
  /** 封榜时的名次，同分同名次。The rank when it was closed; equal points share it. */
  rank: number;
  /** 达到这个积分的时间。When the points were reached. */
  reachedAt: DateTime;
  /** 心愿数。How many wishes made them. */
  wishes: number;
  /** 是否已退出积分榜。Whether the head has left the board since. */
  withdrawn: boolean;
}

/** 分页列表。A page of rows. */
export interface BoardPlaceConnection {
  __typename?: "BoardPlaceConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<BoardPlaceEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface BoardPlaceEdge {
  __typename?: "BoardPlaceEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: BoardPlace;
}

/** 一类的件数。The deeds of one category. */
export interface CategoryDeeds {
  __typename?: "CategoryDeeds";
  /** 类别。The category. */
  category: WishCategory;
  /** 件数。How many. */
  deeds: number;
}

/** 一类心愿的基础分。The base of one category. */
export interface CategoryPoints {
  __typename?: "CategoryPoints";
  /** 心愿类别。The category. */
  category: WishCategory;
  /** 基础分。The base. */
  points: number;
}

/** 一类心愿的基础分。The base of one category. */
export interface CategoryPointsInput {
  /** 心愿类别。The category. */
  category: WishCategory;
  /** 基础分，0 到 1000。The base, 0 to 1000. */
  points: number;
}

/** 一类心愿的试算。The dry run for one category. */
export interface CategoryTrial {
  __typename?: "CategoryTrial";
  /** 心愿类别。The category. */
  category: WishCategory;
  /** 合计。The sums. */
  sums: RewardSums;
}

/** 验证码的用途，只作此用。What a code is for, and for nothing else. */
export type CodePurpose =
  /** 绑定微信。To bind a WeChat user. */
  | "BIND_WECHAT"
  /** 换手机号：现在的和新的号码各一个。To change one's phone: one for the present number, one for the new. */
  | "CHANGE_PHONE"
  /** 注销账号，发到自己登记的手机号。To erase one's account: sent to the account's own phone. */
  | "ERASE_ACCOUNT"
  /** 登录。To sign in. */
  | "SIGN_IN";

/** 我对一种告知的最近一次同意。One's last consent of one kind. */
export interface Consent {
  __typename?: "Consent";
  /** 是否仍然有效，且是现行版本。Whether it stands and is to the current version. */
  current: boolean;
  /** 同意的时间。When it was given. */
  givenAt: DateTime;
  /** 哪一种。Which kind. */
  kind: ConsentKind;
  /** 同意的那一版全文，Markdown；本程序没有那一版时为空。The text that was agreed to, as Markdown; null where this release does not have that version. */
  text: string | null;
  /** 同意的是哪一版。To which version. */
  version: number;
  /** 撤回的时间；未撤回为空。When it was withdrawn; null while it stands. */
  withdrawnAt: DateTime | null;
}

/** 同意一份告知。To consent to a text. */
export interface ConsentGiveInput {
  /** 哪一种。Which kind. */
  kind: ConsentKind;
  /** 读过的版本，须是现行版本。The version that was read: the current one. */
  version: number;
}

/** 同意的种类。What a person consents to. */
export type ConsentKind =
  /** 照护信息的单独同意：心愿里写到健康等情况时。Sensitive details in wishes for care: one's own choice. */
  | "CARE_DETAILS"
  /** 隐私告知：使用前必须同意。The privacy notice: before anything else. */
  | "PRIVACY_NOTICE";

/** 同意或撤回同意的结果。The result of consenting, or of withdrawing it. */
export interface ConsentPayload {
  __typename?: "ConsentPayload";
  /** 现在的同意；未完成时为空。The consent as it is; null when refused. */
  consent: Consent | null;
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 告知或同意书的现行版本。The current text to which people consent. */
export interface ConsentText {
  __typename?: "ConsentText";
  /** 哪一种。Which kind. */
  kind: ConsentKind;
  /** 是否必须先同意才能继续使用。Whether one has to consent before going on. */
  required: boolean;
  /** 全文，Markdown。The whole text, as Markdown. */
  text: string;
  /** 版本。The version. */
  version: number;
}

/** 撤回同意。To withdraw a consent. */
export interface ConsentWithdrawInput {
  /** 哪一种。Which kind. */
  kind: ConsentKind;
}

/** 一项联系信息。One contact detail of a household. */
export interface Contact {
  __typename?: "Contact";
  /** 种类。Which contact detail. */
  kind: ContactKind;
  /** 联系人。Whom to ask for. */
  name: string;
  /** 内容。The address or the phone number. */
  value: string;
}

/** 联系信息种类。Which contact detail. */
export type ContactKind =
  /** 地址。The address. */
  | "ADDRESS"
  /** 电话。The phone. */
  | "PHONE";

/** 联系信息查看记录。One reveal of a contact detail. */
export interface ContactReveal {
  __typename?: "ContactReveal";
  /** 哪一种联系信息。Which contact detail. */
  kind: ContactKind;
  /** 时间。When. */
  revealedAt: DateTime;
  /** 谁查看了。The viewer of the detail. */
  shownTo: string;
  /** 为了哪个心愿。For which wish. */
  wish: Wish | null;
}

/** 分页列表。A page of rows. */
export interface ContactRevealConnection {
  __typename?: "ContactRevealConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<ContactRevealEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface ContactRevealEdge {
  __typename?: "ContactRevealEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: ContactReveal;
}

/** 日期，如 2026-05-15，按北京时间。A day in Asia/Shanghai. */
export type Date = string;

/** 时间，ISO 8601，带时区，如 2026-05-15T12:00:00+08:00；答复里总是北京时间，输入可用任何时区。An instant, always with its offset: +08:00 in answers, any on the way in. */
export type DateTime = string;

/** 优惠的一个版本；条件批准后不再变。One version of a discount; approved terms never change. */
export interface Discount {
  __typename?: "Discount";
  /** 给谁。Whom it is for. */
  audience: DiscountAudience;
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<DiscountAction>;
  /** 优惠内容。What it gives. */
  benefit: DiscountBenefit;
  /** 所需积分。What it costs in points; may be 0. */
  costPoints: number;
  /** 还能赠予的份数，不在进行中的为 0；不是专享的为空。How many more can be granted, 0 for what is not on offer; null for what is not for grants. */
  grantable: number | null;
  /** 赠出的专享，由新到旧；店铺看不到给了谁。The grants of it, newest first; a shop does not see to whom. */
  grants: GrantConnection | null;
  /** 可用时段，过夜的算在开始那天；空为全天。The hours, of the day they begin on; null for all day. */
  hours: DiscountHours | null;
  /** 全局编号。The global id. */
  id: string;
  /** 每人每天次数；空为不限。Times a head and day; null for any. */
  limitPerDay: number | null;
  /** 每人每月次数；空为不限。Times a head and month; null for any. */
  limitPerMonth: number | null;
  /** 每人总次数；空为不限。Times a head ever; null for any. */
  limitTotal: number | null;
  /** 最低消费，分。The least bill, in fen. */
  minSpendFen: Fen;
  /** 最低星级。The least star level. */
  minStarLevel: number;
  /** 当前联户长此刻不能领取并使用的原因；能用则为空，非联户长也为空。不计账单金额（最低消费、让利额度余额）和手上已有的优惠码。Why the viewer's head could not take and use it now; null when nothing bars it, and for who is no head. What depends on the bill does not count, nor a pass that the head has already. */
  obstacle: Obstacle | null;
  /** 已许诺、尚未使用的份数，含预留的；不是专享的为空。How many uses are promised to heads, or reserved, and not used yet; null for what is not for grants. */
  promised: number | null;
  /** 优惠的编号，各版本相同，供缓存和记账用；不能用来查询或操作。The same for all versions of the discount, to key caches and books by; it takes the place of no version's id. */
  seriesId: string;
  /** 店铺。The shop that gives it. */
  shop: Shop;
  /** 状态。Whether passes can be issued. */
  state: DiscountState;
  /** 退回、暂停或结束的原因。Why it was returned, paused or ended. */
  stateReason: string | null;
  /** 剩余份数；空为不限。What is left of the stock; null for unlimited. */
  stockLeft: number | null;
  /** 总份数，各版本合计；空为不限。The stock of all versions; null for unlimited. */
  stockTotal: number | null;
  /** 提交审核的时间；草稿为空。When it was submitted; null for a draft. */
  submittedAt: DateTime | null;
  /** 用一句话说优惠内容和全部条件，可直接显示。What it gives and all its conditions in one Chinese sentence, fit to show. */
  summary: string;
  /** 名称。The title. */
  title: string;
  /** 开始日期；空为不限。The first day; null for none. */
  validFrom: Date | null;
  /** 结束日期（含当天）；空为不限。The last day, inclusive; null for none. */
  validUntil: Date | null;
  /** 第几版，从 1 起。Which version of the discount, from 1. */
  version: number;
  /** 各版本，由新到旧。The versions of the discount, newest first. */
  versions: DiscountConnection | null;
  /** 可用的星期，周一为 1。The weekdays, Monday 1 to Sunday 7. */
  weekdays: Array<number>;
}

/** 对优惠的操作。What can be done to a version of a discount. */
export type DiscountAction =
  /** 批准上线。Approve. */
  | "APPROVE"
  /** 修改草稿。Edit the draft. */
  | "EDIT"
  /** 结束。End. */
  | "END"
  /** 暂停。Pause. */
  | "PAUSE"
  /** 恢复。Resume. */
  | "RESUME"
  /** 退回修改。Return it as a draft. */
  | "RETURN"
  /** 起草新版本。Draft a new version. */
  | "REVISE"
  /** 提交审核。Submit. */
  | "SUBMIT";

/** 批准上线。To approve what was submitted. */
export interface DiscountApproveInput {
  /** 优惠编号。The discount, by one of its versions. */
  discountId: string;
}

/** 优惠给谁。Whom a discount is for. */
export type DiscountAudience =
  /** 所有联户长。All heads. */
  | "ALL"
  /** 专享：只给获赠的联户长，经区里赠予。Who holds a grant of it. */
  | "GRANTED";

/** 优惠内容，三者之一。What a discount gives, one of three. */
export type DiscountBenefit = AmountOff | Gift | PercentOff;

/** 优惠内容，三者恰填其一。What a discount gives: exactly one of three. */
export type DiscountBenefitInput =
  /** 立减。An amount taken off the bill. */
  | { amountOff: AmountOffInput; gift?: never; percentOff?: never }
  /** 赠品。A gift. */
  | { gift: GiftInput; amountOff?: never; percentOff?: never }
  /** 打折。A percentage taken off the bill. */
  | { percentOff: PercentOffInput; amountOff?: never; gift?: never };

/** 分页列表。A page of rows. */
export interface DiscountConnection {
  __typename?: "DiscountConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<DiscountEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 起草优惠。To draft a discount. */
export interface DiscountDraftInput {
  /** 客户端自编的请求编号，最多 64 个字符；重发时不变，只算一次。The client's own number, for idempotent retries. */
  requestNo: string;
  /** 哪家店铺的。Whose discount it is. */
  shopId: string;
  /** 全部条件。All its terms. */
  terms: DiscountTermsInput;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface DiscountEdge {
  __typename?: "DiscountEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: Discount;
}

/** 修改草稿，各项条件以此为准。To give a draft other terms, all of them. */
export interface DiscountEditInput {
  /** 优惠编号。The discount, by one of its versions. */
  discountId: string;
  /** 全部条件。All its terms. */
  terms: DiscountTermsInput;
}

/** 结束。To end a discount or a draft. */
export interface DiscountEndInput {
  /** 优惠编号。The discount, by one of its versions. */
  discountId: string;
  /** 原因，管理员必填，最多 200 字。Why, at most 200 characters; required of administrators. */
  reason?: string;
}

/** 可用时段，店铺当地时间。The hours of a discount, on the local clock. */
export interface DiscountHours {
  __typename?: "DiscountHours";
  /** 开始。When they begin. */
  from: LocalTime;
  /** 结束（不含）；不晚于开始即为次日。Before when they end; the next day if not later. */
  until: LocalTime;
}

/** 可用时段，店铺当地时间。The hours of a discount, on the local clock. */
export interface DiscountHoursInput {
  /** 开始。When they begin. */
  from: LocalTime;
  /** 结束（不含）；不晚于开始即为次日。Before when they end; the next day if not later. */
  until: LocalTime;
}

/** 暂停。To pause a discount. */
export interface DiscountPauseInput {
  /** 优惠编号。The discount, by one of its versions. */
  discountId: string;
  /** 原因，管理员必填，最多 200 字。Why, at most 200 characters; required of administrators. */
  reason?: string;
}

/** 对优惠操作的结果。The result of a mutation. */
export interface DiscountPayload {
  __typename?: "DiscountPayload";
  /** 操作后的优惠；未完成时为空。The version afterwards; null when refused. */
  discount: Discount | null;
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 恢复。To resume a paused discount. */
export interface DiscountResumeInput {
  /** 优惠编号。The discount, by one of its versions. */
  discountId: string;
}

/** 退回修改，或由店铺撤回。To return what was submitted, or take it back. */
export interface DiscountReturnInput {
  /** 优惠编号。The discount, by one of its versions. */
  discountId: string;
  /** 原因，管理员必填，最多 200 字。Why, at most 200 characters; required of administrators. */
  reason?: string;
}

/** 起草新版本，各项条件以此为准。To draft a new version, with all its terms. */
export interface DiscountReviseInput {
  /** 优惠编号。The discount, by one of its versions. */
  discountId: string;
  /** 客户端自编的请求编号，最多 64 个字符；重发时不变，只算一次。The client's own number, for idempotent retries. */
  requestNo: string;
  /** 全部条件。All its terms. */
  terms: DiscountTermsInput;
}

/** 优惠状态。Whether passes can be issued. */
export type DiscountState =
  /** 进行中。Active. */
  | "ACTIVE"
  /** 草稿。A draft. */
  | "DRAFT"
  /** 已结束。Ended. */
  | "ENDED"
  /** 已暂停。Paused. */
  | "PAUSED"
  /** 已被新版本取代，已领的优惠码照旧可用。A newer version took its place; its passes hold. */
  | "REPLACED"
  /** 待审核。Submitted, to be approved. */
  | "SUBMITTED";

/** 提交审核。To submit a draft. */
export interface DiscountSubmitInput {
  /** 优惠编号。The discount, by one of its versions. */
  discountId: string;
}

/** 优惠的条件。The terms of a discount. */
export interface DiscountTermsInput {
  /** 给谁；专享的不收积分、不设星级和每人次数，须填总份数，新版本不能改。Whom it is for; what is for grants costs no points, has no star level and no limits, needs a stock, and stays so in all versions. */
  audience?: DiscountAudience;
  /** 优惠内容。What it gives. */
  benefit: DiscountBenefitInput;
  /** 所需积分，0 到 100000。What it costs in points. */
  costPoints?: number;
  /** 可用时段，过夜的算在开始那天；空为全天。The hours, of the day they begin on; null for all day. */
  hours?: DiscountHoursInput | null;
  /** 每人每天次数，最多 1000；空为不限。Times a head and day. */
  limitPerDay?: number | null;
  /** 每人每月次数，最多 1000；空为不限。Times a head and month. */
  limitPerMonth?: number | null;
  /** 每人总次数，最多 1000；空为不限。Times a head ever. */
  limitTotal?: number | null;
  /** 最低消费，分。The least bill, in fen. */
  minSpendFen?: Fen;
  /** 最低星级，1 到 5。The least star level. */
  minStarLevel?: number;
  /** 总份数，各版本合计，最多 1000000；空为不限。The stock of all versions together; null for unlimited. */
  stockTotal?: number | null;
  /** 名称，最多 60 字。The title, at most 60 characters. */
  title: string;
  /** 开始日期；空为不限。The first day; null for none. */
  validFrom?: Date | null;
  /** 结束日期（含当天）；空为不限。The last day, inclusive; null for none. */
  validUntil?: Date | null;
  /** 可用的星期，周一为 1；空为每天。The weekdays, Monday 1 to Sunday 7; null for all. */
  weekdays?: Array<number> | null;
}

/** 可派单的联户长。A head to whom a wish can be dispatched. */
export interface DispatchCandidate {
  __typename?: "DispatchCandidate";
  /** 平均星级，不影响排列；无人评过为空。Average stars, which sort nothing; null without ratings. */
  averageRating: number | null;
  /** 联户长。The head. */
  head: HouseholdHead;
  /** 上次派单时间；从未派过为空。When a wish was last offered; null for never. */
  lastOfferedAt: DateTime | null;
  /** 手上待接和在办的心愿数。Wishes dispatched to the head or in hand now. */
  openLoad: number;
  /** 是否为该户的联户长。Whether this head looks after the household. */
  ownHead: boolean;
  /** 近 30 天派给过几单，含一起派的。Wishes offered in the last 30 days, alone or with others. */
  recentOffers: number;
}

/** 分页列表。A page of rows. */
export interface DispatchCandidateConnection {
  __typename?: "DispatchCandidateConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<DispatchCandidateEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface DispatchCandidateEdge {
  __typename?: "DispatchCandidateEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: DispatchCandidate;
}

/** 对一笔核销的异议。A head's objection to a redemption. */
export interface Dispute {
  __typename?: "Dispute";
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<DisputeAction>;
  /** 更正它的结算单；未更正、未关账或不可见为空。The statement that takes it back, once its day is closed. */
  correction: Statement | null;
  /** 已结算后才冲正的，在这一结算日更正；否则为空。The shop's day whose statement takes it back; null where none had counted it. */
  correctionDay: Date | null;
  /** 裁定或了结时间；待裁定为空。When it was decided or settled; null while it is open. */
  decidedAt: DateTime | null;
  /** 裁定理由，联户长和店铺可见。Why it was so decided, for the head and the shop to read. */
  decisionReason: string | null;
  /** 全局编号。The global id. */
  id: string;
  /** 提出时间。When it was opened. */
  openedAt: DateTime;
  /** 联户长陈述的理由；店铺不可见。Why, in the head's own words; null for the shop. */
  reason: string | null;
  /** 所涉核销。The redemption that it is about. */
  redemption: Redemption;
  /** 所涉店铺。The shop that it is about. */
  shop: Shop | null;
  /** 状态。The state. */
  state: DisputeState;
}

/** 对异议的操作。What can be done to a dispute. */
export type DisputeAction =
  /** 裁定不成立。Reject. */
  | "REJECT"
  /** 裁定成立。Uphold. */
  | "UPHOLD";

/** 分页列表。A page of rows. */
export interface DisputeConnection {
  __typename?: "DisputeConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<DisputeEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface DisputeEdge {
  __typename?: "DisputeEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: Dispute;
}

/** 对异议操作的结果。The result of a mutation. */
export interface DisputePayload {
  __typename?: "DisputePayload";
  /** 操作后的异议；未完成时为空。The dispute afterwards; null when refused. */
  dispute: Dispute | null;
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 裁定异议不成立。To find that the redemption was right. */
export interface DisputeRejectInput {
  /** 异议编号。The dispute. */
  disputeId: string;
  /** 裁定理由，联户长和店铺可见，最多 200 字。Why, for the head and the shop to read, at most 200 characters. */
  reason: string;
}

/** 异议状态。The state of a dispute. */
export type DisputeState =
  /** 待裁定。To be decided. */
  | "OPEN"
  /** 异议不成立。Rejected. */
  | "REJECTED"
  /** 店铺已先行撤销。Settled: the shop revoked it first. */
  | "SETTLED"
  /** 异议成立，已冲正。Upheld; the redemption was reversed. */
  | "UPHELD";

/** 裁定异议成立。To find for the head. */
export interface DisputeUpholdInput {
  /** 异议编号。The dispute. */
  disputeId: string;
  /** 裁定理由，联户长和店铺可见，最多 200 字。Why, for the head and the shop to read, at most 200 characters. */
  reason: string;
}

/** 封榜以后更正的原因。Why a closed board is corrected. */
export type ErratumCause =
  /** 补评：自动评单后住户评了 1 或 2 星。A household rated 1 or 2 stars after the automatic rating. */
  | "LATE_RATING"
  /** 积分冲正：管理员收回了积分。An administrator took points back. */
  | "REVERSAL";

/** 操作未完成的原因。Why a mutation was refused. */
export type ErrorCode =
  /** 已由另一请求确认。Another request confirmed this preparation. */
  | "ALREADY_CONFIRMED"
  /** 已被他人抢先。Another request was first. */
  | "ALREADY_TAKEN"
  /** 未达最低消费。The bill is below the minimum spend. */
  | "BELOW_MINIMUM_SPEND"
  /** 店铺本月让利额度已用完。The shop's monthly ceiling is reached. */
  | "CEILING_REACHED"
  /** 优惠码无效，原因不予区分。Unknown, expired, replayed or foreign code. */
  | "CODE_INVALID"
  /** 优惠当前不可用。The discount or its shop is not active. */
  | "DISCOUNT_NOT_AVAILABLE"
  /** 当前身份无权操作。Not for this role. */
  | "FORBIDDEN"
  /** 输入不合要求。The input named in `field` cannot be used. */
  | "INVALID_INPUT"
  /** 当前状态下不能这样做。Not in this state. */
  | "INVALID_STATE"
  /** 这张码十分钟内已在本店核销成功，答复附有该笔核销。This shop redeemed that pass within ten minutes. */
  | "JUST_REDEEMED"
  /** 已达使用次数上限。The per-head limit is reached. */
  | "LIMIT_REACHED"
  /** 只给获赠的联户长，没有可用的份数。For who holds a grant, and none can be used now. */
  | "NEEDS_GRANT"
  /** 已过可提出异议的时间，或这一笔已撤销或冲正。Too late to dispute, or no longer in force. */
  | "NOT_DISPUTABLE"
  /** 顾客条件不满足，原因见顾客手机。A personal reason, shown on the head's phone. */
  | "NOT_ELIGIBLE"
  /** 可用积分不足。Not enough available points. */
  | "NOT_ENOUGH_POINTS"
  /** 找不到：不存在、格式不对、类型不对或不可见，答复一律相同。Unknown, malformed, wrong type or foreign. */
  | "NOT_FOUND"
  /** 已过可撤销的时间。Too late to revoke. */
  | "NOT_REVOCABLE"
  /** 不在可用日期或时段内。Outside the discount's dates or hours. */
  | "OUTSIDE_HOURS"
  /** 优惠已领完。No stock left. */
  | "OUT_OF_STOCK"
  /** 店主和店员不能在本店使用优惠。Staff of a shop can't redeem there. */
  | "OWN_SHOP"
  /** 优惠码正在另一收银台核销。Another cashier is preparing this pass. */
  | "PASS_IN_USE"
  /** 预核销已取消，占用已退回。The preparation was cancelled; the hold went back. */
  | "PREPARATION_CANCELLED"
  /** 预核销已超时，占用已退回。The preparation ran out; the hold went back. */
  | "PREPARATION_EXPIRED"
  /** 请求编号已用于内容不同的请求。The requestNo was used for another request. */
  | "REQUEST_NO_REUSED"
  /** 星级未达要求。The star level is too low. */
  | "STAR_LEVEL_TOO_LOW"
  /** 尝试次数过多，请在 retryAt 之后再试。Too many tries; try again from `retryAt` on. */
  | "TOO_MANY_ATTEMPTS"
  /** 需要登录。Sign in first. */
  | "UNAUTHENTICATED";

/** 金额，以分为单位的整数，绝对值不超过 2^53 - 1；如 1760 是 17.60 元。Money in whole fen, at most 2^53 - 1 either way; a JSON number. */
export type Fen = number;

/** 赠品。A gift. */
export interface Gift {
  __typename?: "Gift";
  /** 送什么。What is given. */
  name: string;
}

/** 赠品。A gift. */
export interface GiftInput {
  /** 送什么，最多 60 字。What is given, at most 60 characters. */
  name: string;
}

/** 专享：赠予一位联户长、只给获赠者的优惠。A discount that is for grants alone, given to one head. */
export interface Grant {
  __typename?: "Grant";
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<GrantAction>;
  /** 优惠的现行版本；不可见为空。The discount, in the version that is on offer. */
  discount: Discount | null;
  /** 赠予时间。When it was given. */
  givenAt: DateTime;
  /** 获赠的联户长。The head to whom it was given. */
  head: HouseholdHead;
  /** 全局编号。The global id. */
  id: string;
  /** 还能用几次。How many times it can still be used. */
  left: number;
  /** 说明，本人可见。Why, in words for the head. */
  note: string;
  /** 给几次。How many times it was given for. */
  quantity: number;
  /** 收回的原因；未收回为空。Why it was revoked. */
  revokeReason: string | null;
  /** 收回时间；未收回为空。When it was revoked. */
  revokedAt: DateTime | null;
  /** 缘由。For what it was given. */
  source: GrantSource;
  /** 状态。Whether it can be used. */
  state: GrantState;
  /** 已用几次，含收银台正在核销的；撤销、冲正的退回。How often it was used, what a till holds included; a revoked or reversed redemption gives it back. */
  used: number;
  /** 第一天。The first day. */
  validFrom: Date;
  /** 最后一天（含当天）。The last day, inclusive. */
  validUntil: Date;
}

/** 对专享的操作。What can be done to a grant. */
export type GrantAction =
  /** 收回。Revoke it. */
  | "REVOKE";

/** 分页列表。A page of rows. */
export interface GrantConnection {
  __typename?: "GrantConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<GrantEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface GrantEdge {
  __typename?: "GrantEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: Grant;
}

/** 赠予专享优惠。To give a head a grant in thanks. */
export interface GrantGiveInput {
  /** 专享优惠编号，任一版本。The discount, by one of its versions. */
  discountId: string;
  /** 联户长编号。The head. */
  headId: string;
  /** 说明，本人可见，最多 100 字。Why, in words for the head, at most 100 characters. */
  note: string;
  /** 给几次，1 到 10。How many times, 1 to 10. */
  quantity: number;
  /** 客户端自编的请求编号，最多 64 个字符；重发时不变，只算一次。The client's own number, for idempotent retries. */
  requestNo: string;
  /** 最后一天（含当天），最长一年。The last day, inclusive; within a year. */
  validUntil: Date;
}

/** 对专享操作的结果。The result of a mutation. */
export interface GrantPayload {
  __typename?: "GrantPayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 操作后的专享；未完成时为空。The grant afterwards; null when refused. */
  grant: Grant | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 收回专享。To revoke a grant. */
export interface GrantRevokeInput {
  /** 专享编号。The grant. */
  grantId: string;
  /** 原因，本人可见，最多 200 字。Why, for the head to read, at most 200 characters. */
  reason: string;
}

/** 专享的缘由。For what a grant was given. */
export type GrantSource =
  /** 荣誉。An honour. */
  | "HONOUR"
  /** 致谢。In thanks. */
  | "THANKS"
  /** 欢迎。As a welcome. */
  | "WELCOME";

/** 专享状态。Whether a grant can be used. */
export type GrantState =
  /** 可以使用。Can be used. */
  | "OPEN"
  /** 已到期。Its last day is over, or its head has left. */
  | "OVER"
  /** 已收回。Revoked. */
  | "REVOKED"
  /** 尚未开始。From a later day on. */
  | "UPCOMING"
  /** 已用完。Used up; a redemption that is taken back opens it again. */
  | "USED";

/** 对联户长的操作。What can be done to a household head. */
export type HeadAction =
  /** 换手机号。Give another phone. */
  | "CHANGE_PHONE"
  /** 赠予专享优惠。Give a grant. */
  | "GRANT"
  /** 参加积分榜。Join the leaderboard. */
  | "JOIN_BOARD"
  /** 离任。Let the head leave. */
  | "LEAVE"
  /** 退出积分榜。Leave the leaderboard. */
  | "LEAVE_BOARD"
  /** 恢复。Resume. */
  | "RESUME"
  /** 给在场的本人开登录码。Show a code to the head, who is present. */
  | "SHOW_CODE"
  /** 暂停。Suspend. */
  | "SUSPEND";

/** 联户长换手机号。To give a head another phone. */
export interface HeadChangePhoneInput {
  /** 联户长编号。The head. */
  headId: string;
  /** 姓名，用来核对。The head's name, said again. */
  name: string;
  /** 新手机号。The new phone. */
  phone: string;
}

/** 参加积分榜。To take part in the leaderboard. */
export interface HeadJoinBoardInput {
  /** 本人的联户长编号。One's own head. */
  headId: string;
}

/** 退出积分榜。To take part in the leaderboard no longer. */
export interface HeadLeaveBoardInput {
  /** 本人的联户长编号。One's own head. */
  headId: string;
}

/** 联户长离任。To let a head leave. */
export interface HeadLeaveInput {
  /** 联户长编号。The head. */
  headId: string;
  /** 原因，最多 200 字。Why, at most 200 characters. */
  reason: string;
  /** 由哪位联户长接任；不填则住户暂无联户长。Who takes over the households; without one they have no head. */
  successorId?: string | null;
}

/** 对联户长操作的结果。The result of a mutation. */
export interface HeadPayload {
  __typename?: "HeadPayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 操作后的联户长；未完成时为空。The head afterwards; null when refused. */
  head: HouseholdHead | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 联户长的积分。A head's points. */
export interface HeadPoints {
  __typename?: "HeadPoints";
  /** 可用积分。What can be spent. */
  available: Points;
  /** 欠分，以后入账时先偿还。What is owed; later postings repay it first. */
  debt: Points;
  /** 核销占用的积分。Held for a discount at the till. */
  held: Points;
  /** 待入账积分，评单后入账。Earned, posted once the wish is rated. */
  pending: Points;
}

/** 我的进展，不论是否参加积分榜，仅本人可见。The head's own progress, on the board or not. */
export interface HeadProgress {
  __typename?: "HeadProgress";
  /** 其中我接下的件数。How many of them were accepted. */
  accepted: number;
  /** 最好的一个月：件数最多的；还没有为空。The month with most wishes; null for none yet. */
  bestMonth: MonthDone | null;
  /** 上月。The month before. */
  lastMonth: MonthDone;
  /** 近 30 天派给我的件数。How many were offered in the last 30 days, alone or with others. */
  offered: number;
  /** 本月。This month. */
  thisMonth: MonthDone;
}

/** 恢复联户长。To end a head's suspension. */
export interface HeadResumeInput {
  /** 联户长编号。The head. */
  headId: string;
  /** 原因，可不填，最多 200 字。Why, optional, at most 200 characters. */
  reason?: string;
}

/** 给联户长开登录码。For whom the code is. */
export interface HeadShowCodeInput {
  /** 联户长。The household head who is present. */
  headId: string;
}

/** 暂停联户长。To suspend a head. */
export interface HeadSuspendInput {
  /** 联户长编号。The head. */
  headId: string;
  /** 原因，本人可见，最多 200 字。Why, for the head to read, at most 200 characters. */
  reason: string;
}

/** 一位联户长的试算。The dry run for one head. */
export interface HeadTrial {
  __typename?: "HeadTrial";
  /** 联户长。The head. */
  head: HouseholdHead;
  /** 合计。The sums. */
  sums: RewardSums;
}

/** 撤销致谢。To revoke an honour. */
export interface HonourRevokeInput {
  /** 提名编号。The nomination. */
  nominationId: string;
  /** 理由，本人和负责的人可见，最多 200 字。Why, at most 200 characters. */
  reason: string;
}

/** 住户。A household, behind one door. */
export interface Household {
  __typename?: "Household";
  /** 地址。The address. */
  address: string | null;
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<HouseholdAction>;
  /** 所在楼栋。The building it lives in. */
  building: Area | null;
  /** 户编号。The clerk's own number of it. */
  code: string | null;
  /** 联系人。Whom to ask for. */
  contactName: string | null;
  /** 联系信息查看记录，由新到旧。Reveals of its contact details, newest first. */
  contactReveals: ContactRevealConnection | null;
  /** 所在网格。The grid it lies in. */
  grid: Area;
  /** 联户长。The head who looks after it. */
  head: HouseholdHead | null;
  /** 全局编号。The global id. */
  id: string;
  /** 微心愿，由新到旧。Its wishes, newest first. */
  wishes: WishConnection;
}

/** 对住户的操作。What can be done to a household. */
export type HouseholdAction =
  /** 联系人换手机号。Give its contact another phone. */
  | "CHANGE_PHONE"
  /** 调整联户长。Let another head look after it. */
  | "MOVE"
  /** 给在场的联系人开登录码。Show a code to its contact, who is present. */
  | "SHOW_CODE"
  /** 点单，自家的或代为点单。Submit a wish, one's own or on its behalf. */
  | "SUBMIT_WISH";

/** 住户联系人换手机号。To give a household's contact another phone. */
export interface HouseholdChangePhoneInput {
  /** 住户编号。The household. */
  householdId: string;
  /** 联系人姓名，用来核对。The contact's name, said again. */
  name: string;
  /** 新手机号。The new phone. */
  phone: string;
}

/** 住户联系人换手机号的结果。The result of changing the phone. */
export interface HouseholdChangePhonePayload {
  __typename?: "HouseholdChangePhonePayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 操作后的住户；未完成时为空。The household afterwards; null when refused. */
  household: Household | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 分页列表。A page of rows. */
export interface HouseholdConnection {
  __typename?: "HouseholdConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<HouseholdEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface HouseholdEdge {
  __typename?: "HouseholdEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: Household;
}

/** 联户长。A household head: a volunteer who looks after neighbouring households. */
export interface HouseholdHead {
  __typename?: "HouseholdHead";
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<HeadAction>;
  /** 专享优惠，由新到旧；本人、区管理员和审计员可见。The grants, newest first. */
  grants: GrantConnection | null;
  /** 所在网格。The grid. */
  grid: Area;
  /** 致谢，由新到旧：本人同意公开的；本人和负责的人看到全部。The honours, the latest first. */
  honours: NominationConnection;
  /** 所联住户。The households looked after. */
  households: HouseholdConnection;
  /** 全局编号。The global id. */
  id: string;
  /** 离任时间；在任为空。When the head left. */
  leftAt: DateTime | null;
  /** 姓名。The name. */
  name: string;
  /** 是否在积分榜上：已参加，且未暂停、未离任。Whether the head competes on the leaderboard now. */
  onBoard: boolean | null;
  /** 优惠码，由新到旧；仅本人可见。The passes, newest first; for the head alone. */
  passes: PassConnection | null;
  /** 积分；本人、区管理员和审计员可见。The points; for the head, admins and auditors. */
  points: HeadPoints | null;
  /** 积分流水，由新到旧；本人、区管理员和审计员可见。The history of points, newest first. */
  pointsEntries: PointsEntryConnection | null;
  /** 在 `rankBoard` 上的名次；未参加或没有积分为空。The rank on `rankBoard`; null if not on that board. */
  rank: number | null;
  /** 名次所在的榜：社区本月、社区本季、街道本月、街道本季、全区本月中，第一个有积分的人够 5 人的；都不够为空。The board of that rank: the first that is not sparse of the community's month, its quarter, the subdistrict's month, its quarter, and the district's month; null if all are. */
  rankBoard: Leaderboard | null;
  /** 核销记录，由新到旧；本人、区管理员和审计员可见。The redemptions, newest first. */
  redemptions: RedemptionConnection | null;
  /** 星级，1 到 5。The star level, by points ever earned. */
  starLevel: number;
  /** 最近一次暂停、恢复或离任的原因。Why that was so decided last. */
  stateReason: string | null;
  /** 暂停时间；未暂停为空。Since when the head is suspended. */
  suspendedAt: DateTime | null;
  /** 派给和承办的微心愿，由新到旧；不指定状态则为手上的。Wishes assigned or offered; by default those in hand. */
  wishes: WishConnection;
}

/** 分页列表。A page of rows. */
export interface HouseholdHeadConnection {
  __typename?: "HouseholdHeadConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<HouseholdHeadEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface HouseholdHeadEdge {
  __typename?: "HouseholdHeadEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: HouseholdHead;
}

/** 入户申请：一个人申请成为一户的居民，由网格员或社区工作者确认，联户长可以作证。A request to belong to a household: grid worker or staff decide, its head may vouch. */
export interface HouseholdJoin {
  __typename?: "HouseholdJoin";
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<HouseholdJoinAction>;
  /** 申请时间。When it was asked. */
  createdAt: DateTime;
  /** 确认、拒绝、撤回或过期的时间；待确认为空。When it ended. */
  decidedAt: DateTime | null;
  /** 到此时仍无人确认即过期。When it expires, unless somebody decides. */
  expiresAt: DateTime;
  /** 申请加入的住户；申请人在确认后才看到。The household; the asker sees it once it is confirmed. */
  household: Household | null;
  /** 全局编号。The global id. */
  id: string;
  /** 申请人自己填写的姓名。Who asks, by the name that they gave. */
  name: string;
  /** 申请人的手机号，隐去中间四位；联户长看不到。The asker's phone, masked. */
  phone: string | null;
  /** 状态。The state. */
  state: HouseholdJoinState;
  /** 联户长作证的时间；未作证为空。When a head vouched. */
  vouchedAt: DateTime | null;
  /** 作证的联户长；未作证为空。The head who vouched. */
  vouchedByName: string | null;
}

/** 对入户申请的操作。What can be done to a request to belong to a household. */
export type HouseholdJoinAction =
  /** 确认。Confirm. */
  | "CONFIRM"
  /** 拒绝。Refuse. */
  | "REFUSE"
  /** 联户长作证。The household's head vouches for the asker. */
  | "VOUCH"
  /** 撤回。Withdraw. */
  | "WITHDRAW";

/** 申请入户的结果。The result of asking to belong to a household. */
export interface HouseholdJoinAskPayload {
  __typename?: "HouseholdJoinAskPayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 入户申请；未完成时为空。The request; null when refused. */
  join: HouseholdJoin | null;
  /** 凭凭据申请的，随即登录；否则为空。What signing in gave; null without a ticket. */
  signedIn: SignedIn | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 分页列表。A page of rows. */
export interface HouseholdJoinConnection {
  __typename?: "HouseholdJoinConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<HouseholdJoinEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 确认或拒绝入户申请。To confirm or refuse a request. */
export interface HouseholdJoinDecideInput {
  /** 是确认还是拒绝。Whether to confirm it, or to refuse. */
  confirm: boolean;
  /** 入户申请。The request. */
  joinId: string;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface HouseholdJoinEdge {
  __typename?: "HouseholdJoinEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: HouseholdJoin;
}

/** 申请入户：填户编号或地址，两项只填一项；没有账号的，另填凭据和姓名。The household's number or its address, not both; without an account, a ticket and one's name too. */
export interface HouseholdJoinInput {
  /** 地址，与名册上写的一样。The address, as the roster has it. */
  address?: string | null;
  /** 浏览器或小程序自己存的一个随机编号，16 到 64 位。A random number that the client keeps. */
  device?: string | null;
  /** 户编号。The household's number. */
  householdCode?: string | null;
  /** 备注，如“我的手机”。A note, such as 我的手机. */
  label?: string;
  /** 自己的姓名，凭凭据申请时填写。One's own name, with a ticket. */
  name?: string | null;
  /** 用短信验证码登录时得到的凭据；已登录的不填。The ticket of signing in by phone. */
  ticket?: string | null;
}

/** 入户申请的结果。The result of a step of a request. */
export interface HouseholdJoinPayload {
  __typename?: "HouseholdJoinPayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 入户申请；未完成时为空。The request; null when refused. */
  join: HouseholdJoin | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 入户申请状态。The state of a request to belong to a household. */
export type HouseholdJoinState =
  /** 已确认，申请人成为居民。Confirmed: the asker is a resident. */
  | "CONFIRMED"
  /** 七天无人确认，已过期。Nobody decided for 7 days. */
  | "EXPIRED"
  /** 待确认。Open. */
  | "OPEN"
  /** 已拒绝。Refused. */
  | "REFUSED"
  /** 本人已撤回。Withdrawn by the asker. */
  | "WITHDRAWN";

/** 为入户申请作证。To vouch for who asks. */
export interface HouseholdJoinVouchInput {
  /** 入户申请。The request. */
  joinId: string;
}

/** 撤回入户申请。To withdraw one's own request. */
export interface HouseholdJoinWithdrawInput {
  /** 入户申请。The request. */
  joinId: string;
}

/** 给住户开登录码。For whom the code is. */
export interface HouseholdShowCodeInput {
  /** 住户。The household whose contact is present. */
  householdId: string;
}

/** 调整住户的联户长。To let another head look after households. */
export interface HouseholdsMoveInput {
  /** 由哪位联户长负责。The head who is to look after them. */
  headId: string;
  /** 住户编号，1 到 100 户。The households, 1 to 100 of them. */
  householdIds: Array<string>;
}

/** 调整住户的结果。The result of the move. */
export interface HouseholdsMovePayload {
  __typename?: "HouseholdsMovePayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 调整后的住户；未完成时为空。The households afterwards; null when refused. */
  households: Array<Household> | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 邀请的状态。The state of an invitation. */
export type InvitationState =
  /** 已接受。Accepted. */
  | "ACCEPTED"
  /** 已过期。Expired. */
  | "EXPIRED"
  /** 待接受。Open. */
  | "OPEN"
  /** 已撤回。Withdrawn. */
  | "WITHDRAWN";

/** 积分榜：自愿参加的联户长在一段时间内入账的积分、心愿件数或户数。Points, wishes or households of what was posted in a period, by who opted in. */
export interface Leaderboard {
  __typename?: "Leaderboard";
  /** 范围。The area whose heads compete. */
  area: Area;
  /** 我和前后几名；我不在榜上，或名次不公开的，为空。The viewer's place with those before and behind; null without one, and where places are not public. */
  around: Array<LeaderboardEntry> | null;
  /** 封榜存档；还没封榜为空。封榜以后，名次以存档为准。How it was closed; null before. From then on, the places are those of the closing. */
  closing: BoardClosing | null;
  /** 结束时间（不含）；全部为空。The first instant after it; null for all time. */
  endsAt: DateTime | null;
  /** 名次，从高到低；榜上不足 5 人，或是网格、楼栋的榜而不在其中的，为空；管理此区域的人总能看到。The places, the best first; null while sparse, and of a grid or building for who is not of it; never for who works above. */
  entries: LeaderboardEntryConnection | null;
  /** 全局编号。The global id. */
  id: string;
  /** 我的名次；不在榜上为空。The viewer's own place; null when not on the board. */
  me: LeaderboardStanding | null;
  /** 按什么排。What counts. */
  measure: LeaderboardMeasure;
  /** 何时重新开始；已结束的和全部为空。When it begins anew; null once it has ended, and for all time. */
  nextReset: DateTime | null;
  /** 参加积分榜的联户长人数，不论有无积分；封榜以后是当时的。How many heads compete, with points or without; of a closed board, how many did then. */
  participants: number;
  /** 周期。The kind of window. */
  period: LeaderboardPeriod;
  /** 有积分的联户长人数。How many heads have points. */
  scored: number;
  /** 服务器时间，用于倒计时。Now, to count down from. */
  serverTime: DateTime;
  /** 有积分的联户长是否不足 5 人；不足时名次不公开。Whether fewer than 5 heads have points: then the places are not public. */
  sparse: boolean;
  /** 开始时间；全部为空。The first instant that counts; null for all time. */
  startsAt: DateTime | null;
  /** 进行中、核对中或已结束。Whether its window runs. */
  state: LeaderboardState;
  /** 大家一起做的事，人人可见。What was done together, for everybody. */
  together: LeaderboardTogether;
  /** 此区域的榜到现在变动过几次；与通知里的相比，可知是否最新。How often boards of the area have changed: compared with that of a notification, it tells whether anything was missed. */
  version: number;
}

/** 我在榜上大致的位置。Roughly where a place is. */
export type LeaderboardBand =
  /** 排在前面的不到一半。Fewer than half are in front. */
  | "FIRST_HALF"
  /** 排在前面的不到四分之一。Fewer than a quarter are in front. */
  | "FIRST_QUARTER"
  /** 排在前面的不到十分之一。Fewer than a tenth are in front. */
  | "FIRST_TENTH"
  /** 其他。Any other. */
  | "OTHERS";

/** 最好的一期。The window in which the viewer had the most points. */
export interface LeaderboardBest {
  __typename?: "LeaderboardBest";
  /** 周期。The kind of window. */
  period: LeaderboardPeriod;
  /** 那一期的积分。The points of that window. */
  points: Points;
  /** 开始时间；全部为空。Its first instant; null for all time. */
  startsAt: DateTime | null;
}

/** 积分榜有变动，请重新读取。A leaderboard changed: query it again. */
export interface LeaderboardChange {
  __typename?: "LeaderboardChange";
  /** 范围。The area whose heads compete. */
  area: Area;
  /** 通知时间。As of when. */
  changedAt: DateTime;
  /** 周期。The kind of window. */
  period: LeaderboardPeriod;
  /** 此区域的榜到现在变动过几次；已读到的榜不旧于此，就没有漏掉什么。How often boards of the area have changed: one that was read with no lower number has missed nothing. */
  version: number;
}

/** 积分榜上的一个名次。One place on a leaderboard. */
export interface LeaderboardEntry {
  __typename?: "LeaderboardEntry";
  /** 封榜以后更正的名次；没有变动为空。The rank with the errata of a closed board; null where they change nothing. */
  correctedRank: number | null;
  /** 联户长。Whose place it is. */
  head: LeaderboardHead;
  /** 本期帮助的户数。The households helped in the period, each once. */
  households: number;
  /** 是否是我。Whether it is the viewer's own. */
  isMe: boolean;
  /** 这一行的键，同一人在同一榜上不变，供列表和缓存用；不能用来查询。What to key the row by: the same for a head on this board, and no id of anything. */
  key: string;
  /** 本期积分。The points of the period. */
  points: Points;
  /** 今天零点时的名次；那时不在榜上为空。The rank at the beginning of today; null for none. */
  previousRank: number | null;
  /** 名次，同数同名次（1、2、2、4）；同名次的，先达到的在前。The rank: equal ones share it, and among them who got there earlier stands first. */
  rank: number;
  /** 本期办成的心愿件数。The wishes of the period that earned points. */
  wishes: number;
}

/** 分页列表。A page of rows. */
export interface LeaderboardEntryConnection {
  __typename?: "LeaderboardEntryConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<LeaderboardEntryEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface LeaderboardEntryEdge {
  __typename?: "LeaderboardEntryEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: LeaderboardEntry;
}

/** 榜上的联户长，姓名已脱敏。A head on the public board, masked. */
export interface LeaderboardHead {
  __typename?: "LeaderboardHead";
  /** 所在社区。The community. */
  areaName: string | null;
  /** 脱敏后的姓名。The masked name. */
  displayName: string;
}

/** 积分榜按什么排。What a leaderboard counts. */
export type LeaderboardMeasure =
  /** 帮助的户数，同一户只计一次。Households helped, each once. */
  | "HOUSEHOLDS"
  /** 积分。Points. */
  | "POINTS"
  /** 办成的心愿件数。Wishes that earned points. */
  | "WISHES";

/** 积分榜周期。The window of a leaderboard, in Asia/Shanghai. */
export type LeaderboardPeriod =
  /** 全部。All time. */
  | "ALL"
  /** 本月。The month. */
  | "MONTH"
  /** 本季度。The quarter. */
  | "QUARTER"
  /** 本周，周一起。The week from Monday. */
  | "WEEK"
  /** 本年。The year. */
  | "YEAR";

/** 上一期。The window before. */
export interface LeaderboardPrevious {
  __typename?: "LeaderboardPrevious";
  /** 上一期办成的心愿件数。The wishes of the window before. */
  wishes: number;
}

/** 我的名次，仅本人可见。The viewer's own place, told to nobody else. */
export interface LeaderboardStanding {
  __typename?: "LeaderboardStanding";
  /** 排在我后面的人数。How many have less. */
  aheadOf: number;
  /** 大致的位置。Roughly where it is. */
  band: LeaderboardBand;
  /** 我最好的一期（同类周期）。The best window of this kind. */
  best: LeaderboardBest;
  /** 本期帮助的户数。The households helped in the period, each once. */
  households: number;
  /** 今天上升了几名，下降为负；今天新上榜为空。Ranks gained today, below 0 for lost; null for none before. */
  movement: number | null;
  /** 本期积分。The points of the period. */
  points: Points;
  /** 今天零点时的名次；那时不在榜上为空。The rank at the beginning of today; null for none. */
  previousRank: number | null;
  /** 名次。The rank. */
  rank: number;
  /** 离前一名次还差多少（榜上所排的数）；第一名为空。How much of what counts is missing to the next better rank; null for the first. */
  toNext: number | null;
  /** 本期办成的心愿件数。The wishes of the period that earned points. */
  wishes: number;
}

/** 一期积分榜的状态。Whether a leaderboard's window still runs. */
export type LeaderboardState =
  /** 已结束。Ended more than 24 hours ago. */
  | "CLOSED"
  /** 进行中。Its window runs, or it is of all time. */
  | "LIVE"
  /** 刚结束，24 小时内仍在核对。Ended within 24 hours: late postings may still move places. */
  | "SETTLING";

/** 大家一起做的事：不分是否参加积分榜。What was done together, on the board or not. */
export interface LeaderboardTogether {
  __typename?: "LeaderboardTogether";
  /** 出力的联户长人数。Heads of the area who helped. */
  heads: number;
  /** 得到帮助的户数，同一户只计一次。Households helped, each once. */
  households: number;
  /** 每千户办成的心愿件数；没有住户为空。Wishes for each 1,000 households; null without any. */
  perThousandHouseholds: number | null;
  /** 上一期；全部为空。The window before; null for all time. */
  previous: LeaderboardPrevious | null;
  /** 办成的心愿件数：评了 3 星及以上，或到期自动评的。Wishes of the people here, rated well or by time. */
  wishes: number;
}

/** 北京时间一天中的时刻，HH:MM，从 00:00 到 23:59，如 09:30；零点写 00:00。A time of day in Asia/Shanghai, from 00:00 to 23:59; midnight is 00:00. */
export type LocalTime = string;

/** 一个人在一个区域的身份。A role of a person in an area. */
export interface Membership {
  __typename?: "Membership";
  /** 在哪个区域。In which area. */
  area: Area;
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<MembershipAction>;
  /** 收回的原因；没有写的为空。Why it was ended; null where nobody said. */
  endReason: string | null;
  /** 何时得到。Since when. */
  grantedAt: DateTime;
  /** 全局编号。The global id. */
  id: string;
  /** 姓名。The name. */
  name: string;
  /** 手机号，中间四位隐去。The phone, masked. */
  phone: string | null;
  /** 何时被收回；现有的为空。Until when; null while it is held. */
  revokedAt: DateTime | null;
  /** 身份。Which role. */
  role: Role;
}

/** 对一个身份的操作。What can be done to a role. */
export type MembershipAction =
  /** 收回。End it. */
  | "END";

/** 分页列表。A page of rows. */
export interface MembershipConnection {
  __typename?: "MembershipConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<MembershipEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface MembershipEdge {
  __typename?: "MembershipEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: Membership;
}

/** 给予或收回身份的结果。The result of a mutation. */
export interface MembershipPayload {
  __typename?: "MembershipPayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 操作后的身份；未完成时为空。The role afterwards; null when refused. */
  membership: Membership | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 登记本人在小程序里同意接收的消息。What the person agreed to in the mini-program. */
export interface MessageConsentsNoteInput {
  /** 同意了的模板编号，每个记一条，最多 10 个。The templates, one message more of each; at most 10. */
  templateIds: Array<string>;
}

/** 微信订阅消息的一个模板。One template of WeChat's subscribed messages. */
export interface MessageTemplate {
  __typename?: "MessageTemplate";
  /** 用于哪些通知。For which kinds. */
  kinds: Array<NotificationKind>;
  /** 还可发送几条。How many messages are still agreed to. */
  remaining: number;
  /** 模板编号，小程序据此请求订阅。The id by which the mini-program asks for consent. */
  templateId: string;
}

/** 一个月做的事。What a head did in one month. */
export interface MonthDone {
  __typename?: "MonthDone";
  /** 帮助的户数。Households helped, each once. */
  households: number;
  /** 月份的第一天。The first day of the month. */
  month: Date;
  /** 积分。The points. */
  points: Points;
  /** 办成并得了积分的心愿件数。Wishes that earned points. */
  wishes: number;
}

/** 有全局编号的对象。An object with a global id (Relay). */
export type Node = Agreement | Area | BoardClosing | Discount | Dispute | Grant | Household | HouseholdHead | HouseholdJoin | Leaderboard | Membership | Nomination | Notification | Pass | PointsEntry | Redemption | RewardRule | Season | SeasonObjection | Session | Shop | ShopChange | ShopDay | ShopInvitation | ShopStaff | Signal | Statement | StatementMonth | WebhookDelivery | WebhookEndpoint | Wish;

/** 提名；公布之后即为致谢。名单按抽定的次序排列，从不按支持数。A nomination, and, once the season is concluded, an honour. Lists stand in an order that was drawn, never by supports. */
export interface Nomination {
  __typename?: "Nomination";
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<NominationAction>;
  /** 所在社区。The community. */
  community: Area | null;
  /** 本人撤回同意的时间；没有为空。When the consent was withdrawn. */
  consentWithdrawnAt: DateTime | null;
  /** 本人同意的时间；未同意为空。When the nominee consented. */
  consentedAt: DateTime | null;
  /** 决定的时间。When it was decided. */
  decidedAt: DateTime | null;
  /** 决定的理由。Why it was so decided. */
  decision: string | null;
  /** 事迹，提名截止时算定；公示期满（或取消）30 天后删除，随后为空。The evidence, frozen when nominating ends; it is deleted 30 days after the notice, or the season's cancellation. */
  evidence: NominationEvidence | null;
  /** 本人可对事迹提出异议的截止时间。Until when the nominee can object to the evidence. */
  evidenceUntil: DateTime | null;
  /** 联户长；看得到的人才有。The head, to who sees one. */
  head: HouseholdHead | null;
  /** 获致谢的时间；没有为空。When it became an honour. */
  honouredAt: DateTime | null;
  /** 致谢的有效期，12 个月。Until when the honour is in force. */
  honouredUntil: DateTime | null;
  /** 住户；看得到的人才有。The household, to who sees one. */
  household: Household | null;
  /** 全局编号。The global id. */
  id: string;
  /** 姓名、户主姓名，或楼栋和单元；本人同意后才公开。The name of the head, of the household's contact, or of the building; public by consent alone. */
  name: string;
  /** 异议，先提的在前：自己的；本人和负责的人看到全部。Objections, the oldest first: one's own; all of them to the nominee and to who decides. */
  objections: SeasonObjectionConnection;
  /** 提名时间。When it was proposed. */
  proposedAt: DateTime;
  /** 提名的理由。Why it was proposed. */
  reason: string | null;
  /** 撤销的原因。Why it was revoked. */
  revokeReason: string | null;
  /** 撤销的时间；没有为空。When the honour was revoked. */
  revokedAt: DateTime | null;
  /** 哪一期。The season. */
  season: Season;
  /** 状态。The state, as far as the viewer may know it. */
  state: NominationState;
  /** 评的是谁。Who or what is honoured. */
  subject: SeasonSubject;
  /** 我家是否支持它。Whether the viewer's household supports it. */
  supported: boolean;
  /** 支持的户数，提名截止后才显示，只供参考。How many households support it, from the review on; it only informs. */
  supports: number | null;
  /** 不符合的评选条件，可直接显示；都符合为空列表。What of the rule is not met, fit to show. */
  unmet: Array<string> | null;
}

/** 对提名的操作。What can be done to a nomination. */
export type NominationAction =
  /** 同意。Consent. */
  | "CONSENT"
  /** 谢绝。Decline. */
  | "DECLINE"
  /** 致谢，随公布进行。Honour it, with the season's conclusion alone. */
  | "HONOUR"
  /** 失效，随时间或取消进行。Let it lapse, by time or with the season. */
  | "LAPSE"
  /** 提出异议。Object to it. */
  | "OBJECT"
  /** 不列入。Leave it off the list. */
  | "PASS_OVER"
  /** 撤销致谢。Revoke the honour. */
  | "REVOKE"
  /** 列入公示名单。Put it on the list. */
  | "SHORTLIST"
  /** 从公示名单撤下。Strike it from the list. */
  | "STRIKE"
  /** 支持。Support it. */
  | "SUPPORT"
  /** 退出。Withdraw the consent. */
  | "WITHDRAW";

/** 分页列表。A page of rows. */
export interface NominationConnection {
  __typename?: "NominationConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<NominationEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 同意提名，并同意公开姓名。To consent to a nomination, and to one's name being public. */
export interface NominationConsentInput {
  /** 提名编号。The nomination. */
  nominationId: string;
}

/** 谢绝提名。To decline a nomination. */
export interface NominationDeclineInput {
  /** 提名编号。The nomination. */
  nominationId: string;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface NominationEdge {
  __typename?: "NominationEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: Nomination;
}

/** 事迹：由系统从评过的心愿算出，无人填写。What a nominee did, computed from rated wishes; nobody types it. */
export interface NominationEvidence {
  __typename?: "NominationEvidence";
  /** 由人评的平均星级；没有为空。The average of those ratings, in stars. */
  averageStars: number | null;
  /** 帮助过的住户。How many different households were helped. */
  households: number;
  /** 任联户长的整月数；不是联户长的为空。Whole months in office; null for who is no head. */
  months: number | null;
  /** 由人评的次数。How many ratings were given by people. */
  ratings: number | null;
  /** 积分被冲正的心愿。Wishes whose points were taken back. */
  reversals: number | null;
  /** 当时是否暂停。Whether the head was suspended then. */
  suspended: boolean | null;
  /** 评过的心愿，3 星及以上或自动评单；楼栋和单元的为住在这栋楼的住户的，家庭的为家中联户长办结的。Wishes rated 3 stars or more, or by time: of a head or of those who live in a household, or of the building's households. */
  wishes: number;
}

/** 提出异议。To object to a nomination. */
export interface NominationObjectInput {
  /** 提名编号。The nomination. */
  nominationId: string;
  /** 客户端自编的请求编号，最多 64 个字符；重发时不变，只算一次。The client's own number, for idempotent retries. */
  requestNo: string;
  /** 内容，被提名人看得到内容、看不到是谁，最多 500 字。Its words, at most 500 characters. */
  text: string;
}

/** 不列入公示名单。To leave a nomination off the list. */
export interface NominationPassOverInput {
  /** 提名编号。The nomination. */
  nominationId: string;
  /** 理由，被提名人和负责的人可见，最多 200 字。Why, at most 200 characters. */
  reason: string;
}

/** 对提名操作的结果。The result of a step of a nomination. */
export interface NominationPayload {
  __typename?: "NominationPayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 操作后的提名；未完成时为空。The nomination afterwards; null when refused. */
  nomination: Nomination | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 提名。To propose somebody. */
export interface NominationProposeInput {
  /** 被提名的联户长、住户或楼栋，按这一期评的是谁。The head, the household or the building, whichever the season honours. */
  nomineeId: string;
  /** 理由，本人和负责的人可见，最多 300 字。Why, at most 300 characters. */
  reason: string;
  /** 客户端自编的请求编号，最多 64 个字符；重发时不变，只算一次。The client's own number, for idempotent retries. */
  requestNo: string;
  /** 这一期的编号。The season. */
  seasonId: string;
  /** 单元，如 2单元，最多 20 字；只有最美单元要填。The unit, at most 20 characters. */
  unit?: string;
}

/** 列入公示名单。To put a nomination on the list. */
export interface NominationShortlistInput {
  /** 提名编号。The nomination. */
  nominationId: string;
  /** 理由，被提名人和负责的人可见，最多 200 字。Why, at most 200 characters. */
  reason: string;
}

/** 提名的状态。The state of a nomination. */
export type NominationState =
  /** 本人已同意。The nominee consented. */
  | "CONSENTED"
  /** 已获致谢。Honoured. */
  | "HONOURED"
  /** 已失效：本人谢绝、到期未同意，或已离任。Lapsed: declined, not answered in time, or the head has left. */
  | "LAPSED"
  /** 本次未入选。Left off the list. */
  | "PASSED_OVER"
  /** 等本人同意。The nominee is asked. */
  | "PROPOSED"
  /** 致谢已撤销。The honour was revoked. */
  | "REVOKED"
  /** 在公示名单上。On the list. */
  | "SHORTLISTED"
  /** 异议成立，已撤下。Struck, because an objection was upheld. */
  | "STRUCK"
  /** 本人已退出。Withdrawn by the nominee. */
  | "WITHDRAWN";

/** 从公示名单撤下。To strike a nomination from the published list. */
export interface NominationStrikeInput {
  /** 提名编号。The nomination. */
  nominationId: string;
  /** 理由，被提名人和负责的人可见，最多 200 字。Why, at most 200 characters. */
  reason: string;
}

/** 以自家支持一项提名。To support a nomination, for one's household. */
export interface NominationSupportInput {
  /** 提名编号。The nomination. */
  nominationId: string;
}

/** 退出，撤回同意。To withdraw one's consent. */
export interface NominationWithdrawInput {
  /** 提名编号。The nomination. */
  nominationId: string;
}

/** 通知：不含姓名、地址和心愿内容。A notification; it names nobody. */
export interface Notification {
  __typename?: "Notification";
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<NotificationAction>;
  /** 发生时间。When it happened. */
  createdAt: DateTime;
  /** 所涉异议。The dispute that it is about. */
  dispute: Dispute | null;
  /** 所涉专享。The grant that it is about. */
  grant: Grant | null;
  /** 全局编号。The global id. */
  id: string;
  /** 种类。What it is about. */
  kind: NotificationKind;
  /** 所涉提名。The nomination that it is about. */
  nomination: Nomination | null;
  /** 所涉异议。The objection to a nomination that it is about. */
  objection: SeasonObjection | null;
  /** 读过的时间；未读为空。When it was read; null before. */
  readAt: DateTime | null;
  /** 所涉核销。The redemption that it is about. */
  redemption: Redemption | null;
  /** 所涉店铺。The shop that it is about. */
  shop: Shop | null;
  /** 正文，可直接显示。The sentence, fit to show. */
  text: string;
  /** 标题，可直接显示。The title, fit to show. */
  title: string;
  /** 所涉微心愿。The wish that it is about. */
  wish: Wish | null;
}

/** 对通知的操作。What can be done to a notification. */
export type NotificationAction =
  /** 标为已读。Mark it as read. */
  | "READ";

/** 有新的通知。There are new notifications. */
export interface NotificationChange {
  __typename?: "NotificationChange";
  /** 读取时间。As of when. */
  changedAt: DateTime;
  /** 新的通知。The new ones. */
  notifications: Array<Notification>;
  /** 是否应重新读取列表：新的太多，或可能漏了消息。Whether to read the list anew, for there are more, or word may have been missed. */
  reload: boolean;
  /** 现在的未读数，最多数到 100。How many are unread now, at most 100. */
  unreadNotifications: number;
}

/** 分页列表。A page of rows. */
export interface NotificationConnection {
  __typename?: "NotificationConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<NotificationEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface NotificationEdge {
  __typename?: "NotificationEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: Notification;
}

/** 通知的种类，只有这些。What people are told of; nothing else. */
export type NotificationKind =
  /** 有人用一次性登录码登录了本账号。Somebody signed in to the account by a one-use code. */
  | "CODE_USED"
  /** 核销的异议已裁定。A dispute was decided, for the head and the shop's owners. */
  | "DISPUTE_DECIDED"
  /** 事迹待本人在 48 小时内核对。The evidence is there, to be looked at within 48 hours. */
  | "EVIDENCE_READY"
  /** 专享优惠将到期，提前 30 天和 7 天。A grant of the head ends: 30 and 7 days before. */
  | "GRANT_ENDS"
  /** 联户长获赠专享优惠。The head was given a grant. */
  | "GRANT_GIVEN"
  /** 获得致谢。An honour was given. */
  | "HONOUR_GIVEN"
  /** 有人提名，请本人决定是否同意。Somebody was proposed, who must consent. */
  | "NOMINATION_ASKED"
  /** 提出的异议已答复。An objection was answered. */
  | "OBJECTION_ANSWERED"
  /** 账号的手机号已更换。The account's phone was changed. */
  | "PHONE_CHANGED"
  /** 积分已冲正。Points of the head were taken back. */
  | "POINTS_REVERSED"
  /** 优惠码已核销。A pass of the head was redeemed. */
  | "REDEMPTION_CONFIRMED"
  /** 成为网格员或社区工作者。Work in a grid or a community was given. */
  | "ROLE_GIVEN"
  /** 店铺的申请或资料变更有了结果，或被暂停、恢复。An application, change or suspension of a shop was decided. */
  | "SHOP_DECIDED"
  /** 心愿有联户长接单。A head accepted the household's wish. */
  | "WISH_ACCEPTED"
  /** 心愿已办结，请评单；第五天再提醒一次。The wish was completed, to be rated; again on day 5 of the 7. */
  | "WISH_COMPLETED"
  /** 有心愿派给联户长。A wish was dispatched or offered to a head. */
  | "WISH_OFFERED"
  /** 办结的心愿已评单。A wish that the head completed was rated. */
  | "WISH_RATED"
  /** 派给联户长的心愿已收回。A wish was recalled from the head. */
  | "WISH_RECALLED";

/** 通知推送的设置；站内通知总是有。How one is pushed notifications; in the app they always are. */
export interface NotificationSettings {
  __typename?: "NotificationSettings";
  /** 是否发送短信，只用于最要紧的。Whether by text message, for the most important. */
  sms: boolean;
  /** 可请求订阅的消息模板。The templates for which to ask consent. */
  templates: Array<MessageTemplate>;
  /** 是否推送到微信。Whether by WeChat. */
  wechat: boolean;
  /** 是否绑定了微信，没有绑定就推送不到。Whether a WeChat user is bound. */
  wechatBound: boolean;
}

/** 修改通知推送的设置，只填要改的。Whether to be pushed notifications: what is to change. */
export interface NotificationSettingsChangeInput {
  /** 是否发送短信。Whether by text message. */
  sms?: boolean | null;
  /** 是否推送到微信。Whether by WeChat. */
  wechat?: boolean | null;
}

/** 通知推送设置的结果。The result of a change of how one is pushed notifications. */
export interface NotificationSettingsPayload {
  __typename?: "NotificationSettingsPayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 现在的设置；未完成时为空。The settings as they are now; null when refused. */
  settings: NotificationSettings | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 标为已读：若干条，或读到了哪一条。Some notifications, all up to one, or both. */
export interface NotificationsReadInput {
  /** 要标为已读的通知，1 到 100 条。The notifications, 1 to 100. */
  notificationIds?: Array<string> | null;
  /** 读到了哪一条，它和更早的都标为已读。This one and all before it. */
  upToId?: string | null;
}

/** 标为已读的结果。The result of marking notifications as read. */
export interface NotificationsReadPayload {
  __typename?: "NotificationsReadPayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 还有几条未读，最多数到 100；未完成时为空。How many are left unread; null when refused. */
  unreadNotifications: number | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 对异议的操作。What can be done to an objection. */
export type ObjectionAction =
  /** 答复。Answer it. */
  | "ANSWER";

/** 对什么的异议。What an objection is about. */
export type ObjectionKind =
  /** 对事迹的，由本人提出。The evidence, by the nominee. */
  | "EVIDENCE"
  /** 对公示的。What a notice shows. */
  | "NOTICE";

/** 异议的状态。The state of an objection. */
export type ObjectionState =
  /** 待答复。To be answered. */
  | "OPEN"
  /** 不成立。Rejected. */
  | "REJECTED"
  /** 成立。Upheld. */
  | "UPHELD"
  /** 提名已结束，不再答复。The nomination ended otherwise. */
  | "WITHDRAWN";

/** 此刻不能领取或使用的原因。Why a head could not take or use something now. */
export interface Obstacle {
  __typename?: "Obstacle";
  /** 原因代码，供程序判断。For the program. */
  code: ErrorCode;
  /** 中文说明，可直接显示。A sentence in Chinese, fit to show. */
  message: string;
  /** 何时起不再受此限制；与时间无关的为空。From when on it no longer bars, if time helps. */
  retryAt: DateTime | null;
}

/** 派单对象状态。The state of one head's offer. */
export type OfferState =
  /** 已接单。Accepted. */
  | "ACCEPTED"
  /** 已婉拒。Declined. */
  | "DECLINED"
  /** 待接单。Open. */
  | "OPEN"
  /** 已撤回。Withdrawn. */
  | "WITHDRAWN";

/** 一次性登录码，当面出示，十分钟内有效。A code that lets one person in once. */
export interface OneUseCode {
  __typename?: "OneUseCode";
  /** 给谁的。Whose it is. */
  displayName: string;
  /** 有效期至。Until when it can be used. */
  expiresAt: DateTime;
  /** 二维码的内容。What its QR code says. */
  qr: string;
  /** 画好的二维码（SVG）。The QR code, drawn. */
  qrSvg: string;
  /** 登录码，可以口述或输入。The code, to be read out or typed. */
  text: string;
}

/** 开登录码的结果。The result of showing a code. */
export interface OneUseCodePayload {
  __typename?: "OneUseCodePayload";
  /** 登录码；未开出时为空。The code; null when refused. */
  code: OneUseCode | null;
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 翻页信息。The position of this page. */
export interface PageInfo {
  __typename?: "PageInfo";
  /** 本页最后一条的游标；只找了一段的，是找到的地方。The last row's cursor; where a search stopped, that place's. */
  endCursor: string | null;
  /** 后面是否还有。Whether more follows. */
  hasNextPage: boolean;
  /** 前面是否还有。Whether more precedes. */
  hasPreviousPage: boolean;
  /** 本页第一条的游标。The first row's cursor. */
  startCursor: string | null;
}

/** 优惠码：出示一次，核销一次。A pass, good for one redemption; its codes rotate. */
export interface Pass {
  __typename?: "Pass";
  /** 动态码算法，见 docs/merchant.zh-CN.md。How the codes are computed: docs/merchant.md says it. */
  algorithm: string;
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<PassAction>;
  /** 当前二维码内容；失效后为空。The text of the QR code now; null once it is not live. */
  code: string | null;
  /** 优惠。The discount it is for. */
  discount: Discount;
  /** 有效期至。When it runs out. */
  expiresAt: DateTime;
  /** 全局编号。The global id. */
  id: string;
  /** 领取时间。When it was issued. */
  issuedAt: DateTime;
  /** 此刻不能使用的个人原因，收银台不可见。Why the head could not use it now; null when nothing bars it. */
  obstacle: Obstacle | null;
  /** 当前这一步的二维码图片，SVG 文档，过了这一步须重新读取；失效后为空。The QR code of the current step, as an SVG document: read it anew for the next step; null once it is not live. */
  qrSvg: string | null;
  /** 用它核销的一笔；未用为空。The redemption it was spent on; null before. */
  redemption: Redemption | null;
  /** 密钥，base64url，32 字节；失效后为空。The secret, 32 bytes in base64url; null once it is not live. */
  secret: string | null;
  /** 服务器时间，据此计步。The server's time, to count the steps from. */
  serverTime: DateTime;
  /** 店铺。The shop it is good at. */
  shop: Shop;
  /** 当前十一位短码；失效后、输错五次后、店铺短码已用完时为空，请扫码。The short code now; null once not live, when missed five times, and where the shop had none left: then the QR code is scanned. */
  shortCode: string | null;
  /** 状态。The state. */
  state: PassState;
  /** 动态码步长，秒。How long a code stays. */
  stepSeconds: number;
}

/** 对优惠码的操作。What can be done with a pass. */
export type PassAction =
  /** 取消。Cancel. */
  | "CANCEL"
  /** 出示：读取动态码，不是变更。Show it: its codes are read, without a mutation. */
  | "SHOW";

/** 取消优惠码。The pass to cancel. */
export interface PassCancelInput {
  /** 优惠码编号。The pass. */
  passId: string;
}

/** 分页列表。A page of rows. */
export interface PassConnection {
  __typename?: "PassConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<PassEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface PassEdge {
  __typename?: "PassEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: Pass;
}

/** 领取优惠码。Which discount a pass is wanted for. */
export interface PassIssueInput {
  /** 优惠编号。The discount. */
  discountId: string;
  /** 客户端自编的请求编号，最多 64 个字符，重发时不变。The client's own number, the same when sent again. */
  requestNo: string;
}

/** 领取或取消优惠码的结果。The result of issuing or cancelling a pass. */
export interface PassPayload {
  __typename?: "PassPayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 优惠码；未完成时为空。The pass; null when refused. */
  pass: Pass | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 优惠码状态。The state of a pass. */
export type PassState =
  /** 已取消。Cancelled. */
  | "CANCELLED"
  /** 已过期。Expired. */
  | "EXPIRED"
  /** 有效。Live. */
  | "LIVE"
  /** 已使用。Spent. */
  | "SPENT";

/** 变更的结果：对象，或未完成的原因。What a mutation answers: its object, or why not. */
export type Payload = AccountErasePayload | AgreementPayload | ConsentPayload | DiscountPayload | DisputePayload | GrantPayload | HeadPayload | HouseholdChangePhonePayload | HouseholdJoinAskPayload | HouseholdJoinPayload | HouseholdsMovePayload | MembershipPayload | NominationPayload | NotificationSettingsPayload | NotificationsReadPayload | OneUseCodePayload | PassPayload | PhoneChangePayload | PointsReversePayload | PrivacyExportPayload | RecoveryCodesPayload | RedemptionPayload | RedemptionPreparePayload | RewardRulePayload | RosterImportPayload | SeasonObjectionPayload | SeasonPayload | SecondFactorBeginPayload | SecondFactorPayload | SessionPayload | SessionsPayload | ShopChangePayload | ShopInvitationPayload | ShopPayload | ShopStaffPayload | ShopStaffSignOutPayload | SignInCodePayload | SignInPayload | SignalJudgePayload | StatementPayload | WebhookDeliveryPayload | WebhookEndpointPayload | WechatBoundPayload | WechatUnbindPayload | WishContactPayload | WishPayload;

/** 打折。A percentage taken off the bill. */
export interface PercentOff {
  __typename?: "PercentOff";
  /** 最多减多少分；空为不限。What it takes off at most, in fen; null for any. */
  maxSavedFen: Fen | null;
  /** 减去的百分比，20 即八折。Percent taken off: 20 leaves 80. */
  percent: number;
}

/** 打折。A percentage taken off the bill. */
export interface PercentOffInput {
  /** 最多减多少分；空为不限。What it takes off at most, in fen; null for any. */
  maxSavedFen?: Fen | null;
  /** 减去的百分比，1 到 100；20 即八折。Percent taken off, 1 to 100. */
  percent: number;
}

/** 换手机号：现在的和新的号码各一个验证码。A code for the present number, and one for the new. */
export interface PhoneChangeInput {
  /** 新号码收到的验证码。The code that it received. */
  code: string;
  /** 给新号码获取验证码时得到的。Of the code for the new number. */
  handle: string;
  /** 现在的号码收到的验证码。The code that it received. */
  oldCode: string;
  /** 给现在的号码获取验证码时得到的。Of the code for the present number. */
  oldHandle: string;
}

/** 换手机号的结果。The result of changing one's phone. */
export interface PhoneChangePayload {
  __typename?: "PhoneChangePayload";
  /** 是否换了；未完成时为空。Whether it changed; null when refused. */
  changed: boolean | null;
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 积分的余额或合计，整数，绝对值不超过 2^53 - 1。A balance or a sum of points, at most 2^53 - 1 either way; a JSON number. */
export type Points = number;

/** 积分收支：一个区域一个月发了多少、花了多少，欠着多少，店铺还接得住多少。The economy of an area's points: what happened is of the month, what there is is of `asOf`. */
export interface PointsEconomy {
  __typename?: "PointsEconomy";
  /** 区域。The area: its heads, and its shops. */
  area: Area;
  /** 统计时间：余额、人数和优惠是这时的。小区域当场统计；5000 户以上的区域每小时统计一次，最多是 2 小时前的，已过去的月份停在月末后的那次统计。When it was counted. Small areas are counted as they are read; of areas with 5,000 households or more it is at most two hours ago or, of a month that is over, soon after its end. */
  asOf: DateTime;
  /** 可用积分。What can be spent. */
  available: Points;
  /** 其中最低的积分价；没有优惠为空。The least price in points; null for no discounts. */
  cheapestCost: number | null;
  /** 欠分。What heads owe. */
  debt: Points;
  /** 在任的联户长人数。Heads who are neither suspended nor gone. */
  heads: number;
  /** 其中统计当天换得起一项优惠的人数：积分和星级够，库存和让利额度还有；个人次数限制不计。Of them, those with points and stars for something that could be had on the day of `asOf`; own limits do not count. */
  headsAble: number;
  /** 其中用过优惠的人数。Of them, those with a redemption that stands. */
  headsEver: number;
  /** 核销占用的积分。Held at tills. */
  held: Points;
  /** 本月发放：评单后入账的，含偿还欠分的。Posted by ratings in the month, debts repaid included. */
  issued: Points;
  /** 积分价的中位数；没有优惠为空。The median price; null for no discounts. */
  medianCost: number | null;
  /** 月份。The month. */
  month: YearMonth;
  /** 按本月花费（减去退回），还够几个月；没有花费为空。For how many months `remaining` lasts at the month's spending; null where nothing was spent. */
  monthsOfSupply: number | null;
  /** 进行中的优惠数，不含专享的。Live discounts of active shops, but for those that are given. */
  offers: number;
  /** 尚未花掉的：可用、待入账、占用之和。Not spent yet: available, pending and held. */
  outstanding: Points;
  /** 待入账积分。Earned, not rated yet. */
  pending: Points;
  /** 有限的店铺还接得住的积分：库存乘积分价，或本月剩余让利额度按本月每分钱的积分折算，取小的。What shops with an end can still take: stocks at their prices or what is left of ceilings at the month's points a fen, the less. */
  remaining: Points;
  /** 本月退回的：撤销和异议成立。Given back in the month, by revocations and disputes. */
  returned: Points;
  /** 本月冲正收回的。Taken back by administrators in the month. */
  reversed: Points;
  /** 其占比，0 到 1；没有联户长为空。Their share, 0 to 1; null for no heads. */
  shareAble: number | null;
  /** 其占比，0 到 1；没有联户长为空。Their share, 0 to 1; null for no heads. */
  shareEver: number | null;
  /** 要积分的优惠没有库存和额度限制的店铺数，不计入上一项。Shops with an offer for points that has no end; not counted in `remaining`. */
  shopsUnlimited: number;
  /** 本月核销花掉的。Taken by redemptions in the month. */
  spent: Points;
}

/** 积分流水，一笔一条。One line of a head's history of points. */
export interface PointsEntry {
  __typename?: "PointsEntry";
  /** 之后的可用积分。What was available after it. */
  balance: Points;
  /** 时间。When it happened. */
  createdAt: DateTime;
  /** 之后的欠分。What was owed after it. */
  debt: Points;
  /** 欠分的增减。By how much the debt changed; more than 0: more is owed. */
  debtPoints: number;
  /** 联户长。Whose points they are. */
  head: HouseholdHead | null;
  /** 全局编号。The global id. */
  id: string;
  /** 类型。Why points moved. */
  kind: TransferKind;
  /** 可用积分的增减。By how much the available points changed. */
  points: number;
  /** 冲正或退回的原因。Why it was taken or given back. */
  reason: string | null;
  /** 背后的核销；占用未成交时为空。The redemption behind it. */
  redemption: Redemption | null;
  /** 背后的微心愿。The wish behind it. */
  wish: Wish | null;
}

/** 分页列表。A page of rows. */
export interface PointsEntryConnection {
  __typename?: "PointsEntryConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<PointsEntryEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface PointsEntryEdge {
  __typename?: "PointsEntryEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: PointsEntry;
}

/** 冲正。To take the points of a wish back. */
export interface PointsReverseInput {
  /** 原因，联户长可见，最多 200 字。Why, for the head to read, at most 200 characters. */
  reason: string;
  /** 客户端自编的请求编号，最多 64 个字符；重发时不变，只算一次。The client's own number, for idempotent retries. */
  requestNo: string;
  /** 微心愿编号。The wish. */
  wishId: string;
}

/** 冲正的结果。The result of a reversal. */
export interface PointsReversePayload {
  __typename?: "PointsReversePayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 冲正后的奖励；未完成时为空。The reward afterwards; null when refused. */
  reward: RewardExplanation | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 预核销：为收银台保留 120 秒，尚未用掉。A promise to a till for 120 s; nothing is consumed yet. */
export interface Preparation {
  __typename?: "Preparation";
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<PreparationAction>;
  /** 原价，分。The bill, in fen. */
  billFen: Fen;
  /** 所用积分。What it costs in points. */
  costPoints: number;
  /** 优惠。The discount. */
  discount: Discount;
  /** 须在此之前确认。Until when it can be confirmed. */
  expiresAt: DateTime;
  /** 联户长姓氏，如“王**”。The head's masked name. */
  headName: string;
  /** 应付，分。What is to be paid, in fen. */
  payableFen: Fen;
  /** 优惠金额，分。What is saved, in fen. */
  savedFen: Fen;
  /** 服务器时间，倒计时以此为准，不看收银台自己的钟。The server's time, by which a till counts down. */
  serverTime: DateTime;
  /** 店铺。The shop. */
  shop: Shop;
  /** 确认时用的凭据。What to confirm it with. */
  token: string;
}

/** 对预核销的操作。What can be done to a preparation. */
export type PreparationAction =
  /** 确认核销。Confirm it. */
  | "CONFIRM";

/** 导出本人资料。To export one's own data. */
export interface PrivacyExportInput {
  /** 接着导出时从哪里接起：照填导出结果里这一类的 next。With `section`: after its `next`. */
  after?: string | null;
  /** 每类最多多少条，1 到 500，取最新的。At most so many rows of each section, the newest. */
  maxRows?: number;
  /** 只接着导出这一类，填它在导出结果里的名字；不填则全部。Go on with this section alone, by its name. */
  section?: string | null;
}

/** 导出本人资料的结果。The result of exporting one's own data. */
export interface PrivacyExportPayload {
  __typename?: "PrivacyExportPayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 本人资料，JSON 文本；未完成时为空。One's own data, as JSON; null when refused. */
  export: string | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 评价来源。Who gave the rating. */
export type RatingSource =
  /** 超时自动。Automatic, after 7 days. */
  | "AUTOMATIC"
  /** 社区回访。Staff, from a recorded call-back. */
  | "CALL_BACK"
  /** 住户。The household. */
  | "HOUSEHOLD";

/** 服务证明核验结果。What a check of a service record comes to. */
export type RecordStanding =
  /** 开具后有变动：确由本系统开具，但记录已有更正。Ours, but the records were corrected since. */
  | "CHANGED_SINCE"
  /** 查无此证明：不是本系统开具的，或本人已注销。Not ours, or its person was forgotten. */
  | "NOT_OURS"
  /** 属实：与现在的记录一致。True: the records say the same today. */
  | "VALID";

/** 新的恢复码。New recovery codes. */
export interface RecoveryCodesPayload {
  __typename?: "RecoveryCodesPayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 恢复码，每个可用一次，只显示这一次；未完成时为空。Each for one use, shown only now; null when refused. */
  recoveryCodes: Array<string> | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 换一组恢复码。Renew the recovery codes. */
export interface RecoveryCodesRenewInput {
  /** 验证器应用显示的六位数字，或一个恢复码。The six digits that the app shows, or a recovery code. */
  code: string;
}

/** 一笔核销。A discount given at a till. */
export interface Redemption {
  __typename?: "Redemption";
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<RedemptionAction>;
  /** 原价，分。The bill, in fen. */
  billFen: Fen;
  /** 核销时间。When it was confirmed. */
  confirmedAt: DateTime;
  /** 所用积分。What it cost in points. */
  costPoints: number;
  /** 优惠。The discount. */
  discount: Discount | null;
  /** 联户长的异议；没有为空。The head's dispute; null if there is none. */
  dispute: Dispute | null;
  /** 联户长；店员不可见。The head; null for the shop's staff. */
  head: HouseholdHead | null;
  /** 联户长姓名，店员只见姓氏。The head's name; masked for the shop's staff. */
  headName: string;
  /** 全局编号。The global id. */
  id: string;
  /** 所用的优惠码；仅联户长本人可见。The pass that was shown; for the head alone. */
  pass: Pass | null;
  /** 实付，分。What was paid, in fen. */
  payableFen: Fen;
  /** 花去和退回积分的流水，由先到后；店员不可见。The points spent and refunded, in order; null for the shop. */
  pointsEntries: Array<PointsEntry> | null;
  /** 可撤销至。Until when it can be revoked. */
  revocableUntil: DateTime;
  /** 撤销原因。Why it was revoked. */
  revokeReason: string | null;
  /** 撤销时间。When it was revoked. */
  revokedAt: DateTime | null;
  /** 优惠金额，分。What was saved, in fen. */
  savedFen: Fen;
  /** 店铺。The shop. */
  shop: Shop | null;
  /** 状态。The state. */
  state: RedemptionState;
  /** 所在结算日的结算单；未关账或不可见为空。Its day's statement, for who runs the shop; null until it is closed. */
  statement: Statement | null;
  /** 结算日，以 02:00 为界。The shop's day on which it is settled. */
  statementDay: Date;
  /** 致谢的话；未致谢为空，仅联户长本人可见。With which word the head thanked; for the head alone. */
  thankedWith: ThankWord | null;
}

/** 对核销的操作。What the viewer may do with a redemption. */
export type RedemptionAction =
  /** 提出异议。Dispute. */
  | "DISPUTE"
  /** 撤销。Revoke. */
  | "REVOKE"
  /** 致谢。Thank the shop. */
  | "THANK";

/** 本人或本店的核销有变动。The viewer's own redemptions changed. */
export interface RedemptionChange {
  __typename?: "RedemptionChange";
  /** 读取时间。As of when. */
  changedAt: DateTime;
  /** 有变动的核销，现在的样子。The redemptions that changed, as they are now. */
  redemptions: Array<Redemption>;
  /** 是否应重新读取列表：变动太多，或可能漏了消息。Whether to read the list anew, for more changed or word may have been missed. */
  reload: boolean;
}

/** 确认核销。The preparation to confirm. */
export interface RedemptionConfirmInput {
  /** 客户端自编的请求编号，最多 64 个字符，重发时不变。The client's own number, the same when sent again. */
  requestNo: string;
  /** 预核销给的凭据。The preparation's token. */
  token: string;
}

/** 分页列表。A page of rows. */
export interface RedemptionConnection {
  __typename?: "RedemptionConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<RedemptionEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 提出异议。To dispute a redemption. */
export interface RedemptionDisputeInput {
  /** 理由，店铺不可见，最多 200 字。Why, for administrators and auditors alone, at most 200 characters. */
  reason: string;
  /** 核销编号。The redemption. */
  redemptionId: string;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface RedemptionEdge {
  __typename?: "RedemptionEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: Redemption;
}

/** 确认或撤销核销的结果。The result of confirming or revoking. */
export interface RedemptionPayload {
  __typename?: "RedemptionPayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 核销；未完成时为空。The redemption; null when refused. */
  redemption: Redemption | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 预核销。What was scanned or typed, and the bill. */
export interface RedemptionPrepareInput {
  /** 消费金额（原价），分，0 到 10000000；只有不设最低消费的赠品可以是 0。The bill, in fen, at most 100 000 yuan; 0 for a gift without minimum spend alone. */
  billFen: Fen;
  /** 二维码内容或十一位短码。The QR code's text, or the short code. */
  code: string;
}

/** 预核销的结果。The result of preparing. */
export interface RedemptionPreparePayload {
  __typename?: "RedemptionPreparePayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 预核销；未完成时为空。The preparation; null when refused. */
  preparation: Preparation | null;
  /** 这张码刚刚在本店完成的核销；仅随 JUST_REDEEMED 给出。The redemption of that pass; with JUST_REDEEMED alone. */
  redemption: Redemption | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 撤销核销。The redemption to revoke, and why. */
export interface RedemptionRevokeInput {
  /** 原因，最多 200 字，联户长可见。Why, for the head to read, at most 200 characters. */
  reason: string;
  /** 核销编号。The redemption. */
  redemptionId: string;
  /** 客户端自编的请求编号，最多 64 个字符，重发时不变。The client's own number, the same when sent again. */
  requestNo: string;
}

/** 核销状态。The state of a redemption. */
export type RedemptionState =
  /** 已核销。Confirmed. */
  | "CONFIRMED"
  /** 异议成立，已冲正。Reversed, because a dispute was upheld. */
  | "REVERSED"
  /** 店铺已撤销。Revoked by the shop. */
  | "REVOKED";

/** 为一笔核销致谢。To thank the shop for a redemption. */
export interface RedemptionThankInput {
  /** 核销编号。The redemption. */
  redemptionId: string;
  /** 致谢的话。With which word. */
  word: ThankWord;
}

/** 人数较少时不显示的数。A figure that is told where it gives nobody away: null where few people are behind it, or where a figure of few would follow from it. */
export interface ReportCount {
  __typename?: "ReportCount";
  /** 数；人数少、由它可推算出人数少的数，或当月未结清时为空。The figure; null if not told. */
  count: number | null;
  /** 背后的联户长少于几位，因此不显示；其他为空。It stems from fewer heads than this; null otherwise. */
  fewerThan: number | null;
}

/** 一个月里一项优惠的合计，各版本合在一起。One discount in a month, all its versions together. */
export interface ReportDiscount {
  __typename?: "ReportDiscount";
  /** 原价合计，分。The bills, in fen. */
  billsFen: Fen;
  /** 优惠，当月最后核销的版本。The discount, in the version used last. */
  discount: Discount | null;
  /** 核销笔数。How many redemptions. */
  redemptions: number;
  /** 优惠合计，分。What was saved, in fen. */
  savedFen: Fen;
}

/** 分页列表。A page of rows. */
export interface ReportDiscountConnection {
  __typename?: "ReportDiscountConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<ReportDiscountEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface ReportDiscountEdge {
  __typename?: "ReportDiscountEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: ReportDiscount;
}

/** 一个月收到的致谢，只有合计。The thanks of a month, in sums alone. */
export interface ReportThanks {
  __typename?: "ReportThanks";
  /** 其中“实惠”。Of them, that it was good value. */
  good: ReportCount;
  /** 其中“热心”。Of them, that they were kind. */
  kind: ReportCount;
  /** 其中“快捷”。Of them, that it was quick. */
  quick: ReportCount;
  /** 共几次。How often, in all. */
  total: ReportCount;
}

/** 一个月里某个星期几的合计。One weekday of a month, all its days together. */
export interface ReportWeekday {
  __typename?: "ReportWeekday";
  /** 原价合计，分。The bills, in fen. */
  billsFen: Fen;
  /** 核销笔数。How many redemptions. */
  redemptions: number;
  /** 优惠合计，分。What was saved, in fen. */
  savedFen: Fen;
  /** 星期几，周一为 1。The weekday, Monday 1 to Sunday 7. */
  weekday: number;
}

/** 对积分奖励的操作。What can be done to a reward. */
export type RewardAction =
  /** 冲正。Take it back. */
  | "REVERSE";

/** 奖励规则的一项上限。One cap of the reward rule. */
export interface RewardCap {
  __typename?: "RewardCap";
  /** 因此扣减的积分。What it cut off. */
  cut: number;
  /** 上限；空为不设。The cap; null for none. */
  limit: number | null;
  /** 计算时其他心愿已占的积分。What other wishes had used of it then. */
  used: number;
}

/** 奖励的计算说明。Why a wish earned so many points. */
export interface RewardExplanation {
  __typename?: "RewardExplanation";
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<RewardAction>;
  /** 基础分。The base, by category. */
  base: number;
  /** 评价加分。The bonus, by rating. */
  bonus: number;
  /** 心愿类别，决定基础分。The category, which decides the base. */
  category: WishCategory;
  /** 办结时间。When the wish was completed. */
  completedAt: DateTime;
  /** 每日上限，按办结日。The cap a head and day of completion. */
  dailyCap: RewardCap;
  /** 入账的积分流水；未入账或为 0 分时为空。The entry that posted it; null before, and for 0 points. */
  entry: PointsEntry | null;
  /** 所奖励的联户长。The head whom it rewards. */
  head: HouseholdHead | null;
  /** 逐行说明，可直接显示。The arithmetic in sentences, fit to show. */
  lines: Array<string>;
  /** 每户每月上限，按办结月。The cap a head, household and month of completion. */
  monthlyHouseholdCap: RewardCap;
  /** 现值积分。What it is worth now. */
  points: number;
  /** 入账时间。When it was posted. */
  postedAt: DateTime | null;
  /** 评价来源；未评单为空。Who rated; null before. */
  ratingSource: RatingSource | null;
  /** 冲正原因。Why it was taken back. */
  reversalReason: string | null;
  /** 冲正时间；未冲正或原为 0 分时为空。When it was taken back; null if it was not, or was 0. */
  reversedAt: DateTime | null;
  /** 冲正时扣减的可用积分。What was debited from the available points. */
  reversedAvailable: number | null;
  /** 冲正时不足、记为欠分的积分。The shortfall, which became debt. */
  reversedDebt: number | null;
  /** 办结时生效的积分规则。The rule by which it was computed. */
  rule: RewardRule | null;
  /** 办结时生效的积分规则版本。The version of the rule, fixed at completion. */
  ruleVersion: number;
  /** 联户长与提出人是否同户，同户不计积分。One's own household earns nothing. */
  sameHousehold: boolean;
  /** 评价星级；未评或自动评单为空。The rating; null if none was given. */
  stars: number | null;
  /** 奖励状态。The state. */
  state: RewardState;
  /** 所奖励的微心愿。The wish that it rewards. */
  wish: Wish | null;
}

/** 积分规则的一个版本。One version of the reward rule. */
export interface RewardRule {
  __typename?: "RewardRule";
  /** 制定人；区管理员和审计员可见。Who made it, for administrators and auditors. */
  author: string | null;
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<RewardRuleAction>;
  /** 各类心愿的基础分。The base of each category. */
  base: Array<CategoryPoints>;
  /** 各星级的评价加分；1、2 星不计积分。The bonus by stars; 1 and 2 earn nothing. */
  bonus: Array<StarsPoints>;
  /** 制定时间。When it was made. */
  createdAt: DateTime;
  /** 每人每日上限；空为不设。The cap a head and day; null for none. */
  dailyCap: number | null;
  /** 生效时间，按办结时间适用。It holds for what is completed from then on. */
  effectiveFrom: DateTime;
  /** 全局编号。The global id. */
  id: string;
  /** 现在是否适用。Whether completions are priced by it now. */
  inForce: boolean;
  /** 每人每户每月上限；空为不设。The cap a head, household and month; null for none. */
  monthlyHouseholdCap: number | null;
  /** 说明；区管理员和审计员可见。The note, for administrators and auditors. */
  note: string | null;
  /** 版本号。The version. */
  version: number;
  /** 撤回时间；撤回的版本不会生效。When it was withdrawn; it never holds. */
  withdrawnAt: DateTime | null;
}

/** 对积分规则的操作。What can be done to a version of the reward rule. */
export type RewardRuleAction =
  /** 撤回尚未生效的版本。Withdraw it before it is in effect. */
  | "WITHDRAW";

/** 分页列表。A page of rows. */
export interface RewardRuleConnection {
  __typename?: "RewardRuleConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<RewardRuleEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 制定新版积分规则。To make a new version of the reward rule. */
export interface RewardRuleCreateInput {
  /** 七类心愿各一项的基础分，各 0 到 1000。The base of each of the seven categories, 0 to 1000. */
  base: Array<CategoryPointsInput>;
  /** 3、4、5 星各一项的评价加分，各 0 到 1000。The bonus for 3, 4 and 5 stars, 0 to 1000. */
  bonus: Array<StarsPointsInput>;
  /** 每人每日上限，0 到 100000；空为不设。The cap a head and day, up to 100000; null for none. */
  dailyCap?: number | null;
  /** 生效时间：一分钟以后、一年以内，且晚于最新版本。From when it holds: in a minute to a year, after the latest. */
  effectiveFrom: DateTime;
  /** 每人每户每月上限，0 到 100000；空为不设。The cap a head, household and month; null for none. */
  monthlyHouseholdCap?: number | null;
  /** 说明，最多 200 字。A note, at most 200 characters. */
  note?: string;
  /** 客户端自编的请求编号，最多 64 个字符；重发时不变，只算一次。The client's own number, for idempotent retries. */
  requestNo: string;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface RewardRuleEdge {
  __typename?: "RewardRuleEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: RewardRule;
}

/** 对积分规则操作的结果。The result of a mutation. */
export interface RewardRulePayload {
  __typename?: "RewardRulePayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 积分规则；未完成时为空。The version; null when refused. */
  rewardRule: RewardRule | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 积分规则的试算结果。The result of a dry run of a rule. */
export interface RewardRuleTrial {
  __typename?: "RewardRuleTrial";
  /** 实际被上限扣减的心愿数。How many a cap cut in fact. */
  capped: number;
  /** 按类别。By category. */
  categories: Array<CategoryTrial>;
  /** 增减最多的联户长，至多 10 位。The heads who would gain or lose most, at most 10. */
  heads: Array<HeadTrial>;
  /** 试算的月份。The month that was tried. */
  month: YearMonth;
  /** 其中尚未评单、两边都未计入的心愿数。How many are not rated yet and count on neither side. */
  waiting: number;
  /** 全部心愿的合计。The sums over all wishes. */
  whole: RewardSums;
  /** 按试算规则会被上限扣减的心愿数。How many a cap would have cut. */
  wouldCap: number;
}

/** 撤回尚未生效的版本。To withdraw a version that is not in effect yet. */
export interface RewardRuleWithdrawInput {
  /** 积分规则编号。The version. */
  rewardRuleId: string;
}

/** 奖励状态。The state of a wish's reward. */
export type RewardState =
  /** 待入账。Pending. */
  | "PENDING"
  /** 已入账。Posted. */
  | "POSTED"
  /** 返工中。Returned for a redo. */
  | "RETURNED"
  /** 已冲正。Reversed. */
  | "REVERSED"
  /** 已作废。Voided. */
  | "VOIDED";

/** 试算的合计。Sums of a dry run. */
export interface RewardSums {
  __typename?: "RewardSums";
  /** 差额；正数为多付。The difference; more than 0: it would have paid more. */
  difference: Points;
  /** 实际入账的积分。What was posted. */
  paid: Points;
  /** 办结的心愿数。How many wishes. */
  wishes: number;
  /** 按试算规则应入账的积分。What would have been posted. */
  wouldPay: Points;
}

/** 身份。What a membership makes of an account. */
export type Role =
  /** 审计员，只读。Reads all, changes nothing. */
  | "AUDITOR"
  /** 社区工作者。Staff of a community. */
  | "COMMUNITY_STAFF"
  /** 区管理员。An administrator of the district. */
  | "DISTRICT_ADMIN"
  /** 网格员。A grid worker. */
  | "GRID_WORKER"
  /** 联户长。A household head. */
  | "HOUSEHOLD_HEAD"
  /** 居民。A resident of a household. */
  | "RESIDENT"
  /** 店主或店员。Staff of a shop: an owner or a cashier. */
  | "SHOP_STAFF";

/** 收回身份。To end a role. */
export interface RoleEndInput {
  /** 身份编号。The role that somebody has. */
  membershipId: string;
  /** 原因，最多 200 字。Why, at most 200 characters. */
  reason: string;
}

/** 给予身份。To give a role. */
export interface RoleGiveInput {
  /** 区域：网格员的网格，或社区工作者的社区。A grid worker's grid, a staff's community. */
  areaId: string;
  /** 姓名，1 到 64 字；已有账号的须一致。The name, 1 to 64 characters; that of the account, if any. */
  name: string;
  /** 手机号。The person's phone. */
  phone: string;
  /** 身份：网格员或社区工作者。The role: a grid worker's or community staff's. */
  role: Role;
}

/** 一处修改。One thing that the file changed. */
export interface RosterChange {
  __typename?: "RosterChange";
  /** 改了哪些列。The headings of what changed. */
  columns: Array<string>;
  /** 行号，从 1 起，与表格软件里一致。The row from 1, as the spreadsheet counts. */
  row: number;
  /** 工作表；CSV 为文件名。The sheet; of a CSV the file's name. */
  sheet: string;
  /** 改的是什么，如 住户 户编号。What it is, nothing personal. */
  what: string;
}

/** 导入名册。To import a roster. */
export interface RosterImportInput {
  /** 文件内容，CSV 或 XLSX，最大 1 MB，base64。The file, at most 1 MB, in base64. */
  contentBase64: string;
  /** 试运行：照做一遍再撤销。Do everything, report it, and roll it back. */
  dryRun?: boolean;
  /** 文件名，最多 120 字。The file's name, at most 120 characters. */
  fileName: string;
}

/** 导入名册的结果。The result of an import. */
export interface RosterImportPayload {
  __typename?: "RosterImportPayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 有问题的行，最多 100 行，问题写在旁边、标出单元格，身份证号已略去；选了才做，不保存；没有则为空。The refused rows, at most 100, marked, without identity numbers; made only where selected, kept nowhere; null for none. */
  refusedRows: RosterSheet | null;
  /** 报告；未处理时为空。The report; null when refused. */
  report: RosterReport | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 怎样读取的说明：按什么读、略过了什么。How cells were read that don't say it plainly. */
export interface RosterNote {
  __typename?: "RosterNote";
  /** 列的标题；说的是整行则为空。The heading; empty where it is of whole rows. */
  column: string;
  /** 共多少行。Of how many rows it is said. */
  count: number;
  /** 怎样读取的。How it was read. */
  message: string;
  /** 行号，最多前 10 行。The first rows of which it is said, at most 10. */
  rows: Array<number>;
  /** 工作表；CSV 为文件名。The sheet; of a CSV the file's name. */
  sheet: string;
  /** 其中第一格的内容，手机号等已打码。The first such cell, masked where it is personal. */
  value: string;
}

/** 一处问题。One thing that is wrong with the file. */
export interface RosterProblem {
  __typename?: "RosterProblem";
  /** 列的标题；整行的问题为空。The heading; empty where it is the whole row's. */
  column: string;
  /** 问题和改法。What is wrong and what to do. */
  message: string;
  /** 行号，从 1 起，与表格软件里一致。The row from 1, as the spreadsheet counts. */
  row: number;
  /** 工作表；CSV 为文件名。The sheet; of a CSV the file's name. */
  sheet: string;
  /** 单元格内容，手机号等已打码。The cell, masked where it is personal. */
  value: string;
}

/** 导入名册的报告。The report on an import. */
export interface RosterReport {
  __typename?: "RosterReport";
  /** 修改了什么，最多 100 处。What was changed, at most 100. */
  changes: Array<RosterChange>;
  /** 是否试运行。Whether it was only tried. */
  dryRun: boolean;
  /** 问题是否不止这些。Whether there are more problems than these. */
  moreProblems: boolean;
  /** 怎样读取的，最多 100 条。How cells were read that don't say it plainly, at most 100. */
  notes: Array<RosterNote>;
  /** 没有用到的内容，如多余的列。What of the file was passed over. */
  notices: Array<string>;
  /** 问题，最多 100 处；有任何一处就什么都没有写入。What is wrong, at most 100; with any, nothing was written. */
  problems: Array<RosterProblem>;
  /** 读到的行数。How many rows were read. */
  rows: number;
  /** 文件的 SHA-256，十六进制。The file's SHA-256 in hex. */
  sha256: string;
  /** 各类结果；有问题时为空。The result for each kind; empty when there is a problem. */
  tallies: Array<RosterTally>;
}

/** 一份表格文件。A spreadsheet. */
export interface RosterSheet {
  __typename?: "RosterSheet";
  /** 文件内容，XLSX，base64，只在这次回答里有。The XLSX in base64, in this answer alone. */
  contentBase64: string;
  /** 文件名。The file's name. */
  fileName: string;
}

/** 一类内容的结果。The result for one kind of thing. */
export interface RosterTally {
  __typename?: "RosterTally";
  /** 新增。Made. */
  added: number;
  /** 修改。Changed. */
  changed: number;
  /** 种类，如 住户。The kind, in Chinese. */
  kind: string;
  /** 不变。As they were. */
  unchanged: number;
}

/** 一期评选：为什么、按什么条件、在什么时间致谢谁；开启后不再改动。A season: for what, by which rule and when whom is thanked. It never changes once it is open. */
export interface Season {
  __typename?: "Season";
  /** 所在区域。The area. */
  area: Area;
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<SeasonAction>;
  /** 依据，如文件名和文号。On what it rests. */
  basis: string;
  /** 附带的优惠；没有为空。What each honoured head can use, if anything. */
  benefit: Discount | null;
  /** 每人几次。How often each. */
  benefitQuantity: number | null;
  /** 公布后几天内有效。Within how many days. */
  benefitValidDays: number | null;
  /** 取消的原因。Why it was cancelled. */
  cancelReason: string | null;
  /** 取消的时间。When it was cancelled. */
  cancelledAt: DateTime | null;
  /** 可以提名的联户长，供负责的人想到不声不响的人；提名期间才有。每页只查一段，可能不满或为空，后面还有的请接着取。Heads who could be proposed, for who decides, while it is open. A page looks at some of the heads: it may have fewer than were asked for, or none, while more follow. */
  candidates: SeasonCandidateConnection | null;
  /** 公布的时间。When it was concluded. */
  concludedAt: DateTime | null;
  /** 评选说明。For what is thanked. */
  criteria: string;
  /** 事迹从哪天起。The first day whose deeds count. */
  deedsFrom: Date;
  /** 事迹到哪天止（含当天）。The last one, inclusive. */
  deedsUntil: Date;
  /** 全局编号。The global id. */
  id: string;
  /** 提名从哪天起。The first day of nominating. */
  nominateFrom: Date;
  /** 提名到哪天止（含当天）。The last one, inclusive. */
  nominateUntil: Date;
  /** 提名，按抽定的次序：看得到哪些，见 Nomination。The nominations, in the order that was drawn. */
  nominations: NominationConnection;
  /** 公示天数。For how many days the list is published. */
  noticeDays: number;
  /** 公示到何时为止。Until when the notice stands. */
  noticeUntil: DateTime | null;
  /** 待答复的异议，先提的在前。Objections that wait for an answer, the oldest first. */
  openObjections: SeasonObjectionConnection;
  /** 开启时间。When it was opened. */
  openedAt: DateTime | null;
  /** 公示开始的时间。When the list was published. */
  publishedAt: DateTime | null;
  /** 名额。How many are honoured at most. */
  quota: number;
  /** 转入审核的时间。When nominating ended. */
  reviewedAt: DateTime | null;
  /** 评选条件；只有优秀联户长有。The rule, of a season of heads. */
  rule: SeasonRule | null;
  /** 名单上的提名。Nominations on the list. */
  shortlisted: number | null;
  /** 状态。The state. */
  state: SeasonState;
  /** 评的是谁。Who or what is honoured. */
  subject: SeasonSubject;
  /** 我家支持的提名；没有，或已退出、没有公示的，为空。The one that the viewer's household supports; null without one, and for one that is neither waiting nor published. */
  supported: Nomination | null;
  /** 名称。The title. */
  title: string;
  /** 还没有决定的提名。Consented nominations without a decision. */
  undecided: number | null;
}

/** 对一期评选的操作。What can be done to a season. */
export type SeasonAction =
  /** 取消。Cancel it. */
  | "CANCEL"
  /** 截止提名，由时间进行。Nominating ends, by time alone. */
  | "CLOSE"
  /** 公布结果。Conclude it. */
  | "CONCLUDE"
  /** 修改方案。Edit its terms. */
  | "EDIT"
  /** 提名。Propose somebody. */
  | "NOMINATE"
  /** 开启。Open it. */
  | "OPEN"
  /** 公示名单。Publish the list. */
  | "PUBLISH";

/** 附带的优惠：给获赠者的专享优惠。What each honoured head gets: a discount for grants. */
export interface SeasonBenefitInput {
  /** 优惠编号。The discount. */
  discountId: string;
  /** 每人几次，1 到 10。How often each. */
  quantity?: number;
  /** 公布后几天内有效，1 到 366。Within how many days. */
  validDays?: number;
}

/** 取消一期。To cancel a season. */
export interface SeasonCancelInput {
  /** 理由，所有人可见，最多 200 字。Why, at most 200 characters. */
  reason: string;
  /** 这一期的编号。The season. */
  seasonId: string;
}

/** 可以提名的联户长：符合评选条件，还没有人提名。A head who meets the rule and whom nobody has proposed. */
export interface SeasonCandidate {
  __typename?: "SeasonCandidate";
  /** 到现在为止的事迹。The evidence so far. */
  evidence: NominationEvidence;
  /** 联户长。The head. */
  head: HouseholdHead | null;
}

/** 分页列表。A page of rows. */
export interface SeasonCandidateConnection {
  __typename?: "SeasonCandidateConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<SeasonCandidateEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface SeasonCandidateEdge {
  __typename?: "SeasonCandidateEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: SeasonCandidate;
}

/** 公布结果。To conclude a season. */
export interface SeasonConcludeInput {
  /** 这一期的编号。The season. */
  seasonId: string;
}

/** 分页列表。A page of rows. */
export interface SeasonConnection {
  __typename?: "SeasonConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<SeasonEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 起草一期评选。To draft a season. */
export interface SeasonDraftInput {
  /** 区、街道或社区，须在管理范围内。The area, in the viewer's reach. */
  areaId: string;
  /** 客户端自编的请求编号，最多 64 个字符；重发时不变，只算一次。The client's own number, for idempotent retries. */
  requestNo: string;
  /** 方案。Its terms. */
  terms: SeasonTermsInput;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface SeasonEdge {
  __typename?: "SeasonEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: Season;
}

/** 修改起草中的一期。To edit a draft. */
export interface SeasonEditInput {
  /** 这一期的编号。The season. */
  seasonId: string;
  /** 方案，全部填写。All its terms. */
  terms: SeasonTermsInput;
}

/** 异议：对事迹的由本人在 48 小时内提出，对公示的由本区域的人在公示期内提出。An objection: of the nominee to the evidence, or of anybody of the area to what a notice shows. */
export interface SeasonObjection {
  __typename?: "SeasonObjection";
  /** 答复。The answer. */
  answer: string | null;
  /** 答复时间；待答复为空。When it was answered. */
  answeredAt: DateTime | null;
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<ObjectionAction>;
  /** 全局编号。The global id. */
  id: string;
  /** 对什么的异议。What it is about. */
  kind: ObjectionKind;
  /** 所涉提名。The nomination. */
  nomination: Nomination | null;
  /** 提出人；被提名人看不到。Who objected; never told to the nominee. */
  requesterName: string | null;
  /** 状态。The state. */
  state: ObjectionState;
  /** 提出时间。When it was made. */
  submittedAt: DateTime;
  /** 内容。Its words. */
  text: string;
}

/** 答复异议。To answer an objection. */
export interface SeasonObjectionAnswerInput {
  /** 答复，提出人和被提名人可见，最多 500 字。The answer, at most 500 characters. */
  answer: string;
  /** 异议编号。The objection. */
  objectionId: string;
  /** 异议是否成立。Whether it is upheld. */
  upheld: boolean;
}

/** 分页列表。A page of rows. */
export interface SeasonObjectionConnection {
  __typename?: "SeasonObjectionConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<SeasonObjectionEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface SeasonObjectionEdge {
  __typename?: "SeasonObjectionEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: SeasonObjection;
}

/** 对异议操作的结果。The result of a step of an objection. */
export interface SeasonObjectionPayload {
  __typename?: "SeasonObjectionPayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 操作后的异议；未完成时为空。The objection afterwards; null when refused. */
  objection: SeasonObjection | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 开启一期。To open a season. */
export interface SeasonOpenInput {
  /** 这一期的编号。The season. */
  seasonId: string;
}

/** 对一期评选操作的结果。The result of a step of a season. */
export interface SeasonPayload {
  __typename?: "SeasonPayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 操作后的这一期；未完成时为空。The season afterwards; null when refused. */
  season: Season | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 公示名单。To publish the list. */
export interface SeasonPublishInput {
  /** 这一期的编号。The season. */
  seasonId: string;
}

/** 优秀联户长的评选条件，每项为最低要求。What a head must have done at least. */
export interface SeasonRule {
  __typename?: "SeasonRule";
  /** 平均星级，十分之一星：45 为 4.5 星。The average, in tenths of a star. */
  averageTenths: number;
  /** 帮助过的住户。Different households. */
  households: number;
  /** 任联户长的整月数。Whole months in office. */
  months: number;
  /** 由人评的次数。Ratings by people. */
  ratings: number;
  /** 评过的心愿。Rated wishes. */
  wishes: number;
}

/** 优秀联户长的评选条件，每项为最低要求。What a head must have done at least. */
export interface SeasonRuleInput {
  /** 平均星级，十分之一星，0 到 50。The average, in tenths of a star. */
  averageTenths: number;
  /** 帮助过的住户，0 到 1000。Different households. */
  households: number;
  /** 任联户长的整月数，0 到 60。Whole months in office. */
  months: number;
  /** 由人评的次数，0 到 1000。Ratings by people. */
  ratings: number;
  /** 评过的心愿，0 到 1000。Rated wishes. */
  wishes: number;
}

/** 一期评选的状态。The state of a season. */
export type SeasonState =
  /** 已取消。Cancelled. */
  | "CANCELLED"
  /** 已公布。Concluded. */
  | "CONCLUDED"
  /** 起草中。A draft. */
  | "DRAFT"
  /** 名单公示中。The list is published. */
  | "NOTICE"
  /** 已开启，正在提名。Open for nominations. */
  | "OPEN"
  /** 提名已截止，正在审核。Under review. */
  | "REVIEW";

/** 评的是谁。Who or what a season honours. */
export type SeasonSubject =
  /** 最美楼栋。Buildings. */
  | "BUILDING"
  /** 优秀联户长。Household heads. */
  | "HEAD"
  /** 最美家庭。Households. */
  | "HOUSEHOLD"
  /** 最美单元。Units of buildings. */
  | "UNIT";

/** 一期的方案；日期都含当天。The terms of a season; days are inclusive. */
export interface SeasonTermsInput {
  /** 依据，如文件名和文号，最多 120 字。On what it rests, at most 120 characters. */
  basis: string;
  /** 附带的优惠，只用于优秀联户长，由区管理员开启。A benefit, of heads; opened by an administrator. */
  benefit?: SeasonBenefitInput | null;
  /** 评选说明，最多 500 字。For what is thanked, at most 500 characters. */
  criteria: string;
  /** 事迹从哪天起。The first day whose deeds count. */
  deedsFrom: Date;
  /** 事迹到哪天止，不晚于提名截止。The last one, no later than the end of nominating. */
  deedsUntil: Date;
  /** 提名从哪天起。The first day of nominating. */
  nominateFrom: Date;
  /** 提名到哪天止，最长 93 天。The last one, within 93 days. */
  nominateUntil: Date;
  /** 公示天数，5 到 30。For how many days the list is published. */
  noticeDays?: number;
  /** 名额，1 到 150；优秀联户长最多为联户长的 5%。At most 150, and 5 % of the area's heads. */
  quota: number;
  /** 评选条件，只用于优秀联户长；空为默认。The rule, of heads; null for the default. */
  rule?: SeasonRuleInput | null;
  /** 评的是谁。Who or what is honoured. */
  subject: SeasonSubject;
  /** 名称，最多 40 字。The title, at most 40 characters. */
  title: string;
}

/** 两步验证：登录之后再输一次验证码。The second factor of one's account. */
export interface SecondFactor {
  __typename?: "SecondFactor";
  /** 是否已设置。Whether it is set up. */
  confirmed: boolean;
  /** 何时设置；未设置为空。When it was set up; null before. */
  confirmedAt: DateTime | null;
  /** 本次登录是否还须验证或设置，才能行使全部身份。Whether roles are withheld until this session shows it. */
  due: boolean;
  /** 还剩几个恢复码。How many recovery codes are left. */
  recoveryCodesLeft: number;
  /** 身份是否要求两步验证。Whether a role requires one. */
  required: boolean;
}

/** 开始设置两步验证。Begin a second factor. */
export interface SecondFactorBeginInput {
  /** 更换已有的两步验证时填写：现在的验证码或恢复码。To replace one: a code of the present one. */
  code?: string | null;
}

/** 开始设置两步验证的结果。The result of beginning a second factor. */
export interface SecondFactorBeginPayload {
  __typename?: "SecondFactorBeginPayload";
  /** 要录入的密钥；未完成时为空。The secret to take in; null when refused. */
  enrolment: SecondFactorEnrolment | null;
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 确认两步验证。Confirm a second factor. */
export interface SecondFactorConfirmInput {
  /** 录入新密钥后，应用显示的六位数字。The six digits that the app shows for the new secret. */
  code: string;
}

/** 停用两步验证。End the second factor. */
export interface SecondFactorEndInput {
  /** 验证器应用显示的六位数字，或一个恢复码。The six digits that the app shows, or a recovery code. */
  code: string;
}

/** 验证器应用要录入的密钥。What an authenticator app takes in. */
export interface SecondFactorEnrolment {
  __typename?: "SecondFactorEnrolment";
  /** 密钥，base32，供手工录入；只显示这一次。The secret to type by hand, shown only now. */
  secret: string;
  /** 密钥链接，画成二维码供应用扫描。The otpauth:// URI, to be drawn as a QR code. */
  uri: string;
}

/** 两步验证的结果。The result of showing or ending a second factor. */
export interface SecondFactorPayload {
  __typename?: "SecondFactorPayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 现在的两步验证；未完成时为空。The second factor as it is now; null when refused. */
  secondFactor: SecondFactor | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 出示两步验证。Show the second factor. */
export interface SecondFactorShowInput {
  /** 验证器应用显示的六位数字，或一个恢复码。The six digits that the app shows, or a recovery code. */
  code: string;
}

/** 已发出的验证码；验证码本身只在短信里。A code on its way to a phone, not the code itself. */
export interface SentCode {
  __typename?: "SentCode";
  /** 何时起可重新获取。From when on another can be asked for. */
  againAt: DateTime;
  /** 验证码有几位。How many digits the code has. */
  digits: number;
  /** 有效期至。Until when it can be used. */
  expiresAt: DateTime;
  /** 凭它使用验证码，不要给别人。Goes with the code; keep it to yourself. */
  handle: string;
}

/** 服务证明：联户长一段时间里办成、并由住户或回访评过的心愿，没有时长。A service record: what a head did in a span of days, as households rated it. It knows no hours. */
export interface ServiceRecord {
  __typename?: "ServiceRecord";
  /** 另有几件到期无人评单、自动记为完成；不计入件数。Apart from the deeds: wishes that nobody rated in time. */
  automatic: number;
  /** 这些评分的平均，两位小数；没有评分为空。Their average, to two places; null without one. */
  averageStars: number | null;
  /** 按类别，没有的不列。By category; not those without. */
  byCategory: Array<CategoryDeeds>;
  /** 核验码，放进二维码或网址。The code by which anybody who holds the paper can check it. */
  code: string;
  /** 件数：住户或回访评 3 星及以上的心愿；为自家办的不算。Wishes rated 3 stars or more by a household, or by call-back; none of the own household. */
  deeds: number;
  /** 从哪天起（含）。The first day. */
  from: Date;
  /** 联户长姓名。The head's name. */
  headName: string;
  /** 其中的户数。How many households they were of. */
  households: number;
  /** 开具时间，各数截至此刻。When it was issued; the figures are as of then. */
  issuedAt: DateTime;
  /** 住户和回访共评了几次，1、2 星也算。How many ratings by people, 1 and 2 stars too. */
  ratedCount: number;
  /** 到哪天止（含）。The last day. */
  until: Date;
}

/** 核验结果。What a check of a service record comes to. */
export interface ServiceRecordCheck {
  __typename?: "ServiceRecordCheck";
  /** 证明上写的内容，供核对；不是本系统开具的为空。What the paper says, to be compared; null where it is not ours. */
  record: ServiceRecord | null;
  /** 结果。The result. */
  standing: RecordStanding;
}

/** 登录：在哪里登录。A session: one sign-in of an account. */
export interface Session {
  __typename?: "Session";
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<SessionAction>;
  /** 登录时间。When it was opened. */
  createdAt: DateTime;
  /** 退出时间；未退出为空。When it was ended; null before. */
  endedAt: DateTime | null;
  /** 最迟到期时间。When it ends at the latest. */
  expiresAt: DateTime;
  /** 全局编号。The global id. */
  id: string;
  /** 是否当前登录。Whether it is the one in use. */
  isCurrent: boolean;
  /** 备注。A note given at sign-in. */
  label: string;
  /** 最近使用，至多差五分钟。When it was last used, to within 5 minutes. */
  lastSeenAt: DateTime;
  /** 怎样登录的。How it was opened. */
  method: SignInMethod;
  /** 谁开的登录码；不是用登录码登录的为空。Whose one-use code it was; else null. */
  openedBy: string | null;
}

/** 对登录的操作。What can be done to a session. */
export type SessionAction =
  /** 退出登录。Sign out. */
  | "END";

/** 分页列表。A page of rows. */
export interface SessionConnection {
  __typename?: "SessionConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<SessionEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface SessionEdge {
  __typename?: "SessionEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: Session;
}

/** 退出登录。The session to end. */
export interface SessionEndInput {
  /** 登录编号；不填则为当前登录。The session; without one, the one in use. */
  sessionId?: string | null;
}

/** 退出登录的结果。The result of signing out. */
export interface SessionPayload {
  __typename?: "SessionPayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 已退出的登录；未完成时为空。The session that was ended; null when refused. */
  session: Session | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 全部退出。The sessions to end. */
export interface SessionsEndInput {
  /** 是否保留当前登录。Whether the one in use is kept. */
  keepCurrent: boolean;
}

/** 全部退出的结果。The result of signing out everywhere. */
export interface SessionsPayload {
  __typename?: "SessionsPayload";
  /** 退出了几个登录；未完成时为空。How many were ended; null when refused. */
  ended: number | null;
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 红城星店，或共建单位（kind）。A shop, or a partner. */
export interface Shop {
  __typename?: "Shop";
  /** 地址。The address. */
  address: string;
  /** 短码提醒，由新到旧。When many typed codes were wrong, newest first. */
  alerts: ShopAlertConnection | null;
  /** 申请人，批准后成为店主；录入时指定的在登录后。Who applied, or is named; owns it once approved and signed in. */
  applicant: ShopApplicant | null;
  /** 所在区域。The area it lies in. */
  area: Area;
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<ShopAction>;
  /** 类别。What it sells. */
  category: ShopCategory;
  /** 本月剩余让利额度，分。What is left of it this month, in fen. */
  ceilingLeftFen: Fen | null;
  /** 资料变更申请，由新到旧。Changes that were asked for, newest first. */
  changes: ShopChangeConnection | null;
  /** 某天的核销汇总，以 02:00 为界；店员可见。Its totals of a day, for its staff. */
  day: ShopDay | null;
  /** 进行中的优惠；本店和管理人员可见全部。The live discounts; all of them to those who run the shop. */
  discounts: DiscountConnection;
  /** 对其核销的异议，由新到旧；店员可见。Disputes about its redemptions, newest first, for its staff. */
  disputes: DisputeConnection | null;
  /** 距离，米；未按坐标查找时为空。The distance in metres; null unless asked for by a place. */
  distanceMetres: number | null;
  /** 全局编号。The global id. */
  id: string;
  /** 待接受的店员邀请，先发的在前。Who is invited to work there, oldest first. */
  invitations: ShopInvitationConnection | null;
  /** 种类：星店或共建单位。Whether it is a shop or a partner. */
  kind: ShopKind;
  /** 纬度，GCJ-02。Degrees north, GCJ-02. */
  latitude: number;
  /** 经度，GCJ-02。Degrees east, GCJ-02. */
  longitude: number;
  /** 一个月的结算汇总；店主可见。What its closed days of a month add up to, for its owners. */
  month: StatementMonth | null;
  /** 每月让利上限，分；空为不限。What it gives away in a month at most, in fen; null for no limit. */
  monthlyCeilingFen: Fen | null;
  /** 店名。The name. */
  name: string;
  /** 营业时间。When it is open. */
  openingHours: string | null;
  /** 待审核的资料变更；没有为空。The change waiting for approval. */
  pendingChange: ShopChange | null;
  /** 已许诺、尚未使用的专享份数，含预留的；不为 0 时不能退出。How many uses of what it has on offer are promised to heads, or reserved, and not used yet; until there are none it does not leave. */
  promised: number | null;
  /** 核销，由新到旧，含已撤销；店员可见。Its redemptions, newest first, revoked ones too, for its staff. */
  redemptions: RedemptionConnection | null;
  /** 店主和店员，先来的在前。Its staff, in the order of joining. */
  staff: ShopStaffConnection | null;
  /** 状态。Whether it takes part. */
  state: ShopState;
  /** 未通过、暂停或退出的原因。Why it was rejected or suspended, or left. */
  stateReason: string | null;
  /** 结算单，由新到旧。Its statements, newest day first. */
  statements: StatementConnection | null;
  /** 是否列入公开的鸣谢名单。Whether the public list of thanks names it. */
  thanksListed: boolean | null;
  /** 推送地址，由新到旧。Its webhook endpoints, newest first. */
  webhooks: WebhookEndpointConnection | null;
}

/** 对店铺的操作。What can be done to a shop. */
export type ShopAction =
  /** 邀请店员。Invite staff. */
  | "ADD_STAFF"
  /** 批准加入。Approve. */
  | "APPROVE"
  /** 新增推送地址。Create a webhook endpoint. */
  | "CREATE_WEBHOOK"
  /** 起草优惠。Draft a discount. */
  | "DRAFT_DISCOUNT"
  /** 修改资料。Edit. */
  | "EDIT"
  /** 退出。Leave. */
  | "LEAVE"
  /** 驳回申请。Reject. */
  | "REJECT"
  /** 恢复。Resume. */
  | "RESUME"
  /** 设置每月让利上限。Set the monthly ceiling. */
  | "SET_CEILING"
  /** 暂停。Suspend. */
  | "SUSPEND";

/** 短码提醒：本店短时间内输错的短码较多。Many short codes typed in a shop were wrong. */
export interface ShopAlert {
  __typename?: "ShopAlert";
  /** 出自几个网络地址。From how many network addresses. */
  addresses: number;
  /** 出自几位店员的账号。By how many cashiers' accounts. */
  cashiers: number;
  /** 达到多少次即提醒。From how many on it is raised. */
  leastCount: number;
  /** 在多少分钟之内。Within how many minutes. */
  minutes: number;
  /** 输错的短码次数。How many codes were wrong. */
  misses: number;
  /** 提醒时间。When it was raised. */
  raisedAt: DateTime;
}

/** 店铺有新的短码提醒。Shops have a new alert. */
export interface ShopAlertChange {
  __typename?: "ShopAlertChange";
  /** 读取时间。As of when. */
  changedAt: DateTime;
  /** 是否应重新读取列表：变动太多，或可能漏了消息。Whether to read the list anew, for more changed or word may have been missed. */
  reload: boolean;
  /** 有新提醒的店铺。The shops that have one. */
  shops: Array<Shop>;
}

/** 分页列表。A page of rows. */
export interface ShopAlertConnection {
  __typename?: "ShopAlertConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<ShopAlertEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface ShopAlertEdge {
  __typename?: "ShopAlertEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: ShopAlert;
}

/** 店铺申请人。The applicant for a shop. */
export interface ShopApplicant {
  __typename?: "ShopApplicant";
  /** 姓名。The name. */
  name: string;
  /** 手机号，中间四位隐去。The phone, masked. */
  phone: string | null;
}

/** 申请加入红城星店。To apply with a shop of one's own. */
export interface ShopApplyInput {
  /** 地址，最多 120 字。The address, at most 120 characters. */
  address: string;
  /** 所在社区。The community it lies in. */
  areaId: string;
  /** 类别。What it sells. */
  category: ShopCategory;
  /** 种类；不填为星店。Whether a shop or a partner. */
  kind?: ShopKind;
  /** 纬度，GCJ-02。Degrees north, GCJ-02. */
  latitude: number;
  /** 经度，GCJ-02。Degrees east, GCJ-02. */
  longitude: number;
  /** 每月让利上限，分，0 到 1000000000；空为不限。What it gives away in a month at most, in fen; null for no limit. */
  monthlyCeilingFen?: Fen | null;
  /** 店名，最多 64 字，同一社区内不重复。The name, at most 64 characters, unique in the community. */
  name: string;
  /** 营业时间，最多 60 字。When it is open, at most 60 characters. */
  openingHours?: string;
  /** 客户端自编的请求编号，最多 64 个字符；重发时不变，只算一次。The client's own number, for idempotent retries. */
  requestNo: string;
}

/** 批准加入。To approve an application. */
export interface ShopApproveInput {
  /** 店铺编号。The shop. */
  shopId: string;
}

/** 店铺类别。What a shop sells. */
export type ShopCategory =
  /** 诊所。A clinic. */
  | "CLINIC"
  /** 服装。Clothing. */
  | "CLOTHING"
  /** 教育。Education. */
  | "EDUCATION"
  /** 餐饮。Food. */
  | "FOOD"
  /** 商超。Groceries. */
  | "GROCERY"
  /** 理发。Hairdressing. */
  | "HAIRDRESSING"
  /** 休闲。Leisure. */
  | "LEISURE"
  /** 其他。Anything else. */
  | "OTHER"
  /** 药店。A pharmacy. */
  | "PHARMACY"
  /** 物业。Of partners (共建单位) alone: a property company. */
  | "PROPERTY"
  /** 公共服务。Of partners (共建单位) alone: a public service. */
  | "PUBLIC_SERVICE"
  /** 维修。Repairs. */
  | "REPAIR";

/** 资料变更申请：店主要求修改店名、地址、位置或社区，批准前店铺照原资料经营。A request to change a shop's particulars, which stay as they are until it is approved. */
export interface ShopChange {
  __typename?: "ShopChange";
  /** 要改成的地址；不改为空。The address asked for. */
  address: string | null;
  /** 要换到的社区；不换为空。The community asked for. */
  area: Area | null;
  /** 申请时间。When it was asked. */
  askedAt: DateTime;
  /** 申请人姓名。Who asked. */
  askedByName: string;
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<ShopChangeAction>;
  /** 审核、撤回或被取代的时间；待审核为空。When it was decided. */
  decidedAt: DateTime | null;
  /** 全局编号。The global id. */
  id: string;
  /** 要改成的纬度，GCJ-02；不改为空。The latitude asked for. */
  latitude: number | null;
  /** 要改成的经度，GCJ-02；不改为空。The longitude asked for. */
  longitude: number | null;
  /** 要改成的店名；不改为空。The name asked for. */
  name: string | null;
  /** 驳回的原因。Why it was rejected. */
  reason: string | null;
  /** 店铺，现行资料见此。The shop, as it is now. */
  shop: Shop;
  /** 状态。The state. */
  state: ShopChangeState;
}

/** 对资料变更申请的操作。What can be done to such a request. */
export type ShopChangeAction =
  /** 批准。Approve. */
  | "APPROVE"
  /** 驳回。Reject. */
  | "REJECT"
  /** 撤回。Withdraw. */
  | "WITHDRAW";

/** 批准资料变更。To approve a change of a shop's particulars. */
export interface ShopChangeApproveInput {
  /** 资料变更申请编号。The change that was asked for. */
  changeId: string;
}

/** 分页列表。A page of rows. */
export interface ShopChangeConnection {
  __typename?: "ShopChangeConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<ShopChangeEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface ShopChangeEdge {
  __typename?: "ShopChangeEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: ShopChange;
}

/** 对资料变更申请操作的结果。The result of a mutation. */
export interface ShopChangePayload {
  __typename?: "ShopChangePayload";
  /** 操作后的申请；未完成时为空。The request; null when refused. */
  change: ShopChange | null;
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 驳回资料变更。To reject a change of a shop's particulars. */
export interface ShopChangeRejectInput {
  /** 资料变更申请编号。The change that was asked for. */
  changeId: string;
  /** 原因，店主可见，最多 200 字。Why, at most 200 characters. */
  reason: string;
}

/** 资料变更申请的状态。The state of a request to change a shop's particulars. */
export type ShopChangeState =
  /** 已批准。Approved. */
  | "APPROVED"
  /** 待审核。Pending. */
  | "PENDING"
  /** 已驳回。Rejected. */
  | "REJECTED"
  /** 已被新的申请取代。Replaced by a later one. */
  | "REPLACED"
  /** 已撤回。Withdrawn. */
  | "WITHDRAWN";

/** 撤回资料变更申请。To withdraw a change that was asked for. */
export interface ShopChangeWithdrawInput {
  /** 资料变更申请编号。The change that was asked for. */
  changeId: string;
}

/** 分页列表。A page of rows. */
export interface ShopConnection {
  __typename?: "ShopConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<ShopEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 店铺一天的核销汇总，以 02:00 为界。A shop's day, from 02:00 to 02:00. */
export interface ShopDay {
  __typename?: "ShopDay";
  /** 原价合计，分。The bills, in fen. */
  billFen: Fen;
  /** 关账时间，之后不再变动。When it is closed; nothing changes afterwards. */
  closesAt: DateTime;
  /** 有效笔数。The redemptions in force. */
  count: number;
  /** 日期。The day. */
  date: Date;
  /** 全局编号。The global id. */
  id: string;
  /** 实付合计，分。What was paid, in fen. */
  payableFen: Fen;
  /** 积分合计。What it cost in points. */
  points: Points;
  /** 当天各笔，由新到旧，含已撤销。Its redemptions, newest first, revoked ones too. */
  redemptions: RedemptionConnection;
  /** 已撤销笔数。How many were revoked. */
  revoked: number;
  /** 优惠合计，分。What was saved, in fen. */
  savedFen: Fen;
  /** 店铺。The shop. */
  shop: Shop;
  /** 当天的结算单；未关账或没有可结算的为空。The day's statement, once it is closed. */
  statement: Statement | null;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface ShopEdge {
  __typename?: "ShopEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: Shop;
}

/** 修改店铺资料，只填要改的；合作后店主改店名、地址、位置、社区须经批准。To edit a shop: what is to change. */
export interface ShopEditInput {
  /** 地址，最多 120 字。The address, at most 120 characters. */
  address?: string | null;
  /** 换到哪个社区。Another community. */
  areaId?: string | null;
  /** 类别。What it sells. */
  category?: ShopCategory | null;
  /** 纬度，GCJ-02，与经度同填。Degrees north, GCJ-02; with longitude. */
  latitude?: number | null;
  /** 经度，GCJ-02，与纬度同填。Degrees east, GCJ-02; with latitude. */
  longitude?: number | null;
  /** 店名，最多 64 字。The name, at most 64 characters. */
  name?: string | null;
  /** 营业时间，最多 60 字。When it is open, at most 60 characters. */
  openingHours?: string | null;
  /** 店铺编号。The shop. */
  shopId: string;
  /** 是否列入公开的鸣谢名单，立即生效。Whether the public list of thanks names it, at once. */
  thanksListed?: boolean | null;
}

/** 录入店铺。To enter a shop on behalf of who runs it. */
export interface ShopEnterInput {
  /** 地址，最多 120 字。The address, at most 120 characters. */
  address: string;
  /** 所在社区，须在管理范围内。The community it lies in, in the viewer's reach. */
  areaId: string;
  /** 店主姓名，与手机号同填，最多 64 字。The owner's name, with the phone. */
  cashierName?: string | null;
  /** 店主手机号，11 位；对方登录后成为申请人。The owner's mobile number, 11 digits. */
  cashierPhone?: string | null;
  /** 类别。What it sells. */
  category: ShopCategory;
  /** 种类；不填为星店。Whether a shop or a partner. */
  kind?: ShopKind;
  /** 纬度，GCJ-02。Degrees north, GCJ-02. */
  latitude: number;
  /** 经度，GCJ-02。Degrees east, GCJ-02. */
  longitude: number;
  /** 每月让利上限，分，0 到 1000000000；空为不限。What it gives away in a month at most, in fen; null for no limit. */
  monthlyCeilingFen?: Fen | null;
  /** 店名，最多 64 字，同一社区内不重复。The name, at most 64 characters, unique in the community. */
  name: string;
  /** 营业时间，最多 60 字。When it is open, at most 60 characters. */
  openingHours?: string;
  /** 客户端自编的请求编号，最多 64 个字符；重发时不变，只算一次。The client's own number, for idempotent retries. */
  requestNo: string;
}

/** 店员邀请：对方用该手机号登录后即加入。An invitation to work in a shop. */
export interface ShopInvitation {
  __typename?: "ShopInvitation";
  /** 是否请为店主。Whether as an owner. */
  asOwner: boolean;
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<ShopInvitationAction>;
  /** 有效期至。Until when it can be accepted. */
  expiresAt: DateTime;
  /** 全局编号。The global id. */
  id: string;
  /** 邀请时间。When it was made. */
  invitedAt: DateTime;
  /** 邀请时填写的姓名；对方以此名接受后为空。The name as typed; null once accepted under it. */
  name: string | null;
  /** 手机号，中间四位隐去；不再有效后为空。The phone, masked; null once it has ended. */
  phone: string | null;
  /** 店铺。The shop. */
  shop: Shop;
  /** 状态。The state. */
  state: InvitationState;
}

/** 对店员邀请的操作。What can be done to an invitation. */
export type ShopInvitationAction =
  /** 给在场的店员开登录码。Show a code to who is present. */
  | "SHOW_CODE"
  /** 撤回。Withdraw. */
  | "WITHDRAW";

/** 分页列表。A page of rows. */
export interface ShopInvitationConnection {
  __typename?: "ShopInvitationConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<ShopInvitationEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface ShopInvitationEdge {
  __typename?: "ShopInvitationEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: ShopInvitation;
}

/** 对店员邀请操作的结果。The result of a mutation. */
export interface ShopInvitationPayload {
  __typename?: "ShopInvitationPayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 所涉及的邀请；未完成时为空。The invitation; null when refused. */
  invitation: ShopInvitation | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 给受邀的店员开登录码。For whom the code is. */
export interface ShopInvitationShowCodeInput {
  /** 邀请。The invitation. */
  invitationId: string;
}

/** 撤回店员邀请。To withdraw an invitation. */
export interface ShopInvitationWithdrawInput {
  /** 邀请编号。The invitation. */
  invitationId: string;
}

/** 店铺的种类。What a shop is to the district. */
export type ShopKind =
  /** 共建单位：医院、学校、物业等，手续与星店相同。A partner: a hospital, a school, a property company. */
  | "PARTNER"
  /** 红城星店。A shop. */
  | "SHOP";

/** 退出合作，或撤回申请。To leave for good, or withdraw an application. */
export interface ShopLeaveInput {
  /** 原因，可不填，最多 200 字。Why, optional, at most 200 characters. */
  reason?: string;
  /** 店铺编号。The shop. */
  shopId: string;
}

/** 对店铺操作的结果。The result of a mutation. */
export interface ShopPayload {
  __typename?: "ShopPayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 操作后的店铺；未完成时为空。The shop afterwards; null when refused. */
  shop: Shop | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 驳回申请。To reject an application. */
export interface ShopRejectInput {
  /** 原因，申请人可见，最多 200 字。Why, at most 200 characters. */
  reason: string;
  /** 店铺编号。The shop. */
  shopId: string;
}

/** 店铺一个月的经营报告。A shop's month. Redemptions and amounts count at once; figures of people are told once the month is settled, and never change afterwards. */
export interface ShopReport {
  __typename?: "ShopReport";
  /** 平均每笔原价，分；没有核销为空。The average bill, in fen; null without a redemption. */
  averageBillFen: Fen | null;
  /** 原价合计，分。The bills, in fen. */
  billsFen: Fen;
  /** 按优惠，先有的在前。By discount, in the order in which they were made. */
  byDiscount: ReportDiscountConnection;
  /** 按星期几，周一在前。By weekday, Monday first. */
  byWeekday: Array<ReportWeekday>;
  /** 当月是否已全部关账、不再变动；此前不显示任何人数。Whether the month is settled and nothing changes any more; no figure of people is told before. */
  complete: boolean;
  /** 来过的联户长人数。How many different heads redeemed something. */
  heads: ReportCount;
  /** 月份。The month. */
  month: YearMonth;
  /** 其中第一次来的。Of them, those who never had before. */
  newHeads: ReportCount;
  /** 当月到期或取消、没有使用的优惠码。How many passes ended without a redemption. */
  passesNotUsed: ReportCount;
  /** 核销笔数。How many redemptions. */
  redemptions: number;
  /** 其中以前来过的。Of them, those who had before that month. */
  returningHeads: ReportCount;
  /** 优惠合计，分。What was saved, in fen. */
  savedFen: Fen;
  /** 店铺。The shop. */
  shop: Shop;
  /** 当月收到的致谢。The thanks of the month. */
  thanks: ReportThanks;
}

/** 恢复合作。To end a suspension. */
export interface ShopResumeInput {
  /** 店铺编号。The shop. */
  shopId: string;
}

/** 设置每月让利上限。To set the monthly ceiling. */
export interface ShopSetCeilingInput {
  /** 每月让利上限，分，0 到 1000000000；不限须写明 null。What it gives away a month at most, in fen; null: no limit. */
  monthlyCeilingFen?: Fen | null;
  /** 店铺编号。The shop. */
  shopId: string;
}

/** 店主或店员。A member of a shop's staff. */
export interface ShopStaff {
  __typename?: "ShopStaff";
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<ShopStaffAction>;
  /** 何时加入。Since when. */
  grantedAt: DateTime;
  /** 全局编号。The global id. */
  id: string;
  /** 是否店主；否则只能核销和查看当日。Whether an owner; else at the till alone. */
  isOwner: boolean;
  /** 姓名。The name. */
  name: string;
  /** 手机号，中间四位隐去。The phone, masked. */
  phone: string | null;
  /** 何时被移除；在职为空。Until when; null while working there. */
  revokedAt: DateTime | null;
  /** 店铺。The shop. */
  shop: Shop;
}

/** 对店员的操作。Actions on a member of a shop's staff. */
export type ShopStaffAction =
  /** 改为店员。Make a cashier. */
  | "MAKE_CASHIER"
  /** 设为店主。Make an owner. */
  | "MAKE_OWNER"
  /** 移除。Remove. */
  | "REMOVE"
  /** 开登录码。Show a code. */
  | "SHOW_CODE"
  /** 退出本店登录码打开的收银台。End the tills that the shop's codes opened. */
  | "SIGN_OUT";

/** 邀请店员。The person to invite to a shop's staff. */
export interface ShopStaffAddInput {
  /** 是否请为店主；默认为店员。Whether as an owner; else at the till. */
  asOwner?: boolean;
  /** 姓名，最多 64 字。The name, at most 64 characters. */
  displayName: string;
  /** 手机号，11 位。The mobile number, 11 digits. */
  phone: string;
  /** 店铺编号。The shop. */
  shopId: string;
}

/** 分页列表。A page of rows. */
export interface ShopStaffConnection {
  __typename?: "ShopStaffConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<ShopStaffEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface ShopStaffEdge {
  __typename?: "ShopStaffEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: ShopStaff;
}

/** 改为店员。To make an owner a cashier. */
export interface ShopStaffMakeCashierInput {
  /** 店员编号。The staff member. */
  staffId: string;
}

/** 设为店主。To make a cashier an owner. */
export interface ShopStaffMakeOwnerInput {
  /** 店员编号。The staff member. */
  staffId: string;
}

/** 对店员操作的结果。The result of a change of staff. */
export interface ShopStaffPayload {
  __typename?: "ShopStaffPayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 所涉及的店员；未完成时为空。Who it was about; null when refused. */
  staff: ShopStaff | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 移除店员。The member of staff to remove. */
export interface ShopStaffRemoveInput {
  /** 店员编号。The staff member. */
  staffId: string;
}

/** 给店员开登录码。For whom the code is. */
export interface ShopStaffShowCodeInput {
  /** 店员。Who works in the shop. */
  staffId: string;
}

/** 让店员退出收银台。Whose tills are ended. */
export interface ShopStaffSignOutInput {
  /** 店员。Who works in the shop. */
  staffId: string;
}

/** 让店员退出收银台的结果。The result of ending a till. */
export interface ShopStaffSignOutPayload {
  __typename?: "ShopStaffSignOutPayload";
  /** 退出了几处；未完成时为空。How many sessions ended; null when refused. */
  ended: number | null;
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 店铺状态。Whether a shop takes part. */
export type ShopState =
  /** 合作中。Takes part. */
  | "ACTIVE"
  /** 已申请，待审核。Has applied. */
  | "APPLIED"
  /** 已退出。Has left. */
  | "LEFT"
  /** 未通过。Was not taken in. */
  | "REJECTED"
  /** 已暂停。Suspended. */
  | "SUSPENDED";

/** 暂停合作。To suspend a shop. */
export interface ShopSuspendInput {
  /** 原因，店主可见，最多 200 字。Why, at most 200 characters. */
  reason: string;
  /** 店铺编号。The shop. */
  shopId: string;
}

/** 用一次性登录码登录。To sign in by a one-use code. */
export interface SignInByCodeInput {
  /** 登录码，或其二维码的内容。The code, or what its QR code says. */
  code: string;
  /** 浏览器或小程序自己存的一个随机编号，16 到 64 位。A random number that the client keeps. */
  device?: string | null;
  /** 备注，如“我的手机”。A note, such as 我的手机. */
  label?: string;
}

/** 用验证码登录。To sign in by a code sent to a phone. */
export interface SignInByPhoneInput {
  /** 短信里的验证码。The code of the text message. */
  code: string;
  /** 浏览器或小程序自己存的一个随机编号，16 到 64 位。A random number that the client keeps. */
  device?: string | null;
  /** 获取验证码时得到的。As given when the code was asked for. */
  handle: string;
  /** 备注，如“我的手机”。A note, such as 我的手机. */
  label?: string;
}

/** 用微信登录。To sign in by WeChat. */
export interface SignInByWechatInput {
  /** 小程序登录得到的凭证。The code of `wx.login`. */
  code: string;
  /** 浏览器或小程序自己存的一个随机编号，16 到 64 位。A random number that the client keeps. */
  device?: string | null;
  /** 备注，如“我的手机”。A note, such as 我的手机. */
  label?: string;
}

/** 获取验证码的结果。The result of asking for a code. */
export interface SignInCodePayload {
  __typename?: "SignInCodePayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 已发出的验证码；未发出时为空。The code on its way; null when refused. */
  sent: SentCode | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 获取登录验证码。To ask for a sign-in code. */
export interface SignInCodeSendInput {
  /** 手机号。The mobile number. */
  phone: string;
  /** 用途，验证码只作此用；换手机号、注销账号须先登录。What the code is for. */
  purpose?: CodePurpose;
}

/** 登录方式。How a session was opened. */
export type SignInMethod =
  /** 运维人员开的一次性登录码。By an operator's one-use code. */
  | "CODE"
  /** 社区现场开的一次性登录码，只在该辖区内使用。By a desk's one-use code; it acts in that area alone. */
  | "DESK"
  /** 运维人员打开的。By an operator. */
  | "OPERATOR"
  /** 短信验证码。By a code sent to the phone. */
  | "PHONE"
  /** 店主开的一次性登录码，只在该店使用。By a shop's one-use code; it acts in that shop alone. */
  | "SHOP"
  /** 微信。By WeChat. */
  | "WECHAT";

/** 登录的结果。The result of signing in. */
export interface SignInPayload {
  __typename?: "SignInPayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 登录；未完成时为空。What it gives; null when refused. */
  signedIn: SignedIn | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 异常提示，供人研判，本身没有任何后果。Something unusual, for a human to judge; it has no effect. */
export interface Signal {
  __typename?: "Signal";
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<SignalAction>;
  /** 所属日期，店铺结算日。The day it is about, from 02:00 to 02:00. */
  day: Date;
  /** 由哪些核销或心愿得出，由先到后，最多 100 条，仅可见的；营业时间外、短码和同一设备三类没有。The redemptions or wishes that it was raised from, oldest first, at most 100, those visible; of hours, codes and devices none. */
  evidence: Array<SignalEvidence>;
  /** 一句话说明，含数据和提示线。What was seen and where the threshold lay, in a sentence. */
  explanation: string;
  /** 逐项数据。The figures one by one. */
  figures: Array<SignalFigure>;
  /** 所涉联户长；不涉及或不可见为空。The head it is about; null if none or not visible. */
  head: HouseholdHead | null;
  /** 所涉住户；不涉及或不可见为空。The household it is about, likewise. */
  household: Household | null;
  /** 全局编号。The global id. */
  id: string;
  /** 研判时间；待研判为空。When it was judged; null before. */
  judgedAt: DateTime | null;
  /** 研判人。The name of who judged it. */
  judgedBy: string | null;
  /** 研判意见。What was found. */
  judgement: string | null;
  /** 类别。What looked unusual. */
  kind: SignalKind;
  /** 相距很远时的另一家店；其余为空。The second shop, of two that are far apart. */
  otherShop: Shop | null;
  /** 提示时间。When it was raised. */
  raisedAt: DateTime;
  /** 所涉店铺；不涉及为空。The shop it is about; null if none. */
  shop: Shop | null;
  /** 状态。What a human made of it. */
  state: SignalState;
}

/** 可对提示做的操作。What the viewer may do with a signal. */
export type SignalAction =
  /** 研判。Judge it. */
  | "JUDGE";

/** 分页列表。A page of rows. */
export interface SignalConnection {
  __typename?: "SignalConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<SignalEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface SignalEdge {
  __typename?: "SignalEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: Signal;
}

/** 提示所依据的核销或微心愿。A redemption or a wish behind a signal. */
export type SignalEvidence = Redemption | Wish;

/** 提示的一项数据。One figure of a signal. */
export interface SignalFigure {
  __typename?: "SignalFigure";
  /** 名称。What it is. */
  name: string;
  /** 当时的提示线；不与提示线相比的为空。The threshold it was held against; null where there is none. */
  threshold: string | null;
  /** 数值，可直接显示。Its value, fit to show. */
  value: string;
}

/** 研判提示。To judge a signal. */
export interface SignalJudgeInput {
  /** 研判意见，最多 200 字。What was found, at most 200 characters. */
  judgement: string;
  /** 提示编号。The signal. */
  signalId: string;
  /** 结果。The outcome. */
  state: SignalJudgement;
}

/** 研判的结果。The result of a judgement. */
export interface SignalJudgePayload {
  __typename?: "SignalJudgePayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 研判后的提示；未完成时为空。The signal afterwards; null when refused. */
  signal: Signal | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 研判的结果。What a signal can be judged to be. */
export type SignalJudgement =
  /** 已跟进处理。Followed up. */
  | "FOLLOWED_UP"
  /** 无异常。Harmless. */
  | "HARMLESS";

/** 提示类别，供人研判。What looked unusual, for a human to judge. */
export type SignalKind =
  /** 短时间内核销密集。Many redemptions in a short time. */
  | "BURST"
  /** 短码输错次数异常。An unusual number of wrong short codes. */
  | "CODE_GUESSES"
  /** 短时间内在相距很远的店核销。Shops far apart in quick succession. */
  | "FAR_APART"
  /** 多笔原价刚过最低消费。Many bills just above the minimum spend. */
  | "JUST_ABOVE_MINIMUM"
  /** 一店与一位联户长互占比例过高。One shop and one head make an unusual share of each other's redemptions. */
  | "MUTUAL_SHARE"
  /** 营业时间外核销。Redemptions outside the shop's opening hours. */
  | "OUTSIDE_OPENING_HOURS"
  /** 联户长和给他评单的住户用同一台设备登录。A head and a household that rates him sign in on one device. */
  | "SHARED_DEVICE"
  /** 一户与一位联户长之间的心愿过于集中。A cycle of wishes between one household and one head. */
  | "WISH_CYCLE";

/** 提示的状态。What a human made of a signal. */
export type SignalState =
  /** 已跟进处理。Followed up. */
  | "FOLLOWED_UP"
  /** 无异常。Harmless. */
  | "HARMLESS"
  /** 待研判。To be judged. */
  | "OPEN";

/** 登录。What signing in gives. */
export interface SignedIn {
  __typename?: "SignedIn";
  /** 还没有账号时的凭据，十分钟内用来申请加入住户；有账号时为空。Without an account yet: for ten minutes, to ask to belong to a household; else null. */
  ticket: string | null;
  /** 令牌，此后放在 Authorization: Bearer 里；只在此答复中给出。还没有账号的手机号为空。The bearer token, shown only here; null for a phone that nobody knows here yet. */
  token: string | null;
  /** 这个微信还没有绑定账号时的凭据，十分钟内用来绑定；否则为空。Of a WeChat user who is bound to no account: for ten minutes, to be bound; else null. */
  wechatTicket: string | null;
}

/** 一种评价的加分。The bonus for one rating. */
export interface StarsPoints {
  __typename?: "StarsPoints";
  /** 评价加分。The bonus. */
  points: number;
  /** 星级。The stars. */
  stars: number;
}

/** 一种评价的加分。The bonus for one rating. */
export interface StarsPointsInput {
  /** 评价加分，0 到 1000。The bonus, 0 to 1000. */
  points: number;
  /** 星级，3 到 5。The stars, 3 to 5. */
  stars: number;
}

/** 结算单：店铺已关账的一天。A shop's closed day, for both sides to acknowledge. */
export interface Statement {
  __typename?: "Statement";
  /** 当前用户现在可以代表哪一方确认。For which side the viewer may acknowledge it now; empty for none. */
  acknowledgeableAs: Array<StatementSide>;
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<StatementAction>;
  /** 原价合计，分。The bills, in fen. */
  billFen: Fen;
  /** 关账时间。When it was closed. */
  closedAt: DateTime;
  /** 更正笔数。How many corrections it settles. */
  corrections: number;
  /** 结算日，以 02:00 为界。The day, from 02:00 to 02:00. */
  date: Date;
  /** 区里确认时间。When the district acknowledged it. */
  districtAcknowledgedAt: DateTime | null;
  /** 全局编号。The global id. */
  id: string;
  /** 实付合计，分。What was paid, in fen. */
  payableFen: Fen;
  /** 积分合计。What it cost in points. */
  points: Points;
  /** 上一张结算单的指纹；第一张为空。The hash of the shop's statement before; null for the first. */
  previousSha256: string | null;
  /** 核销笔数。How many redemptions it settles. */
  redemptions: number;
  /** 当天撤销、不结算的笔数。How many of the day were revoked and are not settled. */
  revoked: number;
  /** 各行，按序号；更正在后。The rows in their places, corrections last. */
  rows: StatementRowConnection;
  /** 优惠合计，分。What was saved, in fen. */
  savedFen: Fen;
  /** 指纹：规范格式的 SHA-256，十六进制；确认时写明。The SHA-256 of its canonical form, in hexadecimal. */
  sha256: string;
  /** 店铺。The shop. */
  shop: Shop;
  /** 店铺确认时间。When the shop acknowledged it. */
  shopAcknowledgedAt: DateTime | null;
}

/** 确认结算单。To acknowledge a statement. */
export interface StatementAcknowledgeInput {
  /** 所核对的结算单的指纹。The hash of the statement that was seen. */
  sha256: string;
  /** 结算单编号。The statement. */
  statementId: string;
}

/** 对结算单的操作。What can be done to a statement. */
export type StatementAction =
  /** 确认。Acknowledge. */
  | "ACKNOWLEDGE";

/** 分页列表。A page of rows. */
export interface StatementConnection {
  __typename?: "StatementConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<StatementEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface StatementEdge {
  __typename?: "StatementEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: Statement;
}

/** 结算单文件。A file of statements. */
export interface StatementFile {
  __typename?: "StatementFile";
  /** 内容，base64。The content, in base64. */
  contentBase64: string;
  /** 媒体类型。The media type. */
  mediaType: string;
  /** 文件名。The file's name. */
  name: string;
}

/** 结算单文件的格式。As what kind of file statements are had. */
export type StatementFormat =
  /** 逗号分隔的表格，UTF-8。CSV in UTF-8. */
  | "CSV"
  /** 某一天的规范格式，它的 SHA-256 就是指纹。The canonical form of one day, whose SHA-256 is acknowledged. */
  | "JSON"
  /** 工作簿。A workbook. */
  | "XLSX";

/** 店铺一个月的结算汇总，由每日结算单相加。What a shop's closed days of a month add up to. */
export interface StatementMonth {
  __typename?: "StatementMonth";
  /** 其中双方都已确认的天数。Of them, how many both sides acknowledged. */
  acknowledged: number;
  /** 原价合计，分。The bills, in fen. */
  billFen: Fen;
  /** 是否已全部关账，不会再增加。Whether all its days are closed, and nothing is added any more. */
  complete: boolean;
  /** 更正笔数。How many corrections. */
  corrections: number;
  /** 有结算单的天数。How many days have a statement. */
  days: number;
  /** 全局编号。The global id. */
  id: string;
  /** 月份。The month. */
  month: YearMonth;
  /** 实付合计，分。What was paid, in fen. */
  payableFen: Fen;
  /** 积分合计。What it cost in points. */
  points: Points;
  /** 核销笔数。How many redemptions. */
  redemptions: number;
  /** 有结算单的日子里，撤销、不结算的笔数。How many were revoked and are not settled, on the days with a statement. */
  revoked: number;
  /** 优惠合计，分。What was saved, in fen. */
  savedFen: Fen;
  /** 店铺。The shop. */
  shop: Shop;
}

/** 确认结算单的结果。The result of an acknowledgement. */
export interface StatementPayload {
  __typename?: "StatementPayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 结算单；未完成为空。The statement; null when refused. */
  statement: Statement | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 结算单的一行。What one row of a statement settles; a correction in negative amounts. */
export interface StatementRow {
  __typename?: "StatementRow";
  /** 原价，分。The bill, in fen. */
  billFen: Fen;
  /** 核销或裁定的时间。When it was confirmed; of a correction, when the dispute was decided. */
  happenedAt: DateTime;
  /** 类别。What it settles. */
  kind: StatementRowKind;
  /** 实付，分。What was paid, in fen. */
  payableFen: Fen;
  /** 序号，从 1 起。Its place, from 1. */
  place: number;
  /** 所用积分。What it cost in points. */
  points: number;
  /** 核销。The redemption. */
  redemption: Redemption;
  /** 确认核销时的请求编号，供与收银系统核对。The number under which the till confirmed it. */
  requestNo: string | null;
  /** 优惠金额，分。What was saved, in fen. */
  savedFen: Fen;
}

/** 分页列表。A page of rows. */
export interface StatementRowConnection {
  __typename?: "StatementRowConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<StatementRowEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface StatementRowEdge {
  __typename?: "StatementRowEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: StatementRow;
}

/** 结算行类别。What one row of a statement settles. */
export type StatementRowKind =
  /** 更正：冲回以前结算的一笔。What an earlier day settled, taken back. */
  | "CORRECTION"
  /** 核销。A redemption of the day. */
  | "REDEMPTION";

/** 确认方。Who acknowledges a statement. */
export type StatementSide =
  /** 区里。The district. */
  | "DISTRICT"
  /** 店铺。The shop. */
  | "SHOP";

/** 致谢的话。With which word a head thanks a shop. */
export type ThankWord =
  /** 实惠。It was good value. */
  | "GOOD"
  /** 热心。They were kind. */
  | "KIND"
  /** 快捷。It was quick. */
  | "QUICK";

/** 待办的数目，供角标用：最多数到 100，显示为 99+；没有这项工作的为空。What waits for the viewer, for badges: at most 100, shown as 99+; null for whoever has no such work. */
export interface Todo {
  __typename?: "Todo";
  /** 待审核的优惠。Discounts to approve. */
  discountsToApprove: number | null;
  /** 待裁定的异议。Disputes to decide. */
  disputesToDecide: number | null;
  /** 待确认的入户申请。Requests to belong to a household to confirm. */
  joinsToConfirm: number | null;
  /** 等我或我家同意的提名。Nominations of the viewer, the household or the building that wait for consent. */
  nominationsToConsent: number | null;
  /** 待列入或不列入的提名，与自己有关的除外。Nominations under review to decide on, but for one's own. */
  nominationsToDecide: number | null;
  /** 待答复的评选异议，与自己有关的除外。Objections in seasons to answer, but for one's own. */
  seasonObjectionsToAnswer: number | null;
  /** 待审核的店铺资料变更。Changes of shops to approve. */
  shopChangesToApprove: number | null;
  /** 待审核的店铺。Shops that applied. */
  shopsToApprove: number | null;
  /** 待处理的异常提示。Signals to judge. */
  signalsToJudge: number | null;
  /** 待确认的结算单：店主数本店的，区管理员数区里的。Statements to acknowledge: owners count their shops', administrators the district's. */
  statementsToAcknowledge: number | null;
  /** 派给我、等我接单或谢绝的微心愿。Wishes dispatched to the viewer, to accept or decline. */
  wishesToAnswer: number | null;
  /** 待派的微心愿。Wishes to dispatch. */
  wishesToDispatch: number | null;
  /** 本户已办结待评的微心愿。Completed wishes of the household to rate. */
  wishesToRate: number | null;
}

/** 积分流水类型。Why points moved. */
export type TransferKind =
  /** 偿还欠分。A posting, or points given back, repaid debt. */
  | "DEBT_REPAID"
  /** 核销占用。Held for a preparation. */
  | "HOLD"
  /** 退回积分：撤销核销或异议成立。Given back by a revocation or dispute. */
  | "REFUND"
  /** 占用退回。A hold went back. */
  | "RELEASE"
  /** 冲正。Taken back by a reversal. */
  | "REVERSAL"
  /** 奖励待入账。A reward became pending. */
  | "REWARD_PENDING"
  /** 奖励入账。A reward was posted. */
  | "REWARD_POSTED"
  /** 返工退回。A reward went back for a redo. */
  | "REWARD_RETURNED"
  /** 奖励作废。A reward was voided. */
  | "REWARD_VOIDED"
  /** 用于优惠。Spent on a discount. */
  | "SPEND";

/** 用户可见的错误。Something the person at the screen can understand and act on. */
export interface UserError {
  __typename?: "UserError";
  /** 错误代码，供程序判断。For the program. */
  code: ErrorCode;
  /** 出错的输入项路径。The path of the input at fault. */
  field: Array<string> | null;
  /** 中文说明，可直接显示。A sentence in Chinese, fit to show. */
  message: string;
  /** 何时起可再试；与时间无关的为空。From when on to try again, if time helps. */
  retryAt: DateTime | null;
}

/** 当前用户。Who is signed in. */
export interface Viewer {
  __typename?: "Viewer";
  /** 所属和管理的区域，由近及远。Where one lives or works, and what lies above, nearest first. */
  areas: AreaConnection;
  /** 本次登录是否只限一处：用社区或店主当面出示的登录码登录的，不能改动账号本身。Whether a desk's or a shop's code opened this session, which acts in one area or shop alone and changes nothing of the account itself. */
  bound: boolean;
  /** 我的同意，每种最近一次。What one has consented to: the last of each kind. */
  consents: Array<Consent>;
  /** 显示名。The name to greet by. */
  displayName: string;
  /** 所在住户。The household lived in. */
  household: Household | null;
  /** 联户长身份。The household head one is. */
  householdHead: HouseholdHead | null;
  /** 自己的入户申请，由新到旧。One's requests to belong to a household, newest first. */
  householdJoins: HouseholdJoinConnection;
  /** 我的提名，由新到旧：被提名的，和自己提名的。The nominations of oneself, of one's household and building, and those that one made, newest first. */
  nominations: NominationConnection;
  /** 通知推送的设置。How one is pushed notifications. */
  notificationSettings: NotificationSettings | null;
  /** 我的通知，由新到旧，保留 90 天。One's notifications of 90 days, newest first. */
  notifications: NotificationConnection;
  /** 身份。The roles held. */
  roles: Array<Role>;
  /** 我的两步验证。One's second factor, as this session sees it. */
  secondFactor: SecondFactor | null;
  /** 我的登录，由新到旧。Where one is signed in, newest first. */
  sessions: SessionConnection;
  /** 所在店铺。The shop worked in. */
  shop: Shop | null;
  /** 自己的店铺，含申请中的，由新到旧。The shops worked in or applied for, newest first. */
  shops: ShopConnection;
  /** 我的待办，各有多少；只有查询的才去数。What waits for the viewer; only what is asked for is counted. */
  todo: Todo;
  /** 未读通知数，最多数到 100，显示为 99+。How many are unread, at most 100: shown as 99+. */
  unreadNotifications: number;
}

/** 对推送地址的操作。What can be done to an endpoint. */
export type WebhookAction =
  /** 修改。Edit. */
  | "EDIT"
  /** 停用。End. */
  | "END"
  /** 暂停。Pause. */
  | "PAUSE"
  /** 恢复。Resume. */
  | "RESUME"
  /** 更换密钥。Rotate the secret. */
  | "ROTATE_SECRET";

/** 一次推送尝试。One attempt to deliver. */
export interface WebhookAttempt {
  __typename?: "WebhookAttempt";
  /** 何时。When. */
  attemptedAt: DateTime;
  /** 用时，毫秒。How long it took, in milliseconds. */
  milliseconds: number;
  /** 结果。How it ended. */
  outcome: WebhookOutcome;
  /** 应答的状态码；没有应答为空。The HTTP status; null without an answer. */
  status: number | null;
}

/** 分页列表。A page of rows. */
export interface WebhookAttemptConnection {
  __typename?: "WebhookAttemptConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<WebhookAttemptEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface WebhookAttemptEdge {
  __typename?: "WebhookAttemptEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: WebhookAttempt;
}

/** 新增推送地址。To make an endpoint. */
export interface WebhookCreateInput {
  /** 要推送的事件，至少一种。The events to send, at least one. */
  events: Array<WebhookEvent>;
  /** 客户端自编的请求编号，最多 64 个字符；10 分钟内重发可再次取得密钥。The client's own number; sent again within 10 minutes, the secret is shown again. */
  requestNo: string;
  /** 店铺编号。The shop. */
  shopId: string;
  /** 网址，https，公网可以访问，最多 500 个字符。The URL: https, public, at most 500 characters. */
  url: string;
}

/** 一条推送。One event for one endpoint. */
export interface WebhookDelivery {
  __typename?: "WebhookDelivery";
  /** 本轮已尝试次数。How many attempts of this round were begun. */
  attempts: number;
  /** 各次尝试，由新到旧，含以前各轮。Each attempt, newest first, of all rounds. */
  attemptsMade: WebhookAttemptConnection;
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<WebhookDeliveryAction>;
  /** 推送内容。What is sent. */
  body: string;
  /** 生成时间。When it was made. */
  createdAt: DateTime;
  /** 结束时间。When it was delivered or given up. */
  endedAt: DateTime | null;
  /** 推送地址。The endpoint. */
  endpoint: WebhookEndpoint;
  /** 事件。The event. */
  event: WebhookEvent;
  /** 全局编号。The global id. */
  id: string;
  /** 消息编号，即 webhook-id，每次尝试和重新推送都相同。The header webhook-id, the same in each attempt. */
  messageId: string;
  /** 下次尝试的时间；已结束为空。When it is tried next; null when over. */
  nextAttemptAt: DateTime | null;
  /** 第几轮，重新推送则加一。The round: one more with each redelivery. */
  round: number;
  /** 状态。The state. */
  state: WebhookDeliveryState;
}

/** 对一条推送的操作。What can be done to a delivery. */
export type WebhookDeliveryAction =
  /** 重新推送。Deliver once more. */
  | "REDELIVER";

/** 分页列表。A page of rows. */
export interface WebhookDeliveryConnection {
  __typename?: "WebhookDeliveryConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<WebhookDeliveryEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface WebhookDeliveryEdge {
  __typename?: "WebhookDeliveryEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: WebhookDelivery;
}

/** 重新推送的结果。The result of redelivering. */
export interface WebhookDeliveryPayload {
  __typename?: "WebhookDeliveryPayload";
  /** 操作后的推送记录；未完成时为空。The delivery; null when refused. */
  delivery: WebhookDelivery | null;
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 推送结果。The result of delivering one event to one endpoint. */
export type WebhookDeliveryState =
  /** 已送达。Delivered. */
  | "DELIVERED"
  /** 多次失败，已放弃。Given up. */
  | "FAILED"
  /** 待推送。To be sent, or sent again. */
  | "WAITING";

/** 修改推送地址，只填要改的。To edit an endpoint: what is to change, and nothing else. */
export interface WebhookEditInput {
  /** 推送地址编号。The endpoint. */
  endpointId: string;
  /** 要推送的事件，至少一种。The events to send, at least one. */
  events?: Array<WebhookEvent> | null;
  /** 网址，https，公网可以访问，最多 500 个字符。The URL: https, public. */
  url?: string | null;
}

/** 停用推送地址。To end an endpoint. */
export interface WebhookEndInput {
  /** 推送地址编号。The endpoint. */
  endpointId: string;
}

/** 推送地址。A webhook endpoint: a URL of a shop's own system. */
export interface WebhookEndpoint {
  __typename?: "WebhookEndpoint";
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<WebhookAction>;
  /** 新增时间。When it was made. */
  createdAt: DateTime;
  /** 由谁新增。Who made it. */
  createdByName: string;
  /** 推送记录，由新到旧。What was sent there, newest first. */
  deliveries: WebhookDeliveryConnection;
  /** 要推送的事件。The events to send. */
  events: Array<WebhookEvent>;
  /** 全局编号。The global id. */
  id: string;
  /** 旧密钥同时签名到何时；未更换过为空。Until when the secret before it signs too; null if never rotated. */
  previousSignsUntil: DateTime | null;
  /** 签名密钥，只在新增或更换后的答复中给出。The secret; only in the answer that made it. */
  secret: string | null;
  /** 店铺。The shop. */
  shop: Shop;
  /** 状态；对方返回 410 时自动暂停。Paused by itself when it answers 410. */
  state: WebhookState;
  /** 网址。The URL. */
  url: string;
}

/** 分页列表。A page of rows. */
export interface WebhookEndpointConnection {
  __typename?: "WebhookEndpointConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<WebhookEndpointEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface WebhookEndpointEdge {
  __typename?: "WebhookEndpointEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: WebhookEndpoint;
}

/** 对推送地址操作的结果。The result of a mutation. */
export interface WebhookEndpointPayload {
  __typename?: "WebhookEndpointPayload";
  /** 操作后的推送地址；未完成时为空。The endpoint; null when refused. */
  endpoint: WebhookEndpoint | null;
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 推送事件。The events sent to a shop's own system. */
export type WebhookEvent =
  /** 核销成功。A redemption was confirmed. */
  | "REDEMPTION_CONFIRMED"
  /** 核销被撤销或冲正。A redemption was revoked or reversed. */
  | "REDEMPTION_REVOKED"
  /** 结算单生成。A day's statement was closed. */
  | "STATEMENT_CLOSED";

/** 一次推送尝试的结果。How one attempt to deliver ended. */
export type WebhookOutcome =
  /** 地址属于内网，不予访问。The address is a private one. */
  | "ADDRESS_REFUSED"
  /** 对方有应答。The endpoint answered. */
  | "ANSWERED"
  /** 应答过大。The answer was too large. */
  | "ANSWER_TOO_LARGE"
  /** 证书有误或不是 https。No valid certificate, or no https. */
  | "INSECURE"
  /** 重定向不被接受。A redirect that is not followed. */
  | "REDIRECT_REFUSED"
  /** 超时。Timed out. */
  | "TIMED_OUT"
  /** 无法连接。Unreachable. */
  | "UNREACHABLE";

/** 暂停推送。To pause an endpoint. */
export interface WebhookPauseInput {
  /** 推送地址编号。The endpoint. */
  endpointId: string;
}

/** 重新推送。To deliver once more. */
export interface WebhookRedeliverInput {
  /** 推送记录编号。The delivery. */
  deliveryId: string;
}

/** 恢复推送。To resume an endpoint. */
export interface WebhookResumeInput {
  /** 推送地址编号。The endpoint. */
  endpointId: string;
}

/** 更换密钥。To rotate an endpoint's secret. */
export interface WebhookRotateSecretInput {
  /** 推送地址编号。The endpoint. */
  endpointId: string;
  /** 客户端自编的请求编号，最多 64 个字符；10 分钟内重发可再次取得密钥。The client's own number; sent again within 10 minutes, the secret is shown again. */
  requestNo: string;
}

/** 推送地址状态。Whether an endpoint is sent anything. */
export type WebhookState =
  /** 推送中。Active. */
  | "ACTIVE"
  /** 已停用。Ended. */
  | "ENDED"
  /** 已暂停。Paused. */
  | "PAUSED";

/** 凭微信手机号绑定微信。To bind a WeChat user by the phone that WeChat knows. */
export interface WechatBindByNumberInput {
  /** 浏览器或小程序自己存的一个随机编号，16 到 64 位。A random number that the client keeps. */
  device?: string | null;
  /** 备注，如“我的手机”。A note, such as 我的手机. */
  label?: string;
  /** 微信“手机号快速验证”得到的凭证。The code of WeChat's phone number button. */
  phoneCode: string;
  /** 微信登录时得到的凭据。The ticket of signing in by WeChat. */
  ticket: string;
}

/** 凭短信验证码绑定微信。To bind a WeChat user by a code sent to the phone. */
export interface WechatBindInput {
  /** 短信里的验证码。The code of the text message. */
  code: string;
  /** 浏览器或小程序自己存的一个随机编号，16 到 64 位。A random number that the client keeps. */
  device?: string | null;
  /** 获取用途为 BIND_WECHAT 的验证码时得到的。Of a code of purpose BIND_WECHAT. */
  handle: string;
  /** 备注，如“我的手机”。A note, such as 我的手机. */
  label?: string;
  /** 微信登录时得到的凭据。The ticket of signing in by WeChat. */
  ticket: string;
}

/** 把微信绑定到自己的账号。To bind a WeChat user to one's own account. */
export interface WechatBindOwnInput {
  /** 微信登录时得到的凭据。The ticket of signing in by WeChat. */
  ticket: string;
}

/** 绑定微信的结果。The result of binding. */
export interface WechatBoundPayload {
  __typename?: "WechatBoundPayload";
  /** 是否新绑定；未完成时为空。Whether it is new; null when refused. */
  bound: boolean | null;
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 解绑微信。To unbind one's own WeChat. */
export interface WechatUnbindInput {
  /** 用微信登录的其他地方是否随即退出。Whether where it signed in elsewhere ends. */
  endSessions: boolean;
}

/** 解绑微信的结果。The result of unbinding. */
export interface WechatUnbindPayload {
  __typename?: "WechatUnbindPayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 是否解绑了一个微信；未完成时为空。Whether there was one; null when refused. */
  unbound: boolean | null;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 微心愿。A wish of a household. */
export interface Wish {
  __typename?: "Wish";
  /** 接单时间。When it was accepted. */
  acceptedAt: DateTime | null;
  /** 当前用户现在可做的操作。What the viewer may do with it now. */
  availableActions: Array<WishAction>;
  /** 可派单的联户长，轮到谁谁在前：本户的、手上单少的、近 30 天派得少的、最久没有派过的。Heads to dispatch to, in turn: the own, the least busy, the least offered in 30 days, the longest ago. */
  candidates: DispatchCandidateConnection | null;
  /** 类别。What kind of help is asked for. */
  category: WishCategory;
  /** 办结时间。When it was completed. */
  completedAt: DateTime | null;
  /** 办理情况。What was done. */
  completionNote: string | null;
  /** 代为点单时住户的同意记录。How the household consented. */
  consentNote: string | null;
  /** 联系信息查看记录，由新到旧。Reveals of contact details, newest first. */
  contactReveals: ContactRevealConnection | null;
  /** 系统下次自动处理的时间。When the system acts next by itself. */
  deadlineAt: DateTime | null;
  /** 具体情况。More about it. */
  details: string;
  /** 派单时间。When it was dispatched. */
  dispatchedAt: DateTime | null;
  /** 经过，由先到后。Its steps, the first first. */
  events: Array<WishEvent>;
  /** 点单时所在网格。The grid when it was submitted. */
  grid: Area;
  /** 承办联户长；派给多人时接单后才有。The assigned head. */
  head: HouseholdHead | null;
  /** 一起帮忙的人和共建单位。Who lent a hand, partners too. */
  helpers: Array<string>;
  /** 住户。The household. */
  household: Household | null;
  /** 全局编号。The global id. */
  id: string;
  /** 派给了谁，由新到旧；联户长只见自己的，住户不见。To whom it was offered; heads see their own, residents none. */
  offers: Array<WishOffer>;
  /** 是否代为点单（红色代办）。Whether it was filed on behalf of the household. */
  onBehalf: boolean;
  /** 评单时间。When it was rated. */
  ratedAt: DateTime | null;
  /** 评语。The comment. */
  ratingComment: string | null;
  /** 评价来源。Who gave the rating. */
  ratingSource: RatingSource | null;
  /** 返工次数。The number of redos. */
  redoCount: number;
  /** 提出人或代为点单的人。Who submitted it. */
  requesterName: string | null;
  /** 当前用户现在可查看的联系信息，每次查看都记录。Which contact details the viewer can be shown now, each time logged. */
  revealableContacts: Array<ContactKind>;
  /** 积分奖励；承办联户长、区管理员和审计员可见。The reward; for its head, admins and auditors. */
  reward: RewardExplanation | null;
  /** 星级；自动评单为空。The stars; null for an automatic rating. */
  stars: number | null;
  /** 状态。The state. */
  state: WishState;
  /** 点单时间。When it was submitted. */
  submittedAt: DateTime;
  /** 心愿。The wish in a few words. */
  title: string;
}

/** 接单。To accept a wish. */
export interface WishAcceptInput {
  /** 微心愿编号。The wish. */
  wishId: string;
}

/** 对微心愿的操作。What can be done to a wish. */
export type WishAction =
  /** 接单。Accept. */
  | "ACCEPT"
  /** 取消。Cancel. */
  | "CANCEL"
  /** 办结。Complete. */
  | "COMPLETE"
  /** 婉拒。Decline an offer. */
  | "DECLINE"
  /** 派单。Dispatch. */
  | "DISPATCH"
  /** 超时未接，退回待派。Unaccepted for 48 h. */
  | "EXPIRE"
  /** 退回。Hand back after accepting. */
  | "HAND_BACK"
  /** 评单。Rate. */
  | "RATE"
  /** 超时自动评单。Unrated for 7 days. */
  | "RATE_AUTOMATICALLY"
  /** 收回。Recall. */
  | "RECALL"
  /** 返工。Ask to have it redone. */
  | "REDO"
  /** 驳回。Reject. */
  | "REJECT"
  /** 点单。Submit. */
  | "SUBMIT";

/** 操作人的身份。The capacity of the actor. */
export type WishActor =
  /** 承办联户长。The assigned head. */
  | "ASSIGNED_HEAD"
  /** 代为点单人。Who filed it on behalf. */
  | "FILER"
  /** 网格员。A grid worker. */
  | "GRID_WORKER"
  /** 被派单的联户长之一。One of the heads it was offered to. */
  | "OFFERED_HEAD"
  /** 提出人。The requester. */
  | "REQUESTER"
  /** 该户居民。A resident of the household. */
  | "RESIDENT"
  /** 社区工作者。Community staff. */
  | "STAFF"
  /** 系统定时。The system, by time. */
  | "TICK";

/** 取消。To cancel a wish. */
export interface WishCancelInput {
  /** 原因，可不填，最多 200 字。Why, optional, at most 200 characters. */
  reason?: string;
  /** 微心愿编号。The wish. */
  wishId: string;
}

/** 微心愿类别。What kind of help is asked for. */
export type WishCategory =
  /** 照护。Care. */
  | "CARE"
  /** 陪伴。Company. */
  | "COMPANY"
  /** 代办。Errands. */
  | "ERRAND"
  /** 物资。Goods. */
  | "GOODS"
  /** 其他。Anything else. */
  | "OTHER"
  /** 维修。Repairs. */
  | "REPAIR"
  /** 辅导。Tutoring. */
  | "STUDY";

/** 本户或本人的微心愿有变动。The viewer's own wishes changed. */
export interface WishChange {
  __typename?: "WishChange";
  /** 读取时间。As of when. */
  changedAt: DateTime;
  /** 是否应重新读取列表：变动太多、有的已看不到，或可能漏了消息。Whether to read the list anew, for more changed, or something is out of sight now, or word may have been missed. */
  reload: boolean;
  /** 有变动的微心愿，现在的样子。The wishes that changed, as they are now. */
  wishes: Array<Wish>;
}

/** 办结。To complete a wish. */
export interface WishCompleteInput {
  /** 一起帮忙的人（如楼栋红管家）的姓名，最多 10 位，各最多 64 字。Names of at most 10 who lent a hand. */
  helpers?: Array<string>;
  /** 办理情况，最多 500 字。What was done, at most 500 characters. */
  note?: string;
  /** 一起帮忙的共建单位，最多 10 家，须与当地有生效的协议。At most 10 partners that lent a hand, each with an agreement in force there. */
  partnerIds?: Array<string>;
  /** 微心愿编号。The wish. */
  wishId: string;
}

/** 分页列表。A page of rows. */
export interface WishConnection {
  __typename?: "WishConnection";
  /** 本页各条。The rows of this page. */
  edges: Array<WishEdge>;
  /** 翻页信息。The position of this page. */
  pageInfo: PageInfo;
}

/** 查看联系信息的结果。What a reveal showed. */
export interface WishContactPayload {
  __typename?: "WishContactPayload";
  /** 联系信息；未完成时为空。The contact detail; null when refused. */
  contact: Contact | null;
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
}

/** 婉拒。To decline an offer. */
export interface WishDeclineInput {
  /** 原因，最多 200 字。Why, at most 200 characters. */
  reason: string;
  /** 微心愿编号。The wish. */
  wishId: string;
}

/** 派单。To dispatch a wish. */
export interface WishDispatchInput {
  /** 派给哪位联户长；不填则派给本网格全部联户长。The head; without one, all active heads of the grid. */
  headId?: string | null;
  /** 微心愿编号。The wish. */
  wishId: string;
}

/** 连接中的一条。One row of a connection, with its cursor. */
export interface WishEdge {
  __typename?: "WishEdge";
  /** 游标。The cursor, to page on from here. */
  cursor: string;
  /** 这一条。The row itself. */
  node: Wish;
}

/** 微心愿的一步。One step of a wish. */
export interface WishEvent {
  __typename?: "WishEvent";
  /** 做了什么。What was done. */
  action: WishAction;
  /** 操作人的身份。The capacity of the actor. */
  actor: WishActor;
  /** 之前的状态；点单时为空。The state before; null for submitting. */
  fromState: WishState | null;
  /** 涉及的联户长；派给多人时为空。The head it was about. */
  head: HouseholdHead | null;
  /** 备注或原因；婉拒原因和回访记录不对所有人可见。The reason or note; some are not for everybody. */
  note: string | null;
  /** 时间。When. */
  occurredAt: DateTime;
  /** 评单的星级。The stars, for a rating. */
  stars: number | null;
  /** 之后的状态。The state after. */
  toState: WishState;
}

/** 退回。To hand an accepted wish back. */
export interface WishHandBackInput {
  /** 原因，最多 200 字。Why, at most 200 characters. */
  reason: string;
  /** 微心愿编号。The wish. */
  wishId: string;
}

/** 派单对象。One head's offer of a wish. */
export interface WishOffer {
  __typename?: "WishOffer";
  /** 结束时间；待接单时为空。When it ended; null while open. */
  endedAt: DateTime | null;
  /** 联户长。The head. */
  head: HouseholdHead | null;
  /** 派单时间。When it was offered. */
  offeredAt: DateTime;
  /** 结果。The state of the offer. */
  state: OfferState;
}

/** 对微心愿操作的结果。The result of a mutation. */
export interface WishPayload {
  __typename?: "WishPayload";
  /** 未完成的原因；几项输入不合要求的，一次全部列出，最多 20 项。Why it was refused; unfit inputs all at once, at most 20. */
  errors: Array<UserError>;
  /** 当前用户，操作之后：由此读取随之变动的待办、心愿、登录等；未登录为空。The viewer afterwards, from whom to read what else has changed; null for anonymous. */
  viewer: Viewer | null;
  /** 操作后的微心愿；未完成时为空。The wish afterwards; null when refused. */
  wish: Wish | null;
}

/** 评单。To rate a completed wish. */
export interface WishRateInput {
  /** 社区回访评单时必填：回访记录，最多 200 字。Required of staff: the record of the call-back. */
  callBackNote?: string | null;
  /** 评语，最多 500 字。A comment, at most 500 characters. */
  comment?: string;
  /** 星级，1 到 5。1 to 5 stars. */
  stars: number;
  /** 微心愿编号。The wish. */
  wishId: string;
}

/** 收回。To take a wish back into the queue. */
export interface WishRecallInput {
  /** 原因，可不填，最多 200 字。Why, optional, at most 200 characters. */
  reason?: string;
  /** 微心愿编号。The wish. */
  wishId: string;
}

/** 返工。The wish to redo, and why. */
export interface WishRedoInput {
  /** 原因，最多 200 字。Why, at most 200 characters. */
  reason: string;
  /** 微心愿编号。The wish. */
  wishId: string;
}

/** 驳回。To reject a wish. */
export interface WishRejectInput {
  /** 原因，住户可见，最多 200 字。Why, for the household, at most 200 characters. */
  reason: string;
  /** 微心愿编号。The wish. */
  wishId: string;
}

/** 查看联系信息。To be shown a contact detail. */
export interface WishRevealContactInput {
  /** 哪一种联系信息。Which contact detail. */
  kind: ContactKind;
  /** 微心愿编号。The wish. */
  wishId: string;
}

/** 微心愿状态。The state of a wish. */
export type WishState =
  /** 已接单，办理中。Accepted, in hand. */
  | "ACCEPTED"
  /** 已取消。Cancelled before it was completed. */
  | "CANCELLED"
  /** 已办结，待评单。Completed, to be rated. */
  | "COMPLETED"
  /** 已派单，待接单。Dispatched, to be accepted. */
  | "DISPATCHED"
  /** 已评单。Rated. */
  | "RATED"
  /** 已驳回。Rejected by staff. */
  | "REJECTED"
  /** 已点单，待派单。Submitted, to be dispatched. */
  | "SUBMITTED";

/** 点单。To submit a wish. */
export interface WishSubmitInput {
  /** 类别。What kind of help is asked for. */
  category: WishCategory;
  /** 代为点单时必填：住户如何表示同意，最多 200 字。Required on behalf: how the household consented. */
  consentNote?: string | null;
  /** 具体情况，最多 500 字。More about it, at most 500 characters. */
  details?: string;
  /** 为哪一户点单。The household that wishes. */
  householdId: string;
  /** 客户端自编的请求编号，最多 64 个字符；重发时不变，只算一次。The client's own number, for idempotent retries. */
  requestNo: string;
  /** 心愿，最多 60 字。The wish in at most 60 characters. */
  title: string;
}

/** 月份，YYYY-MM，如 2026-05，按北京时间。A calendar month in Asia/Shanghai. */
export type YearMonth = string;

/** The documents of docs/operations, by name. */
export interface Operations {
  /** 所有人 · 注销自己的账号：先获取用途为注销账号的验证码；姓名、电话、地址和所写文字永久删除，积分流水和对账单不变。 */
  AccountErase: {
    variables: {
      input: AccountEraseInput;
    };
    data: {
      accountErase: {
        erased: boolean | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 社区与网格 · 共建协议详情：双方和上级看到内容、签署情况和一段时间内的实情（默认本年）。 */
  AgreementDetail: {
    variables: {
      id: string;
      period?: LeaderboardPeriod | null;
      at?: DateTime | null;
    };
    data: {
      node: {
        id: string;
        title: string;
        text: string | null;
        revision: number | null;
        state: AgreementState;
        draftedAt: DateTime | null;
        areaSignedByName: string | null;
        areaSignedAt: DateTime | null;
        partnerSignedByName: string | null;
        partnerSignedAt: DateTime | null;
        signedOn: Date | null;
        until: Date;
        endedAt: DateTime | null;
        endedReason: string | null;
        partner: {
          id: string;
          name: string;
          category: ShopCategory;
          address: string;
        };
        area: {
          id: string;
          kind: AreaKind;
          name: string;
        };
        facts: {
          redemptions: number;
          wishesHelped: number;
        } | null;
        availableActions: Array<AgreementAction>;
      } | {
        id?: never;
        title?: never;
        text?: never;
        revision?: never;
        state?: never;
        draftedAt?: never;
        areaSignedByName?: never;
        areaSignedAt?: never;
        partnerSignedByName?: never;
        partnerSignedAt?: never;
        signedOn?: never;
        until?: never;
        endedAt?: never;
        endedReason?: never;
        partner?: never;
        area?: never;
        facts?: never;
        availableActions?: never;
      } | null;
    };
  };
  /** 社区与网格 · 起草共建协议：选共建单位和社区（或街道），写明内容和到期日，再由双方签署。 */
  AgreementDraft: {
    variables: {
      input: AgreementDraftInput;
    };
    data: {
      agreementDraft: {
        agreement: {
          id: string;
          title: string;
          text: string | null;
          revision: number | null;
          state: AgreementState;
          until: Date;
          partner: {
            id: string;
            name: string;
          };
          area: {
            id: string;
            name: string;
          };
          availableActions: Array<AgreementAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 社区与网格 · 修改共建协议：双方都还没有签署时；只填要改的。 */
  AgreementEdit: {
    variables: {
      input: AgreementEditInput;
    };
    data: {
      agreementEdit: {
        agreement: {
          id: string;
          title: string;
          text: string | null;
          revision: number | null;
          until: Date;
          availableActions: Array<AgreementAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 终止共建协议，或未签作罢：任一方均可，须写原因。 */
  AgreementEnd: {
    variables: {
      input: AgreementEndInput;
    };
    data: {
      agreementEnd: {
        agreement: {
          id: string;
          state: AgreementState;
          endedAt: DateTime | null;
          endedReason: string | null;
          availableActions: Array<AgreementAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 签署共建协议：社区和共建单位各由一个账号签署，先后不限；签妥即生效。 */
  AgreementSign: {
    variables: {
      input: AgreementSignInput;
    };
    data: {
      agreementSign: {
        agreement: {
          id: string;
          state: AgreementState;
          areaSignedByName: string | null;
          areaSignedAt: DateTime | null;
          partnerSignedByName: string | null;
          partnerSignedAt: DateTime | null;
          signedOn: Date | null;
          availableActions: Array<AgreementAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 公众 · 共建协议：由新到旧，可按区域、单位和状态筛选；无需登录，未生效的只有双方和上级可见。 */
  Agreements: {
    variables: {
      areaId?: string | null;
      partnerId?: string | null;
      states?: Array<AgreementState> | null;
      first?: number | null;
      after?: string | null;
    };
    data: {
      agreements: {
        edges: Array<{
          cursor: string;
          node: {
            id: string;
            title: string;
            state: AgreementState;
            signedOn: Date | null;
            until: Date;
            partner: {
              id: string;
              name: string;
              category: ShopCategory;
            };
            area: {
              id: string;
              kind: AreaKind;
              name: string;
            };
            availableActions: Array<AgreementAction>;
          };
        }>;
        pageInfo: {
          hasNextPage: boolean;
          endCursor: string | null;
        };
      } | null;
    };
  };
  /** 公众 · 区域对比：各社区每千户的心愿数与全区相比，按名称，没有名次；在此工作的人另见数字和偶然的范围。 */
  AreaBoard: {
    variables: {
      areaId?: string | null;
      period: LeaderboardPeriod;
      at?: DateTime | null;
      first?: number | null;
      after?: string | null;
    };
    data: {
      areaBoard: {
        area: {
          id: string;
          kind: AreaKind;
          name: string;
        };
        period: LeaderboardPeriod;
        startsAt: DateTime | null;
        endsAt: DateTime | null;
        whole: {
          wishes: number;
          households: number;
          rate: number | null;
        };
        rows: {
          edges: Array<{
            node: {
              area: {
                id: string;
                name: string;
              };
              band: AreaBand;
              households: number;
              wishes: number | null;
              rate: number | null;
              expected: number | null;
              least: number | null;
              most: number | null;
              previous: {
                wishes: number;
                rate: number | null;
              } | null;
            };
            cursor: string;
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        } | null;
      } | null;
    };
  };
  /** 社区与网格 · 下级区域：从区逐级查到网格和楼栋。 */
  AreaChildren: {
    variables: {
      id: string;
      first?: number | null;
      after?: string | null;
    };
    data: {
      node: {
        id: string;
        kind?: never;
        name?: never;
        children?: never;
      } | {
        id: string;
        kind: AreaKind;
        name: string;
        children: {
          edges: Array<{
            cursor: string;
            node: {
              id: string;
              kind: AreaKind;
              name: string;
            };
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        };
      } | null;
    };
  };
  /** 区管理与审计 · 查审计记录：按操作、对象、账号和时间，由新到旧。 */
  AuditEntries: {
    variables: {
      action?: string | null;
      subject?: string | null;
      subjectId?: string | null;
      accountId?: string | null;
      from?: DateTime | null;
      until?: DateTime | null;
      first?: number | null;
      after?: string | null;
    };
    data: {
      auditEntries: {
        edges: Array<{
          cursor: string;
          node: {
            action: string;
            subject: string;
            subjectId: string;
            who: string | null;
            accountId: string | null;
            details: Array<{
              name: string;
              value: string;
            }>;
            occurredAt: DateTime;
          };
        }>;
        pageInfo: {
          hasNextPage: boolean;
          endCursor: string | null;
        };
      } | null;
    };
  };
  /** 公众 · 一次封榜：封榜时的名次与后来的更正，无需登录；登录的联户长另见自己的名次。 */
  BoardClosing: {
    variables: {
      id: string;
      first?: number | null;
      after?: string | null;
      errata?: number | null;
      errataAfter?: string | null;
    };
    data: {
      node: {
        id: string;
        area?: never;
        period?: never;
        startsAt?: never;
        endsAt?: never;
        closedAt?: never;
        participants?: never;
        scored?: never;
        sparse?: never;
        corrections?: never;
        sha256?: never;
        previousSha256?: never;
        places?: never;
        errata?: never;
        me?: never;
      } | {
        id: string;
        area: {
          id: string;
          name: string;
        };
        period: LeaderboardPeriod;
        startsAt: DateTime;
        endsAt: DateTime;
        closedAt: DateTime;
        participants: number;
        scored: number;
        sparse: boolean;
        corrections: number;
        sha256: string;
        previousSha256: string | null;
        places: {
          edges: Array<{
            node: {
              key: string;
              position: number;
              rank: number;
              correctedRank: number | null;
              points: Points;
              correctedPoints: Points | null;
              wishes: number;
              households: number;
              reachedAt: DateTime;
              withdrawn: boolean;
              head: {
                displayName: string;
                areaName: string | null;
              };
              isMe: boolean;
            };
            cursor: string;
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        } | null;
        errata: {
          edges: Array<{
            node: {
              number: number;
              position: number;
              head: {
                displayName: string;
                areaName: string | null;
              };
              fromPoints: Points;
              toPoints: Points;
              fromRank: number;
              toRank: number | null;
              cause: ErratumCause;
              at: DateTime;
              sha256: string;
            };
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        } | null;
        me: {
          key: string;
          position: number;
          rank: number;
          correctedRank: number | null;
          points: Points;
          correctedPoints: Points | null;
          wishes: number;
          households: number;
        } | null;
      } | null;
    };
  };
  /** 公众 · 封榜存档：一个区域历次封榜，由新到旧，带指纹和更正条数，无需登录。 */
  BoardClosings: {
    variables: {
      areaId?: string | null;
      period: LeaderboardPeriod;
      first?: number | null;
      after?: string | null;
    };
    data: {
      boardClosings: {
        edges: Array<{
          node: {
            id: string;
            area: {
              id: string;
              name: string;
            };
            period: LeaderboardPeriod;
            startsAt: DateTime;
            endsAt: DateTime;
            closedAt: DateTime;
            participants: number;
            scored: number;
            sparse: boolean;
            corrections: number;
            sha256: string;
            previousSha256: string | null;
          };
          cursor: string;
        }>;
        pageInfo: {
          hasNextPage: boolean;
          endCursor: string | null;
        };
      } | null;
    };
  };
  /** 所有人 · 同意一份告知：填读过的版本，须是现行版本。 */
  ConsentGive: {
    variables: {
      input: ConsentGiveInput;
    };
    data: {
      consentGive: {
        consent: {
          kind: ConsentKind;
          version: number;
          current: boolean;
          givenAt: DateTime;
          withdrawnAt: DateTime | null;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 所有人 · 各种告知和同意书的现行版本：登录前也能读。 */
  ConsentTexts: {
    variables: {};
    data: {
      consentTexts: Array<{
        kind: ConsentKind;
        version: number;
        required: boolean;
        text: string;
      }>;
    };
  };
  /** 所有人 · 撤回同意：随时可以，以前的处理仍然有效。 */
  ConsentWithdraw: {
    variables: {
      input: ConsentWithdrawInput;
    };
    data: {
      consentWithdraw: {
        consent: {
          kind: ConsentKind;
          version: number;
          current: boolean;
          givenAt: DateTime;
          withdrawnAt: DateTime | null;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 居民 · 谁查看过本户的地址和电话，由新到旧。 */
  ContactReveals: {
    variables: {
      first?: number | null;
      after?: string | null;
    };
    data: {
      viewer: {
        household: {
          id: string;
          contactReveals: {
            edges: Array<{
              cursor: string;
              node: {
                kind: ContactKind;
                shownTo: string;
                revealedAt: DateTime;
                wish: {
                  id: string;
                  title: string;
                } | null;
              };
            }>;
            pageInfo: {
              hasNextPage: boolean;
              endCursor: string | null;
            };
          } | null;
        } | null;
      } | null;
    };
  };
  /** 区管理与审计 · 批准优惠上线；是新版本的，旧版本随即被取代。 */
  DiscountApprove: {
    variables: {
      input: DiscountApproveInput;
    };
    data: {
      discountApprove: {
        discount: {
          id: string;
          version: number;
          state: DiscountState;
          availableActions: Array<DiscountAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 起草优惠：填写名称与条件；批准前不对外公开。 */
  DiscountDraft: {
    variables: {
      input: DiscountDraftInput;
    };
    data: {
      discountDraft: {
        discount: {
          id: string;
          version: number;
          title: string;
          state: DiscountState;
          benefit: {
            __typename: "AmountOff";
            amountFen: Fen;
            name?: never;
            percent?: never;
            maxSavedFen?: never;
          } | {
            __typename: "Gift";
            name: string;
            amountFen?: never;
            percent?: never;
            maxSavedFen?: never;
          } | {
            __typename: "PercentOff";
            percent: number;
            maxSavedFen: Fen | null;
            amountFen?: never;
            name?: never;
          };
          minSpendFen: Fen;
          costPoints: number;
          minStarLevel: number;
          limitPerDay: number | null;
          limitPerMonth: number | null;
          limitTotal: number | null;
          stockTotal: number | null;
          validFrom: Date | null;
          validUntil: Date | null;
          weekdays: Array<number>;
          hours: {
            from: LocalTime;
            until: LocalTime;
          } | null;
          availableActions: Array<DiscountAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 修改优惠草稿：各项条件以这次填写的为准。 */
  DiscountEdit: {
    variables: {
      input: DiscountEditInput;
    };
    data: {
      discountEdit: {
        discount: {
          id: string;
          version: number;
          title: string;
          state: DiscountState;
          benefit: {
            __typename: "AmountOff";
            amountFen: Fen;
            name?: never;
            percent?: never;
            maxSavedFen?: never;
          } | {
            __typename: "Gift";
            name: string;
            amountFen?: never;
            percent?: never;
            maxSavedFen?: never;
          } | {
            __typename: "PercentOff";
            percent: number;
            maxSavedFen: Fen | null;
            amountFen?: never;
            name?: never;
          };
          minSpendFen: Fen;
          costPoints: number;
          minStarLevel: number;
          limitPerDay: number | null;
          limitPerMonth: number | null;
          limitTotal: number | null;
          stockTotal: number | null;
          validFrom: Date | null;
          validUntil: Date | null;
          weekdays: Array<number>;
          hours: {
            from: LocalTime;
            until: LocalTime;
          } | null;
          availableActions: Array<DiscountAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 结束优惠或草稿，结束后不能恢复；区管理员也可结束，须说明原因。 */
  DiscountEnd: {
    variables: {
      input: DiscountEndInput;
    };
    data: {
      discountEnd: {
        discount: {
          id: string;
          version: number;
          state: DiscountState;
          stateReason: string | null;
          availableActions: Array<DiscountAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 区管理与审计 · 一项专享优惠赠给了谁：几次、用了几次、到哪天，以及能否收回。 */
  DiscountGrants: {
    variables: {
      id: string;
      first?: number | null;
      after?: string | null;
    };
    data: {
      node: {
        id?: never;
        title?: never;
        promised?: never;
        grantable?: never;
        grants?: never;
      } | {
        id: string;
        title: string;
        promised: number | null;
        grantable: number | null;
        grants: {
          edges: Array<{
            node: {
              id: string;
              state: GrantState;
              quantity: number;
              used: number;
              validUntil: Date;
              source: GrantSource;
              note: string;
              givenAt: DateTime;
              availableActions: Array<GrantAction>;
              head: {
                id: string;
                name: string;
              };
            };
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        } | null;
      } | null;
    };
  };
  /** 店主 · 暂停优惠，各版本的优惠码都暂不可用；区管理员也可暂停，须说明原因。 */
  DiscountPause: {
    variables: {
      input: DiscountPauseInput;
    };
    data: {
      discountPause: {
        discount: {
          id: string;
          version: number;
          state: DiscountState;
          stateReason: string | null;
          availableActions: Array<DiscountAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 恢复已暂停的优惠；区管理员也可恢复。 */
  DiscountResume: {
    variables: {
      input: DiscountResumeInput;
    };
    data: {
      discountResume: {
        discount: {
          id: string;
          version: number;
          state: DiscountState;
          availableActions: Array<DiscountAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 区管理与审计 · 退回优惠：区管理员说明原因退回修改，或店主自己撤回。 */
  DiscountReturn: {
    variables: {
      input: DiscountReturnInput;
    };
    data: {
      discountReturn: {
        discount: {
          id: string;
          version: number;
          state: DiscountState;
          stateReason: string | null;
          availableActions: Array<DiscountAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 为进行中的优惠起草新版本：批准前旧版本照常进行，已领的优惠码照旧可用。 */
  DiscountRevise: {
    variables: {
      input: DiscountReviseInput;
    };
    data: {
      discountRevise: {
        discount: {
          id: string;
          version: number;
          title: string;
          state: DiscountState;
          benefit: {
            __typename: "AmountOff";
            amountFen: Fen;
            name?: never;
            percent?: never;
            maxSavedFen?: never;
          } | {
            __typename: "Gift";
            name: string;
            amountFen?: never;
            percent?: never;
            maxSavedFen?: never;
          } | {
            __typename: "PercentOff";
            percent: number;
            maxSavedFen: Fen | null;
            amountFen?: never;
            name?: never;
          };
          minSpendFen: Fen;
          costPoints: number;
          minStarLevel: number;
          limitPerDay: number | null;
          limitPerMonth: number | null;
          limitTotal: number | null;
          stockTotal: number | null;
          validFrom: Date | null;
          validUntil: Date | null;
          weekdays: Array<number>;
          hours: {
            from: LocalTime;
            until: LocalTime;
          } | null;
          availableActions: Array<DiscountAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 提交优惠草稿，等待区管理员审核。 */
  DiscountSubmit: {
    variables: {
      input: DiscountSubmitInput;
    };
    data: {
      discountSubmit: {
        discount: {
          id: string;
          version: number;
          state: DiscountState;
          submittedAt: DateTime | null;
          availableActions: Array<DiscountAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 一项优惠的各个版本，由新到旧：各版本的条件与状态。 */
  DiscountVersions: {
    variables: {
      id: string;
      first?: number | null;
      after?: string | null;
    };
    data: {
      node: {
        id?: never;
        seriesId?: never;
        title?: never;
        shop?: never;
        versions?: never;
      } | {
        id: string;
        seriesId: string;
        title: string;
        shop: {
          id: string;
          name: string;
        };
        versions: {
          edges: Array<{
            node: {
              id: string;
              version: number;
              title: string;
              summary: string;
              audience: DiscountAudience;
              benefit: {
                __typename: "AmountOff";
                amountFen: Fen;
                name?: never;
                percent?: never;
                maxSavedFen?: never;
              } | {
                __typename: "Gift";
                name: string;
                amountFen?: never;
                percent?: never;
                maxSavedFen?: never;
              } | {
                __typename: "PercentOff";
                percent: number;
                maxSavedFen: Fen | null;
                amountFen?: never;
                name?: never;
              };
              minSpendFen: Fen;
              costPoints: number;
              minStarLevel: number;
              limitPerDay: number | null;
              limitPerMonth: number | null;
              limitTotal: number | null;
              stockTotal: number | null;
              validFrom: Date | null;
              validUntil: Date | null;
              weekdays: Array<number>;
              hours: {
                from: LocalTime;
                until: LocalTime;
              } | null;
              stockLeft: number | null;
              promised: number | null;
              state: DiscountState;
              stateReason: string | null;
              submittedAt: DateTime | null;
              availableActions: Array<DiscountAction>;
            };
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        } | null;
      } | null;
    };
  };
  /** 区管理与审计 · 待审核的优惠及其全部条件，先提交的在前。 */
  DiscountsToApprove: {
    variables: {
      areaId?: string | null;
      first?: number | null;
      after?: string | null;
    };
    data: {
      discountsToApprove: {
        edges: Array<{
          node: {
            id: string;
            version: number;
            title: string;
            summary: string;
            audience: DiscountAudience;
            benefit: {
              __typename: "AmountOff";
              amountFen: Fen;
              name?: never;
              percent?: never;
              maxSavedFen?: never;
            } | {
              __typename: "Gift";
              name: string;
              amountFen?: never;
              percent?: never;
              maxSavedFen?: never;
            } | {
              __typename: "PercentOff";
              percent: number;
              maxSavedFen: Fen | null;
              amountFen?: never;
              name?: never;
            };
            minSpendFen: Fen;
            costPoints: number;
            minStarLevel: number;
            limitPerDay: number | null;
            limitPerMonth: number | null;
            limitTotal: number | null;
            stockTotal: number | null;
            validFrom: Date | null;
            validUntil: Date | null;
            weekdays: Array<number>;
            hours: {
              from: LocalTime;
              until: LocalTime;
            } | null;
            submittedAt: DateTime | null;
            availableActions: Array<DiscountAction>;
            shop: {
              id: string;
              name: string;
            };
          };
        }>;
        pageInfo: {
          hasNextPage: boolean;
          endCursor: string | null;
        };
      } | null;
    };
  };
  /** 区管理与审计 · 可供赠予的专享优惠：已许诺多少份，还能赠予多少份。 */
  DiscountsToGrant: {
    variables: {
      areaId?: string | null;
      first?: number | null;
      after?: string | null;
    };
    data: {
      discountsToGrant: {
        edges: Array<{
          node: {
            id: string;
            title: string;
            summary: string;
            state: DiscountState;
            validUntil: Date | null;
            stockTotal: number | null;
            promised: number | null;
            grantable: number | null;
            shop: {
              id: string;
              name: string;
            };
          };
        }>;
        pageInfo: {
          hasNextPage: boolean;
          endCursor: string | null;
        };
      } | null;
    };
  };
  /** 社区与网格 · 社区工作者、网格员看这个心愿可以派给谁：本户联户长在前，再轮流：手上单少的、近 30 天派得少的、最久没有派过的。 */
  DispatchCandidates: {
    variables: {
      wishId: string;
      first?: number | null;
      after?: string | null;
    };
    data: {
      node: {
        id: string;
        state?: never;
        candidates?: never;
      } | {
        id: string;
        state: WishState;
        candidates: {
          edges: Array<{
            cursor: string;
            node: {
              head: {
                id: string;
                name: string;
                starLevel: number;
              };
              ownHead: boolean;
              openLoad: number;
              recentOffers: number;
              lastOfferedAt: DateTime | null;
              averageRating: number | null;
            };
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        } | null;
      } | null;
    };
  };
  /** 区管理与审计 · 裁定异议不成立：写明理由，核销照旧。 */
  DisputeReject: {
    variables: {
      input: DisputeRejectInput;
    };
    data: {
      disputeReject: {
        dispute: {
          id: string;
          state: DisputeState;
          decidedAt: DateTime | null;
          decisionReason: string | null;
          availableActions: Array<DisputeAction>;
          redemption: {
            id: string;
            state: RedemptionState;
          };
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 区管理与审计 · 裁定异议成立：写明理由，核销冲正，积分、份数、额度退回。 */
  DisputeUphold: {
    variables: {
      input: DisputeUpholdInput;
    };
    data: {
      disputeUphold: {
        dispute: {
          id: string;
          state: DisputeState;
          decidedAt: DateTime | null;
          decisionReason: string | null;
          correctionDay: Date | null;
          availableActions: Array<DisputeAction>;
          redemption: {
            id: string;
            state: RedemptionState;
          };
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 区管理与审计 · 待裁定的异议：先提出的在前，可按区域查，也可查已裁定的。 */
  DisputesToDecide: {
    variables: {
      areaId?: string | null;
      states?: Array<DisputeState> | null;
      first?: number | null;
      after?: string | null;
    };
    data: {
      disputes: {
        edges: Array<{
          node: {
            id: string;
            state: DisputeState;
            reason: string | null;
            openedAt: DateTime;
            decidedAt: DateTime | null;
            decisionReason: string | null;
            correctionDay: Date | null;
            availableActions: Array<DisputeAction>;
            redemption: {
              id: string;
              state: RedemptionState;
              headName: string;
              billFen: Fen;
              payableFen: Fen;
              savedFen: Fen;
              costPoints: number;
              statementDay: Date;
              confirmedAt: DateTime;
              discount: {
                id: string;
                title: string;
              } | null;
              shop: {
                id: string;
                name: string;
              } | null;
            };
          };
        }>;
        pageInfo: {
          hasNextPage: boolean;
          endCursor: string | null;
        };
      } | null;
    };
  };
  /** 所有人 · 全区和下级区域：不登录也能由此逐级向下，查到每个区域的编号。 */
  District: {
    variables: {
      first?: number | null;
      after?: string | null;
    };
    data: {
      district: {
        id: string;
        kind: AreaKind;
        name: string;
        children: {
          edges: Array<{
            cursor: string;
            node: {
              id: string;
              kind: AreaKind;
              name: string;
            };
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        };
      } | null;
    };
  };
  /** 联户长 · 积分说明：点开一个微心愿，看积分如何算出；区管理员和审计员核对时也用。 */
  ExplainReward: {
    variables: {
      wishId: string;
    };
    data: {
      explainReward: {
        ruleVersion: number;
        category: WishCategory;
        base: number;
        bonus: number;
        stars: number | null;
        ratingSource: RatingSource | null;
        dailyCap: {
          limit: number | null;
          used: number;
          cut: number;
        };
        monthlyHouseholdCap: {
          limit: number | null;
          used: number;
          cut: number;
        };
        sameHousehold: boolean;
        points: number;
        state: RewardState;
        completedAt: DateTime;
        postedAt: DateTime | null;
        reversedAt: DateTime | null;
        reversalReason: string | null;
        reversedAvailable: number | null;
        reversedDebt: number | null;
        lines: Array<string>;
        availableActions: Array<RewardAction>;
      } | null;
    };
  };
  /** 区管理与审计 · 致谢：赠予一位联户长专享优惠，每人每季度一次，不超过店铺批准的份数。 */
  GrantGive: {
    variables: {
      input: GrantGiveInput;
    };
    data: {
      grantGive: {
        grant: {
          id: string;
          state: GrantState;
          quantity: number;
          left: number;
          validUntil: Date;
          note: string;
          availableActions: Array<GrantAction>;
          head: {
            id: string;
            name: string;
          };
          discount: {
            id: string;
            promised: number | null;
            grantable: number | null;
          } | null;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 区管理与审计 · 收回专享：写明原因，联户长会看到；已用的不变，没用的份数退回。 */
  GrantRevoke: {
    variables: {
      input: GrantRevokeInput;
    };
    data: {
      grantRevoke: {
        grant: {
          id: string;
          state: GrantState;
          used: number;
          left: number;
          revokedAt: DateTime | null;
          revokeReason: string | null;
          availableActions: Array<GrantAction>;
          discount: {
            id: string;
            promised: number | null;
            grantable: number | null;
          } | null;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 社区与网格 · 联户长换手机号：核对姓名后改登记的手机号，积分和身份不变，须重新登录。 */
  HeadChangePhone: {
    variables: {
      input: HeadChangePhoneInput;
    };
    data: {
      headChangePhone: {
        head: {
          id: string;
          name: string;
          availableActions: Array<HeadAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 社区与网格 · 一位联户长的情况：是否暂停或离任，所联住户，手上的微心愿；看不到的联户长为空。 */
  HeadDetail: {
    variables: {
      id: string;
      households?: number | null;
      wishes?: number | null;
    };
    data: {
      node: {
        id: string;
        name?: never;
        starLevel?: never;
        onBoard?: never;
        suspendedAt?: never;
        leftAt?: never;
        stateReason?: never;
        grid?: never;
        availableActions?: never;
        households?: never;
        wishes?: never;
      } | {
        id: string;
        name: string;
        starLevel: number;
        onBoard: boolean | null;
        suspendedAt: DateTime | null;
        leftAt: DateTime | null;
        stateReason: string | null;
        grid: {
          id: string;
          name: string;
        };
        availableActions: Array<HeadAction>;
        households: {
          edges: Array<{
            node: {
              id: string;
              contactName: string | null;
              address: string | null;
            };
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        };
        wishes: {
          edges: Array<{
            node: {
              id: string;
              title: string;
              category: WishCategory;
              state: WishState;
              deadlineAt: DateTime | null;
            };
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        };
      } | null;
    };
  };
  /** 联户长 · 首页：星级、积分、名次、所联住户、手上的心愿，以及可用的红城星店优惠。 */
  HeadHome: {
    variables: {
      wishes?: number | null;
      shops?: number | null;
    };
    data: {
      viewer: {
        householdHead: {
          id: string;
          name: string;
          starLevel: number;
          points: {
            available: Points;
            pending: Points;
            held: Points;
          } | null;
          rank: number | null;
          households: {
            edges: Array<{
              node: {
                id: string;
                contactName: string | null;
                address: string | null;
              };
            }>;
            pageInfo: {
              hasNextPage: boolean;
              endCursor: string | null;
            };
          };
          wishes: {
            edges: Array<{
              node: {
                id: string;
                title: string;
                category: WishCategory;
                state: WishState;
                submittedAt: DateTime;
                deadlineAt: DateTime | null;
                availableActions: Array<WishAction>;
                household: {
                  id: string;
                  contactName: string | null;
                } | null;
              };
            }>;
            pageInfo: {
              hasNextPage: boolean;
              endCursor: string | null;
            };
          };
        } | null;
      } | null;
      shops: {
        edges: Array<{
          node: {
            id: string;
            name: string;
            category: ShopCategory;
            address: string;
            discounts: {
              edges: Array<{
                node: {
                  id: string;
                  title: string;
                  benefit: {
                    __typename: "AmountOff" | "Gift" | "PercentOff";
                  };
                  costPoints: number;
                  minStarLevel: number;
                  minSpendFen: Fen;
                };
              }>;
            };
          };
        }>;
        pageInfo: {
          hasNextPage: boolean;
          endCursor: string | null;
        };
      };
    };
  };
  /** 联户长 · 我的荣誉：哪一年、哪一期，有效到何时；可以随时不再公开姓名。 */
  HeadHonours: {
    variables: {
      first?: number | null;
      after?: string | null;
    };
    data: {
      viewer: {
        householdHead: {
          id: string;
          honours: {
            edges: Array<{
              node: {
                id: string;
                state: NominationState;
                season: {
                  id: string;
                  title: string;
                };
                honouredAt: DateTime | null;
                honouredUntil: DateTime | null;
                consentWithdrawnAt: DateTime | null;
                revokedAt: DateTime | null;
                revokeReason: string | null;
                availableActions: Array<NominationAction>;
              };
              cursor: string;
            }>;
            pageInfo: {
              hasNextPage: boolean;
              endCursor: string | null;
            };
          };
        } | null;
      } | null;
    };
  };
  /** 联户长 · 所联住户：逐页查看。 */
  HeadHouseholds: {
    variables: {
      first?: number | null;
      after?: string | null;
    };
    data: {
      viewer: {
        householdHead: {
          id: string;
          households: {
            edges: Array<{
              cursor: string;
              node: {
                id: string;
                code: string | null;
                contactName: string | null;
                address: string | null;
                building: {
                  id: string;
                  name: string;
                } | null;
                availableActions: Array<HouseholdAction>;
              };
            }>;
            pageInfo: {
              hasNextPage: boolean;
              endCursor: string | null;
            };
          };
        } | null;
      } | null;
    };
  };
  /** 联户长 · 参加积分榜：由本人决定，参加后以脱敏的姓名上榜。 */
  HeadJoinBoard: {
    variables: {
      input: HeadJoinBoardInput;
    };
    data: {
      headJoinBoard: {
        head: {
          id: string;
          onBoard: boolean | null;
          rank: number | null;
          availableActions: Array<HeadAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 社区与网格 · 联户长离任：收回手上的心愿，作废优惠码，所联住户移交接任的联户长；联户长本人也可办理。 */
  HeadLeave: {
    variables: {
      input: HeadLeaveInput;
    };
    data: {
      headLeave: {
        head: {
          id: string;
          name: string;
          leftAt: DateTime | null;
          stateReason: string | null;
          onBoard: boolean | null;
          availableActions: Array<HeadAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 联户长 · 退出积分榜：由本人决定，积分不变。 */
  HeadLeaveBoard: {
    variables: {
      input: HeadLeaveBoardInput;
    };
    data: {
      headLeaveBoard: {
        head: {
          id: string;
          onBoard: boolean | null;
          points: {
            available: Points;
          } | null;
          availableActions: Array<HeadAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 社区与网格 · 恢复联户长。 */
  HeadResume: {
    variables: {
      input: HeadResumeInput;
    };
    data: {
      headResume: {
        head: {
          id: string;
          name: string;
          suspendedAt: DateTime | null;
          stateReason: string | null;
          availableActions: Array<HeadAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 社区与网格 · 给在场的联户长开登录码：十分钟内有效，用一次，登录后只在本辖区内作为联户长。 */
  HeadShowCode: {
    variables: {
      input: HeadShowCodeInput;
    };
    data: {
      headShowCode: {
        code: {
          text: string;
          qr: string;
          qrSvg: string;
          displayName: string;
          expiresAt: DateTime;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 联户长 · 我的积分：星级、可用和待评单的积分，我在哪个榜上第几，每月的进展，以及能否参加或退出积分榜。 */
  HeadStanding: {
    variables: {};
    data: {
      viewer: {
        householdHead: {
          id: string;
          starLevel: number;
          points: {
            available: Points;
            pending: Points;
            held: Points;
            debt: Points;
          } | null;
          onBoard: boolean | null;
          rank: number | null;
          rankBoard: {
            id: string;
            area: {
              id: string;
              kind: AreaKind;
              name: string;
            };
            period: LeaderboardPeriod;
          } | null;
          availableActions: Array<HeadAction>;
        } | null;
      } | null;
      headProgress: {
        thisMonth: {
          month: Date;
          wishes: number;
          households: number;
          points: Points;
        };
        lastMonth: {
          month: Date;
          wishes: number;
          households: number;
          points: Points;
        };
        bestMonth: {
          month: Date;
          wishes: number;
          households: number;
          points: Points;
        } | null;
        offered: number;
        accepted: number;
      } | null;
    };
  };
  /** 社区与网格 · 暂停联户长：须说明原因；暂停期间不能接单、代为点单和使用优惠。 */
  HeadSuspend: {
    variables: {
      input: HeadSuspendInput;
    };
    data: {
      headSuspend: {
        head: {
          id: string;
          name: string;
          suspendedAt: DateTime | null;
          stateReason: string | null;
          availableActions: Array<HeadAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 联户长 · 派给我和我承办的心愿：逐页查看，可按状态筛选，不选则为手上的。 */
  HeadWishes: {
    variables: {
      states?: Array<WishState> | null;
      first?: number | null;
      after?: string | null;
    };
    data: {
      viewer: {
        householdHead: {
          id: string;
          onBoard: boolean | null;
          wishes: {
            edges: Array<{
              cursor: string;
              node: {
                id: string;
                title: string;
                category: WishCategory;
                state: WishState;
                submittedAt: DateTime;
                completedAt: DateTime | null;
                deadlineAt: DateTime | null;
                stars: number | null;
                availableActions: Array<WishAction>;
                revealableContacts: Array<ContactKind>;
                household: {
                  id: string;
                  contactName: string | null;
                } | null;
              };
            }>;
            pageInfo: {
              hasNextPage: boolean;
              endCursor: string | null;
            };
          };
        } | null;
      } | null;
    };
  };
  /** 社区与网格 · 查联户长：按区域，或按姓名的开头、电话查找，含已暂停和离任的。 */
  Heads: {
    variables: {
      areaId?: string | null;
      search?: string | null;
      first?: number | null;
      after?: string | null;
    };
    data: {
      heads: {
        edges: Array<{
          cursor: string;
          node: {
            id: string;
            name: string;
            starLevel: number;
            onBoard: boolean | null;
            suspendedAt: DateTime | null;
            leftAt: DateTime | null;
            stateReason: string | null;
            grid: {
              id: string;
              name: string;
              parent: {
                id: string;
                name: string;
              } | null;
            };
            availableActions: Array<HeadAction>;
          };
        }>;
        pageInfo: {
          hasNextPage: boolean;
          endCursor: string | null;
        };
      } | null;
    };
  };
  /** 区管理与审计 · 撤销致谢，说明原因；没用完的优惠随之结束，用过的不变。 */
  HonourRevoke: {
    variables: {
      input: HonourRevokeInput;
    };
    data: {
      honourRevoke: {
        nomination: {
          id: string;
          state: NominationState;
          revokedAt: DateTime | null;
          revokeReason: string | null;
          availableActions: Array<NominationAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 公众 · 荣誉榜，由新到旧，无需登录：只有本人同意公开的。 */
  HonourRoll: {
    variables: {
      areaId?: string | null;
      subject?: SeasonSubject | null;
      year?: number | null;
      first?: number | null;
      after?: string | null;
    };
    data: {
      honourRoll: {
        edges: Array<{
          node: {
            id: string;
            name: string;
            subject: SeasonSubject;
            community: {
              id: string;
              name: string;
            } | null;
            season: {
              id: string;
              title: string;
            };
            honouredAt: DateTime | null;
            honouredUntil: DateTime | null;
          };
          cursor: string;
        }>;
        pageInfo: {
          hasNextPage: boolean;
          endCursor: string | null;
        };
      } | null;
    };
  };
  /** 社区与网格 · 住户联系人换手机号：核对姓名后改登记的手机号，居民身份不变，须重新登录。 */
  HouseholdChangePhone: {
    variables: {
      input: HouseholdChangePhoneInput;
    };
    data: {
      householdChangePhone: {
        household: {
          id: string;
          contactName: string | null;
          availableActions: Array<HouseholdAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 社区与网格 · 一户的情况：地址、联系人、联户长，最近的微心愿；看不到的住户为空。 */
  HouseholdDetail: {
    variables: {
      id: string;
      wishes?: number | null;
    };
    data: {
      node: {
        id: string;
        code?: never;
        contactName?: never;
        address?: never;
        building?: never;
        grid?: never;
        head?: never;
        availableActions?: never;
        wishes?: never;
      } | {
        id: string;
        code: string | null;
        contactName: string | null;
        address: string | null;
        building: {
          id: string;
          name: string;
        } | null;
        grid: {
          id: string;
          name: string;
        };
        head: {
          id: string;
          name: string;
        } | null;
        availableActions: Array<HouseholdAction>;
        wishes: {
          edges: Array<{
            node: {
              id: string;
              title: string;
              category: WishCategory;
              state: WishState;
              submittedAt: DateTime;
            };
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        };
      } | null;
    };
  };
  /** 所有人 · 申请加入一户：填户编号或地址，等网格员或社区工作者确认；没有账号的凭登录凭据和姓名，随即登录。住户在不在名册上，答复都一样。 */
  HouseholdJoin: {
    variables: {
      input: HouseholdJoinInput;
    };
    data: {
      householdJoin: {
        signedIn: {
          token: string | null;
        } | null;
        join: {
          id: string;
          state: HouseholdJoinState;
          name: string;
          createdAt: DateTime;
          expiresAt: DateTime;
          availableActions: Array<HouseholdJoinAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
          retryAt: DateTime | null;
        }>;
      };
    };
  };
  /** 社区与网格 · 确认或拒绝入户申请：确认后申请人成为这户的居民。这户的联户长和申请人自己不能确认。 */
  HouseholdJoinDecide: {
    variables: {
      input: HouseholdJoinDecideInput;
    };
    data: {
      householdJoinDecide: {
        join: {
          id: string;
          state: HouseholdJoinState;
          decidedAt: DateTime | null;
          availableActions: Array<HouseholdJoinAction>;
          household: {
            id: string;
            address: string | null;
          } | null;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 联户长 · 为申请加入自己所联住户的人作证；作证不等于确认，由网格员或社区工作者确认。 */
  HouseholdJoinVouch: {
    variables: {
      input: HouseholdJoinVouchInput;
    };
    data: {
      householdJoinVouch: {
        join: {
          id: string;
          state: HouseholdJoinState;
          vouchedAt: DateTime | null;
          vouchedByName: string | null;
          availableActions: Array<HouseholdJoinAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 所有人 · 撤回自己的入户申请。 */
  HouseholdJoinWithdraw: {
    variables: {
      input: HouseholdJoinWithdrawInput;
    };
    data: {
      householdJoinWithdraw: {
        join: {
          id: string;
          state: HouseholdJoinState;
          decidedAt: DateTime | null;
          availableActions: Array<HouseholdJoinAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 社区与网格 · 待确认的入户申请，先申请的在前：谁申请加入哪一户，联户长作证了没有；联户长看到自己所联住户的，只能作证。 */
  HouseholdJoinsToConfirm: {
    variables: {
      areaId?: string | null;
      first?: number | null;
      after?: string | null;
    };
    data: {
      householdJoinsToConfirm: {
        edges: Array<{
          node: {
            id: string;
            name: string;
            phone: string | null;
            household: {
              id: string;
              address: string | null;
              contactName: string | null;
            } | null;
            createdAt: DateTime;
            expiresAt: DateTime;
            vouchedAt: DateTime | null;
            vouchedByName: string | null;
            availableActions: Array<HouseholdJoinAction>;
          };
          cursor: string;
        }>;
        pageInfo: {
          hasNextPage: boolean;
          endCursor: string | null;
        };
      } | null;
    };
  };
  /** 社区与网格 · 给在场的住户联系人开登录码：十分钟内有效，用一次，登录后只在本辖区内作为居民。联户长不能给自己联系的住户开。 */
  HouseholdShowCode: {
    variables: {
      input: HouseholdShowCodeInput;
    };
    data: {
      householdShowCode: {
        code: {
          text: string;
          qr: string;
          qrSvg: string;
          displayName: string;
          expiresAt: DateTime;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 社区与网格 · 查住户：按区域、联户长，或按地址、联系人的开头及户编号、电话查找。 */
  Households: {
    variables: {
      areaId?: string | null;
      headId?: string | null;
      search?: string | null;
      first?: number | null;
      after?: string | null;
    };
    data: {
      households: {
        edges: Array<{
          cursor: string;
          node: {
            id: string;
            code: string | null;
            contactName: string | null;
            address: string | null;
            building: {
              id: string;
              name: string;
            } | null;
            grid: {
              id: string;
              name: string;
            };
            head: {
              id: string;
              name: string;
            } | null;
            availableActions: Array<HouseholdAction>;
          };
        }>;
        pageInfo: {
          hasNextPage: boolean;
          endCursor: string | null;
        };
      } | null;
    };
  };
  /** 社区与网格 · 调整住户的联户长：一次最多 100 户，未办结的心愿留在原处。 */
  HouseholdsMove: {
    variables: {
      input: HouseholdsMoveInput;
    };
    data: {
      householdsMove: {
        households: Array<{
          id: string;
          contactName: string | null;
          address: string | null;
          head: {
            id: string;
            name: string;
          } | null;
          availableActions: Array<HouseholdAction>;
        }> | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 公众 · 积分榜：社区大屏和小程序的榜单页，无需登录；榜上不足 5 人时只有“一起”，登录的联户长另见自己的名次。 */
  Leaderboard: {
    variables: {
      areaId?: string | null;
      period: LeaderboardPeriod;
      at?: DateTime | null;
      measure?: LeaderboardMeasure | null;
      first?: number | null;
      after?: string | null;
    };
    data: {
      leaderboard: {
        id: string;
        area: {
          id: string;
          kind: AreaKind;
          name: string;
        };
        period: LeaderboardPeriod;
        measure: LeaderboardMeasure;
        startsAt: DateTime | null;
        endsAt: DateTime | null;
        state: LeaderboardState;
        nextReset: DateTime | null;
        serverTime: DateTime;
        version: number;
        participants: number;
        scored: number;
        sparse: boolean;
        together: {
          wishes: number;
          households: number;
          heads: number;
          perThousandHouseholds: number | null;
          previous: {
            wishes: number;
          } | null;
        };
        entries: {
          edges: Array<{
            node: {
              key: string;
              rank: number;
              correctedRank: number | null;
              previousRank: number | null;
              points: Points;
              wishes: number;
              households: number;
              head: {
                displayName: string;
                areaName: string | null;
              };
              isMe: boolean;
            };
            cursor: string;
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        } | null;
        me: {
          rank: number;
          points: Points;
        } | null;
        closing: {
          id: string;
          closedAt: DateTime;
          corrections: number;
        } | null;
      } | null;
    };
  };
  /** 公众 · 积分榜有变动：社区大屏收到后重新读取积分榜，无需登录；最多每秒一条。 */
  LeaderboardChanged: {
    variables: {
      areaId?: string | null;
      period: LeaderboardPeriod;
    };
    data: {
      leaderboardChanged: {
        area: {
          id: string;
          name: string;
        };
        period: LeaderboardPeriod;
        changedAt: DateTime;
        version: number;
      };
    };
  };
  /** 联户长 · 我在一个榜上：名次、前后几名、离前一名还差多少、大致的位置、最好的一期。只有本人看得到。 */
  LeaderboardMe: {
    variables: {
      areaId?: string | null;
      period: LeaderboardPeriod;
      at?: DateTime | null;
      measure?: LeaderboardMeasure | null;
      radius?: number | null;
    };
    data: {
      leaderboard: {
        id: string;
        area: {
          id: string;
          kind: AreaKind;
          name: string;
        };
        period: LeaderboardPeriod;
        measure: LeaderboardMeasure;
        state: LeaderboardState;
        nextReset: DateTime | null;
        serverTime: DateTime;
        participants: number;
        scored: number;
        sparse: boolean;
        me: {
          rank: number;
          previousRank: number | null;
          movement: number | null;
          points: Points;
          wishes: number;
          households: number;
          toNext: number | null;
          aheadOf: number;
          band: LeaderboardBand;
          best: {
            period: LeaderboardPeriod;
            startsAt: DateTime | null;
            points: Points;
          };
        } | null;
        around: Array<{
          key: string;
          rank: number;
          previousRank: number | null;
          points: Points;
          wishes: number;
          households: number;
          head: {
            displayName: string;
            areaName: string | null;
          };
          isMe: boolean;
        }> | null;
      } | null;
    };
  };
  /** 所有人 · 登记小程序里同意接收的微信消息，每个模板记一条。 */
  MessageConsentsNote: {
    variables: {
      input: MessageConsentsNoteInput;
    };
    data: {
      messageConsentsNote: {
        settings: {
          wechat: boolean;
          sms: boolean;
          wechatBound: boolean;
          templates: Array<{
            templateId: string;
            kinds: Array<NotificationKind>;
            remaining: number;
          }>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 所有人 · 我同意过什么：每种的最近一次，是否仍是现行版本，和同意的那一版全文。 */
  MyConsents: {
    variables: {};
    data: {
      viewer: {
        consents: Array<{
          kind: ConsentKind;
          version: number;
          current: boolean;
          givenAt: DateTime;
          withdrawnAt: DateTime | null;
          text: string | null;
        }>;
      } | null;
    };
  };
  /** 联户长 · 我的专享优惠：因何获赠、还能用几次、到哪天，以及此刻能否领取。 */
  MyGrants: {
    variables: {
      first?: number | null;
      after?: string | null;
    };
    data: {
      viewer: {
        householdHead: {
          id: string;
          grants: {
            edges: Array<{
              node: {
                id: string;
                state: GrantState;
                quantity: number;
                used: number;
                left: number;
                validFrom: Date;
                validUntil: Date;
                source: GrantSource;
                note: string;
                givenAt: DateTime;
                revokedAt: DateTime | null;
                revokeReason: string | null;
                discount: {
                  id: string;
                  title: string;
                  summary: string;
                  obstacle: {
                    code: ErrorCode;
                    message: string;
                    retryAt: DateTime | null;
                  } | null;
                  shop: {
                    id: string;
                    name: string;
                    address: string;
                    openingHours: string | null;
                  };
                } | null;
              };
            }>;
            pageInfo: {
              hasNextPage: boolean;
              endCursor: string | null;
            };
          } | null;
        } | null;
      } | null;
    };
  };
  /** 所有人 · 我的入户申请，由新到旧：待确认、已确认、已拒绝还是已过期，现在可以做什么。 */
  MyHouseholdJoins: {
    variables: {
      first?: number | null;
      after?: string | null;
    };
    data: {
      viewer: {
        householdJoins: {
          edges: Array<{
            node: {
              id: string;
              state: HouseholdJoinState;
              createdAt: DateTime;
              expiresAt: DateTime;
              decidedAt: DateTime | null;
              availableActions: Array<HouseholdJoinAction>;
              household: {
                id: string;
                address: string | null;
              } | null;
            };
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        };
      } | null;
    };
  };
  /** 所有人 · 我的提名：别人提名我和我家的，要不要同意、事迹对不对、结果如何；我提名别人的。 */
  MyNominations: {
    variables: {
      first?: number | null;
      after?: string | null;
    };
    data: {
      viewer: {
        nominations: {
          edges: Array<{
            node: {
              id: string;
              name: string;
              state: NominationState;
              season: {
                id: string;
                title: string;
                subject: SeasonSubject;
                state: SeasonState;
                basis: string;
                criteria: string;
                nominateUntil: Date;
                noticeUntil: DateTime | null;
              };
              reason: string | null;
              proposedAt: DateTime;
              consentedAt: DateTime | null;
              consentWithdrawnAt: DateTime | null;
              evidence: {
                wishes: number;
                households: number;
                months: number | null;
                ratings: number | null;
                averageStars: number | null;
                reversals: number | null;
                suspended: boolean | null;
              } | null;
              evidenceUntil: DateTime | null;
              unmet: Array<string> | null;
              supports: number | null;
              decidedAt: DateTime | null;
              decision: string | null;
              honouredAt: DateTime | null;
              honouredUntil: DateTime | null;
              revokedAt: DateTime | null;
              revokeReason: string | null;
              objections: {
                edges: Array<{
                  node: {
                    id: string;
                    kind: ObjectionKind;
                    text: string;
                    state: ObjectionState;
                    submittedAt: DateTime;
                    answeredAt: DateTime | null;
                    answer: string | null;
                  };
                }>;
              };
              availableActions: Array<NominationAction>;
            };
            cursor: string;
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        };
      } | null;
    };
  };
  /** 所有人 · 我的通知，由新到旧，和未读数；点开即到所涉的心愿、核销、异议、店铺、提名或专享。 */
  MyNotifications: {
    variables: {
      unreadOnly?: boolean | null;
      first?: number | null;
      after?: string | null;
    };
    data: {
      viewer: {
        unreadNotifications: number;
        notificationSettings: {
          wechat: boolean;
          sms: boolean;
          wechatBound: boolean;
          templates: Array<{
            templateId: string;
            kinds: Array<NotificationKind>;
            remaining: number;
          }>;
        } | null;
        notifications: {
          edges: Array<{
            node: {
              id: string;
              kind: NotificationKind;
              title: string;
              text: string;
              createdAt: DateTime;
              readAt: DateTime | null;
              availableActions: Array<NotificationAction>;
              wish: {
                id: string;
                state: WishState;
              } | null;
              redemption: {
                id: string;
                state: RedemptionState;
              } | null;
              dispute: {
                id: string;
                state: DisputeState;
                reason: string | null;
                decisionReason: string | null;
                shop: {
                  id: string;
                  name: string;
                } | null;
              } | null;
              shop: {
                id: string;
                state: ShopState;
              } | null;
              nomination: {
                id: string;
                state: NominationState;
              } | null;
              objection: {
                id: string;
                state: ObjectionState;
                text: string;
                answer: string | null;
              } | null;
              grant: {
                id: string;
                state: GrantState;
              } | null;
            };
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        };
      } | null;
    };
  };
  /** 联户长 · 优惠码列表：当前动态码，以及此刻不能使用的原因。 */
  MyPasses: {
    variables: {
      first?: number | null;
      after?: string | null;
    };
    data: {
      viewer: {
        householdHead: {
          id: string;
          passes: {
            edges: Array<{
              node: {
                id: string;
                state: PassState;
                code: string | null;
                shortCode: string | null;
                secret: string | null;
                algorithm: string;
                stepSeconds: number;
                serverTime: DateTime;
                issuedAt: DateTime;
                expiresAt: DateTime;
                availableActions: Array<PassAction>;
                obstacle: {
                  code: ErrorCode;
                  message: string;
                  retryAt: DateTime | null;
                } | null;
                discount: {
                  id: string;
                  title: string;
                  benefit: {
                    __typename: "AmountOff" | "Gift" | "PercentOff";
                  };
                  minSpendFen: Fen;
                  costPoints: number;
                };
                shop: {
                  id: string;
                  name: string;
                  address: string;
                };
              };
            }>;
            pageInfo: {
              hasNextPage: boolean;
              endCursor: string | null;
            };
          } | null;
        } | null;
      } | null;
    };
  };
  /** 联户长 · 核销记录：每一笔核销后立即可见，24 小时内可提出异议。 */
  MyRedemptions: {
    variables: {
      first?: number | null;
      after?: string | null;
    };
    data: {
      viewer: {
        householdHead: {
          id: string;
          redemptions: {
            edges: Array<{
              node: {
                id: string;
                state: RedemptionState;
                billFen: Fen;
                payableFen: Fen;
                savedFen: Fen;
                costPoints: number;
                confirmedAt: DateTime;
                revokedAt: DateTime | null;
                revokeReason: string | null;
                thankedWith: ThankWord | null;
                availableActions: Array<RedemptionAction>;
                dispute: {
                  id: string;
                  state: DisputeState;
                  reason: string | null;
                  openedAt: DateTime;
                  decidedAt: DateTime | null;
                  decisionReason: string | null;
                } | null;
                discount: {
                  id: string;
                  title: string;
                  benefit: {
                    __typename: "AmountOff" | "PercentOff";
                    name?: never;
                  } | {
                    __typename: "Gift";
                    name: string;
                  };
                } | null;
                shop: {
                  id: string;
                  name: string;
                } | null;
              };
            }>;
            pageInfo: {
              hasNextPage: boolean;
              endCursor: string | null;
            };
          } | null;
        } | null;
      } | null;
    };
  };
  /** 所有人 · 我的两步验证：是否必须、是否已设置、本次登录是否还须验证，还剩几个恢复码；本次登录能不能改动账号本身。 */
  MySecondFactor: {
    variables: {};
    data: {
      viewer: {
        bound: boolean;
        secondFactor: {
          required: boolean;
          confirmed: boolean;
          due: boolean;
          confirmedAt: DateTime | null;
          recoveryCodesLeft: number;
        } | null;
      } | null;
    };
  };
  /** 所有人 · 我的登录：何时何处登录，最近何时使用。 */
  MySessions: {
    variables: {
      first?: number | null;
      after?: string | null;
    };
    data: {
      viewer: {
        sessions: {
          edges: Array<{
            node: {
              id: string;
              label: string;
              method: SignInMethod;
              openedBy: string | null;
              isCurrent: boolean;
              createdAt: DateTime;
              lastSeenAt: DateTime;
              expiresAt: DateTime;
              availableActions: Array<SessionAction>;
            };
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        };
      } | null;
    };
  };
  /** 所有人 · 我的店铺：所在和申请中的店铺，由新到旧，附审核结果、本月让利额度与可做的操作。 */
  MyShops: {
    variables: {
      first?: number | null;
      after?: string | null;
    };
    data: {
      viewer: {
        shops: {
          edges: Array<{
            node: {
              id: string;
              kind: ShopKind;
              name: string;
              category: ShopCategory;
              address: string;
              openingHours: string | null;
              state: ShopState;
              stateReason: string | null;
              monthlyCeilingFen: Fen | null;
              ceilingLeftFen: Fen | null;
              thanksListed: boolean | null;
              area: {
                id: string;
                name: string;
              };
              availableActions: Array<ShopAction>;
            };
            cursor: string;
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        };
      } | null;
    };
  };
  /** 所有人 · 待办角标：待评、待接、待派、待审、待同意、待答复各有多少，最多数到 100。 */
  MyTodo: {
    variables: {};
    data: {
      viewer: {
        unreadNotifications: number;
        todo: {
          wishesToRate: number | null;
          wishesToAnswer: number | null;
          wishesToDispatch: number | null;
          joinsToConfirm: number | null;
          shopsToApprove: number | null;
          shopChangesToApprove: number | null;
          discountsToApprove: number | null;
          disputesToDecide: number | null;
          signalsToJudge: number | null;
          nominationsToConsent: number | null;
          nominationsToDecide: number | null;
          seasonObjectionsToAnswer: number | null;
          statementsToAcknowledge: number | null;
        };
      } | null;
    };
  };
  /** 居民 · 本户的微心愿：办到哪一步、谁在办、现在可以做什么。 */
  MyWishes: {
    variables: {
      first?: number | null;
      after?: string | null;
    };
    data: {
      viewer: {
        household: {
          id: string;
          wishes: {
            edges: Array<{
              cursor: string;
              node: {
                id: string;
                title: string;
                details: string;
                category: WishCategory;
                state: WishState;
                onBehalf: boolean;
                requesterName: string | null;
                head: {
                  id: string;
                  name: string;
                  starLevel: number;
                } | null;
                submittedAt: DateTime;
                completedAt: DateTime | null;
                completionNote: string | null;
                helpers: Array<string>;
                stars: number | null;
                ratingComment: string | null;
                ratingSource: RatingSource | null;
                redoCount: number;
                deadlineAt: DateTime | null;
                events: Array<{
                  action: WishAction;
                  actor: WishActor;
                  fromState: WishState | null;
                  toState: WishState;
                  stars: number | null;
                  note: string | null;
                  occurredAt: DateTime;
                }>;
                availableActions: Array<WishAction>;
              };
            }>;
            pageInfo: {
              hasNextPage: boolean;
              endCursor: string | null;
            };
          };
        } | null;
      } | null;
    };
  };
  /** 公众 · 附近的红城星店：给出坐标则由近及远，附进行中的优惠；无需登录。 */
  Nearby: {
    variables: {
      latitude?: number | null;
      longitude?: number | null;
      category?: ShopCategory | null;
      usable?: boolean | null;
      obstacles?: boolean | null;
      first?: number | null;
      after?: string | null;
    };
    data: {
      shops: {
        edges: Array<{
          node: {
            id: string;
            name: string;
            category: ShopCategory;
            address: string;
            latitude: number;
            longitude: number;
            openingHours: string | null;
            distanceMetres: number | null;
            discounts: {
              edges: Array<{
                node: {
                  id: string;
                  title: string;
                  benefit: {
                    __typename: "AmountOff";
                    amountFen: Fen;
                    name?: never;
                    percent?: never;
                    maxSavedFen?: never;
                  } | {
                    __typename: "Gift";
                    name: string;
                    amountFen?: never;
                    percent?: never;
                    maxSavedFen?: never;
                  } | {
                    __typename: "PercentOff";
                    percent: number;
                    maxSavedFen: Fen | null;
                    amountFen?: never;
                    name?: never;
                  };
                  minSpendFen: Fen;
                  costPoints: number;
                  minStarLevel: number;
                  stockLeft: number | null;
                  validUntil: Date | null;
                  weekdays: Array<number>;
                  hours: {
                    from: LocalTime;
                    until: LocalTime;
                  } | null;
                  obstacle?: {
                    code: ErrorCode;
                    message: string;
                    retryAt: DateTime | null;
                  } | null;
                };
              }>;
              pageInfo: {
                hasNextPage: boolean;
                endCursor: string | null;
              };
            };
          };
          cursor: string;
        }>;
        pageInfo: {
          hasNextPage: boolean;
          endCursor: string | null;
        };
      };
    };
  };
  /** 所有人 · 我能提名谁：自己、自家的联户长、自家、自家这栋楼。 */
  NominationChoices: {
    variables: {};
    data: {
      viewer: {
        household: {
          id: string;
          contactName: string | null;
          head: {
            id: string;
            name: string;
          } | null;
          building: {
            id: string;
            name: string;
          } | null;
        } | null;
        householdHead: {
          id: string;
          name: string;
        } | null;
      } | null;
    };
  };
  /** 所有人 · 同意提名，并同意姓名在本区域内可见、入选后公示；随时可以退出。 */
  NominationConsent: {
    variables: {
      input: NominationConsentInput;
    };
    data: {
      nominationConsent: {
        nomination: {
          id: string;
          state: NominationState;
          consentedAt: DateTime | null;
          availableActions: Array<NominationAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 所有人 · 谢绝提名，不会公开。 */
  NominationDecline: {
    variables: {
      input: NominationDeclineInput;
    };
    data: {
      nominationDecline: {
        nomination: {
          id: string;
          state: NominationState;
          availableActions: Array<NominationAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 所有人 · 提出异议：本人对事迹，48 小时内；本区域的人对公示，公示期内。被提名人看不到是谁提的。 */
  NominationObject: {
    variables: {
      input: NominationObjectInput;
    };
    data: {
      nominationObject: {
        objection: {
          id: string;
          kind: ObjectionKind;
          text: string;
          state: ObjectionState;
          submittedAt: DateTime;
          nomination: {
            id: string;
            name: string;
          } | null;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 社区与网格 · 不列入公示名单，说明理由，只有本人和负责的人看得到。 */
  NominationPassOver: {
    variables: {
      input: NominationPassOverInput;
    };
    data: {
      nominationPassOver: {
        nomination: {
          id: string;
          state: NominationState;
          decidedAt: DateTime | null;
          decision: string | null;
          availableActions: Array<NominationAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 所有人 · 提名联户长、住户或楼栋，也可以提名自己；本人同意后才算。 */
  NominationPropose: {
    variables: {
      input: NominationProposeInput;
    };
    data: {
      nominationPropose: {
        nomination: {
          id: string;
          name: string;
          state: NominationState;
          reason: string | null;
          proposedAt: DateTime;
          season: {
            id: string;
            title: string;
          };
          availableActions: Array<NominationAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 社区与网格 · 列入公示名单，说明理由；与自己有关的由别人办。 */
  NominationShortlist: {
    variables: {
      input: NominationShortlistInput;
    };
    data: {
      nominationShortlist: {
        nomination: {
          id: string;
          state: NominationState;
          decidedAt: DateTime | null;
          decision: string | null;
          availableActions: Array<NominationAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 社区与网格 · 异议成立的从公示名单撤下，由没有开启也没有公示的人办理。 */
  NominationStrike: {
    variables: {
      input: NominationStrikeInput;
    };
    data: {
      nominationStrike: {
        nomination: {
          id: string;
          state: NominationState;
          decidedAt: DateTime | null;
          decision: string | null;
          availableActions: Array<NominationAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 居民 · 以自家支持一项提名，每户每期一次；只供参考，截止后才显示户数。 */
  NominationSupport: {
    variables: {
      input: NominationSupportInput;
    };
    data: {
      nominationSupport: {
        nomination: {
          id: string;
          state: NominationState;
          supported: boolean;
          availableActions: Array<NominationAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 所有人 · 退出，撤回同意；已获致谢的姓名不再公开。 */
  NominationWithdraw: {
    variables: {
      input: NominationWithdrawInput;
    };
    data: {
      nominationWithdraw: {
        nomination: {
          id: string;
          state: NominationState;
          consentWithdrawnAt: DateTime | null;
          availableActions: Array<NominationAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 所有人 · 有新的通知和现在的未读数；reload 为真时重新读取列表。 */
  NotificationAdded: {
    variables: {};
    data: {
      notificationAdded: {
        notifications: Array<{
          id: string;
          kind: NotificationKind;
          title: string;
          text: string;
          createdAt: DateTime;
        }>;
        unreadNotifications: number;
        changedAt: DateTime;
        reload: boolean;
      };
    };
  };
  /** 所有人 · 通知是否推送到微信、是否发送短信；站内通知总是有。 */
  NotificationSettingsChange: {
    variables: {
      input: NotificationSettingsChangeInput;
    };
    data: {
      notificationSettingsChange: {
        settings: {
          wechat: boolean;
          sms: boolean;
          wechatBound: boolean;
          templates: Array<{
            templateId: string;
            kinds: Array<NotificationKind>;
            remaining: number;
          }>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 所有人 · 把通知标为已读：给出若干条，或给出读到了哪一条。 */
  NotificationsRead: {
    variables: {
      input: NotificationsReadInput;
    };
    data: {
      notificationsRead: {
        unreadNotifications: number | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 公众 · 共建单位：参加共建的单位，没有优惠的也在内，可按区域和名称的开头筛选；无需登录。 */
  Partners: {
    variables: {
      areaId?: string | null;
      name?: string | null;
      first?: number | null;
      after?: string | null;
    };
    data: {
      partners: {
        edges: Array<{
          cursor: string;
          node: {
            id: string;
            name: string;
            category: ShopCategory;
            address: string;
            openingHours: string | null;
            area: {
              id: string;
              name: string;
            };
          };
        }>;
        pageInfo: {
          hasNextPage: boolean;
          endCursor: string | null;
        };
      } | null;
    };
  };
  /** 联户长 · 取消优惠码：收银台尚未确认的一并取消，占用的积分退回。 */
  PassCancel: {
    variables: {
      input: PassCancelInput;
    };
    data: {
      passCancel: {
        pass: {
          id: string;
          state: PassState;
          availableActions: Array<PassAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 联户长 · 领取优惠码：拿到编号、密钥与服务器时间，此后手机离线也能算出动态码。 */
  PassIssue: {
    variables: {
      input: PassIssueInput;
    };
    data: {
      passIssue: {
        pass: {
          id: string;
          state: PassState;
          code: string | null;
          shortCode: string | null;
          secret: string | null;
          algorithm: string;
          stepSeconds: number;
          serverTime: DateTime;
          issuedAt: DateTime;
          expiresAt: DateTime;
          availableActions: Array<PassAction>;
          discount: {
            id: string;
            title: string;
            benefit: {
              __typename: "AmountOff" | "Gift" | "PercentOff";
            };
            minSpendFen: Fen;
            costPoints: number;
          };
          shop: {
            id: string;
            name: string;
            address: string;
          };
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 联户长 · 出示优惠码：画好的二维码和短码，码换了就重新读取；没有画图能力或手机时间不准时用。 */
  PassQr: {
    variables: {
      id: string;
    };
    data: {
      node: {
        id: string;
        state?: never;
        code?: never;
        qrSvg?: never;
        shortCode?: never;
        stepSeconds?: never;
        serverTime?: never;
        expiresAt?: never;
        availableActions?: never;
      } | {
        id: string;
        state: PassState;
        code: string | null;
        qrSvg: string | null;
        shortCode: string | null;
        stepSeconds: number;
        serverTime: DateTime;
        expiresAt: DateTime;
        availableActions: Array<PassAction>;
      } | null;
    };
  };
  /** 所有人 · 换自己的手机号：现在的和新的号码各验证一次，各处随即退出登录；旧号码已不用的，请社区工作者办理。 */
  PhoneChange: {
    variables: {
      input: PhoneChangeInput;
    };
    data: {
      phoneChange: {
        changed: boolean | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 区管理与审计 · 积分收支：一个区域一个月发了多少、花了多少，统计时欠着多少，店铺还接得住多少。 */
  PointsEconomy: {
    variables: {
      areaId?: string | null;
      month?: YearMonth | null;
    };
    data: {
      pointsEconomy: {
        area: {
          id: string;
          name: string;
        };
        month: YearMonth;
        asOf: DateTime;
        issued: Points;
        spent: Points;
        returned: Points;
        reversed: Points;
        outstanding: Points;
        available: Points;
        pending: Points;
        held: Points;
        debt: Points;
        heads: number;
        headsAble: number;
        shareAble: number | null;
        headsEver: number;
        shareEver: number | null;
        offers: number;
        cheapestCost: number | null;
        medianCost: number | null;
        remaining: Points;
        shopsUnlimited: number;
        monthsOfSupply: number | null;
      } | null;
    };
  };
  /** 联户长 · 积分流水：每一笔积分的来去、之后的余额，以及背后的微心愿或核销。 */
  PointsHistory: {
    variables: {
      first?: number | null;
      after?: string | null;
    };
    data: {
      viewer: {
        householdHead: {
          id: string;
          pointsEntries: {
            edges: Array<{
              node: {
                id: string;
                kind: TransferKind;
                points: number;
                debtPoints: number;
                balance: Points;
                debt: Points;
                reason: string | null;
                createdAt: DateTime;
                wish: {
                  id: string;
                  title: string;
                  category: WishCategory;
                } | null;
                redemption: {
                  id: string;
                  state: RedemptionState;
                  savedFen: Fen;
                  discount: {
                    id: string;
                    title: string;
                  } | null;
                } | null;
              };
              cursor: string;
            }>;
            pageInfo: {
              hasNextPage: boolean;
              endCursor: string | null;
            };
          } | null;
        } | null;
      } | null;
    };
  };
  /** 区管理与审计 · 冲正：区管理员收回一个微心愿已入账的积分，写明原因；可用积分不足的部分记为欠分。 */
  PointsReverse: {
    variables: {
      input: PointsReverseInput;
    };
    data: {
      pointsReverse: {
        reward: {
          ruleVersion: number;
          points: number;
          state: RewardState;
          completedAt: DateTime;
          postedAt: DateTime | null;
          reversedAt: DateTime | null;
          reversalReason: string | null;
          reversedAvailable: number | null;
          reversedDebt: number | null;
          lines: Array<string>;
          availableActions: Array<RewardAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 所有人 · 导出本人资料：一份 JSON 文本，按类列出，每十分钟一次；不含他人资料和任何密钥。 */
  PrivacyExport: {
    variables: {
      input: PrivacyExportInput;
    };
    data: {
      privacyExport: {
        export: string | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 所有人 · 换一组恢复码：原来的作废，新的只显示这一次。 */
  RecoveryCodesRenew: {
    variables: {
      input: RecoveryCodesRenewInput;
    };
    data: {
      recoveryCodesRenew: {
        recoveryCodes: Array<string> | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
          retryAt: DateTime | null;
        }>;
      };
    };
  };
  /** 店员 · 查询某个请求编号的核销结果：断网后确认上一笔是否成功。 */
  RedemptionByRequestNo: {
    variables: {
      requestNo: string;
    };
    data: {
      redemptionByRequestNo: {
        id: string;
        state: RedemptionState;
        headName: string;
        discount: {
          id: string;
          title: string;
        } | null;
        billFen: Fen;
        payableFen: Fen;
        savedFen: Fen;
        confirmedAt: DateTime;
        revocableUntil: DateTime;
        revokedAt: DateTime | null;
        availableActions: Array<RedemptionAction>;
      } | null;
    };
  };
  /** 联户长 · 核销有变动：本人的，店员则是本店的；reload 为真时重新读取列表。 */
  RedemptionChanged: {
    variables: {};
    data: {
      redemptionChanged: {
        redemptions: Array<{
          id: string;
          state: RedemptionState;
          headName: string;
          discount: {
            id: string;
            title: string;
          } | null;
          shop: {
            id: string;
            name: string;
          } | null;
          payableFen: Fen;
          savedFen: Fen;
          costPoints: number;
          confirmedAt: DateTime;
          revokedAt: DateTime | null;
          availableActions: Array<RedemptionAction>;
          dispute: {
            id: string;
            state: DisputeState;
            decisionReason: string | null;
          } | null;
        }>;
        changedAt: DateTime;
        reload: boolean;
      };
    };
  };
  /** 店员 · 确认核销：收款后用预核销的凭据确认；网络中断时用同一请求编号重发。 */
  RedemptionConfirm: {
    variables: {
      input: RedemptionConfirmInput;
    };
    data: {
      redemptionConfirm: {
        redemption: {
          id: string;
          state: RedemptionState;
          headName: string;
          discount: {
            id: string;
            title: string;
          } | null;
          billFen: Fen;
          payableFen: Fen;
          savedFen: Fen;
          costPoints: number;
          confirmedAt: DateTime;
          revocableUntil: DateTime;
          availableActions: Array<RedemptionAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 联户长 · 提出异议：核销后 24 小时内，写明理由，每笔一次；店铺看不到理由。 */
  RedemptionDispute: {
    variables: {
      input: RedemptionDisputeInput;
    };
    data: {
      redemptionDispute: {
        dispute: {
          id: string;
          state: DisputeState;
          reason: string | null;
          openedAt: DateTime;
          redemption: {
            id: string;
            state: RedemptionState;
            availableActions: Array<RedemptionAction>;
          };
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店员 · 预核销：扫二维码或输入短码，填消费金额，看到应付金额，保留 120 秒。 */
  RedemptionPrepare: {
    variables: {
      input: RedemptionPrepareInput;
    };
    data: {
      redemptionPrepare: {
        preparation: {
          token: string;
          headName: string;
          discount: {
            id: string;
            title: string;
            benefit: {
              __typename: "AmountOff" | "PercentOff";
              name?: never;
            } | {
              __typename: "Gift";
              name: string;
            };
          };
          shop: {
            id: string;
            name: string;
          };
          billFen: Fen;
          payableFen: Fen;
          savedFen: Fen;
          costPoints: number;
          expiresAt: DateTime;
          serverTime: DateTime;
          availableActions: Array<PreparationAction>;
        } | null;
        redemption: {
          id: string;
          state: RedemptionState;
          headName: string;
          discount: {
            id: string;
            title: string;
          } | null;
          billFen: Fen;
          payableFen: Fen;
          savedFen: Fen;
          confirmedAt: DateTime;
          revocableUntil: DateTime;
          availableActions: Array<RedemptionAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
          retryAt: DateTime | null;
        }>;
      };
    };
  };
  /** 店员 · 撤销核销：一小时内且当日关账前，积分与份数退回。 */
  RedemptionRevoke: {
    variables: {
      input: RedemptionRevokeInput;
    };
    data: {
      redemptionRevoke: {
        redemption: {
          id: string;
          state: RedemptionState;
          revokedAt: DateTime | null;
          revokeReason: string | null;
          availableActions: Array<RedemptionAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 联户长 · 致谢：核销后 7 天内，选一个词谢谢店铺，每笔一次；店铺只见每月合计。 */
  RedemptionThank: {
    variables: {
      input: RedemptionThankInput;
    };
    data: {
      redemptionThank: {
        redemption: {
          id: string;
          thankedWith: ThankWord | null;
          availableActions: Array<RedemptionAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 区管理与审计 · 制定新版积分规则：先试算，再定生效时间；到时起按新版计算，之前办结的不变。 */
  RewardRuleCreate: {
    variables: {
      input: RewardRuleCreateInput;
    };
    data: {
      rewardRuleCreate: {
        rewardRule: {
          id: string;
          version: number;
          effectiveFrom: DateTime;
          inForce: boolean;
          base: Array<{
            category: WishCategory;
            points: number;
          }>;
          bonus: Array<{
            stars: number;
            points: number;
          }>;
          dailyCap: number | null;
          monthlyHouseholdCap: number | null;
          note: string | null;
          author: string | null;
          createdAt: DateTime;
          availableActions: Array<RewardRuleAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 区管理与审计 · 试算积分规则：某月办结的心愿若按这套规则会入账多少，与实际相比，按类别，并列出增减最多的联户长。 */
  RewardRuleTrial: {
    variables: {
      base: Array<CategoryPointsInput>;
      bonus: Array<StarsPointsInput>;
      dailyCap?: number | null;
      monthlyHouseholdCap?: number | null;
      month?: YearMonth | null;
    };
    data: {
      rewardRuleTrial: {
        month: YearMonth;
        whole: {
          wishes: number;
          paid: Points;
          wouldPay: Points;
          difference: Points;
        };
        waiting: number;
        capped: number;
        wouldCap: number;
        categories: Array<{
          category: WishCategory;
          sums: {
            wishes: number;
            paid: Points;
            wouldPay: Points;
            difference: Points;
          };
        }>;
        heads: Array<{
          head: {
            id: string;
            name: string;
            starLevel: number;
          };
          sums: {
            wishes: number;
            paid: Points;
            wouldPay: Points;
            difference: Points;
          };
        }>;
      } | null;
    };
  };
  /** 区管理与审计 · 撤回尚未生效的积分规则版本。 */
  RewardRuleWithdraw: {
    variables: {
      input: RewardRuleWithdrawInput;
    };
    data: {
      rewardRuleWithdraw: {
        rewardRule: {
          id: string;
          version: number;
          effectiveFrom: DateTime;
          withdrawnAt: DateTime | null;
          availableActions: Array<RewardRuleAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 所有人 · 积分规则：各版本的基础分、评价加分、上限和生效时间；不登录也可看，说明和制定人只给区管理员和审计员。 */
  RewardRules: {
    variables: {
      first?: number | null;
      after?: string | null;
    };
    data: {
      rewardRules: {
        edges: Array<{
          cursor: string;
          node: {
            id: string;
            version: number;
            effectiveFrom: DateTime;
            inForce: boolean;
            base: Array<{
              category: WishCategory;
              points: number;
            }>;
            bonus: Array<{
              stars: number;
              points: number;
            }>;
            dailyCap: number | null;
            monthlyHouseholdCap: number | null;
            note: string | null;
            author: string | null;
            createdAt: DateTime;
            withdrawnAt: DateTime | null;
            availableActions: Array<RewardRuleAction>;
          };
        }>;
        pageInfo: {
          hasNextPage: boolean;
          endCursor: string | null;
        };
      } | null;
    };
  };
  /** 区管理与审计 · 收回网格员或社区工作者的身份，写明原因：下一次请求起不能再办理。 */
  RoleEnd: {
    variables: {
      input: RoleEndInput;
    };
    data: {
      roleEnd: {
        membership: {
          id: string;
          name: string;
          role: Role;
          revokedAt: DateTime | null;
          endReason: string | null;
          availableActions: Array<MembershipAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 区管理与审计 · 给予网格员或社区工作者的身份：手机号、姓名、区域；没有账号的会新建，再提交一次不变。 */
  RoleGive: {
    variables: {
      input: RoleGiveInput;
    };
    data: {
      roleGive: {
        membership: {
          id: string;
          name: string;
          phone: string | null;
          role: Role;
          area: {
            id: string;
            kind: AreaKind;
            name: string;
            parent: {
              id: string;
              name: string;
            } | null;
          };
          grantedAt: DateTime;
          availableActions: Array<MembershipAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 区管理与审计 · 谁在哪里有什么身份：网格员、社区工作者、区管理员和审计员，可按区域和身份筛选；社区工作者看本社区的网格员。 */
  Roles: {
    variables: {
      areaId?: string | null;
      role?: Role | null;
      first?: number | null;
      after?: string | null;
    };
    data: {
      roles: {
        edges: Array<{
          cursor: string;
          node: {
            id: string;
            name: string;
            phone: string | null;
            role: Role;
            area: {
              id: string;
              kind: AreaKind;
              name: string;
              parent: {
                id: string;
                name: string;
              } | null;
            };
            grantedAt: DateTime;
            availableActions: Array<MembershipAction>;
          };
        }>;
        pageInfo: {
          hasNextPage: boolean;
          endCursor: string | null;
        };
      } | null;
    };
  };
  /** 社区与网格 · 导入名册：先试运行看报告，再正式导入；有任何问题就什么都不写入；$refusedRows 为真时，有问题的行以表格带回。 */
  RosterImport: {
    variables: {
      input: RosterImportInput;
      refusedRows?: boolean | null;
    };
    data: {
      rosterImport: {
        report: {
          dryRun: boolean;
          sha256: string;
          rows: number;
          tallies: Array<{
            kind: string;
            added: number;
            changed: number;
            unchanged: number;
          }>;
          changes: Array<{
            sheet: string;
            row: number;
            what: string;
            columns: Array<string>;
          }>;
          problems: Array<{
            sheet: string;
            row: number;
            column: string;
            value: string;
            message: string;
          }>;
          moreProblems: boolean;
          notes: Array<{
            sheet: string;
            rows: Array<number>;
            count: number;
            column: string;
            value: string;
            message: string;
          }>;
          notices: Array<string>;
        } | null;
        refusedRows?: {
          fileName: string;
          contentBase64: string;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 社区与网格 · 取消一期，说明原因；提名随之失效。 */
  SeasonCancel: {
    variables: {
      input: SeasonCancelInput;
    };
    data: {
      seasonCancel: {
        season: {
          id: string;
          state: SeasonState;
          cancelledAt: DateTime | null;
          cancelReason: string | null;
          availableActions: Array<SeasonAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 社区与网格 · 符合评选条件、还没有人提名的联户长，供提名时想到不声不响的人。 */
  SeasonCandidates: {
    variables: {
      id: string;
      first?: number | null;
      after?: string | null;
    };
    data: {
      node: {
        id?: never;
        candidates?: never;
      } | {
        id: string;
        candidates: {
          edges: Array<{
            node: {
              head: {
                id: string;
                name: string;
                grid: {
                  id: string;
                  name: string;
                };
              } | null;
              evidence: {
                wishes: number;
                households: number;
                months: number | null;
                ratings: number | null;
                averageStars: number | null;
                reversals: number | null;
                suspended: boolean | null;
              };
            };
            cursor: string;
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        } | null;
      } | null;
    };
  };
  /** 社区与网格 · 公示期满、异议答复完，由第三个人公布；附带优惠的随即赠予。 */
  SeasonConclude: {
    variables: {
      input: SeasonConcludeInput;
    };
    data: {
      seasonConclude: {
        season: {
          id: string;
          state: SeasonState;
          concludedAt: DateTime | null;
          availableActions: Array<SeasonAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 公众 · 一期评选：方案、公示名单和事迹，无需登录；登录后看到自己能支持、能办的，负责的人看到全部提名，和有没有异议待答复。 */
  SeasonDetail: {
    variables: {
      id: string;
      first?: number | null;
      after?: string | null;
    };
    data: {
      node: {
        id?: never;
        title?: never;
        subject?: never;
        state?: never;
        area?: never;
        basis?: never;
        criteria?: never;
        rule?: never;
        deedsFrom?: never;
        deedsUntil?: never;
        nominateFrom?: never;
        nominateUntil?: never;
        quota?: never;
        noticeDays?: never;
        benefit?: never;
        benefitQuantity?: never;
        benefitValidDays?: never;
        openedAt?: never;
        reviewedAt?: never;
        publishedAt?: never;
        noticeUntil?: never;
        concludedAt?: never;
        cancelledAt?: never;
        cancelReason?: never;
        undecided?: never;
        shortlisted?: never;
        supported?: never;
        nominations?: never;
        openObjections?: never;
        availableActions?: never;
      } | {
        id: string;
        title: string;
        subject: SeasonSubject;
        state: SeasonState;
        area: {
          id: string;
          name: string;
        };
        basis: string;
        criteria: string;
        rule: {
          months: number;
          wishes: number;
          households: number;
          ratings: number;
          averageTenths: number;
        } | null;
        deedsFrom: Date;
        deedsUntil: Date;
        nominateFrom: Date;
        nominateUntil: Date;
        quota: number;
        noticeDays: number;
        benefit: {
          id: string;
          title: string;
          shop: {
            id: string;
            name: string;
          };
        } | null;
        benefitQuantity: number | null;
        benefitValidDays: number | null;
        openedAt: DateTime | null;
        reviewedAt: DateTime | null;
        publishedAt: DateTime | null;
        noticeUntil: DateTime | null;
        concludedAt: DateTime | null;
        cancelledAt: DateTime | null;
        cancelReason: string | null;
        undecided: number | null;
        shortlisted: number | null;
        supported: {
          id: string;
          name: string;
        } | null;
        nominations: {
          edges: Array<{
            node: {
              id: string;
              name: string;
              state: NominationState;
              community: {
                id: string;
                name: string;
              } | null;
              evidence: {
                wishes: number;
                households: number;
                months: number | null;
                ratings: number | null;
                averageStars: number | null;
                reversals: number | null;
                suspended: boolean | null;
              } | null;
              unmet: Array<string> | null;
              supports: number | null;
              supported: boolean;
              reason: string | null;
              decision: string | null;
              availableActions: Array<NominationAction>;
            };
            cursor: string;
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        };
        openObjections: {
          edges: Array<{
            node: {
              id: string;
            };
          }>;
        };
        availableActions: Array<SeasonAction>;
      } | null;
    };
  };
  /** 社区与网格 · 起草一期评选：评谁、依据、条件、日期、名额、公示天数，联户长可附带专享优惠。 */
  SeasonDraft: {
    variables: {
      input: SeasonDraftInput;
    };
    data: {
      seasonDraft: {
        season: {
          id: string;
          state: SeasonState;
          title: string;
          subject: SeasonSubject;
          area: {
            id: string;
            name: string;
          };
          basis: string;
          criteria: string;
          deedsFrom: Date;
          deedsUntil: Date;
          nominateFrom: Date;
          nominateUntil: Date;
          quota: number;
          noticeDays: number;
          rule: {
            months: number;
            wishes: number;
            households: number;
            ratings: number;
            averageTenths: number;
          } | null;
          benefit: {
            id: string;
            title: string;
          } | null;
          benefitQuantity: number | null;
          benefitValidDays: number | null;
          availableActions: Array<SeasonAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 社区与网格 · 修改起草中的一期；开启以后不能再改。 */
  SeasonEdit: {
    variables: {
      input: SeasonEditInput;
    };
    data: {
      seasonEdit: {
        season: {
          id: string;
          state: SeasonState;
          title: string;
          subject: SeasonSubject;
          area: {
            id: string;
            name: string;
          };
          basis: string;
          criteria: string;
          deedsFrom: Date;
          deedsUntil: Date;
          nominateFrom: Date;
          nominateUntil: Date;
          quota: number;
          noticeDays: number;
          rule: {
            months: number;
            wishes: number;
            households: number;
            ratings: number;
            averageTenths: number;
          } | null;
          benefit: {
            id: string;
            title: string;
          } | null;
          benefitQuantity: number | null;
          benefitValidDays: number | null;
          availableActions: Array<SeasonAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 社区与网格 · 答复异议：成立或不成立，说明理由；提出人会收到答复。 */
  SeasonObjectionAnswer: {
    variables: {
      input: SeasonObjectionAnswerInput;
    };
    data: {
      seasonObjectionAnswer: {
        objection: {
          id: string;
          kind: ObjectionKind;
          state: ObjectionState;
          answer: string | null;
          answeredAt: DateTime | null;
          requesterName: string | null;
          availableActions: Array<ObjectionAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 社区与网格 · 一期评选待答复的异议，先提的在前：对什么、写了什么，以及能否由我答复。 */
  SeasonObjections: {
    variables: {
      id: string;
      first?: number | null;
      after?: string | null;
    };
    data: {
      node: {
        id?: never;
        openObjections?: never;
      } | {
        id: string;
        openObjections: {
          edges: Array<{
            node: {
              id: string;
              kind: ObjectionKind;
              text: string;
              requesterName: string | null;
              submittedAt: DateTime;
              nomination: {
                id: string;
                name: string;
              } | null;
              availableActions: Array<ObjectionAction>;
            };
            cursor: string;
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        };
      } | null;
    };
  };
  /** 社区与网格 · 开启一期：方案从此公开；附带优惠的留足份数，由区管理员开启。 */
  SeasonOpen: {
    variables: {
      input: SeasonOpenInput;
    };
    data: {
      seasonOpen: {
        season: {
          id: string;
          state: SeasonState;
          openedAt: DateTime | null;
          availableActions: Array<SeasonAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 社区与网格 · 公示名单：由没有开启这一期的人办理，须已逐项决定，并满 48 小时供本人核对。 */
  SeasonPublish: {
    variables: {
      input: SeasonPublishInput;
    };
    data: {
      seasonPublish: {
        season: {
          id: string;
          state: SeasonState;
          publishedAt: DateTime | null;
          noticeUntil: DateTime | null;
          availableActions: Array<SeasonAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 公众 · 各期评选，由新到旧，无需登录：评什么、到哪一步、名额多少。 */
  Seasons: {
    variables: {
      areaId?: string | null;
      first?: number | null;
      after?: string | null;
    };
    data: {
      seasons: {
        edges: Array<{
          node: {
            id: string;
            title: string;
            subject: SeasonSubject;
            state: SeasonState;
            area: {
              id: string;
              name: string;
            };
            nominateFrom: Date;
            nominateUntil: Date;
            quota: number;
            noticeUntil: DateTime | null;
            concludedAt: DateTime | null;
            undecided: number | null;
            shortlisted: number | null;
            availableActions: Array<SeasonAction>;
          };
          cursor: string;
        }>;
        pageInfo: {
          hasNextPage: boolean;
          endCursor: string | null;
        };
      } | null;
    };
  };
  /** 所有人 · 开始设置两步验证：取得密钥，画成二维码或手工录入验证器应用；更换时填写现在的验证码。 */
  SecondFactorBegin: {
    variables: {
      input: SecondFactorBeginInput;
    };
    data: {
      secondFactorBegin: {
        enrolment: {
          uri: string;
          secret: string;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
          retryAt: DateTime | null;
        }>;
      };
    };
  };
  /** 所有人 · 确认两步验证：填写应用显示的验证码，取得恢复码，恢复码只显示这一次。 */
  SecondFactorConfirm: {
    variables: {
      input: SecondFactorConfirmInput;
    };
    data: {
      secondFactorConfirm: {
        recoveryCodes: Array<string> | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
          retryAt: DateTime | null;
        }>;
      };
    };
  };
  /** 所有人 · 停用两步验证；区管理员和审计员不能停用，可以更换。 */
  SecondFactorEnd: {
    variables: {
      input: SecondFactorEndInput;
    };
    data: {
      secondFactorEnd: {
        secondFactor: {
          required: boolean;
          confirmed: boolean;
          due: boolean;
          recoveryCodesLeft: number;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
          retryAt: DateTime | null;
        }>;
      };
    };
  };
  /** 所有人 · 两步验证：登录后填写验证码或恢复码，本次登录才能行使全部身份。 */
  SecondFactorShow: {
    variables: {
      input: SecondFactorShowInput;
    };
    data: {
      secondFactorShow: {
        secondFactor: {
          required: boolean;
          confirmed: boolean;
          due: boolean;
          confirmedAt: DateTime | null;
          recoveryCodesLeft: number;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
          retryAt: DateTime | null;
        }>;
      };
    };
  };
  /** 联户长 · 服务证明：一段时间里办成、并由住户或回访评过的心愿，附核验码，可打印；没有时长。 */
  ServiceRecord: {
    variables: {
      from: Date;
      until: Date;
    };
    data: {
      serviceRecord: {
        headName: string;
        from: Date;
        until: Date;
        issuedAt: DateTime;
        deeds: number;
        households: number;
        byCategory: Array<{
          category: WishCategory;
          deeds: number;
        }>;
        ratedCount: number;
        averageStars: number | null;
        automatic: number;
        code: string;
      } | null;
    };
  };
  /** 公众 · 核验服务证明：是否由本系统开具，此后有没有更正；无需登录。 */
  ServiceRecordVerify: {
    variables: {
      code: string;
    };
    data: {
      serviceRecordVerify: {
        standing: RecordStanding;
        record: {
          headName: string;
          from: Date;
          until: Date;
          issuedAt: DateTime;
          deeds: number;
          households: number;
          byCategory: Array<{
            category: WishCategory;
            deeds: number;
          }>;
          ratedCount: number;
          averageStars: number | null;
          automatic: number;
        } | null;
      };
    };
  };
  /** 所有人 · 退出登录：不指定则退出当前登录；丢失手机时退出另一处。 */
  SessionEnd: {
    variables: {
      input: SessionEndInput;
    };
    data: {
      sessionEnd: {
        session: {
          id: string;
          label: string;
          endedAt: DateTime | null;
          availableActions: Array<SessionAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 所有人 · 退出自己的全部登录，可保留当前登录。 */
  SessionsEnd: {
    variables: {
      input: SessionsEndInput;
    };
    data: {
      sessionsEnd: {
        ended: number | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 有新的短码提醒：店主收本店的，社区工作者、区管理员和审计员收管理范围内店铺的；reload 为真时重新读取。 */
  ShopAlerted: {
    variables: {};
    data: {
      shopAlerted: {
        shops: Array<{
          id: string;
          name: string;
          alerts: {
            edges: Array<{
              node: {
                raisedAt: DateTime;
                misses: number;
                minutes: number;
                leastCount: number;
                cashiers: number;
                addresses: number;
              };
            }>;
          } | null;
        }>;
        changedAt: DateTime;
        reload: boolean;
      };
    };
  };
  /** 店主 · 本店的短码提醒：短时间内输错的短码较多，请留意收银台；社区工作者、区管理员和审计员也可看管理范围内店铺的。 */
  ShopAlerts: {
    variables: {
      id: string;
      first?: number | null;
      after?: string | null;
    };
    data: {
      node: {
        id?: never;
        name?: never;
        alerts?: never;
      } | {
        id: string;
        name: string;
        alerts: {
          edges: Array<{
            node: {
              raisedAt: DateTime;
              misses: number;
              minutes: number;
              leastCount: number;
              cashiers: number;
              addresses: number;
            };
            cursor: string;
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        } | null;
      } | null;
    };
  };
  /** 所有人 · 申请加入红城星店：登录后填写店铺资料，由区管理员审核。 */
  ShopApply: {
    variables: {
      input: ShopApplyInput;
    };
    data: {
      shopApply: {
        shop: {
          id: string;
          kind: ShopKind;
          name: string;
          category: ShopCategory;
          address: string;
          openingHours: string | null;
          state: ShopState;
          monthlyCeilingFen: Fen | null;
          area: {
            id: string;
            name: string;
          };
          availableActions: Array<ShopAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 区管理与审计 · 批准店铺加入：申请人成为店主；自己申请或录入的须由另一位区管理员批准。 */
  ShopApprove: {
    variables: {
      input: ShopApproveInput;
    };
    data: {
      shopApprove: {
        shop: {
          id: string;
          state: ShopState;
          applicant: {
            name: string;
            phone: string | null;
          } | null;
          staff: {
            edges: Array<{
              node: {
                id: string;
                name: string;
                phone: string | null;
                grantedAt: DateTime;
              };
            }>;
          } | null;
          availableActions: Array<ShopAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 区管理与审计 · 批准店铺资料变更：只写入所申请的各项，随即生效。 */
  ShopChangeApprove: {
    variables: {
      input: ShopChangeApproveInput;
    };
    data: {
      shopChangeApprove: {
        change: {
          id: string;
          state: ShopChangeState;
          name: string | null;
          address: string | null;
          latitude: number | null;
          longitude: number | null;
          area: {
            id: string;
            name: string;
          } | null;
          askedAt: DateTime;
          decidedAt: DateTime | null;
          reason: string | null;
          availableActions: Array<ShopChangeAction>;
          shop: {
            id: string;
            name: string;
            address: string;
          };
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 区管理与审计 · 驳回店铺资料变更，须说明原因；店铺资料不变。 */
  ShopChangeReject: {
    variables: {
      input: ShopChangeRejectInput;
    };
    data: {
      shopChangeReject: {
        change: {
          id: string;
          state: ShopChangeState;
          name: string | null;
          address: string | null;
          latitude: number | null;
          longitude: number | null;
          area: {
            id: string;
            name: string;
          } | null;
          askedAt: DateTime;
          decidedAt: DateTime | null;
          reason: string | null;
          availableActions: Array<ShopChangeAction>;
          shop: {
            id: string;
            name: string;
            address: string;
          };
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 撤回待审核的资料变更申请。 */
  ShopChangeWithdraw: {
    variables: {
      input: ShopChangeWithdrawInput;
    };
    data: {
      shopChangeWithdraw: {
        change: {
          id: string;
          state: ShopChangeState;
          name: string | null;
          address: string | null;
          latitude: number | null;
          longitude: number | null;
          area: {
            id: string;
            name: string;
          } | null;
          askedAt: DateTime;
          decidedAt: DateTime | null;
          reason: string | null;
          availableActions: Array<ShopChangeAction>;
          shop: {
            id: string;
            name: string;
            address: string;
          };
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 本店的资料变更申请：待审核的和以前的，由新到旧。 */
  ShopChanges: {
    variables: {
      id: string;
      first?: number | null;
      after?: string | null;
    };
    data: {
      node: {
        id?: never;
        name?: never;
        address?: never;
        pendingChange?: never;
        changes?: never;
      } | {
        id: string;
        name: string;
        address: string;
        pendingChange: {
          id: string;
        } | null;
        changes: {
          edges: Array<{
            node: {
              id: string;
              state: ShopChangeState;
              name: string | null;
              address: string | null;
              latitude: number | null;
              longitude: number | null;
              area: {
                id: string;
                name: string;
              } | null;
              askedAt: DateTime;
              decidedAt: DateTime | null;
              reason: string | null;
              availableActions: Array<ShopChangeAction>;
            };
            cursor: string;
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        } | null;
      } | null;
    };
  };
  /** 区管理与审计 · 待审核的店铺资料变更：现行资料与申请的资料，先申请的在前。 */
  ShopChangesToApprove: {
    variables: {
      areaId?: string | null;
      first?: number | null;
      after?: string | null;
    };
    data: {
      shopChangesToApprove: {
        edges: Array<{
          node: {
            id: string;
            name: string | null;
            address: string | null;
            latitude: number | null;
            longitude: number | null;
            area: {
              id: string;
              name: string;
            } | null;
            askedByName: string;
            askedAt: DateTime;
            availableActions: Array<ShopChangeAction>;
            shop: {
              id: string;
              name: string;
              address: string;
              latitude: number;
              longitude: number;
              area: {
                id: string;
                name: string;
              };
            };
          };
          cursor: string;
        }>;
        pageInfo: {
          hasNextPage: boolean;
          endCursor: string | null;
        };
      } | null;
    };
  };
  /** 店员 · 本店某天的核销明细与合计，从 02:00 到次日 02:00。 */
  ShopDay: {
    variables: {
      shopId: string;
      date?: Date | null;
      first?: number | null;
      after?: string | null;
    };
    data: {
      shopDay: {
        id: string;
        date: Date;
        closesAt: DateTime;
        shop: {
          id: string;
          name: string;
          monthlyCeilingFen: Fen | null;
          ceilingLeftFen: Fen | null;
        };
        count: number;
        revoked: number;
        billFen: Fen;
        savedFen: Fen;
        payableFen: Fen;
        points: Points;
        statement: {
          id: string;
          sha256: string;
          acknowledgeableAs: Array<StatementSide>;
        } | null;
        redemptions: {
          edges: Array<{
            node: {
              id: string;
              state: RedemptionState;
              headName: string;
              discount: {
                id: string;
                title: string;
              } | null;
              billFen: Fen;
              payableFen: Fen;
              savedFen: Fen;
              costPoints: number;
              confirmedAt: DateTime;
              revocableUntil: DateTime;
              revokedAt: DateTime | null;
              revokeReason: string | null;
              availableActions: Array<RedemptionAction>;
              dispute: {
                id: string;
                state: DisputeState;
                decisionReason: string | null;
                correctionDay: Date | null;
              } | null;
            };
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        };
      } | null;
    };
  };
  /** 公众 · 店铺详情页：店铺信息与它的优惠及全部使用条件；无需登录。 */
  ShopDetail: {
    variables: {
      id: string;
      first?: number | null;
      after?: string | null;
    };
    data: {
      node: {
        id?: never;
        kind?: never;
        name?: never;
        category?: never;
        address?: never;
        latitude?: never;
        longitude?: never;
        openingHours?: never;
        state?: never;
        area?: never;
        monthlyCeilingFen?: never;
        ceilingLeftFen?: never;
        availableActions?: never;
        discounts?: never;
      } | {
        id: string;
        kind: ShopKind;
        name: string;
        category: ShopCategory;
        address: string;
        latitude: number;
        longitude: number;
        openingHours: string | null;
        state: ShopState;
        area: {
          id: string;
          name: string;
        };
        monthlyCeilingFen: Fen | null;
        ceilingLeftFen: Fen | null;
        availableActions: Array<ShopAction>;
        discounts: {
          edges: Array<{
            node: {
              id: string;
              seriesId: string;
              title: string;
              audience: DiscountAudience;
              benefit: {
                __typename: "AmountOff";
                amountFen: Fen;
                name?: never;
                percent?: never;
                maxSavedFen?: never;
              } | {
                __typename: "Gift";
                name: string;
                amountFen?: never;
                percent?: never;
                maxSavedFen?: never;
              } | {
                __typename: "PercentOff";
                percent: number;
                maxSavedFen: Fen | null;
                amountFen?: never;
                name?: never;
              };
              minSpendFen: Fen;
              costPoints: number;
              minStarLevel: number;
              limitPerDay: number | null;
              limitPerMonth: number | null;
              limitTotal: number | null;
              stockLeft: number | null;
              validFrom: Date | null;
              validUntil: Date | null;
              weekdays: Array<number>;
              hours: {
                from: LocalTime;
                until: LocalTime;
              } | null;
              obstacle: {
                code: ErrorCode;
                message: string;
                retryAt: DateTime | null;
              } | null;
              state: DiscountState;
            };
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        };
      } | null;
    };
  };
  /** 店主 · 本店优惠管理：草稿、待审核、进行中、已暂停和已结束的优惠，以及现在可做的操作。 */
  ShopDiscounts: {
    variables: {
      id: string;
      first?: number | null;
      after?: string | null;
    };
    data: {
      node: {
        id?: never;
        name?: never;
        discounts?: never;
      } | {
        id: string;
        name: string;
        discounts: {
          edges: Array<{
            node: {
              id: string;
              seriesId: string;
              version: number;
              title: string;
              summary: string;
              audience: DiscountAudience;
              promised: number | null;
              benefit: {
                __typename: "AmountOff" | "Gift" | "PercentOff";
              };
              state: DiscountState;
              stateReason: string | null;
              submittedAt: DateTime | null;
              stockTotal: number | null;
              stockLeft: number | null;
              availableActions: Array<DiscountAction>;
            };
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        };
      } | null;
    };
  };
  /** 店主 · 修改店铺资料：只填要改的；店名、地址、位置、社区经区管理员批准后生效；申请人在审核前也可修改。 */
  ShopEdit: {
    variables: {
      input: ShopEditInput;
    };
    data: {
      shopEdit: {
        shop: {
          id: string;
          name: string;
          category: ShopCategory;
          address: string;
          latitude: number;
          longitude: number;
          openingHours: string | null;
          area: {
            id: string;
            name: string;
          };
          thanksListed: boolean | null;
          state: ShopState;
          availableActions: Array<ShopAction>;
          pendingChange: {
            id: string;
            name: string | null;
            address: string | null;
            latitude: number | null;
            longitude: number | null;
            area: {
              id: string;
              name: string;
            } | null;
            askedAt: DateTime;
            availableActions: Array<ShopChangeAction>;
          } | null;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 社区与网格 · 录入店铺：社区工作者代店主申请，可指定店主，另由区管理员审核。 */
  ShopEnter: {
    variables: {
      input: ShopEnterInput;
    };
    data: {
      shopEnter: {
        shop: {
          id: string;
          kind: ShopKind;
          name: string;
          category: ShopCategory;
          address: string;
          openingHours: string | null;
          state: ShopState;
          monthlyCeilingFen: Fen | null;
          area: {
            id: string;
            name: string;
          };
          applicant: {
            name: string;
            phone: string | null;
          } | null;
          availableActions: Array<ShopAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 给受邀的店员开登录码：对方没有短信也能上岗；邀请随即接受，登录后只在本店收银。 */
  ShopInvitationShowCode: {
    variables: {
      input: ShopInvitationShowCodeInput;
    };
    data: {
      shopInvitationShowCode: {
        code: {
          text: string;
          qr: string;
          qrSvg: string;
          displayName: string;
          expiresAt: DateTime;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 撤回店员邀请：对方还没接受的；已接受的请移除店员。 */
  ShopInvitationWithdraw: {
    variables: {
      input: ShopInvitationWithdrawInput;
    };
    data: {
      shopInvitationWithdraw: {
        invitation: {
          id: string;
          name: string | null;
          phone: string | null;
          asOwner: boolean;
          state: InvitationState;
          invitedAt: DateTime;
          expiresAt: DateTime;
          availableActions: Array<ShopInvitationAction>;
          shop: {
            id: string;
            name: string;
          };
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 本店待接受的店员邀请：姓名、隐去中间四位的手机号、有效期。 */
  ShopInvitations: {
    variables: {
      id: string;
      first?: number | null;
      after?: string | null;
    };
    data: {
      node: {
        id?: never;
        name?: never;
        invitations?: never;
      } | {
        id: string;
        name: string;
        invitations: {
          edges: Array<{
            node: {
              id: string;
              name: string | null;
              phone: string | null;
              asOwner: boolean;
              state: InvitationState;
              invitedAt: DateTime;
              expiresAt: DateTime;
              availableActions: Array<ShopInvitationAction>;
            };
            cursor: string;
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        } | null;
      } | null;
    };
  };
  /** 店主 · 店铺退出合作，全部优惠随之结束；审核前为撤回申请。 */
  ShopLeave: {
    variables: {
      input: ShopLeaveInput;
    };
    data: {
      shopLeave: {
        shop: {
          id: string;
          state: ShopState;
          stateReason: string | null;
          availableActions: Array<ShopAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 区管理与审计 · 驳回店铺申请，原因申请人可见。 */
  ShopReject: {
    variables: {
      input: ShopRejectInput;
    };
    data: {
      shopReject: {
        shop: {
          id: string;
          state: ShopState;
          stateReason: string | null;
          availableActions: Array<ShopAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店员 · 经营报告：店铺一个月的核销、让利、按星期与按优惠的合计；人数和致谢在当月结清后显示，人少时不显示。 */
  ShopReport: {
    variables: {
      shopId: string;
      month?: YearMonth | null;
      first?: number | null;
      after?: string | null;
    };
    data: {
      shopReport: {
        month: YearMonth;
        shop: {
          id: string;
          name: string;
        };
        complete: boolean;
        redemptions: number;
        billsFen: Fen;
        savedFen: Fen;
        averageBillFen: Fen | null;
        heads: {
          count: number | null;
          fewerThan: number | null;
        };
        newHeads: {
          count: number | null;
          fewerThan: number | null;
        };
        returningHeads: {
          count: number | null;
          fewerThan: number | null;
        };
        passesNotUsed: {
          count: number | null;
          fewerThan: number | null;
        };
        thanks: {
          total: {
            count: number | null;
            fewerThan: number | null;
          };
          quick: {
            count: number | null;
            fewerThan: number | null;
          };
          kind: {
            count: number | null;
            fewerThan: number | null;
          };
          good: {
            count: number | null;
            fewerThan: number | null;
          };
        };
        byWeekday: Array<{
          weekday: number;
          redemptions: number;
          billsFen: Fen;
          savedFen: Fen;
        }>;
        byDiscount: {
          edges: Array<{
            node: {
              discount: {
                id: string;
                title: string;
              } | null;
              redemptions: number;
              billsFen: Fen;
              savedFen: Fen;
            };
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        };
      } | null;
    };
  };
  /** 区管理与审计 · 恢复已暂停的店铺。 */
  ShopResume: {
    variables: {
      input: ShopResumeInput;
    };
    data: {
      shopResume: {
        shop: {
          id: string;
          state: ShopState;
          availableActions: Array<ShopAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 设置每月让利上限，立即生效；低于本月已让利的，本月不再让利。 */
  ShopSetCeiling: {
    variables: {
      input: ShopSetCeilingInput;
    };
    data: {
      shopSetCeiling: {
        shop: {
          id: string;
          monthlyCeilingFen: Fen | null;
          ceilingLeftFen: Fen | null;
          availableActions: Array<ShopAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 本店店主和店员名单：姓名、隐去中间四位的手机号、何时加入，以及现在可做的操作。 */
  ShopStaff: {
    variables: {
      id: string;
      first?: number | null;
      after?: string | null;
    };
    data: {
      node: {
        id?: never;
        name?: never;
        staff?: never;
      } | {
        id: string;
        name: string;
        staff: {
          edges: Array<{
            node: {
              id: string;
              name: string;
              phone: string | null;
              isOwner: boolean;
              grantedAt: DateTime;
              availableActions: Array<ShopStaffAction>;
            };
            cursor: string;
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        } | null;
      } | null;
    };
  };
  /** 店主 · 邀请店员：填手机号和姓名；对方用该手机号登录后加入，30 天内有效。 */
  ShopStaffAdd: {
    variables: {
      input: ShopStaffAddInput;
    };
    data: {
      shopStaffAdd: {
        invitation: {
          id: string;
          name: string | null;
          phone: string | null;
          asOwner: boolean;
          state: InvitationState;
          invitedAt: DateTime;
          expiresAt: DateTime;
          availableActions: Array<ShopInvitationAction>;
          shop: {
            id: string;
            name: string;
          };
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
          retryAt: DateTime | null;
        }>;
      };
    };
  };
  /** 店主 · 改为店员：可以是自己；此后只能核销、撤销和查看当日，最后一位店主不能改。 */
  ShopStaffMakeCashier: {
    variables: {
      input: ShopStaffMakeCashierInput;
    };
    data: {
      shopStaffMakeCashier: {
        staff: {
          id: string;
          name: string;
          isOwner: boolean;
          availableActions: Array<ShopStaffAction>;
          shop: {
            id: string;
          };
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 设为店主：与现有店主并列，可管理店员、优惠、上限、推送和结算单。 */
  ShopStaffMakeOwner: {
    variables: {
      input: ShopStaffMakeOwnerInput;
    };
    data: {
      shopStaffMakeOwner: {
        staff: {
          id: string;
          name: string;
          isOwner: boolean;
          availableActions: Array<ShopStaffAction>;
          shop: {
            id: string;
          };
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 移除店员或店主：下一次请求起不能再在本店核销；合作中的店铺至少留一位店主。 */
  ShopStaffRemove: {
    variables: {
      input: ShopStaffRemoveInput;
    };
    data: {
      shopStaffRemove: {
        staff: {
          id: string;
          name: string;
          revokedAt: DateTime | null;
          shop: {
            id: string;
          };
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 给店员开登录码：当面出示，十分钟内有效，用一次，登录后只在本店收银。 */
  ShopStaffShowCode: {
    variables: {
      input: ShopStaffShowCodeInput;
    };
    data: {
      shopStaffShowCode: {
        code: {
          text: string;
          qr: string;
          qrSvg: string;
          displayName: string;
          expiresAt: DateTime;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 让店员退出收银台：本店登录码打开的全部退出；手机丢了、人走了，随时可用。 */
  ShopStaffSignOut: {
    variables: {
      input: ShopStaffSignOutInput;
    };
    data: {
      shopStaffSignOut: {
        ended: number | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 本店结算单：已关账的各天，由新到旧，附合计、指纹和双方确认情况。 */
  ShopStatements: {
    variables: {
      id: string;
      first?: number | null;
      after?: string | null;
    };
    data: {
      node: {
        id: string;
        name?: never;
        statements?: never;
      } | {
        id: string;
        name: string;
        statements: {
          edges: Array<{
            node: {
              id: string;
              date: Date;
              redemptions: number;
              corrections: number;
              revoked: number;
              billFen: Fen;
              savedFen: Fen;
              payableFen: Fen;
              points: Points;
              sha256: string;
              closedAt: DateTime;
              shopAcknowledgedAt: DateTime | null;
              districtAcknowledgedAt: DateTime | null;
              acknowledgeableAs: Array<StatementSide>;
              availableActions: Array<StatementAction>;
            };
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        } | null;
      } | null;
    };
  };
  /** 区管理与审计 · 暂停店铺：不能再领取和核销优惠码，已占用的在确认时退回。 */
  ShopSuspend: {
    variables: {
      input: ShopSuspendInput;
    };
    data: {
      shopSuspend: {
        shop: {
          id: string;
          state: ShopState;
          stateReason: string | null;
          availableActions: Array<ShopAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 区管理与审计 · 一家店铺的全部资料，申请中的、已退出的也在内：申请人、状态与原因、让利额度、许诺未用的份数、待审核的变更和可做的操作。 */
  ShopToManage: {
    variables: {
      id: string;
    };
    data: {
      node: {
        id?: never;
        kind?: never;
        name?: never;
        category?: never;
        address?: never;
        latitude?: never;
        longitude?: never;
        openingHours?: never;
        state?: never;
        stateReason?: never;
        monthlyCeilingFen?: never;
        ceilingLeftFen?: never;
        thanksListed?: never;
        promised?: never;
        area?: never;
        applicant?: never;
        pendingChange?: never;
        availableActions?: never;
      } | {
        id: string;
        kind: ShopKind;
        name: string;
        category: ShopCategory;
        address: string;
        latitude: number;
        longitude: number;
        openingHours: string | null;
        state: ShopState;
        stateReason: string | null;
        monthlyCeilingFen: Fen | null;
        ceilingLeftFen: Fen | null;
        thanksListed: boolean | null;
        promised: number | null;
        area: {
          id: string;
          name: string;
        };
        applicant: {
          name: string;
          phone: string | null;
        } | null;
        pendingChange: {
          id: string;
          name: string | null;
          address: string | null;
          latitude: number | null;
          longitude: number | null;
          area: {
            id: string;
            name: string;
          } | null;
          askedByName: string;
          askedAt: DateTime;
          availableActions: Array<ShopChangeAction>;
        } | null;
        availableActions: Array<ShopAction>;
      } | null;
    };
  };
  /** 店主 · 本店推送地址：网址、事件、状态，以及现在可做的操作。 */
  ShopWebhooks: {
    variables: {
      id: string;
      first?: number | null;
      after?: string | null;
    };
    data: {
      node: {
        id?: never;
        name?: never;
        webhooks?: never;
      } | {
        id: string;
        name: string;
        webhooks: {
          edges: Array<{
            node: {
              id: string;
              url: string;
              events: Array<WebhookEvent>;
              state: WebhookState;
              previousSignsUntil: DateTime | null;
              createdAt: DateTime;
              createdByName: string;
              availableActions: Array<WebhookAction>;
            };
            cursor: string;
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        } | null;
      } | null;
    };
  };
  /** 公众 · 鸣谢：当月有过核销的红城星店，按店名，不论多少；无需登录。 */
  ShopsThanked: {
    variables: {
      areaId?: string | null;
      month?: YearMonth | null;
      first?: number | null;
      after?: string | null;
    };
    data: {
      shopsThanked: {
        edges: Array<{
          node: {
            id: string;
            name: string;
            category: ShopCategory;
            area: {
              id: string;
              name: string;
            };
          };
        }>;
        pageInfo: {
          hasNextPage: boolean;
          endCursor: string | null;
        };
      } | null;
    };
  };
  /** 社区与网格 · 社区工作者、区管理员和审计员看管理范围内的店铺，含申请中的：由新到旧，可按区域、状态、店名的开头和种类（星店、共建单位）筛选。 */
  ShopsToManage: {
    variables: {
      areaId?: string | null;
      states?: Array<ShopState> | null;
      name?: string | null;
      kind?: ShopKind | null;
      first?: number | null;
      after?: string | null;
    };
    data: {
      shopsToManage: {
        edges: Array<{
          cursor: string;
          node: {
            id: string;
            kind: ShopKind;
            name: string;
            category: ShopCategory;
            address: string;
            latitude: number;
            longitude: number;
            openingHours: string | null;
            state: ShopState;
            stateReason: string | null;
            monthlyCeilingFen: Fen | null;
            area: {
              id: string;
              name: string;
            };
            applicant: {
              name: string;
              phone: string | null;
            } | null;
            availableActions: Array<ShopAction>;
          };
        }>;
        pageInfo: {
          hasNextPage: boolean;
          endCursor: string | null;
        };
      } | null;
    };
  };
  /** 所有人 · 用一次性登录码登录：社区、店主或运维人员当面出示，扫码或输入，十分钟内有效，用一次。 */
  SignInByCode: {
    variables: {
      input: SignInByCodeInput;
    };
    data: {
      signInByCode: {
        signedIn: {
          token: string | null;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
          retryAt: DateTime | null;
        }>;
      };
    };
  };
  /** 所有人 · 用短信验证码登录：得到令牌；还没有账号的手机号得到凭据，用来申请加入住户。 */
  SignInByPhone: {
    variables: {
      input: SignInByPhoneInput;
    };
    data: {
      signInByPhone: {
        signedIn: {
          token: string | null;
          ticket: string | null;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
          retryAt: DateTime | null;
        }>;
      };
    };
  };
  /** 所有人 · 用微信登录：已绑定的微信得到令牌；没有绑定的得到凭据，十分钟内用来绑定。 */
  SignInByWechat: {
    variables: {
      input: SignInByWechatInput;
    };
    data: {
      signInByWechat: {
        signedIn: {
          token: string | null;
          wechatTicket: string | null;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 所有人 · 获取登录验证码：短信发到手机，五分钟内有效，60 秒后可重新获取；认识与不认识的号码，答复一样。 */
  SignInCodeSend: {
    variables: {
      input: SignInCodeSendInput;
    };
    data: {
      signInCodeSend: {
        sent: {
          handle: string;
          digits: number;
          expiresAt: DateTime;
          againAt: DateTime;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
          retryAt: DateTime | null;
        }>;
      };
    };
  };
  /** 所有人 · 怎样登录：本区是否把验证码发到手机；不发的，到社区当面开登录码。 */
  SignInWays: {
    variables: {};
    data: {
      phoneCodes: boolean;
    };
  };
  /** 区管理与审计 · 一条异常提示：逐项数据和提示线，由哪些核销或心愿得出，研判结果。 */
  SignalDetail: {
    variables: {
      id: string;
    };
    data: {
      node: {
        id?: never;
        kind?: never;
        day?: never;
        explanation?: never;
        figures?: never;
        evidence?: never;
        raisedAt?: never;
        state?: never;
        judgedAt?: never;
        judgedBy?: never;
        judgement?: never;
        availableActions?: never;
        shop?: never;
        otherShop?: never;
        head?: never;
        household?: never;
      } | {
        id: string;
        kind: SignalKind;
        day: Date;
        explanation: string;
        figures: Array<{
          name: string;
          value: string;
          threshold: string | null;
        }>;
        evidence: Array<{
          __typename: "Redemption";
          id: string;
          headName: string;
          shop: {
            id: string;
            name: string;
          } | null;
          discount: {
            id: string;
            title: string;
          } | null;
          billFen: Fen;
          payableFen: Fen;
          confirmedAt: DateTime;
          state: RedemptionState;
          title?: never;
          completedAt?: never;
          stars?: never;
          reward?: never;
        } | {
          __typename: "Wish";
          id: string;
          title: string;
          completedAt: DateTime | null;
          stars: number | null;
          reward: {
            points: number;
            state: RewardState;
            availableActions: Array<RewardAction>;
          } | null;
          headName?: never;
          shop?: never;
          discount?: never;
          billFen?: never;
          payableFen?: never;
          confirmedAt?: never;
          state?: never;
        }>;
        raisedAt: DateTime;
        state: SignalState;
        judgedAt: DateTime | null;
        judgedBy: string | null;
        judgement: string | null;
        availableActions: Array<SignalAction>;
        shop: {
          id: string;
          name: string;
          openingHours: string | null;
        } | null;
        otherShop: {
          id: string;
          name: string;
        } | null;
        head: {
          id: string;
          name: string;
        } | null;
        household: {
          id: string;
          address: string | null;
        } | null;
      } | null;
    };
  };
  /** 区管理与审计 · 研判提示：无异常，或已跟进处理；只作记录。 */
  SignalJudge: {
    variables: {
      input: SignalJudgeInput;
    };
    data: {
      signalJudge: {
        signal: {
          id: string;
          state: SignalState;
          judgedAt: DateTime | null;
          judgedBy: string | null;
          judgement: string | null;
          availableActions: Array<SignalAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 区管理与审计 · 异常提示：由新到旧，可按区域、类别查，也可查已研判的。 */
  Signals: {
    variables: {
      areaId?: string | null;
      kinds?: Array<SignalKind> | null;
      states?: Array<SignalState> | null;
      first?: number | null;
      after?: string | null;
    };
    data: {
      signals: {
        edges: Array<{
          node: {
            id: string;
            kind: SignalKind;
            day: Date;
            explanation: string;
            raisedAt: DateTime;
            state: SignalState;
            availableActions: Array<SignalAction>;
            shop: {
              id: string;
              name: string;
            } | null;
            head: {
              id: string;
              name: string;
            } | null;
          };
        }>;
        pageInfo: {
          hasNextPage: boolean;
          endCursor: string | null;
        };
      } | null;
    };
  };
  /** 店主 · 确认结算单：店主代表店铺，区管理员代表区里；写明所核对的指纹。 */
  StatementAcknowledge: {
    variables: {
      input: StatementAcknowledgeInput;
    };
    data: {
      statementAcknowledge: {
        statement: {
          id: string;
          date: Date;
          sha256: string;
          shopAcknowledgedAt: DateTime | null;
          districtAcknowledgedAt: DateTime | null;
          acknowledgeableAs: Array<StatementSide>;
          availableActions: Array<StatementAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 一张结算单：逐行明细、合计和指纹，供核对后确认。 */
  StatementDetail: {
    variables: {
      id: string;
      first?: number | null;
      after?: string | null;
    };
    data: {
      node: {
        id: string;
        date?: never;
        shop?: never;
        redemptions?: never;
        corrections?: never;
        revoked?: never;
        billFen?: never;
        savedFen?: never;
        payableFen?: never;
        points?: never;
        sha256?: never;
        previousSha256?: never;
        closedAt?: never;
        shopAcknowledgedAt?: never;
        districtAcknowledgedAt?: never;
        acknowledgeableAs?: never;
        availableActions?: never;
        rows?: never;
      } | {
        id: string;
        date: Date;
        shop: {
          id: string;
          name: string;
        };
        redemptions: number;
        corrections: number;
        revoked: number;
        billFen: Fen;
        savedFen: Fen;
        payableFen: Fen;
        points: Points;
        sha256: string;
        previousSha256: string | null;
        closedAt: DateTime;
        shopAcknowledgedAt: DateTime | null;
        districtAcknowledgedAt: DateTime | null;
        acknowledgeableAs: Array<StatementSide>;
        availableActions: Array<StatementAction>;
        rows: {
          edges: Array<{
            node: {
              place: number;
              kind: StatementRowKind;
              happenedAt: DateTime;
              billFen: Fen;
              savedFen: Fen;
              payableFen: Fen;
              points: number;
              requestNo: string | null;
              redemption: {
                id: string;
                state: RedemptionState;
                headName: string;
                discount: {
                  id: string;
                  title: string;
                } | null;
              };
            };
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        };
      } | null;
    };
  };
  /** 店主 · 下载结算单：一天或一个月，CSV、Excel，或某一天的规范格式。 */
  StatementFile: {
    variables: {
      shopId: string;
      format: StatementFormat;
      date?: Date | null;
      month?: YearMonth | null;
    };
    data: {
      statementFile: {
        name: string;
        mediaType: string;
        contentBase64: string;
      } | null;
    };
  };
  /** 店主 · 月结：店铺一个月的结算汇总，由每日结算单相加。 */
  StatementMonth: {
    variables: {
      shopId: string;
      month?: YearMonth | null;
    };
    data: {
      statementMonth: {
        id: string;
        month: YearMonth;
        shop: {
          id: string;
          name: string;
        };
        days: number;
        acknowledged: number;
        redemptions: number;
        corrections: number;
        revoked: number;
        billFen: Fen;
        savedFen: Fen;
        payableFen: Fen;
        points: Points;
        complete: boolean;
      } | null;
    };
  };
  /** 区管理与审计 · 管理范围内各店的结算单，由新到旧：默认只列区里还没确认的，可按区域、日期和月份筛选。 */
  StatementsToAcknowledge: {
    variables: {
      areaId?: string | null;
      date?: Date | null;
      month?: YearMonth | null;
      waitingFor?: StatementSide | null;
      first?: number | null;
      after?: string | null;
    };
    data: {
      statements: {
        edges: Array<{
          node: {
            id: string;
            date: Date;
            shop: {
              id: string;
              name: string;
              area: {
                id: string;
                name: string;
              };
            };
            redemptions: number;
            corrections: number;
            revoked: number;
            savedFen: Fen;
            payableFen: Fen;
            points: Points;
            sha256: string;
            shopAcknowledgedAt: DateTime | null;
            districtAcknowledgedAt: DateTime | null;
            acknowledgeableAs: Array<StatementSide>;
            availableActions: Array<StatementAction>;
          };
        }>;
        pageInfo: {
          hasNextPage: boolean;
          endCursor: string | null;
        };
      } | null;
    };
  };
  /** 所有人 · 当前用户：身份、所在住户、联户长身份、所属店铺与区域。 */
  Viewer: {
    variables: {};
    data: {
      viewer: {
        displayName: string;
        roles: Array<Role>;
        household: {
          id: string;
        } | null;
        householdHead: {
          id: string;
        } | null;
        shop: {
          id: string;
          name: string;
          discounts: {
            edges: Array<{
              node: {
                id: string;
                title: string;
              };
            }>;
          };
        } | null;
        areas: {
          edges: Array<{
            node: {
              id: string;
              kind: AreaKind;
              name: string;
            };
          }>;
        };
      } | null;
    };
  };
  /** 店主 · 新增推送地址：店铺自己的系统从此收到核销和结算的通知；签名密钥只在此答复中给出，请立即保存。 */
  WebhookCreate: {
    variables: {
      input: WebhookCreateInput;
    };
    data: {
      webhookCreate: {
        endpoint: {
          id: string;
          url: string;
          events: Array<WebhookEvent>;
          state: WebhookState;
          secret: string | null;
          createdAt: DateTime;
          createdByName: string;
          availableActions: Array<WebhookAction>;
          shop: {
            id: string;
            name: string;
          };
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 推送记录：每条的状态、内容和各次尝试的结果，由新到旧。 */
  WebhookDeliveries: {
    variables: {
      id: string;
      first?: number | null;
      after?: string | null;
      attempts?: number | null;
    };
    data: {
      node: {
        id?: never;
        url?: never;
        state?: never;
        deliveries?: never;
      } | {
        id: string;
        url: string;
        state: WebhookState;
        deliveries: {
          edges: Array<{
            node: {
              id: string;
              event: WebhookEvent;
              messageId: string;
              state: WebhookDeliveryState;
              round: number;
              attempts: number;
              nextAttemptAt: DateTime | null;
              createdAt: DateTime;
              endedAt: DateTime | null;
              availableActions: Array<WebhookDeliveryAction>;
              body: string;
              attemptsMade: {
                edges: Array<{
                  node: {
                    attemptedAt: DateTime;
                    outcome: WebhookOutcome;
                    status: number | null;
                    milliseconds: number;
                  };
                  cursor: string;
                }>;
                pageInfo: {
                  hasNextPage: boolean;
                  endCursor: string | null;
                };
              };
            };
            cursor: string;
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        };
      } | null;
    };
  };
  /** 店主 · 修改推送地址的网址或事件；还没送达的改送新网址。 */
  WebhookEdit: {
    variables: {
      input: WebhookEditInput;
    };
    data: {
      webhookEdit: {
        endpoint: {
          id: string;
          url: string;
          events: Array<WebhookEvent>;
          state: WebhookState;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 停用推送地址，不能恢复；还没送达的不再推送。 */
  WebhookEnd: {
    variables: {
      input: WebhookEndInput;
    };
    data: {
      webhookEnd: {
        endpoint: {
          id: string;
          state: WebhookState;
          availableActions: Array<WebhookAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 暂停推送：还没送达的保留 7 天；此间发生的不补推。 */
  WebhookPause: {
    variables: {
      input: WebhookPauseInput;
    };
    data: {
      webhookPause: {
        endpoint: {
          id: string;
          state: WebhookState;
          availableActions: Array<WebhookAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 重新推送一条：消息编号不变；还在等待下次尝试的立即再试。 */
  WebhookRedeliver: {
    variables: {
      input: WebhookRedeliverInput;
    };
    data: {
      webhookRedeliver: {
        delivery: {
          id: string;
          event: WebhookEvent;
          messageId: string;
          state: WebhookDeliveryState;
          round: number;
          attempts: number;
          nextAttemptAt: DateTime | null;
          availableActions: Array<WebhookDeliveryAction>;
          endpoint: {
            id: string;
            url: string;
          };
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 恢复推送，先送暂停前没送达的。 */
  WebhookResume: {
    variables: {
      input: WebhookResumeInput;
    };
    data: {
      webhookResume: {
        endpoint: {
          id: string;
          state: WebhookState;
          availableActions: Array<WebhookAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 店主 · 更换签名密钥：新密钥只在此答复中给出，旧密钥 24 小时内同时签名。 */
  WebhookRotateSecret: {
    variables: {
      input: WebhookRotateSecretInput;
    };
    data: {
      webhookRotateSecret: {
        endpoint: {
          id: string;
          secret: string | null;
          previousSignsUntil: DateTime | null;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 所有人 · 凭短信验证码绑定微信，并登录：此后用微信就能登录；一个账号绑定一个微信，新的替换旧的。 */
  WechatBind: {
    variables: {
      input: WechatBindInput;
    };
    data: {
      wechatBind: {
        signedIn: {
          token: string | null;
          ticket: string | null;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 所有人 · 凭微信手机号绑定微信，并登录：小程序里点一下“手机号快速验证”。 */
  WechatBindByNumber: {
    variables: {
      input: WechatBindByNumberInput;
    };
    data: {
      wechatBindByNumber: {
        signedIn: {
          token: string | null;
          ticket: string | null;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 所有人 · 把微信绑定到自己的账号：已用别的方式登录时。 */
  WechatBindOwn: {
    variables: {
      input: WechatBindOwnInput;
    };
    data: {
      wechatBindOwn: {
        bound: boolean | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 所有人 · 解绑自己的微信：可让用微信登录的其他地方随即退出。 */
  WechatUnbind: {
    variables: {
      input: WechatUnbindInput;
    };
    data: {
      wechatUnbind: {
        unbound: boolean | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 联户长 · 接单：接下派给自己的单；派给多人时先到先得。 */
  WishAccept: {
    variables: {
      input: WishAcceptInput;
    };
    data: {
      wishAccept: {
        wish: {
          id: string;
          state: WishState;
          head: {
            id: string;
            name: string;
          } | null;
          acceptedAt: DateTime | null;
          availableActions: Array<WishAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 居民 · 取消：提出人或代为点单的人在办结前取消；代为点单的，本户居民也可以取消。 */
  WishCancel: {
    variables: {
      input: WishCancelInput;
    };
    data: {
      wishCancel: {
        wish: {
          id: string;
          state: WishState;
          availableActions: Array<WishAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 居民 · 微心愿有变动：本户的；联户长则是派给本人的，社区和网格则是辖区里的；reload 为真时重新读取列表。 */
  WishChanged: {
    variables: {};
    data: {
      wishChanged: {
        wishes: Array<{
          id: string;
          title: string;
          category: WishCategory;
          state: WishState;
          head: {
            id: string;
            name: string;
          } | null;
          stars: number | null;
          deadlineAt: DateTime | null;
          availableActions: Array<WishAction>;
        }>;
        changedAt: DateTime;
        reload: boolean;
      };
    };
  };
  /** 联户长 · 办结：填写办理情况和一起帮忙的人。 */
  WishComplete: {
    variables: {
      input: WishCompleteInput;
    };
    data: {
      wishComplete: {
        wish: {
          id: string;
          state: WishState;
          completedAt: DateTime | null;
          completionNote: string | null;
          helpers: Array<string>;
          deadlineAt: DateTime | null;
          availableActions: Array<WishAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 联户长 · 婉拒：不接派给自己的单，写明原因。 */
  WishDecline: {
    variables: {
      input: WishDeclineInput;
    };
    data: {
      wishDecline: {
        wish: {
          id: string;
          state: WishState;
          availableActions: Array<WishAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 所有人 · 一个微心愿的全部情况；看不到的心愿为空，无权看的字段为空。 */
  WishDetail: {
    variables: {
      id: string;
      reveals?: number | null;
    };
    data: {
      node: {
        id: string;
        title?: never;
        details?: never;
        category?: never;
        state?: never;
        onBehalf?: never;
        consentNote?: never;
        requesterName?: never;
        household?: never;
        grid?: never;
        head?: never;
        submittedAt?: never;
        dispatchedAt?: never;
        acceptedAt?: never;
        completedAt?: never;
        completionNote?: never;
        helpers?: never;
        ratedAt?: never;
        stars?: never;
        ratingComment?: never;
        ratingSource?: never;
        redoCount?: never;
        deadlineAt?: never;
        events?: never;
        offers?: never;
        contactReveals?: never;
        reward?: never;
        availableActions?: never;
        revealableContacts?: never;
      } | {
        id: string;
        title: string;
        details: string;
        category: WishCategory;
        state: WishState;
        onBehalf: boolean;
        consentNote: string | null;
        requesterName: string | null;
        household: {
          id: string;
          contactName: string | null;
          address: string | null;
          head: {
            id: string;
            name: string;
          } | null;
        } | null;
        grid: {
          id: string;
          name: string;
        };
        head: {
          id: string;
          name: string;
          starLevel: number;
        } | null;
        submittedAt: DateTime;
        dispatchedAt: DateTime | null;
        acceptedAt: DateTime | null;
        completedAt: DateTime | null;
        completionNote: string | null;
        helpers: Array<string>;
        ratedAt: DateTime | null;
        stars: number | null;
        ratingComment: string | null;
        ratingSource: RatingSource | null;
        redoCount: number;
        deadlineAt: DateTime | null;
        events: Array<{
          action: WishAction;
          actor: WishActor;
          head: {
            id: string;
            name: string;
          } | null;
          fromState: WishState | null;
          toState: WishState;
          stars: number | null;
          note: string | null;
          occurredAt: DateTime;
        }>;
        offers: Array<{
          head: {
            id: string;
            name: string;
          } | null;
          state: OfferState;
          offeredAt: DateTime;
          endedAt: DateTime | null;
        }>;
        contactReveals: {
          edges: Array<{
            node: {
              kind: ContactKind;
              shownTo: string;
              revealedAt: DateTime;
            };
          }>;
          pageInfo: {
            hasNextPage: boolean;
            endCursor: string | null;
          };
        } | null;
        reward: {
          points: number;
          state: RewardState;
          base: number;
          bonus: number;
          lines: Array<string>;
          availableActions: Array<RewardAction>;
        } | null;
        availableActions: Array<WishAction>;
        revealableContacts: Array<ContactKind>;
      } | null;
    };
  };
  /** 社区与网格 · 派单：社区工作者或网格员派给一位联户长；不填 headId 则派给本网格全部联户长。 */
  WishDispatch: {
    variables: {
      input: WishDispatchInput;
    };
    data: {
      wishDispatch: {
        wish: {
          id: string;
          state: WishState;
          head: {
            id: string;
            name: string;
          } | null;
          offers: Array<{
            head: {
              id: string;
              name: string;
            } | null;
            state: OfferState;
            offeredAt: DateTime;
            endedAt: DateTime | null;
          }>;
          dispatchedAt: DateTime | null;
          deadlineAt: DateTime | null;
          availableActions: Array<WishAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 联户长 · 退回：接单后办不了，写明原因，退回待派。 */
  WishHandBack: {
    variables: {
      input: WishHandBackInput;
    };
    data: {
      wishHandBack: {
        wish: {
          id: string;
          state: WishState;
          availableActions: Array<WishAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 社区与网格 · 社区工作者、网格员看管理范围内的微心愿：由新到旧，可按区域和状态筛选。 */
  WishQueue: {
    variables: {
      areaId?: string | null;
      states?: Array<WishState> | null;
      first?: number | null;
      after?: string | null;
    };
    data: {
      wishes: {
        edges: Array<{
          cursor: string;
          node: {
            id: string;
            title: string;
            category: WishCategory;
            state: WishState;
            onBehalf: boolean;
            requesterName: string | null;
            submittedAt: DateTime;
            deadlineAt: DateTime | null;
            stars: number | null;
            household: {
              id: string;
              contactName: string | null;
              address: string | null;
            } | null;
            head: {
              id: string;
              name: string;
            } | null;
            grid: {
              id: string;
              name: string;
            };
            availableActions: Array<WishAction>;
          };
        }>;
        pageInfo: {
          hasNextPage: boolean;
          endCursor: string | null;
        };
      } | null;
    };
  };
  /** 居民 · 评单：打 1 到 5 星；代为点单的心愿也可由社区回访后评，附回访记录。 */
  WishRate: {
    variables: {
      input: WishRateInput;
    };
    data: {
      wishRate: {
        wish: {
          id: string;
          state: WishState;
          stars: number | null;
          ratingComment: string | null;
          ratingSource: RatingSource | null;
          ratedAt: DateTime | null;
          availableActions: Array<WishAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 社区与网格 · 收回：社区工作者把已派或在办的心愿收回待派。 */
  WishRecall: {
    variables: {
      input: WishRecallInput;
    };
    data: {
      wishRecall: {
        wish: {
          id: string;
          state: WishState;
          availableActions: Array<WishAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 居民 · 返工：不满意，请联户长再办，最多两次。 */
  WishRedo: {
    variables: {
      input: WishRedoInput;
    };
    data: {
      wishRedo: {
        wish: {
          id: string;
          state: WishState;
          redoCount: number;
          availableActions: Array<WishAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 社区与网格 · 驳回：社区工作者在派单前驳回，原因住户可见。 */
  WishReject: {
    variables: {
      input: WishRejectInput;
    };
    data: {
      wishReject: {
        wish: {
          id: string;
          state: WishState;
          availableActions: Array<WishAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 联户长 · 承办人查看住户的地址或电话。每次查看都有记录，住户可见。 */
  WishRevealContact: {
    variables: {
      input: WishRevealContactInput;
    };
    data: {
      wishRevealContact: {
        contact: {
          kind: ContactKind;
          name: string;
          value: string;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
  /** 居民 · 点单：居民为自家，联户长、网格员、社区工作者经同意代住户（红色代办）。 */
  WishSubmit: {
    variables: {
      input: WishSubmitInput;
    };
    data: {
      wishSubmit: {
        wish: {
          id: string;
          state: WishState;
          title: string;
          details: string;
          category: WishCategory;
          onBehalf: boolean;
          submittedAt: DateTime;
          availableActions: Array<WishAction>;
        } | null;
        errors: Array<{
          code: ErrorCode;
          message: string;
          field: Array<string> | null;
        }>;
      };
    };
  };
}
