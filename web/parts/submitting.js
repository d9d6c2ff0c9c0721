// A wish that is being written, by its household or on its behalf.

import { useDraft } from "./draft.js";

/** The draft with its acts, as `useDraft` keeps it: sent until there is an answer. `given` is sent with it; `needed`:
 *  fields that must be filled in, each with what is said where it is not; what it has as `about` is never sent. */
export function useSubmitting({ key, given, needed }, onDone) {
  const fields = [...Object.keys(needed), "details"];
  const draft = useDraft({
    key, insists: true, document: "WishSubmit", onDone, blank: () => ({ category: "", title: "", details: "" }),
    input: ({ sent, about, ...row }) => ({ ...given, ...row }),
    field: (error) => error.field?.findLast((part) => fields.includes(part)),
  });
  const [row, wrong] = [draft.draft, draft.wrong];
  const amiss = () => Object.fromEntries(Object.entries(needed).filter(([field]) => !row[field]?.trim()));
  return { ...draft, written: Boolean(row && (row.category || row.title || row.details)), send: () => draft.send(amiss()) };
}
