import { type ISignal, Signal } from '@lumino/signaling';
import {
  type Client,
  type IJob,
  type IModel,
  type IProblem,
  type IResult,
  JobCancelled,
  type Task
} from '../client';
import { problemOf } from '../common/problem';

/** What there is to try a task on. They are English, as most models are, and no words of the panel. */
const SAMPLES: Record<Task, string> = {
  translate: 'The shop opens at nine and closes at half past six.',
  summarize:
    'The bakery sold 4,200 loaves in May, a tenth more than in April. It rained most of the month. ' +
    'A second oven was ordered for 18,000 euros and will arrive in July.',
  redact: 'Please call Ingrid Sandvik at +47 22 12 34 56 about the keys.'
};
/** Sentences of a summary: a text to try is short. */
const SENTENCES = 1;

/** Trying one installed model on a text. */
export class Trial {
  constructor(private readonly _client: Client) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The model and task that are tried; null while none is. */
  get subject(): { model: string; task: Task } | null {
    return this._subject;
  }

  text = '';
  target = '';
  result: IResult | null = null;
  problem: IProblem | null = null;
  job: IJob | null = null;

  get running(): boolean {
    return this._stop !== null;
  }

  isOf(model: IModel, task: Task): boolean {
    return this._subject?.model === model.name && this._subject.task === task;
  }

  /**
   * Begin with a model.
   *
   * @param targets - codes of the languages that it translates into, the likeliest first.
   */
  open(model: IModel, task: Task, targets: readonly string[] = []): void {
    this.close();
    this._subject = { model: model.name, task };
    this._kind = model.kind;
    const reads = model.pairs.length
      ? model.pairs.some(pair => pair.startsWith('en-'))
      : model.languages.includes('en') || model.languages.includes('*');
    this.text = reads ? SAMPLES[task] : '';
    this.target = targets[0] ?? '';
    this._changed.emit();
  }

  close(): void {
    this.cancel();
    this._subject = null;
    this.result = this.problem = null;
    this._changed.emit();
  }

  set(change: { text?: string; target?: string }): void {
    Object.assign(this, change);
    this._changed.emit();
  }

  async run(): Promise<void> {
    if (!this._subject || this.running) {
      return;
    }
    const { model, task } = this._subject;
    const stop = (this._stop = new AbortController());
    const current = () => this._stop === stop;
    this.result = this.problem = this.job = null;
    this._changed.emit();
    const request = { task, text: this.text, model, ...this._options(task) };
    try {
      const { results } = await this._client.jobs.run<{ results: IResult[] }>(request, {
        signal: stop.signal,
        onProgress: job => {
          if (current()) {
            this.job = job;
            this._changed.emit();
          }
        }
      });
      if (current()) {
        this.result = results[0] ?? null;
      }
    } catch (error) {
      if (current() && !(error instanceof JobCancelled)) {
        this.problem = problemOf(error);
      }
    }
    // A later run is none of ours.
    if (current()) {
      this._stop = this.job = null;
      this._changed.emit();
    }
  }

  cancel(): void {
    if (this._stop) {
      this._stop.abort();
      this._stop = this.job = null;
      this._changed.emit();
    }
  }

  private _options(task: Task): Record<string, unknown> {
    if (task === 'translate') {
      return { target: this.target };
    }
    if (task === 'summarize') {
      const style = this._kind === 'encoder' ? 'extractive' : 'abstractive';
      return { sentences: SENTENCES, style };
    }
    return {};
  }

  private readonly _changed = new Signal<this, void>(this);
  private _subject: { model: string; task: Task } | null = null;
  private _kind = '';
  private _stop: AbortController | null = null;
}
