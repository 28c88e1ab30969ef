import { describe, expect, it } from 'vitest';
import type { IModel } from '../src/client';
import { languageName, languages, localeOf, preferred } from '../src/common/languages';

describe('languages', () => {
  const model = (languages: string[], more: Partial<IModel> = {}) =>
    ({ languages, pairs: [], tasks: ['translate'], installed: true, ...more }) as IModel;

  it('are those that installed models translate into, by name', () => {
    const models = [
      model(['en', 'fr', 'de']),
      model(['en', 'es'], { pairs: ['en-es'] }),
      model(['it'], { installed: false }),
      model(['nl'], { tasks: ['summarize'] }),
      model([], { pairs: ['nl-en'], tasks: ['redact'] })
    ];
    expect(languages(models, 'into', 'en')).toEqual([
      { code: 'en', name: 'English' },
      { code: 'fr', name: 'French' },
      { code: 'de', name: 'German' },
      { code: 'es', name: 'Spanish' }
    ]);
    expect(languages(models, 'from', 'en').map(({ code }) => code)).toEqual(['en', 'fr', 'de']);
    expect(languages(models, 'into', 'fr')[0]).toEqual({ code: 'de', name: 'allemand' });
  });

  it('are offered as the user wants, then as the page is', () => {
    const offered = languages([model(['en', 'fr', 'de'])], 'into', 'en');
    expect(preferred(offered, 'de', 'fr-FR')).toBe('de');
    expect(preferred(offered, 'xx', 'de-DE')).toBe('de');
    expect(preferred(offered, '', 'en')).toBe('fr');
    expect(preferred([{ code: 'nl', name: 'Dutch' }], '', 'en')).toBe('nl');
    expect(preferred([], 'fr', 'en')).toBe('');
  });

  it('of a model for any language are those of all models', () => {
    const models = [model(['*']), model(['fr', 'sv'], { installed: false })];
    expect(languages(models, 'into', 'en').map(({ code }) => code)).toEqual(['fr', 'sv']);
  });

  it('are named as the page is, and what is no code stays', () => {
    expect(languageName('de', localeOf('fr_FR'))).toBe('allemand');
    expect(languageName('de', localeOf(''))).toBe('German');
    expect(languageName('Old Norse', 'en')).toBe('Old Norse');
  });
});
