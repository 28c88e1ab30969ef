import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { Client } from '../client';
import { lineOf, problemOf } from '../common/problem';
import { SHOW_MODELS } from '../common/show-models';
import { DOMAIN, ISlmClient } from '../tokens';
import { icon } from './icon';
import { Sidebar } from './widget';

export const CommandIDs = {
  /** Open the panel and move the focus into it. */
  show: SHOW_MODELS,
  /** Free the memory of all loaded models. */
  unload: 'slm-magic:unload-models'
} as const;

const ID = 'slm-magic:sidebar';
/** Among the panels of a side. */
const RANK = 700;

type Side = 'left' | 'right';

/** The panel "Small models". */
export const sidebar: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Adds a panel to find, install, try and remove small models.',
  autoStart: true,
  requires: [ISlmClient],
  optional: [ISettingRegistry, ILayoutRestorer, ITranslator, ICommandPalette],
  activate: async (
    app: JupyterFrontEnd,
    client: Client,
    registry: ISettingRegistry | null,
    restorer: ILayoutRestorer | null,
    translator_: ITranslator | null,
    palette: ICommandPalette | null
  ) => {
    const translator = translator_ ?? nullTranslator;
    const widget = new Sidebar(client, translator);
    addCommands(app, client, widget, translator, palette);
    // Without settings it is at the left.
    const settings = (await registry?.load(ID).catch(() => null)) ?? null;
    const side = () => (settings?.get('side').composite as Side | undefined) ?? 'left';
    app.shell.add(widget, side(), { rank: RANK });
    restorer?.add(widget, widget.id);
    settings?.changed.connect(() => {
      app.shell.add(widget, side(), { rank: RANK });
    });
  }
};

function addCommands(
  app: JupyterFrontEnd,
  client: Client,
  widget: Sidebar,
  translator: ITranslator,
  palette: ICommandPalette | null
): void {
  const { commands, shell } = app;
  const trans = translator.load(DOMAIN);
  commands.addCommand(CommandIDs.show, {
    label: trans.__('Show Small Models'),
    caption: trans.__('Find, install, try and remove small models.'),
    icon,
    execute: () => shell.activateById(widget.id),
    describedBy: { args: { type: 'object', properties: {} } }
  });
  commands.addCommand(CommandIDs.unload, {
    label: trans.__('Unload Small Models'),
    caption: trans.__('Free the memory that models take in the Jupyter server.'),
    execute: async () => {
      try {
        const names = await client.unload();
        Notification.success(
          names.length
            ? trans.__('Unloaded: %1.', names.join(', '))
            : trans.__('No model was loaded.'),
          { autoClose: 3000 }
        );
      } catch (error) {
        Notification.error(lineOf(problemOf(error)));
      }
    },
    describedBy: { args: { type: 'object', properties: {} } }
  });
  const category = trans.__('Small Models');
  for (const command of Object.values(CommandIDs)) {
    palette?.addItem({ command, category });
  }
}
