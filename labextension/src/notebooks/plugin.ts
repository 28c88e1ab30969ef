import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { Client } from '../client';
import { DOMAIN, ISlmClient } from '../tokens';
import { localeOf } from '../common/languages';
import type { IContext } from './context';

export const CommandIDs = {
  translate: 'slm-magic:translate-notebook',
  redact: 'slm-magic:redact-notebook'
} as const;

const ID = 'slm-magic:notebooks';

/** Commands that write a notebook in another language, or without personal data. */
export const notebooks: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Translates notebooks, and takes personal data out of copies of them.',
  autoStart: true,
  requires: [ISlmClient, IDocumentManager],
  optional: [ITranslator, ISettingRegistry, ICommandPalette, INotebookTracker, IFileBrowserFactory],
  activate: (
    app: JupyterFrontEnd,
    client: Client,
    documents: IDocumentManager,
    translator: ITranslator | null,
    registry: ISettingRegistry | null,
    palette: ICommandPalette | null,
    tracker: INotebookTracker | null,
    files: IFileBrowserFactory | null
  ) => {
    const language = translator ?? nullTranslator;
    const trans = language.load(DOMAIN);

    /** The notebook that a command is about: what is selected in the file browser, or shown. */
    const pathOf = (args: ReadonlyPartialJSONObject): string | null => {
      const shown = args['selected'] ? null : tracker?.currentWidget;
      // The one that was shown last may be behind something else.
      if (shown && shown === app.shell.currentWidget) {
        return shown.context.path;
      }
      const [one, another] = files?.tracker.currentWidget?.selectedItems() ?? [];
      return one && !another && one.type === 'notebook' ? one.path : null;
    };

    const context = async (): Promise<IContext> => {
      // Where there is no such setting, as there is none without a registry, each has its default.
      const settings = await registry?.load(ID).catch(() => null);
      const found = (settings?.composite ?? {}) as Partial<IContext['settings']>;
      return {
        app,
        client,
        documents,
        trans,
        locale: localeOf(language.languageCode),
        settings: { target: '', comments: false, operator: 'tag', language: 'en', ...found }
      };
    };

    app.commands.addCommand(CommandIDs.translate, {
      label: trans.__('Translate Notebook…'),
      caption: trans.__('Write a copy of this notebook in another language'),
      isEnabled: args => pathOf(args) !== null,
      execute: async args => {
        const path = pathOf(args);
        if (path !== null) {
          const { translateNotebook } = await import('./translate');
          await translateNotebook(await context(), path);
        }
      }
    });
    app.commands.addCommand(CommandIDs.redact, {
      label: trans.__('Redact Notebook Before Sharing…'),
      caption: trans.__('Write a copy of this notebook without personal data'),
      isEnabled: args => pathOf(args) !== null,
      execute: async args => {
        const path = pathOf(args);
        if (path !== null) {
          const { redactNotebook } = await import('./redact');
          await redactNotebook(await context(), path);
        }
      }
    });
    const category = trans.__('Small Models');
    palette?.addItem({ command: CommandIDs.translate, category });
    palette?.addItem({ command: CommandIDs.redact, category });
    app.shell.currentChanged?.connect(() => {
      Object.values(CommandIDs).forEach(id => app.commands.notifyCommandChanged(id));
    });
  }
};
