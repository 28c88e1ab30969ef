import { type ISignal, Signal } from '@lumino/signaling';
import { type Client, ended, type IJob, type IProblem } from '../client';
import { problemOf } from '../common/problem';

/** A model on its way, or one that did not come. */
export interface IPull {
  /** What was asked for: a name, `starters`, `hf:owner/name` or a path. */
  readonly spec: string;
  /** Null until the server has taken the job. */
  job: IJob | null;
  /** Why it failed. */
  problem: IProblem | null;
  /** Cancelled before the server had taken the job. */
  stopped: boolean;
}

/** How a pull ended or goes on, for who listens. */
export interface IPullNews {
  kind: 'installing' | 'progress' | 'installed' | 'cancelled' | 'failed';
  spec: string;
  /** Of `progress`. */
  percent?: number;
}

/** Percent between two pieces of news of progress: they are read aloud. */
const NEWS_PERCENT = 25;

/**
 * The pulls of the server, whoever started them.
 *
 * They live in the server, so a page that is loaded again finds them in the list of jobs.
 */
export class Pulls {
  constructor(private readonly _client: Client) {
    _client.jobs.all.forEach(job => this._hear(job));
    _client.jobs.changed.connect(this._onJob, this);
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get news(): ISignal<this, IPullNews> {
    return this._news;
  }

  /** Those that go on or have failed. */
  get all(): readonly IPull[] {
    return this._pulls;
  }

  /** That of a model; the latest, if there were several. */
  of(spec: string): IPull | undefined {
    return this._pulls.filter(pull => pull.spec === spec).pop();
  }

  /** Start one; it is shown before the server has answered. */
  async start(spec: string, name?: string): Promise<void> {
    const running = this.of(spec);
    if (running && !running.problem) {
      return;
    }
    this._pulls.filter(pull => pull.spec === spec).forEach(pull => this.dismiss(pull));
    const pull: IPull = { spec, job: null, problem: null, stopped: false };
    this._pulls.push(pull);
    this._tell({ kind: 'installing', spec });
    try {
      const request = { task: 'pull', model: spec, ...(name && { name }) };
      const job = await this._client.jobs.start(request);
      // The job was told of before it came back here, and it may have moved on or ended meanwhile.
      this._remove(this._pulls.find(one => one !== pull && one.job?.id === job.id));
      this._dismissed.delete(job.id);
      pull.job = job;
      this._hear(this._client.jobs.all.find(one => one.id === job.id) ?? job);
      if (pull.stopped) {
        await this._client.jobs.cancel(job.id);
      }
    } catch (error) {
      pull.problem = problemOf(error);
      this._tell({ kind: 'failed', spec });
    }
    this._changed.emit();
  }

  async cancel(pull: IPull): Promise<void> {
    pull.stopped = true;
    this._changed.emit();
    if (pull.job) {
      try {
        await this._client.jobs.cancel(pull.job.id);
      } catch (error) {
        pull.problem = problemOf(error);
        this._changed.emit();
      }
    }
  }

  /** Forget one that failed. */
  dismiss(pull: IPull): void {
    this._remove(pull);
    if (pull.job && ended(pull.job)) {
      // So that it does not come back with the next look at the jobs.
      void this._client.jobs.drop(pull.job.id).catch(() => undefined);
    }
    this._changed.emit();
  }

  dispose(): void {
    Signal.clearData(this);
  }

  private readonly _onJob = (_: unknown, job: IJob): void => {
    this._hear(job);
  };

  private _hear(job: IJob): void {
    if (job.task !== 'pull' || job.model === null || this._dismissed.has(job.id)) {
      return;
    }
    let pull = this._pulls.find(one => one.job?.id === job.id);
    if (!pull) {
      // Of one that is over there is nothing to show but why it failed.
      if (ended(job) && job.state !== 'failed') {
        return;
      }
      pull = { spec: job.model, job, problem: null, stopped: false };
      this._pulls.push(pull);
    }
    const before = pull.job;
    pull.job = job;
    const { spec } = pull;
    if (job.state === 'done' || job.state === 'cancelled') {
      this._remove(pull);
      this._tell({ kind: job.state === 'done' ? 'installed' : 'cancelled', spec });
    } else if (job.state === 'failed') {
      pull.problem = job.error;
      this._tell({ kind: 'failed', spec });
    } else {
      const [old, now] = [milestone(before), milestone(job)];
      if (now > old && before !== job) {
        this._news.emit({ kind: 'progress', spec, percent: now });
      }
      this._changed.emit();
    }
  }

  private _remove(pull: IPull | undefined): void {
    const at = pull ? this._pulls.indexOf(pull) : -1;
    if (at >= 0) {
      this._pulls.splice(at, 1);
    }
    if (pull?.job && ended(pull.job)) {
      this._dismissed.add(pull.job.id);
    }
  }

  private _tell(news: IPullNews): void {
    this._news.emit(news);
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _news = new Signal<this, IPullNews>(this);
  private readonly _pulls: IPull[] = [];
  private readonly _dismissed = new Set<string>();
}

/** Percent of a step that are done, null where that is not known. */
export function percentOf(job: IJob | null): number | null {
  const step = job?.progress;
  if (!step?.total) {
    return null;
  }
  return Math.min(100, Math.floor((100 * step.done) / step.total));
}

function milestone(job: IJob | null): number {
  return Math.floor((percentOf(job) ?? 0) / NEWS_PERCENT) * NEWS_PERCENT;
}
