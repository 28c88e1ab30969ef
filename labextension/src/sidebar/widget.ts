import type { ITranslator } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { Panel } from '@lumino/widgets';
import type { Client } from '../client';
import { DOMAIN } from '../tokens';
import { icon } from './icon';
import type { SidebarView } from './panel';

/**
 * The panel in the sidebar.
 *
 * What it shows is loaded when it is seen first, so that it costs nothing at the start.
 */
export class Sidebar extends Panel {
  constructor(
    private readonly _client: Client,
    private readonly _translator: ITranslator
  ) {
    super();
    const trans = _translator.load(DOMAIN);
    this.id = 'slm-magic-models';
    this.addClass('jp-SlmSidebar');
    this.title.icon = icon;
    this.title.caption = trans.__('Small models');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Small models'));
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    if (this.isVisible) {
      this._show();
    }
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._show();
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this._hide();
  }

  protected override onBeforeDetach(message: Message): void {
    this._hide();
    super.onBeforeDetach(message);
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this._show();
    void this._content?.then(view => view?.activate());
  }

  private _show(): void {
    this._seen = true;
    this._content ??= this._load();
    void this._content.then(view => {
      if (this._seen) {
        view?.model.show();
      }
    });
  }

  private _hide(): void {
    this._seen = false;
    void this._content?.then(view => view?.model.hide());
  }

  private async _load(): Promise<SidebarView | null> {
    try {
      const { content } = await import('./load');
      const view = content(this._client, this._translator);
      view.disposed.connect(() => view.model.dispose());
      this.node.textContent = '';
      this.addWidget(view);
      return view;
    } catch {
      // The files of the extension come from the server, which may be gone.
      const trans = this._translator.load(DOMAIN);
      this.node.textContent = trans.__('This panel could not be loaded. Load the page again.');
      this._content = null;
      return null;
    }
  }

  private _seen = false;
  private _content: Promise<SidebarView | null> | null = null;
}
