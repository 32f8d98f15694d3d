/**
 * Elements made of parts. Text goes in as text nodes, never as HTML: what a model or a document wrote cannot
 * act.
 */

/**
 * @param {string} tag
 * @param {Record<string, string|number|boolean|null|undefined>} attributes `null`, `undefined` and `false`
 * leave one out
 * @param {...(Node|string|null)} children
 * @returns {HTMLElement}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/**
 * The element with this id in the page's own HTML.
 *
 * @param {string} id
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no element with the id "${id}"`);
  return found;
}
