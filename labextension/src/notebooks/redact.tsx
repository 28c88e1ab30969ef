import { Notification } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';
import { type IContext, save } from './context';
import { WorkDialog } from './dialog';
import { openNotebook } from './open';
import { placeOf } from './places';
import { RedactView } from './redact-view';
import { showReport } from './report';
import { Review } from './review';
import type { IRedacted } from './types';

/** Search a notebook for personal data, let a person look at it, and write a copy without. */
export async function redactNotebook(context: IContext, path: string): Promise<void> {
  const { trans } = context;
  const saved = await save(context, path);
  if (saved === 'failed') {
    return;
  }
  const review = new Review(context, path, saved === 'saved');
  const close = () => dialog.finish();
  const again = () => {
    close();
    void redactNotebook(context, path);
  };
  const dialog = new WorkDialog(
    { title: trans.__('Redact Notebook Before Sharing') },
    ReactWidget.create(<RedactView review={review} close={close} again={again} />),
    { close: trans.__('Cancel'), accept: trans.__('Write Redacted Copy') },
    { accept: () => void review.write(), mayClose: () => review.mayClose() }
  );
  dialog.addClass('jp-SlmRedactDialog');
  dialog.acceptable = false;
  review.changed.connect(() => {
    dialog.acceptable = review.ready;
  });
  review.written.connect((_, done) => {
    close();
    tellDone(context, done);
    void openNotebook(context, done.path);
  });
  void review.search();
  await dialog.launch();
  // What was found is in this dialog only, and goes with it.
  review.dispose();
}

function tellDone(context: IContext, done: IRedacted): void {
  const { trans } = context;
  const name = PathExt.basename(done.path);
  const message = trans._n(
    '%2 is written: %1 place replaced, %3 kept.',
    '%2 is written: %1 places replaced, %3 kept.',
    done.taken,
    name,
    String(done.kept)
  );
  // It is open already, but where a browser lets no page open another by itself.
  const open = { label: trans.__('Open'), callback: () => void openNotebook(context, done.path) };
  if (!done.left.length) {
    Notification.success(message, { autoClose: 10_000, actions: [open] });
    return;
  }
  Notification.warning(message, { autoClose: 10_000, actions: [open] });
  showReport(context, {
    path: done.path,
    intro: trans.__('Something stands where no text can be taken out. Look at these cells:'),
    items: done.left.map(one => ({
      cell: one.cell,
      text: trans.__('%1: %2', placeOf(trans, one.place), one.type)
    }))
  });
}
