import { Dialog, showDialog } from '@jupyterlab/apputils';
import { VDomRenderer } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import React from 'react';
import type { SidebarModel } from './model';
import { View } from './view';
import type { Words } from './words';

/** The content of the panel. */
export class SidebarView extends VDomRenderer<SidebarModel> {
  constructor(
    model: SidebarModel,
    private readonly _words: Words
  ) {
    super(model);
    this.addClass('jp-SlmSidebar-view');
    // It can be given the focus while there is nothing in it yet.
    this.node.tabIndex = -1;
  }

  protected override render(): React.ReactElement {
    const shared = { model: this.model, words: this._words, confirm: this._confirm };
    return <View shared={shared} />;
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    (this.node.querySelector<HTMLElement>('input, button') ?? this.node).focus();
  }

  private readonly _confirm = async (name: string): Promise<boolean> => {
    const { trans } = this._words;
    const users = this.model.models.filter(one => one.installed && one.requires.includes(name));
    const asked = await showDialog({
      title: trans.__('Remove %1?', name),
      body: users.length
        ? trans.__(
            'Its files are deleted from the disk. What needs it will not work any more: %1.',
            this._words.list(users.map(one => one.name))
          )
        : trans.__('Its files are deleted from the disk. It can be installed again.'),
      buttons: [
        Dialog.cancelButton({ label: trans.__('Cancel') }),
        Dialog.warnButton({ label: trans.__('Remove') })
      ]
    });
    return asked.button.accept;
  };
}
