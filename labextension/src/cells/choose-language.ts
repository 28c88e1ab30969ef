import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { type ILanguage, languageName } from '../common/languages';

/** A labelled list; the one of `InputDialog` has no name for a screen reader. */
class Languages extends Widget implements Dialog.IBodyWidget {
  constructor(offered: readonly ILanguage[], present: string, label: string) {
    super();
    for (const { code, name } of offered) {
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
 * @param locale - the language of the page.
 * @returns its code, or null where the dialog was dismissed.
 */
export async function chooseLanguage(
  offered: readonly ILanguage[],
  present: string,
  locale: string,
  trans: TranslationBundle
): Promise<string | null> {
  const known = !present || offered.some(({ code }) => code === present);
  const all = known
    ? offered
    : [{ code: present, name: languageName(present, locale) }, ...offered];
  const { button, value } = await showDialog({
    title: trans.__('Translate Cell'),
    body: new Languages(all, present, trans.__('Language to translate into')),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.okButton({ label: trans.__('Translate') })
    ],
    focusNodeSelector: 'select'
  });
  return button.accept ? value : null;
}
