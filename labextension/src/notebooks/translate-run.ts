import { Notification, showErrorMessage } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { type IJob, JobCancelled } from '../client';
import { lineOf, problemOf } from '../common/problem';
import type { IContext } from './context';
import { openNotebook } from './open';
import { showReport } from './report';
import type { ITranslated } from './types';

/** Longer lines are cut by JupyterLab's notifications. */
const LONGEST = 140;

export interface ITranslateRequest {
  path: string;
  target: string;
  source?: string;
  comments: boolean;
  out: string;
  force?: boolean;
  resume?: boolean;
}

/**
 * Translate a notebook; from when the server has taken it on, a notification tells how far it is.
 *
 * @param taken - called at that moment.
 * @throws what the server refuses it for.
 */
export async function runTranslation(
  context: IContext,
  request: ITranslateRequest,
  signal: AbortSignal,
  taken: () => void
): Promise<void> {
  const { client, trans } = context;
  const name = PathExt.basename(request.path);
  const own = new AbortController();
  signal.addEventListener('abort', () => own.abort());
  let id = '';
  const tell = (job: IJob) => {
    if (!id && signal.aborted) {
      // The dialog was closed meanwhile: nobody waits for it.
      return;
    }
    const message = progressOf(context, name, job);
    const progress = job.progress?.total ? job.progress.done / job.progress.total : 0;
    if (id) {
      Notification.update({ id, message, progress });
      return;
    }
    const stop = {
      label: trans.__('Stop'),
      caption: trans.__('Stop, and keep what is finished'),
      callback: (event: MouseEvent) => {
        event.preventDefault();
        own.abort();
      }
    };
    id = Notification.emit(message, 'in-progress', { autoClose: false, progress, actions: [stop] });
    taken();
  };
  try {
    const done = await client.jobs.run<ITranslated>(
      { task: 'translate_notebook', ...request },
      { onProgress: tell, signal: own.signal }
    );
    Notification.dismiss(id);
    tellDone(context, done);
  } catch (error) {
    if (!id) {
      throw error;
    }
    Notification.dismiss(id);
    if (error instanceof JobCancelled) {
      tellStopped(context, name, request);
    } else {
      tellFailed(context, name, error);
    }
  }
}

function progressOf({ trans }: IContext, name: string, { state, progress }: IJob): string {
  if (state === 'waiting') {
    return trans.__('%1 waits until the server has time.', name);
  }
  if (state === 'cancelling') {
    return trans.__('Stopping the translation of %1…', name);
  }
  if (progress?.unit === 'cell' && progress.total !== null) {
    return trans.__('Translating %1: cell %2 of %3', name, ...count(progress.done, progress.total));
  }
  if (progress?.unit === 'comment' && progress.total !== null) {
    return trans.__(
      'Translating %1: comment %2 of %3',
      name,
      ...count(progress.done, progress.total)
    );
  }
  return trans.__('Translating %1: loading the model…', name);
}

/** The one that is worked on, and how many there are. */
function count(done: number, total: number): [string, string] {
  return [String(Math.min(done + 1, total)), String(total)];
}

function tellDone(context: IContext, done: ITranslated): void {
  const { trans } = context;
  const name = PathExt.basename(done.path);
  const open = {
    label: trans.__('Open'),
    displayType: 'accent' as const,
    callback: () => void openNotebook(context, done.path)
  };
  const looks = new Set([...done.flags.map(flag => flag.cell), ...done.unread]).size;
  if (!looks) {
    Notification.success(trans.__('%1 is written.', name), { autoClose: false, actions: [open] });
    return;
  }
  const message = trans._n(
    '%2 is written. %1 cell should be looked at.',
    '%2 is written. %1 cells should be looked at.',
    looks,
    name
  );
  const show = {
    label: trans.__('Show Cells'),
    displayType: 'warn' as const,
    callback: () => void reportTranslated(context, done)
  };
  Notification.warning(message, { autoClose: false, actions: [open, show] });
}

async function reportTranslated(context: IContext, done: ITranslated): Promise<void> {
  const { trans } = context;
  const unread = trans.__('The code could not be read; its comments stay as they are.');
  showReport(context, {
    path: done.path,
    intro: trans.__('Look at these cells: the translation may be wrong there.'),
    items: [
      ...done.flags.map(({ cell, message }) => ({ cell, text: message })),
      ...done.unread.map(cell => ({ cell, text: unread }))
    ].sort((a, b) => a.cell - b.cell)
  });
  await openNotebook(context, done.path);
}

function tellStopped(context: IContext, name: string, request: ITranslateRequest): void {
  const { trans } = context;
  const message = trans.__('The translation of %1 was stopped. Finished cells are kept.', name);
  const again = {
    label: trans.__('Resume'),
    displayType: 'accent' as const,
    callback: () => {
      const signal = new AbortController().signal;
      const next = { ...request, force: false, resume: true };
      runTranslation(context, next, signal, () => undefined).catch((reason: unknown) =>
        tellFailed(context, name, reason)
      );
    }
  };
  Notification.info(message, { autoClose: false, actions: [again] });
}

function tellFailed({ trans }: IContext, name: string, error: unknown): void {
  const problem = problemOf(error);
  const line = lineOf(problem);
  if (line.length <= LONGEST) {
    Notification.error(line, { autoClose: false });
    return;
  }
  const title = trans.__('The translation of %1 failed.', name);
  const why = {
    label: trans.__('Why'),
    callback: () => void showErrorMessage(title, line)
  };
  Notification.error(title, { autoClose: false, actions: [why] });
}
