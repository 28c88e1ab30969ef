import type { IModel } from '../client';

export interface ILanguage {
  code: string;
  name: string;
}

/** Return the languages that installed models translate from or into, by name. */
export function languages(
  models: readonly IModel[],
  side: 'from' | 'into',
  locale: string
): ILanguage[] {
  const codes = new Set<string>();
  for (const model of models) {
    if (model.installed && model.tasks.includes('translate')) {
      for (const language of model.languages) {
        // A pair such as en-fr, or one code where a model takes each with each.
        const pair = language.split('-');
        codes.add((side === 'from' ? pair.shift() : pair.pop()) ?? language);
      }
    }
  }
  return [...codes]
    .filter(code => /^[a-z]{2,3}$/.test(code))
    .map(code => ({ code, name: nameOf(code, locale) }))
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

function nameOf(code: string, locale: string): string {
  try {
    return new Intl.DisplayNames([locale], { type: 'language' }).of(code) ?? code;
  } catch {
    return code;
  }
}
