// A roster that is imported: checked first, with the report beside its rows; imported once nothing is wrong. The file
// itself is never kept.

import { html, useEffect, useRef, useState } from "../parts/html.js";
import { toast } from "../parts/toast.js";
import { api } from "../session.js";
import { Report } from "./report.js";

const MAX_BYTES = 1024 * 1024;
const WITHIN = 40_000; // milliseconds: the server gives up after 30 s
const TOO_LARGE = "文件最大 1 MB：请分成几份，或请运维人员用命令行导入";

const base64 = (file) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(String(reader.result).split(",")[1]);
  reader.onerror = () => reject(new Error("读不了这个文件：请关掉打开它的表格软件，再选一次"));
  reader.readAsDataURL(file);
});

export function Roster({ onBusy, onChange }) {
  const [file, setFile] = useState(null);
  const [working, setWorking] = useState(""); // what is being done
  const [wrong, setWrong] = useState("");
  const [report, setReport] = useState(null);
  const field = useRef(null);
  useEffect(() => onBusy(Boolean(file && !(report && !report.dryRun))), [file, report]);
  useEffect(() => () => onBusy(false), []);

  /** Sent again where no answer came: a dry run writes nothing, and the same file again changes nothing. */
  const send = async (chosen, dryRun) => {
    if (chosen.size > MAX_BYTES) return setWrong(TOO_LARGE);
    const retrying = () => setWrong("网络不通，正在重试。同一份名册只算一次。");
    const input = { fileName: chosen.name.slice(-120), contentBase64: await base64(chosen), dryRun };
    const { rosterImport: answer } = await api.ask("RosterImport", { input, refusedRows: true },
      { again: true, within: WITHIN, retrying });
    setWrong(answer.errors[0]?.message ?? "");
    setReport(answer.report && { ...answer.report, refusedRows: answer.refusedRows });
    if (answer.report && !dryRun && !answer.report.problems.length) {
      toast("名册已导入");
      onChange();
    }
  };
  const run = async (chosen, dryRun) => {
    setWorking(dryRun ? "正在检查…" : "正在导入…");
    setWrong("");
    await send(chosen, dryRun).catch((failed) => setWrong(failed.message));
    setWorking("");
  };
  const choose = (event) => {
    const [chosen] = event.currentTarget.files;
    event.currentTarget.value = ""; // the same file can be chosen again, corrected
    if (!chosen) return;
    setFile(chosen);
    setReport(null);
    run(chosen, true);
  };
  const ready = report?.dryRun && !report.problems.length && !working;
  return html`<section class="card" aria-label="导入名册">
    <h2>导入名册</h2>
    <p>住户、联户长、网格员、店铺和共建单位的表格，.xlsx 或 .csv，最大 1 MB。先检查，不写入任何内容；没有问题再导入。</p>
    <input ref=${field} id="roster-file" type="file" hidden aria-label="名册文件"
      accept=".xlsx,.csv,text/csv" onChange=${choose} />
    <button class=${ready ? "more" : "primary"} disabled=${Boolean(working)} onClick=${() => field.current.click()}>
      ${file ? "换一份，或改好后再选" : "选名册文件"}</button>
    <p class="dim typed" role="status">${file?.name} ${working}</p>
    ${wrong && html`<p role="alert" class="wrong">${wrong}</p>`}
    ${wrong && file && !working && html`<button class="more" onClick=${() => run(file, true)}>再检查一次</button>`}
    ${report && html`<${Report} report=${report}>
      ${ready && html`<button class="primary" onClick=${() => run(file, false)}>导入</button>`}</${Report}>`}
  </section>`;
}
