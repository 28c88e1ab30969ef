import type { TranslationBundle } from '@jupyterlab/translation';
import type { IJob } from '../client';
import type { IRow } from './rows';

function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  className: string,
  text = ''
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (className) {
    made.className = className;
  }
  made.textContent = text;
  return made;
}

function button(text: string, onClick: () => void): HTMLButtonElement {
  const made = element('button', 'jp-SlmCellRow-button', text);
  made.type = 'button';
  made.addEventListener('click', onClick);
  return made;
}

function row(className: string, label: string, onEscape: () => void): HTMLElement {
  const node = element('div', `jp-SlmCellRow ${className}`);
  node.setAttribute('role', 'group');
  node.setAttribute('aria-label', label);
  // Enter on a button here is not for the notebook, which would edit the cell.
  node.setAttribute('data-lm-suppress-shortcuts', 'true');
  node.addEventListener('keydown', event => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      onEscape();
    }
  });
  return node;
}

/** Work under way: what is done, how far it is, and a button that cancels it. */
export class ProgressRow implements IRow {
  /**
   * @param _label - what is being done, such as "Translating".
   */
  constructor(
    private readonly _label: string,
    readonly cancel: () => void,
    private readonly _trans: TranslationBundle
  ) {
    this.node = row('jp-SlmCellProgress', _label, cancel);
    this._text = element('span', 'jp-SlmCellRow-text', _label);
    this._bar = element('progress', 'jp-SlmCellProgress-bar');
    this._bar.setAttribute('aria-label', _label);
    this._count = element('span', 'jp-SlmCellProgress-count');
    this.node.append(this._text, this._bar, this._count, button(_trans.__('Cancel'), cancel));
  }

  readonly node: HTMLElement;

  /**
   * Show how far a job is.
   *
   * @param queued - whether it waits for another.
   */
  tell(job: IJob, queued: boolean): void {
    this._text.textContent = queued ? this._trans.__('Waiting for other work') : this._label;
    const { done, total } = job.progress ?? { done: 0, total: null };
    if (total === null || total === 0) {
      this._bar.removeAttribute('value');
      this._count.textContent = '';
    } else {
      this._bar.max = total;
      this._bar.value = done;
      this._count.textContent = this._trans.__('%1 of %2', done, total);
    }
  }

  private readonly _text: HTMLElement;
  private readonly _bar: HTMLProgressElement;
  private readonly _count: HTMLElement;
}

export interface INoticeOptions {
  /** Plain lines. */
  lines: string[];
  kind: 'error' | 'warning' | 'info';
  dismiss: () => void;
  /** A button besides the one that dismisses the notice. */
  action?: { label: string; run: () => void } | null;
}

/** What there is to say about a cell, until it is dismissed. */
export class NoticeRow implements IRow {
  constructor(options: INoticeOptions, trans: TranslationBundle) {
    const { lines, kind, dismiss, action } = options;
    this.node = row(`jp-SlmCellNotice jp-mod-${kind}`, trans.__('About this cell'), dismiss);
    const text = element('div', 'jp-SlmCellRow-text');
    text.append(...lines.map(line => element('p', '', line)));
    this.node.append(text);
    if (action) {
      this.node.append(button(action.label, action.run));
    }
    this.node.append(button(trans.__('Dismiss'), dismiss));
  }

  readonly node: HTMLElement;
  readonly cancel = null;
}
