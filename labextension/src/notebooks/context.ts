import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Client } from '../client';

/** The command that opens the list of models. */
const SHOW_MODELS = 'slm-magic:show-models';
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

/** Return whether a notebook is open with changes that are not saved. */
export function isDirty({ documents }: IContext, path: string): boolean {
  const widget = documents.findWidget(path, null);
  return (widget && documents.contextForWidget(widget)?.model.dirty) ?? false;
}

/**
 * Save a notebook if it is open with changes, since the server reads what is saved.
 *
 * @throws Error where that fails.
 */
export async function save(context: IContext, path: string): Promise<void> {
  if (isDirty(context, path)) {
    const widget = context.documents.findWidget(path, null);
    await (widget && context.documents.contextForWidget(widget)?.save());
    if (isDirty(context, path)) {
      throw new Error(context.trans.__('The notebook could not be saved.'));
    }
  }
}

/** Return what opens the list of models; null where it is not there. */
export function showModels({ app }: IContext): (() => void) | null {
  return app.commands.hasCommand(SHOW_MODELS) ? () => void app.commands.execute(SHOW_MODELS) : null;
}
