import type { TranslationBundle } from '@jupyterlab/translation';
import {
  type Client,
  type IJob,
  type IJobRequest,
  type IResult,
  JobCancelled,
  ended
} from '../client';
import { lineOf, problemOf } from '../common/problem';
import type { CellPlace } from './place';
import { type INoticeOptions, NoticeRow, ProgressRow } from './row';
import type { Rows } from './rows';

/** What work on a cell needs of its surroundings. */
export interface IContext {
  client: Client;
  rows: Rows;
  trans: TranslationBundle;
  /** Shows the models that can be installed; null where nothing can. */
  showModels: () => (() => void) | null;
}

/** Reasons of problems that another model mends. */
const MODEL_LACKS = ['model_not_installed', 'unknown_model'];

type Told = Pick<INoticeOptions, 'lines' | 'kind'> & Partial<Pick<INoticeOptions, 'action'>>;

/** Show lines on a cell until they are dismissed. */
export function notify(context: IContext, place: CellPlace, told: Told): void {
  const { rows, trans } = context;
  const dismiss = () => rows.clear(place);
  rows.show(place, new NoticeRow({ ...told, dismiss }, trans), told.lines.join(' '));
}

/** Show what went wrong on a cell, and a way to mend it where there is one. */
export function notifyError(context: IContext, place: CellPlace, error: unknown): void {
  const problem = problemOf(error);
  const show = MODEL_LACKS.includes(problem.reason) ? context.showModels() : null;
  notify(context, place, {
    kind: 'error',
    lines: [lineOf(problem)],
    action: show && { label: context.trans.__('Show Small Models'), run: show }
  });
}

/** Show what a result's flags say, and other lines, on a cell; nothing where there is nothing. */
export function notifyResult(
  context: IContext,
  place: CellPlace | null,
  result: IResult,
  lines: string[] = []
): void {
  const told = [...new Set([...lines, ...result.flags.map(flag => flag.message)])];
  if (place && told.length) {
    const kind = result.flags.length ? 'warning' : 'info';
    notify(context, place, { kind, lines: told });
  }
}

/**
 * Run a job for a cell with its progress below it.
 *
 * @returns the result, or null where there is nothing to do with one: the work was cancelled, the
 * cell is gone, or it failed, which the cell then tells.
 */
export async function work(
  context: IContext,
  place: CellPlace,
  label: string,
  request: IJobRequest
): Promise<IResult | null> {
  const { client, rows, trans } = context;
  const controller = new AbortController();
  const { signal } = controller;
  const row = new ProgressRow(
    label,
    () => {
      controller.abort();
      // At once: the server ends the job at its next step, and nothing comes of it.
      rows.clear(place);
      rows.say(place, trans.__('Cancelled'));
    },
    trans
  );
  rows.show(place, row, label);
  try {
    const { results } = await client.jobs.run<{ results: IResult[] }>(request, {
      signal,
      onProgress: job => row.tell(job, queued(client, job))
    });
    // It may have ended before it could be cancelled.
    if (signal.aborted || !place.cell) {
      return null;
    }
    rows.clear(place);
    rows.say(place, trans.__('Done'));
    return results[0] ?? null;
  } catch (error) {
    if (signal.aborted) {
      return null;
    }
    if (error instanceof JobCancelled) {
      const line = trans.__('The work was cancelled on the server.');
      notify(context, place, { kind: 'info', lines: [line] });
    } else {
      notifyError(context, place, error);
    }
    return null;
  }
}

/** Whether a job waits for another. Each waits for a moment, which is not worth a word. */
function queued(client: Client, job: IJob): boolean {
  return job.state === 'waiting' && client.jobs.all.some(one => one.id !== job.id && !ended(one));
}
