import { Clipboard } from '@jupyterlab/apputils';
import type { CodeCell } from '@jupyterlab/cells';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { PanelLayout, Widget } from '@lumino/widgets';
import { magicBody } from '../common/magic';
import { type IData, type ISummary, MIME_TYPE, read } from './data';
import { make } from './dom';
import { followMarks, reasons } from './flags';
import * as list from './list';
import * as redaction from './redaction';
import * as summary from './summary';
import * as translation from './translation';
import { type IContext, facts, title } from './words';

/** Outputs of this page so far: their elements need ids of their own. */
let outputs = 0;

export interface IOptions {
  /** Shows what is not understood here. */
  rendermime: IRenderMimeRegistry;
  trans: TranslationBundle;
  locale: string;
}

/** Shows a result of slm-magic, or a list of them. */
export class ResultRenderer extends Widget implements IRenderMime.IRenderer {
  constructor(private readonly _options: IOptions) {
    super();
    this.addClass('jp-SlmResult');
    this.layout = new PanelLayout();
    outputs += 1;
    this._context = {
      trans: _options.trans,
      locale: _options.locale,
      prefix: `jp-slm-result-${outputs}`
    };
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const layout = this.layout as PanelLayout;
    while (layout.widgets[0]) {
      layout.widgets[0].dispose();
    }
    this._data = read(model.data[MIME_TYPE]);
    if (!this._data) {
      await this._renderOther(model, layout);
      return;
    }
    this._content = new Widget({ node: make('div', 'content', {}) });
    followMarks(this._content.node);
    this._source = this._sourceNow();
    layout.addWidget(this._content);
    this._draw(this._content.node, this._data);
  }

  /** Only now is it known in which cell we are. */
  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    const source = this._sourceNow();
    if (source !== this._source && this._content && this._data) {
      this._source = source;
      this._draw(this._content.node, this._data);
    }
  }

  private _sourceNow(): string | null {
    return this._data?.task === 'summarize' ? sourceOf(this, this._data) : null;
  }

  private async _renderOther(model: IRenderMime.IMimeModel, layout: PanelLayout): Promise<void> {
    const { rendermime, trans } = this._options;
    const rest = Object.fromEntries(
      Object.entries(model.data).filter(([type]) => type !== MIME_TYPE)
    );
    const type = rendermime.preferredMimeType(rest, model.trusted ? 'any' : 'ensure');
    if (type === undefined) {
      const told = trans.__('This result was written by another version of slm-magic.');
      layout.addWidget(new Widget({ node: make('p', '', {}, told) }));
      return;
    }
    const other = rendermime.createRenderer(type);
    layout.addWidget(other);
    await other.renderModel(model);
  }

  private _draw(node: HTMLElement, data: IData): void {
    const context = this._context;
    const table = view(data, 'table', this._source, context);
    const asTable = this._asTable && table !== null;
    const body = asTable ? table : view(data, 'text', this._source, context);
    const told = data.task === 'list' ? null : reasons(data.flags, context);
    node.replaceChildren(
      make(
        'section',
        '',
        { 'aria-label': title(data, context.trans) },
        this._bar(node, data, table !== null),
        ...[body, told].filter(part => part !== null)
      )
    );
  }

  private _bar(node: HTMLElement, data: IData, hasTable: boolean): HTMLElement {
    const { trans } = this._context;
    const told = make(
      'ul',
      'facts',
      {},
      ...facts(data, this._context).map(fact => make('li', '', {}, fact))
    );
    if (data.task === 'list') {
      return make('div', 'bar', {}, told);
    }
    const status = make('span', 'status', { role: 'status' });
    const copy = make('button', 'button', { type: 'button' }, trans.__('Copy'));
    copy.addEventListener('click', () => {
      Clipboard.copyToSystem(data.text);
      status.textContent = trans.__('Copied.');
    });
    const toggle = make(
      'button',
      'button',
      { type: 'button', 'aria-pressed': String(this._asTable) },
      trans.__('Show as Table')
    );
    toggle.addEventListener('click', () => {
      this._asTable = !this._asTable;
      this._draw(node, data);
      node.querySelector<HTMLElement>('[aria-pressed]')?.focus();
    });
    const actions = make('div', 'actions', {}, status, copy, hasTable ? toggle : null);
    return make('div', 'bar', {}, told, actions);
  }

  private readonly _context: IContext;
  private _asTable = false;
  private _content: Widget | null = null;
  private _data: IData | null = null;
  private _source: string | null = null;
}

/** The two ways to look at a result; null where there is nothing for a table. */
function view(
  data: IData,
  way: 'text' | 'table',
  source: string | null,
  context: IContext
): HTMLElement | null {
  switch (data.task) {
    case 'translate':
      return way === 'text' ? translation.pairs(data, context) : translation.rows(data, context);
    case 'summarize':
      return way === 'text' ? summary.pairs(data, source, context) : summary.rows(data, context);
    case 'redact':
      return way === 'text' ? redaction.chipped(data, context) : redaction.rows(data, context);
    case 'list':
      return way === 'text' ? list.rows(data, context) : null;
  }
}

/**
 * The text that was summarized: not in the output, to keep notebooks small, but in the cell above.
 *
 * A cell that was edited since, or took its text from elsewhere, is not believed.
 */
function sourceOf(widget: Widget, data: ISummary): string | null {
  for (let above = widget.parent; above; above = above.parent) {
    if (above.hasClass('jp-CodeCell')) {
      const body = magicBody((above as CodeCell).model.sharedModel.getSource());
      return body !== null && summary.standsIn(data, body) ? body.trimEnd() : null;
    }
  }
  return null;
}
