import type { IResult } from '../client';
import { Characters } from '../common/characters';

/** A sentence of a summary. */
interface ISentence {
  text: string;
}

/** What was taken out: its place in the source, in code points, and what stands there now. */
export interface ISpan {
  start: number;
  end: number;
  placeholder: string;
}

/** Write a summary as a list in Markdown. Of a source that is not, nothing is read as markup. */
export function bullets(result: IResult, markdown: boolean): string {
  const sentences = (result.sentences as ISentence[] | undefined) ?? [];
  const texts = sentences.length ? sentences.map(one => one.text) : [result.text];
  return texts
    .map(text => text.split(/\s+/).filter(Boolean).join(' '))
    .map(text => `- ${markdown ? text : text.replace(/[\\`*_[\]<>#$&]/g, '\\$&')}`)
    .join('\n');
}

export function spansOf(result: IResult): ISpan[] {
  return (result.spans as ISpan[] | undefined) ?? [];
}

/**
 * Put placeholders into a Markdown text so that they are shown.
 *
 * `<PERSON_1>` would be an element of HTML, which shows nothing; in code it stays as it is.
 */
export function redacted(source: string, spans: readonly ISpan[]): string {
  const letters = new Characters(source);
  const parts: string[] = [];
  const code = codeRanges(source);
  let at = 0;
  let offset = 0;
  for (const { start, end, placeholder } of spans) {
    const kept = letters.slice(at, start);
    offset += kept.length;
    const place = offset;
    const inCode = code.some(([from, to]) => from <= place && place < to);
    parts.push(kept, inCode ? placeholder : placeholder.replace(/[<*]/g, '\\$&'));
    offset += letters.slice(start, end).length;
    at = end;
  }
  return parts.join('') + letters.slice(at);
}

const FENCED = /^ {0,3}(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^ {0,3}\1[`~]*[^\S\n]*$|(?![\s\S]))/gm;
const SPAN = /(?<!`)(`+)(?!`)(?:(?!\n[^\S\n]*\n)[\s\S])+?(?<!`)\1(?!`)/g;

/** Where a Markdown text is code. */
function codeRanges(text: string): [number, number][] {
  const blank = (part: string) => ' '.repeat(part.length);
  const found: [number, number][] = [];
  const note = (part: string, at: number) => {
    found.push([at, at + part.length]);
    return blank(part);
  };
  text
    .replace(FENCED, (part: string, ...rest: (string | number)[]) => note(part, rest[1] as number))
    .replace(SPAN, (part: string, ...rest: (string | number)[]) => note(part, rest[1] as number));
  return found;
}
