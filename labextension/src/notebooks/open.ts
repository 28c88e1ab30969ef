import { NotebookPanel } from '@jupyterlab/notebook';
import type { IContext } from './context';

/** Open a notebook, as it is on the disk now, at one of its cells. */
export async function openNotebook(context: IContext, path: string, cell?: number): Promise<void> {
  const { documents } = context;
  const there = documents.findWidget(path, null);
  const known = there && documents.contextForWidget(there);
  const widget = documents.openOrReveal(path);
  if (known && !known.model.dirty) {
    await known.revert();
  }
  if (cell !== undefined && widget instanceof NotebookPanel) {
    await widget.context.ready;
    await widget.revealed;
    widget.content.activeCellIndex = cell;
    await widget.content.scrollToItem(cell, 'smart');
  }
}
