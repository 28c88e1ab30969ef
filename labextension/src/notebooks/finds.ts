import type { IFind } from './types';

/** Finds that stand for one person or value. */
export interface IGroup {
  key: string;
  type: string;
  /** The longest form that it has. */
  text: string;
  placeholder: string;
  finds: IFind[];
}

export interface IType {
  type: string;
  groups: IGroup[];
  finds: IFind[];
}

export type State = 'all' | 'none' | 'some';

/** A line of the list as it is shown. */
export type Row =
  | { kind: 'type'; key: string; level: 1; type: IType; finds: IFind[] }
  | { kind: 'group'; key: string; level: 2; group: IGroup; finds: IFind[] }
  | { kind: 'find'; key: string; level: 3; find: IFind; finds: IFind[] };

/** Group finds by type, most first, and by what stands for them, in the order of the notebook. */
export function grouped(finds: readonly IFind[]): IType[] {
  const types = new Map<string, Map<string, IGroup>>();
  for (const find of finds) {
    const groups = types.get(find.type) ?? new Map<string, IGroup>();
    types.set(find.type, groups);
    const group = groups.get(find.placeholder) ?? {
      key: `${find.type}:${find.placeholder}`,
      type: find.type,
      text: find.text,
      placeholder: find.placeholder,
      finds: []
    };
    groups.set(find.placeholder, group);
    group.finds.push(find);
    if (find.text.length > group.text.length) {
      group.text = find.text;
    }
  }
  return [...types]
    .map(([type, groups]) => {
      const all = [...groups.values()];
      return { type, groups: all, finds: all.flatMap(group => group.finds) };
    })
    .sort((a, b) => b.finds.length - a.finds.length || a.type.localeCompare(b.type));
}

/** What a person decided about the finds of a notebook. */
export class Decisions {
  constructor(finds: readonly IFind[]) {
    this.types = grouped(finds);
    this.total = finds.length;
    // A list that is read at one glance is open; in a long one the groups are read first.
    const open = finds.length <= OPEN_MOST;
    for (const type of this.types) {
      this._open.add(type.type);
      if (open) {
        type.groups.forEach(group => this._open.add(group.key));
      }
    }
  }

  readonly types: readonly IType[];
  readonly total: number;

  /** Whether anything was decided otherwise than it was. */
  get touched(): boolean {
    return this._touched;
  }

  /** The ids of the finds that stay, in order. */
  get rejected(): number[] {
    return [...this._rejected].sort((a, b) => a - b);
  }

  get accepted(): number {
    return this.total - this._rejected.size;
  }

  accepts(find: IFind): boolean {
    return !this._rejected.has(find.id);
  }

  state(finds: readonly IFind[]): State {
    const kept = finds.filter(find => this._rejected.has(find.id)).length;
    return kept === 0 ? 'all' : kept === finds.length ? 'none' : 'some';
  }

  /** Accept all of these finds, or, where all of them are accepted already, reject them. */
  toggle(finds: readonly IFind[]): void {
    this.set(finds, this.state(finds) !== 'all');
  }

  set(finds: readonly IFind[], accept: boolean): void {
    this._touched = true;
    for (const find of finds) {
      if (accept) {
        this._rejected.delete(find.id);
      } else {
        this._rejected.add(find.id);
      }
    }
  }

  isOpen(key: string): boolean {
    return this._open.has(key);
  }

  open(key: string, open: boolean): void {
    if (open) {
      this._open.add(key);
    } else {
      this._open.delete(key);
    }
  }

  /** The lines to show; of one type only, where `only` names one. */
  rows(only = ''): Row[] {
    const rows: Row[] = [];
    for (const type of this.types) {
      if (only && type.type !== only) {
        continue;
      }
      rows.push({ kind: 'type', key: type.type, level: 1, type, finds: type.finds });
      if (!this._open.has(type.type)) {
        continue;
      }
      for (const group of type.groups) {
        rows.push({ kind: 'group', key: group.key, level: 2, group, finds: group.finds });
        if (this._open.has(group.key)) {
          for (const find of group.finds) {
            rows.push({ kind: 'find', key: `#${find.id}`, level: 3, find, finds: [find] });
          }
        }
      }
    }
    return rows;
  }

  private readonly _open = new Set<string>();
  private readonly _rejected = new Set<number>();
  private _touched = false;
}

/** Finds up to which all lines are open at first. */
const OPEN_MOST = 60;
