import type { TranslationBundle } from '@jupyterlab/translation';
import type { IPlace } from './types';

/** Return what a part of a cell is called. */
export function placeOf(trans: TranslationBundle, place: string): string {
  const [, number] = /^output (\d+)$/.exec(place) ?? [];
  if (number) {
    return trans.__('output %1', number);
  }
  const known: Record<string, string> = {
    source: trans.__('source'),
    metadata: trans.__('metadata'),
    attachments: trans.__('attachments'),
    widgets: trans.__('saved widgets')
  };
  return known[place] ?? place;
}

/** Return where in a notebook something stands; cells are counted from 1. */
export function whereOf(trans: TranslationBundle, { cell, place }: IPlace): string {
  const part = placeOf(trans, place);
  return cell === null
    ? trans.__('Notebook, %1', part)
    : trans.__('Cell %1, %2', String(cell + 1), part);
}
