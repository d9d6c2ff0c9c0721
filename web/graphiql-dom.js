// The two things that the page does to the DOM all the time.

export const $ = (id) => document.getElementById(id);

/** A new element with properties and children; a string child is text, never markup. */
export function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Add a script or a style sheet to the page; resolves when it has come. */
export function load(element) {
  return new Promise((resolve, reject) => {
    element.addEventListener("load", resolve);
    element.addEventListener("error", () => reject(new Error(`cannot load ${element.src ?? element.href}`)));
    document.head.append(element);
  });
}
