import type { Characters } from '../common/characters';

/** A place in a text, in characters; null where the whole is meant. */
export interface IPlace {
  start: number | null;
  end: number | null;
}

/** A piece of a text. */
export interface IPiece {
  text: string;
  /** Which of the places cover it, by number. */
  at: number[];
  /** Which of those end with it. */
  last: number[];
}

/**
 * Cut `text` from `start` to `end` so that each piece lies wholly inside or outside of each place.
 *
 * Places may overlap. What does not lie in the text is left out, and what reaches beyond its end
 * is cut there.
 */
export function pieces(
  text: Characters,
  places: readonly IPlace[],
  start = 0,
  end = text.length
): IPiece[] {
  const known: { start: number; end: number; number: number }[] = [];
  places.forEach((place, number) => {
    if (place.start !== null && place.end !== null) {
      const [from, to] = [Math.max(place.start, start), Math.min(place.end, end)];
      if (place.start >= 0 && from < to) {
        known.push({ start: from, end: to, number });
      }
    }
  });
  const bounds = new Set([start, end]);
  known.forEach(place => bounds.add(place.start).add(place.end));
  const sorted = [...bounds].sort((one, other) => one - other);
  return sorted.slice(0, -1).map((from, index) => {
    const to = sorted[index + 1] ?? end;
    const at = known.filter(one => one.start <= from && to <= one.end);
    return {
      text: text.slice(from, to),
      at: at.map(one => one.number),
      last: at.filter(one => one.end === to).map(one => one.number)
    };
  });
}

/** What stands behind a piece: the numbers, from 1, of the places that end there. */
export function numbers(piece: IPiece): string {
  return piece.last.map(number => number + 1).join(', ');
}
