import type { TranslationBundle } from '@jupyterlab/translation';
import type { IModel, IResult, Task } from '../client';
import { languageName, localeOf } from '../common/languages';
import { decimal } from '../common/numbers';
import type { News } from './model';
import { type IPull, percentOf } from './pulls';

/** Languages that a card names. */
const NAMED = 4;

/** The panel's words that depend on what is shown. */
export class Words {
  /**
   * @param language - the language of the interface, as JupyterLab has it: `fr_FR`.
   */
  constructor(
    readonly trans: TranslationBundle,
    language: string
  ) {
    const locale = localeOf(language);
    this.code = locale.split('-')[0] ?? 'en';
    this._locale = locale;
    this._sizes = ['byte', 'kilobyte', 'megabyte', 'gigabyte'].map(
      unit =>
        new Intl.NumberFormat([locale, 'en'], {
          style: 'unit',
          unit,
          unitDisplay: 'short',
          maximumSignificantDigits: 3
        })
    );
    this._numbers = new Intl.NumberFormat([locale, 'en'], {
      notation: 'compact',
      maximumSignificantDigits: 3
    });
    this._list = new Intl.ListFormat([locale, 'en'], { type: 'conjunction' });
  }

  /** ISO 639-1 code of the interface's language. */
  readonly code: string;

  bytes(count: number): string {
    const power = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), this._sizes.length - 1);
    return this._sizes[power]?.format(count / 1000 ** power) ?? '';
  }

  count(value: number): string {
    return this._numbers.format(value);
  }

  language(code: string): string {
    return languageName(code, this._locale);
  }

  /** Codes of languages in the order of their names. */
  sorted(codes: readonly string[]): string[] {
    return [...codes].sort((a, b) => this.language(a).localeCompare(this.language(b), this.code));
  }

  list(names: readonly string[]): string {
    return this._list.format(names);
  }

  /** The languages of a model, or the directions it was made for. */
  languages(model: IModel): string {
    if (model.languages.includes('*')) {
      return this.trans.__('Many');
    }
    const named = model.pairs.length
      ? model.pairs.map(pair => this._pair(pair))
      : model.languages.map(code => this.language(code));
    const more = named.length - NAMED;
    const shown = named.slice(0, NAMED);
    return more > 0
      ? this.trans.__('%1 and %2 more', shown.join(', '), String(more))
      : this.list(shown);
  }

  /** The names of all its languages, to be searched. */
  allLanguages(model: IModel): string {
    return model.languages.map(code => this.language(code)).join(' ');
  }

  task(task: Task | null): string {
    switch (task) {
      case 'translate':
        return this.trans.__('Translate');
      case 'summarize':
        return this.trans.__('Summarize');
      case 'redact':
        return this.trans.__('Redact');
      case null:
        return this.trans.__('No task');
    }
  }

  /** What a pull is doing. */
  step(pull: IPull): string {
    const { trans } = this;
    const { job, stopped } = pull;
    if (stopped || job?.state === 'cancelling') {
      return trans.__('Cancelling…');
    }
    if (!job) {
      return trans.__('Starting…');
    }
    if (job.state === 'waiting') {
      return trans.__('Waiting for another download…');
    }
    const step = job.progress;
    if (!step?.total || step.unit !== 'B') {
      return trans.__('Preparing…');
    }
    const [done, total] = [this.bytes(step.done), this.bytes(step.total)];
    switch (step.what.split(' ', 1)[0]) {
      case 'pull':
        return trans.__('Downloading: %1 of %2', done, total);
      case 'unpack':
        return trans.__('Unpacking: %1 of %2', done, total);
      case 'convert':
        return trans.__('Converting: %1 of %2', done, total);
      case 'copy':
        return trans.__('Copying: %1 of %2', done, total);
      case 'check':
        return trans.__('Checking: %1 of %2', done, total);
      default:
        return trans.__('%1 of %2', done, total);
    }
  }

  /** What a pull is called. */
  called(spec: string): string {
    if (spec === 'starters') {
      return this.trans.__('Starters');
    }
    // Of a path the server tells all folders.
    return spec.startsWith('/') ? (spec.split('/').pop() ?? spec) : spec;
  }

  /** What is read aloud. */
  news(news: News | null): string {
    if (!news) {
      return '';
    }
    const { trans } = this;
    const name = this.called(news.spec);
    switch (news.kind) {
      case 'installing':
        return trans.__('Installing %1.', name);
      case 'progress':
        return trans.__('%1: %2 percent.', name, String(news.percent ?? 0));
      case 'installed':
        return trans.__('Installed: %1.', name);
      case 'cancelled':
        return trans.__('Installing %1 was cancelled.', name);
      case 'failed':
        return trans.__('Installing %1 has failed.', name);
      case 'removed':
        return trans.__('%1 is removed.', name);
      case 'unloaded':
        return trans.__('Memory is freed.');
      case 'default':
        return news.spec
          ? this._default(news.task, name)
          : trans.__('No model is the default any more.');
    }
  }

  /** How long a result took. */
  seconds(result: IResult): string {
    return this.trans.__('%1 s', decimal(result.elapsed, 1, this._locale));
  }

  percent(pull: IPull): number | null {
    return pull.stopped ? null : percentOf(pull.job);
  }

  private _default(task: Task, name: string): string {
    switch (task) {
      case 'translate':
        return this.trans.__('%1 is now the default to translate.', name);
      case 'summarize':
        return this.trans.__('%1 is now the default to summarize.', name);
      case 'redact':
        return this.trans.__('%1 is now the default to redact.', name);
    }
  }

  private _pair(pair: string): string {
    const [source = '', target = ''] = pair.split('-');
    return this.trans.__('%1 to %2', this.language(source), this.language(target));
  }

  private readonly _locale: string;
  private readonly _sizes: Intl.NumberFormat[];
  private readonly _numbers: Intl.NumberFormat;
  private readonly _list: Intl.ListFormat;
}
