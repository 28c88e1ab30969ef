import { Compartment, EditorState, type Extension, Prec } from '@codemirror/state';
import { ViewPlugin } from '@codemirror/view';
import type { ICellModel } from '@jupyterlab/cells';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import { isSlmCell, slmCell } from './language';

const PYTHON = /^text\/x-i?python\b/;

/** Characters of a cell in which its first line begins; what comes later is not looked at. */
const HEAD = 2000;

/** Whether an editor is that of a code cell, in a notebook or a console. */
export function isCodeCell(model: CodeEditor.IModel): model is ICellModel {
  return 'type' in model && model.type === 'code';
}

/**
 * Makes a cell of `%%slm` be read as text while it begins so, whatever the kernel's language says.
 *
 * Of two languages CodeMirror takes the first, and with it indentation, folding, brackets and
 * comments. JupyterLab's own stays below, so nothing is to be put back.
 */
export function slmCells(model: CodeEditor.IModel): Extension {
  const own = new Compartment();
  const wanted = (head: string) => (PYTHON.test(model.mimeType) && isSlmCell(head) ? slmCell : []);
  const follow = EditorState.transactionExtender.of(transaction => {
    const now = wanted(transaction.newDoc.sliceString(0, HEAD));
    const isSlm = own.get(transaction.startState) === slmCell;
    return isSlm === (now === slmCell) ? null : { effects: own.reconfigure(now) };
  });
  const followKernel = ViewPlugin.define(view => {
    const look = () => view.dispatch({});
    model.mimeTypeChanged.connect(look);
    return { destroy: () => model.mimeTypeChanged.disconnect(look) };
  });
  return [
    Prec.highest(own.of(wanted(model.sharedModel.source.slice(0, HEAD)))),
    follow,
    followKernel
  ];
}
