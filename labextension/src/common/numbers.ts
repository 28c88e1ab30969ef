/** Return a number with as many digits after the point, as people write it who read this language. */
export function decimal(value: number, digits: number, locale: string): string {
  return new Intl.NumberFormat(locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits
  }).format(value);
}
