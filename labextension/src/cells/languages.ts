import type { IModel } from '../client';

/** The languages that installed models translate into, as codes. */
export function targets(models: readonly IModel[]): string[] {
  const codes = models
    .filter(model => model.installed && model.tasks.includes('translate'))
    // A pair such as en-fr is one way, a code alone goes both ways.
    .flatMap(model => model.languages.map(language => language.split('-').pop() ?? language));
  return [...new Set(codes)];
}

/** Return a language's name in the language of the page; what is no code stays. */
export function nameOf(code: string, page: string): string {
  try {
    return new Intl.DisplayNames([page.replace('_', '-')], { type: 'language' }).of(code) ?? code;
  } catch {
    return code;
  }
}
