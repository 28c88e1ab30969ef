import { type Cell, MarkdownCell } from '@jupyterlab/cells';
import type * as nbformat from '@jupyterlab/nbformat';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { asOneStep } from './steps';

/** Metadata that a copy does not take over: it would be locked, or not be seen. */
const OWN = ['editable', 'deletable', 'jupyter', 'collapsed', 'heading_collapsed'];
// JupyterLab keeps this one under a key with dashes.
const COLLAPSED = 'jp-MarkdownHeadingCollapsed';

/**
 * A cell of a notebook that is found again after it was moved.
 *
 * Moving a cell makes a new model and a new widget of it; its id stays.
 */
export class CellPlace {
  constructor(
    readonly panel: NotebookPanel,
    readonly id: string
  ) {}

  /** The widget of the cell as it is now; null if there is none any longer. */
  get cell(): Cell | null {
    if (this.panel.isDisposed) {
      return null;
    }
    return this.panel.content.widgets.find(cell => cell.model.id === this.id) ?? null;
  }

  get source(): string | null {
    return this.cell?.model.sharedModel.getSource() ?? null;
  }

  /** Replace the text, as one undo step of the cell's editor. */
  replace(source: string): void {
    const cell = this.cell;
    if (cell) {
      const { sharedModel } = cell.model;
      asOneStep(sharedModel, () => sharedModel.setSource(source));
      // A rendered cell would follow a second later.
      cell.update();
    }
  }

  /** Insert a cell below, as one undo step of the notebook, and return its place. */
  insertBelow(cell: Partial<nbformat.ICell>, rendered: boolean): CellPlace | null {
    const above = this.cell;
    const model = this.panel.content.model;
    if (!above || !model) {
      return null;
    }
    const { widgets } = this.panel.content;
    let index = widgets.indexOf(above) + 1;
    if (above instanceof MarkdownCell && above.headingCollapsed) {
      // Right below it would be among the cells that the heading hides.
      while (widgets[index]?.isHidden) {
        index += 1;
      }
    }
    const { sharedModel } = model;
    const made = asOneStep(sharedModel, () =>
      sharedModel.insertCell(index, cell as Parameters<typeof sharedModel.insertCell>[1])
    );
    const place = new CellPlace(this.panel, made.getId());
    const widget = place.cell;
    if (widget instanceof MarkdownCell) {
      widget.rendered = rendered;
    }
    return place;
  }

  /** Insert a copy with another text below: of the same type, with its attachments and tags. */
  insertCopy(source: string): CellPlace | null {
    const cell = this.cell;
    if (!cell) {
      return null;
    }
    const json = cell.model.toJSON();
    const metadata = Object.fromEntries(
      Object.entries(json.metadata).filter(([key]) => ![...OWN, COLLAPSED].includes(key))
    );
    const rendered = cell instanceof MarkdownCell && cell.rendered;
    return this.insertBelow({ ...json, id: undefined, metadata, source }, rendered);
  }
}
