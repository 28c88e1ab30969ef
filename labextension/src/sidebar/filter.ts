import { type IModel, type Task, TASKS } from '../client';

/** What of the models is shown. */
export interface IFilter {
  task: Task | '';
  state: '' | 'installed' | 'missing';
  search: string;
}

export const NO_FILTER: IFilter = { task: '', state: '', search: '' };

/** Models of one task; null is of none. */
export interface IGroup {
  task: Task | null;
  models: IModel[];
}

export function isFiltered(filter: IFilter): boolean {
  return filter.task !== '' || filter.state !== '' || filter.search.trim() !== '';
}

/**
 * The models that pass the filter, by task; one of several tasks stands under each.
 *
 * @param words - what of a model is searched, beside its own fields.
 */
export function groups(
  models: readonly IModel[],
  filter: IFilter,
  words: (model: IModel) => string
): IGroup[] {
  const wanted = filter.search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const fits = models.filter(model => {
    if (filter.state && model.installed !== (filter.state === 'installed')) {
      return false;
    }
    const { name, title, domain, licence, quality, languages } = model;
    const text = [name, title, domain, licence, quality, ...languages, words(model)]
      .join(' ')
      .toLocaleLowerCase();
    return wanted.every(word => text.includes(word));
  });
  const found: IGroup[] = TASKS.filter(task => !filter.task || task === filter.task).map(task => ({
    task,
    models: fits.filter(model => model.tasks.includes(task))
  }));
  if (!filter.task) {
    found.push({ task: null, models: fits.filter(model => model.tasks.length === 0) });
  }
  return found
    .filter(group => group.models.length)
    .map(group => ({ ...group, models: sorted(group.models) }));
}

/** The installed ones first, families last; otherwise in the order of the catalogue. */
function sorted(models: IModel[]): IModel[] {
  const rank = (model: IModel) => (model.installed ? 0 : model.pattern ? 2 : 1);
  return [...models].sort((a, b) => rank(a) - rank(b));
}

/** Bytes that a pull of a model downloads, with what it needs. */
export function toDownload(model: IModel, models: readonly IModel[]): number {
  const needs = models.filter(one => model.requires.includes(one.name) && !one.installed);
  return needs.reduce((sum, one) => sum + one.download, model.download);
}

/** The model of a family for a pair of languages. */
export function member(family: IModel, source: string, target: string): string {
  return family.name.replace('{source}', source).replace('{target}', target);
}

/** Whether a name is of a family. */
export function isMember(family: IModel, name: string): boolean {
  const start = family.name.split('{')[0] ?? '';
  return family.pattern && start !== '' && name.startsWith(start);
}
