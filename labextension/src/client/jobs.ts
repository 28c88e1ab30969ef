import { type ISignal, Signal } from '@lumino/signaling';
import { events } from './events';
import { type IServer, RequestError, ask, send } from './request';
import { ended, type IJob, type IJobRequest } from './types';

/** Milliseconds until the stream of events is opened again after it broke: first, and at most. */
const RETRY_MS = 500;
const RETRY_MOST_MS = 15_000;

/** That a job was cancelled, by whom it may be. */
export class JobCancelled extends Error {
  constructor() {
    super('Cancelled.');
    this.name = 'JobCancelled';
  }
}

export interface IRunOptions {
  /** Told at once when the server has taken the job, and at each step. */
  onProgress?: (job: IJob) => void;
  /** Aborting it cancels the job. */
  signal?: AbortSignal;
}

/**
 * All jobs of the server, and one connection that follows them.
 *
 * The connection is open only while somebody watches, since browsers open few of them to a server.
 */
export class Jobs {
  constructor(private readonly _server: IServer) {}

  /** A job has changed, or was dropped (then only its id is told). */
  get changed(): ISignal<this, IJob> {
    return this._changed;
  }

  /** The stream of events was lost (false) or is there again (true). */
  get connected(): ISignal<this, boolean> {
    return this._connected;
  }

  /** The jobs as last told. */
  get all(): readonly IJob[] {
    return [...this._jobs.values()];
  }

  /** Follow the jobs until the function that is returned is called. */
  watch(): () => void {
    this._watchers += 1;
    if (!this._stream) {
      this._stream = new AbortController();
      void this._follow(this._stream.signal);
    }
    let open = true;
    return () => {
      if (open) {
        open = false;
        this._watchers -= 1;
        if (this._watchers === 0) {
          this._stream?.abort();
          this._stream = null;
        }
      }
    };
  }

  /** Start a job. */
  async start(request: IJobRequest): Promise<IJob> {
    const { job } = await ask<{ job: IJob }>(this._server, 'jobs', 'POST', request);
    this._tell(job);
    return job;
  }

  /** Cancel a job; one that has ended meanwhile keeps its result. */
  async cancel(id: string): Promise<void> {
    const { job } = await ask<{ job: IJob }>(this._server, `jobs/${id}/cancel`, 'POST');
    this._tell(job);
  }

  /** Drop a job that has ended, with its result. */
  async drop(id: string): Promise<void> {
    await ask(this._server, `jobs/${id}`, 'DELETE');
    this._jobs.delete(id);
  }

  /**
   * Run a job to its end and return its result.
   *
   * @throws JobCancelled where it was cancelled, RequestError where it failed.
   */
  async run<T>(request: IJobRequest, options: IRunOptions = {}): Promise<T> {
    const { onProgress, signal } = options;
    const unwatch = this.watch();
    try {
      if (signal?.aborted) {
        throw new JobCancelled();
      }
      const started = await this.start(request);
      onProgress?.(started);
      const last = await this._end(started, onProgress, signal);
      if (last.state === 'cancelled') {
        throw new JobCancelled();
      }
      if (last.error) {
        throw new RequestError(0, last.error);
      }
      const result = await ask<T>(this._server, `jobs/${last.id}/result`);
      // The server need not keep the text any longer.
      void this.drop(last.id).catch(() => undefined);
      return result;
    } finally {
      unwatch();
    }
  }

  private _end(
    started: IJob,
    onProgress?: (job: IJob) => void,
    signal?: AbortSignal
  ): Promise<IJob> {
    return new Promise(resolve => {
      const stop = () =>
        void this.cancel(started.id).catch(() => {
          // Nobody is there to cancel it; who waits is not held any longer.
          hear(this, { ...started, state: 'cancelled' });
        });
      const hear = (_: this, job: IJob) => {
        if (job.id !== started.id) {
          return;
        }
        onProgress?.(job);
        if (ended(job)) {
          this._changed.disconnect(hear);
          signal?.removeEventListener('abort', stop);
          resolve(job);
        }
      };
      this._changed.connect(hear);
      signal?.addEventListener('abort', stop);
      if (signal?.aborted) {
        stop();
      }
      // It may have ended before we listened.
      const known = this._jobs.get(started.id);
      if (known && ended(known)) {
        hear(this, known);
      }
    });
  }

  private async _follow(signal: AbortSignal): Promise<void> {
    let wait = RETRY_MS;
    const stopped = () => signal.aborted;
    while (!stopped()) {
      let body: ReadableStream<Uint8Array> | null = null;
      try {
        ({ body } = await send(this._server, 'events', { signal, cache: 'no-store' }));
        await this._refresh();
        this._connected.emit(true);
        wait = RETRY_MS;
        if (body) {
          for await (const { event, data } of events(body)) {
            this._hear(event, data);
          }
        }
      } catch {
        // Tried again below; who asks for something else is told what is wrong. One that was opened
        // and not read would hold one of the few connections that a browser has to a server.
        void body?.cancel().catch(() => undefined);
      }
      if (stopped()) {
        return;
      }
      this._connected.emit(false);
      await new Promise(resolve => setTimeout(resolve, wait));
      wait = Math.min(2 * wait, RETRY_MOST_MS);
    }
  }

  /** A job that ended and was dropped while nobody listened is told as cancelled. */
  private async _refresh(): Promise<void> {
    // Only these: the list may be older than a job that is started meanwhile.
    const before = this.all;
    const { jobs } = await ask<{ jobs: IJob[] }>(this._server, 'jobs');
    const there = new Set(jobs.map(job => job.id));
    for (const job of before) {
      if (!there.has(job.id)) {
        this._drop(job);
      }
    }
    jobs.forEach(job => this._tell(job));
  }

  private _hear(event: string, data: string): void {
    if (event === 'job') {
      this._tell((JSON.parse(data) as { job: IJob }).job);
    } else if (event === 'dropped') {
      const job = this._jobs.get((JSON.parse(data) as { id: string }).id);
      if (job) {
        this._drop(job);
      }
    }
  }

  private _tell(job: IJob): void {
    const known = this._jobs.get(job.id);
    // An answer and an event may overtake each other; what has ended stays so.
    if (known && ended(known) && !ended(job)) {
      return;
    }
    this._jobs.set(job.id, job);
    this._changed.emit(job);
  }

  private _drop(job: IJob): void {
    this._jobs.delete(job.id);
    if (!ended(job)) {
      this._changed.emit({ ...job, state: 'cancelled' });
    }
  }

  private readonly _changed = new Signal<this, IJob>(this);
  private readonly _connected = new Signal<this, boolean>(this);
  private readonly _jobs = new Map<string, IJob>();
  private _stream: AbortController | null = null;
  private _watchers = 0;
}
