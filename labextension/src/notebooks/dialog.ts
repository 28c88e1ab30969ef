import { Dialog } from '@jupyterlab/apputils';
import type { Message } from '@lumino/messaging';
import type { Widget } from '@lumino/widgets';

/** What decides whether a dialog may be closed. */
export interface IGuard {
  /** The button that does the work was pressed; the dialog stays until `WorkDialog.finish`. */
  accept(): void;
  /** Whether to close it without. */
  mayClose(): boolean;
}

/** Of the buttons. */
const [CLOSE, ACCEPT] = [0, 1];

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
      ],
      // The other cannot have the focus while it is disabled.
      defaultButton: CLOSE
    });
    this.addClass('jp-SlmNotebookDialog');
    _content.node.tabIndex = -1;
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

  override resolve(index = ACCEPT): void {
    if (index === ACCEPT) {
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

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._watch.observe(this.node, {
      attributeFilter: ['disabled'],
      childList: true,
      subtree: true
    });
  }

  protected override onAfterDetach(message: Message): void {
    this._watch.disconnect();
    super.onAfterDetach(message);
  }

  /** Keys that mean something in the content are its own. */
  protected override _evtKeydown(event: KeyboardEvent): void {
    const own = ['Enter', 'ArrowLeft', 'ArrowRight'].includes(event.key);
    if (!own || !this._content.node.contains(event.target as Node)) {
      super._evtKeydown(event);
    } else if (event.target instanceof HTMLInputElement && event.key === 'Enter') {
      event.preventDefault();
      event.stopPropagation();
      this.resolve(ACCEPT);
    }
  }

  /**
   * Keeps the focus where its element was disabled or is gone.
   *
   * The keys would go to the page behind otherwise, and Escape would not close the dialog.
   */
  private readonly _watch = new MutationObserver(() => {
    const active = document.activeElement;
    if (!this.node.contains(active) || active?.matches(':disabled')) {
      this._content.node.focus();
    }
  });
}
