import type { VDomRenderer } from '@jupyterlab/ui-components';
import { type ISignal, Signal } from '@lumino/signaling';
import {
  type Client,
  ended,
  type IDefault,
  type IJob,
  type IModel,
  type IProblem,
  type IStatus,
  type Task
} from '../client';
import { problemOf } from '../common/problem';
import { type IFilter, NO_FILTER } from './filter';
import { type IPullNews, Pulls } from './pulls';
import { Trial } from './trial';

/** Milliseconds between two looks at the memory, while the panel is seen. */
const POLL_MS = 10_000;

/** What happened, to be read aloud. */
export type News =
  | IPullNews
  | { kind: 'removed' | 'unloaded'; spec: string }
  | { kind: 'default'; spec: string; task: Task };

/** What the panel shows. */
export class SidebarModel implements VDomRenderer.IModel {
  constructor(private readonly _client: Client) {
    this.pulls = new Pulls(_client);
    this.trial = new Trial(_client);
    this.pulls.changed.connect(this._tell, this);
    this.trial.changed.connect(this._tell, this);
    this.pulls.news.connect(this._onNews, this);
    _client.changed.connect(this._onChanged, this);
    _client.jobs.changed.connect(this._onJob, this);
    _client.jobs.connected.connect(this._onConnected, this);
  }

  readonly pulls: Pulls;
  readonly trial: Trial;

  get stateChanged(): ISignal<this, void> {
    return this._stateChanged;
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  models: readonly IModel[] = [];
  defaults: Record<Task, IDefault> | null = null;
  status: IStatus | null = null;
  /** Why the above could not be read; with models, those are of before. */
  problem: IProblem | null = null;
  news: News | null = null;

  get filter(): IFilter {
    return this._filter;
  }

  setFilter(change: Partial<IFilter>): void {
    this._filter = { ...this._filter, ...change };
    this._tell();
  }

  clearFilter(): void {
    this.setFilter(NO_FILTER);
  }

  /** Whether nothing was read yet and nothing went wrong. */
  get loading(): boolean {
    return this.status === null && this.problem === null;
  }

  get offline(): boolean {
    return this.status?.offline ?? false;
  }

  /** Follow the server while the panel is seen. */
  show(): void {
    if (this._unwatch || this._disposed) {
      return;
    }
    this._unwatch = this._client.jobs.watch();
    void this.refresh();
    this._timer = setInterval(() => {
      if (!document.hidden && !this.problem) {
        void this._refreshStatus();
      }
    }, POLL_MS);
  }

  hide(): void {
    this._unwatch?.();
    this._unwatch = null;
    clearInterval(this._timer);
  }

  /** Read all again. */
  async refresh(): Promise<void> {
    const turn = ++this._turn;
    let problem: IProblem | null = null;
    try {
      const read = await Promise.all([
        this._client.models(),
        this._client.defaults(),
        this._client.status()
      ]);
      if (turn === this._turn) {
        [this.models, this.defaults, this.status] = read;
      }
    } catch (error) {
      problem = problemOf(error);
    }
    // Of two that overlap the later one knows better.
    if (turn === this._turn) {
      this.problem = problem;
      this._tell();
    }
  }

  /** Try again what failed, showing at once that it is tried. */
  async retry(): Promise<void> {
    this.problem = null;
    this._tell();
    await this.refresh();
  }

  /** Whether something is under way for a model (or `memory`). */
  isBusy(place: string): boolean {
    return this._busy.has(place);
  }

  /** What went wrong last at a model (or `memory`). */
  problemAt(place: string): IProblem | undefined {
    return this._problems.get(place);
  }

  dismiss(place: string): void {
    this._problems.delete(place);
    this._tell();
  }

  async remove(name: string): Promise<void> {
    await this._do(name, () => this._client.remove(name), { kind: 'removed', spec: name });
  }

  /** Make a model the default of a task, or none with null. */
  async setDefault(task: Task, name: string | null, place: string): Promise<void> {
    const news: News = { kind: 'default', spec: name ?? '', task };
    await this._do(place, () => this._client.setDefault(task, name), news);
  }

  async unload(name?: string): Promise<void> {
    const work = () => this._client.unload(name);
    await this._do('memory', work, { kind: 'unloaded', spec: name ?? '' });
  }

  dispose(): void {
    if (this._disposed) {
      return;
    }
    this._disposed = true;
    this.hide();
    this.trial.cancel();
    this.pulls.dispose();
    Signal.clearData(this);
  }

  private async _do(place: string, work: () => Promise<unknown>, news: News): Promise<void> {
    this._busy.add(place);
    this._problems.delete(place);
    this._tell();
    try {
      await work();
      this.news = news;
    } catch (error) {
      this._problems.set(place, problemOf(error));
    }
    this._busy.delete(place);
    this._tell();
  }

  private async _refreshStatus(): Promise<void> {
    try {
      this.status = await this._client.status();
      this._tell();
    } catch {
      // The stream of events breaks too, and tells.
    }
  }

  private readonly _onChanged = (): void => {
    if (this._unwatch) {
      void this.refresh();
    }
  };

  private readonly _onJob = (_: unknown, job: IJob): void => {
    if (ended(job) && this._unwatch) {
      void (job.task === 'pull' ? this.refresh() : this._refreshStatus());
    }
  };

  private readonly _onConnected = (_: unknown, there: boolean): void => {
    // Lost or there again: what is shown may not hold.
    if (this._unwatch && (!there || this.problem)) {
      void this.refresh();
    }
  };

  private readonly _onNews = (_: unknown, news: IPullNews): void => {
    this.news = news;
  };

  private readonly _tell = (): void => {
    this._stateChanged.emit();
  };

  private readonly _stateChanged = new Signal<this, void>(this);
  private readonly _busy = new Set<string>();
  private readonly _problems = new Map<string, IProblem>();
  private _filter = NO_FILTER;
  private _timer: ReturnType<typeof setInterval> | undefined;
  private _unwatch: (() => void) | null = null;
  private _turn = 0;
  private _disposed = false;
}
