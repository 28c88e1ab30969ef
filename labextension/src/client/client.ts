import { type ISignal, Signal } from '@lumino/signaling';
import { Jobs } from './jobs';
import { type IServer, ask } from './request';
import type { IDefault, IModel, IStatus, Task } from './types';

type Defaults = Record<Task, IDefault>;

/** The server side of slm-magic. Every call may throw `RequestError`. */
export class Client {
  constructor(private readonly _server: IServer) {
    this.jobs = new Jobs(_server);
  }

  readonly jobs: Jobs;

  /** Models were removed, unloaded or made default by this page. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  status(): Promise<IStatus> {
    return ask(this._server, 'status');
  }

  async models(): Promise<IModel[]> {
    return (await ask<{ models: IModel[] }>(this._server, 'models')).models;
  }

  /** Remove a model from the disk; returns the bytes that are free again. */
  async remove(name: string): Promise<number> {
    const path = `models/${encodeURIComponent(name)}`;
    const { freed } = await ask<{ freed: number }>(this._server, path, 'DELETE');
    this._changed.emit();
    return freed;
  }

  async defaults(): Promise<Defaults> {
    return (await ask<{ defaults: Defaults }>(this._server, 'defaults')).defaults;
  }

  /** Make a model the default of a task; null lets the task pick again. */
  async setDefault(task: Task, model: string | null): Promise<Defaults> {
    const { defaults } = await (model === null
      ? ask<{ defaults: Defaults }>(this._server, `defaults/${task}`, 'DELETE')
      : ask<{ defaults: Defaults }>(this._server, `defaults/${task}`, 'PUT', { model }));
    this._changed.emit();
    return defaults;
  }

  /** Free the memory of a loaded model, or of all. */
  async unload(model?: string): Promise<string[]> {
    const body = model === undefined ? {} : { model };
    const answer = await ask<{ unloaded: string[] }>(this._server, 'unload', 'POST', body);
    this._changed.emit();
    return answer.unloaded;
  }

  private readonly _changed = new Signal<this, void>(this);
}
