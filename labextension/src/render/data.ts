import type { IFlag } from '../client';

/** The MIME type of results, as slm_magic/tasks/show.py writes it. */
export const MIME_TYPE = 'application/vnd.slm-magic.result+json';

/** What is understood here: a higher number means that a field changed its meaning. */
const SCHEMA = 1;

interface IShown {
  text: string;
  flags: IFlag[];
  /** Names of the models. */
  models: string[];
  /** Seconds. */
  elapsed: number;
}

export interface ISegment {
  source: string;
  text: string;
  translated: boolean;
}

export interface ITranslation extends IShown {
  task: 'translate';
  source: string;
  target: string;
  sourceText: string;
  pivot: string | null;
  segments: ISegment[];
}

export interface ISentence {
  text: string;
  /** Its place in the source, in characters; null if a model wrote it. */
  start: number | null;
  end: number | null;
  /** Likeness to the document or the focus. */
  score: number | null;
}

export interface ISummary extends IShown {
  task: 'summarize';
  style: string;
  domain: string | null;
  sentences: ISentence[];
}

export interface ISpan {
  type: string;
  /** Its place in the original text, in characters. */
  start: number;
  end: number;
  score: number;
  placeholder: string;
}

export interface IRedaction extends IShown {
  task: 'redact';
  counts: [type: string, count: number][];
  spans: ISpan[];
}

export interface IRow {
  text: string;
  flags: IFlag[];
  /** Code and text of a translation's source. */
  source: { language: string; text: string } | null;
  target: string | null;
}

export interface IList {
  task: 'list';
  rows: number;
  missing: number;
  flagged: number;
  models: string[];
  elapsed: number;
  /** The first of them; null where there was no text. */
  results: (IRow | null)[];
}

export type IOne = ITranslation | ISummary | IRedaction;
export type IData = IOne | IList;

/** Return what can be shown; null for what another version wrote, or nobody. */
export function read(value: unknown): IData | null {
  try {
    const found = object(value);
    if (found['schema'] !== SCHEMA) {
      return null;
    }
    return READERS.get(text(found['task']))?.(found) ?? null;
  } catch (error) {
    if (error instanceof Malformed) {
      return null;
    }
    throw error;
  }
}

class Malformed extends Error {}

type Fields = Record<string, unknown>;

const READERS = new Map<string, (found: Fields) => IData>([
  ['translate', translation],
  ['summarize', summary],
  ['redact', redaction],
  ['list', results]
]);

function translation(found: Fields): ITranslation {
  return {
    task: 'translate',
    ...shown(found),
    source: text(found['source']),
    target: text(found['target']),
    sourceText: text(found['source_text']),
    pivot: orNull(text, found['pivot']),
    segments: list(found['segments']).map(item => {
      const segment = object(item);
      return {
        source: text(segment['source']),
        text: text(segment['text']),
        translated: segment['translated'] === true
      };
    })
  };
}

function summary(found: Fields): ISummary {
  return {
    task: 'summarize',
    ...shown(found),
    style: text(found['style']),
    domain: orNull(text, found['domain']),
    sentences: list(found['sentences']).map(item => {
      const sentence = object(item);
      return {
        text: text(sentence['text']),
        start: orNull(number, sentence['start']),
        end: orNull(number, sentence['end']),
        score: orNull(number, sentence['score'])
      };
    })
  };
}

function redaction(found: Fields): IRedaction {
  return {
    task: 'redact',
    ...shown(found),
    counts: Object.entries(object(found['counts'])).map(([type, many]) => [type, number(many)]),
    spans: list(found['spans']).map(item => {
      const span = object(item);
      return {
        type: text(span['entity_type']),
        start: number(span['start']),
        end: number(span['end']),
        score: number(span['score']),
        placeholder: text(span['placeholder'])
      };
    })
  };
}

function results(found: Fields): IList {
  return {
    task: 'list',
    rows: number(found['rows']),
    missing: number(found['missing']),
    flagged: number(found['flagged']),
    models: list(found['models']).map(text),
    elapsed: number(found['elapsed']),
    results: list(found['results']).map(item => orNull(row, item))
  };
}

function row(value: unknown): IRow {
  const found = object(value);
  return {
    text: text(found['text']),
    flags: list(found['flags']).map(flag),
    source:
      found['task'] === 'translate'
        ? { language: text(found['source']), text: text(found['source_text']) }
        : null,
    target: found['task'] === 'translate' ? text(found['target']) : null
  };
}

function shown(found: Fields): IShown {
  const several = found['models'] === undefined ? [] : list(found['models']);
  const last = orNull(object, found['model']);
  return {
    text: text(found['text']),
    flags: list(found['flags']).map(flag),
    // A pivot goes through several; the last is `model`.
    models: (several.length ? several : last ? [last] : []).map(one => text(object(one)['name'])),
    elapsed: number(found['elapsed'])
  };
}

function flag(value: unknown): IFlag {
  const found = object(value);
  return {
    kind: text(found['kind']),
    message: text(found['message']),
    start: orNull(number, found['start']),
    end: orNull(number, found['end'])
  };
}

function object(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Malformed();
  }
  return value as Fields;
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) {
    throw new Malformed();
  }
  return value as unknown[];
}

function text(value: unknown): string {
  if (typeof value !== 'string') {
    throw new Malformed();
  }
  return value;
}

function number(value: unknown): number {
  if (typeof value !== 'number') {
    throw new Malformed();
  }
  return value;
}

function orNull<T>(read: (value: unknown) => T, value: unknown): T | null {
  return value === null || value === undefined ? null : read(value);
}
