import { InputDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { nameOf } from './languages';

/**
 * Let a person choose a language.
 *
 * @param present - the one that is chosen now, or none.
 * @param page - the language of the page.
 * @returns its code, or null where the dialog was dismissed.
 */
export async function chooseLanguage(
  codes: readonly string[],
  present: string,
  page: string,
  trans: TranslationBundle
): Promise<string | null> {
  const all = present && !codes.includes(present) ? [present, ...codes] : [...codes];
  const named = all
    .map(code => ({ code, name: nameOf(code, page) }))
    .sort((a, b) => a.name.localeCompare(b.name));
  const { button, value } = await InputDialog.getItem({
    title: trans.__('Translate Cell'),
    label: trans.__('Language to translate into'),
    items: named.map(one => one.name),
    current: Math.max(
      0,
      named.findIndex(one => one.code === present)
    ),
    okLabel: trans.__('Translate')
  });
  return button.accept ? (named.find(one => one.name === value)?.code ?? null) : null;
}
