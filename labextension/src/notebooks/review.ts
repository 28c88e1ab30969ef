import { type ISignal, Signal } from '@lumino/signaling';
import { type IJob, type IProblem, JobCancelled } from '../client';
import { problemOf } from '../common/problem';
import { type IContext, pathOnServer } from './context';
import { Decisions } from './finds';
import { beside, copyName, isName } from './names';
import type { IFound, IRedacted } from './types';

export const OPERATORS = ['tag', 'mask', 'hash', 'fake'] as const;

/** The search of a notebook, what a person decides about it, and the writing of the copy. */
export class Review {
  constructor(
    readonly context: IContext,
    readonly path: string,
    readonly saved: boolean
  ) {
    this.operator = context.settings.operator;
    this.name = copyName(path, 'redacted');
  }

  state: 'searching' | 'looking' | 'writing' | 'failed' = 'searching';
  job: IJob | null = null;
  found: IFound | null = null;
  decisions: Decisions | null = null;
  operator: string;
  name: string;
  problem: IProblem | null = null;
  /** Closing was asked for once, and would lose what was decided. */
  warned = false;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The copy is there. */
  get written(): ISignal<this, IRedacted> {
    return this._written;
  }

  get ready(): boolean {
    return this.state === 'looking' && isName(this.name) && !!this.decisions?.accepted;
  }

  set(fields: Partial<Pick<Review, 'operator' | 'name'>>): void {
    Object.assign(this, fields, { problem: null });
    this.change();
  }

  /** Tell that something, such as a decision, is another. */
  change(): void {
    this.warned = false;
    this._changed.emit();
  }

  async search(): Promise<void> {
    await this._do('searching', 'failed', async hear => {
      this.found = await this.context.client.jobs.run<IFound>(
        { task: 'find_personal', ...this._what() },
        hear
      );
      this.decisions = new Decisions(this.found.finds);
    });
  }

  async write(force = false): Promise<void> {
    const { found, decisions } = this;
    if (!this.ready || !found || !decisions) {
      return;
    }
    await this._do('writing', 'looking', async hear => {
      const what = this._what();
      const done = await this.context.client.jobs.run<IRedacted>(
        {
          task: 'redact_notebook',
          ...what,
          digest: found.digest,
          rejected: decisions.rejected,
          operator: this.operator,
          out: beside(what.path, this.name),
          force
        },
        hear
      );
      this._written.emit(done);
    });
  }

  /** Return whether to close; the first time with decisions that would be lost, say so instead. */
  mayClose(): boolean {
    if (this.state === 'writing') {
      this._stop?.abort();
      return false;
    }
    if (!this.decisions?.touched || this.warned) {
      return true;
    }
    this.warned = true;
    this._changed.emit();
    return false;
  }

  dispose(): void {
    this._stop?.abort();
    this.found = this.decisions = null;
    Signal.clearData(this);
  }

  /** The copy is stopped by who looks at the dialog; a search may be by anyone else. */
  private _stopped(state: 'searching' | 'writing'): IProblem | null {
    const message = this.context.trans.__('The search was stopped.');
    return state === 'writing' ? null : { message, reason: 'stopped', mends: '' };
  }

  private _what(): { path: string; language: string } {
    const { language } = this.context.settings;
    return { path: pathOnServer(this.context, this.path), language };
  }

  private async _do(
    state: 'searching' | 'writing',
    failed: 'failed' | 'looking',
    work: (hear: { onProgress: (job: IJob) => void; signal: AbortSignal }) => Promise<void>
  ): Promise<void> {
    const stop = (this._stop = new AbortController());
    const onProgress = (job: IJob) => {
      this.job = job;
      this._changed.emit();
    };
    this.state = state;
    this.problem = this.job = null;
    this.change();
    try {
      await work({ onProgress, signal: stop.signal });
      this.state = 'looking';
    } catch (error) {
      this.state = failed;
      this.problem = error instanceof JobCancelled ? this._stopped(state) : problemOf(error);
    }
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _written = new Signal<this, IRedacted>(this);
  private _stop: AbortController | null = null;
}
