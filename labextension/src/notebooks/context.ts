import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Client } from '../client';

/** Drives whose files are those of the server: its own, and what people share of it. */
const DRIVES = ['', 'RTC'];

/** What the work on a notebook needs of the application. */
export interface IContext {
  app: JupyterFrontEnd;
  client: Client;
  documents: IDocumentManager;
  trans: TranslationBundle;
  /** The language of the page, as a browser names it. */
  locale: string;
  settings: { target: string; comments: boolean; operator: string; language: string };
}

/**
 * Return the path that a notebook has on the server.
 *
 * @throws Error where it is on another drive.
 */
export function pathOnServer({ documents, trans }: IContext, path: string): string {
  const { contents } = documents.services;
  if (!DRIVES.includes(contents.driveName(path))) {
    throw new Error(trans.__('This notebook is not a file of the Jupyter server. Copy it there.'));
  }
  return contents.localPath(path);
}

/** What became of the changes of a notebook: there were none, or they are on the disk, or not. */
export type Saved = 'same' | 'saved' | 'failed';

/**
 * Save a notebook if it is open with changes, since the server reads what is saved.
 *
 * JupyterLab itself asks or tells when that fails. It does so in dialogs, which come one after the
 * other: none of ours may be open meanwhile.
 */
export async function save({ documents }: IContext, path: string): Promise<Saved> {
  const widget = documents.findWidget(path, null);
  const open = widget && documents.contextForWidget(widget);
  if (!open?.model.dirty) {
    return 'same';
  }
  try {
    await open.save();
    return 'saved';
  } catch {
    return 'failed';
  }
}
