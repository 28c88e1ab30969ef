import { languageName } from '../common/languages';
import { decimal } from '../common/numbers';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IData, IOne } from './data';

/** What the views need beside the data. */
export interface IContext {
  trans: TranslationBundle;
  /** As `Intl` takes it. */
  locale: string;
  /** Begins the ids of one output's elements. */
  prefix: string;
}

/** What a kind of flag says; the kind itself where a newer version has another. */
export function flagName(kind: string, trans: TranslationBundle): string {
  switch (kind) {
    case 'number_changed':
      return trans.__('Number changed');
    case 'name_unsupported':
      return trans.__('Name not in the source');
    case 'repetition':
      return trans.__('Repetition');
    case 'untranslated':
      return trans.__('Not translated');
    case 'length_ratio':
      return trans.__('Unusual length');
    case 'markup_changed':
      return trans.__('Markup changed');
    case 'truncated':
      return trans.__('Cut off');
    case 'low_score':
      return trans.__('Uncertain');
    default:
      return kind;
  }
}

/** What kind of result it is. */
export function title(data: IData, trans: TranslationBundle): string {
  switch (data.task) {
    case 'translate':
      return trans.__('Translation');
    case 'summarize':
      return trans.__('Summary');
    case 'redact':
      return trans.__('Redacted text');
    case 'list':
      return trans.__('Results');
  }
}

/** How it was made, in short: languages or numbers, models, seconds, flags. */
export function facts(data: IData, context: IContext): string[] {
  const { trans, locale } = context;
  const own = data.task === 'list' ? [] : ownFacts(data, context);
  if (data.task === 'list') {
    own.push(
      data.rows > data.results.length
        ? trans._n(
            '%1 result, the first %2 shown',
            '%1 results, the first %2 shown',
            data.rows,
            data.results.length
          )
        : trans._n('%1 result', '%1 results', data.rows)
    );
    if (data.missing) {
      own.push(trans._n('%1 missing', '%1 missing', data.missing));
    }
  }
  if (data.models.length) {
    own.push(data.models.join(' + '));
  }
  own.push(trans.__('%1 s', decimal(data.elapsed, 1, locale)));
  if (data.task === 'list') {
    own.push(
      data.flagged
        ? trans._n('%1 row flagged', '%1 rows flagged', data.flagged)
        : trans.__('No flags')
    );
  } else {
    own.push(
      data.flags.length ? trans._n('%1 flag', '%1 flags', data.flags.length) : trans.__('No flags')
    );
  }
  return own;
}

function ownFacts(data: IOne, { trans, locale }: IContext): string[] {
  switch (data.task) {
    case 'translate': {
      const [source, target] = [
        languageName(data.source, locale),
        languageName(data.target, locale)
      ];
      return [
        data.pivot === null
          ? trans.__('%1 → %2', source, target)
          : trans.__('%1 → %2, through %3', source, target, languageName(data.pivot, locale))
      ];
    }
    case 'summarize': {
      const style = data.style === 'extractive' ? trans.__('Extractive') : trans.__('Abstractive');
      const many = trans._n('%1 sentence', '%1 sentences', data.sentences.length);
      return data.domain === null ? [many, style] : [many, style, data.domain];
    }
    case 'redact':
      return data.counts.length
        ? data.counts.map(([type, many]) => `${decimal(many, 0, locale)} ${type}`)
        : [trans.__('Nothing taken out')];
  }
}
