const ASTRAL = /[\ud800-\udbff][\udc00-\udfff]/;

/**
 * A text in characters as Python counts them.
 *
 * JavaScript counts two for an emoji and for whatever else lies beyond the first 65,536.
 */
export class Characters {
  constructor(readonly text: string) {
    this._points = ASTRAL.test(text) ? Array.from(text) : null;
  }

  get length(): number {
    return this._points?.length ?? this.text.length;
  }

  slice(start: number, end?: number): string {
    return this._points?.slice(start, end).join('') ?? this.text.slice(start, end);
  }

  /** Where `part` stands next at or after `from`; -1 if nowhere. */
  find(part: string, from: number): number {
    if (!this._points) {
      return this.text.indexOf(part, from);
    }
    const units = this._points.slice(0, from).join('').length;
    const at = this.text.indexOf(part, units);
    return at < 0 ? -1 : from + count(this.text.slice(units, at));
  }

  private readonly _points: string[] | null;
}

/** How many characters Python counts in `text`. */
export function count(text: string): number {
  return ASTRAL.test(text) ? Array.from(text).length : text.length;
}
