import type { Place } from '../place.js';

/** Most items of a list in a policy. */
export const mostItems = 1_000;

/** Different texts that pass a check. An empty list allows nobody. @throws SignError `ERR_INVALID_ARGUMENT` */
export function textList(place: Place, fault: (text: string) => string | undefined = () => undefined): readonly string[] {
  const texts = place.items(mostItems).map((item) => {
    const text = item.text();
    const why = fault(text);
    return why === undefined ? text : item.wrong(why);
  });
  if (new Set(texts).size < texts.length) place.wrong('names something twice');
  return texts;
}

/** As sentences name alternatives. */
export function oneOf(texts: readonly string[]): string {
  if (texts.length === 0) return 'nothing at all: the list is empty';
  return texts.length === 1 ? (texts[0] as string) : `${texts.slice(0, -1).join(', ')} or ${texts.at(-1)}`;
}
