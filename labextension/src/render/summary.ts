import { Characters, count } from '../common/characters';
import { decimal } from '../common/numbers';
import type { ISentence, ISummary } from './data';
import { make, table, written } from './dom';
import { marked } from './flags';
import { numbers, pieces } from './pieces';
import type { IContext } from './words';

/** Whether the sentences stand in `source` where they are said to; false where none has a place. */
export function standsIn(data: ISummary, source: string): boolean {
  const text = new Characters(source);
  const placed = data.sentences.filter(one => one.start !== null && one.end !== null);
  return (
    placed.length > 0 && placed.every(one => text.slice(one.start ?? 0, one.end ?? 0) === one.text)
  );
}

/** The summary; beside it the source, where it is at hand, with the sentences marked. */
export function pairs(data: ISummary, source: string | null, context: IContext): HTMLElement {
  const { trans } = context;
  const output = data.sentences.length
    ? make(
        'ol',
        'sentences',
        {},
        ...sentences(data, context).map(nodes => make('li', '', written(), ...nodes))
      )
    : make('div', 'text', written(), ...marked(new Characters(data.text), data.flags, context));
  if (source === null) {
    return output;
  }
  return make(
    'div',
    'pairs',
    {},
    make('div', 'head', {}, trans.__('Text')),
    make('div', 'head', {}, trans.__('Summary')),
    make(
      'div',
      'text source long',
      // It scrolls where it is long, so a keyboard must reach it.
      { ...written(), tabindex: '0', role: 'region', 'aria-label': trans.__('Text') },
      ...placed(new Characters(source), data.sentences)
    ),
    output
  );
}

/** One row a sentence. */
export function rows(data: ISummary, context: IContext): HTMLElement | null {
  const { trans, locale } = context;
  if (!data.sentences.length) {
    return null;
  }
  const texts = sentences(data, context);
  const found = data.sentences.map((sentence, index) => {
    const { start, end, score } = sentence;
    const where = start === null || end === null ? '' : `${start}–${end}`;
    return [
      make('td', '', written(), ...(texts[index] ?? [])),
      make('td', 'where', {}, where),
      make('td', 'where', {}, score === null ? '' : decimal(score, 2, locale))
    ];
  });
  const head = [trans.__('Sentence'), trans.__('Characters'), trans.__('Likeness')];
  return table(trans.__('Sentences of the summary'), head, found);
}

/** The sentences, as they stand in the summary's text, with its flags. */
function sentences(data: ISummary, context: IContext): Node[][] {
  const text = new Characters(data.text);
  let done = 0;
  return data.sentences.map(sentence => {
    const start = text.find(sentence.text, done);
    if (start < 0) {
      return [document.createTextNode(sentence.text)];
    }
    done = start + count(sentence.text);
    return marked(text, data.flags, context, start, done);
  });
}

function placed(source: Characters, sentences: readonly ISentence[]): Node[] {
  return pieces(source, sentences).map(piece =>
    piece.at.length
      ? make('mark', 'place', { 'data-number': numbers(piece) }, piece.text)
      : document.createTextNode(piece.text)
  );
}
