// What the wall says: periods and days.

import { day, time } from "../xingdian.js";

/** The periods in their turn, each with its name and how its time, and that before it, are spoken of. */
export const PERIODS = {
  MONTH: ["月榜", "本月", "上月"],
  WEEK: ["周榜", "本周", "上周"],
  QUARTER: ["季榜", "本季度", "上季度"],
  YEAR: ["年榜", "今年", "去年"],
  ALL: ["总榜", "一直以来"],
};

const WEEKDAYS = ["星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"];

/** The day of an instant. */
export function monthAndDay(instant) {
  const [, month, date] = day(instant).split("-");
  return `${Number(month)}月${Number(date)}日`;
}

/** The days of a board; nothing for all time. */
export function daysOf({ startsAt, endsAt }) {
  return startsAt && endsAt ? `${monthAndDay(startsAt)}—${monthAndDay(Date.parse(endsAt) - 1)}` : "";
}

/** When a board was read: the time, with the day where that is not today. */
export function readAt(instant, now) {
  return day(instant) === day(now) ? time(instant) : `${monthAndDay(instant)} ${time(instant)}`;
}

/** An instant as the wall's clock shows it. */
export function clock(instant) {
  return `${monthAndDay(instant)} ${WEEKDAYS[new Date(`${day(instant)}T00:00:00Z`).getUTCDay()]} ${time(instant)}`;
}
