import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { EditorExtensionRegistry, IEditorExtensionRegistry } from '@jupyterlab/codemirror';
import { isCodeCell, slmCells } from './extension';

/** Reads cells of `%%slm` as text. */
export const editor: JupyterFrontEndPlugin<void> = {
  id: 'slm-magic:editor',
  description: 'Highlights cells of %%slm as text below a magic.',
  autoStart: true,
  requires: [IEditorExtensionRegistry],
  activate: (_: JupyterFrontEnd, extensions: IEditorExtensionRegistry) => {
    extensions.addExtension({
      name: 'slm-magic:cells',
      factory: ({ model }) =>
        isCodeCell(model) ? EditorExtensionRegistry.createImmutableExtension(slmCells(model)) : null
    });
  }
};
