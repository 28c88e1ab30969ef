import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { DOMAIN, ISlmClient } from '../tokens';
import type { Client } from '../client';
import { localeOf } from '../common/languages';
import { showModels } from '../common/show-models';
import { CommandIDs, addCommands } from './commands';
import { Rows } from './rows';
import { CellSettings } from './settings';
import { CellTasks } from './tasks';
import type { IContext } from './work';

export { CommandIDs } from './commands';

export const cells: JupyterFrontEndPlugin<void> = {
  id: 'slm-magic:cells',
  description: 'Translates, summarizes and redacts cells.',
  autoStart: true,
  requires: [INotebookTracker, ISlmClient],
  optional: [ISettingRegistry, ITranslator, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    client: Client,
    registry: ISettingRegistry | null,
    translator: ITranslator | null,
    palette: ICommandPalette | null
  ) => {
    const { commands } = app;
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const changed = () =>
      Object.values(CommandIDs).forEach(id => commands.notifyCommandChanged(id));
    const settings = new CellSettings();
    const context: IContext = {
      client,
      rows: new Rows(changed),
      trans,
      showModels: () => showModels(commands)
    };
    addCommands({
      app,
      tracker,
      context,
      settings,
      tasks: new CellTasks(context, settings),
      locale: localeOf(translator?.languageCode ?? '')
    });
    tracker.activeCellChanged.connect(changed);
    tracker.currentChanged.connect(changed);
    if (palette) {
      const category = trans.__('Small Models');
      Object.values(CommandIDs).forEach(command => palette.addItem({ command, category }));
    }
    // Not waited for: the commands are there, and have the defaults until then.
    void registry
      ?.load(cells.id)
      .then(found => settings.attach(found, changed))
      .catch(() => undefined);
  }
};
