type Child = Node | string | null;

/**
 * Make an element. Text becomes text nodes, never markup.
 *
 * @param classes - without the prefix `jp-SlmResult-`, apart by spaces.
 */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  classes: string,
  attributes: Record<string, string>,
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const name of classes.split(' ').filter(Boolean)) {
    element.classList.add(`jp-SlmResult-${name}`);
  }
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...children.filter(child => child !== null));
  return element;
}

/** Make a table with a head; cells are given by row. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly HTMLTableCellElement[])[]
): HTMLElement {
  return make(
    'table',
    'table',
    { 'aria-label': caption },
    make(
      'thead',
      '',
      {},
      make('tr', '', {}, ...head.map(name => make('th', '', { scope: 'col' }, name)))
    ),
    make('tbody', '', {}, ...rows.map(cells => make('tr', '', {}, ...cells)))
  );
}

/** The attributes of a piece of a person's text: its direction, and its language where known. */
export function written(language?: string | null): Record<string, string> {
  return language ? { dir: 'auto', lang: language } : { dir: 'auto' };
}
