import { PathExt } from '@jupyterlab/coreutils';
import { ReactWidget, notebookIcon } from '@jupyterlab/ui-components';
import React from 'react';
import type { IContext } from './context';
import { openNotebook } from './open';

export interface IReport {
  /** The notebook that it is about. */
  path: string;
  intro: string;
  /** A cell is counted from 0; null is the notebook's metadata. */
  items: { cell: number | null; text: string }[];
}

let count = 0;

/** Show in the side area what to look at in a notebook; a click leads to its cell. */
export function showReport(context: IContext, report: IReport): void {
  const { app, trans } = context;
  const widget = ReactWidget.create(
    <Report context={context} report={report} close={() => widget.dispose()} />
  );
  count += 1;
  widget.id = `slm-magic-report-${count}`;
  widget.addClass('jp-SlmReport');
  widget.title.icon = notebookIcon;
  widget.title.caption = trans.__('Cells of %1 to look at', PathExt.basename(report.path));
  app.shell.add(widget, 'right', { rank: 950 });
  app.shell.activateById(widget.id);
}

interface IProps {
  context: IContext;
  report: IReport;
  close: () => void;
}

function Report({ context, report, close }: IProps): React.JSX.Element {
  const { trans } = context;
  const open = (cell?: number) => void openNotebook(context, report.path, cell);
  return (
    <section aria-label={trans.__('Cells to look at')}>
      <h2>{PathExt.basename(report.path)}</h2>
      <p>{report.intro}</p>
      <ol>
        {report.items.map(({ cell, text }, index) => (
          <li key={index}>
            {cell === null ? (
              <span className="jp-SlmReport-place">{trans.__('Metadata')}</span>
            ) : (
              <button className="jp-SlmReport-place" onClick={() => open(cell)}>
                {trans.__('Cell %1', String(cell + 1))}
              </button>
            )}
            <span className="jp-SlmReport-text">{text}</span>
          </li>
        ))}
      </ol>
      <div className="jp-SlmReport-buttons">
        <button className="jp-mod-styled jp-mod-accept" onClick={() => open()}>
          {trans.__('Open')}
        </button>
        <button className="jp-mod-styled jp-mod-reject" onClick={close}>
          {trans.__('Close')}
        </button>
      </div>
    </section>
  );
}
