// A file, handed to the browser.

/** Save a file of `name`, `mediaType` and `contentBase64`, as the graph gives one. */
export function download({ name, mediaType, contentBase64 }) {
  const bytes = Uint8Array.from(atob(contentBase64), (one) => one.charCodeAt(0));
  save({ name, blob: new Blob([bytes], { type: mediaType }) });
}

/** Save a file of `name` with what is in `blob`. */
export function save({ name, blob }) {
  const address = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // the browser may ask first where to
}
