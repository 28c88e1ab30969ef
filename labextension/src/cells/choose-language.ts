import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { nameOf } from './languages';

/** A labelled list; the one of `InputDialog` has no name for a screen reader. */
class Languages extends Widget implements Dialog.IBodyWidget {
  constructor(codes: readonly string[], present: string, page: string, label: string) {
    super();
    const named = codes
      .map(code => ({ code, name: nameOf(code, page) }))
      .sort((a, b) => a.name.localeCompare(b.name));
    for (const { code, name } of named) {
      this._list.add(new Option(name, code, false, code === present));
    }
    this._list.className = 'jp-mod-styled';
    const labelled = document.createElement('label');
    labelled.append(label, this._list);
    this.node.append(labelled);
  }

  getValue(): string {
    return this._list.value;
  }

  private readonly _list = document.createElement('select');
}

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
  const all = present && !codes.includes(present) ? [present, ...codes] : codes;
  const { button, value } = await showDialog({
    title: trans.__('Translate Cell'),
    body: new Languages(all, present, page, trans.__('Language to translate into')),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.okButton({ label: trans.__('Translate') })
    ],
    focusNodeSelector: 'select'
  });
  return button.accept ? value : null;
}
