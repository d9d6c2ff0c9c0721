// The report on a roster: what is wrong, row by row, with the refused rows to download; what would change; how cells
// were read.

import { useFocus } from "../parts/focus.js";
import { html, useEffect, useState } from "../parts/html.js";

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** `children` stand below what is said first. */
export function Report({ report, children }) {
  const place = useFocus(report);
  const { problems, moreProblems, tallies, changes, notes, notices, dryRun, rows } = report;
  const title = problems.length ? `有 ${moreProblems ? `${problems.length} 处以上` : `${problems.length} 处`}问题，没有写入任何内容`
    : dryRun ? `检查过 ${rows} 行，没有问题` : `已导入 ${rows} 行`;
  return html`<h3 tabindex="-1" ref=${place} class=${problems.length ? "wrong" : "good"}>${title}</h3>
    ${children}
    ${problems.length > 0 && html`<p>请在原来的表格里改正，保存后再选一次。</p>
      <${Refused} of=${report.refusedRows} />
      <${Table} label="问题" heads=${["行", "列", "内容", "问题和改法"]} rows=${problems.map((one) => [
        `${one.sheet} ${one.row || ""}`, one.column, one.value, one.message])} />`}
    ${tallies.length > 0 && html`<${Table} label="结果" kind="report counts" heads=${["种类", "新增", "修改", "不变"]}
      rows=${tallies.map((one) => [one.kind, one.added, one.changed, one.unchanged])} />`}
    ${changes.length > 0 && html`<details><summary>修改了什么（${changes.length}）</summary>
      <${Table} label="修改" heads=${["行", "改的是", "列"]} rows=${changes.map((one) => [`${one.sheet} ${one.row}`,
        one.what, one.columns.join("、")])} /></details>`}
    ${notes.length + notices.length > 0 && html`<details open=${problems.length === 0}>
      <summary>怎样读取的（${notes.length + notices.length}）</summary>
      ${notices.map((one) => html`<p>${one}</p>`)}
      ${notes.length > 0 && html`<${Table} label="怎样读取的" heads=${["行", "列", "内容", "怎样读取"]} rows=${notes.map((one) => [
        `${one.sheet} ${one.rows.join("、")}${one.count > one.rows.length ? ` 等 ${one.count} 行` : ""}`, one.column,
        one.value, one.message])} />`}</details>`}`;
}

/** A table whose rows become blocks on a phone, each cell with its heading, but for one of counts. */
function Table({ label, heads, rows, kind = "report" }) {
  return html`<table class=${kind} aria-label=${label}>
    <thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
    <tbody>${rows.map((cells) => html`<tr>${cells.map((cell, place) => html`<td
      data-head=${heads[place]}>${cell}</td>`)}</tr>`)}</tbody></table>`;
}

/** The refused rows as a spreadsheet, made in the page from the answer, and gone with it. */
function Refused({ of: sheet }) {
  const [url, setUrl] = useState(null);
  useEffect(() => {
    if (!sheet) return undefined;
    const bytes = Uint8Array.from(atob(sheet.contentBase64), (one) => one.charCodeAt(0));
    const made = URL.createObjectURL(new Blob([bytes], { type: XLSX }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [sheet]);
  if (!url) return null;
  return html`<p><a class="quiet" href=${url} download=${sheet.fileName}>下载有问题的行（已标出）</a></p>`;
}
