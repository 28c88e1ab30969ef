/** What the server's jobs on whole notebooks give; the names are those of docs/server.md. */

export interface ICellFlag {
  cell: number;
  kind: string;
  message: string;
}

export interface ITranslated {
  path: string;
  source: string;
  target: string;
  cells: number;
  comments: number;
  resumed: number;
  /** Code cells whose comments could not be read. */
  unread: number[];
  flags: ICellFlag[];
}

export interface IFind {
  id: number;
  /** Counted from 0; null for the metadata of the notebook. */
  cell: number | null;
  place: string;
  field: string;
  type: string;
  score: number;
  placeholder: string;
  text: string;
  before: string;
  after: string;
}

export interface IPlace {
  cell: number | null;
  place: string;
}

export interface IUnseen extends IPlace {
  what: string;
}

export interface IFound {
  path: string;
  digest: string;
  finds: IFind[];
  doubts: IPlace[];
  unseen: IUnseen[];
}

export interface IRedacted {
  path: string;
  taken: number;
  kept: number;
  later: number;
  types: Record<string, number>;
  left: (IPlace & { type: string })[];
  unseen: IUnseen[];
}
