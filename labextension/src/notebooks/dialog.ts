import { Dialog } from '@jupyterlab/apputils';
import type { Widget } from '@lumino/widgets';

/** What decides whether a dialog may be closed. */
export interface IGuard {
  /** The button that does the work was pressed; the dialog stays until `WorkDialog.finish`. */
  accept(): void;
  /** Whether to close it without. */
  mayClose(): boolean;
}

/** A dialog that stays open while its work is begun, so that what is wrong is told in it. */
export class WorkDialog extends Dialog<unknown> {
  constructor(
    options: Omit<Partial<Dialog.IOptions<unknown>>, 'body' | 'buttons'>,
    private readonly _content: Widget,
    labels: { close: string; accept: string },
    private readonly _guard: IGuard
  ) {
    super({
      ...options,
      body: _content,
      buttons: [
        Dialog.cancelButton({ label: labels.close }),
        Dialog.okButton({ label: labels.accept })
      ]
    });
    this.addClass('jp-SlmNotebookDialog');
  }

  /** Enable the button that does the work. */
  set acceptable(acceptable: boolean) {
    const button = this.node.querySelector<HTMLButtonElement>('.jp-Dialog-footer .jp-mod-accept');
    if (button) {
      button.disabled = !acceptable;
    }
  }

  /** Close it: the work is done, or goes on by itself. */
  finish(): void {
    super.reject();
  }

  override resolve(index = 1): void {
    if (index === 1) {
      this._guard.accept();
    } else {
      this.reject();
    }
  }

  override reject(): void {
    if (this._guard.mayClose()) {
      super.reject();
    }
  }

  /** Keys that mean something in the content are its own. */
  protected override _evtKeydown(event: KeyboardEvent): void {
    const own = ['Enter', 'ArrowLeft', 'ArrowRight'].includes(event.key);
    const field = event.target instanceof HTMLInputElement && event.key === 'Enter';
    if (own && !field && this._content.node.contains(event.target as Node)) {
      return;
    }
    super._evtKeydown(event);
  }
}
