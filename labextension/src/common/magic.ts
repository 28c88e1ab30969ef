/** A first line that IPython takes for the cell magic `%%slm`: blank lines and indents before it are dropped. */
const MAGIC = /^(?:[^\S\n]*\n)*[^\S\n]*(%%slm(?=[ \n]|$)[^\n]*)/;

/** Where the line of `%%slm` stands in the source of a cell; null where there is none. */
export function magicLine(source: string): { from: number; to: number } | null {
  const line = MAGIC.exec(source)?.[1];
  if (line === undefined) {
    return null;
  }
  const from = source.indexOf(line);
  return { from, to: from + line.length };
}

/** The text below the line of `%%slm`; null where there is none. */
export function magicBody(source: string): string | null {
  const line = magicLine(source);
  return line && source.slice(line.to + 1);
}
