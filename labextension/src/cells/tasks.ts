import type { Cell } from '@jupyterlab/cells';
import type { IJobRequest, IResult, Task } from '../client';
import { CellPlace } from './place';
import type { CellSettings, Place } from './settings';
import { bullets, redacted, spansOf } from './texts';
import { type IContext, notify, notifyResult, work } from './work';

/** The three tasks on cells of a notebook. */
export class CellTasks {
  constructor(
    private readonly _context: IContext,
    private readonly _settings: CellSettings
  ) {}

  /** Translate a cell into the language of the settings. */
  async translate(place: CellPlace, where: Place): Promise<void> {
    const { trans } = this._context;
    const source = this._text(place);
    if (source === null) {
      return;
    }
    const from = this._settings.get('sourceLanguage');
    const result = await work(this._context, place, trans.__('Translating'), {
      ...this._request('translate', source),
      target: this._settings.get('targetLanguage'),
      markup: isMarkdown(place.cell) ? 'markdown' : 'auto',
      ...(from && { source: from })
    });
    if (!result) {
      return;
    }
    const edited = place.source !== source;
    if (where === 'in-place' && !edited) {
      place.replace(result.text);
      notifyResult(this._context, place, result);
    } else {
      const said = trans.__(
        'The cell above was edited meanwhile; this is the translation of what it said before.'
      );
      notifyResult(this._context, place.insertCopy(result.text), result, edited ? [said] : []);
    }
  }

  /** Summarize one or several cells into a new one below the last. */
  async summarize(cells: readonly Cell[], place: CellPlace): Promise<void> {
    const { trans } = this._context;
    const texts = cells.filter(isText);
    const source = texts
      .map(cell => cell.model.sharedModel.getSource())
      .filter(text => text.trim())
      .join('\n\n');
    if (!source) {
      const line = texts.length
        ? trans._n('The cell is empty.', 'The cells are empty.', texts.length)
        : trans.__('There are only code cells in the selection, and no text to summarize.');
      notify(this._context, place, { kind: 'info', lines: [line] });
      return;
    }
    const markdown = texts.some(isMarkdown);
    const domain = this._settings.get('summaryDomain');
    const result = await work(this._context, place, trans.__('Summarizing'), {
      ...this._request('summarize', source),
      sentences: this._settings.get('summarySentences'),
      ...(domain && { domain })
    });
    if (result) {
      const made = { cell_type: 'markdown', metadata: {}, source: bullets(result, markdown) };
      notifyResult(this._context, place.insertBelow(made, true), result);
    }
  }

  /** Take personal data out of a cell. */
  async redact(place: CellPlace): Promise<void> {
    const { trans } = this._context;
    const source = this._text(place);
    if (source === null) {
      return;
    }
    const markdown = isMarkdown(place.cell);
    const result = await work(this._context, place, trans.__('Redacting'), {
      ...this._request('redact', source),
      operator: this._settings.get('redactOperator')
    });
    if (!result) {
      return;
    }
    const text = markdown ? redacted(source, spansOf(result)) : result.text;
    if (place.source === source) {
      place.replace(text);
      notifyResult(this._context, place, result, this._found(result, place));
    } else {
      const said = trans.__(
        'The cell above was edited meanwhile and still has its personal data; this is what it said before, without it.'
      );
      notifyResult(this._context, place.insertCopy(text), result, [said]);
    }
  }

  /** What a person should know of a redaction. */
  private _found(result: IResult, place: CellPlace): string[] {
    const { trans } = this._context;
    const count = spansOf(result).length;
    const lines = [
      count
        ? trans._n(
            '%1 piece of personal data was taken out. Undo brings it back until the page is closed.',
            '%1 pieces of personal data were taken out. Undo brings them back until the page is closed.',
            count
          )
        : trans.__('No personal data was found.'),
      trans.__('No tool finds everything: look the cell over.')
    ];
    if (place.cell?.model.sharedModel.toJSON().attachments) {
      lines.push(trans.__('Its images were not searched.'));
    }
    return lines;
  }

  /** The text of a cell; null where there is none, which the cell then tells. */
  private _text(place: CellPlace): string | null {
    const source = place.source;
    if (source?.trim()) {
      return source;
    }
    const line = this._context.trans.__('The cell is empty.');
    notify(this._context, place, { kind: 'info', lines: [line] });
    return null;
  }

  private _request(task: Task, text: string): IJobRequest {
    const model = this._settings.get(`${task}Model`);
    return { task, text, ...(model && { model }) };
  }
}

function isMarkdown(cell: Cell | null): boolean {
  return cell?.model.type === 'markdown';
}

/** Whether a cell holds text and not code. */
export function isText(cell: Cell): boolean {
  return cell.model.type !== 'code';
}
