import { PathExt } from '@jupyterlab/coreutils';

/** Return what a copy of a notebook is called: `rain.ipynb` in French is `rain.fr.ipynb`. */
export function copyName(path: string, word: string): string {
  const name = PathExt.basename(path);
  const stem = name.toLowerCase().endsWith('.ipynb') ? name.slice(0, -'.ipynb'.length) : name;
  return `${stem}.${word}.ipynb`;
}

/** Return the path of a copy that lies beside `path`. */
export function beside(path: string, name: string): string {
  return PathExt.join(PathExt.dirname(path), name);
}

/** Return whether a notebook may be called `name`. */
export function isName(name: string): boolean {
  return /^[^/\\:]+\.ipynb$/i.test(name) && !name.startsWith('.');
}
