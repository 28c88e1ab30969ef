import { Characters } from '../common/characters';
import type { IList } from './data';
import { make, table, written } from './dom';
import { marked, reasons } from './flags';
import type { IContext } from './words';

/** The first results of a list: row, source where there is one, output, flags. */
export function rows(data: IList, context: IContext): HTMLElement {
  const { trans } = context;
  const sources = data.results.some(row => row?.source);
  const found = data.results.map((row, number) => {
    const own = { ...context, prefix: `${context.prefix}-${number}` };
    const output = row
      ? marked(new Characters(row.text), row.flags, own)
      : [make('em', '', {}, trans.__('missing'))];
    return [
      make('td', 'where', {}, String(number)),
      ...(sources ? [make('td', '', written(row?.source?.language), row?.source?.text ?? '')] : []),
      make('td', '', written(row?.target), ...output),
      make('td', '', {}, reasons(row?.flags ?? [], own))
    ];
  });
  const head = [
    trans.__('Row'),
    ...(sources ? [trans.__('Text')] : []),
    trans.__('Result'),
    trans.__('Flags')
  ];
  return table(trans.__('Results'), head, found);
}
