import type { ISettingRegistry } from '@jupyterlab/settingregistry';

/** Where a translation goes: a new cell below, or in place of the text. */
export type Place = 'below' | 'in-place';

/** The settings of schema/cells.json, with its defaults. */
const DEFAULTS = {
  targetLanguage: '',
  sourceLanguage: '',
  translationPlace: 'below' as Place,
  summarySentences: 3,
  summaryDomain: '',
  redactOperator: 'tag',
  translateModel: '',
  summarizeModel: '',
  redactModel: ''
};

type Values = typeof DEFAULTS;

/** What the user has set. Without a registry of settings it holds for this page. */
export class CellSettings {
  /** Take the settings once they are there. */
  attach(settings: ISettingRegistry.ISettings, changed: () => void): void {
    this._settings = settings;
    settings.changed.connect(changed);
    changed();
  }

  get<K extends keyof Values>(name: K): Values[K] {
    // What the registry hands out was checked against the schema.
    return (this._settings?.composite[name] as Values[K] | undefined) ?? this._own[name];
  }

  /** Keep the language that was chosen last. */
  async setTarget(language: string): Promise<void> {
    this._own.targetLanguage = language;
    await this._settings?.set('targetLanguage', language);
  }

  private readonly _own = { ...DEFAULTS };
  private _settings: ISettingRegistry.ISettings | null = null;
}
