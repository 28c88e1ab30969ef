import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { CommandRegistry } from '@lumino/commands';
import { RequestError } from '../client';
import { languages } from '../common/languages';
import { redactIcon, summarizeIcon, translateIcon } from './icons';
import { CellPlace } from './place';
import type { CellSettings, Place } from './settings';
import { type CellTasks, isText } from './tasks';
import { type IContext, notifyError } from './work';

export const CommandIDs = {
  translate: 'slm-magic:translate-cell',
  translateInPlace: 'slm-magic:translate-cell-in-place',
  translateTo: 'slm-magic:translate-cell-to',
  summarize: 'slm-magic:summarize-cell',
  summarizeSelected: 'slm-magic:summarize-selected-cells',
  redact: 'slm-magic:redact-cell',
  cancel: 'slm-magic:cancel-cell'
} as const;

export interface ICommandsOptions {
  app: JupyterFrontEnd;
  tracker: INotebookTracker;
  context: IContext;
  settings: CellSettings;
  tasks: CellTasks;
  /** The language of the page, as `Intl` takes it. */
  locale: string;
}

type Enabled = NonNullable<CommandRegistry.ICommandOptions['isEnabled']>;
/** No arguments; what a command's arguments are is told to whoever lists commands. */
const NONE = { type: 'object', properties: {} } as const;

export function addCommands(options: ICommandsOptions): void {
  const { app, tracker, context, settings, tasks, locale } = options;
  const { commands } = app;
  const { rows, trans } = context;

  /** The active cell of the notebook in front, where its notebook may be changed. */
  const active = (): CellPlace | null => {
    const panel = tracker.currentWidget;
    const cell = panel?.content.activeCell;
    const there = panel && cell && panel === app.shell.currentWidget;
    return there && !panel.content.model?.readOnly ? new CellPlace(panel, cell.model.id) : null;
  };

  /** The active cell, if a task can be done on it. */
  const usable = (where: Place): CellPlace | null => {
    const place = active();
    const cell = place?.cell;
    if (!place || !cell || !isText(cell) || rows.get(place)?.cancel) {
      return null;
    }
    return where === 'in-place' && cell.readOnly ? null : place;
  };

  const whenUsable =
    (where: (args: Parameters<Enabled>[0]) => Place): Enabled =>
    args => {
      // The toolbars of two notebooks side by side are both seen; the one that is clicked is in front then.
      const elsewhere = args.toolbar === true && !isTextIn(active());
      return elsewhere || usable(where(args)) !== null;
    };

  const translate = async (place: CellPlace, where: Place) => {
    if (settings.get('targetLanguage') || (await chooseTarget(place))) {
      await tasks.translate(place, where);
    }
  };

  /** Let a person choose the language; false where they did not. */
  const chooseTarget = async (place: CellPlace): Promise<boolean> => {
    try {
      const [models, { chooseLanguage }] = await Promise.all([
        context.client.models(),
        import('./choose-language')
      ]);
      const offered = languages(models, 'into', locale);
      if (!offered.length) {
        throw new RequestError(0, {
          message: trans.__('No model that translates is installed.'),
          reason: 'model_not_installed',
          mends: trans.__('Install one first.')
        });
      }
      const code = await chooseLanguage(offered, settings.get('targetLanguage'), locale, trans);
      if (code === null) {
        return false;
      }
      await settings.setTarget(code);
      return true;
    } catch (error) {
      notifyError(context, place, error);
      return false;
    }
  };

  const placeOf: (args: Parameters<Enabled>[0]) => Place = args =>
    args.place === 'settings' ? settings.get('translationPlace') : 'below';

  commands.addCommand(CommandIDs.translate, {
    label: trans.__('Translate Cell'),
    caption: trans.__('Translate the cell'),
    icon: translateIcon,
    describedBy: {
      args: {
        type: 'object',
        properties: {
          place: {
            type: 'string',
            enum: ['below', 'settings'],
            description: 'Put the translation below, or where the settings say.'
          }
        }
      }
    },
    isEnabled: whenUsable(placeOf),
    execute: async args => {
      const place = usable(placeOf(args));
      await (place && translate(place, placeOf(args)));
    }
  });

  commands.addCommand(CommandIDs.translateInPlace, {
    label: trans.__('Translate Cell in Place'),
    caption: trans.__('Replace the text of the cell by its translation'),
    icon: translateIcon,
    describedBy: { args: NONE },
    isEnabled: whenUsable(() => 'in-place'),
    execute: async () => {
      const place = usable('in-place');
      await (place && translate(place, 'in-place'));
    }
  });

  commands.addCommand(CommandIDs.translateTo, {
    label: trans.__('Translate Cell To…'),
    caption: trans.__('Choose a language and translate the cell'),
    icon: translateIcon,
    describedBy: { args: NONE },
    isEnabled: whenUsable(() => settings.get('translationPlace')),
    execute: async () => {
      const place = usable(settings.get('translationPlace'));
      if (place && (await chooseTarget(place))) {
        await tasks.translate(place, settings.get('translationPlace'));
      }
    }
  });

  commands.addCommand(CommandIDs.summarize, {
    label: trans.__('Summarize Cell'),
    caption: trans.__('Summarize the cell into a new one below'),
    icon: summarizeIcon,
    describedBy: { args: NONE },
    isEnabled: whenUsable(() => 'below'),
    execute: async () => {
      const place = usable('below');
      await (place?.cell && tasks.summarize([place.cell], place));
    }
  });

  commands.addCommand(CommandIDs.summarizeSelected, {
    label: trans.__('Summarize Selected Cells'),
    caption: trans.__('Summarize the text of the selected cells into a new one below'),
    icon: summarizeIcon,
    describedBy: { args: NONE },
    isEnabled: () => active() !== null,
    execute: async () => {
      const panel = active()?.panel;
      const cells = panel?.content.selectedCells ?? [];
      const last = cells.at(-1);
      if (panel && last) {
        const place = new CellPlace(panel, last.model.id);
        if (!rows.get(place)?.cancel) {
          await tasks.summarize(cells, place);
        }
      }
    }
  });

  commands.addCommand(CommandIDs.redact, {
    label: trans.__('Redact Cell'),
    caption: trans.__('Take personal data out of the cell'),
    icon: redactIcon,
    describedBy: { args: NONE },
    isEnabled: whenUsable(() => 'in-place'),
    execute: async () => {
      const place = usable('in-place');
      await (place && tasks.redact(place));
    }
  });

  const cancelOf = (): (() => void) | null => {
    const place = active();
    return (place && rows.get(place)?.cancel) ?? null;
  };

  commands.addCommand(CommandIDs.cancel, {
    label: trans.__('Cancel Work on Cell'),
    caption: trans.__('Cancel what a small model does on the cell'),
    describedBy: { args: NONE },
    isEnabled: () => cancelOf() !== null,
    execute: () => cancelOf()?.()
  });
}

function isTextIn(place: CellPlace | null): boolean {
  const cell = place?.cell;
  return !!cell && isText(cell);
}
