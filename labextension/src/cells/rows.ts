import type { NotebookPanel } from '@jupyterlab/notebook';
import type { CellPlace } from './place';

/** What can stand below a cell's text. */
export interface IRow {
  readonly node: HTMLElement;
  /** Whether there is work under way that may be cancelled. */
  readonly cancel: (() => void) | null;
}

/**
 * The rows below the cells of one notebook, one a cell at the most.
 *
 * They are nodes and no widgets: those would be disposed of with the cell's widget, and when a cell
 * is moved JupyterLab makes it a new one. Nothing of them is in the notebook's model.
 */
class PanelRows {
  constructor(
    private readonly _panel: NotebookPanel,
    private readonly _changed: () => void
  ) {
    // A region that is made together with its text is not read out.
    this._spoken.className = 'jp-SlmSpoken';
    this._spoken.setAttribute('role', 'status');
    _panel.node.append(this._spoken);
    const cells = _panel.content.model?.cells;
    cells?.changed.connect(this._settleSoon);
    _panel.disposed.connect(() => {
      // The model may go on in another view.
      cells?.changed.disconnect(this._settleSoon);
      [...this._rows.keys()].forEach(id => this._gone(id));
    });
  }

  get(id: string): IRow | null {
    return this._rows.get(id) ?? null;
  }

  show(id: string, row: IRow, spoken: string): void {
    this.clear(id);
    this._rows.set(id, row);
    this._settle();
    this._spoken.textContent = spoken;
    this._changed();
  }

  /** Take a row away; the focus that was in it goes back to the notebook. */
  clear(id: string): void {
    const row = this._rows.get(id);
    if (row) {
      const focused = row.node.contains(document.activeElement);
      row.node.remove();
      this._rows.delete(id);
      if (focused && !this._panel.isDisposed) {
        this._panel.content.activate();
      }
      this._changed();
    }
  }

  say(text: string): void {
    this._spoken.textContent = text;
  }

  /** Put each row on the present widget of its cell. */
  private _settle(): void {
    const cells = new Map(this._panel.content.widgets.map(cell => [cell.model.id, cell]));
    for (const [id, row] of [...this._rows]) {
      const cell = cells.get(id);
      if (!cell) {
        this._gone(id);
      } else if (row.node.parentElement !== cell.node) {
        // A cell far from the viewport has nothing inside yet.
        void cell.ready.then(() => {
          if (!cell.isDisposed && this._rows.get(id) === row) {
            cell.node.insertBefore(row.node, cell.node.querySelector(':scope > .jp-CellFooter'));
          }
        });
      }
    }
  }

  private _gone(id: string): void {
    const cancel = this._rows.get(id)?.cancel;
    this.clear(id);
    cancel?.();
  }

  private readonly _settleSoon = (): void => {
    // A cell that is moved is removed and added in one go: only afterwards is it clear which is gone.
    if (this._rows.size && !this._waiting) {
      this._waiting = true;
      queueMicrotask(() => {
        this._waiting = false;
        if (!this._panel.isDisposed) {
          this._settle();
        }
      });
    }
  };

  private readonly _rows = new Map<string, IRow>();
  private readonly _spoken = document.createElement('div');
  private _waiting = false;
}

/** The rows below the cells of all notebooks. */
export class Rows {
  /**
   * @param _changed - called whenever a row comes or goes.
   */
  constructor(private readonly _changed: () => void) {}

  get(place: CellPlace): IRow | null {
    return this._panels.get(place.panel)?.get(place.id) ?? null;
  }

  /** Show a row on a cell in place of the one that is there, and read `spoken` out. */
  show(place: CellPlace, row: IRow, spoken: string): void {
    if (place.cell) {
      this._of(place.panel).show(place.id, row, spoken);
    }
  }

  clear(place: CellPlace): void {
    this._panels.get(place.panel)?.clear(place.id);
  }

  /** Let a screen reader say something. */
  say(place: CellPlace, text: string): void {
    if (!place.panel.isDisposed) {
      this._of(place.panel).say(text);
    }
  }

  private _of(panel: NotebookPanel): PanelRows {
    let rows = this._panels.get(panel);
    if (!rows) {
      rows = new PanelRows(panel, this._changed);
      this._panels.set(panel, rows);
    }
    return rows;
  }

  private readonly _panels = new WeakMap<NotebookPanel, PanelRows>();
}
