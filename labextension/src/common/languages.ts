import type { IModel } from '../client';

export interface ILanguage {
  code: string;
  name: string;
}

/** Return the language that JupyterLab shows, `fr_FR`, as `Intl` takes it. */
export function localeOf(languageCode: string): string {
  return languageCode.replace('_', '-') || 'en';
}

/** Return a language's name in the user's; what is no code stays. */
export function languageName(code: string, locale: string): string {
  try {
    return new Intl.DisplayNames([locale, 'en'], { type: 'language' }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** Return the codes that a model translates from or into; where that is any, those of all models. */
export function codesOf(model: IModel, side: 'from' | 'into', all: readonly IModel[]): string[] {
  if (model.pairs.length) {
    return [...new Set(model.pairs.map(pair => pair.split('-')[side === 'from' ? 0 : 1] ?? pair))];
  }
  const codes = model.languages.includes('*')
    ? [...new Set(all.flatMap(one => one.languages))]
    : model.languages;
  return codes.filter(code => code !== '*');
}

/** Return the languages that installed models translate from or into, by name. */
export function languages(
  models: readonly IModel[],
  side: 'from' | 'into',
  locale: string
): ILanguage[] {
  const codes = models
    .filter(model => model.installed && model.tasks.includes('translate'))
    .flatMap(model => codesOf(model, side, models));
  return [...new Set(codes)]
    .map(code => ({ code, name: languageName(code, locale) }))
    .sort((a, b) => a.name.localeCompare(b.name, locale));
}

/** Return the language to offer first: the user's, the page's, or any. */
export function preferred(offered: readonly ILanguage[], wanted: string, locale: string): string {
  const page = locale.slice(0, 2);
  // Notebooks in English are the most, so a page in English tells nothing.
  const first = [wanted, page === 'en' ? '' : page, 'fr'];
  const has = first.find(code => offered.some(one => one.code === code));
  return has ?? offered[0]?.code ?? '';
}
