// What a tap does, once however often it is tapped, and what went wrong with it.

/** `work` may throw Failed, or give a user error; the page shows either as `wrong`. */
export async function doing(page, work) {
  if (page.data.busy) return;
  page.setData({ busy: true, wrong: "" });
  const failed = await work().catch((error) => error);
  page.setData({ busy: false, wrong: (failed && failed.message) || "" });
}
