import { Characters, count } from '../common/characters';
import type { ITranslation } from './data';
import { make, table, written } from './dom';
import { marked } from './flags';
import { languageName } from '../common/languages';
import { type IContext } from './words';

/** A paragraph of the source, and where its translation stands in the output. */
export interface IBlock {
  source: string;
  start: number;
  end: number;
}

/**
 * The paragraphs of a translation, in order; what separates them is left out.
 *
 * Segments that do not make up source and output are not believed: all is one paragraph then.
 */
export function blocks(data: ITranslation): IBlock[] {
  const whole = (part: 'source' | 'text') => data.segments.map(one => one[part]).join('');
  if (whole('text') !== data.text || whole('source') !== data.sourceText) {
    return [{ source: data.sourceText, start: 0, end: count(data.text) }];
  }
  const found: IBlock[] = [];
  let source = '';
  let output = '';
  let done = 0;
  const flush = () => {
    const length = count(output);
    const start = done + count(/^\s*/.exec(output)?.[0] ?? '');
    const end = Math.max(start, done + count(output.trimEnd()));
    if (source.trim() || end > start) {
      found.push({ source: source.trim(), start, end });
    }
    done += length;
    source = output = '';
  };
  for (const segment of data.segments) {
    // Between paragraphs lies what is not translated: white space with a line's end, or markup.
    const lead = segment.translated ? '' : (/^\s*\n/.exec(segment.text)?.[0] ?? '');
    if (lead && segment.source.startsWith(lead)) {
      source += lead;
      output += lead;
      flush();
      source += segment.source.slice(lead.length);
      output += segment.text.slice(lead.length);
    } else {
      source += segment.source;
      output += segment.text;
    }
    if (!segment.translated && /\n\s*$/.test(segment.text.slice(lead.length))) {
      flush();
    }
  }
  flush();
  return found;
}

/** Paragraphs side by side, the output with its flags. */
export function pairs(data: ITranslation, context: IContext): HTMLElement {
  const text = new Characters(data.text);
  const { locale } = context;
  return make(
    'div',
    'pairs',
    {},
    make('div', 'head', {}, languageName(data.source, locale)),
    make('div', 'head', {}, languageName(data.target, locale)),
    ...blocks(data).flatMap(block => [
      make('div', 'text source', written(data.source), block.source),
      make(
        'div',
        'text',
        written(data.target),
        ...marked(text, data.flags, context, block.start, block.end)
      )
    ])
  );
}

/** One row a sentence. */
export function rows(data: ITranslation, context: IContext): HTMLElement | null {
  const text = new Characters(data.text);
  const { trans, locale } = context;
  let done = 0;
  const found = data.segments.flatMap(segment => {
    const start = done;
    done += count(segment.text);
    return segment.translated
      ? [
          [
            make('td', '', written(data.source), segment.source.trim()),
            make('td', '', written(data.target), ...marked(text, data.flags, context, start, done))
          ]
        ]
      : [];
  });
  const head = [languageName(data.source, locale), languageName(data.target, locale)];
  return found.length ? table(trans.__('Sentences and their translations'), head, found) : null;
}
