import { NotebookPanel } from '@jupyterlab/notebook';
import type { IContext } from './context';

/** Open a notebook as it is on the disk now; or as it is, at one of its cells. */
export async function openNotebook(context: IContext, path: string, cell?: number): Promise<void> {
  const { documents } = context;
  const there = documents.findWidget(path, null);
  const known = there && documents.contextForWidget(there);
  const widget = documents.openOrReveal(path);
  if (known && !known.model.dirty && cell === undefined) {
    // Why it could not be read is told by JupyterLab.
    await known.revert().catch(() => undefined);
  }
  if (cell !== undefined && widget instanceof NotebookPanel) {
    await widget.context.ready;
    await widget.revealed;
    widget.content.activeCellIndex = cell;
    await widget.content.scrollToItem(cell, 'smart');
  }
}
