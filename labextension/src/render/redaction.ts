import { Characters, count } from '../common/characters';
import { decimal } from '../common/numbers';
import type { IRedaction, ISpan } from './data';
import { make, table, written } from './dom';
import { marked } from './flags';
import type { IContext } from './words';

/** Of how many colours chips are; the type is written beside. */
const HUES = 6;

/** Where a placeholder stands in the redacted text. */
export interface IChip {
  span: ISpan;
  start: number;
  end: number;
}

/** Find the placeholders by the spans of the original; those that do not fit are left out. */
export function chips(data: IRedaction): IChip[] {
  const text = new Characters(data.text);
  const found: IChip[] = [];
  let shift = 0;
  let done = 0;
  for (const span of [...data.spans].sort((one, other) => one.start - other.start)) {
    const length = count(span.placeholder);
    const start = span.start + shift;
    shift += length - (span.end - span.start);
    if (start >= done && text.slice(start, start + length) === span.placeholder) {
      done = start + length;
      found.push({ span, start, end: done });
    }
  }
  return found;
}

/** The redacted text, each placeholder as a chip. The originals are not in the data. */
export function chipped(data: IRedaction, context: IContext): HTMLElement {
  const text = new Characters(data.text);
  const nodes: Node[] = [];
  let done = 0;
  for (const { span, start, end } of chips(data)) {
    nodes.push(...marked(text, data.flags, context, done, start), chip(span));
    done = end;
  }
  nodes.push(...marked(text, data.flags, context, done));
  return make('div', 'text', written(), ...nodes);
}

/** One row a placeholder. */
export function rows(data: IRedaction, context: IContext): HTMLElement | null {
  const { trans, locale } = context;
  const found = data.spans.map(span => [
    make('td', '', {}, chip(span)),
    make('td', '', {}, span.type),
    make('td', 'where', {}, `${span.start}–${span.end}`),
    make('td', 'where', {}, decimal(span.score, 2, locale))
  ]);
  const head = [
    trans.__('Placeholder'),
    trans.__('Type'),
    trans.__('Characters'),
    trans.__('Certainty')
  ];
  return found.length ? table(trans.__('What was taken out'), head, found) : null;
}

function chip(span: ISpan): HTMLElement {
  const hue = Array.from(span.type).reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0);
  // A tag such as `<PERSON_1>` says its type; a mask or an invented name does not.
  const told = span.placeholder.includes(span.type);
  return make(
    'span',
    `chip hue${hue % HUES}`,
    told ? { title: span.type } : { title: span.type, 'data-type': span.type },
    span.placeholder
  );
}
